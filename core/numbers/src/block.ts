import { formatAddress } from './address.ts'
import {
  type Block,
  lastInSpace,
  mintBlock,
  mintPrefix,
  type NumberSpace,
  type Prefix,
  power,
  WIDTH,
} from './model.ts'
import { type NumberError, numberError, ok, type Result } from './result.ts'
import { scanDecimal, scanDottedQuad, scanIp6 } from './scan.ts'

/** Longest text of a prefix: 45 characters of IPv6 with a dotted quad, and "/128". */
const PREFIX_TEXT_MAX = 49

/** The block of `length` bits that starts at `first`; refused when outside the space or not aligned. */
export function block(space: NumberSpace, first: bigint, length: number): Result<Block, NumberError> {
  const width = WIDTH[space]
  if (!Number.isInteger(length) || length < 0 || length > width) {
    return numberError('bad-length', String(length), `a length from 0 to ${width}`)
  }
  if (first < 0n || first > lastInSpace(space)) {
    return numberError('out-of-space', String(first), `a number from 0 to ${lastInSpace(space)}`)
  }
  const aligned = floorTo(first, width - length)
  if (aligned === first) return ok(mintBlock(space, first, length))
  const text = `${formatAddress(space, first)}/${length}`
  return numberError('host-bits', text, `${formatAddress(space, aligned)}/${length}`)
}

/** `value` with its last `bits` bits cleared. */
export function floorTo(value: bigint, bits: number): bigint {
  return bits === 0 ? value : value - BigInt.asUintN(bits, value)
}

/** The block that holds one number alone. Throws a RangeError when `value` is outside the space. */
export function singleBlock(space: NumberSpace, value: bigint): Block {
  if (value < 0n || value > lastInSpace(space)) throw new RangeError(`${value} is outside ${space}`)
  return mintBlock(space, value, WIDTH[space])
}

/** Whether a block is a prefix, that is, of IP addresses. */
export function isPrefix(candidate: Block): candidate is Prefix {
  return candidate.space !== 'asn'
}

/** How many numbers the block holds. */
export function blockSize(of: Block): bigint {
  return power(WIDTH[of.space] - of.length)
}

/** The highest number of the block. */
export function blockLast(of: Block): bigint {
  return of.first + power(WIDTH[of.space] - of.length) - 1n
}

function parsePrefixText(text: string, maskHostBits: boolean): Result<Prefix, NumberError> {
  const slash = text.indexOf('/')
  if (slash < 0 || text.length > PREFIX_TEXT_MAX) {
    return numberError('bad-prefix', text, 'an address, "/" and a length')
  }
  const quad = scanDottedQuad(text, 0, slash)
  const space = quad < 0 ? 'ip6' : 'ip4'
  const value = quad < 0 ? scanIp6(text, 0, slash) : BigInt(quad)
  if (value === null) {
    const zone = text.includes('%')
    return numberError(
      zone ? 'zone-id' : 'bad-prefix',
      text,
      'a complete IPv4 or IPv6 address, "/" and a length',
    )
  }
  const width = WIDTH[space]
  const length = scanDecimal(text, slash + 1, text.length, width)
  if (length < 0) return numberError('bad-length', text, `a length from 0 to ${width} after the "/"`)
  const first = floorTo(value, width - length)
  if (first !== value && !maskHostBits) {
    return numberError('host-bits', text, `${formatAddress(space, first)}/${length}`)
  }
  return ok(mintPrefix(space, first, length))
}

/** Reads "address/length". Bits after the length must be zero; the refusal names the prefix that would be right. */
export function parsePrefix(text: string): Result<Prefix, NumberError> {
  return parsePrefixText(text, false)
}

/** Reads "address/length" and clears the bits after the length, as lookups by prefix allow (RFC 9082 section 3.1.1). */
export function parsePrefixMasked(text: string): Result<Prefix, NumberError> {
  return parsePrefixText(text, true)
}

/** Writes "203.0.113.0/24", "2001:db8::/32"; an AS block as "64496/32". */
export function formatPrefix(of: Block): string {
  return `${formatAddress(of.space, of.first)}/${of.length}`
}

/** The block's key in the ledger: "ip4/203.0.113.0/24", "ip6/2001:db8::/32", "asn/64496/32". */
export function blockKey(of: Block): string {
  return `${of.space}/${formatPrefix(of)}`
}

function parseAsnKey(key: string): Result<Block, NumberError> {
  const slash = key.indexOf('/', 4)
  const first = slash < 0 ? -1 : scanDecimal(key, 4, slash, 0xffffffff)
  const length = slash < 0 ? -1 : scanDecimal(key, slash + 1, key.length, 32)
  if (first < 0 || length < 0)
    return numberError('bad-key', key, '"asn/", an AS number in digits, "/" and a length')
  return block('asn', BigInt(first), length)
}

/** Reads a key of the ledger. A key has one spelling: any other text of the same block is refused. */
export function parseBlockKey(key: string): Result<Block, NumberError> {
  const space = key.slice(0, 4)
  if (space === 'asn/') return parseAsnKey(key)
  if (space !== 'ip4/' && space !== 'ip6/') {
    return numberError('bad-key', key, '"ip4/", "ip6/" or "asn/", and a block')
  }
  const parsed = parsePrefix(key.slice(4))
  if (!parsed.ok) return parsed
  // A dotted quad without leading zeros, and a length without them, have no other spelling.
  if (space === 'ip4/' && parsed.value.space === 'ip4') return parsed
  const canonical = blockKey(parsed.value)
  return canonical === key ? parsed : numberError('bad-key', key, canonical)
}
