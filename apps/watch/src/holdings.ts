/** How much a source's files say is delegated, day by day. */

import { rangeSize } from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import type { SourceId, WatchedRow, WatchReader } from './model.ts'

export type Holdings = {
  readonly day: CalendarDate
  readonly rows: number
  readonly asns: number
  readonly ip4Addresses: number
  /** Blocks of 2^80 IPv6 addresses (/48), rounded down. */
  readonly ip6Prefixes48: number
}

type Sums = { rows: number; asn: bigint; ip4: bigint; ip6: bigint }

/** Holdings on the last logged day of each month, and on the last logged day. */
export function holdingsByMonth(reader: WatchReader, source: SourceId): readonly Holdings[] {
  const days = reader.days(source)
  const wanted = days.filter(({ day }, at) => days[at + 1]?.day.slice(0, 7) !== day.slice(0, 7))
  const changes: { readonly day: CalendarDate; readonly row: WatchedRow; readonly by: 1n | -1n }[] = []
  for (const row of reader.allRows(source)) {
    if (!row.delegated) continue
    changes.push({ day: row.from, row, by: 1n })
    if (row.until !== null) changes.push({ day: row.until, row, by: -1n })
  }
  changes.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))
  const sums: Sums = { rows: 0, asn: 0n, ip4: 0n, ip6: 0n }
  let next = 0
  return wanted.map(({ day }) => {
    for (let change = changes[next]; change !== undefined && change.day <= day; change = changes[++next]) {
      const { row, by } = change
      sums.rows += Number(by)
      sums[row.range.space] += by * rangeSize(row.range)
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
