/** The trie as the state that procedures read, and the one place where effects are written into it. */

import {
  bytesEqual,
  type Crypto,
  decodeUtf8,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  encodeUtf8Into,
} from '@cadastre/crypto'
import { type Block, block, blockBytes, bytesToValue, type NumberSpace } from '@cadastre/numbers'
import { type StampedEffect, type StateSource, SUBTREE_LIMIT, type Subtree } from '@cadastre/procedures'
import {
  type Cell,
  type CoveringCell,
  canonicalJson,
  type Json,
  type ParsedKey,
  parseKey,
  type RecordKey,
} from '@cadastre/records'
import {
  type CoveringHash,
  chainHash,
  type HashedSpace,
  objectLabel,
  type TrieView,
  type TrieWriter,
} from '@cadastre/trie'
import { HoldingsIndex } from './holdings-index.ts'
import { Recent } from './recent.ts'
import { UnderWayIndex } from './under-way-index.ts'

/** Where a key lives in the trie. */
export type TriePlace = {
  readonly space: HashedSpace
  readonly label: Uint8Array
  readonly length: number
}

/** The trie's place of a record key; a key that is not canonical is a bug. */
export function labelOf(crypto: Crypto, key: RecordKey): TriePlace {
  const parsed: ParsedKey | null = parseKey(key)
  if (parsed === null) throw new TypeError(`not a record key: ${key}`)
  if (parsed.kind === 'object')
    return { space: 'obj', label: objectLabel(crypto, parsed.type, parsed.handle), length: 256 }
  return { space: parsed.block.space, label: blockBytes(parsed.block), length: parsed.block.length }
}

/** The record at a place of a view, parsed; null where there is none. */
export function readRecord(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  if (text === null) throw new TypeError('a record is not UTF-8')
  return JSON.parse(text)
}

/** A cell met in a space of the trie. */
export function coveringCell(
  space: NumberSpace,
  found: { readonly label: Uint8Array; readonly length: number; readonly record: Uint8Array },
): CoveringCell {
  return { block: blockAt(space, found), cell: readRecord(found.record) as Cell }
}

function blockAt(space: NumberSpace, at: { readonly label: Uint8Array; readonly length: number }): Block {
  const found = block(space, bytesToValue(at.label), at.length)
  if (!found.ok) throw new TypeError(`the trie holds no block: ${found.error.value}`)
  return found.value
}

/** A record as procedures read it, and its hash in base64; both null where there is none. */
type ParsedRecord = { readonly value: unknown; readonly hash: string | null }
type KnownRecord = {
  readonly bytes: Uint8Array
  readonly parsed: ParsedRecord
  /** Where it was met as a cell last. */
  met: { readonly label: Uint8Array; readonly length: number; readonly cell: CoveringCell } | null
}
const NO_RECORD: ParsedRecord = { value: null, hash: null }
const NO_SUBTREE: Subtree = { hash: null, cells: [], complete: true }

/** The registry, procedures, pools and busy holders are looked at by nearly every act. */
const RECENT_RECORDS = 4096
/** Records are smaller than the entries that they come in. */
const SCRATCH_BYTES = 32 * 1024

/** State before an act: the working version of the trie, changed only by {@link TrieState.write}. */
export class TrieState implements StateSource {
  readonly #trie: TrieWriter
  readonly #crypto: Crypto
  readonly #index: HoldingsIndex | null
  readonly #underWay: UnderWayIndex | null
  readonly #scratch = new Uint8Array(SCRATCH_BYTES)
  /** Where keys live: computing it costs a hash. */
  readonly #places = new Recent<RecordKey, TriePlace>(RECENT_RECORDS)
  /** Parsed records by their hash, so that no rollback can make them stale. */
  readonly #parsed = new Recent<number, KnownRecord>(RECENT_RECORDS)

  /** Records by key, as long as nobody but this changes the trie; and its count of changes when that was looked at. */
  #standing = new Recent<RecordKey, ParsedRecord>(RECENT_RECORDS)
  #changes = 0

  constructor(
    trie: TrieWriter,
    crypto: Crypto,
    options: { readonly keepIndex: boolean } = { keepIndex: false },
  ) {
    this.#trie = trie
    this.#crypto = crypto
    this.#index = options.keepIndex ? new HoldingsIndex(trie, crypto) : null
    this.#underWay = options.keepIndex ? new UnderWayIndex(trie, crypto) : null
  }

  get view(): TrieView {
    return this.#trie.working()
  }

  record(key: RecordKey): ParsedRecord {
    if (this.#changes !== this.#trie.changes) this.#forget()
    const standing = this.#standing.get(key)
    if (standing !== undefined) return standing
    const place = this.#place(key)
    const hash = this.view.recordHash(place.space, place.label, place.length)
    const found = hash === null ? NO_RECORD : this.#knownAt(place, hash).parsed
    this.#standing.set(key, found)
    return found
  }

  /** Somebody else changed the trie, or an act or a batch was undone. */
  #forget(): void {
    this.#standing = new Recent(RECENT_RECORDS)
    this.#changes = this.#trie.changes
  }

  chain(key: RecordKey): { readonly cells: readonly CoveringCell[]; readonly hash: string | null } {
    const { space, label, length } = this.#place(key)
    if (space === 'obj') throw new TypeError(`not the key of a cell: ${key}`)
    const covering = this.view.coveringHashes(space, label, length)
    const hash = chainHash(this.#crypto, covering)
    const cells = covering.map((found) => this.#cellAt(space, found))
    return { cells, hash: hash === null ? null : encodeBase64(hash) }
  }

  subtree(key: RecordKey): Subtree {
    const at = blockOf(key)
    const label = blockBytes(at)
    const hash = this.view.subtreeHash(at.space, label, at.length)
    if (hash === null) return NO_SUBTREE
    const found = this.view.inside(at.space, label, at.length, { limit: SUBTREE_LIMIT + 1 })
    return {
      hash: encodeBase64(hash),
      cells: found.slice(0, SUBTREE_LIMIT).map((one) => coveringCell(at.space, one)),
      complete: found.length <= SUBTREE_LIMIT,
    }
  }

  /** All cells strictly inside a block, some at a time. The state may not change meanwhile. */
  *inside(key: RecordKey, limit: number): Generator<readonly CoveringCell[]> {
    const at = blockOf(key)
    const label = blockBytes(at)
    let after: { readonly label: Uint8Array; readonly length: number } = { label, length: at.length }
    for (;;) {
      const found = this.view.inside(at.space, label, at.length, { limit, after })
      yield found.map((one) => coveringCell(at.space, one))
      const last = found.at(-1)
      if (last === undefined || found.length < limit) return
      after = last
    }
  }

  #place(key: RecordKey): TriePlace {
    let place = this.#places.get(key)
    if (place === undefined) {
      place = labelOf(this.#crypto, key)
      this.#places.set(key, place)
    }
    return place
  }

  /** The cell at a place. Cells elsewhere may say the same. */
  #cellAt(space: NumberSpace, { label, length, hash }: CoveringHash): CoveringCell {
    const known = this.#knownAt({ space, label, length }, hash)
    const { met } = known
    if (met?.length === length && met.cell.block.space === space && bytesEqual(met.label, label))
      return met.cell
    const cell = { block: blockAt(space, { label, length }), cell: known.parsed.value as Cell }
    known.met = { label, length, cell }
    return cell
  }

  /** The record at a place, whose hash is known; it is copied and parsed only where it was not met lately. */
  #knownAt({ space, label, length }: TriePlace, hash: Uint8Array): KnownRecord {
    const known = this.#parsed.get(nameOf(hash))
    if (known !== undefined && bytesEqual(known.bytes, hash)) return known
    const record = this.view.get(space, label, length)
    if (record === null) throw new Error('a record with a hash is there')
    return this.#remember(hash, readRecord(record))
  }

  #remember(hash: Uint8Array, value: unknown): KnownRecord {
    const known: KnownRecord = { bytes: hash, parsed: { value, hash: encodeBase64(hash) }, met: null }
    this.#parsed.set(nameOf(hash), known)
    return known
  }

  digest(text: string): string {
    return encodeHex(this.#crypto.sha256(encodeUtf8(text)))
  }

  memberHash(member: Json): string {
    return encodeBase64(this.#crypto.sha256(MEMBER_TAG, encodeUtf8(canonicalJson(member))))
  }

  /** Write what an accepted act made of the state. */
  write(effects: readonly StampedEffect[]): void {
    if (this.#changes !== this.#trie.changes) this.#forget()
    for (const { key, next, text } of effects) {
      const hash = this.#set(key, this.#place(key), text)
      // What was just written, a pool for one, is often read by the next act.
      this.#standing.set(key, hash === null ? NO_RECORD : this.#remember(hash, next).parsed)
    }
    this.#changes = this.#trie.changes
  }

  /** Set one record's canonical text, or delete it (null). The place is not remembered: all keys come once at a start. */
  put(key: RecordKey, text: string | null): void {
    this.#set(key, labelOf(this.#crypto, key), text)
  }

  #set(key: RecordKey, { space, label, length }: TriePlace, text: string | null): Uint8Array | null {
    if (space === 'obj') this.#underWay?.update(key, label, text)
    else this.#index?.update({ space, label, length }, text)
    return this.#trie.set(space, label, length, text === null ? null : this.#utf8(text))
  }

  /** UTF-8 in memory that the next text takes again: the trie keeps a copy of its own. */
  #utf8(text: string): Uint8Array {
    const length = encodeUtf8Into(text, this.#scratch)
    return length === null ? encodeUtf8(text) : this.#scratch.subarray(0, length)
  }
}

const MEMBER_TAG: Uint8Array = Uint8Array.of(7)

/** 30 bits of a hash, which find it; all of it decides. Numbers make quicker keys than texts. */
function nameOf(hash: Uint8Array): number {
  return ((hash[0] ?? 0) << 22) | ((hash[1] ?? 0) << 14) | ((hash[2] ?? 0) << 6) | ((hash[3] ?? 0) >> 2)
}

function blockOf(key: RecordKey): Block {
  const parsed = parseKey(key)
  if (parsed?.kind !== 'cell') throw new TypeError(`not the key of a cell: ${key}`)
  return parsed.block
}
