/**
 * A registry with attestors, founded, imported and worked by the command line alone: claims by the SSH and OpenPGP
 * signatures of listed maintainers, a succession that two attestors examine, and the queue between them.
 */

import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, ROOT, type Started, shell, start } from './server.ts'

let directory = ''
let server: Started | null = null
let environment: NodeJS.ProcessEnv = {}
let gnupg = ''

const cadastre = (script: string): Promise<string> => shell(script, environment, directory)
async function json<T>(script: string): Promise<T> {
  return JSON.parse(await cadastre(script))
}
/** Codes of a refusal: the command ends with 1 and says them. */
async function refusal(script: string): Promise<string> {
  const outcome = await json<{ readonly refusals: readonly { readonly code: string }[] }>(
    `${script} --json || true`,
  )
  return outcome.refusals.map(({ code }) => code).join()
}

const STATISTICS = [
  '2.3|example|20240101|2|19830101|20240101|+0000',
  'example|*|ipv4|*|4|summary',
  'example|ZZ|ipv4|203.0.113.0|256|20200101|allocated|A1',
  'example|ZZ|ipv4|198.51.100.0|256|20200101|allocated|B2',
  'example|ZZ|ipv4|192.0.2.0|128|20200101|allocated|C3',
  'example|ZZ|ipv4|192.0.2.128|128|20200101|allocated|D4',
  '',
].join('\n')

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadastre-clerks-'))
  environment = {
    ...process.env,
    PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`,
    PORT: String(await freePort()),
    WHOIS_PORT: String(await freePort()),
    CADASTRE_DATA: join(directory, 'data'),
    CADASTRE_KEYS: join(directory, 'keys'),
  }
  // Of its own and short: the agent's socket in it may have 108 characters.
  gnupg = await mkdtemp(join(tmpdir(), 'gpg-'))
  environment['GNUPGHOME'] = gnupg
  await writeFile(join(directory, 'delegated'), STATISTICS)
  await writeFile(join(directory, 'extract.pdf'), 'extract of a register')
  await cadastre(
    'ssh-keygen -q -t ed25519 -N "" -C maintainer -f maintainer; ssh-keygen -q -t rsa -N "" -f other',
  )
  for (const name of ['maintainer-c', 'maintainer-d', 'other-d'])
    await cadastre(
      `gpg --batch --quiet --passphrase '' --quick-gen-key ${name} ${name === 'maintainer-d' ? 'rsa3072' : 'ed25519'} sign never && gpg --armor --export ${name} > ${name}.asc`,
    )
  await cadastre('echo "A1 $(cat maintainer.pub)" > signers; echo "A1 $(cat other.pub)" >> signers')
  await cadastre(
    'echo "C3 openpgp" >> signers; sed "s/^/certif: /" maintainer-c.asc >> signers; echo "D4 openpgp" >> signers; cat maintainer-d.asc >> signers',
  )
  const keys: string[] = []
  for (const name of ['clerk-1', 'clerk-2', 'alpha', 'beta']) {
    const made = await json<{ readonly key: string }>(`cadastre --json keys create ${name}`)
    keys.push(made.key)
  }
  await cadastre(
    `cadastre init --origin registry.example/log --name Example --staff CL-1:outside-clerk:${keys[0]} --staff CL-2:clerk:${keys[1]}`,
  )
  await cadastre('cadastre import delegated --source EXAMPLE --attribution "made up"')
  const listed = await json<{ readonly keys: number; readonly leftOut: readonly number[] }>(
    'cadastre --json import-keys signers --source EXAMPLE',
  )
  assert.deepEqual([listed.keys, listed.leftOut], [3, [2]])
  await cadastre('cadastre open')
  server = await start('cadastre', ['serve'], environment, /Ctrl-C/)
  for (const name of ['alpha', 'beta'])
    await cadastre(`cadastre request identify-holder --name "${name} Ltd" --key ${name}`)
})

after(async () => {
  server?.kill()
  await cadastre('gpgconf --kill all')
  await rm(gnupg, { recursive: true, force: true })
  await rm(directory, { recursive: true, force: true })
})

test('a listed maintainer claims an imported holder with its SSH key, and nobody else can', async () => {
  const claim = (key: string): string =>
    `cadastre request claim --claimant alpha --holder IMP-EXAMPLE-A1 --key alpha --ssh-key ${key}`
  await cadastre('ssh-keygen -q -t ed25519 -N "" -f stranger')
  assert.equal(await refusal(claim('stranger')), 'key-not-listed')
  await cadastre(claim('maintainer'))
  const found = await json<{ readonly records: unknown }>('cadastre --json lookup IMP-EXAMPLE-A1')
  assert.match(JSON.stringify(found), /claim\/1/)
  assert.equal(await refusal(claim('maintainer')), 'already-claimed')
})

test('a listed maintainer claims with its OpenPGP key by gpg, and another key of its cannot', async () => {
  const claim = (holder: string, key: string): string =>
    `cadastre request claim --claimant alpha --holder IMP-EXAMPLE-${holder} --key alpha --pgp-key ${key}.asc`
  assert.equal(await refusal(claim('C3', 'other-d')), 'key-not-listed')
  await cadastre(claim('C3', 'maintainer-c'))
  const found = await json<{ readonly records: unknown }>('cadastre --json lookup IMP-EXAMPLE-C3')
  assert.match(JSON.stringify(found), /claim\/1/)
  // A key on another machine: the bytes go there, the armoured signature comes back.
  await cadastre(`${claim('D4', 'maintainer-d')} --pgp-bytes to-sign --save claim.json`)
  await cadastre('gpg --batch --quiet --armor --digest-algo SHA256 -u maintainer-d --detach-sign to-sign')
  await cadastre('gpg --batch --quiet --armor -u other-d --output wrong.asc --detach-sign to-sign')
  const sign = 'cadastre request sign claim.json --pgp-key maintainer-d.asc --pgp-signature'
  assert.match(await cadastre(`${sign} wrong.asc 2>&1 || true`), /is no signature of this request/)
  await cadastre(`${sign} to-sign.asc`)
  await cadastre('cadastre request submit claim.json')
  assert.equal(await refusal(claim('D4', 'maintainer-d')), 'already-claimed')
})

test('without evidence the token of the claim is told', async () => {
  const script =
    'cadastre request claim --claimant beta --holder IMP-EXAMPLE-B2 --key beta --means reverse-zone'
  const said = await cadastre(`${script} 2>&1 || true`)
  assert.match(said, /The token of this claim is [A-Za-z0-9+/]{43}=/)
})

test('a succession is examined by two attestors from the command line, in order and blind', async () => {
  const apply =
    'cadastre --json request succeed --predecessor IMP-EXAMPLE-B2 --successor beta --range 198.51.100.0/24 --ground merger --instrument extract.pdf --attestor CL-1 --key beta'
  type Applied = { readonly records: readonly { readonly key: string }[] }
  const applications: string[] = []
  for (let count = 0; count < 2; count++) {
    const { records } = await json<Applied>(apply)
    const key = records.find((record) => record.key.startsWith('obj/application/'))?.key ?? ''
    applications.push(key.slice('obj/application/'.length))
  }
  const [first = '', second = ''] = applications
  type Listed = { readonly items: readonly { readonly application: string }[] }
  const listed = await json<Listed>('cadastre --json clerk list --staff CL-1')
  assert.deepEqual(
    listed.items.map(({ application }) => application),
    applications,
  )
  assert.match(
    await cadastre(`cadastre clerk show ${first}`),
    /passes-numbers: Does it pass to the successor/,
  )
  const questions = ['instrument-authentic', 'instrument-in-force', 'names-parties', 'passes-numbers']
  const answers = questions.map((question) => `--answer ${question}=yes`).join(' ')
  const commit = (application: string, staff: number): string =>
    `cadastre clerk commit ${application} --staff CL-${staff} --key clerk-${staff} --evidence extract.pdf ${answers}`
  const reveal = (application: string, staff: number): string =>
    `cadastre clerk reveal ${application} --staff CL-${staff} --key clerk-${staff}`
  assert.equal(await refusal(commit(second, 1)), 'out-of-turn')
  assert.match(
    await cadastre(
      `cadastre clerk commit ${first} --staff CL-1 --key clerk-1 --evidence extract.pdf --answer names-parties=yes 2>&1 || true`,
    ),
    /missing for instrument-authentic/,
  )
  const early = await cadastre(`${reveal(first, 1)} 2>&1 || true`)
  assert.match(early, /CL-1 has no answers to A-\d+ here: .*Commit first/)
  assert.doesNotMatch(early, /ENOENT/)
  await cadastre(commit(first, 1))
  assert.equal(await refusal(reveal(first, 1)), 'commitments-missing')
  await cadastre(commit(first, 2))
  await cadastre(reveal(first, 1))
  await cadastre(reveal(first, 2))
  // The notices service tells the predecessor, whom nobody can write to, in public: with that the window begins.
  let shown = await cadastre(`cadastre clerk show ${first}`)
  for (let tries = 0; tries < 20 && shown.includes('to-notify'); tries++) {
    await sleep(500)
    shown = await cadastre(`cadastre clerk show ${first}`)
  }
  assert.match(shown, /noticed, due/)
  assert.match(shown, /CL-1 \(outside\): revealed: instrument-authentic yes, instrument-in-force yes/)
  const next = await json<Listed>('cadastre --json clerk list --staff CL-1')
  assert.deepEqual(
    next.items.map(({ application }) => application),
    [second],
  )
  await cadastre(`cadastre request succeed --withdraw ${second} --by beta --key beta`)
  await cadastre(`cadastre clerk pass ${second} --staff CL-1 --key clerk-1`)
  assert.equal(await cadastre('cadastre clerk list --staff CL-1'), 'Nothing waits for CL-1.\n')
  assert.match(
    await cadastre(`cadastre clerk pass ${second} --staff CL-1 --key clerk-1 2>&1 || true`),
    /^error: Nothing waits for CL-1, so there is no call/,
  )
})

test('an extract that was saved is verified offline, and a changed one is not', async () => {
  await cadastre('cadastre extract 198.51.100.0/24 --save extract.json')
  await cadastre('curl -sf http://127.0.0.1:$PORT/.well-known/cadastre.json > registry.json')
  const verify = (file: string, of = '198.51.100.0/24'): Promise<string> =>
    cadastre(`cadastre verify ${file} --for ${of} --registry registry.json 2>&1 || true`)
  assert.match(await verify('extract.json'), /^The extract’s proof holds, and its record.*198\.51\.100\.0/s)
  assert.match(
    await verify('extract.json', '203.0.113.0/24'),
    /The extract is of ip4\/198\.51\.100\.0\/24; expected/,
  )
  const extract: Record<string, unknown> = JSON.parse(await readFile(join(directory, 'extract.json'), 'utf8'))
  const changed: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ record: null }, /shows another record than its own proof/],
    [{ covering: [] }, /shows other records than its own proof/],
    [{ at: '2020-01-01T00:00:00Z' }, /states another registry, log size or time/],
    [{ size: 1 }, /states another registry, log size or time/],
    [{ registry: { origin: 'other.example/log' } }, /states another registry/],
    [{ proof: 'nothing' }, /The proof does not hold/],
  ]
  for (const [change, expected] of changed) {
    await writeFile(join(directory, 'changed.json'), JSON.stringify({ ...extract, ...change }))
    assert.match(await verify('changed.json'), expected)
  }
})

test('an auditor finds nothing', async () => {
  // It ends with 1 where there is a fault, which throws here.
  await cadastre('cadastre audit')
})
