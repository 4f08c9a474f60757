// A second door: a witness in a process of its own takes a request and signs the time; the registry fetches and logs
// it, or the note proves its silence.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Policy, parsePolicy } from '@cadastre/notes'
import type { JsonObject, Request } from '@cadastre/records'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import { startTestRegistry, type TestHolder, type TestRegistry } from '@cadastre/simulator'
import { makeSilence, openClaim, publicLog, verifySilence } from '@cadastre/why'
import { DoorKeeper } from '../src/door/door-keeper.ts'

const MAIN = new URL('../src/main.ts', import.meta.url).pathname

let directory: string
let registry: TestRegistry
let holder: TestHolder
let witness: { readonly child: ChildProcess; readonly url: string; readonly vkey: string }
let trust: Policy

async function startWitness(): Promise<typeof witness> {
  const args = ['witness', '--name', 'witness.example', '--key', 'w', '--keys', directory, '--port', '0']
  const state = ['--state', join(directory, 'state.json'), '--log', registry.logVkey, '--json']
  const child = spawn(process.execPath, [MAIN, ...args, ...state], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    if (said.includes('}\n')) break
  }
  const { url, vkey } = JSON.parse(said)
  return { child, url, vkey }
}

async function stop(): Promise<void> {
  const exited = once(witness.child, 'exit')
  witness.child.kill('SIGTERM')
  await exited
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadastre-door-'))
  const made = spawn(process.execPath, [MAIN, 'keys', 'create', 'w', '--keys', directory], {
    stdio: 'ignore',
  })
  await once(made, 'exit')
  // The door has a clock of its own: the registry's begins where it is now.
  registry = await startTestRegistry({ start: `${new Date().toISOString().slice(0, 19)}Z` })
  holder = await registry.holder('One Networks')
  witness = await startWitness()
  const policy = parsePolicy(nodeCrypto, `log ${registry.logVkey}\nwitness w ${witness.vkey}\nquorum none\n`)
  assert.ok(policy.ok)
  trust = policy.value
})
after(async () => {
  await stop()
  await registry.close()
  await rm(directory, { recursive: true, force: true })
})

function wish(): Request {
  return registry.request('allocate/1', { holder: holder.handle, pool: 'IP4', length: 24, block: null })
}

function whole(request: Request): { readonly request: string; readonly evidence: string } {
  const text = requestText(request)
  return { request: text, evidence: evidenceText([signRequest(text, holder.signer)]) }
}

function post(body: JsonObject | string): Promise<Response> {
  return fetch(`${witness.url}/request`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function handedIn(body: JsonObject): Promise<string> {
  const response = await post(body)
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return text
}

async function evidenceOf(note: string): Promise<ReturnType<typeof verifySilence>> {
  await registry.registrar.publishedAll()
  const { note: checkpoint, size } = registry.reader.snapshot().publication
  const log = publicLog((path) => readFile(join(registry.logDirectory, path)), size)
  const document = await makeSilence({ crypto: nodeCrypto, log, checkpoint, size }, note)
  assert.ok(document !== null)
  return verifySilence(nodeCrypto, trust, null, document)
}

test('the note is signed by the witness, and the registry that fetches the request is not silent', async () => {
  const request = wish()
  const note = await handedIn(whole(request))
  const claim = openClaim(nodeCrypto, trust, null, note)
  assert.ok(claim.ok)
  assert.deepEqual([claim.value.kind, claim.value.origin], ['door', request.origin])
  const keeper = new DoorKeeper({ doors: [witness.url], desk: registry.registrar, report: assert.fail })
  assert.equal(await keeper.fetchAll(), 1)
  assert.equal(await keeper.fetchAll(), 0, 'each once')
  // Handed in at the registry's own door too, it gets the receipt that it has.
  const entry = await registry.act(request, [holder.signer])
  assert.equal((entry['outcome'] as JsonObject)['accepted'], true)
  const verdict = await evidenceOf(note)
  assert.equal(verdict.ok ? 'silent' : verdict.error.code, 'decided')
})

test('a registry that does not come for it: an hour later its silence is proved', async () => {
  const note = await handedIn(whole(wish()))
  registry.advance(3000)
  await registry.act(wish(), [holder.signer])
  const early = await evidenceOf(note)
  assert.equal(early.ok ? 'silent' : early.error.code, 'gap', 'the hour has not passed')
  registry.advance(700)
  await registry.act(wish(), [holder.signer])
  const verdict = await evidenceOf(note)
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.error.detail)
  assert.equal(verdict.value.kind, 'silent')
})

test('first the hash, then the body: each has its note, and keeps it; a restart forgets nothing', async () => {
  const request = whole(wish())
  const hash = Buffer.from(nodeCrypto.sha256(new TextEncoder().encode(request.request))).toString('base64')
  const { origin } = wish()
  const first = await handedIn({ origin, hash })
  const listed = async (): Promise<readonly { readonly hash: string }[]> =>
    JSON.parse(await (await fetch(`${witness.url}/requests`)).text()).items
  assert.ok(!(await listed()).some((item) => item.hash === hash), 'without its body it cannot be logged')
  await stop()
  await appendFile(join(directory, 'state.json.requests'), '{"id":99,"origin":"cut o')
  witness = await startWitness()
  assert.equal(await handedIn({ origin, hash }), first)
  const second = await handedIn(request)
  assert.notEqual(second, first, 'the signatures came later, and their time is their own')
  await stop()
  witness = await startWitness()
  assert.equal(await handedIn(request), second, 'a line that was cut off does not spoil the next')
  assert.equal((await listed()).filter((item) => item.hash === hash).length, 1)
})

test('the signatures are bound: others with the same request have a note of their own', async () => {
  const request = whole(wish())
  const evidence = evidenceText([signRequest(request.request, registry.operator)])
  const stranger = await handedIn({ ...request, evidence })
  const note = await handedIn(request)
  assert.notEqual(note, stranger, 'who comes first with other signatures shuts nobody out')
  const claim = openClaim(nodeCrypto, trust, null, note)
  assert.ok(claim.ok)
  assert.deepEqual(claim.value.evidence, nodeCrypto.sha256(new TextEncoder().encode(request.evidence)))
})

test('what is no request is refused by the door itself, with the reason', async () => {
  const request = whole(wish())
  const status = async (body: JsonObject | string): Promise<number> => (await post(body)).status
  assert.equal(await status('hello'), 400)
  assert.equal(await status({ origin: 'x' }), 400)
  assert.equal(await status({ ...request, request: `${request.request} ` }), 400)
  assert.equal(await status({ ...request, evidence: '[]' }), 400)
  assert.equal(
    await status({ origin: 'other.example/log', hash: Buffer.alloc(32, 1).toString('base64') }),
    404,
  )
  assert.equal(await status({ origin: 'x'.repeat(70_000) }), 413)
  assert.equal((await fetch(`${witness.url}/request`)).status, 405)
  assert.equal((await fetch(`${witness.url}/requests?after=x`)).status, 400)
})

test('a door that fails is reported, and the others are fetched', async () => {
  const faults: string[] = []
  const request = whole(wish())
  await handedIn(request)
  const keeper = new DoorKeeper({
    doors: ['http://127.0.0.1:1', witness.url],
    desk: registry.registrar,
    report: (message) => faults.push(message),
  })
  assert.ok((await keeper.fetchAll()) >= 1)
  assert.deepEqual(faults, ['the door http://127.0.0.1:1 does not answer'])
})
