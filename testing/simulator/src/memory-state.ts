import { type Block, blockKey, contains, type NumberSpace, WIDTH } from '@cadastre/numbers'
import { type StampedEffect, type StateSource, SUBTREE_LIMIT, type Subtree } from '@cadastre/procedures'
import {
  type Cell,
  type CoveringCell,
  canonicalJson,
  type Json,
  parseKey,
  type RecordKey,
} from '@cadastre/records'
import { joinBytes, type Leaf, naiveRoot, type Sha256, topmost, u16 } from './naive-trie.ts'

type Stored = {
  readonly text: string
  readonly value: Json
  /** H(0x03 ‖ record), once it was asked for. */
  hash: Uint8Array | null
}
type StoredCell = { readonly block: Block; readonly stored: Stored }

/**
 * A naive second model of the state: a map from key to record, searched by brute force. It shares no code with
 * `ledger/trie`, so tests may compare the two.
 */
export class MemoryState implements StateSource {
  readonly records: Map<RecordKey, Stored> = new Map()
  /** The records of the number spaces once more, with their keys parsed. */
  readonly #blocks: Map<RecordKey, StoredCell> = new Map()
  readonly #sha256: Sha256
  readonly #encoder = new TextEncoder()

  constructor(sha256: Sha256) {
    this.#sha256 = sha256
  }

  /** Sets a record, or deletes it (null). */
  set(key: RecordKey, value: Json): void {
    this.records.delete(key)
    this.#blocks.delete(key)
    if (value === null) return
    const stored = { text: canonicalJson(value), value, hash: null }
    this.records.set(key, stored)
    if (!key.startsWith('obj/')) this.#blocks.set(key, { block: blockOf(key), stored })
  }

  apply(effects: readonly StampedEffect[]): void {
    for (const { key, next } of effects) this.set(key, next)
  }

  get(key: RecordKey): Json {
    return this.records.get(key)?.value ?? null
  }

  record(key: RecordKey): { readonly value: Json; readonly hash: string | null } {
    const stored = this.records.get(key)
    return stored === undefined
      ? { value: null, hash: null }
      : { value: stored.value, hash: base64(this.#recordHash(stored)) }
  }

  chain(key: RecordKey): { readonly cells: readonly CoveringCell[]; readonly hash: string | null } {
    const inner = blockOf(key)
    const covering = this.#cells(inner.space)
      .filter(({ block }) => contains(block, inner))
      .sort((a, b) => a.block.length - b.block.length)
    if (covering.length === 0) return { cells: [], hash: null }
    const parts = covering.flatMap(({ block, stored }) => [u16(block.length), this.#recordHash(stored)])
    return { cells: covering.map(toCell), hash: base64(this.#sha256(joinBytes(Uint8Array.of(6), ...parts))) }
  }

  subtree(key: RecordKey): Subtree {
    const outer = blockOf(key)
    const inside = this.#cells(outer.space)
      .filter(({ block }) => contains(outer, block))
      .sort((a, b) =>
        a.block.first === b.block.first
          ? a.block.length - b.block.length
          : a.block.first < b.block.first
            ? -1
            : 1,
      )
    const leaves = inside.map(({ block, stored }) => ({
      bits: bitsOf(block),
      hash: this.#recordHash(stored),
    }))
    const hash =
      outer.length === 0
        ? naiveRoot(this.#sha256, outer.space, leaves)
        : topmost(this.#sha256, outer.space, leaves)
    return {
      hash: hash === null ? null : base64(hash),
      cells: inside.slice(0, SUBTREE_LIMIT).map(toCell),
      complete: inside.length <= SUBTREE_LIMIT,
    }
  }

  digest(text: string): string {
    return Buffer.from(this.#sha256(this.#encoder.encode(text))).toString('hex')
  }

  memberHash(member: Json): string {
    return base64(this.#sha256(joinBytes(Uint8Array.of(7), this.#encoder.encode(canonicalJson(member)))))
  }

  /** Base64 root of a number space, or of the objects. */
  root(space: NumberSpace | 'obj'): string {
    const leaves: Leaf[] =
      space === 'obj'
        ? this.#objects()
        : this.#cells(space).map(({ block, stored }) => ({
            bits: bitsOf(block),
            hash: this.#recordHash(stored),
          }))
    return base64(naiveRoot(this.#sha256, space, leaves))
  }

  #objects(): Leaf[] {
    const leaves: Leaf[] = []
    for (const [key, stored] of this.records) {
      const parsed = parseKey(key)
      if (parsed?.kind !== 'object') continue
      const label = this.#sha256(this.#encoder.encode(`${parsed.type}\0${parsed.handle}`))
      const bits = [...label].map((byte) => byte.toString(2).padStart(8, '0')).join('')
      leaves.push({ bits, hash: this.#recordHash(stored) })
    }
    return leaves
  }

  #cells(space: NumberSpace): StoredCell[] {
    const cells: StoredCell[] = []
    for (const cell of this.#blocks.values()) if (cell.block.space === space) cells.push(cell)
    return cells
  }

  #recordHash(stored: Stored): Uint8Array {
    stored.hash ??= this.#sha256(joinBytes(Uint8Array.of(3), this.#encoder.encode(stored.text)))
    return stored.hash
  }
}

function toCell({ block, stored }: StoredCell): CoveringCell {
  return { block, cell: stored.value as Cell }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function blockOf(key: RecordKey): Block {
  const parsed = parseKey(key)
  if (parsed?.kind !== 'cell') throw new TypeError(`not the key of a cell: ${key}`)
  if (blockKey(parsed.block) !== key) throw new TypeError(`not a canonical key: ${key}`)
  return parsed.block
}

function bitsOf(block: Block): string {
  return block.first.toString(2).padStart(WIDTH[block.space], '0').slice(0, block.length)
}
