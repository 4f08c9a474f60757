/** Bytes whose order is the order of records: what the engines index. */

import { blockLast, type NumberSpace, WIDTH } from '@cadastre/numbers'
import { type ObjectType, type ParsedKey, parseKey, type RecordKey } from '@cadastre/records'

const SPACE_ORDER: Readonly<Record<NumberSpace, number>> = { asn: 0, ip4: 1, ip6: 2 }
const OBJECT_ORDER = 3
const OBJECT_PREFIX = 'obj/'.length

/** The record key as parsed. A key that is not canonical is a bug in the caller, and throws. */
export function parsedKey(key: RecordKey): ParsedKey {
  const parsed = parseKey(key)
  if (parsed === null) throw new TypeError(`not a record key: ${key}`)
  return parsed
}

/**
 * The key as bytes that compare in the order of records: space (asn, ip4, ip6, obj); cells by first number and then
 * shorter prefix, in a fixed width for each space; objects by their key. One to one with the key.
 */
export function sortKey(key: RecordKey, parsed: ParsedKey = parsedKey(key)): Uint8Array {
  if (parsed.kind === 'object') {
    // Handles and type names are ASCII, so that bytes and UTF-16 code units sort alike.
    const bytes = Buffer.allocUnsafe(1 + key.length - OBJECT_PREFIX)
    bytes[0] = OBJECT_ORDER
    bytes.write(key.slice(OBJECT_PREFIX), 1, 'latin1')
    return bytes
  }
  const { block } = parsed
  const width = WIDTH[block.space] / 8
  const bytes = Buffer.allocUnsafe(width + 2)
  bytes[0] = SPACE_ORDER[block.space]
  writeNumber(bytes, 1, block.space, block.first)
  bytes[width + 1] = block.length
  return bytes
}

/** Sort keys between which, both excluded, the objects of a type lie whose handle comes after `after`. */
export function objectBounds(type: ObjectType, after: string | null): readonly [Uint8Array, Uint8Array] {
  const bytes = (text: string): Uint8Array => Buffer.concat([Buffer.of(OBJECT_ORDER), Buffer.from(text)])
  // `0` follows `/`, with which every key of the type begins.
  return [bytes(`${type}/${after ?? ''}`), bytes(`${type}0`)]
}

/** As `valueBytes`, into a buffer of Node's pool: an array of its own for each number costs more than all the rest. */
function writeNumber(into: Buffer, offset: number, space: NumberSpace, value: bigint): void {
  if (space !== 'ip6') {
    into.writeUInt32BE(Number(value), offset)
    return
  }
  into.writeBigUInt64BE(value >> 64n, offset)
  into.writeBigUInt64BE(BigInt.asUintN(64, value), offset + 8)
}

/** First and last number of a cell's own block, as big-endian bytes: 4 for IPv4 and AS numbers, 16 for IPv6. */
export type Extent = { readonly space: NumberSpace; readonly first: Uint8Array; readonly last: Uint8Array }

/** The numbers of a cell's own block, given its sort key; null for an object. */
export function extentOf(parsed: ParsedKey, sort: Uint8Array): Extent | null {
  if (parsed.kind === 'object') return null
  const { block } = parsed
  const width = WIDTH[block.space] / 8
  const last = Buffer.allocUnsafe(width)
  writeNumber(last, 0, block.space, blockLast(block))
  return { space: block.space, first: sort.subarray(1, 1 + width), last }
}
