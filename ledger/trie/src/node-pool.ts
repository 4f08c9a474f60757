/**
 * Nodes of one space, in 32-bit words: left, right, record, meta, label, and in hashed spaces the node's hash.
 * A node is named by its index; 0 is "no node". 52 bytes a node in ip4 and asn, 64 in ip6, 80 in obj.
 */
import { growShared } from './shared-growth.ts'
import { SPACES, type Space, type SpaceShape } from './spaces.ts'

const RECORD = 2
const META = 3
const LABEL = 4
/**
 * Meta: bits 0-8 the length; FRESH = made in the uncommitted batch; DIRTY = hash not computed yet; from bit 11 the era
 * of the batch that made it.
 */
const LENGTH_MASK = 0x1ff
const FRESH = 0x200
const DIRTY = 0x400
const ERA_SHIFT = 11
/** So many batches share an era; the last one never ends. At five batches a second it begins after 77 days. */
const BATCHES_AN_ERA = 16
const LAST_ERA = 2 ** 21 - 1

/** The era of a batch, by which nodes tell roughly how old they are. */
export function eraOf(batch: number): number {
  return Math.min(LAST_ERA, Math.floor(batch / BATCHES_AN_ERA))
}

export class NodePool {
  readonly space: Space
  readonly shape: SpaceShape
  /** Words of a label. */
  readonly labelWords: number
  /** Words from the start of a node to its hash. */
  readonly hashWord: number
  readonly stride: number
  readonly buffer: SharedArrayBuffer
  // Views of fixed length: engines index them about five times as fast as length-tracking ones.
  words: Uint32Array<SharedArrayBuffer>
  bytes: Uint8Array<SharedArrayBuffer>
  // The writer's own books; readers never look at them.
  private used = 1
  private firstFree = 0
  private freeCount = 0
  /** Of the batch that is under way; the writer keeps it. */
  era = 0

  constructor(space: Space, buffer: SharedArrayBuffer) {
    this.space = space
    this.shape = SPACES[space]
    this.labelWords = this.shape.width >>> 5
    this.hashWord = LABEL + this.labelWords
    this.stride = this.hashWord + (this.shape.hashed ? 8 : 0)
    this.buffer = buffer
    this.words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2)
    this.bytes = new Uint8Array(buffer, 0, buffer.byteLength)
  }

  /** Take notice of growth by another thread. */
  refresh(): void {
    if (this.bytes.length === this.buffer.byteLength) return
    this.words = new Uint32Array(this.buffer, 0, this.buffer.byteLength >>> 2)
    this.bytes = new Uint8Array(this.buffer, 0, this.buffer.byteLength)
  }

  /** Nodes in use, superseded ones of unreleased versions included. */
  get live(): number {
    return this.used - 1 - this.freeCount
  }

  child(node: number, side: 0 | 1): number {
    return this.words[node * this.stride + side] as number
  }
  setChild(node: number, side: 0 | 1, child: number): void {
    this.words[node * this.stride + side] = child
  }
  record(node: number): number {
    return this.words[node * this.stride + RECORD] as number
  }
  setRecord(node: number, record: number): void {
    this.words[node * this.stride + RECORD] = record
  }
  length(node: number): number {
    return (this.words[node * this.stride + META] as number) & LENGTH_MASK
  }
  isFresh(node: number): boolean {
    return ((this.words[node * this.stride + META] as number) & FRESH) !== 0
  }
  isDirty(node: number): boolean {
    return ((this.words[node * this.stride + META] as number) & DIRTY) !== 0
  }
  touch(node: number): void {
    const at = node * this.stride + META
    this.words[at] = (this.words[at] as number) | DIRTY
  }
  clearDirty(node: number): void {
    const at = node * this.stride + META
    this.words[at] = (this.words[at] as number) & ~DIRTY
  }
  settle(node: number): void {
    const at = node * this.stride + META
    this.words[at] = (this.words[at] as number) & ~(FRESH | DIRTY)
  }
  /** Whether a batch of a later era than this made it. */
  isYounger(node: number, era: number): boolean {
    return (this.words[node * this.stride + META] as number) >>> ERA_SHIFT > era
  }

  /** Bit `index` of the node's own label. */
  bit(node: number, index: number): 0 | 1 {
    const word = this.words[node * this.stride + LABEL + (index >>> 5)] as number
    return (word & (0x80000000 >>> (index & 31))) === 0 ? 0 : 1
  }

  /** Leading bits on which the node's label and `key` agree, at most `max`. */
  agree(node: number, key: Uint32Array, max: number): number {
    const { words } = this
    const from = node * this.stride + LABEL
    for (let i = 0, bits = 0; bits < max; i++, bits += 32) {
      const difference = (words[from + i] as number) ^ (key[i] as number)
      if (difference !== 0) return Math.min(max, bits + Math.clz32(difference))
    }
    return max
  }

  /** The node's label as bytes, a copy. */
  label(node: number): Uint8Array {
    const out = new Uint8Array(this.labelWords << 2)
    this.writeLabel(node, out, 0)
    return out
  }

  writeLabel(node: number, out: Uint8Array, offset: number): void {
    const from = node * this.stride + LABEL
    for (let i = 0, at = offset; i < this.labelWords; i++) {
      const word = this.words[from + i] as number
      out[at++] = word >>> 24
      out[at++] = (word >>> 16) & 0xff
      out[at++] = (word >>> 8) & 0xff
      out[at++] = word & 0xff
    }
  }

  /** The node's hash, a copy. */
  hash(node: number): Uint8Array {
    const at = (node * this.stride + this.hashWord) << 2
    return this.bytes.slice(at, at + 32)
  }

  setHash(node: number, hash: Uint8Array): void {
    this.bytes.set(hash, (node * this.stride + this.hashWord) << 2)
  }

  /** Copies the node's hash, 8 words, into a preimage. */
  copyHash(node: number, out: Uint32Array, word: number): void {
    const from = node * this.stride + this.hashWord
    for (let i = 0; i < 8; i++) out[word + i] = this.words[from + i] as number
  }

  /** A new fresh and dirty node without children. Label bits past the length are zeroed. */
  allocate(length: number, key: Uint32Array, record: number): number {
    const node = this.take()
    const at = node * this.stride
    const { words } = this
    words[at] = 0
    words[at + 1] = 0
    words[at + RECORD] = record
    words[at + META] = length | FRESH | DIRTY | (this.era << ERA_SHIFT)
    for (let i = 0; i < this.labelWords; i++) {
      const kept = length - (i << 5)
      const mask = kept >= 32 ? 0xffffffff : kept <= 0 ? 0 : ~(0xffffffff >>> kept)
      words[at + LABEL + i] = (key[i] as number) & mask
    }
    return node
  }

  /** A fresh and dirty copy of a committed node. */
  copy(node: number): number {
    const made = this.take()
    const { words, stride } = this
    const from = node * stride
    const to = made * stride
    for (let i = 0; i < this.hashWord; i++) words[to + i] = words[from + i] as number
    words[to + META] = this.length(node) | FRESH | DIRTY | (this.era << ERA_SHIFT)
    return made
  }

  free(node: number): void {
    const at = node * this.stride
    this.words[at] = this.firstFree
    this.words[at + META] = 0
    this.firstFree = node
    this.freeCount++
  }

  private take(): number {
    const reused = this.firstFree
    if (reused !== 0) {
      this.firstFree = this.words[reused * this.stride] as number
      this.freeCount--
      return reused
    }
    const node = this.used
    const end = (node + 1) * this.stride * 4
    if (end > this.buffer.byteLength) {
      growShared(this.buffer, end)
      this.refresh()
    }
    this.used++
    return node
  }
}
