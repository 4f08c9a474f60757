/** Bytes whose order is the order of records: what the engines index. */

import { blockBytes, blockLast, type NumberSpace, valueBytes } from '@cadastre/numbers'
import { type ParsedKey, parseKey, type RecordKey } from '@cadastre/records'

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
    const bytes = Buffer.alloc(1 + key.length - OBJECT_PREFIX)
    bytes[0] = OBJECT_ORDER
    bytes.write(key.slice(OBJECT_PREFIX), 1, 'latin1')
    return bytes
  }
  const { block } = parsed
  const first = blockBytes(block)
  const bytes = Buffer.alloc(first.length + 2)
  bytes[0] = SPACE_ORDER[block.space]
  bytes.set(first, 1)
  bytes[first.length + 1] = block.length
  return bytes
}

/** First and last number of a cell's own block, as big-endian bytes: 4 for IPv4 and AS numbers, 16 for IPv6. */
export type Extent = { readonly space: NumberSpace; readonly first: Uint8Array; readonly last: Uint8Array }

/** The numbers of a cell's own block; null for an object. */
export function extentOf(parsed: ParsedKey): Extent | null {
  if (parsed.kind === 'object') return null
  const { block } = parsed
  return { space: block.space, first: blockBytes(block), last: valueBytes(block.space, blockLast(block)) }
}
