/** Hashes of the state (ledger.md, Hashes): records, trie nodes, chains. */
import type { Hasher } from '@cadastre/crypto'
import type { NodePool } from './node-pool.ts'
import type { RecordArena } from './record-arena.ts'
import { type HashedSpace, SPACES } from './spaces.ts'

const NODE_DOMAIN = 0x02
const RECORD_DOMAIN: Uint8Array = Uint8Array.of(0x03)
const CHAIN_DOMAIN = 0x06

/** H(0x03 ‖ record bytes). */
export function recordHash(hasher: Hasher, record: Uint8Array): Uint8Array {
  return hasher.sha256(RECORD_DOMAIN, record)
}

/** What a node commits to; an absent value or child is null. */
export interface NodePreimage {
  readonly label: Uint8Array
  readonly length: number
  readonly value: Uint8Array | null
  readonly left: Uint8Array | null
  readonly right: Uint8Array | null
}

/** H(0x02 ‖ space ‖ u16be len ‖ prefix ‖ value ‖ left ‖ right), absent ones as 32 zero bytes. */
export function nodeHash(hasher: Hasher, space: HashedSpace, node: NodePreimage): Uint8Array {
  const { tag, width } = SPACES[space]
  const labelBytes = width >>> 3
  if (node.label.length !== labelBytes) throw new RangeError(`a label of ${space} has ${labelBytes} bytes`)
  const preimage = new Uint8Array(4 + labelBytes + 96)
  preimage[0] = NODE_DOMAIN
  preimage[1] = tag
  preimage[2] = node.length >>> 8
  preimage[3] = node.length & 0xff
  preimage.set(node.label, 4)
  if (node.value !== null) preimage.set(node.value, 4 + labelBytes)
  if (node.left !== null) preimage.set(node.left, 36 + labelBytes)
  if (node.right !== null) preimage.set(node.right, 68 + labelBytes)
  return hasher.sha256(preimage)
}

/**
 * The `chain` input hash of design.md section 5: H(0x06 ‖ for each covering record, outermost first: u16be len ‖
 * record hash). Null when nothing covers.
 */
export function chainHash(
  hasher: Hasher,
  covering: readonly { readonly length: number; readonly hash: Uint8Array }[],
): Uint8Array | null {
  if (covering.length === 0) return null
  const preimage = new Uint8Array(1 + covering.length * 34)
  preimage[0] = CHAIN_DOMAIN
  let at = 1
  for (const { length, hash } of covering) {
    preimage[at] = length >>> 8
    preimage[at + 1] = length & 0xff
    preimage.set(hash, at + 2)
    at += 34
  }
  return hasher.sha256(preimage)
}

/** Computes the hashes that a batch left open in one space, reusing one preimage buffer. */
export class NodeHasher {
  private readonly hasher: Hasher
  private readonly pool: NodePool
  private readonly arena: RecordArena
  private readonly preimage: Uint8Array
  private readonly preimageWords: Uint32Array
  private readonly valueWord: number

  constructor(hasher: Hasher, pool: NodePool, arena: RecordArena) {
    this.hasher = hasher
    this.pool = pool
    this.arena = arena
    // 4 + W/8 + 96 is a multiple of 4, so hashes are copied as words; their byte order is never interpreted.
    this.valueWord = 1 + pool.labelWords
    this.preimageWords = new Uint32Array(this.valueWord + 24)
    this.preimage = new Uint8Array(this.preimageWords.buffer)
    this.preimage[0] = NODE_DOMAIN
    this.preimage[1] = pool.shape.tag
  }

  /** Hashes the dirty nodes at and below `node`. They stay fresh. Recursion is at most one level a bit. */
  hashDirty(node: number): void {
    const { pool } = this
    if (!pool.isDirty(node)) return
    const left = pool.child(node, 0)
    const right = pool.child(node, 1)
    if (left !== 0) this.hashDirty(left)
    if (right !== 0) this.hashDirty(right)
    if (pool.shape.hashed) this.hashOne(node, left, right)
    pool.clearDirty(node)
  }

  /** Hashes what is dirty, then marks the fresh nodes and records at and below `node` as committed. */
  settle(node: number): void {
    const { pool } = this
    if (!pool.isFresh(node)) return
    const left = pool.child(node, 0)
    const right = pool.child(node, 1)
    if (left !== 0) this.settle(left)
    if (right !== 0) this.settle(right)
    if (pool.shape.hashed && pool.isDirty(node)) this.hashOne(node, left, right)
    pool.settle(node)
    const record = pool.record(node)
    if (record !== 0) this.arena.settle(record)
  }

  private hashOne(node: number, left: number, right: number): void {
    const { pool, preimage, preimageWords, valueWord } = this
    const length = pool.length(node)
    preimage[2] = length >>> 8
    preimage[3] = length & 0xff
    pool.writeLabel(node, preimage, 4)
    const record = pool.record(node)
    if (record !== 0) this.arena.copyHash(record, preimageWords, valueWord)
    else preimageWords.fill(0, valueWord, valueWord + 8)
    this.copyChildHash(left, valueWord + 8)
    this.copyChildHash(right, valueWord + 16)
    pool.setHash(node, this.hasher.sha256(preimage))
  }

  private copyChildHash(child: number, word: number): void {
    if (child === 0) this.preimageWords.fill(0, word, word + 8)
    else this.pool.copyHash(child, this.preimageWords, word)
  }
}
