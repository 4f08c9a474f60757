/** The path through the state trie: is it one that can be, and which root does it lead to. */
import type { Hasher } from '@cadastre/crypto'
import { type NodePreimage, nodeHash, type ProofNode, SPACES } from '@cadastre/trie'
import type { Query } from './query.ts'
import { type Checked, refuse } from './refusals.ts'

export interface CheckedPath {
  /** The root that the path leads to. */
  readonly root: Uint8Array
  /** Records that the path says are there: where, and their hashes. Outermost first. */
  readonly values: readonly { readonly length: number; readonly hash: Uint8Array }[]
  /** Whether anything is registered strictly inside the query. */
  readonly moreSpecific: 'none' | 'exists'
  /** The hash of the topmost node at or inside the query; null if there is none. */
  readonly subtree: Uint8Array | null
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
export function truncated(label: Uint8Array, length: number): Uint8Array {
  return label.map((byte, i) => {
    const kept = length - i * 8
    return kept >= 8 ? byte : kept <= 0 ? 0 : byte & (0xff00 >> kept)
  })
}

/** Lengths from 0, strictly increasing, none past the query; two children exactly where it is reached. */
function checkLengths(query: Query, nodes: readonly ProofNode[]): string | null {
  let previous = -1
  for (const node of nodes) {
    const [length] = node
    if (previous < 0 && length !== 0) return 'The path does not start at the root.'
    if (length <= previous) return 'The path does not descend.'
    if (length > query.length) return 'The path goes past what was asked.'
    if ((length === query.length) !== (node.length === 4))
      return 'Both children are given where the path does not end, or not where it does.'
    previous = length
  }
  return null
}

/** The child that ends the path: on the query's side of the last node, and not on the way to the query. */
function checkEnd(query: Query, last: ProofNode, end: NodePreimage): string | null {
  const { width } = SPACES[query.space]
  const [length] = last
  if (length === query.length) return 'The path reaches what was asked, and yet an end is given.'
  if (end.label.length * 8 !== width) return 'The end has a label of another size.'
  if (end.length <= length || end.length > width) return 'The end is not below the path.'
  if (truncated(end.label, end.length).some((byte, i) => byte !== end.label[i]))
    return 'The end has a label with bits past its length.'
  const agreed = agreement(end.label, query.label, Math.min(end.length, query.length))
  if (agreed <= length) return 'The end is not on the side of what was asked.'
  if (agreed === end.length) return 'The path stops short: its end covers what was asked.'
  return null
}

/** The hash of the path's first node, folded from its last one up. The labels are the query's own bits. */
function fold(
  hasher: Hasher,
  query: Query,
  nodes: readonly ProofNode[],
  end: NodePreimage | null,
): Uint8Array | null {
  let below = end === null ? null : nodeHash(hasher, query.space, end)
  for (const [length, value, first, second] of nodes.toReversed()) {
    const label = truncated(query.label, length)
    let left = first
    let right = second ?? null
    if (length < query.length)
      [left, right] = bit(query.label, length) === 0 ? [below, first] : [first, below]
    below = nodeHash(hasher, query.space, { label, length, value, left, right })
  }
  return below
}

function isMoreSpecific(query: Query, last: ProofNode, end: NodePreimage | null): boolean {
  if (last[0] === query.length) return last[2] !== null || (last[3] ?? null) !== null
  return (
    end !== null &&
    agreement(end.label, query.label, query.length) === query.length &&
    end.length > query.length
  )
}

/** Checks that a path is well formed for a query, and folds it up. */
export function checkPath(
  hasher: Hasher,
  query: Query,
  nodes: readonly ProofNode[],
  end: NodePreimage | null,
): Checked<CheckedPath> {
  const wrongLengths = checkLengths(query, nodes)
  if (wrongLengths !== null) return refuse('malformed-path', wrongLengths)
  const last = nodes.at(-1)
  if (last === undefined) return refuse('malformed-path', 'The path is empty.')
  const wrongEnd = end === null ? null : checkEnd(query, last, end)
  if (wrongEnd !== null) return refuse('malformed-end', wrongEnd)
  const root = fold(hasher, query, nodes, end)
  if (root === null) return refuse('malformed-path', 'The path is empty.')
  const subtree = topmost(hasher, query, last, end)
  const values = nodes.flatMap(([length, hash]) => (hash === null ? [] : [{ length, hash }]))
  return {
    ok: true,
    value: { root, values, moreSpecific: isMoreSpecific(query, last, end) ? 'exists' : 'none', subtree },
  }
}

/** The path ends at the query itself, or at a node that hangs inside it, or nothing is there. */
function topmost(hasher: Hasher, query: Query, last: ProofNode, end: NodePreimage | null): Uint8Array | null {
  const [length, value, left, right = null] = last
  if (length === query.length)
    return nodeHash(hasher, query.space, { label: query.label, length, value, left, right })
  return end !== null && isMoreSpecific(query, last, end) ? nodeHash(hasher, query.space, end) : null
}
