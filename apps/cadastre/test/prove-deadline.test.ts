// `prove-silence --application`: deadlines of the registry that passed, from a proof of the application alone.

import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { Application, Instant } from '@cadastre/records'
import { startTestRegistry } from '@cadastre/simulator'
import { createTiles } from '@cadastre/tiles'
import { missedDeadlines, proveDeadlineCommand } from '../src/commands/prove-deadline.ts'
import { wellKnown } from '../src/server/well-known.ts'

const instant = (text: string): Instant => text as Instant
const application = (more: object): Application =>
  ({ state: 'to-notify', due: null, examination: null, notice: null, ...more }) as Application

test('a deadline shows while it waits, as soon as it has passed, and stays to be seen', () => {
  const due = instant('2030-01-02T00:00:00Z')
  const waits = application({ due })
  assert.deepEqual(missedDeadlines(waits, due), [])
  const after = instant('2030-01-02T00:00:01Z')
  assert.equal(missedDeadlines(waits, after)[0]?.deadline, due)
  const overdue = application({ notice: { overdue: due }, examination: { overdue: null } })
  assert.match(missedDeadlines(overdue, after)[0]?.what ?? '', /attempt to tell/)
  const begun = application({ state: 'noticed', due: after, notice: { overdue: due } })
  assert.equal(missedDeadlines(begun, after).length, 1)
  const examining = application({ state: 'examining', due })
  assert.match(missedDeadlines(examining, after)[0]?.what ?? '', /attestors/)
  // A window is the holder's time, not the registry's.
  assert.deepEqual(missedDeadlines(application({ state: 'noticed', due }), after), [])
})

test('evidence is fetched, verified, kept, and checked again offline; without a missed deadline there is none', async () => {
  const clerks = ['CL-1', 'CL-2'].map((handle, n) => ({
    handle,
    signer: generateEd25519Signer(),
    outside: n === 0,
  }))
  const directory = await mkdtemp(join(tmpdir(), 'cadastre-silence-'))
  let answer: (path: string) => Promise<Response> = async () => new Response('', { status: 404 })
  const server = createServer((request, reply) => {
    void answer(request.url ?? '/').then(async (got) => {
      reply.writeHead(got.status, { 'content-type': got.headers.get('content-type') ?? 'text/plain' })
      reply.end(await got.text())
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const registry = await startTestRegistry({ clerks })
  try {
    const tiles = createTiles(registry.reader, { logDirectory: registry.logDirectory })
    const known = JSON.stringify(wellKnown(registry.reader))
    answer = async (path) =>
      path.startsWith('/.well-known/') ? Response.json(JSON.parse(known)) : tiles.request(path)
    const filer = generateEd25519Signer()
    const holder = await registry.holder('Example Networks')
    const hash = encodeBase64(new Uint8Array(32))
    const key = encodeBase64(filer.publicKey)
    const body = { step: 'notice', holder: holder.handle, notice: hash, key, attestor: 'CL-1' }
    const effects = await registry.accepted(registry.request('dissolve/1', body), [filer])
    const handle = [...effects.keys()].find((one) => one.startsWith('obj/application/'))?.split('/')[2] ?? ''
    const said: string[] = []
    const output = { result: (_: unknown, text: string) => said.push(text), note: () => undefined }
    const save = join(directory, 'evidence')
    const ask = (options: object): Promise<number> =>
      proveDeadlineCommand(handle, url, options, output as never)
    await assert.rejects(ask({ save }), /No silence is shown/)
    registry.advance(8 * 86_400)
    await registry.holder('Other Networks')
    assert.equal(await ask({ save }), 0)
    const file = join(directory, 'registry.json')
    await writeFile(file, known)
    assert.equal(await ask({ verify: save, registry: file }), 0)
    assert.match(said.at(-1) ?? '', /had until .* for attestors to answer, and let it pass/)
    const forged = (await readFile(save, 'utf8')).replace(/index \d+/, 'index 1')
    await writeFile(save, forged)
    await assert.rejects(ask({ verify: save, registry: file }))
  } finally {
    server.close()
    await registry.close()
    await rm(directory, { recursive: true, force: true })
  }
})
