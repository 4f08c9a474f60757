/** The compact range as one value of a database: 32-byte hashes, one after the other, largest subtree first. */

const HASH_BYTES = 32

export function joinHashes(hashes: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(hashes)
}

/** The reverse of {@link joinHashes}. Throws a RangeError on a length that is no multiple of 32. */
export function splitHashes(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length % HASH_BYTES !== 0) throw new RangeError(`${bytes.length} bytes are no list of hashes`)
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, index) =>
    bytes.slice(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  )
}
