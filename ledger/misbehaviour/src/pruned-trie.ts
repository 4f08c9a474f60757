/**
 * A state of which only some nodes are known: each by its hash, so that nothing can be slipped in. Labels are absolute
 * and a node's hash does not say where it hangs, so records can be put and removed along known paths, and the new root is
 * what the whole state would have (ledger.md, Hashes).
 */

import { type Crypto, encodeBase64 } from '@cadastre/crypto'
import { type HashedSpace, type NodePreimage, nodeHash, SPACES, type TrieProof } from '@cadastre/trie'

/** The change leads to a node of which only the hash is known. */
export class UnknownNodeError extends Error {
  override readonly name: string = 'UnknownNodeError'
}

type Place = { readonly label: Uint8Array; readonly length: number }

export class PrunedTrie {
  readonly #crypto: Crypto
  readonly #space: HashedSpace
  readonly #nodes = new Map<string, NodePreimage>()
  /** In base64. */
  #root: string

  /** `root`: hash in base64; null for the empty state. Nodes may be any: only those that hang under it are met. */
  constructor(crypto: Crypto, space: HashedSpace, root: string | null, nodes: readonly NodePreimage[]) {
    this.#crypto = crypto
    this.#space = space
    for (const node of nodes) this.#keep(node)
    this.#root = root ?? encodeBase64(this.#keep(emptyNode(space)))
  }

  /** The hash of the root, in base64. */
  get root(): string {
    return this.#root
  }

  /** Set the hash of the record at a place, or remove it (null). Throws an {@link UnknownNodeError}. */
  put(place: Place, value: Uint8Array | null): void {
    const root = this.#put(this.#root, -1, place, value)
    if (root === null) throw new Error('a root is always there')
    this.#root = encodeBase64(root)
  }

  #keep(node: NodePreimage): Uint8Array {
    const hash = nodeHash(this.#crypto, this.#space, node)
    this.#nodes.set(encodeBase64(hash), node)
    return hash
  }

  #put(hash: string, above: number, place: Place, value: Uint8Array | null): Uint8Array | null {
    const node = this.#nodes.get(hash)
    // Lengths increase on the way down in every trie: what does not is none, and would never end.
    if (node === undefined || node.length <= above) throw new UnknownNodeError(hash)
    const agreed = agreement(node.label, place.label, Math.min(node.length, place.length))
    if (agreed < node.length) {
      const own = nodeHash(this.#crypto, this.#space, node)
      return value === null ? own : this.#split(node, own, agreed, place, value)
    }
    if (node.length === place.length) return this.#settle({ ...node, value })
    const side = bit(place.label, node.length) === 0 ? 'left' : 'right'
    const child = node[side]
    const next =
      child !== null
        ? this.#put(encodeBase64(child), node.length, place, value)
        : value === null
          ? null
          : this.#leaf(place, value)
    return this.#settle({ ...node, [side]: next })
  }

  #leaf({ label, length }: Place, value: Uint8Array): Uint8Array {
    return this.#keep({ label, length, value, left: null, right: null })
  }

  /** The place does not lie under the node: it gets a node above it, or beside it under a new one. */
  #split(node: NodePreimage, hash: Uint8Array, agreed: number, place: Place, value: Uint8Array): Uint8Array {
    const isLeft = bit(node.label, agreed) === 0
    const own = agreed === place.length
    const other = own ? null : this.#leaf(place, value)
    return this.#keep({
      label: truncated(node.label, agreed),
      length: agreed,
      value: own ? value : null,
      left: isLeft ? hash : other,
      right: isLeft ? other : hash,
    })
  }

  /** A node other than the root is there if it has a record or two children. */
  #settle(node: NodePreimage): Uint8Array | null {
    if (node.length === 0 || node.value !== null || (node.left !== null && node.right !== null))
      return this.#keep(node)
    return node.left ?? node.right
  }
}

/** The nodes along a proved path, the end included, as their preimages. */
export function nodesOfProof(
  crypto: Crypto,
  space: HashedSpace,
  query: Place,
  { nodes, end }: TrieProof,
): readonly NodePreimage[] {
  const found: NodePreimage[] = end === null ? [] : [end]
  let below = end === null ? null : nodeHash(crypto, space, end)
  for (const [length, value, one, other = null] of nodes.toReversed()) {
    const label = truncated(query.label, length)
    const isLeft = length < query.length && bit(query.label, length) === 0
    const [left, right] = length === query.length ? [one, other] : isLeft ? [below, one] : [one, below]
    const node = { label, length, value, left, right }
    found.push(node)
    below = nodeHash(crypto, space, node)
  }
  return found
}

/** The root of a space in which nothing is. */
function emptyNode(space: HashedSpace): NodePreimage {
  return {
    label: new Uint8Array(SPACES[space].width / 8),
    length: 0,
    value: null,
    left: null,
    right: null,
  }
}

function bit(label: Uint8Array, index: number): 0 | 1 {
  return (((label[index >>> 3] ?? 0) >>> (7 - (index & 7))) & 1) === 0 ? 0 : 1
}

/** Leading bits on which two labels agree, at most `max`. */
function agreement(a: Uint8Array, b: Uint8Array, max: number): number {
  let length = 0
  while (length < max && bit(a, length) === bit(b, length)) length++
  return length
}

/** The first `length` bits of a label, the others zero. */
function truncated(label: Uint8Array, length: number): Uint8Array {
  return label.map((byte, i) => {
    const kept = length - i * 8
    return kept >= 8 ? byte : kept <= 0 ? 0 : byte & (0xff00 >> kept)
  })
}
