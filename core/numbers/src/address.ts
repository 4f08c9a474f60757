import { lastInSpace, type NumberSpace } from './model.ts'
import { type NumberError, numberError, ok, type Result } from './result.ts'
import { scanDecimal, scanDottedQuad, scanIp6 } from './scan.ts'

/** One IP address. */
export type Address = { readonly space: 'ip4' | 'ip6'; readonly value: bigint }

/**
 * Reads an IP address: a dotted quad without leading zeros or missing parts, or IPv6 as in RFC 4291 section 2.2,
 * embedded IPv4 included. Zone identifiers (RFC 4007) name an interface of one machine, so they are refused.
 */
export function parseAddress(text: string): Result<Address, NumberError> {
  if (!text.includes(':')) {
    const quad = scanDottedQuad(text, 0, text.length)
    if (quad >= 0) return ok({ space: 'ip4', value: BigInt(quad) })
    return numberError('bad-address', text, 'four decimal numbers 0-255 without leading zeros, or IPv6')
  }
  const value = scanIp6(text, 0, text.length)
  if (value !== null) return ok({ space: 'ip6', value })
  if (text.includes('%')) return numberError('zone-id', text, 'an address without a zone identifier')
  return numberError('bad-address', text, 'eight groups of 1-4 hexadecimal digits, one "::" for zero groups')
}

/**
 * Reads one number of a known space: an address of that family, or an AS number in digits alone (no "AS"), as the
 * `first` and `last` members of a record spell it. The reverse of `formatAddress`, but tolerant of other spellings.
 */
export function parseNumber(space: NumberSpace, text: string): Result<bigint, NumberError> {
  if (space === 'asn') {
    const value = scanDecimal(text, 0, text.length, 0xffffffff)
    return value >= 0 ? ok(BigInt(value)) : numberError('bad-asn', text, 'a decimal from 0 to 4294967295')
  }
  const parsed = parseAddress(text)
  if (!parsed.ok) return parsed
  if (parsed.value.space === space) return ok(parsed.value.value)
  return numberError('mixed-spaces', text, space === 'ip4' ? 'an IPv4 address' : 'an IPv6 address')
}

const OCTETS: readonly string[] = Array.from({ length: 256 }, (_, octet) => String(octet))

/** Writes a 32-bit number as a dotted quad. */
function formatDottedQuad(value: number): string {
  return `${OCTETS[value >>> 24]}.${OCTETS[(value >>> 16) & 255]}.${OCTETS[(value >>> 8) & 255]}.${OCTETS[value & 255]}`
}

const scratch = new DataView(new ArrayBuffer(16))

/** RFC 5952 section 4: no leading zeros, lower case, '::' for the longest run of two or more zero groups, leftmost. */
function formatIp6(value: bigint): string {
  // RFC 5952 section 5; only IPv4-mapped addresses (RFC 4291 section 2.5.5.2) are known from the bits alone.
  if (value >> 32n === 0xffffn) return `::ffff:${formatDottedQuad(Number(BigInt.asUintN(32, value)))}`
  scratch.setBigUint64(0, value >> 64n)
  scratch.setBigUint64(8, value)
  let gapStart = -1
  let gapLength = 1
  for (let group = 0; group < 8; ) {
    if (scratch.getUint16(2 * group) !== 0) {
      group++
      continue
    }
    const runStart = group
    while (group < 8 && scratch.getUint16(2 * group) === 0) group++
    if (group - runStart > gapLength) {
      gapStart = runStart
      gapLength = group - runStart
    }
  }
  let text = ''
  for (let group = 0; group < 8; group++) {
    if (group === gapStart) {
      text += '::'
      group += gapLength - 1
      continue
    }
    if (text !== '' && !text.endsWith(':')) text += ':'
    text += scratch.getUint16(2 * group).toString(16)
  }
  return text
}

/**
 * Writes one number: a dotted quad, IPv6 as in RFC 5952, an AS number as digits (asplain, RFC 5396, without "AS").
 * Throws a RangeError when `value` is outside the space.
 */
export function formatAddress(space: NumberSpace, value: bigint): string {
  if (value < 0n || value > lastInSpace(space)) throw new RangeError(`${value} is outside ${space}`)
  if (space === 'ip4') return formatDottedQuad(Number(value))
  return space === 'ip6' ? formatIp6(value) : value.toString()
}
