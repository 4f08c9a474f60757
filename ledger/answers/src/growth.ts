/** Whether a log has only grown between two checkpoints: a consistency proof, made from the log's public tiles. */

import { bytesEqual, type Crypto, decodeBase64 } from '@cadastre/crypto'
import {
  consistencyNodes,
  consistencyProof,
  HASH_BYTES,
  TILE_WIDTH,
  type Tile,
  tileNodeReader,
  tilePath,
  tilesForNodes,
  verifyConsistency,
} from '@cadastre/merkle'

/** Size and root hash (standard base64) of one checkpoint. */
export type TreePosition = { readonly size: number; readonly root: string }

/** A tile to be fetched: its path as C2SP tlog-tiles has it; where it is gone, `full` has become its place. */
export type GrowthTile = { readonly path: string; readonly full: string; readonly bytes: number }

function named(tile: Tile): GrowthTile {
  const { level, index, width } = tile
  return {
    path: tilePath(level, index, width),
    full: tilePath(level, index, TILE_WIDTH),
    bytes: width * HASH_BYTES,
  }
}

/** What is needed to check the growth from one size to a later one; none between equal sizes. */
export function growthTiles(from: number, to: number): readonly GrowthTile[] {
  return from <= 0 || from >= to ? [] : tilesForNodes(consistencyNodes(from, to), to).map(named)
}

/**
 * Whether the tree at `to` begins with the whole tree at `from`. `tiles` holds the bytes of each of {@link growthTiles}
 * by its path; total: bytes that are too short or false prove nothing.
 */
export function provesGrowth(
  crypto: Crypto,
  from: TreePosition,
  to: TreePosition,
  tiles: ReadonlyMap<string, Uint8Array>,
): boolean {
  const [first, second] = [decodeBase64(from.root), decodeBase64(to.root)]
  if (first === null || second === null || from.size > to.size) return false
  if (from.size === to.size) return bytesEqual(first, second)
  if (growthTiles(from.size, to.size).some(({ path, bytes }) => (tiles.get(path)?.length ?? 0) < bytes))
    return false
  const read = tileNodeReader(crypto, to.size, (tile) => tiles.get(named(tile).path) ?? new Uint8Array(0))
  const proof = from.size === 0 ? [] : consistencyProof(crypto, read, from.size, to.size)
  return verifyConsistency(crypto, from.size, to.size, proof, first, second)
}
