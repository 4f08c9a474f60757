/**
 * The shared memory of a trie. One writer grows and fills it; any thread that was posted the handle may read
 * the versions it was told of. A committed node or record never changes until its version is released, so
 * readers need no locks.
 */
import { RECORD_CHUNK_BYTES } from './record-arena.ts'
import { SPACE_NAMES, type Space } from './spaces.ts'

/** A structured-cloneable handle that holds only growable SharedArrayBuffers: post it to reader threads. */
export interface TrieMemory {
  readonly pools: Readonly<Record<Space, SharedArrayBuffer>>
  readonly records: readonly SharedArrayBuffer[]
}

export interface TrieLimits {
  /** Most bytes of nodes in one space, up to 2 GiB; address space is reserved, memory is taken as it is used. */
  readonly poolBytes?: number
  /** Most bytes of records and their headers. */
  readonly recordBytes?: number
}

/** Byte offsets within a pool are computed in 32-bit arithmetic. */
const POOL_BYTES_MAX = 2 ** 31
const DEFAULT_RECORD_BYTES = 2 ** 33
const POOL_BYTES_INITIAL = 4096

/** New, empty memory for one {@link TrieWriter} and any number of readers. */
export function createTrieMemory(limits: TrieLimits = {}): TrieMemory {
  const poolBytes = limits.poolBytes ?? POOL_BYTES_MAX
  const recordBytes = limits.recordBytes ?? DEFAULT_RECORD_BYTES
  if (!(poolBytes > 0 && poolBytes <= POOL_BYTES_MAX)) throw new RangeError('poolBytes is 1 to 2^31')
  const pool = (): SharedArrayBuffer =>
    new SharedArrayBuffer(Math.min(POOL_BYTES_INITIAL, poolBytes), { maxByteLength: poolBytes })
  const records: SharedArrayBuffer[] = []
  for (let left = recordBytes; left > 0; left -= RECORD_CHUNK_BYTES)
    records.push(new SharedArrayBuffer(0, { maxByteLength: Math.min(left, RECORD_CHUNK_BYTES) }))
  const [ip4, ip6, asn, obj, index] = [pool(), pool(), pool(), pool(), pool()]
  return { pools: { ip4, ip6, asn, obj, index }, records }
}

/** Bytes reserved so far, by part. Never shrinks; what is freed is used again. */
export function memoryUse(memory: TrieMemory): { readonly nodes: number; readonly records: number } {
  let nodes = 0
  for (const space of SPACE_NAMES) nodes += memory.pools[space].byteLength
  let records = 0
  for (const chunk of memory.records) records += chunk.byteLength
  return { nodes, records }
}
