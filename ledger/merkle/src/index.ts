/**
 * The log as a Merkle tree (RFC 6962, RFC 9162) and as static files (C2SP tlog-tiles). Pure: bytes in, bytes
 * out; whoever has a disk, a database or a network hands over a reader. SHA-256 comes in as an argument.
 *
 * Two kinds of coordinates occur. A *node* (level, index) is the root of the complete subtree over the leaves
 * index·2^level up to (index+1)·2^level. A *tile* (level, index, width) holds up to 256 nodes of level
 * 8·level. Sizes and indexes are safe integers: a log of 2^53 entries is out of reach.
 */
export { decodeBundle, ENTRY_BYTES_MAX, encodeBundle } from './bundles.ts'
export { CompactRange, type NodeListener } from './compact-range.ts'
export { emptyRoot, HASH_BYTES, leafHash, nodeHash } from './hashing.ts'
export {
  consistencyNodes,
  consistencyProof,
  inclusionNodes,
  inclusionProof,
  type NodeReader,
  nodeProof,
  nodeProofNodes,
  rebuildCompactRange,
  rootNodes,
  treeRoot,
} from './proofs.ts'
export { rangeProof, rangeProofNodes, rootFromRange } from './range.ts'
export type { TreeNode } from './spans.ts'
export { entriesPath, parseTilePath, type TilePath, tilePath } from './tile-paths.ts'
export { nodeFromTile, readTileBytes, type TileReader, tileBytes, tileNodeReader } from './tile-reader.ts'
export {
  bundlesForGrowth,
  bundlesForSize,
  type EntryBundle,
  TILE_WIDTH,
  type Tile,
  tileOfNode,
  tilesForGrowth,
  tilesForNodes,
  tilesForSize,
} from './tiles.ts'
export {
  rootFromConsistency,
  rootFromInclusion,
  rootFromNode,
  verifyConsistency,
  verifyInclusion,
} from './verify.ts'
