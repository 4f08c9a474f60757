/** Random blocks and ranges inside others: mostly aligned, some with any bounds. */

import { type Block, block, formatAddress, type Range, WIDTH } from '@cadastre/numbers'
import type { Chance } from './workload-chance.ts'

/** Text of a range, as bodies state it. */
function rangeText(space: Block['space'], first: bigint, last: bigint): string {
  const print = (value: bigint): string => (space === 'asn' ? `AS${value}` : formatAddress(space, value))
  return first === last ? print(first) : `${print(first)} - ${print(last)}`
}

/** A number inside; far from evenly spread where the range is wide, which does not matter. */
function numberInside(chance: Chance, { first, last }: Range): bigint {
  const size = last - first + 1n
  if (chance.chance(0.15)) return chance.chance(0.5) ? first : last
  const fraction = BigInt(chance.below(2 ** 30))
  return first + (size * fraction) / 2n ** 30n
}

/** An aligned block that overlaps the range, of one of the lengths a few bits below the range's size. */
export function blockInside(chance: Chance, of: Range): Block {
  const width = WIDTH[of.space]
  const bits = (of.last - of.first + 1n).toString(2).length - 1
  const size = Math.max(0, bits - chance.below(6))
  const number = numberInside(chance, of)
  const found = block(of.space, (number >> BigInt(size)) << BigInt(size), width - size)
  if (!found.ok) throw new Error('a number of the space with its low bits cleared is a block')
  return found.value
}

/** A part of the range, as text: a block of it, or any bounds; now and then the whole, seldom what lies outside. */
export function partOf(chance: Chance, of: Range, whole: number, anyBounds = 0.45): string {
  if (chance.chance(whole)) return rangeText(of.space, of.first, of.last)
  if (chance.chance(1 - anyBounds)) {
    const { space, first, length } = blockInside(chance, of)
    const last = first + (1n << BigInt(WIDTH[space] - length)) - 1n
    return rangeText(space, first, last)
  }
  const [one, other] = [numberInside(chance, of), numberInside(chance, of)]
  return rangeText(of.space, one < other ? one : other, one < other ? other : one)
}
