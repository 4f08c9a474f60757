/** The difference that each logged day made, in order of days over all sources. */

import type { History, SourceHistory } from './history.ts'
import type { ObservedDay } from './model.ts'

/** One file's difference: ids of rows. */
export type DayDifference = {
  readonly source: SourceHistory
  readonly day: ObservedDay
  readonly isFirst: boolean
  readonly removed: readonly number[]
  readonly added: readonly number[]
}

function differencesOf(history: History, source: SourceHistory): DayDifference[] {
  const removals = source.rows
    .filter((id) => history.removedBy(id) >= 0)
    .sort((a, b) => history.removedBy(a) - history.removedBy(b) || a - b)
  let [nextAdded, nextRemoved] = [0, 0]
  return source.days.map((day, at) => {
    const [added, removed]: [number[], number[]] = [[], []]
    for (let id = source.rows[nextAdded]; id !== undefined && history.addedBy(id) < day.index; ) {
      added.push(id)
      id = source.rows[++nextAdded]
    }
    for (let id = removals[nextRemoved]; id !== undefined && history.removedBy(id) < day.index; ) {
      removed.push(id)
      id = removals[++nextRemoved]
    }
    return { source, day, isFirst: at === 0, removed, added }
  })
}

/** All differences of files of delegations: by day, then in the order in which the sources were first logged. */
export function differences(history: History): DayDifference[] {
  const all = history
    .sources()
    .filter(({ kind }) => kind === 'delegated' || kind === 'delegated-extended')
    .flatMap((source) => differencesOf(history, source))
  // Stable: files of one day and one source keep their order.
  return all.sort((a, b) => (a.day.day < b.day.day ? -1 : a.day.day > b.day.day ? 1 : 0))
}
