import type { Hasher } from '@cadastre/crypto'
import { emptyRoot, nodeHash } from './hashing.ts'
import { floorLog2, isOdd, shiftRight, splitPoint } from './integers.ts'

/** A complete subtree: the leaves index·2^level up to (index+1)·2^level. */
export interface TreeNode {
  readonly level: number
  readonly index: number
}

/** The leaves from `start` up to, not including, `end`; a subtree that RFC 6962's recursion meets. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The complete subtrees that make up a span, left to right, each larger than the next. */
export function nodesOfSpan(span: Span): TreeNode[] {
  const nodes: TreeNode[] = []
  let start = span.start
  while (start < span.end) {
    const level = floorLog2(span.end - start)
    nodes.push({ level, index: shiftRight(start, level) })
    start += 2 ** level
  }
  return nodes
}

/** MTH of a span (RFC 6962 section 2.1), from the hashes of its complete subtrees. */
export function foldNodes(hasher: Hasher, hashes: readonly Uint8Array[]): Uint8Array {
  let root: Uint8Array | undefined
  for (let i = hashes.length - 1; i >= 0; i--) {
    const left = hashes[i]
    if (left !== undefined) root = root === undefined ? left : nodeHash(hasher, left, root)
  }
  return root ?? emptyRoot(hasher)
}

/** The siblings on the path of RFC 9162 section 2.1.3.1, leaf's sibling first. */
export function inclusionSpans(index: number, size: number): Span[] {
  const spans: Span[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitPoint(end - start)
    if (index < middle) {
      spans.push({ start: middle, end })
      end = middle
    } else {
      spans.push({ start, end: middle })
      start = middle
    }
  }
  return spans.reverse()
}

/** The subtrees of the proof of RFC 9162 section 2.1.4.1, for 0 < first < second. */
export function consistencySpans(first: number, second: number): Span[] {
  const spans: Span[] = []
  let start = 0
  let end = second
  while (first !== end) {
    const middle = start + splitPoint(end - start)
    if (first <= middle) {
      spans.push({ start: middle, end })
      end = middle
    } else {
      spans.push({ start, end: middle })
      start = middle
    }
  }
  // The old tree itself need not be sent when it is a subtree of the new one: the verifier holds its root.
  if (start > 0) spans.push({ start, end })
  return spans.reverse()
}

/** Levels of the compact range of a size, largest subtree first: the one-bits of the size. */
export function rangeNodes(size: number): TreeNode[] {
  return nodesOfSpan({ start: 0, end: size })
}

export function trailingOnes(value: number): number {
  let count = 0
  for (let rest = value; isOdd(rest); rest = shiftRight(rest, 1)) count++
  return count
}
