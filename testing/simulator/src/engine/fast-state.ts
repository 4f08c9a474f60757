/**
 * The state before an act, in memory: every record parsed and kept, chains and subtrees found along one path, hashes
 * computed when asked for. With real hashes its inputs and roots are those of the ledger, byte for byte.
 */

import { type Block, blockBytes, type NumberSpace } from '@cadastre/numbers'
import { type StampedEffect, type StateSource, SUBTREE_LIMIT, type Subtree } from '@cadastre/procedures'
import {
  type Cell,
  type CoveringCell,
  canonicalJson,
  type Json,
  parseKey,
  type RecordKey,
} from '@cadastre/records'
import { base64Of, type Digest } from './digest.ts'
import { HashWords } from './hash-words.ts'
import { type Place, SpaceTree, type Stored, type TreeNode } from './space-tree.ts'

export type SpaceName = NumberSpace | 'obj'

/** A record of the state. It is hashed at once, while its text is at hand; of most the text is not kept. */
class Entry implements Stored {
  readonly covering: CoveringCell | null
  readonly hash: number
  /** Where it stands in its tree; null of an object until a root is asked for. */
  node: TreeNode<Entry> | null = null
  /** The hash in base64, once it was asked for. */
  printed: string | null = null
  readonly #value: Json
  /** In place of the value, where nobody will look at it soon: a fifth of the memory. */
  readonly #text: string | null

  constructor(block: Block | null, value: Json, hash: number, text: string | null) {
    this.#text = text
    this.#value = text === null ? value : null
    this.hash = hash
    const record: unknown = value
    this.covering = block === null ? null : { block, cell: record as Cell }
  }

  get value(): Json {
    return this.#text === null ? this.#value : JSON.parse(this.#text)
  }
}

/** A key, and where it lives; null for an object until a root is asked for. */
type Known = { readonly block: Block; readonly place: Place }
const KNOWN_MAX = 200_000

/** An application that nothing happens to any more. */
const ENDED = /"state":"(?:effected|withdrawn|vetoed|failed)"/

const NO_RECORD = { value: null, hash: null } as const
const NO_SUBTREE: Subtree = { hash: null, cells: [], complete: true }
const SPACES: readonly SpaceName[] = ['ip4', 'ip6', 'asn', 'obj']

export class FastState implements StateSource {
  readonly port: Digest
  readonly #hashes = new HashWords()
  readonly #records = new Map<RecordKey, Entry>()
  readonly #trees: { readonly [S in SpaceName]: SpaceTree<Entry> }
  #known = new Map<RecordKey, Known>()
  /** Objects that are not in their tree yet. */
  readonly #newObjects = new Set<RecordKey>()
  #memberHashes = new WeakMap<object, string>()

  constructor(digest: Digest) {
    this.port = digest
    this.#trees = {
      ip4: new SpaceTree(digest, this.#hashes, 4, 32),
      ip6: new SpaceTree(digest, this.#hashes, 6, 128),
      asn: new SpaceTree(digest, this.#hashes, 10, 32),
      obj: new SpaceTree(digest, this.#hashes, 16, 256),
    }
  }

  get size(): number {
    return this.#records.size
  }

  keys(): MapIterator<RecordKey> {
    return this.#records.keys()
  }

  has(key: RecordKey): boolean {
    return this.#records.has(key)
  }

  get(key: RecordKey): Json | undefined {
    return this.#records.get(key)?.value
  }

  /** The block of a cell's key; a key that is none is a bug. */
  blockOf(key: RecordKey): Block {
    return this.#place(key).block
  }

  record(key: RecordKey): { readonly value: unknown; readonly hash: string | null } {
    const entry = this.#records.get(key)
    if (entry === undefined) return NO_RECORD
    entry.printed ??= this.#hashes.base64(entry.hash)
    return { value: entry.value, hash: entry.printed }
  }

  chain(key: RecordKey): { readonly cells: readonly CoveringCell[]; readonly hash: string | null } {
    const { block, place } = this.#place(key)
    const covering = this.#trees[block.space].covering(place)
    if (covering.length === 0) return { cells: [], hash: null }
    const cells: CoveringCell[] = []
    const preimage = new Uint8Array(1 + 34 * covering.length)
    preimage[0] = 6
    let at = 1
    for (const entry of covering) {
      const cell = entry.covering as CoveringCell
      cells.push(cell)
      preimage[at] = cell.block.length >> 8
      preimage[at + 1] = cell.block.length & 255
      this.#hashes.copyTo(entry.hash, preimage, at + 2)
      at += 34
    }
    return { cells, hash: base64Of(this.port.crypto.sha256(preimage)) }
  }

  subtree(key: RecordKey): Subtree {
    const { block, place } = this.#place(key)
    const tree = this.#trees[block.space]
    const top = tree.topmost(place)
    if (top === null) return NO_SUBTREE
    const found = tree.inside(top, SUBTREE_LIMIT + 1)
    const cells = found.slice(0, SUBTREE_LIMIT).map((entry) => entry.covering as CoveringCell)
    return { hash: this.#hashes.base64(tree.hashOf(top)), cells, complete: found.length <= SUBTREE_LIMIT }
  }

  digest(text: string): string {
    const bytes = this.port.crypto.sha256(new TextEncoder().encode(text))
    return Buffer.from(bytes).toString('hex')
  }

  /** Remembered by identity: the records of the state never change, so their members do not either. */
  memberHash(member: Json): string {
    if (typeof member !== 'object' || member === null) return this.#memberHash(member)
    let hash = this.#memberHashes.get(member)
    if (hash === undefined) {
      hash = this.#memberHash(member)
      this.#memberHashes.set(member, hash)
    }
    return hash
  }
  #memberHash(member: Json): string {
    return base64Of(this.port.tagged(7, canonicalJson(member)))
  }

  apply(effects: readonly StampedEffect[]): void {
    for (const { key, next, text } of effects) this.set(key, next, text)
  }

  /** Set a record, or delete it (null). `text`: its canonical text, where it is at hand. */
  set(key: RecordKey, next: Json, text: string | null = null): void {
    const old = this.#records.get(key)
    if (old !== undefined) this.#hashes.release(old.hash)
    const known = key.startsWith('obj/') ? null : this.#place(key)
    if (next === null) {
      this.#records.delete(key)
      if (old?.node != null) this.#trees[known?.block.space ?? 'obj'].remove(old.node)
      this.#newObjects.delete(key)
      return
    }
    const entry = this.#entry(key, known?.block ?? null, next, text ?? canonicalJson(next))
    this.#records.set(key, entry)
    if (old?.node != null) {
      entry.node = old.node
      this.#trees[known?.block.space ?? 'obj'].replace(old.node, entry)
    } else if (known === null) this.#newObjects.add(key)
    else entry.node = this.#trees[known.block.space].put(known.place, entry)
  }

  #entry(key: RecordKey, block: Block | null, next: Json, text: string): Entry {
    const isResting = key.startsWith('obj/application/') && ENDED.test(text)
    const hash = this.#hashes.allocate()
    this.port.taggedInto(3, text, this.#hashes, hash)
    return new Entry(block, next, hash, isResting ? text : null)
  }

  /** Roots of all spaces as a state entry names them. */
  roots(): { readonly [S in SpaceName]: Uint8Array } {
    for (const key of this.#newObjects) {
      const entry = this.#records.get(key)
      if (entry !== undefined) entry.node = this.#trees.obj.put(this.#objectPlace(key), entry)
    }
    this.#newObjects.clear()
    const [ip4, ip6, asn, obj] = SPACES.map((space) =>
      this.#hashes.bytesOf(this.#trees[space].hashOf(this.#trees[space].root)),
    )
    if (ip4 === undefined || ip6 === undefined || asn === undefined || obj === undefined)
      throw new TypeError('four spaces')
    return { ip4, ip6, asn, obj }
  }

  #objectPlace(key: RecordKey): Place {
    const [, type, handle] = key.split('/')
    const label = this.port.crypto.sha256(new TextEncoder().encode(`${type}\0${handle}`))
    return { words: wordsOf(label), length: 256 }
  }

  #place(key: RecordKey): Known {
    let known = this.#known.get(key)
    if (known === undefined) {
      const parsed = parseKey(key)
      if (parsed?.kind !== 'cell') throw new TypeError(`not the key of a cell: ${key}`)
      const { block } = parsed
      known = { block, place: { words: wordsOf(blockBytes(block)), length: block.length } }
      if (this.#known.size >= KNOWN_MAX) this.#known = new Map()
      this.#known.set(key, known)
    }
    return known
  }
}

function wordsOf(label: Uint8Array): Uint32Array {
  const words = new Uint32Array(label.length >> 2)
  for (let at = 0; at < label.length; at++)
    words[at >> 2] = ((words[at >> 2] as number) << 8) | (label[at] as number)
  return words
}
