/** Numbers that two registries delegate at the same time, day by day. */

import { formatRange, intersection, overlaps, type Range } from '@cadastre/numbers'
import { dayNumber } from './days.ts'
import type { History } from './history.ts'
import type { WatchedRow } from './model.ts'

export type Conflict = {
  readonly registries: readonly [string, string]
  readonly range: Range
  readonly rows: readonly [WatchedRow, WatchedRow]
}

/** Delegated rows of other registries over these numbers that stand on the day. */
export function othersOver(history: History, row: WatchedRow, range: Range, day: number): WatchedRow[] {
  const found: WatchedRow[] = []
  history.overlapping(range, (id) => {
    const { registry, kind } = history.sourceOf(id)
    if (registry === row.registry || kind === 'iana' || !history.isKnownOn(id, day)) return
    const other = history.row(id)
    if (other.delegated) found.push(other)
  })
  return found
}

/** Other rows of the same source over these numbers that stand on the day. */
export function besideOver(history: History, row: WatchedRow, range: Range, day: number): WatchedRow[] {
  const found: WatchedRow[] = []
  history.overlapping(range, (id) => {
    if (id !== row.id && history.sourceOf(id).id === row.source && history.stands(id, day))
      found.push(history.row(id))
  })
  return found
}

/** Delegated rows over these numbers that stood before the day and do not on it, latest end first. */
export function endedOver(history: History, range: Range, day: number): WatchedRow[] {
  const found: WatchedRow[] = []
  history.overlapping(range, (id) => {
    if (history.untilNumber(id) > day || history.sourceOf(id).kind === 'iana') return
    const row = history.row(id)
    if (row.delegated) found.push(row)
  })
  return found.sort((a, b) => history.untilNumber(b.id) - history.untilNumber(a.id) || b.id - a.id)
}

export class Conflicts {
  readonly #history: History
  readonly #open: Map<string, Conflict> = new Map()

  constructor(history: History) {
    this.#history = history
  }

  /** Conflicts that a newly published delegated row begins. */
  begun(row: WatchedRow): Conflict[] {
    const begun: Conflict[] = []
    for (const other of othersOver(this.#history, row, row.range, dayNumber(row.from))) {
      const shared = intersection(row.range, other.range)
      if (shared === null) continue
      const key = [[row.registry, other.registry].sort().join(' '), formatRange(shared)].join(' ')
      if (this.#open.has(key)) continue
      const conflict: Conflict = {
        registries: [row.registry, other.registry],
        range: shared,
        rows: [other, row],
      }
      this.#open.set(key, conflict)
      begun.push(conflict)
    }
    return begun
  }

  /**
   * Open conflicts that are over now that a delegated row is gone, each with the delegated rows that no later file took
   * back. Of two registries they are where one of them is not followed any more: what it would say is not known.
   */
  over(
    row: WatchedRow,
    day: number,
  ): { readonly conflict: Conflict; readonly left: readonly WatchedRow[] }[] {
    const over: { conflict: Conflict; left: readonly WatchedRow[] }[] = []
    for (const [key, conflict] of this.#open) {
      if (!conflict.registries.includes(row.registry) || !overlaps(conflict.range, row.range)) continue
      if (this.#claimants(conflict.range, day).size > 1) continue
      this.#open.delete(key)
      over.push({ conflict, left: this.#left(conflict.range, day) })
    }
    return over
  }

  #left(range: Range, day: number): WatchedRow[] {
    const left: WatchedRow[] = []
    this.#history.overlapping(range, (id) => {
      if (!this.#history.stands(id, day)) return
      const row = this.#history.row(id)
      if (row.delegated) left.push(row)
    })
    return left
  }

  #claimants(range: Range, day: number): Set<string> {
    const registries = new Set<string>()
    this.#history.overlapping(range, (id) => {
      const { registry, kind } = this.#history.sourceOf(id)
      if (kind !== 'iana' && this.#history.isKnownOn(id, day) && this.#history.row(id).delegated)
        registries.add(registry)
    })
    return registries
  }
}
