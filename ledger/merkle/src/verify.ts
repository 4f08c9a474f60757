import { bytesEqual, type Hasher } from '@cadastre/crypto'
import { emptyRoot, HASH_BYTES, nodeHash } from './hashing.ts'
import { isOdd, shiftRight } from './integers.ts'
import type { TreeNode } from './spans.ts'

function wellFormed(proof: readonly Uint8Array[]): boolean {
  return proof.every((hash) => hash.length === HASH_BYTES)
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

/**
 * The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2), or null if its length does not fit
 * the index and size. Comparing it with a trusted root is the caller's part.
 */
export function rootFromInclusion(
  hasher: Hasher,
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): Uint8Array | null {
  return rootFromNode(hasher, leaf, { level: 0, index }, size, proof)
}

/** The same for any complete node of the tree: an inclusion proof of its first leaf, from its own level up. */
export function rootFromNode(
  hasher: Hasher,
  hash: Uint8Array,
  { level, index }: TreeNode,
  size: number,
  proof: readonly Uint8Array[],
): Uint8Array | null {
  if (!isSize(index) || !isSize(size) || !(level >= 0 && level < 53)) return null
  if (!Number.isInteger(level) || (index + 1) * 2 ** level > size) return null
  if (hash.length !== HASH_BYTES || !wellFormed(proof)) return null
  let node = index
  let last = shiftRight(size - 1, level)
  let root = hash
  for (const sibling of proof) {
    if (last === 0) return null
    if (isOdd(node) || node === last) {
      root = nodeHash(hasher, sibling, root)
      // A node without a right sibling rises until it has a left one.
      while (!isOdd(node) && node !== 0) {
        node = shiftRight(node, 1)
        last = shiftRight(last, 1)
      }
    } else {
      root = nodeHash(hasher, root, sibling)
    }
    node = shiftRight(node, 1)
    last = shiftRight(last, 1)
  }
  return last === 0 ? root : null
}

/** Whether the leaf is at `index` of the tree of `size` with this root. Total: odd input gives false. */
export function verifyInclusion(
  hasher: Hasher,
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  const computed = rootFromInclusion(hasher, leaf, index, size, proof)
  return computed !== null && bytesEqual(computed, root)
}

/**
 * The roots of both trees that a consistency proof leads to (RFC 9162 section 2.1.4.2), for
 * 0 < first < second; null if its length does not fit the sizes.
 */
export function rootFromConsistency(
  hasher: Hasher,
  first: number,
  second: number,
  proof: readonly Uint8Array[],
  firstRoot: Uint8Array,
): { readonly first: Uint8Array; readonly second: Uint8Array } | null {
  if (!isSize(first) || !isSize(second) || first === 0 || first >= second || !wellFormed(proof)) return null
  let node = first - 1
  let last = second - 1
  while (isOdd(node)) {
    node = shiftRight(node, 1)
    last = shiftRight(last, 1)
  }
  // node = 0 here means the first size is a power of two: its root starts the path and is not in the proof.
  const [start, ...path] = node === 0 ? [firstRoot, ...proof] : proof
  if (start === undefined) return null
  let one = start
  let two = start
  for (const hash of path) {
    if (last === 0) return null
    if (isOdd(node) || node === last) {
      one = nodeHash(hasher, hash, one)
      two = nodeHash(hasher, hash, two)
      while (!isOdd(node) && node !== 0) {
        node = shiftRight(node, 1)
        last = shiftRight(last, 1)
      }
    } else {
      two = nodeHash(hasher, two, hash)
    }
    node = shiftRight(node, 1)
    last = shiftRight(last, 1)
  }
  return last === 0 ? { first: one, second: two } : null
}

/**
 * Whether the tree of `second` leaves extends that of `first`. Total: odd input gives false. From the empty
 * tree, and between equal sizes, the proof must be empty; the empty tree's root must be SHA-256 of nothing.
 */
export function verifyConsistency(
  hasher: Hasher,
  first: number,
  second: number,
  proof: readonly Uint8Array[],
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
): boolean {
  if (!isSize(first) || !isSize(second) || first > second) return false
  if (firstRoot.length !== HASH_BYTES || secondRoot.length !== HASH_BYTES) return false
  if (first === 0 && !bytesEqual(firstRoot, emptyRoot(hasher))) return false
  if (first === second) return proof.length === 0 && bytesEqual(firstRoot, secondRoot)
  if (first === 0) return proof.length === 0
  const roots = rootFromConsistency(hasher, first, second, proof, firstRoot)
  return roots !== null && bytesEqual(roots.first, firstRoot) && bytesEqual(roots.second, secondRoot)
}
