/**
 * What is said to be held now, as records of the state tries. A cell is all that current rows say of exactly one
 * prefix or AS block; a row whose numbers are no aligned block stands, whole, at each of its minimal blocks. The record
 * of a source tells the last day that was logged of it, and the one before: with it a state is provably of a day.
 */

import { decodeUtf8, encodeUtf8, type Hasher } from '@cadastre/crypto'
import { blockBytes, type Range, rangeToBlocks } from '@cadastre/numbers'
import { type CalendarDate, canonicalJson } from '@cadastre/records'
import { objectLabel, type TrieWriter } from '@cadastre/trie'

/** One row at one cell. */
export type Claim = {
  readonly source: string
  readonly row: string
  /** The first published day with the row. */
  readonly since: CalendarDate
  /** Index of the entry that logged it. */
  readonly entry: number
}

export type SourceRecord = {
  readonly source: string
  readonly kind: string
  readonly registry: string
  readonly day: CalendarDate
  readonly previous: CalendarDate | null
  readonly rows: number
  readonly file: string | null
  /** Index of the entry that ends the day. */
  readonly entry: number
  /** Index of the entry that ends the day logged before; null for the first. */
  readonly previousEntry: number | null
}

type CellRecord = { readonly v: 1; readonly observed: readonly Claim[] }

function readCell(bytes: Uint8Array | null): readonly Claim[] {
  const text = bytes === null ? null : decodeUtf8(bytes)
  if (text === null) return []
  const { observed }: CellRecord = JSON.parse(text)
  return observed
}

function cellBytes(observed: readonly Claim[]): Uint8Array | null {
  return observed.length === 0
    ? null
    : encodeUtf8(`{"observed":[${observed.map(claimText).join(',')}],"v":1}`)
}

/** The claim's canonical JSON (RFC 8785), written out: there are as many as rows, and their names stand sorted here. */
function claimText({ source, row, since, entry }: Claim): string {
  return `{"entry":${entry},"row":${JSON.stringify(row)},"since":"${since}","source":${JSON.stringify(source)}}`
}

function compareClaims(a: Claim, b: Claim): number {
  if (a.source !== b.source) return a.source < b.source ? -1 : 1
  return a.row < b.row ? -1 : a.row > b.row ? 1 : 0
}

/** Puts a row at its cells. */
export function addClaim(trie: TrieWriter, range: Range, claim: Claim): void {
  for (const block of rangeToBlocks(range)) {
    const label = blockBytes(block)
    const old = trie.get(block.space, label, block.length)
    const cell = old === null ? [claim] : [...readCell(old), claim].sort(compareClaims)
    trie.set(block.space, label, block.length, cellBytes(cell))
  }
}

/** Takes a row out of its cells. Throws where it is not there: the log and the state would part. */
export function removeClaim(trie: TrieWriter, range: Range, source: string, row: string): void {
  for (const block of rangeToBlocks(range)) {
    const label = blockBytes(block)
    const old = readCell(trie.get(block.space, label, block.length))
    const cell = old.filter((claim) => claim.source !== source || claim.row !== row)
    if (cell.length !== old.length - 1) throw new Error(`the state lacks ${source}: ${row}`)
    trie.set(block.space, label, block.length, cellBytes(cell))
  }
}

/** Label of a source's record in the space `obj`. */
export function sourceLabel(hasher: Hasher, source: string): Uint8Array {
  return objectLabel(hasher, 'source', source.toUpperCase())
}

export function setSource(trie: TrieWriter, hasher: Hasher, record: SourceRecord): void {
  trie.set('obj', sourceLabel(hasher, record.source), 256, encodeUtf8(canonicalJson({ v: 1, ...record })))
}
