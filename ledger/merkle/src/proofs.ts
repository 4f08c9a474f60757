import type { Hasher } from '@cadastre/crypto'
import { CompactRange } from './compact-range.ts'
import { assertSize } from './integers.ts'
import {
  consistencySpans,
  foldNodes,
  inclusionSpans,
  nodesOfSpan,
  rangeNodes,
  type Span,
  type TreeNode,
} from './spans.ts'

/** Gives the hash of any complete subtree of the tree in question. Throws if it cannot: a bug or lost data. */
export type NodeReader = (level: number, index: number) => Uint8Array

function hashSpan(hasher: Hasher, read: NodeReader, span: Span): Uint8Array {
  return foldNodes(
    hasher,
    nodesOfSpan(span).map((node) => read(node.level, node.index)),
  )
}

function assertIndex(index: number, size: number): void {
  assertSize(index, 'index')
  assertSize(size, 'tree size')
  if (index >= size) throw new RangeError(`index ${index} is not in a tree of ${size}`)
}

function assertGrowth(first: number, second: number): void {
  assertSize(first, 'first size')
  assertSize(second, 'second size')
  if (first > second) throw new RangeError(`a tree of ${second} cannot extend one of ${first}`)
}

/** The proof that the leaf at `index` is in the tree of `size`, leaf's sibling first: RFC 9162 section 2.1.3.1. */
export function inclusionProof(hasher: Hasher, read: NodeReader, index: number, size: number): Uint8Array[] {
  assertIndex(index, size)
  return inclusionSpans(index, size).map((span) => hashSpan(hasher, read, span))
}

/** Which nodes {@link inclusionProof} will read; with `tilesForNodes`, which tiles to fetch first. */
export function inclusionNodes(index: number, size: number): TreeNode[] {
  assertIndex(index, size)
  return inclusionSpans(index, size).flatMap(nodesOfSpan)
}

/** Which nodes {@link nodeProof} will read. */
export function nodeProofNodes({ level, index }: TreeNode, size: number): TreeNode[] {
  assertIndex((index + 1) * 2 ** level - 1, size)
  return inclusionSpans(index * 2 ** level, size)
    .slice(level)
    .flatMap(nodesOfSpan)
}

/** The proof that a complete node is in the tree of `size`, its sibling first: for one leaf, its inclusion proof. */
export function nodeProof(
  hasher: Hasher,
  read: NodeReader,
  { level, index }: TreeNode,
  size: number,
): Uint8Array[] {
  assertIndex((index + 1) * 2 ** level - 1, size)
  return inclusionSpans(index * 2 ** level, size)
    .slice(level)
    .map((span) => hashSpan(hasher, read, span))
}

/**
 * The proof that the tree of `second` leaves extends that of `first`: RFC 9162 section 2.1.4.1. Empty when
 * the sizes are equal, or the first is 0 (C2SP tlog-witness).
 */
export function consistencyProof(
  hasher: Hasher,
  read: NodeReader,
  first: number,
  second: number,
): Uint8Array[] {
  assertGrowth(first, second)
  if (first === 0 || first === second) return []
  return consistencySpans(first, second).map((span) => hashSpan(hasher, read, span))
}

/** Which nodes {@link consistencyProof} will read. */
export function consistencyNodes(first: number, second: number): TreeNode[] {
  assertGrowth(first, second)
  if (first === 0 || first === second) return []
  return consistencySpans(first, second).flatMap(nodesOfSpan)
}

/** The root of the tree of `size`: MTH of RFC 6962 section 2.1. */
export function treeRoot(hasher: Hasher, read: NodeReader, size: number): Uint8Array {
  return hashSpan(hasher, read, { start: 0, end: size })
}

/** Which nodes {@link treeRoot} and {@link rebuildCompactRange} will read. */
export function rootNodes(size: number): TreeNode[] {
  assertSize(size, 'tree size')
  return rangeNodes(size)
}

/** The right edge of the tree of `size`, from its stored hashes: what a log needs at boot to go on. */
export function rebuildCompactRange(hasher: Hasher, read: NodeReader, size: number): CompactRange {
  const hashes = rootNodes(size).map((node) => read(node.level, node.index))
  return new CompactRange(hasher, size, hashes)
}
