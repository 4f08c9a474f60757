/** Proofs about the log's tree, from the hashes that the store keeps. */

import type { Crypto } from '@cadastre/crypto'
import {
  consistencyNodes,
  consistencyProof,
  inclusionNodes,
  inclusionProof,
  type NodeReader,
  rootNodes,
  TILE_WIDTH,
  type Tile,
  type TreeNode,
  tileBytes,
  tileNodeReader,
  tilesForNodes,
  treeRoot,
} from '@cadastre/merkle'
import type { StoreReader } from '@cadastre/store-port'

type Hashes = Pick<StoreReader, 'tileHashes'>

/** A reader of these nodes of a tree of `size`, loaded beforehand. */
async function loadNodes(
  crypto: Crypto,
  store: Hashes,
  nodes: readonly TreeNode[],
  size: number,
): Promise<NodeReader> {
  const tiles = new Map<string, Uint8Array>()
  for (const tile of tilesForNodes(nodes, size)) {
    const hashes = await store.tileHashes(tile.level, tile.index * TILE_WIDTH, tile.width)
    tiles.set(nameOf(tile), tileBytes(hashes))
  }
  return tileNodeReader(crypto, size, (tile) => {
    const bytes = tiles.get(nameOf(tile))
    if (bytes === undefined) throw new Error(`tile ${nameOf(tile)} was not loaded`)
    return bytes
  })
}

function nameOf(tile: Tile): string {
  return `${tile.level}/${tile.index}`
}

/** Inclusion proof of the entry at `index` in the tree of `size`, leaf sibling first. */
export async function proveInclusion(
  crypto: Crypto,
  store: Hashes,
  index: number,
  size: number,
): Promise<readonly Uint8Array[]> {
  const read = await loadNodes(crypto, store, inclusionNodes(index, size), size)
  return inclusionProof(crypto, read, index, size)
}

/** Proof that the tree of `from` is the start of the tree of `to`; empty where either is trivial. */
export async function proveConsistency(
  crypto: Crypto,
  store: Hashes,
  from: number,
  to: number,
): Promise<readonly Uint8Array[]> {
  if (from === 0 || from === to) return []
  const read = await loadNodes(crypto, store, consistencyNodes(from, to), to)
  return consistencyProof(crypto, read, from, to)
}

/** Root of the first `size` entries of the stored log. */
export async function rootAt(crypto: Crypto, store: Hashes, size: number): Promise<Uint8Array> {
  const read = await loadNodes(crypto, store, rootNodes(size), size)
  return treeRoot(crypto, read, size)
}
