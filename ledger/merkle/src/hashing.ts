import type { Hasher } from '@cadastre/crypto'

/** SHA-256's output, and so every hash of the tree. */
export const HASH_BYTES = 32

const LEAF: Uint8Array = Uint8Array.of(0x00)
const NODE: Uint8Array = Uint8Array.of(0x01)

/** SHA-256(0x00 ‖ entry): RFC 6962 section 2.1. The prefix keeps an entry from posing as an inner node. */
export function leafHash(hasher: Hasher, entry: Uint8Array): Uint8Array {
  return hasher.sha256(LEAF, entry)
}

/** SHA-256(0x01 ‖ left ‖ right): RFC 6962 section 2.1. */
export function nodeHash(hasher: Hasher, left: Uint8Array, right: Uint8Array): Uint8Array {
  return hasher.sha256(NODE, left, right)
}

/** The root of the tree without entries: SHA-256 of nothing. */
export function emptyRoot(hasher: Hasher): Uint8Array {
  return hasher.sha256(new Uint8Array(0))
}
