import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { decodeBundle, encodeBundle } from '@cadastre/merkle'
import { startTestRegistry, type TestRegistry } from '@cadastre/simulator'
import { runAudit } from '../src/index.ts'

let registry: TestRegistry
let scratch: string

/** A registry with more than one bundle of entries, and a copy of its files at an earlier size. */
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cadastre-audit-'))
  registry = await startTestRegistry()
  const one = await registry.holder('One Networks')
  const two = await registry.holder('Two Networks')
  const wish = { holder: one.handle, pool: 'IP4', length: 24, block: null }
  await registry.accepted(registry.request('allocate/1', wish), [one.signer])
  await registry.act(registry.request('allocate/1', wish), [two.signer])
  await cp(registry.logDirectory, join(scratch, 'early'), { recursive: true })
  registry.advance(30)
  await registry.submitAll(300, () => registry.request('confirm/1', { holder: two.handle }), [two.signer])
  registry.advance(1)
  await registry.act(registry.request('allocate/1', { ...wish, holder: two.handle }), [two.signer])
  await registry.registrar.publishedAll()
})
after(async () => {
  await registry.close()
  await rm(scratch, { recursive: true, force: true })
})

/** A copy of the public files that the test may change. */
async function copy(name: string): Promise<string> {
  const directory = join(scratch, name)
  await cp(registry.logDirectory, directory, { recursive: true })
  return directory
}

test('a clean log: exit code 0, everything counted', async () => {
  const done: number[] = []
  const run = await runAudit({
    source: registry.logDirectory,
    vkey: registry.logVkey,
    progress: (entries) => done.push(entries),
  })
  assert.equal(run.exitCode, 0, run.text)
  const report = run.report
  assert.ok(report)
  assert.equal(report.entries, report.size)
  assert.ok(report.size > 300)
  assert.equal(done.at(-1), report.size)
  assert.equal(report.tally.signatures, report.tally.ops)
  assert.equal(report.tally.accepted + report.tally.refused, report.tally.ops)
  assert.equal(report.tiles, 3, 'two of level 0, one of level 1')
  assert.match(run.text, /No fault: every decision follows/)
  const { decided, last, open } = report.receipts
  assert.ok(decided > 0)
  assert.deepEqual([last, open], [decided, 0])
  assert.match(
    run.text,
    new RegExp(`receipts {5}${decided} decided, .*the last is number ${last}; none passed over`),
  )
})

test('signatures are checked the same without threads', async () => {
  const run = await runAudit({
    source: registry.logDirectory,
    vkey: registry.logVkey,
    workers: 0,
    json: true,
  })
  assert.equal(run.exitCode, 0, run.text)
  const json = JSON.parse(run.text)
  assert.equal(json.clean, true)
  assert.deepEqual(json.faults, [])
  assert.equal(json.origin, 'registry.example/log')
})

test('a changed entry: the decision that it forges and the root are both named', async () => {
  const directory = await copy('changed')
  const path = join(directory, 'tile/entries/000')
  const entries = decodeBundle(await readFile(path), 256)
  assert.ok(entries.ok)
  const index = entries.value.findIndex((bytes) =>
    new TextDecoder().decode(bytes).includes('consent-missing'),
  )
  const text = new TextDecoder().decode(entries.value[index]).replace('consent-missing', 'quota-reached')
  await writeFile(path, encodeBundle(entries.value.with(index, new TextEncoder().encode(text))))
  const run = await runAudit({ source: directory, vkey: registry.logVkey })
  assert.equal(run.exitCode, 1)
  assert.deepEqual(
    run.report?.faults.map((fault) => `${fault.index} ${fault.code}`),
    [`${index} refusal-differs`, '0 tile-differs', '0 tile-differs', '0 log-root-differs'],
  )
  assert.match(
    run.text,
    new RegExp(`entry ${index}: refusal-differs\n  A refusal gives .*\n  .*consent-missing would be right`),
  )
})

test('a missing bundle, a truncated bundle, a missing tile, a false tile', async () => {
  for (const [path, change, code] of [
    ['tile/entries/000', null, 'bundle-missing'],
    ['tile/entries/000', (bytes: Buffer) => bytes.subarray(0, -1), 'bundle-malformed'],
    ['tile/0/000', null, 'tile-missing'],
    ['tile/0/000', (bytes: Buffer) => bytes.subarray(0, -1), 'tile-differs'],
    ['tile/1/000.p/1', (bytes: Buffer) => bytes.fill(0, 0, 1), 'tile-differs'],
  ] as const) {
    const directory = await copy(`broken-${code}-${path.replaceAll('/', '-')}`)
    if (change === null) await rm(join(directory, path))
    else await writeFile(join(directory, path), change(await readFile(join(directory, path))))
    const run = await runAudit({ source: directory, vkey: registry.logVkey })
    assert.equal(run.exitCode, 1, code)
    assert.deepEqual(
      run.report?.faults.map((fault) => fault.code),
      [code],
    )
  }
})

test('what cannot be audited: no checkpoint, another key, a broken signature, no key at all', async () => {
  const empty = join(scratch, 'nothing')
  assert.equal((await runAudit({ source: empty, vkey: registry.logVkey })).exitCode, 2)
  const other = 'registry.example/log+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
  const wrong = await runAudit({ source: registry.logDirectory, vkey: other })
  assert.equal(wrong.exitCode, 2)
  assert.match(wrong.text, /^Not audited: /)
  const directory = await copy('unsigned')
  const note = await readFile(join(directory, 'checkpoint'), 'utf8')
  await writeFile(
    join(directory, 'checkpoint'),
    note.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`),
  )
  assert.match((await runAudit({ source: directory, vkey: registry.logVkey })).text, /invalid-signature/)
  const nobody = await runAudit({ source: registry.logDirectory, json: true })
  assert.equal(nobody.exitCode, 2)
  assert.match(JSON.parse(nobody.text).error, /--vkey/)
})

test('an earlier checkpoint is remembered: growth is fine, shrinking and another history are not', async () => {
  const remember = join(scratch, 'memory')
  const early = join(scratch, 'early')
  const first = await runAudit({ source: early, vkey: registry.logVkey, remember })
  assert.equal(first.exitCode, 0, first.text)
  assert.equal(first.report?.comparedWith, null)
  const grown = await runAudit({ source: registry.logDirectory, remember })
  assert.equal(grown.exitCode, 0, grown.text)
  assert.equal(grown.report?.comparedWith, first.report?.size)
  assert.equal(grown.report?.trust, 'remembered')
  const shrunk = await runAudit({ source: early, remember })
  assert.deepEqual(
    shrunk.report?.faults.map((fault) => fault.code),
    ['log-shrunk'],
  )
  const again = await runAudit({ source: registry.logDirectory, remember })
  assert.equal(again.report?.comparedWith, grown.report?.size, 'a shrunken log is not remembered')
  const memory = await readFile(remember, 'utf8')
  const otherRoot = memory.replace(
    /(\n\n.*\n\d+\n)(.)/,
    (_, head, first) => `${head}${first === 'A' ? 'B' : 'A'}`,
  )
  assert.notEqual(otherRoot, memory)
  await writeFile(remember, otherRoot)
  const forked = await runAudit({ source: registry.logDirectory, remember })
  assert.deepEqual(
    forked.report?.faults.map((fault) => fault.code),
    ['log-forked'],
  )
  await writeFile(remember, 'nonsense')
  assert.equal((await runAudit({ source: registry.logDirectory, remember })).exitCode, 2)
})

test('over HTTP, with the key that the registry names; a partial file may be gone, and a failing server is no fault', async () => {
  const directory = await copy('served')
  const failures = new Map([['/log/tile/entries/000', 1]])
  const server = await serve(directory, failures)
  const { port } = server.address() as AddressInfo
  try {
    const run = await runAudit({ source: `http://127.0.0.1:${port}/log/` })
    assert.equal(run.exitCode, 0, run.text)
    const short = await runAudit({ source: `http://127.0.0.1:${port}` })
    assert.equal(short.exitCode, 0, short.text)
    assert.equal(run.report?.trust, 'registry')
    assert.match(run.text, /the registry itself names/)
  } finally {
    server.close()
  }
  const gone = await runAudit({ source: `http://127.0.0.1:${port}/log/`, vkey: registry.logVkey })
  assert.equal(gone.exitCode, 2)
})

/** The files under `/log/` and the well-known file; each path in `failures` fails so many times first. */
async function serve(directory: string, failures: Map<string, number>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const left = failures.get(path) ?? 0
    failures.set(path, left - 1)
    if (left > 0) response.writeHead(503).end()
    else if (path === '/.well-known/cadastre.json')
      response.end(JSON.stringify({ log: { vkey: registry.logVkey } }))
    else
      readFile(join(directory, path.replace('/log/', ''))).then(
        (bytes) => response.end(bytes),
        (error: unknown) => response.writeHead(404).end(String(error)),
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
