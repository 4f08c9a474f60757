/**
 * The state of the registry as a persistent Patricia trie for each number space, in shared memory: one writer
 * path-copies, any thread reads whole versions without locks, and one path from the root proves every record
 * covering a key. Hashes are ledger.md's "Design recommendation"; the root hash depends on the set of records
 * alone, not on the order in which they came.
 */
export { chainHash, type NodePreimage, nodeHash, recordHash } from './hashing.ts'
export { createTrieMemory, memoryUse, type TrieLimits, type TrieMemory } from './memory.ts'
export { TrieReader, type Version } from './reader.ts'
export { TrieFullError } from './shared-growth.ts'
export {
  HASHED_SPACES,
  type HashedSpace,
  objectLabel,
  SPACE_NAMES,
  SPACES,
  type Space,
  type SpaceShape,
} from './spaces.ts'
export type {
  CoveringHash,
  CoveringRecord,
  Cursor,
  InsideRecord,
  ProofNode,
  TrieProof,
  TrieView,
} from './view.ts'
export { type Mark, TrieWriter } from './writer.ts'
