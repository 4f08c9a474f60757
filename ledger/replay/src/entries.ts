/** Entries of the log: their canonical text, and reading them back strictly (design.md section 5). */

import { decodeUtf8, encodeBase64 } from '@cadastre/crypto'
import {
  canonicalJson,
  type Instant,
  isObject,
  type Json,
  MAX_ENTRY_BYTES,
  type OpEntry,
  parseCanonicalJson,
  type StateEntry,
} from '@cadastre/records'
import type { HashedSpace } from '@cadastre/trie'
import { opShape, stateShape } from './entry-shapes.ts'

export type ParsedEntry =
  | { readonly kind: 'op'; readonly entry: OpEntry }
  | { readonly kind: 'state'; readonly entry: StateEntry }

/** The text of an entry: RFC 8785. */
export function entryText(entry: OpEntry | StateEntry): string {
  return canonicalJson(entry as Json)
}

/**
 * Read an entry. Null where the bytes are not UTF-8, longer than 32 KiB, not in canonical form (duplicate members
 * would allow two readings), or of another shape.
 */
export function parseEntry(bytes: Uint8Array): ParsedEntry | null {
  if (bytes.length > MAX_ENTRY_BYTES) return null
  const text = decodeUtf8(bytes)
  const value = text === null ? null : parseCanonicalJson(text)
  if (!isObject(value ?? undefined) || value === null) return null
  const op = opShape.read(value, '')
  if (op.ok) return { kind: 'op', entry: op.value }
  const state = stateShape.read(value, '')
  return state.ok ? { kind: 'state', entry: state.value } : null
}

/** The state entry that ends a batch. */
export function stateEntry(
  at: Instant,
  ops: number,
  previous: number | null,
  hashes: Readonly<Record<HashedSpace, Uint8Array>>,
): StateEntry {
  return {
    t: 'state',
    v: 1,
    at,
    ops,
    prev: previous,
    roots: {
      asn: encodeBase64(hashes.asn),
      ip4: encodeBase64(hashes.ip4),
      ip6: encodeBase64(hashes.ip6),
      obj: encodeBase64(hashes.obj),
    },
  }
}
