/** README's tour, command by command, against a demonstration registry started as README says. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commandsUnder } from './readme-commands.ts'
import { freePort, ROOT, type Started, shell, start } from './server.ts'

const lacksWhois = ((): string | false => {
  try {
    execFileSync('whois', ['--version'], { stdio: 'ignore' })
    return false
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error
    return 'Debian package whois is not installed'
  }
})()

let directory = ''
let server: Started | null = null
let environment: NodeJS.ProcessEnv = {}
let ports = { http: 0, whois: 0 }

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadastre-tour-'))
  ports = { http: await freePort(), whois: await freePort() }
  environment = {
    ...process.env,
    PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`,
    PORT: String(ports.http),
    WHOIS_PORT: String(ports.whois),
    CADASTRE_DATA: join(directory, 'data'),
    CADASTRE_KEYS: join(directory, 'keys'),
  }
  // The second of README's two commands.
  server = await start('npm', ['start'], environment, /Interrupt \(Ctrl-C\) to stop/)
})

after(async () => {
  server?.kill()
  await rm(directory, { recursive: true, force: true })
})

/** README's ports are the defaults; a test takes free ones. `npx cadastre` is the linked command. */
function adapted(script: string): string {
  return script
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${ports.http}`)
    .replaceAll('-p 4343', `-p ${ports.whois}`)
    .replaceAll('npx cadastre', 'cadastre')
}

test('the tour in README', { skip: lacksWhois, timeout: 180_000 }, async () => {
  const blocks = await commandsUnder('Tour')
  assert.equal(blocks.length, 6)
  const [lookups, holders, numbers, halves, proofs, audit] = await runAll(blocks)
  assert.match(lookups ?? '', /"startAddress":"200\.160\.0\.0"/)
  assert.match(lookups ?? '', /inetnum: +200\.160\.0\.0 - 200\.160\.15\.255/)
  assert.match(lookups ?? '', /<html/)
  for (const said of lookups?.match(/not the registry that published them/g) ?? []) assert.ok(said)
  assert.ok(
    (lookups?.match(/not the registry that published them/g) ?? []).length >= 3,
    'each face labels itself',
  )
  assert.equal((holders?.match(/Accepted/g) ?? []).length, 2)
  assert.match(numbers ?? '', /ip4\/10\.0\.0\.0\/24/)
  assert.match(numbers ?? '', /DSSEv1 37 application\/vnd\.cadastre\.request\+json/)
  assert.match(numbers ?? '', /ip4\/10\.0\.0\.128\/25/)
  assert.match(halves ?? '', /holding 10\.0\.0\.0 - 10\.0\.0\.127/)
  assert.match(halves ?? '', /holding 10\.0\.0\.128 - 10\.0\.0\.255/)
  assert.equal((proofs?.match(/The proof holds\./g) ?? []).length, 2)
  assert.match(audit ?? '', /No fault/)
})

async function runAll(blocks: readonly string[]): Promise<readonly string[]> {
  const outputs: string[] = []
  for (const block of blocks) outputs.push(await shell(adapted(block), environment, directory))
  return outputs
}

test('a proof with one byte changed is refused, with exit code 1', { skip: lacksWhois }, async () => {
  const script = `sed 's/^index 2/index 3/' lower.proof > spoiled.proof
if cadastre verify spoiled.proof --for 10.0.0.1 --registry registry.json; then exit 7; else test $? -eq 1; fi`
  await shell(script, environment, directory)
})

test('keys are readable by their owner only', async () => {
  for (const keys of [join(directory, 'keys'), join(directory, 'data', 'keys')])
    for (const name of await readdir(keys)) assert.equal((await stat(join(keys, name))).mode & 0o077, 0, name)
})

test('README: mirror a registry', { timeout: 400_000 }, async () => {
  const [block] = await commandsUnder('Mirror a registry')
  const [http, whois] = [await freePort(), await freePort()]
  const script = adapted(block ?? '').replace(
    /^PORT=8081 WHOIS_PORT=4344 (cadastre mirror .*)$/m,
    `PORT=${http} WHOIS_PORT=${whois} $1 > mirror.log 2> mirror.err & mirror=$!
for attempt in $(seq 300); do curl -sf http://127.0.0.1:${http}/healthz && break; sleep 0.1; done
curl -sf http://127.0.0.1:${http}/rdap/ip/200.160.0.1
cadastre lookup 200.160.0.1 --url http://127.0.0.1:${http}
kill $mirror; wait $mirror`,
  )
  const output = await shell(script, environment, directory)
  assert.match(output, /Copied and verified: \d+ entries/)
  assert.match(output, /No fault/)
  assert.match(output, /"ready":true/)
  assert.match(output, /"startAddress":"200\.160\.0\.0"/)
  assert.match(output, /"title":"Mirror","description":\["This is a mirror of /)
  assert.match(output, /200\.160\.0\.0\/20/)
})

test('a second server on the same data, or the same port, is told plainly; SIGTERM drains', async () => {
  const other = { ...environment, PORT: '0', WHOIS_PORT: '0' }
  const locked = await failure('cadastre serve', other)
  assert.match(locked, /exit code 3/)
  assert.match(locked, /error: .*cadastre\.sqlite/)
  const busy = await failure('cadastre serve --demonstration', {
    ...environment,
    CADASTRE_DATA: join(directory, 'other'),
  })
  assert.match(busy, /exit code 3/)
  assert.match(busy, new RegExp(`Port ${ports.http} is in use`))
  assert.equal(await server?.stop(), 0)
  assert.match(server?.output() ?? '', /Every receipted request has been decided and published/)
})

async function failure(script: string, env: NodeJS.ProcessEnv): Promise<string> {
  return shell(script, env, directory).then(
    () => assert.fail(`${script} succeeded`),
    (error: Error) => error.message,
  )
}

test('README: a registry of one’s own', { timeout: 120_000 }, async () => {
  const [block] = await commandsUnder('Your own registry')
  assert.ok(block?.includes('cadastre serve'))
  const script = adapted(block ?? '').replace(
    /^cadastre serve$/m,
    `cadastre serve > serve.log & server=$!
for attempt in $(seq 100); do curl -sf http://127.0.0.1:${ports.http}/healthz && break; sleep 0.1; done
curl -sf http://127.0.0.1:${ports.http}/rdap/ip/10.0.0.1
kill $server; wait $server`,
  )
  const output = await shell(script, environment, directory)
  assert.match(output, /"startAddress":"10\.0\.0\.0"/)
  assert.doesNotMatch(output, /not the registry that published/)
})

test('README: watch existing registries', { timeout: 120_000 }, async () => {
  const [block] = await commandsUnder('Watch existing registries')
  const [http, whois] = [await freePort(), await freePort()]
  const own = { ...environment, PORT: String(http), WHOIS_PORT: String(whois) }
  const script = adapted(block ?? '')
    .replaceAll(' examples/', ` ${join(ROOT, 'examples')}/`)
    .replace(
      /^cadastre watch serve$/m,
      `cadastre watch serve > watch.log & server=$!
for attempt in $(seq 200); do curl -sf http://127.0.0.1:${http}/.well-known/cadastre.json && break; sleep 0.1; done
curl -sf "http://127.0.0.1:${http}/rdap/ip/200.160.0.1?at=2024-01-04"
kill $server; wait $server`,
    )
  const output = await shell(script, own, directory)
  assert.match(output, /88619 rows, 88619 added/)
  assert.match(output, /delegated-extended\/lacnic, 2024-01-04 to 2024-01-04: 1 day/)
  assert.match(output, /The proof holds\./)
  assert.match(output, /"startAddress":"200\.160\.0\.0"/)
  assert.match(output, /"title":"Watched"/)
})
