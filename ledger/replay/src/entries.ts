/** Entries of the log: their canonical text, and reading them back strictly (design.md section 5). */

import { decodeUtf8, encodeBase64, type Result } from '@cadastre/crypto'
import {
  canonicalJson,
  type Instant,
  isObject,
  type Json,
  MAX_ENTRY_BYTES,
  type OpEntry,
  parseCanonicalJson,
  type SchemaError,
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

export type EntryError = {
  readonly code: 'entry-too-large' | 'entry-not-utf8' | 'entry-not-canonical' | 'entry-malformed'
  readonly detail: string
}

/** Read an entry, or say why its bytes are none. Duplicate members would allow two readings: only one form passes. */
export function readEntry(bytes: Uint8Array): Result<ParsedEntry, EntryError> {
  const read = readUnchecked(bytes)
  return read.ok && !isCanonical(read.value.text) ? notCanonical(read.value.text) : read
}

/**
 * The same without the check of the form: for who compares the text with one that is canonical by making, which is
 * quicker. Anything but an equal text must then be read with {@link readEntry}.
 */
export function readUnchecked(
  bytes: Uint8Array,
): Result<ParsedEntry & { readonly text: string }, EntryError> {
  if (bytes.length > MAX_ENTRY_BYTES)
    return refuse('entry-too-large', `${bytes.length} bytes; at most ${MAX_ENTRY_BYTES} would be right.`)
  const text = decodeUtf8(bytes)
  if (text === null) return refuse('entry-not-utf8', `${bytes.length} bytes that are no UTF-8.`)
  let value: Json
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return notCanonical(text)
  }
  const read = readShape(value)
  if (read.ok) return { ok: true, value: { ...read.value, text } }
  return isCanonical(text) ? read : notCanonical(text)
}

function isCanonical(text: string): boolean {
  return parseCanonicalJson(text) !== null
}

function notCanonical(text: string): Result<never, EntryError> {
  return refuse('entry-not-canonical', text.slice(0, 80))
}

function readShape(value: Json): Result<ParsedEntry, EntryError> {
  const kind = isObject(value) ? value['t'] : undefined
  if (kind === 'op') {
    const op = opShape.read(value, '')
    return op.ok ? { ok: true, value: { kind, entry: op.value } } : misshapen(op.error)
  }
  if (kind === 'state') {
    const state = stateShape.read(value, '')
    return state.ok ? { ok: true, value: { kind, entry: state.value } } : misshapen(state.error)
  }
  return refuse('entry-malformed', 'Neither an op nor a state entry.')
}

function misshapen({ pointer, value, expected }: SchemaError): Result<never, EntryError> {
  return refuse('entry-malformed', `${pointer} is ${value}; ${expected} would be right.`)
}

function refuse(code: EntryError['code'], detail: string): Result<never, EntryError> {
  return { ok: false, error: { code, detail } }
}

/**
 * Read an entry. Null where the bytes are not UTF-8, longer than 32 KiB, not in canonical form (duplicate members
 * would allow two readings), or of another shape.
 */
export function parseEntry(bytes: Uint8Array): ParsedEntry | null {
  const read = readEntry(bytes)
  return read.ok ? read.value : null
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
