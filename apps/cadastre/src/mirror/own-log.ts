/** The copy as makers of proofs read it, at its own size or at any smaller one: partial tiles of those are gone. */

import type { LogSource } from '@cadastre/audit'
import { TILE_WIDTH } from '@cadastre/merkle'
import { type LogReader, publicLog } from '@cadastre/why'

export function ownLog(own: LogSource, size: number): LogReader {
  const log = publicLog((path) => own.read(path), size)
  return {
    entries: (from, count) => log.entries(from, count),
    tileHashes: async (level, from, count) => {
      const index = Math.floor(from / TILE_WIDTH)
      const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH)
      const hashes = await log.tileHashes(level, index * TILE_WIDTH, width)
      return hashes.slice(from - index * TILE_WIDTH, from - index * TILE_WIDTH + count)
    },
  }
}
