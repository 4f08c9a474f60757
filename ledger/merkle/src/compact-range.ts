import { bytesEqual, type Hasher } from '@cadastre/crypto'
import { HASH_BYTES, nodeHash } from './hashing.ts'
import { assertSize } from './integers.ts'
import { foldNodes, rangeNodes, trailingOnes } from './spans.ts'

/** Told of each complete subtree as it closes, leaves included; what tiles are filled from. */
export type NodeListener = (level: number, index: number, hash: Uint8Array) => void

/**
 * The right edge of a tree: the roots of the complete subtrees that make it up, one for each one-bit of its
 * size. It is all that appending and computing the root need: one leaf costs about one inner hash, the root
 * O(log n). Mutable; {@link CompactRange.copy} before a batch that may be given up.
 */
export class CompactRange {
  readonly #hasher: Hasher
  #size: number
  readonly #hashes: Uint8Array[]

  /**
   * @param hashes the roots of the complete subtrees, largest first. Throws a RangeError unless there is one
   * of 32 bytes for each one-bit of `size`.
   */
  constructor(hasher: Hasher, size = 0, hashes: readonly Uint8Array[] = []) {
    assertSize(size, 'tree size')
    if (hashes.length !== rangeNodes(size).length || hashes.some((hash) => hash.length !== HASH_BYTES)) {
      throw new RangeError(`not the compact range of ${size} leaves`)
    }
    this.#hasher = hasher
    this.#size = size
    this.#hashes = [...hashes]
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size
  }

  /** The roots of the complete subtrees, largest first; what a store keeps beside the size. */
  get hashes(): readonly Uint8Array[] {
    return [...this.#hashes]
  }

  /** Appends a leaf, given by its {@link leafHash}; `onNode` hears of the leaf and of every subtree it closes. */
  append(leaf: Uint8Array, onNode?: NodeListener): void {
    assertSize(this.#size + 1, 'tree size')
    let index = this.#size
    let hash = leaf
    onNode?.(0, index, hash)
    const closing = trailingOnes(index)
    for (let level = 1; level <= closing; level++) {
      const left = this.#hashes.pop()
      if (left === undefined) throw new Error('compact range lost a subtree')
      hash = nodeHash(this.#hasher, left, hash)
      index = (index - 1) / 2
      onNode?.(level, index, hash)
    }
    this.#hashes.push(hash)
    this.#size++
  }

  /** The tree's root: RFC 6962's MTH, SHA-256 of nothing for the empty tree. */
  root(): Uint8Array {
    return foldNodes(this.#hasher, this.#hashes)
  }

  /** An independent range of the same leaves. */
  copy(): CompactRange {
    return new CompactRange(this.#hasher, this.#size, this.#hashes)
  }

  /** Whether both ranges are of the same tree. */
  equals(other: CompactRange): boolean {
    return this.#size === other.#size && bytesEqual(this.root(), other.root())
  }
}
