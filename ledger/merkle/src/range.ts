/**
 * Proofs of consecutive entries: that the leaves from `first` up to, not including, `end` stand in the tree of `size`
 * side by side, with nothing between them. One proof for all of them; for one leaf it holds the hashes of an inclusion
 * proof, in the order of the tree.
 */
import type { Hasher } from '@cadastre/crypto'
import { HASH_BYTES, nodeHash } from './hashing.ts'
import { splitPoint } from './integers.ts'
import type { NodeReader } from './proofs.ts'
import { foldNodes, nodesOfSpan, type Span, type TreeNode } from './spans.ts'

/** The largest spans of RFC 6962's recursion that lie outside the range, left to right. */
function outsideSpans(first: number, end: number, size: number): Span[] {
  if (
    !(Number.isSafeInteger(first) && first >= 0 && first < end && end <= size && Number.isSafeInteger(size))
  )
    throw new RangeError(`entries ${first} to ${end} are not in a tree of ${size}`)
  const found: Span[] = []
  const visit = (span: Span): void => {
    if (span.end <= first || span.start >= end) found.push(span)
    else if (span.start < first || span.end > end) {
      const middle = span.start + splitPoint(span.end - span.start)
      visit({ start: span.start, end: middle })
      visit({ start: middle, end: span.end })
    }
  }
  visit({ start: 0, end: size })
  return found
}

/** Which nodes {@link rangeProof} will read; with `tilesForNodes`, which tiles to fetch first. */
export function rangeProofNodes(first: number, end: number, size: number): TreeNode[] {
  return outsideSpans(first, end, size).flatMap(nodesOfSpan)
}

/** The proof that the leaves `first` ≤ index < `end` are in the tree of `size`. Throws a RangeError outside of it. */
export function rangeProof(
  hasher: Hasher,
  read: NodeReader,
  first: number,
  end: number,
  size: number,
): Uint8Array[] {
  return outsideSpans(first, end, size).map((span) =>
    foldNodes(
      hasher,
      nodesOfSpan(span).map(({ level, index }) => read(level, index)),
    ),
  )
}

/**
 * The root that a proof of consecutive entries leads to, given their leaf hashes; null where its length does not fit.
 * Total. The work is bounded by the leaves and the proof.
 */
export function rootFromRange(
  hasher: Hasher,
  first: number,
  leaves: readonly Uint8Array[],
  size: number,
  proof: readonly Uint8Array[],
): Uint8Array | null {
  const end = first + leaves.length
  const fits = Number.isSafeInteger(first) && Number.isSafeInteger(size) && first >= 0 && end <= size
  if (!fits || leaves.length === 0) return null
  if (![...leaves, ...proof].every((hash) => hash.length === HASH_BYTES)) return null
  let used = 0
  const fold = (span: Span): Uint8Array | null => {
    if (span.end <= first || span.start >= end) return proof[used++] ?? null
    if (span.end - span.start === 1) return leaves[span.start - first] ?? null
    const middle = span.start + splitPoint(span.end - span.start)
    const left = fold({ start: span.start, end: middle })
    const right = fold({ start: middle, end: span.end })
    return left === null || right === null ? null : nodeHash(hasher, left, right)
  }
  const root = fold({ start: 0, end: size })
  return used === proof.length ? root : null
}
