import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { decodeBundle, encodeBundle } from '@cadastre/merkle'
import type { Policy } from '@cadastre/notes'
import { startTestRegistry, type TestRegistry } from '@cadastre/simulator'
import {
  type AuditReport,
  auditLog,
  directorySource,
  type LogSource,
  policyOfVkey,
  progressLine,
  runAudit,
} from '../src/index.ts'

let registry: TestRegistry
let scratch: string

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cadastre-resume-'))
  registry = await startTestRegistry()
  const one = await registry.holder('One Networks')
  for (let day = 0; day < 3; day++) {
    registry.advance(30)
    await registry.submitAll(200, () => registry.request('confirm/1', { holder: one.handle }), [one.signer])
    await registry.accepted(
      registry.request('allocate/1', { holder: one.handle, pool: 'IP4', length: 24, block: null }),
      [one.signer],
    )
    await registry.registrar.publishedAll()
    await cp(registry.logDirectory, join(scratch, `day-${day}`), { recursive: true })
  }
})
after(async () => {
  await registry.close()
  await rm(scratch, { recursive: true, force: true })
})

function policy(): Policy {
  const found = policyOfVkey(nodeCrypto, registry.logVkey)
  assert.ok(found.ok)
  return found.value
}

/** A source whose power fails after some reads. */
function failing(directory: string, reads: number): LogSource {
  const { name, read } = directorySource(directory)
  let left = reads
  return {
    name,
    read: (path) => {
      left -= 1
      return left < 0 ? Promise.reject(new Error('the power failed')) : read(path)
    },
  }
}

function audit(source: LogSource, resume: string, keepSeconds = 0): Promise<AuditReport> {
  return auditLog(source, {
    crypto: nodeCrypto,
    policy: policy(),
    trust: 'given',
    pool: null,
    clock: () => performance.now() / 1000,
    resume,
    keepSeconds,
  }).then(({ report }) => report)
}

/** What of a report does not depend on the way there. */
function essence({ tally, receipts, tiles, faultCount, root, entries, orders }: AuditReport): string {
  return JSON.stringify({ tally, receipts, tiles, faultCount, root, entries, orders })
}

test('an audit that is interrupted goes on where it was, and finds the same', async () => {
  const source = directorySource(registry.logDirectory)
  const whole = await audit(source, join(scratch, 'whole'), 300)
  const folder = join(scratch, 'interrupted')
  for (const reads of [4, 5])
    await assert.rejects(audit(failing(registry.logDirectory, reads), folder), /the power failed/)
  const rest = await audit(source, folder)
  assert.ok(rest.resumed.from > 0 && rest.resumed.from < rest.size, JSON.stringify(rest.resumed))
  assert.equal(essence(rest), essence(whole))
  assert.deepEqual((await readdir(folder)).length, 2, 'older ones are deleted')
})

test('each night only what is new is replayed', async () => {
  const folder = join(scratch, 'nightly')
  const seen: number[] = []
  for (const day of [0, 1, 2]) {
    const run = await runAudit({
      source: join(scratch, `day-${day}`),
      vkey: registry.logVkey,
      resume: folder,
      workers: 0,
    })
    assert.equal(run.exitCode, 0, run.text)
    assert.equal(run.report?.resumed.from, seen.at(-1) ?? 0)
    seen.push(run.report?.size ?? 0)
    if (day > 0) assert.match(run.text, /resumed {6}after \d+ entries/)
  }
  assert.ok((seen[2] ?? 0) > (seen[1] ?? 0))
  const again = await runAudit({ source: join(scratch, 'day-2'), resume: folder, workers: 0 })
  assert.equal(again.exitCode, 0, again.text)
  assert.equal(again.report?.resumed.from, again.report?.size)
  assert.equal(again.report?.trust, 'remembered')
  assert.equal(again.report?.comparedWith, seen[2])
})

test('what was kept is not believed: changed records, a cut file, another version', async () => {
  const source = directorySource(registry.logDirectory)
  for (const [name, change] of [
    ['changed', (bytes: Buffer) => bytes.fill(0x78, bytes.length - 40, bytes.length - 30)],
    ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
  ] as const) {
    const folder = join(scratch, name)
    await audit(source, folder)
    const file = (await readdir(folder)).find((one) => one.startsWith('records-'))
    assert.ok(file)
    await writeFile(join(folder, file), change(await readFile(join(folder, file))))
    const report = await audit(source, folder)
    assert.equal(report.faultCount, 0)
    assert.equal(report.resumed.from, 0)
    assert.match(report.resumed.discarded ?? '', /records/)
  }
  const folder = join(scratch, 'version')
  await audit(source, folder)
  const file = (await readdir(folder)).find((one) => one.startsWith('audit-'))
  assert.ok(file)
  const whole = JSON.parse(await readFile(join(folder, file), 'utf8'))
  await writeFile(join(folder, file), JSON.stringify({ ...whole, tree: { ...whole.tree, hashes: [] } }))
  assert.match((await audit(source, folder)).resumed.discarded ?? '', /compact range/)
  await writeFile(join(folder, file), '{}')
  assert.match((await audit(source, folder)).resumed.discarded ?? '', /another version/)
})

test('faults found before are told again, and false files are not gone on from', async () => {
  const copy = join(scratch, 'false')
  await cp(registry.logDirectory, copy, { recursive: true })
  const path = join(copy, 'tile/entries/000')
  const entries = decodeBundle(await readFile(path), 256)
  assert.ok(entries.ok)
  const text = new TextDecoder().decode(entries.value[40])
  const tampered = new TextEncoder().encode(text.replace('"v":1}', '"v":1} '))
  await writeFile(path, encodeBundle(entries.value.with(40, tampered)))
  const folder = join(scratch, 'false-kept')
  const report = await audit(directorySource(copy), folder)
  assert.ok(report.faults.some(({ code }) => code === 'log-root-differs'))
  assert.deepEqual(await readdir(folder), [], 'nothing is kept of files that were not signed')
})

test('progress: the rate and the time left', () => {
  let now = 0
  const line = progressLine(() => now)
  assert.equal(line(0, 10_000), '0 of 10000 entries (0 %)')
  now = 10
  assert.equal(line(1000, 10_000), '1000 of 10000 entries (10 %), 100 entries/s, 2 min left')
  now = 99
  assert.equal(line(9900, 10_000), '9900 of 10000 entries (99 %), 100 entries/s, 1 s left')
})
