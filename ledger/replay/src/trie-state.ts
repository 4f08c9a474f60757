/** The trie as the state that procedures read, and the one place where effects are written into it. */

import { type Crypto, decodeUtf8, encodeBase64, encodeHex, encodeUtf8 } from '@cadastre/crypto'
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
  chainHash,
  type HashedSpace,
  objectLabel,
  recordHash,
  type TrieView,
  type TrieWriter,
} from '@cadastre/trie'
import { indexHoldings } from './holdings-index.ts'

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
  const at = block(space, bytesToValue(found.label), found.length)
  if (!at.ok) throw new TypeError(`the trie holds no block: ${at.error.value}`)
  return { block: at.value, cell: readRecord(found.record) as Cell }
}

/** State before an act: the working version of the trie, changed only by {@link TrieState.write}. */
export class TrieState implements StateSource {
  readonly #trie: TrieWriter
  readonly #crypto: Crypto
  readonly #keepIndex: boolean

  constructor(
    trie: TrieWriter,
    crypto: Crypto,
    options: { readonly keepIndex: boolean } = { keepIndex: false },
  ) {
    this.#trie = trie
    this.#crypto = crypto
    this.#keepIndex = options.keepIndex
  }

  get view(): TrieView {
    return this.#trie.working()
  }

  record(key: RecordKey): { readonly value: unknown; readonly hash: string | null } {
    const { space, label, length } = labelOf(this.#crypto, key)
    const bytes = this.#trie.get(space, label, length)
    return bytes === null
      ? { value: null, hash: null }
      : { value: readRecord(bytes), hash: encodeBase64(recordHash(this.#crypto, bytes)) }
  }

  chain(key: RecordKey): { readonly cells: readonly CoveringCell[]; readonly hash: string | null } {
    const at = blockOf(key)
    const covering = this.view.covering(at.space, blockBytes(at), at.length)
    const hash = chainHash(this.#crypto, covering)
    return {
      cells: covering.map((found) => coveringCell(at.space, found)),
      hash: hash === null ? null : encodeBase64(hash),
    }
  }

  subtree(key: RecordKey): Subtree {
    const at = blockOf(key)
    const label = blockBytes(at)
    const hash = this.view.subtreeHash(at.space, label, at.length)
    if (hash === null) return { hash: null, cells: [], complete: true }
    const found = this.view.inside(at.space, label, at.length, { limit: SUBTREE_LIMIT + 1 })
    return {
      hash: encodeBase64(hash),
      cells: found.slice(0, SUBTREE_LIMIT).map((one) => coveringCell(at.space, one)),
      complete: found.length <= SUBTREE_LIMIT,
    }
  }

  digest(text: string): string {
    return encodeHex(this.#crypto.sha256(encodeUtf8(text)))
  }

  memberHash(member: Json): string {
    return encodeBase64(this.#crypto.sha256(MEMBER_TAG, encodeUtf8(canonicalJson(member))))
  }

  /** Write what an accepted act made of the state. */
  write(effects: readonly StampedEffect[]): void {
    for (const { key, text } of effects) this.put(key, text)
  }

  /** Set one record's canonical text, or delete it (null). */
  put(key: RecordKey, text: string | null): void {
    const { space, label, length } = labelOf(this.#crypto, key)
    const bytes = text === null ? null : encodeUtf8(text)
    if (this.#keepIndex && space !== 'obj')
      indexHoldings(this.#trie, this.#crypto, { space, label, length }, bytes)
    this.#trie.set(space, label, length, bytes)
  }
}

const MEMBER_TAG: Uint8Array = Uint8Array.of(7)

function blockOf(key: RecordKey): Block {
  const parsed = parseKey(key)
  if (parsed?.kind !== 'cell') throw new TypeError(`not the key of a cell: ${key}`)
  return parsed.block
}
