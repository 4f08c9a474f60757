/** What versions leave behind: growable lists of 32-bit numbers, and when each may be used again. */
import { eraOf, type NodePool } from './node-pool.ts'
import type { RecordArena } from './record-arena.ts'
import { SPACE_NAMES, type Space } from './spaces.ts'
import type { Pools } from './view.ts'

/** A list of unsigned 32-bit numbers, 4 bytes each. */
export class NumberList {
  private items: Uint32Array = new Uint32Array(16)
  private count = 0

  get length(): number {
    return this.count
  }

  push(item: number): void {
    if (this.count === this.items.length) {
      const larger = new Uint32Array(this.count * 2)
      larger.set(this.items)
      this.items = larger
    }
    this.items[this.count++] = item
  }

  at(index: number): number {
    if (index >= this.count) throw new RangeError('past the end of the list')
    return this.items[index] as number
  }

  truncate(length: number): void {
    this.count = Math.min(this.count, length)
  }

  append(other: NumberList): void {
    for (let i = 0; i < other.count; i++) this.push(other.at(i))
  }

  /** Gives back spare room, for a list that grows no more. */
  trim(): void {
    this.items = this.items.slice(0, Math.max(1, this.count))
  }
}

/** Nodes and records that one batch superseded: part of the version before it, not of the one it made. */
export class Garbage {
  private readonly nodes: ReadonlyMap<Space, NumberList> = new Map(
    SPACE_NAMES.map((space) => [space, new NumberList()]),
  )
  readonly records: NumberList = new NumberList()

  nodesOf(space: Space): NumberList {
    const list = this.nodes.get(space)
    if (list === undefined) throw new TypeError(`no such space: ${space}`)
    return list
  }

  /** Takes over what the version after `id` leaves behind. Nodes that were made after `id` are not in it: they are free. */
  takeOver(other: Garbage, id: number, pools: Pools): void {
    const era = eraOf(id)
    for (const space of SPACE_NAMES) {
      const [pool, nodes, kept] = [pools[space], other.nodesOf(space), this.nodesOf(space)]
      for (let i = 0; i < nodes.length; i++) {
        const node = nodes.at(i)
        if (pool.isYounger(node, era)) pool.free(node)
        else kept.push(node)
      }
    }
    this.records.append(other.records)
  }

  trim(): void {
    for (const space of SPACE_NAMES) this.nodesOf(space).trim()
    this.records.trim()
  }

  /** Makes everything listed available again. */
  reclaim(pools: Pools, arena: RecordArena): void {
    for (const space of SPACE_NAMES) reclaimNodes(pools[space], this.nodesOf(space))
    for (let i = 0; i < this.records.length; i++) arena.free(this.records.at(i))
  }
}

function reclaimNodes(pool: NodePool, nodes: NumberList): void {
  for (let i = 0; i < nodes.length; i++) pool.free(nodes.at(i))
}

/**
 * Holds each unreleased version's garbage. What version v's successor superseded lives in v and perhaps in
 * older versions, so it is reclaimed once v and every older version are released; nodes that are clearly younger than
 * the next older one at once, since an import may pass hundreds of versions while the one before it is still shown.
 */
export class VersionLedger {
  private readonly pools: Pools
  private readonly arena: RecordArena
  /** Oldest first; the newest has no successor and so no garbage yet. */
  private readonly live: { readonly id: number; readonly garbage: Garbage | null }[] = []

  constructor(pools: Pools, arena: RecordArena) {
    this.pools = pools
    this.arena = arena
  }

  /** Adds the version that a commit made, which superseded `garbage` of the one before. */
  add(id: number, garbage: Garbage): void {
    const previous = this.live.at(-1)
    if (previous === undefined) garbage.reclaim(this.pools, this.arena)
    else {
      garbage.trim()
      this.live[this.live.length - 1] = { id: previous.id, garbage }
    }
    this.live.push({ id, garbage: null })
  }

  /** Throws a RangeError for a version that is not live, or the newest one. */
  release(id: number): void {
    const index = this.live.findIndex((version) => version.id === id)
    const version = this.live[index]
    if (version === undefined) throw new RangeError(`version ${id} is not live`)
    if (version.garbage === null) throw new RangeError(`version ${id} is the newest and cannot be released`)
    const older = this.live[index - 1]
    if (older === undefined) version.garbage.reclaim(this.pools, this.arena)
    else older.garbage?.takeOver(version.garbage, older.id, this.pools)
    this.live.splice(index, 1)
  }
}
