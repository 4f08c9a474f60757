import type { Hasher } from '@cadastre/crypto'
import { HASH_BYTES, nodeHash } from './hashing.ts'
import type { NodeReader } from './proofs.ts'
import type { TreeNode } from './spans.ts'
import { TILE_HEIGHT, TILE_WIDTH, type Tile, tileOfNode } from './tiles.ts'

/** Gives a tile's bytes, or a wider version's (a partial tile may be gone once the full one exists). */
export type TileReader = (tile: Tile) => Uint8Array

/** A tile's bytes from its hashes, left to right. Throws a RangeError on none, on more than 256, or a wrong length. */
export function tileBytes(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length < 1 || hashes.length > TILE_WIDTH) throw new RangeError('a tile has 1 to 256 hashes')
  const bytes = new Uint8Array(hashes.length * HASH_BYTES)
  hashes.forEach((hash, i) => {
    if (hash.length !== HASH_BYTES) throw new RangeError('a tile holds hashes of 32 bytes')
    bytes.set(hash, i * HASH_BYTES)
  })
  return bytes
}

/** A tile's bytes, read node by node from stored hashes of the tree levels 0, 8, 16, … */
export function readTileBytes(read: NodeReader, tile: Tile): Uint8Array {
  const hashes: Uint8Array[] = []
  for (let i = 0; i < tile.width; i++) {
    hashes.push(read(tile.level * TILE_HEIGHT, tile.index * TILE_WIDTH + i))
  }
  return tileBytes(hashes)
}

function hashRow(hasher: Hasher, bytes: Uint8Array, start: number, count: number): Uint8Array {
  if (count === 1) return bytes.slice(start * HASH_BYTES, (start + 1) * HASH_BYTES)
  const half = count / 2
  return nodeHash(hasher, hashRow(hasher, bytes, start, half), hashRow(hasher, bytes, start + half, half))
}

/**
 * The hash of a node from the bytes of the tile that holds it. Throws a RangeError if the bytes are too
 * short: they come from the caller's own store, or were checked before.
 */
export function nodeFromTile(hasher: Hasher, tile: Tile, bytes: Uint8Array, node: TreeNode): Uint8Array {
  const count = 2 ** (node.level % TILE_HEIGHT)
  const start = node.index * count - tile.index * TILE_WIDTH
  const outside =
    start < 0 || start + count > TILE_WIDTH || Math.floor(node.level / TILE_HEIGHT) !== tile.level
  if (outside || bytes.length < (start + count) * HASH_BYTES) {
    throw new RangeError(
      `node ${node.level}/${node.index} is not in the bytes of tile ${tile.level}/${tile.index}`,
    )
  }
  return hashRow(hasher, bytes, start, count)
}

/**
 * Any node of a tree of `size`, from its tiles. Asks `read` at most once for each tile, for the width the
 * size makes it. The bytes are believed: a proof made from false tiles fails against the checkpoint's root.
 */
export function tileNodeReader(hasher: Hasher, size: number, read: TileReader): NodeReader {
  const held = new Map<string, Uint8Array>()
  return (level, index) => {
    const tile = tileOfNode({ level, index }, size)
    const name = `${tile.level}/${tile.index}`
    let bytes = held.get(name)
    if (bytes === undefined) {
      bytes = read(tile)
      held.set(name, bytes)
    }
    return nodeFromTile(hasher, tile, bytes, { level, index })
  }
}
