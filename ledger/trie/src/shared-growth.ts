/** Growth of shared buffers, within the limits they were made with. */

/** Thrown when the limits given to `createTrieMemory` are used up. */
export class TrieFullError extends Error {
  override readonly name: string = 'TrieFullError'
}

/**
 * Grows a buffer to hold at least `bytes`. By halves, so that growing n times costs O(n); pages are taken by
 * the system only when they are written.
 */
export function growShared(buffer: SharedArrayBuffer, bytes: number): void {
  if (bytes > buffer.maxByteLength) throw new TrieFullError(`limit of ${buffer.maxByteLength} bytes reached`)
  const wanted = Math.max(bytes, buffer.byteLength + Math.max(65_536, buffer.byteLength >>> 1))
  buffer.grow(Math.min(buffer.maxByteLength, wanted))
}
