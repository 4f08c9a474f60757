// What a chunk of an import looks at, row by row, and what becomes of a row where numbers are registered already.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangeToBlocks } from '@cadastre/numbers'
import { type Cell, MAX_REGISTRATIONS, type Registration, readImportRow } from '@cadastre/records'
import { chunkNeeds, conflictsOf, readChunk, rowEffects, subtreeNeed } from '../src/index.ts'
import { inputsOf } from './inputs-fixture.ts'
import { blockOf, World } from './world.ts'

type Row = readonly [start: string, count: number, more?: { readonly status?: string; readonly raw?: string }]
const raw = ([start, count, { status = 'allocated', raw = '' } = {}]: Row): string => {
  const kind = start.includes(':') ? 'ipv6' : start.includes('.') ? 'ipv4' : 'asn'
  return raw !== '' ? raw : `example|CH|${kind}|${start}|${count}|20130501|${status}|A1`
}
const rowsOf = (rows: readonly Row[]): { readonly line: number; readonly raw: string }[] =>
  rows.map((row, index) => ({ line: index + 1, raw: raw(row) }))

/** For each row, whether what is inside its first block is looked at. */
function looksInside(here: World, nested: boolean, ...rows: readonly Row[]): readonly boolean[] {
  const chunk = readChunk('EXAMPLE', rowsOf(rows))
  const known = inputsOf(here, (so) => chunkNeeds(chunk, nested, so))
  return rows.map((row) => {
    const read = readImportRow(raw(row))
    assert.ok(read.ok)
    const [first] = rangeToBlocks(read.value.range)
    assert.ok(first)
    return known.has(subtreeNeed(first))
  })
}

const NET: Row = ['203.0.113.0', 256]
const HALF: Row = ['203.0.113.0', 128]

test('a flat import looks inside every block; a nested one not under a holding, nor under a row sure to enter', () => {
  assert.deepEqual(looksInside(new World(), false, NET, HALF), [true, true])
  assert.deepEqual(looksInside(new World(), true, NET, HALF), [true, false])
  assert.deepEqual(looksInside(new World(), true, NET, HALF, ['203.0.113.64', 64]), [true, false, false])
  assert.deepEqual(looksInside(new World(), true, HALF, ['203.0.113.128', 128]), [true, true])
  const held = new World()
  held.register('R-1', '203.0.112.0/23')
  assert.deepEqual(looksInside(held, true, NET, HALF), [false, false])
  assert.deepEqual(looksInside(held, false, NET, HALF), [true, true])
  const pooled = new World()
  pooled.register('R-1', '203.0.112.0/23', { kind: 'pool' })
  assert.deepEqual(looksInside(pooled, true, NET, HALF), [true, false])
})

test('a row is not sure to enter where something is inside its numbers, where it is a pool, or part of one is held', () => {
  const busy = new World()
  busy.register('R-1', '203.0.113.200/32')
  assert.deepEqual(looksInside(busy, true, NET, HALF), [true, true])
  assert.deepEqual(looksInside(new World(), true, ['203.0.113.0', 256, { status: 'available' }], HALF), [
    true,
    true,
  ])
  // 192 numbers are two blocks, and the second is held.
  const half = new World()
  half.register('R-1', '203.0.113.128/25')
  assert.deepEqual(looksInside(half, true, ['203.0.113.0', 192], HALF), [true, true])
  // A row of several blocks looks inside them, whatever stands around it.
  assert.deepEqual(looksInside(new World(), true, NET, ['203.0.113.0', 192]), [true, true])
  const held = new World()
  held.register('R-1', '203.0.113.0/24')
  assert.deepEqual(looksInside(held, true, ['203.0.113.0', 192]), [true])
})

test('nor is a row that overlaps one before it, however far back, though it may touch it', () => {
  const inner: Row = ['203.0.113.192', 32]
  assert.deepEqual(looksInside(new World(), true, HALF, ['203.0.113.128', 128], inner), [true, true, false])
  const overlapping: Row = ['203.0.113.128', 128]
  assert.deepEqual(looksInside(new World(), true, ['203.0.113.0', 192], overlapping, inner), [
    true,
    true,
    true,
  ])
  assert.deepEqual(
    looksInside(new World(), true, ['203.0.113.0', 192], ['203.0.113.0', 64], overlapping, inner),
    [true, false, true, true],
  )
  assert.deepEqual(looksInside(new World(), true, ['203.0.113.0', 129], overlapping, inner)[2], true)
  // Another number space is another place, though its numbers are smaller.
  assert.deepEqual(looksInside(new World(), true, ['2001:db8::', 32], NET, HALF), [true, true, false])
  assert.deepEqual(
    looksInside(new World(), true, ['2001:db8::', 32], ['203.0.113.0', 192], overlapping, inner)[3],
    true,
  )
})

test('a row is sure to enter only where nothing holds any of its blocks, and no earlier row overlaps it', () => {
  // 192 numbers are two blocks; the second is held, the row inside is in the first.
  const half = new World()
  half.register('R-1', '203.0.113.128/25')
  assert.deepEqual(looksInside(half, true, ['203.0.113.0', 192], ['203.0.113.0', 64]), [true, true])
  // The third overlaps the second, which reaches further than the first: what is inside the third must look.
  const across: Row = ['203.0.113.192', 128]
  assert.deepEqual(
    looksInside(new World(), true, HALF, ['203.0.113.128', 128], across, ['203.0.114.0', 32])[3],
    true,
  )
  assert.deepEqual(looksInside(new World(), true, HALF, across, ['203.0.114.0', 32])[2], false)
})

test('a row that cannot be read makes the chunk none', () => {
  const chunk = readChunk('EXAMPLE', rowsOf([NET, ['', 0, { raw: 'nonsense' }]]))
  assert.deepEqual([chunk.rows, chunk.sorted], [null, false])
  assert.deepEqual(
    rowEffects(
      chunk,
      true,
      inputsOf(new World(), () => []),
    ),
    [],
  )
})

/** What the rows make of the state: by cell, how many registrations each now holds; and the keys written. */
function made(here: World, nested: boolean, ...rows: readonly Row[]): ReadonlyMap<string, Cell> {
  const chunk = readChunk('EXAMPLE', rowsOf(rows))
  const inputs = inputsOf(here, (so) => chunkNeeds(chunk, nested, so))
  return new Map(rowEffects(chunk, nested, inputs).map(({ key, next }) => [key, next as Cell]))
}
const kinds = (cells: ReadonlyMap<string, Cell>, key: string): readonly string[] | undefined =>
  cells.get(key)?.registrations.map(({ kind }) => kind)
const KEY = 'ip4/203.0.113.0/24'
const POOL = { kind: 'pool', holder: null, status: 'available' } as const

test('a pool that is recorded already is left out; one of other numbers in the same cell enters', () => {
  const available: Row = ['203.0.113.0', 128, { status: 'available' }]
  const key = 'ip4/203.0.113.0/25'
  for (const [range, entered] of [
    ['203.0.113.0/25', undefined],
    ['203.0.113.0 - 203.0.113.191', ['pool', 'pool']],
    ['203.0.112.128 - 203.0.113.127', ['pool', 'pool']],
  ] as const) {
    const here = new World()
    here.register('R-1', range, POOL)
    assert.deepEqual(kinds(made(here, false, available), key), entered, range)
  }
})

test('a row is left out whole where one of its cells is full', () => {
  const here = new World()
  for (let n = 0; n < MAX_REGISTRATIONS; n++)
    here.register(`R-${n}`, `203.0.113.128 - 203.0.113.${191 + n}`, POOL)
  const full = here.cell('ip4/203.0.113.128/26').registrations.length
  assert.equal(full, MAX_REGISTRATIONS)
  assert.deepEqual([...made(here, false, ['203.0.113.128', 64]).keys()], [])
  assert.deepEqual([...made(here, false, ['203.0.113.0', 192]).keys()], [])
  assert.deepEqual([...made(here, false, HALF).keys()], ['obj/holder/IMP-EXAMPLE-A1', 'ip4/203.0.113.0/25'])
})

test('a holder that is recorded is never written again, and one of several rows once', () => {
  const twice = made(new World(), false, HALF, ['203.0.113.128', 128])
  assert.deepEqual(
    [...twice.keys()].filter((key) => key.startsWith('obj/')),
    ['obj/holder/IMP-EXAMPLE-A1'],
  )
  const here = new World()
  here.holder('IMP-EXAMPLE-A1')
  assert.deepEqual([...made(here, false, HALF).keys()], ['ip4/203.0.113.0/25'])
})

test('nested: the same row again says nothing; the same numbers with anything else said become a child', () => {
  const said: Partial<Registration> = {
    holder: 'IMP-EXAMPLE-A1',
    status: 'allocated',
    country: 'CH',
    registered: '2013-05-01' as never,
  }
  for (const [more, entered] of [
    [{}, undefined],
    [{ holder: 'IMP-EXAMPLE-B1' }, ['holding', 'sub']],
    [{ status: 'assigned' }, ['holding', 'sub']],
    [{ country: null }, ['holding', 'sub']],
    [{ registered: null }, ['holding', 'sub']],
  ] as const) {
    const here = new World()
    here.register('R-1', '203.0.113.0/24', { ...said, ...more } as Partial<Registration>)
    assert.deepEqual(kinds(made(here, true, NET), KEY), entered, JSON.stringify(more))
  }
  // A row of the chunk at the very same numbers stands further in than what was recorded before.
  const here = new World()
  here.register('R-1', '203.0.113.0/24', { ...said, status: 'assigned' })
  assert.deepEqual(kinds(made(here, true, NET, NET), KEY), ['holding', 'sub'])
  const chunk: Row = ['203.0.113.0', 256, { status: 'assigned' }]
  assert.deepEqual(kinds(made(here, true, NET, chunk), KEY), ['holding', 'sub', 'sub'])
})

test('nested: children only inside holdings and their children, wholly', () => {
  const lease = new World()
  lease.register('R-1', '203.0.113.0/24')
  lease.register('R-2', '203.0.113.0/25', { kind: 'lease' })
  assert.deepEqual(kinds(made(lease, true, ['203.0.113.0', 64]), 'ip4/203.0.113.0/26'), undefined)
  assert.deepEqual(kinds(made(lease, true, ['203.0.113.128', 64]), 'ip4/203.0.113.128/26'), ['sub'])
  const across = new World()
  across.register('R-1', '203.0.113.0/25')
  assert.deepEqual([...made(across, true, NET).keys()], [])
})

test('conflictsOf: which rows entered is read from the entry alone, drafts or stamped', () => {
  const rows = rowsOf([NET, HALF, ['203.0.113.128', 128], ['64496', 1]])
  const here = new World()
  here.register('R-1', '203.0.113.0/24', { kind: 'pool' })
  const chunk = readChunk('EXAMPLE', rows)
  const inputs = inputsOf(here, (so) => chunkNeeds(chunk, true, so))
  const effects = rowEffects(chunk, true, inputs)
  assert.deepEqual(conflictsOf({ source: 'EXAMPLE', rows }, effects), [])
  const flat = rowEffects(
    chunk,
    false,
    inputsOf(here, (so) => chunkNeeds(chunk, false, so)),
  )
  assert.deepEqual(
    conflictsOf({ source: 'EXAMPLE', rows }, flat).map(({ line }) => line),
    [2, 3],
  )
  // What was deleted by the entry says nothing.
  const gone = [...flat, { key: 'ip4/198.51.100.0/24', next: null }]
  assert.equal(conflictsOf({ source: 'EXAMPLE', rows }, gone).length, 2)
  assert.equal(blockOf(KEY).length, 24)
})
