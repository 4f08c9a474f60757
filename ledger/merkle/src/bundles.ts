import type { Result } from '@cadastre/crypto'
import { TILE_WIDTH } from './tiles.ts'

/** The longest entry a bundle can carry: its length is a uint16. */
export const ENTRY_BYTES_MAX = 65_535

/** An entry bundle (C2SP tlog-tiles): each entry after its length as a big-endian uint16. Throws a RangeError on a longer entry. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const entry of entries) {
    if (entry.length > ENTRY_BYTES_MAX) throw new RangeError(`entry of ${entry.length} bytes`)
    length += 2 + entry.length
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const entry of entries) {
    bytes[at] = entry.length >> 8
    bytes[at + 1] = entry.length & 0xff
    bytes.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bytes
}

/**
 * The entries of a bundle of the given width (1-256), as views of its bytes. Refused when an entry is cut
 * off, or when there are more or fewer than `width`.
 */
export function decodeBundle(
  bytes: Uint8Array,
  width: number,
): Result<Uint8Array[], 'truncated' | 'wrong-width'> {
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    if (entries.length === TILE_WIDTH) return { ok: false, error: 'wrong-width' }
    const start = at + 2
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
    if (start + length > bytes.length) return { ok: false, error: 'truncated' }
    entries.push(bytes.subarray(start, start + length))
    at = start + length
  }
  return entries.length === width ? { ok: true, value: entries } : { ok: false, error: 'wrong-width' }
}
