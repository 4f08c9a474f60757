/** Reading committed versions, from any thread. */
import type { TrieMemory } from './memory.ts'
import { NodePool } from './node-pool.ts'
import { RecordArena } from './record-arena.ts'
import { HASHED_SPACES, type HashedSpace, SPACE_NAMES, type Space } from './spaces.ts'
import { NodeView, type Pools, type TrieView } from './view.ts'

/** One committed state. Structured-cloneable: post it to readers after the commit that returned it. */
export interface Version {
  /** Increases with each commit of one writer. */
  readonly id: number
  readonly roots: Readonly<Record<Space, number>>
  readonly hashes: Readonly<Record<HashedSpace, Uint8Array>>
}

export function openPools(memory: TrieMemory): Pools {
  const open = (space: Space): NodePool => new NodePool(space, memory.pools[space])
  return { ip4: open('ip4'), ip6: open('ip6'), asn: open('asn'), obj: open('obj'), index: open('index') }
}

export function versionHashes(
  pools: Pools,
  roots: Readonly<Record<Space, number>>,
): Record<HashedSpace, Uint8Array> {
  const [ip4, ip6, asn, obj] = HASHED_SPACES.map((space) => pools[space].hash(roots[space]))
  if (ip4 === undefined || ip6 === undefined || asn === undefined || obj === undefined)
    throw new TypeError('four hashed spaces')
  return { ip4, ip6, asn, obj }
}

export class TrieReader {
  private readonly pools: Pools
  private readonly arena: RecordArena

  constructor(memory: TrieMemory) {
    this.pools = openPools(memory)
    this.arena = new RecordArena(memory.records)
  }

  /** The state at a version that has not been released. Cheap: make one for each request if convenient. */
  at(version: Version): TrieView {
    for (const space of SPACE_NAMES) this.pools[space].refresh()
    this.arena.refresh()
    return new NodeView(this.pools, this.arena, version.roots, null)
  }
}
