/**
 * One space of the state as a Patricia trie of plain objects: what covers a key and what is inside it are found along
 * one path, and hashes (ledger.md, Hashes) are computed where they are asked for. It shares no code with ledger/trie.
 */

import type { Digest } from './digest.ts'
import { ABSENT, type HashWords } from './hash-words.ts'

/** A record with its parsed value. */
export interface Stored {
  readonly value: unknown
  /** Number of its hash, H(0x03 ‖ record). */
  readonly hash: number
}

/** Where a record lives: the label's bits in words of 32, most significant first, and how many of them count. */
export type Place = { readonly words: Uint32Array; readonly length: number }

export class TreeNode<S extends Stored> {
  readonly words: Uint32Array
  readonly length: number
  stored: S | null = null
  left: TreeNode<S> | null = null
  right: TreeNode<S> | null = null
  /** Number of its hash; {@link ABSENT} until it is first asked for. */
  hash: number = ABSENT
  /** Whether the hash is that of what stands here and below. */
  isHashed = false

  constructor({ words, length }: Place) {
    this.words = words
    this.length = length
  }
}

function bit(words: Uint32Array, at: number): boolean {
  return (((words[at >>> 5] as number) >>> (31 - (at & 31))) & 1) === 1
}

/** How many leading bits both labels share, at most `most`. */
function shared(one: Uint32Array, other: Uint32Array, most: number): number {
  for (let word = 0; word * 32 < most; word++) {
    const difference = (one[word] as number) ^ (other[word] as number)
    if (difference !== 0) return Math.min(most, word * 32 + Math.clz32(difference))
  }
  return most
}

export class SpaceTree<S extends Stored> {
  readonly root: TreeNode<S>
  readonly #digest: Digest
  readonly #hashes: HashWords
  /** First word of a node's preimage, to which its length is added. */
  readonly #first: number

  constructor(digest: Digest, hashes: HashWords, tag: number, width: number) {
    this.#digest = digest
    this.#hashes = hashes
    this.#first = (2 << 24) | (tag << 16)
    this.root = new TreeNode<S>({ words: new Uint32Array(width / 32), length: 0 })
  }

  /** Records at and around the place, outermost first. */
  covering({ words, length }: Place): S[] {
    const found: S[] = []
    let node: TreeNode<S> | null = this.root
    while (node !== null && node.length <= length && shared(node.words, words, node.length) === node.length) {
      if (node.stored !== null) found.push(node.stored)
      if (node.length === length) break
      node = bit(words, node.length) ? node.right : node.left
    }
    return found
  }

  /** The topmost node at or inside the place; null where there is none. */
  topmost({ words, length }: Place): TreeNode<S> | null {
    let node: TreeNode<S> | null = this.root
    while (node !== null && node.length < length) {
      if (shared(node.words, words, node.length) !== node.length) return null
      node = bit(words, node.length) ? node.right : node.left
    }
    return node !== null && shared(node.words, words, length) === length ? node : null
  }

  /** Records at and inside a node: in order of first number, shorter prefix first, at most `limit`. */
  inside(top: TreeNode<S>, limit: number): S[] {
    const found: S[] = []
    const open: TreeNode<S>[] = [top]
    for (let node = open.pop(); node !== undefined && found.length < limit; node = open.pop()) {
      if (node.stored !== null) found.push(node.stored)
      if (node.right !== null) open.push(node.right)
      if (node.left !== null) open.push(node.left)
    }
    return found
  }

  set(place: Place, stored: S | null): void {
    if (stored === null) this.#remove(place)
    else this.#put(place, stored)
  }

  #put(place: Place, stored: S): void {
    const { words, length } = place
    let node = this.root
    for (;;) {
      node.isHashed = false
      if (node.length === length) {
        node.stored = stored
        return
      }
      const right = bit(words, node.length)
      const child: TreeNode<S> | null = right ? node.right : node.left
      const common = child === null ? 0 : shared(child.words, words, Math.min(child.length, length))
      if (child !== null && common === child.length) {
        node = child
        continue
      }
      const added = new TreeNode<S>(place)
      added.stored = stored
      const attached = child === null ? added : this.#above(child, added, common)
      if (right) node.right = attached
      else node.left = attached
      return
    }
  }

  /** What stands in place of `child` when `added`, which shares `common` bits with it, joins it. */
  #above(child: TreeNode<S>, added: TreeNode<S>, common: number): TreeNode<S> {
    if (common === added.length) {
      if (bit(child.words, common)) added.right = child
      else added.left = child
      return added
    }
    const fork = new TreeNode<S>({ words: prefixOf(added.words, common), length: common })
    const [zero, one] = bit(added.words, common) ? [child, added] : [added, child]
    fork.left = zero
    fork.right = one
    return fork
  }

  #remove({ words, length }: Place): void {
    const path: TreeNode<S>[] = []
    let node: TreeNode<S> | null = this.root
    while (node !== null && node.length < length) {
      path.push(node)
      node = bit(words, node.length) ? node.right : node.left
    }
    if (node === null || node.length !== length || shared(node.words, words, length) !== length) return
    node.stored = null
    node.isHashed = false
    for (const above of path) above.isHashed = false
    path.push(node)
    // A node stands where it has a record or two children: this one, and then perhaps the one above it.
    for (let at = path.length - 1; at > 0 && at >= path.length - 2; at--) {
      const one = path[at] as TreeNode<S>
      if (one.stored !== null || (one.left !== null && one.right !== null)) break
      const above = path[at - 1] as TreeNode<S>
      const left = one.left ?? one.right
      if (above.left === one) above.left = left
      else above.right = left
      if (one.hash !== ABSENT) this.#hashes.release(one.hash)
    }
  }

  /** Number of the node's hash, of it and everything below it that has changed. */
  hashOf(node: TreeNode<S>): number {
    if (node.isHashed) return node.hash
    const left = node.left === null ? ABSENT : this.hashOf(node.left)
    const right = node.right === null ? ABSENT : this.hashOf(node.right)
    const value = node.stored === null ? ABSENT : node.stored.hash
    if (node.hash === ABSENT) node.hash = this.#hashes.allocate()
    const first = this.#first | node.length
    this.#digest.nodeInto({ first, label: node.words, value, left, right }, this.#hashes, node.hash)
    node.isHashed = true
    return node.hash
  }
}

function prefixOf(words: Uint32Array, length: number): Uint32Array {
  const cut = new Uint32Array(words.length)
  for (let word = 0; word * 32 < length; word++) {
    const kept = length - word * 32
    cut[word] = kept >= 32 ? (words[word] as number) : (words[word] as number) & (-1 << (32 - kept))
  }
  return cut
}
