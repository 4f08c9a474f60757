import { blockLast, floorTo } from './block.ts'
import {
  type Block,
  mintBlock,
  mintRange,
  NUMBER_SPACES,
  type NumberSpace,
  power,
  type Range,
  WIDTH,
} from './model.ts'

function lastOf(of: Block | Range): bigint {
  return 'last' in of ? of.last : blockLast(of)
}

function compareSpace(a: NumberSpace, b: NumberSpace): number {
  return a === b ? 0 : NUMBER_SPACES.indexOf(a) - NUMBER_SPACES.indexOf(b)
}

/** Whether every number of `inner` is in `outer`; true when they are equal, false across spaces. */
export function contains(outer: Block | Range, inner: Block | Range): boolean {
  return outer.space === inner.space && outer.first <= inner.first && lastOf(inner) <= lastOf(outer)
}

/** Whether some number is in both; false across spaces. */
export function overlaps(a: Block | Range, b: Block | Range): boolean {
  return a.space === b.space && a.first <= lastOf(b) && b.first <= lastOf(a)
}

/** Whether two blocks are the same one. */
export function equalBlock(a: Block, b: Block): boolean {
  return a.length === b.length && a.space === b.space && a.first === b.first
}

/** Whether two ranges are the same one. */
export function equalRange(a: Range, b: Range): boolean {
  return a.space === b.space && a.first === b.first && a.last === b.last
}

/** Sorts by space, then first number, then length: a covering block stands right before what it covers. */
export function compareBlock(a: Block, b: Block): number {
  if (a.space !== b.space) return compareSpace(a.space, b.space)
  if (a.first !== b.first) return a.first < b.first ? -1 : 1
  return a.length - b.length
}

/** Sorts by space, then first number, then the longer range first. */
export function compareRange(a: Range, b: Range): number {
  if (a.space !== b.space) return compareSpace(a.space, b.space)
  if (a.first !== b.first) return a.first < b.first ? -1 : 1
  return a.last === b.last ? 0 : a.last > b.last ? -1 : 1
}

/** The block of `length` bits that contains `of`. Throws a RangeError when `length` is not 0 to `of.length`. */
export function ancestor(of: Block, length: number): Block {
  if (!Number.isInteger(length) || length < 0 || length > of.length) {
    throw new RangeError(`a block of ${of.length} bits has no ancestor of ${length}`)
  }
  return mintBlock(of.space, floorTo(of.first, WIDTH[of.space] - length), length)
}

/** The block one bit shorter that contains this one; null for the whole space. */
export function parent(of: Block): Block | null {
  return of.length === 0 ? null : ancestor(of, of.length - 1)
}

/** The two blocks one bit longer, lower first; null for a single number. */
export function halves(of: Block): readonly [Block, Block] | null {
  const width = WIDTH[of.space]
  if (of.length === width) return null
  const length = of.length + 1
  return [
    mintBlock(of.space, of.first, length),
    mintBlock(of.space, of.first + power(width - length), length),
  ]
}

/** The numbers that are in both ranges; null when there are none. */
export function intersection(a: Range, b: Range): Range | null {
  if (!overlaps(a, b)) return null
  return mintRange(a.space, a.first > b.first ? a.first : b.first, a.last < b.last ? a.last : b.last)
}
