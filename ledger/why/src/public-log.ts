/** A log read from its public files (C2SP tlog-tiles), each checked against nothing: proofs made from them are. */

import { decodeBundle, entriesPath, HASH_BYTES, TILE_WIDTH, tilePath } from '@cadastre/merkle'
import type { LogReader } from './log-range.ts'

/** A public file's bytes by its path below the log's prefix; null where there is none. */
export type ReadFile = (path: string) => Promise<Uint8Array | null>

/** Bundles kept: a walk through the log asks for each several times. */
const KEPT_MAX = 64

/** The log of this size, from its files. Rejects where one is missing or is none. */
export function publicLog(read: ReadFile, size: number): LogReader {
  const kept = new Map<number, Promise<readonly Uint8Array[]>>()

  async function wide(path: (width: number) => string, width: number): Promise<[Uint8Array, number]> {
    const bytes = await read(path(width))
    if (bytes !== null) return [bytes, width]
    // A partial file may be gone once the full one exists.
    const whole = width === TILE_WIDTH ? null : await read(path(TILE_WIDTH))
    if (whole === null) throw new Error(`the log lacks ${path(width)}`)
    return [whole, TILE_WIDTH]
  }

  async function load(index: number): Promise<readonly Uint8Array[]> {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH)
    const [bytes, held] = await wide((count) => entriesPath(index, count), width)
    const entries = decodeBundle(bytes, held)
    if (!entries.ok) throw new Error(`${entriesPath(index, held)} is no bundle of entries`)
    return entries.value.slice(0, width)
  }

  function bundle(index: number): Promise<readonly Uint8Array[]> {
    let found = kept.get(index)
    if (found === undefined) {
      found = load(index)
      kept.set(index, found)
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT_MAX) break
        kept.delete(oldest)
      }
    }
    return found
  }

  return {
    async entries(from, count) {
      const found: Uint8Array[] = []
      const end = Math.min(size, from + count)
      for (let at = from; at < end; ) {
        const index = Math.floor(at / TILE_WIDTH)
        const entries = await bundle(index)
        const taken = entries.slice(at - index * TILE_WIDTH, end - index * TILE_WIDTH)
        found.push(...taken)
        at += taken.length
        if (taken.length === 0) throw new Error(`the log lacks entry ${at}`)
      }
      return found
    },
    async tileHashes(level, from, count) {
      const index = Math.floor(from / TILE_WIDTH)
      if (from % TILE_WIDTH !== 0 || count > TILE_WIDTH) throw new RangeError('one tile at a time')
      const [bytes] = await wide((width) => tilePath(level, index, width), count)
      if (bytes.length < count * HASH_BYTES) throw new Error(`${tilePath(level, index)} is too short`)
      return Array.from({ length: count }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))
    },
  }
}
