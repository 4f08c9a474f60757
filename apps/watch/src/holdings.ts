/** How much a source's files say is delegated, day by day. */

import { type NumberSpace, rangeSize } from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import type { SourceId, WatchReader } from './model.ts'

export type Holdings = {
  readonly day: CalendarDate
  readonly rows: number
  readonly asns: number
  readonly ip4Addresses: number
  /** Blocks of 2^80 IPv6 addresses (/48), rounded down. */
  readonly ip6Prefixes48: number
}

/** What a row adds on its first day, and takes away with it: rows themselves would all be held at once. */
type Change = {
  readonly day: CalendarDate
  readonly space: NumberSpace
  readonly size: bigint
  readonly by: 1 | -1
}
type Sums = { rows: number; asn: bigint; ip4: bigint; ip6: bigint }

/** Holdings on the last logged day of each month, and on the last logged day. */
export function holdingsByMonth(reader: WatchReader, source: SourceId): readonly Holdings[] {
  const days = reader.days(source)
  const wanted = days.filter(({ day }, at) => days[at + 1]?.day.slice(0, 7) !== day.slice(0, 7))
  const changes: Change[] = []
  for (const row of reader.allRows(source)) {
    if (!row.delegated) continue
    const { space } = row.range
    const size = rangeSize(row.range)
    changes.push({ day: row.from, space, size, by: 1 })
    if (row.until !== null) changes.push({ day: row.until, space, size: -size, by: -1 })
  }
  changes.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))
  const sums: Sums = { rows: 0, asn: 0n, ip4: 0n, ip6: 0n }
  let next = 0
  return wanted.map(({ day }) => {
    for (let change = changes[next]; change !== undefined && change.day <= day; change = changes[++next]) {
      sums.rows += change.by
      sums[change.space] += change.size
    }
    return {
      day,
      rows: sums.rows,
      asns: Number(sums.asn),
      ip4Addresses: Number(sums.ip4),
      ip6Prefixes48: Number(sums.ip6 >> 80n),
    }
  })
}
