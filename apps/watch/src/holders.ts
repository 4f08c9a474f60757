/** Holders by their published ids over time: which are there, and which were only given another id. */

import type { WatchedRow } from './model.ts'

/** How the rows of holders changed hands within one file's difference. */
export class HandChanges {
  /** For each earlier holder, who has its numbers now; null for nobody. */
  readonly targets: Map<string, Set<string | null>> = new Map()
  readonly origins: Map<string, Set<string | null>> = new Map()
  /** Pairs of holders of which some row also changed its date or country. */
  readonly altered: Set<string> = new Set()

  /** Numbers that went from one row to another, or from or to none. */
  note(before: WatchedRow | null, after: WatchedRow | null): void {
    const from = before?.delegated === true ? before.opaqueId : null
    const to = after?.delegated === true ? after.opaqueId : null
    if (from !== null) setOf(this.targets, from).add(to)
    if (to !== null) setOf(this.origins, to).add(from)
    if (from === null || to === null || before === null || after === null) return
    if (before.registered !== after.registered || before.country !== after.country)
      this.altered.add(pair(from, to))
  }
}

function setOf(map: Map<string, Set<string | null>>, key: string): Set<string | null> {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = new Set<string | null>()
  map.set(key, made)
  return made
}

const pair = (from: string, to: string): string => `${from} ${to}`

/** The holders of one source. */
export class Holders {
  /** How many rows each has. */
  readonly #rows: Map<string, number> = new Map()
  /** Ids of rows that were replaced by a free row of the same start and count. */
  readonly replaced: Set<number> = new Set()
  /** The id that followed an id. */
  readonly #followed: Map<string, string> = new Map()

  count(row: WatchedRow, by: 1 | -1): void {
    if (!row.delegated || row.opaqueId === null) return
    this.#rows.set(row.opaqueId, (this.#rows.get(row.opaqueId) ?? 0) + by)
  }

  has(opaqueId: string): boolean {
    return (this.#rows.get(opaqueId) ?? 0) > 0
  }

  /**
   * Holders that were re-keyed: everything of the one is now under the other and nothing else, the one is gone, the
   * other was not there, and neither dates nor countries changed. To be asked after the difference is counted;
   * `wasThere` says who was there before.
   */
  rekeyed(changes: HandChanges, wasThere: (opaqueId: string) => boolean): Map<string, string> {
    const found = new Map<string, string>()
    for (const [from, targets] of changes.targets) {
      const [to] = targets
      if (targets.size !== 1 || to === null || to === undefined || to === from) continue
      const origins = changes.origins.get(to)
      if (origins?.size !== 1 || !origins.has(from)) continue
      if (this.has(from) || wasThere(to) || changes.altered.has(pair(from, to))) continue
      found.set(from, to)
    }
    return found
  }

  /** From now on `to` is the id of the holder that was `from`. */
  follow(from: string, to: string): void {
    // An id that comes back is the latest again.
    this.#followed.delete(to)
    this.#followed.set(from, to)
  }

  /** The latest id of the holder of an id. */
  latest(opaqueId: string): string {
    let id = opaqueId
    for (let step = 0; step < 100; step++) {
      const next = this.#followed.get(id)
      if (next === undefined) break
      id = next
    }
    return id
  }

  /** Whether two ids are of one holder: equal, or one followed the other. Null where a row has none. */
  same(a: string | null, b: string | null): boolean {
    return a !== null && b !== null && (a === b || this.latest(a) === this.latest(b))
  }
}
