/** Consecutive entries of the log under one checkpoint: what both kinds of document rest on. */

import { bytesEqual, type Crypto, decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import {
  leafHash,
  type NodeReader,
  rangeProof,
  rangeProofNodes,
  rootFromRange,
  TILE_WIDTH,
  type Tile,
  type TreeNode,
  tileBytes,
  tileNodeReader,
  tilesForNodes,
} from '@cadastre/merkle'
import { checkPolicy, type Policy, type PolicyCosignature } from '@cadastre/notes'
import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import { type ParsedEntry, readEntry } from '@cadastre/replay'
import { type Checked, refuse } from './refusals.ts'

/** Reads a log: a store's reader, or public files ({@link publicLog}). */
export interface LogReader {
  /** Raw entries `from` ≤ index < `from + count`, fewer at the end of the log. */
  entries(from: number, count: number): Promise<readonly Uint8Array[]>
  /** Leaf hashes of one tile level, as many as asked for. */
  tileHashes(level: number, from: number, count: number): Promise<readonly Uint8Array[]>
}

/** Entries as a document holds them: `first` is the index of the first, `proof` that all stand side by side. */
export type LogRange = {
  readonly first: number
  readonly entries: readonly string[]
  readonly proof: readonly string[]
}

/** The same as bytes: an entry that is no entry need not be text. */
export type EntryRange = ProvedRange & { readonly proof: readonly string[] }

/** Bytes of entries that do stand in the log. */
export type ProvedRange = { readonly first: number; readonly bytes: readonly Uint8Array[] }

export type CheckedRange = { readonly first: number; readonly entries: readonly ParsedEntry[] }

/** A checkpoint that the policy accepts. */
export type TrustedCheckpoint = {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly cosigned: readonly PolicyCosignature[]
}

/** As many entries as one document may hold. */
const ENTRIES_MAX = 1_000_000
const PROOF_MAX = 128

export function trustedCheckpoint(crypto: Crypto, trust: Policy, note: string): Checked<TrustedCheckpoint> {
  const opened = checkPolicy(crypto, trust, note)
  if (!opened.ok)
    return refuse('checkpoint-refused', `The policy does not accept the checkpoint: ${opened.error}.`)
  const { checkpoint, cosigned } = opened.value
  return { ok: true, value: { ...checkpoint, cosigned } }
}

export function readRange(json: Json | undefined): LogRange | null {
  if (!isObject(json) || Object.keys(json).sort().join() !== 'entries,first,proof') return null
  const { first, entries, proof } = json
  if (typeof first !== 'number' || !Number.isSafeInteger(first) || first < 0) return null
  const texts = listOfTexts(entries, ENTRIES_MAX)
  const hashes = listOfTexts(proof, PROOF_MAX)
  return texts === null || hashes === null || texts.length === 0
    ? null
    : { first, entries: texts, proof: hashes }
}

function listOfTexts(json: Json | undefined, max: number): readonly string[] | null {
  if (!isArray(json) || json.length > max) return null
  const texts = json.filter((item) => typeof item === 'string' && item.isWellFormed())
  return texts.length === json.length ? texts.map(String) : null
}

/** That the entries stand in the log where they say. */
export function proveRange(
  crypto: Crypto,
  checkpoint: TrustedCheckpoint,
  { first, entries, proof }: LogRange,
): Checked<ProvedRange> {
  return proveEntries(crypto, checkpoint, { first, bytes: entries.map(encodeUtf8), proof })
}

/** The same of entries that need not be texts. */
export function proveEntries(
  crypto: Crypto,
  { size, root }: TrustedCheckpoint,
  { first, bytes, proof }: EntryRange,
): Checked<ProvedRange> {
  const hashes = proof.map((hash) => decodeBase64(hash) ?? new Uint8Array(0))
  const leaves = bytes.map((entry) => leafHash(crypto, entry))
  const computed = rootFromRange(crypto, first, leaves, size, hashes)
  const last = first + bytes.length - 1
  if (computed === null || !bytesEqual(computed, root))
    return refuse('not-included', `These are not entries ${first} to ${last} of the log of size ${size}.`)
  return { ok: true, value: { first, bytes } }
}

/** What the entry at this index is. */
export function readAt(bytes: Uint8Array, index: number): Checked<ParsedEntry> {
  const parsed = readEntry(bytes)
  return parsed.ok
    ? parsed
    : refuse('malformed-entry', `Entry ${index}: ${parsed.error.code}: ${parsed.error.detail}`)
}

/** That the entries stand in the log where they say, and what each of them is. */
export function checkRange(
  crypto: Crypto,
  checkpoint: TrustedCheckpoint,
  range: LogRange,
): Checked<CheckedRange> {
  const proved = proveRange(crypto, checkpoint, range)
  if (!proved.ok) return proved
  const { first, bytes } = proved.value
  const entries: ParsedEntry[] = []
  for (const [offset, one] of bytes.entries()) {
    const entry = readAt(one, first + offset)
    if (!entry.ok) return entry
    entries.push(entry.value)
  }
  return { ok: true, value: { first, entries } }
}

/** The entries `first` ≤ index < `end` with their proof under the tree of `size`. */
export async function makeRange(
  crypto: Pick<Crypto, 'sha256'>,
  log: LogReader,
  first: number,
  end: number,
  size: number,
): Promise<LogRange> {
  const { bytes, proof } = await makeEntryRange(crypto, log, first, end, size)
  return { first, entries: bytes.map(entryTextOf), proof }
}

/** The same as bytes. */
export async function makeEntryRange(
  crypto: Pick<Crypto, 'sha256'>,
  log: LogReader,
  first: number,
  end: number,
  size: number,
): Promise<EntryRange> {
  const entries = await log.entries(first, end - first)
  if (entries.length !== end - first) throw new RangeError(`the log lacks entries ${first} to ${end - 1}`)
  const read = await loadNodes(crypto, log, rangeProofNodes(first, end, size), size)
  return { first, bytes: entries, proof: rangeProof(crypto, read, first, end, size).map(encodeBase64) }
}

/** Reads these nodes of the tree of `size` from its tiles, which are believed. */
export async function loadNodes(
  crypto: Pick<Crypto, 'sha256'>,
  log: LogReader,
  nodes: readonly TreeNode[],
  size: number,
): Promise<NodeReader> {
  const tiles = new Map<string, Uint8Array>()
  for (const tile of tilesForNodes(nodes, size))
    tiles.set(nameOf(tile), tileBytes(await log.tileHashes(tile.level, tile.index * TILE_WIDTH, tile.width)))
  return tileNodeReader(crypto, size, (tile) => tiles.get(nameOf(tile)) ?? missing(tile))
}

export function rangeJson({ first, entries, proof }: LogRange): JsonObject {
  return { first, entries, proof }
}

function entryTextOf(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes)
  if (text === null) throw new TypeError('an entry is not UTF-8')
  return text
}

function nameOf({ level, index }: Tile): string {
  return `${level}/${index}`
}

function missing(tile: Tile): never {
  throw new Error(`tile ${nameOf(tile)} was not loaded`)
}
