/**
 * Questions to one version of the state. Everything returned is a copy; copies of small records may share one
 * ArrayBuffer with others, so use them through their own views only.
 */
import type { NodePreimage } from './hashing.ts'
import type { NodePool } from './node-pool.ts'
import type { RecordArena } from './record-arena.ts'
import { type HashedSpace, LABEL_WORDS_MAX, labelBit, loadLabel, type Space } from './spaces.ts'

export interface CoveringRecord {
  readonly length: number
  readonly label: Uint8Array
  readonly record: Uint8Array
  /** H(0x03 ‖ record). */
  readonly hash: Uint8Array
}

export type CoveringHash = Omit<CoveringRecord, 'record'>

export interface InsideRecord {
  readonly label: Uint8Array
  readonly length: number
  readonly record: Uint8Array
}

export interface Cursor {
  readonly label: Uint8Array
  readonly length: number
}

type Hash = Uint8Array
/** [len, value, sibling], or at the query itself [len, value, left, right]. */
export type ProofNode =
  | readonly [number, Hash | null, Hash | null]
  | readonly [number, Hash | null, Hash | null, Hash | null]

/** The members `nodes`, `end` and `records` of an answer (ledger.md, Answer), before encoding. */
export interface TrieProof {
  readonly nodes: readonly ProofNode[]
  readonly end: NodePreimage | null
  readonly records: readonly Uint8Array[]
}

/**
 * A label is always width/8 bytes with the bits past `length` zero; anything else throws a RangeError. Questions
 * about hashes throw a TypeError in the unhashed space `index`.
 */
export interface TrieView {
  rootHash(space: HashedSpace): Uint8Array
  /** The record at exactly this key. */
  get(space: Space, label: Uint8Array, length: number): Uint8Array | null
  /** Whether there is a record at exactly this key. */
  has(space: Space, label: Uint8Array, length: number): boolean
  /** The records at this key and at every prefix of it, outermost first. */
  covering(space: Space, label: Uint8Array, length: number): CoveringRecord[]
  /** The same without the records: whoever has read them before needs no copy. */
  coveringHashes(space: HashedSpace, label: Uint8Array, length: number): CoveringHash[]
  /** The hash of the record at exactly this key. */
  recordHash(space: HashedSpace, label: Uint8Array, length: number): Uint8Array | null
  /** The hash of the topmost node at or below this key: the `subtree` input. Null if there is none. */
  subtreeHash(space: HashedSpace, label: Uint8Array, length: number): Uint8Array | null
  /**
   * Records at and below this key in the order first address, then shorter first; at most `limit` (>= 1) of
   * them, those after the cursor. Pass the last one returned as `after` to go on.
   */
  inside(
    space: Space,
    label: Uint8Array,
    length: number,
    options: { readonly limit: number; readonly after?: Cursor },
  ): InsideRecord[]
  /** How many records are at and below this key; stops counting at `cap`. */
  countInside(space: Space, label: Uint8Array, length: number, cap: number): number
  /** The proof of every record covering this key, and of what is or is not below it. */
  prove(space: HashedSpace, label: Uint8Array, length: number): TrieProof
}

export type Pools = Readonly<Record<Space, NodePool>>
export type Roots = Readonly<Record<Space, number>>

// Scratch of this thread; no question calls another while it uses them.
const key: Uint32Array = new Uint32Array(LABEL_WORDS_MAX)
const afterKey: Uint32Array = new Uint32Array(LABEL_WORDS_MAX)

/** The node at exactly `length` bits of `words`, or 0. */
export function findNode(pool: NodePool, root: number, words: Uint32Array, length: number): number {
  let node = root
  for (;;) {
    const at = pool.length(node)
    if (at === length) return node
    const child = pool.child(node, labelBit(words, at))
    if (child === 0) return 0
    const childLength = pool.length(child)
    if (childLength > length || pool.agree(child, words, childLength) !== childLength) return 0
    node = child
  }
}

/** The topmost node whose label begins with the first `length` bits of `words`, or 0. */
function topmostInside(pool: NodePool, root: number, words: Uint32Array, length: number): number {
  let node = root
  while (pool.length(node) < length) {
    const child = pool.child(node, labelBit(words, pool.length(node)))
    if (child === 0) return 0
    const shared = Math.min(pool.length(child), length)
    if (pool.agree(child, words, shared) !== shared) return 0
    node = child
  }
  return node
}

export class NodeView implements TrieView {
  private readonly pools: Pools
  private readonly arena: RecordArena
  private readonly roots: Roots
  /** Computes hashes left open below a node; null on committed versions, which have none. */
  private readonly hashDirty: ((space: Space, node: number) => void) | null

  constructor(
    pools: Pools,
    arena: RecordArena,
    roots: Roots,
    hashDirty: ((space: Space, node: number) => void) | null,
  ) {
    this.pools = pools
    this.arena = arena
    this.roots = roots
    this.hashDirty = hashDirty
  }

  rootHash(space: HashedSpace): Uint8Array {
    return this.nodeHash(this.pools[space], this.roots[space])
  }

  get(space: Space, label: Uint8Array, length: number): Uint8Array | null {
    const record = this.find(space, label, length)
    return record === 0 ? null : this.arena.read(record)
  }

  has(space: Space, label: Uint8Array, length: number): boolean {
    return this.find(space, label, length) !== 0
  }

  recordHash(space: HashedSpace, label: Uint8Array, length: number): Uint8Array | null {
    const record = this.find(space, label, length)
    return record === 0 ? null : this.arena.hash(record)
  }

  private find(space: Space, label: Uint8Array, length: number): number {
    loadLabel(key, space, label, length)
    const pool = this.pools[space]
    const node = findNode(pool, this.roots[space], key, length)
    return node === 0 ? 0 : pool.record(node)
  }

  covering(space: Space, label: Uint8Array, length: number): CoveringRecord[] {
    return this.onPath(space, label, length, (found, record) => ({
      ...found,
      record: this.arena.read(record),
    }))
  }

  coveringHashes(space: HashedSpace, label: Uint8Array, length: number): CoveringHash[] {
    return this.onPath(space, label, length, (found) => found)
  }

  /** What `take` makes of each record at the key and at its prefixes, outermost first. */
  private onPath<T>(
    space: Space,
    label: Uint8Array,
    length: number,
    take: (found: CoveringHash, record: number) => T,
  ): T[] {
    loadLabel(key, space, label, length)
    const pool = this.pools[space]
    const found: T[] = []
    let node = this.roots[space]
    for (;;) {
      const record = pool.record(node)
      const at = pool.length(node)
      if (record !== 0)
        found.push(take({ length: at, label: pool.label(node), hash: this.arena.hash(record) }, record))
      if (at === length) return found
      const child = pool.child(node, labelBit(key, at))
      if (child === 0) return found
      const childLength = pool.length(child)
      if (childLength > length || pool.agree(child, key, childLength) !== childLength) return found
      node = child
    }
  }

  subtreeHash(space: HashedSpace, label: Uint8Array, length: number): Uint8Array | null {
    loadLabel(key, space, label, length)
    const pool = this.pools[space]
    const node = topmostInside(pool, this.roots[space], key, length)
    return node === 0 ? null : this.nodeHash(pool, node)
  }

  inside(
    space: Space,
    label: Uint8Array,
    length: number,
    options: { readonly limit: number; readonly after?: Cursor },
  ): InsideRecord[] {
    if (!(options.limit >= 1)) throw new RangeError('limit is at least 1')
    const found: InsideRecord[] = []
    const pool = this.pools[space]
    this.walk(space, label, length, options.after ?? null, (node, record) => {
      found.push({ label: pool.label(node), length: pool.length(node), record: this.arena.read(record) })
      return found.length < options.limit
    })
    return found
  }

  countInside(space: Space, label: Uint8Array, length: number, cap: number): number {
    let count = 0
    if (cap > 0) this.walk(space, label, length, null, () => ++count < cap)
    return count
  }

  /** Visits records at and below a key in order until `visit` gives false. A node without a record has two children, so the work is at most about twice what is visited, plus one path. */
  private walk(
    space: Space,
    label: Uint8Array,
    length: number,
    after: Cursor | null,
    visit: (node: number, record: number) => boolean,
  ): void {
    loadLabel(key, space, label, length)
    const pool = this.pools[space]
    const top = topmostInside(pool, this.roots[space], key, length)
    if (top === 0) return
    if (after !== null) loadLabel(afterKey, space, after.label, after.length)
    const stack = after === null ? [top] : pendingAfter(pool, top, afterKey, after.length)
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const record = pool.record(node)
      if (record !== 0 && !visit(node, record)) return
      const right = pool.child(node, 1)
      const left = pool.child(node, 0)
      if (right !== 0) stack.push(right)
      if (left !== 0) stack.push(left)
    }
  }

  prove(space: HashedSpace, label: Uint8Array, length: number): TrieProof {
    loadLabel(key, space, label, length)
    const pool = this.pools[space]
    this.hashDirty?.(space, this.roots[space])
    const nodes: ProofNode[] = []
    const records: Uint8Array[] = []
    let node = this.roots[space]
    for (;;) {
      const record = pool.record(node)
      let value: Uint8Array | null = null
      if (record !== 0) {
        value = this.arena.hash(record)
        records.push(this.arena.read(record))
      }
      const at = pool.length(node)
      if (at === length) {
        nodes.push([at, value, childHash(pool, node, 0), childHash(pool, node, 1)])
        return { nodes, end: null, records }
      }
      const side = labelBit(key, at)
      nodes.push([at, value, childHash(pool, node, side === 0 ? 1 : 0)])
      const child = pool.child(node, side)
      if (child === 0) return { nodes, end: null, records }
      const childLength = pool.length(child)
      if (childLength > length || pool.agree(child, key, childLength) !== childLength)
        return { nodes, end: this.preimage(pool, child), records }
      node = child
    }
  }

  private preimage(pool: NodePool, node: number): NodePreimage {
    const record = pool.record(node)
    return {
      label: pool.label(node),
      length: pool.length(node),
      value: record === 0 ? null : this.arena.hash(record),
      left: childHash(pool, node, 0),
      right: childHash(pool, node, 1),
    }
  }

  private nodeHash(pool: NodePool, node: number): Uint8Array {
    if (!pool.shape.hashed) throw new TypeError(`space ${pool.space} has no hashes`)
    this.hashDirty?.(pool.space, node)
    return pool.hash(node)
  }
}

function childHash(pool: NodePool, node: number, side: 0 | 1): Uint8Array | null {
  const child = pool.child(node, side)
  return child === 0 ? null : pool.hash(child)
}

/** The stack of subtrees, next one last, that come after a key in the order of {@link TrieView.inside}. */
function pendingAfter(pool: NodePool, top: number, after: Uint32Array, length: number): number[] {
  const stack: number[] = []
  let node = top
  for (;;) {
    const at = pool.length(node)
    const shared = Math.min(at, length)
    const agreed = pool.agree(node, after, shared)
    if (agreed < shared) {
      // The subtree lies wholly to one side of the cursor.
      if (pool.bit(node, agreed) === 1) stack.push(node)
      return stack
    }
    if (at > length) {
      // Strictly below the cursor's key: all of it comes after.
      stack.push(node)
      return stack
    }
    const right = pool.child(node, 1)
    const left = pool.child(node, 0)
    if (at === length) {
      if (right !== 0) stack.push(right)
      if (left !== 0) stack.push(left)
      return stack
    }
    if (labelBit(after, at) === 1) {
      if (right === 0) return stack
      node = right
    } else {
      if (right !== 0) stack.push(right)
      if (left === 0) return stack
      node = left
    }
  }
}
