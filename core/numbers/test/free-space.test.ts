import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  blockLast,
  blockRange,
  compareRange,
  freeRanges,
  lastInSpace,
  lowerCursor,
  lowestFit,
  normalise,
  overlaps,
  type Range,
  range,
  singleBlock,
  subtract,
  union,
  WIDTH,
} from '../src/index.ts'
import {
  anyWorld,
  must,
  offset,
  offsetPairs,
  offsetsOf,
  WORLD,
  type World,
  worldRange,
} from './arbitraries.ts'

const ranges = (world: World, pairs: readonly [number, number][]): Range[] =>
  pairs.map(([a, b]) => worldRange(world, a, b))

/** The set of offsets as maximal runs, by looking at every offset. */
function runs(world: World, held: ReadonlySet<number>): Range[] {
  const found: Range[] = []
  let start = -1
  for (let at = 0; at <= WORLD; at++) {
    if (held.has(at) && start < 0) start = at
    if (!held.has(at) && start >= 0) {
      found.push(worldRange(world, start, at - 1))
      start = -1
    }
  }
  return found
}

test('normalise, union, subtract and free ranges are those of sets', () => {
  fc.assert(
    fc.property(anyWorld, offset, offset, offsetPairs, offsetPairs, (world, from, to, some, others) => {
      const [a, b, pool] = [ranges(world, some), ranges(world, others), worldRange(world, from, to)]
      assert.deepEqual(normalise(a), runs(world, offsetsOf(world, a)))
      assert.deepEqual(union(a, b), runs(world, offsetsOf(world, [...a, ...b])))
      const rest = offsetsOf(world, [pool])
      for (const each of offsetsOf(world, a)) rest.delete(each)
      assert.deepEqual(subtract(pool, a), runs(world, rest))
      assert.deepEqual(freeRanges(pool, a), runs(world, rest))
    }),
    { numRuns: 2000 },
  )
})

test('other spaces are left alone', () => {
  const [ip4, asn] = [must(range('ip4', 0n, 9n)), must(range('asn', 5n, 9n))]
  assert.deepEqual(normalise([asn, ip4]), [ip4, asn])
  assert.deepEqual(subtract(ip4, [asn]), [ip4])
})

/** The lowest aligned run of `size` offsets of the pool without a held one: tries each. */
function bruteFit(
  pool: readonly [number, number],
  held: ReadonlySet<number>,
  size: number,
  from: number,
): number | null {
  for (let at = 0; at < WORLD; at += size) {
    if (at < from || at < pool[0] || at + size - 1 > pool[1]) continue
    if (Array.from({ length: size }, (_, index) => at + index).every((each) => !held.has(each))) return at
  }
  return null
}

const sizeBits = fc.integer({ min: 0, max: 6 })
const poolEnds = fc.tuple(offset, offset).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)])

test('lowest fit equals brute force, with and without a cursor', () => {
  fc.assert(
    fc.property(
      anyWorld,
      poolEnds,
      offsetPairs,
      sizeBits,
      fc.option(offset),
      (world, ends, pairs, bits, from) => {
        const pool = worldRange(world, ...ends)
        const taken = ranges(world, pairs).sort(compareRange)
        const cursor = from === null ? undefined : world.base + BigInt(from)
        const fit = lowestFit(pool, taken, WIDTH[world.space] - bits, cursor)
        const expected = bruteFit(ends, offsetsOf(world, taken), 2 ** bits, from ?? 0)
        assert.equal(fit.block === null ? null : Number(fit.block.first - world.base), expected)
        assert.equal(fit.cursor, fit.block === null ? pool.last + 1n : fit.block.first)
        if (fit.block !== null) assert.equal(blockLast(fit.block) - fit.block.first + 1n, 1n << BigInt(bits))
      },
    ),
    { numRuns: 3000 },
  )
})

/** One step of a history: take the lowest fit, take chosen numbers if they are free, or free something. */
const step = fc.record({
  act: fc.constantFrom('lowest', 'lowest', 'chosen', 'free'),
  bits: fc.oneof(fc.integer({ min: 0, max: 2 }), sizeBits),
  which: offset,
})

test('cursor invariant: over any history of takes and frees, searching from the cursor finds the true lowest', () => {
  fc.assert(
    fc.property(anyWorld, poolEnds, fc.array(step, { maxLength: 60, size: 'max' }), (world, ends, steps) => {
      const pool = worldRange(world, ...ends)
      const cursors = new Map<number, bigint>()
      let taken: Range[] = []
      for (const { act, bits, which } of steps) {
        const chosen = worldRange(world, which, Math.min(WORLD - 1, which + bits))
        if (act === 'chosen' && !taken.some((each) => overlaps(each, chosen))) taken.push(chosen)
        const freed = act === 'free' ? taken[which % taken.length] : undefined
        if (freed !== undefined) {
          taken = taken.filter((each) => each !== freed)
          for (const [size, cursor] of cursors) {
            cursors.set(size, lowerCursor(cursor, freed.first, world.space, WIDTH[world.space] - size))
          }
        }
        if (act !== 'lowest') continue
        const cursor = cursors.get(bits)
        // What ends below the cursor may be left out of the search.
        const seen = taken.filter((each) => cursor === undefined || each.last >= cursor).sort(compareRange)
        const fit = lowestFit(pool, seen, WIDTH[world.space] - bits, cursor)
        const expected = bruteFit(ends, offsetsOf(world, taken), 2 ** bits, 0)
        assert.equal(fit.block === null ? null : Number(fit.block.first - world.base), expected)
        cursors.set(bits, fit.cursor)
        if (fit.block !== null) taken.push(blockRange(fit.block))
      }
    }),
    { numRuns: 1000 },
  )
})

test('lowest fit at the end of the space, and of the whole space', () => {
  const end = must(range('ip4', lastInSpace('ip4') - 1n, lastInSpace('ip4')))
  assert.deepEqual(lowestFit(end, [blockRange(singleBlock('ip4', lastInSpace('ip4') - 1n))], 32), {
    block: singleBlock('ip4', lastInSpace('ip4')),
    cursor: lastInSpace('ip4'),
  })
  assert.deepEqual(lowestFit(end, [end], 32), { block: null, cursor: 1n << 32n })
  assert.equal(lowestFit(must(range('ip6', 0n, lastInSpace('ip6'))), [], 0).block?.length, 0)
})

test('lowest fit reads no further than it must', () => {
  function* taken(): Generator<Range> {
    yield must(range('asn', 64496n, 64499n))
    yield must(range('asn', 64504n, 64504n))
    assert.fail('read past the gap')
  }
  assert.equal(lowestFit(must(range('asn', 64496n, 64511n)), taken(), 30).block?.first, 64500n)
})

test('misuse of lowest fit is a bug and throws', () => {
  const pool = must(range('asn', 64496n, 64511n))
  const [low, high] = [must(range('asn', 64496n, 64500n)), must(range('asn', 64501n, 64502n))]
  assert.throws(() => lowestFit(pool, [], 33), RangeError)
  assert.throws(() => lowestFit(pool, [must(range('ip4', 64496n, 64500n))], 32), RangeError)
  assert.throws(() => lowestFit(pool, [low, high, low], 32), RangeError)
})
