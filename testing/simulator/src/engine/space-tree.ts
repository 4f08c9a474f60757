/**
 * One space of the state as a Patricia trie of plain objects: what covers a key and what is inside it are found along
 * one path, and hashes (ledger.md, Hashes) are computed where they are asked for. It shares no code with ledger/trie.
 */

import type { Digest, HashedNode } from './digest.ts'
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
  /** Where its label is among the words of the tree. */
  readonly label: number
  readonly length: number
  above: TreeNode<S> | null
  stored: S | null = null
  left: TreeNode<S> | null = null
  right: TreeNode<S> | null = null
  /** Number of its hash; {@link ABSENT} until it is first asked for. */
  hash: number = ABSENT
  /** Whether the hash is that of what stands here and below. */
  isHashed = false

  constructor(label: number, length: number, above: TreeNode<S> | null) {
    this.label = label
    this.length = length
    this.above = above
  }
}

function bit(words: Uint32Array, at: number): boolean {
  return (((words[at >>> 5] as number) >>> (31 - (at & 31))) & 1) === 1
}

export class SpaceTree<S extends Stored> {
  readonly root: TreeNode<S>
  readonly #digest: Digest
  readonly #hashes: HashWords
  /** Labels of all nodes, one after the other. */
  #labels: Uint32Array
  #labelsEnd = 0
  /** Labels of nodes that are gone. */
  readonly #freeLabels: number[] = []
  /** Words of a label. */
  readonly #words: number
  /** First word of a node's preimage, to which its length is added. */
  readonly #first: number
  /** Taken again for each node. */
  readonly #preimage: HashedNode

  constructor(digest: Digest, hashes: HashWords, tag: number, width: number) {
    this.#digest = digest
    this.#hashes = hashes
    this.#first = (2 << 24) | (tag << 16)
    this.#words = width / 32
    this.#labels = new Uint32Array(1024 * this.#words)
    this.#preimage = {
      first: 0,
      labels: this.#labels,
      label: 0,
      words: this.#words,
      value: 0,
      left: 0,
      right: 0,
    }
    this.root = this.#node({ words: new Uint32Array(this.#words), length: 0 }, 0, null)
  }

  /** A node with the first bits of a place. */
  #node({ words }: Place, length: number, above: TreeNode<S> | null): TreeNode<S> {
    const label = this.#freeLabels.pop() ?? this.#newLabel()
    for (let word = 0; word < this.#words; word++) {
      const kept = length - word * 32
      const bits = words[word] as number
      this.#labels[label + word] = kept >= 32 ? bits : kept <= 0 ? 0 : bits & (-1 << (32 - kept))
    }
    return new TreeNode<S>(label, length, above)
  }

  #newLabel(): number {
    const label = this.#labelsEnd
    this.#labelsEnd += this.#words
    if (this.#labelsEnd > this.#labels.length) {
      const grown = new Uint32Array(2 * this.#labels.length)
      grown.set(this.#labels)
      this.#labels = grown
    }
    return label
  }

  /** How many leading bits the node's label shares with another, at most `most`. */
  #shared({ label }: TreeNode<S>, words: Uint32Array, most: number): number {
    for (let word = 0; word * 32 < most; word++) {
      const difference = (this.#labels[label + word] as number) ^ (words[word] as number)
      if (difference !== 0) return Math.min(most, word * 32 + Math.clz32(difference))
    }
    return most
  }

  /** Records at and around the place, outermost first. */
  covering({ words, length }: Place): S[] {
    const found: S[] = []
    let node: TreeNode<S> | null = this.root
    while (node !== null && node.length <= length && this.#shared(node, words, node.length) === node.length) {
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
      if (this.#shared(node, words, node.length) !== node.length) return null
      node = bit(words, node.length) ? node.right : node.left
    }
    return node !== null && this.#shared(node, words, length) === length ? node : null
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

  /** Another record where one stands. */
  replace(node: TreeNode<S>, stored: S): void {
    node.stored = stored
    changed(node)
  }

  /** A record where none stands. Its node stays the same until the record is removed. */
  put(place: Place, stored: S): TreeNode<S> {
    const node = this.#nodeAt(place)
    this.replace(node, stored)
    return node
  }

  #nodeAt(place: Place): TreeNode<S> {
    const { words, length } = place
    let node = this.root
    while (node.length !== length) {
      const right = bit(words, node.length)
      const child: TreeNode<S> | null = right ? node.right : node.left
      const common = child === null ? 0 : this.#shared(child, words, Math.min(child.length, length))
      if (child !== null && common === child.length) {
        node = child
        continue
      }
      const added = this.#node(place, length, node)
      const attached = child === null ? added : this.#joined(child, added, common, place)
      attached.above = node
      if (right) node.right = attached
      else node.left = attached
      changed(node)
      return added
    }
    return node
  }

  /** What stands in place of `child` when `added`, which shares `common` bits with it, joins it. */
  #joined(child: TreeNode<S>, added: TreeNode<S>, common: number, place: Place): TreeNode<S> {
    const isRight =
      (((this.#labels[child.label + (common >>> 5)] as number) >>> (31 - (common & 31))) & 1) === 1
    const top = common === added.length ? added : this.#node(place, common, null)
    child.above = top
    if (top !== added) added.above = top
    const other = top === added ? null : added
    top.left = isRight ? other : child
    top.right = isRight ? child : other
    return top
  }

  remove(node: TreeNode<S>): void {
    node.stored = null
    changed(node)
    // A node stands where it has a record or two children: this one, and then perhaps the one above it.
    let one = node
    while (one.above !== null && one.stored === null && (one.left === null || one.right === null)) {
      const { above }: TreeNode<S> = one
      const below = one.left ?? one.right
      if (above.left === one) above.left = below
      else above.right = below
      if (one.hash !== ABSENT) this.#hashes.release(one.hash)
      this.#freeLabels.push(one.label)
      if (below !== null) {
        below.above = above
        return
      }
      one = above
    }
  }

  /** Number of the node's hash, of it and everything below it that has changed. */
  hashOf(node: TreeNode<S>): number {
    if (node.isHashed) return node.hash
    const left = node.left === null ? ABSENT : this.hashOf(node.left)
    const right = node.right === null ? ABSENT : this.hashOf(node.right)
    const value = node.stored === null ? ABSENT : node.stored.hash
    if (node.hash === ABSENT) node.hash = this.#hashes.allocate()
    const preimage = this.#preimage
    preimage.first = this.#first | node.length
    preimage.labels = this.#labels
    preimage.label = node.label
    preimage.value = value
    preimage.left = left
    preimage.right = right
    this.#digest.nodeInto(preimage, this.#hashes, node.hash)
    node.isHashed = true
    return node.hash
  }
}

/** Every hash on the way up is another one: where one is to be computed anyway, so are those above it. */
function changed<S extends Stored>(node: TreeNode<S>): void {
  node.isHashed = false
  for (let above = node.above; above?.isHashed === true; above = above.above) above.isHashed = false
}
