// Entries of the watch log: canonical JSON, at most 32 KiB (ledger.md section 5), read again as written.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeUtf8 } from '@cadastre/crypto'
import { parseCanonicalJson } from '@cadastre/records'
import fc from 'fast-check'
import { endEntry, partEntries, readObservedEntry } from '../src/observed-entry.ts'
import { day } from './fixtures.ts'

const FRAME = { source: 'delegated-extended/example', day: day('2026-01-01'), file: 'ab'.repeat(32) }

test('rows come back in order, in canonical entries of at most 32 KiB', () => {
  const row = fc.string({
    maxLength: 300,
    unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
  })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 300 }), fc.array(row, { maxLength: 300 }), (removed, added) => {
      const entries = partEntries(FRAME, removed, added)
      const back: { removed: string[]; added: string[] } = { removed: [], added: [] }
      for (const [part, { bytes }] of entries.entries()) {
        assert.ok(bytes.length <= 32_768, `${bytes.length} bytes`)
        assert.notEqual(parseCanonicalJson(decodeUtf8(bytes) ?? ''), null)
        const read = readObservedEntry(bytes)
        assert.ok(read !== null && 'part' in read)
        assert.equal(read.part, part)
        back.removed.push(...read.removed)
        back.added.push(...read.added)
      }
      assert.deepEqual(back, { removed, added })
    }),
    { numRuns: 100 },
  )
})

test('an entry is filled before the next is begun', () => {
  const rows = Array.from(
    { length: 3000 },
    (_, n) => `example|QM|asn|${100_000 + n}|1|20200101|allocated|H${n}`,
  )
  const entries = partEntries(FRAME, [], rows)
  for (const { bytes } of entries.slice(0, -1)) assert.ok(bytes.length > 32_000, `${bytes.length} bytes`)
})

test('the end of a day comes back as written', () => {
  const end = {
    parts: 1,
    rows: 2,
    removed: 0,
    added: 2,
    previous: day('2025-12-31'),
    registry: 'example',
    kind: 'delegated-extended',
    header: '2|example|20260101|2|00000000|20260101|00000',
    name: 'delegated-example-extended-latest',
    bytes: 300,
    notes: [['gap', 3]] as const,
    series: { sha256: 'cd'.repeat(32), line: 7 },
  }
  assert.deepEqual(readObservedEntry(endEntry(FRAME, end)), { ...FRAME, end })
  assert.deepEqual(readObservedEntry(endEntry(FRAME, { ...end, previous: null, series: null })), {
    ...FRAME,
    end: { ...end, previous: null, series: null },
  })
})

test('other bytes are no entries (fuzz)', () => {
  for (const text of [
    '',
    '{',
    'null',
    '{"t":"state"}',
    '{"t":"observed","v":1,"source":7}',
    '{"t":"observed","v":2}',
  ])
    assert.equal(readObservedEntry(Buffer.from(text)), null)
  assert.equal(readObservedEntry(Uint8Array.of(0xff, 0xfe)), null)
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (json) => readObservedEntry(Buffer.from(json)) === null || true),
    { numRuns: 300 },
  )
})
