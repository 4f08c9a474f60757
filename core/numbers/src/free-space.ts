import { floorTo } from './block.ts'
import { type Block, mintBlock, mintRange, type NumberSpace, power, type Range, WIDTH } from './model.ts'
import { compareRange, intersection } from './relations.ts'

/** The same set of numbers as the fewest ranges, sorted: overlapping and touching ranges become one. */
export function normalise(ranges: readonly Range[]): Range[] {
  const merged: Range[] = []
  let open: Range | null = null
  for (const next of [...ranges].sort(compareRange)) {
    if (open !== null && open.space === next.space && next.first <= open.last + 1n) {
      if (next.last > open.last) open = mintRange(open.space, open.first, next.last)
      continue
    }
    if (open !== null) merged.push(open)
    open = next
  }
  if (open !== null) merged.push(open)
  return merged
}

/** The numbers that are in either set, as sorted separate ranges. */
export function union(a: readonly Range[], b: readonly Range[]): Range[] {
  return normalise([...a, ...b])
}

/** The numbers of `from` that are in none of `ranges` (any order, may overlap), as sorted separate ranges. */
export function subtract(from: Range, ranges: readonly Range[]): Range[] {
  const inside = ranges.map((candidate) => intersection(from, candidate)).filter((cut) => cut !== null)
  const rest: Range[] = []
  let next = from.first
  for (const cut of normalise(inside)) {
    if (next < cut.first) rest.push(mintRange(from.space, next, cut.first - 1n))
    next = cut.last + 1n
  }
  if (next <= from.last) rest.push(mintRange(from.space, next, from.last))
  return rest
}

/** What is free in a pool: its numbers outside everything taken (any order, may overlap). */
export function freeRanges(pool: Range, taken: readonly Range[]): Range[] {
  return subtract(pool, taken)
}

/** `value` raised to a multiple of 2^bits. */
function ceilTo(value: bigint, bits: number): bigint {
  return floorTo(value + power(bits) - 1n, bits)
}

/** A found block, if any, and the pool's new cursor for this length. */
export type Fit = { readonly block: Block | null; readonly cursor: bigint }

/**
 * The lowest free aligned block of `length` bits in the pool, at or after the cursor.
 *
 * `taken` is sorted by first number; ranges may nest or overlap, and those that end below the cursor may be left
 * out. It is read no further than needed, so it may be a database cursor. `cursor` is what an earlier call or
 * `lowerCursor` returned: nothing fitting is free below it; without one the search starts at the pool's first number.
 *
 * The returned cursor keeps that promise: it is the block's first number, or one past the pool (which may be one
 * past the space) when nothing fits. It stays true when numbers are taken; a free must pass it to `lowerCursor`.
 *
 * Throws a RangeError for a length outside the space, for `taken` of another space or out of order.
 */
export function lowestFit(pool: Range, taken: Iterable<Range>, length: number, cursor?: bigint): Fit {
  const width = WIDTH[pool.space]
  if (!Number.isInteger(length) || length < 0 || length > width) {
    throw new RangeError(`${pool.space} has no blocks of ${length} bits`)
  }
  const bits = width - length
  const lastOffset = power(bits) - 1n
  const exhausted: Fit = { block: null, cursor: pool.last + 1n }
  let start = ceilTo(cursor !== undefined && cursor > pool.first ? cursor : pool.first, bits)
  if (start + lastOffset > pool.last) return exhausted
  let previous = 0n
  for (const held of taken) {
    if (held.space !== pool.space) throw new RangeError(`${held.space} cannot be taken from ${pool.space}`)
    if (held.first < previous) throw new RangeError('taken ranges are not sorted by their first number')
    previous = held.first
    if (held.last < start) continue
    if (held.first > start + lastOffset) break
    start = ceilTo(held.last + 1n, bits)
    if (start + lastOffset > pool.last) return exhausted
  }
  return { block: mintBlock(pool.space, start, length), cursor: start }
}

/**
 * A pool's cursor for `length` after numbers from `freedFirst` on became free. A block that fits now and did not
 * before must hold a freed number, so it starts no lower than `freedFirst` floored to the block's size.
 */
export function lowerCursor(cursor: bigint, freedFirst: bigint, space: NumberSpace, length: number): bigint {
  const floored = floorTo(freedFirst, WIDTH[space] - length)
  return floored < cursor ? floored : cursor
}
