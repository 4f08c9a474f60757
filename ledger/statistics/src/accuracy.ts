/** How recent the holders' own word is: whose data was confirmed when (procedures.md R4, P24). Nothing follows from it. */

import { DAY_SECONDS, type Holder, type Instant, type LoggedEffect, secondsOf } from '@cadastre/records'

/** Holders at the last entry that was read. `imported` and the other three are all of them, each in one place. */
export type AccuracyReport = {
  readonly holders: number
  /** Known from published lists alone; nobody has claimed them. */
  readonly imported: number
  /** Confirmed by the holder itself not more than a year ago. */
  readonly withinYear: number
  readonly longerAgo: number
  /** Identified or claimed, and never confirmed since. */
  readonly never: number
  /** Days since the confirmation, of those that have one; null without any. */
  readonly medianDays: number | null
}

const YEAR_DAYS = 365

export class Accuracy {
  /** Of each holder: when it was confirmed last; `false` where it is imported. */
  readonly #confirmed = new Map<string, Instant | null | false>()

  follow({ key, next }: Pick<LoggedEffect, 'key' | 'next'>): void {
    if (!key.startsWith('obj/holder/')) return
    if (next === null) {
      this.#confirmed.delete(key)
      return
    }
    const record: unknown = next
    const { kind, confirmed } = record as Holder
    this.#confirmed.set(key, kind === 'imported' ? false : confirmed)
  }

  /** `now`: time of the last entry; null where none was read. */
  report(now: Instant | null): AccuracyReport {
    const all = [...this.#confirmed.values()]
    const days = all.flatMap((one) =>
      typeof one === 'string' && now !== null ? [(secondsOf(now) - secondsOf(one)) / DAY_SECONDS] : [],
    )
    days.sort((one, other) => one - other)
    const median = days[Math.floor(days.length / 2)]
    const withinYear = days.filter((one) => one <= YEAR_DAYS).length
    return {
      holders: all.length,
      imported: all.filter((one) => one === false).length,
      withinYear,
      longerAgo: days.length - withinYear,
      never: all.filter((one) => one === null).length,
      medianDays: median === undefined ? null : Math.floor(median),
    }
  }
}
