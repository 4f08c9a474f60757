// What is asked of a few numbers is found without a look at everything, and is the same.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { blockRange, overlaps } from '@cadastre/numbers'
import { ingestPaths } from '../src/ingest.ts'
import type { WatchReader } from '../src/model.ts'
import { openWatchReader } from '../src/reader.ts'
import { makeSeries, openLog, prefix, type Scratch, scratch, writeSeries } from './fixtures.ts'

const ASKED = ['0.0.0.0/0', '192.0.2.0/24', '192.0.2.16/28', '198.51.100.0/25', '10.0.0.0/8'].map((text) =>
  blockRange(prefix(text)),
)

let place: Scratch
let reader: WatchReader
before(async () => {
  place = await scratch()
  const log = await openLog(place.path)
  await ingestPaths(log, await writeSeries(place.path, 'delegated-example-extended', makeSeries(60)))
  await log.publishedAll()
  await log.close()
  reader = await openWatchReader(place.path)
})
after(async () => {
  await reader.close()
  await place.remove()
})

test('changes of some numbers are all changes that concern one of them, in their order', () => {
  const all = reader.changes()
  assert.ok(all.length > 60)
  for (const within of ASKED)
    assert.deepEqual(
      reader.changes({ within }),
      all.filter(({ range }) => overlaps(range, within)),
    )
})

test('the last rows of a history are its end, and the first rows of numbers their beginning', () => {
  for (const range of ASKED) {
    const days = (limit?: number): string[] => reader.history(range, limit).map(({ from }) => from)
    assert.deepEqual(days(5), days().slice(-5))
    assert.deepEqual(
      reader.overlapping(range, null, 3),
      reader.overlapping(range, null, Number.MAX_SAFE_INTEGER).slice(0, 3),
    )
  }
})
