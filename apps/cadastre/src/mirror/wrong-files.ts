/**
 * A source that gives a tile or a bundle other than the one that was signed: what was seen is kept, with the proof of
 * what is right. It is an observation, not a signature of the log: it convicts nobody of more than having served it.
 */

import type { LogSource } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  decodeBundle,
  entriesPath,
  HASH_BYTES,
  leafHash,
  parseTilePath,
  TILE_WIDTH,
  tilePath,
} from '@cadastre/merkle'
import { publicLog } from '@cadastre/why'
import type { KeepEvidence } from './evidence.ts'

/** The stretch of 256 entries that a wrong file is about; null for tiles above the lowest. */
function stretchOf(path: string): { readonly index: number; readonly width: number } | null {
  const parsed = parseTilePath(path)
  if (parsed === null) return null
  if (parsed.kind === 'entries') return parsed.bundle
  return parsed.tile.level === 0 ? parsed.tile : null
}

/** Keep what the source serves there now, beside the checkpoint under which it is wrong; the file, or null. */
export async function keepWrongFile(
  source: LogSource,
  path: string,
  { note, size }: { readonly note: string; readonly size: number },
  keep: KeepEvidence,
): Promise<string | null> {
  const stretch = stretchOf(path)
  if (stretch === null) return null
  const { index, width } = stretch
  const bundle = (await source.read(entriesPath(index, width))) ?? (await source.read(entriesPath(index)))
  const decoded = bundle === null ? null : decodeAny(bundle, width)
  const first = index * TILE_WIDTH
  const log = publicLog((name) => source.read(name), size)
  const material = { checkpoint: note, size, log, earlier: null, stateAt: () => null, from: source }
  if (decoded === null) {
    const bundlePath = entriesPath(index, width)
    const detail = `${bundlePath} of ${source.name} is no bundle of ${width} entries.`
    return keep({ index: first, code: 'bundle-malformed', path: bundlePath, detail }, material)
  }
  const made = new Uint8Array(width * HASH_BYTES)
  for (const [at, entry] of decoded.entries()) made.set(leafHash(nodeCrypto, entry), at * HASH_BYTES)
  const tile = tilePath(0, index, width)
  const detail = `${source.name} serves ${path} otherwise than the checkpoint signs it.`
  return keep({ index: first, code: 'tile-differs', path: tile, made, detail }, material)
}

function decodeAny(bundle: Uint8Array, width: number): readonly Uint8Array[] | null {
  for (const wide of width === TILE_WIDTH ? [width] : [width, TILE_WIDTH]) {
    const decoded = decodeBundle(bundle, wide)
    if (decoded.ok) return decoded.value.slice(0, width)
  }
  return null
}
