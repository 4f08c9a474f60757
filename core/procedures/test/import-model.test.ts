import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAddress, type Range, rangeToBlock, rangeToBlocks } from '@cadastre/numbers'
import {
  cellKey,
  isOccupying,
  type JsonObject,
  kindOfStatus,
  MAX_REGISTRATIONS,
  planImport,
  type RecordKey,
  type Registration,
  readDelegatedFile,
  readRow,
} from '@cadastre/records'
import fc from 'fast-check'
import { conflictsOf } from '../src/index.ts'
import { type FoundingLog, founded, hash } from './founding-log.ts'

const FIRST = 0xcb007100n // 203.0.113.0
const SIZE = 32

type ModelRow = { readonly range: Range; readonly kind: string; readonly says: string }

/** Registrations as a list, searched number by number: what an import should do, said without prefixes or chains. */
class Model {
  readonly all: { readonly range: Range; readonly kind: string; readonly says: string }[] = []
  readonly #cells = new Map<string, number>()

  /** Takes the row in; false where it is left out. */
  take(row: ModelRow, nested: boolean): boolean {
    const kind = this.#kindOf(row, nested)
    const cells = rangeToBlocks(row.range).map((block) => cellKey(block))
    if (kind === null || cells.some((cell) => (this.#cells.get(cell) ?? 0) >= MAX_REGISTRATIONS)) return false
    for (const cell of cells) this.#cells.set(cell, (this.#cells.get(cell) ?? 0) + 1)
    this.all.push({ ...row, kind })
    return true
  }

  #kindOf(row: ModelRow, nested: boolean): string | null {
    const met = this.all.filter(({ range, kind }) => kind !== 'pool' && meet(range, row.range))
    if (met.length === 0) {
      const repeated =
        row.kind === 'pool' && this.all.some(({ range, kind }) => kind === 'pool' && same(range, row.range))
      return repeated ? null : row.kind
    }
    if (!nested || row.kind !== 'holding' || rangeToBlock(row.range) === null) return null
    const around = met.filter(({ range }) => holds(range, row.range))
    if (around.length === 0 || around.some(({ kind }) => kind === 'reserved')) return null
    // What only touches the row lies across it, unless it is inside.
    if (met.some(({ range }) => !holds(range, row.range) && !holds(row.range, range))) return null
    return same(around.at(-1)?.range, row.range) && around.at(-1)?.says === row.says ? null : 'sub'
  }
}

const meet = (a: Range, b: Range): boolean => a.space === b.space && a.first <= b.last && b.first <= a.last
const holds = (a: Range, b: Range): boolean => a.space === b.space && a.first <= b.first && b.last <= a.last
const same = (a: Range | undefined, b: Range): boolean => a !== undefined && holds(a, b) && holds(b, a)

const anyRow: fc.Arbitrary<string> = fc
  .record({
    start: fc.integer({ min: 0, max: SIZE - 1 }),
    count: fc.oneof(fc.constantFrom(1, 2, 4, 8, 16, 32), fc.integer({ min: 1, max: SIZE })),
    aligned: fc.boolean(),
    status: fc.constantFrom('allocated', 'assigned', 'allocated', 'assigned', 'reserved', 'available'),
    opaque: fc.constantFrom('A', 'B'),
  })
  .map(({ start, count, aligned, status, opaque }) => {
    const from = aligned ? start - (start % count) : start
    const fits = Math.min(count, SIZE - from)
    return `example|CH|ipv4|${formatAddress('ip4', FIRST + BigInt(from))}|${fits}|20130501|${status}|${opaque}`
  })
const anyFile = fc.record({ nested: fc.boolean(), rows: fc.array(anyRow, { minLength: 1, maxLength: 14 }) })

function plan(rows: readonly string[], nested: boolean): ReturnType<typeof planImport> {
  const text = `2|example|1|${rows.length}|19830101|20260101|+0000\n${rows.join('\n')}\n`
  return planImport(readDelegatedFile(text).rows, { nested })
}

/** Imports a file in chunks of so many rows; the lines that were left out. */
function importFile(
  log: FoundingLog,
  source: string,
  file: { readonly nested: boolean; readonly rows: readonly string[] },
  chunkRows: number,
): readonly number[] {
  const { nested } = file
  const base = { staff: 'OP-1', source }
  const planned = plan(file.rows, nested)
  const all = [...planned.chunks({ source, from: 0, registryBytes: 1000 })].flatMap(({ rows }) => rows)
  const act = (body: JsonObject): void => assert.equal(log.act('import/1', { ...base, ...body }), null)
  act({ step: 'manifest', file: 'f', sha256: hash('f'), rows: planned.count, nested, attribution: 'x' })
  const left: number[] = []
  for (let from = 0; from < all.length; from += chunkRows) {
    const body = { step: 'chunk', source, from, rows: all.slice(from, from + chunkRows) }
    act(body)
    left.push(...conflictsOf(body, log.effects as never).map(({ line }) => line))
  }
  act({ step: 'end' })
  return left
}

/** Chunks that are sorted each, but not as a whole: an operator may write any chunk that `decide` takes. */
function importUnplanned(
  log: FoundingLog,
  source: string,
  { rows, nested }: { readonly nested: boolean; readonly rows: readonly string[] },
): void {
  const base = { staff: 'OP-1', source }
  const act = (body: JsonObject): void => assert.equal(log.act('import/1', { ...base, ...body }), null)
  act({ step: 'manifest', file: 'f', sha256: hash('f'), rows: rows.length, nested, attribution: 'x' })
  for (let from = 0; from < rows.length; from += 5) {
    const part = plan(rows.slice(from, from + 5), nested)
    for (const chunk of part.chunks({ source, from: 0, registryBytes: 1000 }))
      act({ step: 'chunk', from, rows: chunk.rows })
  }
  act({ step: 'end' })
}

function modelRow(raw: string, source: string): ModelRow {
  const row = readRow(raw)
  if (!row.ok) throw new Error(raw)
  const { range, status, opaqueId } = row.value
  return { range, kind: kindOfStatus(status), says: `${source} ${opaqueId} ${status}` }
}

function registrationsIn(log: FoundingLog): Registration[] {
  return [...log.state.records.keys()]
    .filter((key) => key.startsWith('ip4/'))
    .flatMap((key) => [...log.at(key as RecordKey)])
}

test('any files, flat or nested, in chunks of any size, enter as the model says', () => {
  fc.assert(
    fc.property(
      fc.array(anyFile, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 14 }),
      (files, size) => {
        const log = founded({ pools: [], reserved: [] })
        const model = new Model()
        for (const [number, file] of files.entries()) {
          const source = `S${number}`
          const left = importFile(log, source, file, size)
          const order = [...plan(file.rows, file.nested).chunks({ source, from: 0, registryBytes: 1000 })]
          const expected = order
            .flatMap(({ rows }) => rows)
            .filter(({ raw }) => !model.take(modelRow(raw, source), file.nested))
            .map(({ line }) => line)
          assert.deepEqual(left, expected)
        }
        const ids = new Map(
          registrationsIn(log).map((one) => [one.id, `${one.kind} ${one.first} - ${one.last}`]),
        )
        const wanted = model.all.map(
          ({ range, kind }) =>
            `${kind} ${formatAddress('ip4', range.first)} - ${formatAddress('ip4', range.last)}`,
        )
        assert.deepEqual([...ids.values()].sort(), wanted.sort())
      },
    ),
    { numRuns: 300 },
  )
})

test('invariant I2: no two occupying registrations overlap, whatever chunks are written', () => {
  fc.assert(
    fc.property(fc.array(anyFile, { minLength: 1, maxLength: 3 }), (files) => {
      const log = founded({ pools: [], reserved: [] })
      for (const [number, file] of files.entries()) importUnplanned(log, `S${number}`, file)
      const taken = new Set<string>()
      for (const key of log.state.records.keys()) {
        if (!key.startsWith('ip4/')) continue
        const occupying = log.at(key).filter(({ kind }) => isOccupying(kind))
        assert.ok(occupying.length <= 1)
        const [block] = log.state.subtree(key).cells
        if (occupying.length === 0 || block === undefined) continue
        const size = 1n << BigInt(32 - block.block.length)
        for (let number = block.block.first; number < block.block.first + size; number++) {
          assert.ok(!taken.has(String(number)), `${key} overlaps`)
          taken.add(String(number))
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('one file alone: the plan foretells exactly which lines are left out', () => {
  fc.assert(
    fc.property(anyFile, fc.integer({ min: 1, max: 14 }), (file, size) => {
      const log = founded({ pools: [], reserved: [] })
      const left = importFile(log, 'EXAMPLE', file, size)
      const planned = plan(file.rows, file.nested).conflicts.map(({ line }) => line)
      assert.deepEqual(planned, left)
    }),
    { numRuns: 300 },
  )
})
