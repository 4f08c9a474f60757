/** A holder and its keys by the command line alone: confirm, lock, freeze, rotate with a veto, recover by a guardian. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { freePort, ROOT, type Started, shell, start } from './server.ts'

let directory = ''
let server: Started | null = null
let environment: NodeJS.ProcessEnv = {}
const handles: Record<string, string> = {}
const keys: Record<string, string> = {}

type Outcome = {
  readonly state: string
  readonly refusals?: readonly { readonly code: string }[]
  readonly records?: readonly { readonly key: string }[]
}
const cadastre = (script: string): Promise<string> => shell(`cadastre ${script}`, environment, directory)
/** What became of a request of alpha: `accepted`, or the codes of its refusal. */
async function request(script: string): Promise<string> {
  const { state, refusals } = await outcome(script)
  return state === 'refused' ? (refusals ?? []).map(({ code }) => code).join() : state
}
async function outcome(script: string): Promise<Outcome> {
  return JSON.parse(await cadastre(`--json request ${script} --holder ${handles['alpha']} || true`))
}
/** The application that an accepted request opened. */
async function opened(script: string): Promise<string> {
  const made = (await outcome(script)).records?.find(({ key }) => key.startsWith('obj/application/'))
  assert.ok(made, script)
  return made.key.slice('obj/application/'.length)
}

/** An instant so many days from now. */
const inDays = (days: number): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadastre-keys-'))
  environment = {
    ...process.env,
    PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`,
    PORT: String(await freePort()),
    WHOIS_PORT: String(await freePort()),
    CADASTRE_DATA: join(directory, 'data'),
    CADASTRE_KEYS: join(directory, 'keys'),
  }
  for (const name of ['alpha', 'beta', 'second', 'fresh'])
    keys[name] = JSON.parse(await cadastre(`--json keys create ${name}`)).key
  await cadastre('init --origin registry.example/log --name Example')
  await cadastre('open')
  server = await start('cadastre', ['serve'], environment, /Ctrl-C/)
  for (const name of ['alpha', 'beta']) {
    const made: Outcome = JSON.parse(
      await cadastre(`--json request identify-holder --name "${name} Ltd" --key ${name}`),
    )
    const holder = made.records?.find(({ key }) => key.startsWith('obj/holder/'))
    handles[name] = holder?.key.slice('obj/holder/'.length) ?? ''
  }
})

after(async () => {
  server?.kill()
  await rm(directory, { recursive: true, force: true })
})

test('confirm, lock, release as preset, freeze once', async () => {
  assert.equal(await request('confirm --key alpha'), 'accepted')
  assert.equal(await request('confirm --key beta'), 'consent-missing')
  assert.equal(await request(`lock --until ${inDays(200)} --release-after 0 --key alpha`), 'accepted')
  assert.equal(await request(`lock --until ${inDays(100)} --release-after 0 --key alpha`), 'term-past')
  assert.equal(await request('lock --release --key alpha'), 'accepted')
  assert.equal(await request('lock --release --key alpha'), 'not-locked')
  assert.equal(await request('lock --freeze --key alpha'), 'accepted')
  assert.equal(await request('lock --freeze --key alpha'), 'freeze-used')
  assert.match(await cadastre(`lookup ${handles['alpha']}`), /frozen until|frozenUntil/i)
})

test('another key at once; one that goes waits, and a living key vetoes it', async () => {
  assert.equal(await request('rotate-keys --add-key second --key alpha'), 'accepted')
  const application = await opened(`rotate-keys --remove-key ${keys['alpha']} --key second`)
  assert.match(await cadastre(`why ${application}`), /^Entry \d+, .*Rotate keys.*\n.*accepted; 1 record/)
  assert.equal(await request(`rotate-keys --veto ${application} --key beta`), 'consent-missing')
  assert.equal(await request(`rotate-keys --veto ${application} --key alpha`), 'accepted')
  assert.equal(await request(`rotate-keys --veto ${application} --key alpha`), 'application-closed')
})

test('no recovery without guardians, nor by evidence where a key is the identity', async () => {
  const guardian = `recover-keys --guardian ${handles['beta']} --key beta --add-key fresh`
  assert.equal(await request(guardian), 'guardians-missing')
  await shell('echo extract > extract.pdf', environment, directory)
  assert.equal(
    await request(
      `recover-keys --by ${handles['beta']} --key beta --instrument extract.pdf --attestor CL-1 --add-key fresh`,
    ),
    'evidence-recovery-off',
  )
  assert.equal(
    await request('rotate-keys --guardian-threshold majority --evidence-recovery off --key alpha'),
    'accepted',
  )
})
