/** Calendar days as whole numbers, so that intervals of them fit in typed arrays and compare without text. */

import { type CalendarDate, parseDate } from '@cadastre/records'
import type { WatchedRow } from './model.ts'

const DAY_MILLISECONDS = 86_400_000
const texts: Map<number, CalendarDate> = new Map()

/** Days since 1970-01-01. */
export function dayNumber(day: CalendarDate): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MILLISECONDS
}

/** The reverse of {@link dayNumber}. */
export function dayOf(number: number): CalendarDate {
  let text = texts.get(number)
  if (text === undefined) {
    const parsed = parseDate(new Date(number * DAY_MILLISECONDS).toISOString().slice(0, 10))
    if (parsed === null) throw new RangeError(`no day ${number}`)
    text = parsed
    texts.set(number, text)
  }
  return text
}

/** `YYYYMMDD` as a day; null where it is none. */
export function compactDay(text: string): CalendarDate | null {
  if (!/^[0-9]{8}$/.test(text)) return null
  return parseDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`)
}

/** Whole days from the first to the second. */
export function daysBetween(first: CalendarDate, second: CalendarDate): number {
  return dayNumber(second) - dayNumber(first)
}

/** Whether a row stood on the day; null asks about now. */
export function standsOn(row: Pick<WatchedRow, 'from' | 'until'>, day: CalendarDate | null): boolean {
  if (day === null) return row.until === null
  return row.from <= day && (row.until === null || day < row.until)
}
