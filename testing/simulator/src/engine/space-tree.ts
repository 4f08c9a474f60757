/**
 * One space of the state as a Patricia trie of plain objects: what covers a key and what is inside it are found along
 * one path, and hashes (ledger.md, Hashes) are computed where they are asked for. It shares no code with ledger/trie.
 */

import type { Digest } from './digest.ts'

/** A record with its parsed value; its hash, H(0x03 ‖ record), is computed once, when it is first asked for. */
export interface Stored {
  readonly value: unknown
  hash(): Uint8Array
}

/** Where a record lives: the label's bits in words of 32, most significant first, and how many of them count. */
export type Place = { readonly words: Uint32Array; readonly length: number }

export class TreeNode<S extends Stored> {
  readonly words: Uint32Array
  readonly length: number
  stored: S | null = null
  left: TreeNode<S> | null = null
  right: TreeNode<S> | null = null
  hash: Uint8Array | null = null

  constructor({ words, length }: Place) {
    this.words = words
    this.length = length
  }
}

const ABSENT = new Uint8Array(32)

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
  readonly #preimage: Uint8Array
  readonly #labelBytes: number

  constructor(digest: Digest, tag: number, width: number) {
    this.#digest = digest
    this.#labelBytes = width / 8
    this.#preimage = new Uint8Array(4 + width / 8 + 96)
    this.#preimage[0] = 2
    this.#preimage[1] = tag
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
      node.hash = null
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
    node.hash = null
    for (const above of path) above.hash = null
    path.push(node)
    // A node stands where it has a record or two children: this one, and then perhaps the one above it.
    for (let at = path.length - 1; at > 0 && at >= path.length - 2; at--) {
      const one = path[at] as TreeNode<S>
      if (one.stored !== null || (one.left !== null && one.right !== null)) break
      const above = path[at - 1] as TreeNode<S>
      const left = one.left ?? one.right
      if (above.left === one) above.left = left
      else above.right = left
    }
  }

  /** The node's hash, of it and everything below it that has changed. */
  hashOf(node: TreeNode<S>): Uint8Array {
    if (node.hash !== null) return node.hash
    const left = node.left === null ? ABSENT : this.hashOf(node.left)
    const right = node.right === null ? ABSENT : this.hashOf(node.right)
    const value = node.stored === null ? ABSENT : node.stored.hash()
    const out = this.#preimage
    out[2] = node.length >> 8
    out[3] = node.length & 255
    const label = this.#labelBytes
    for (let at = 0; at < label; at++) out[4 + at] = (node.words[at >> 2] as number) >>> (24 - 8 * (at & 3))
    out.set(value, 4 + label)
    out.set(left, 36 + label)
    out.set(right, 68 + label)
    node.hash = this.#digest.crypto.sha256(out)
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
