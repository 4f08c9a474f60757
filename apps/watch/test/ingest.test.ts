// Taking files in: their order, what is logged already, days without a file, days with two, checksums, folders.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ingestPaths } from '../src/ingest.ts'
import { openWatchReader } from '../src/reader.ts'
import type { WatchLog } from '../src/watch-log.ts'
import {
  day,
  delegatedFile,
  makeSeries,
  openLog,
  prefix,
  type Scratch,
  scratch,
  takeIn,
  writeSeries,
} from './fixtures.ts'

let place: Scratch
let files: Scratch
let log: WatchLog
before(async () => {
  files = await scratch()
})
after(() => files.remove())
beforeEach(async () => {
  place = await scratch()
  log = await openLog(place.path)
})
afterEach(async () => {
  await log.close()
  await place.remove()
})

const A = 'example|QM|ipv4|192.0.2.0|256|20200101|assigned|H1'
const B = 'example|QM|ipv4|198.51.100.0|256|20200101|assigned|H2'
const named = (of: string, rows: readonly string[]): readonly [string, string] => [
  `delegated-example-extended-${of.replaceAll('-', '')}`,
  delegatedFile('example', of, rows),
]

test('each day is logged with what it adds and removes, and read again after a restart', async () => {
  const reports = await takeIn(log, [
    named('2026-01-01', [A]),
    named('2026-01-02', [A, B]),
    named('2026-01-03', [B]),
  ])
  assert.deepEqual(
    reports.flatMap(({ logged }) =>
      logged.map(({ day: of, rows, removed, added }) => [of, rows, removed, added]),
    ),
    [
      ['2026-01-01', 1, 0, 1],
      ['2026-01-02', 2, 0, 1],
      ['2026-01-03', 1, 1, 0],
    ],
  )
  const { size } = log
  await log.close()
  log = await openLog(place.path)
  assert.equal(log.size, size)
  assert.deepEqual([...log.current('delegated-extended/example').rows()], [B])
  const reader = await openWatchReader(place.path)
  const said = (of: string): string[] =>
    reader.covering(prefix('192.0.2.0/25'), day(of)).map(({ raw }) => raw)
  assert.deepEqual(
    [said('2025-12-31'), said('2026-01-01'), said('2026-01-02'), said('2026-01-03')],
    [[], [A], [A], []],
  )
  await reader.close()
})

test('the same file again, an older one, and another file of the same day', async () => {
  await takeIn(log, [named('2026-01-02', [A])])
  const { size } = log
  const [again, older] = await takeIn(log, [named('2026-01-02', [A]), named('2026-01-01', [B])])
  assert.deepEqual([again?.known, again?.refused], [1, null])
  assert.equal(older?.refused?.code, 'older-than-logged')
  assert.equal(log.size, size)
  const [other] = await takeIn(log, [named('2026-01-02', [A, B])])
  assert.deepEqual(
    other?.logged[0]?.notes.map(({ code }) => code),
    ['same-day-again'],
  )
  assert.equal(log.lastDay('delegated-extended/example')?.rows, 2)
})

test('a year without a file is a gap, told in days', async () => {
  const reports = await takeIn(log, [named('2025-01-01', [A]), named('2026-01-01', [A])])
  const [gap] = reports[1]?.logged[0]?.notes ?? []
  assert.deepEqual([gap?.code, gap?.count], ['gap', 364])
})

test('a refused file leaves everything as it was', async () => {
  await takeIn(log, [named('2026-01-01', [A, B])])
  const { size } = log
  const cut = delegatedFile('example', '2026-01-02', [A, B]).slice(0, -40)
  const reports = await takeIn(log, [
    ['delegated-example-extended', cut],
    ['delegated-example-extended', ''],
  ])
  assert.deepEqual(
    reports.map(({ refused }) => refused?.code),
    ['truncated', 'empty'],
  )
  assert.equal(log.size, size)
  // What is whole again goes on from the last whole day.
  const [whole] = await takeIn(log, [named('2026-01-02', [A])])
  assert.equal(whole?.logged[0]?.removed, 1)
})

test('a folder is taken in by day, whatever the names’ order; checksums beside files are looked at', async () => {
  const folder = join(files.path, 'folder')
  await mkdir(join(folder, '2026'), { recursive: true })
  const put = async (name: string, of: string, rows: readonly string[], md5?: string): Promise<void> => {
    const bytes = gzipSync(delegatedFile('example', of, rows))
    await writeFile(join(folder, name), bytes)
    const sum = createHash('md5').update(bytes).digest('hex')
    await writeFile(join(folder, `${name}.md5`), `MD5 (${name}) = ${md5 ?? sum}\n`)
  }
  await put('2026/z-20260101.gz', '2026-01-01', [A])
  await put('a-20260103.gz', '2026-01-03', [A, B])
  await put('b-20260102.gz', '2026-01-02', [B], 'f'.repeat(32))
  const reports = await ingestPaths(log, [folder])
  assert.deepEqual(
    reports.map(({ name, logged, refused }) => [name, logged[0]?.day ?? refused?.code]),
    [
      ['z-20260101.gz', '2026-01-01'],
      ['b-20260102.gz', 'checksum-differs'],
      ['a-20260103.gz', '2026-01-03'],
    ],
  )
})

test('a series goes on where it was left, and only from the file it starts with', async () => {
  const steps = makeSeries(30, 3)
  const [base, changes] = await writeSeries(files.path, 'example-extended', steps)
  const [alone] = await ingestPaths(log, [changes])
  assert.equal(alone?.refused?.code, 'does-not-fit')
  await ingestPaths(log, [base, changes])
  const { size } = log
  const again = await ingestPaths(log, [base, changes])
  assert.deepEqual(
    again.map(({ known, refused }) => [known, refused]),
    [
      [1, null],
      [29, null],
    ],
  )
  assert.equal(log.size, size)
  assert.deepEqual(
    [...log.current('delegated-extended/example').rows()].toSorted(),
    steps.at(-1)?.rows.toSorted(),
  )
})

test('plain and extended files of one registry, and other registries, are sources of their own', async () => {
  await takeIn(log, [
    ['delegated-example-20260101', delegatedFile('example', '2026-01-01', [A.slice(0, A.lastIndexOf('|'))])],
    named('2026-01-01', [A]),
    ['delegated-other-extended', delegatedFile('other', '2026-01-01', [A.replace('example', 'other')])],
  ])
  assert.deepEqual(
    log.history.sources().map(({ id }) => id),
    ['delegated/example', 'delegated-extended/example', 'delegated-extended/other'],
  )
})
