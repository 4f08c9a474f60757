import { formatAddress, parseAddress } from './address.ts'
import { parseAsn } from './asn.ts'
import { commonPrefixLength } from './bits.ts'
import { blockLast, parsePrefix } from './block.ts'
import {
  type Block,
  lastInSpace,
  mintBlock,
  mintRange,
  type NumberSpace,
  power,
  type Range,
  WIDTH,
} from './model.ts'
import { type NumberError, numberError, ok, type Result } from './result.ts'

/** Longest text of a range: two IPv6 addresses with dotted quads, and " - " with some spaces more. */
const RANGE_TEXT_MAX = 100

/** The numbers from `first` to `last`, both included. */
export function range(space: NumberSpace, first: bigint, last: bigint): Result<Range, NumberError> {
  const highest = lastInSpace(space)
  if (first < 0n || last < 0n || first > highest || last > highest) {
    return numberError('out-of-space', `${first} - ${last}`, `numbers from 0 to ${highest}`)
  }
  if (first <= last) return ok(mintRange(space, first, last))
  const [low, high] = [formatAddress(space, last), formatAddress(space, first)]
  return numberError('reversed-range', `${high} - ${low}`, `${low} - ${high}`)
}

/** `count` numbers (1 or more) from `first` on, as the delegated statistics state them. */
export function rangeOfCount(space: NumberSpace, first: bigint, count: bigint): Result<Range, NumberError> {
  if (count < 1n) return numberError('bad-range', String(count), 'a count of 1 or more')
  return range(space, first, first + count - 1n)
}

/** The numbers of a block as a range. */
export function blockRange(of: Block): Range {
  return mintRange(of.space, of.first, blockLast(of))
}

/** How many numbers the range holds. */
export function rangeSize(of: Range): bigint {
  return of.last - of.first + 1n
}

/** Trailing zero bits of a 32-bit number; 32 for 0. */
function trailingZeros(value: number): number {
  return value === 0 ? 32 : 31 - Math.clz32(value & -value)
}

function cover32(space: 'ip4' | 'asn', first: number, last: number): Block[] {
  const blocks: Block[] = []
  for (let start = first; start <= last; ) {
    const left = last - start + 1
    const bits = Math.min(trailingZeros(start), left === 2 ** 32 ? 32 : 31 - Math.clz32(left))
    blocks.push(mintBlock(space, BigInt(start), 32 - bits))
    start += 2 ** bits
  }
  return blocks
}

/** The block that is exactly this range; null when the range is not aligned. */
export function rangeToBlock(of: Range): Block | null {
  const length = commonPrefixLength(of.space, of.first, of.last)
  // The only candidate is the smallest block that holds both ends: the range is it, or there is none.
  const lastOffset = power(WIDTH[of.space] - length) - 1n
  if (of.last - of.first !== lastOffset) return null
  return mintBlock(of.space, of.first, length)
}

/**
 * The fewest aligned blocks that hold exactly the range, ascending: at most 2 * width - 2 of them. Greedy is
 * minimal, because each step takes the largest block that starts there, and any cover must start a block there.
 */
export function rangeToBlocks(of: Range): Block[] {
  if (of.space !== 'ip6') return cover32(of.space, Number(of.first), Number(of.last))
  const single = rangeToBlock(of)
  if (single !== null) return [single]
  const blocks: Block[] = []
  let bits = 0
  for (let start = of.first; start <= of.last; ) {
    while (bits < 128 && BigInt.asUintN(bits + 1, start) === 0n && start + power(bits + 1) - 1n <= of.last)
      bits++
    while (start + power(bits) - 1n > of.last) bits--
    blocks.push(mintBlock('ip6', start, 128 - bits))
    start += power(bits)
  }
  return blocks
}

/** The range that the blocks, in any order, fill without gap or overlap; null when there is none. */
export function blocksToRange(blocks: readonly Block[]): Range | null {
  const sorted = [...blocks].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const outset = sorted[0]
  if (outset === undefined) return null
  let next = outset.first
  for (const piece of sorted) {
    if (piece.space !== outset.space || piece.first !== next) return null
    next = blockLast(piece) + 1n
  }
  return mintRange(outset.space, outset.first, next - 1n)
}

function parseEnd(text: string): Result<{ space: NumberSpace; value: bigint }, NumberError> {
  if (text.includes(':') || (text.includes('.') && !/^as/i.test(text))) return parseAddress(text)
  if (!/^(as)?[0-9]/i.test(text)) return numberError('bad-range', text, 'an address or an AS number')
  const parsed = parseAsn(text)
  return parsed.ok ? ok({ space: 'asn', value: BigInt(parsed.value) }) : parsed
}

/**
 * Reads a range: two addresses or AS numbers with "-" between (spaces or tabs around it are allowed), a prefix, one
 * address or one AS number. AS numbers with or without "AS".
 */
export function parseRange(text: string): Result<Range, NumberError> {
  if (text.length > RANGE_TEXT_MAX)
    return numberError('bad-range', text, 'a range, prefix, address or AS number')
  const hyphen = text.indexOf('-')
  if (hyphen < 0) {
    if (text.includes('/')) {
      const prefix = parsePrefix(text)
      return prefix.ok ? ok(blockRange(prefix.value)) : prefix
    }
    const single = parseEnd(text)
    return single.ok ? range(single.value.space, single.value.value, single.value.value) : single
  }
  const first = parseEnd(text.slice(0, hyphen).replace(/[ \t]+$/, ''))
  if (!first.ok) return first
  const last = parseEnd(text.slice(hyphen + 1).replace(/^[ \t]+/, ''))
  if (!last.ok) return last
  if (first.value.space === last.value.space)
    return range(first.value.space, first.value.value, last.value.value)
  return numberError('mixed-spaces', text, 'two addresses of one family, or two AS numbers')
}

/**
 * Writes a range in the form of the inetnum and as-block keys of routing registries:
 * "203.0.113.0 - 203.0.113.255", "AS64496 - AS64511"; a single AS number as "AS64496".
 */
export function formatRange(of: Range): string {
  if (of.space !== 'asn') return `${formatAddress(of.space, of.first)} - ${formatAddress(of.space, of.last)}`
  return of.first === of.last ? `AS${of.first}` : `AS${of.first} - AS${of.last}`
}
