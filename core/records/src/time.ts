/** Instants of the ledger: RFC 3339 text in UTC with whole seconds, `2026-11-24T06:13:43Z`. Time is always an argument. */

declare const instantBrand: unique symbol
/** RFC 3339 section 5.6 date-time, UTC (`Z`), whole seconds, years 1970 to 9999. Compares correctly as text. */
export type Instant = string & { readonly [instantBrand]: 'Instant' }

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

/** Parse an instant; null where the text is not one, or names a day that does not exist. */
export function parseInstant(text: string): Instant | null {
  if (!INSTANT.test(text)) return null
  // By arithmetic, as with dates: every act has several.
  const number = (from: number, end: number): number => Number(text.slice(from, end))
  const [year, day] = [number(0, 4), number(8, 10)]
  const isDay = year >= 1970 && day >= 1 && day <= daysInMonth(year, number(5, 7))
  const isTime = number(11, 13) < 24 && number(14, 16) < 60 && number(17, 19) < 60
  return isDay && isTime ? (text as Instant) : null
}

/** The instant at a whole number of seconds since 1970-01-01T00:00:00Z. */
export function instantFromSeconds(seconds: number): Instant {
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > 253402300799)
    throw new RangeError(`seconds out of range: ${seconds}`)
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z` as Instant
}

/** Seconds since 1970-01-01T00:00:00Z. */
export function secondsOf(instant: Instant): number {
  return Date.parse(instant) / 1000
}

/** The instant `seconds` later (earlier when negative). */
export function addSeconds(instant: Instant, seconds: number): Instant {
  return instantFromSeconds(secondsOf(instant) + seconds)
}

export const HOUR_SECONDS = 3600
export const DAY_SECONDS = 86400

declare const dateBrand: unique symbol
/** RFC 3339 full-date, `2013-05-01`. */
export type CalendarDate = string & { readonly [dateBrand]: 'CalendarDate' }

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/

/** Parse a full-date; null where the text is not one, or names a day that does not exist. */
export function parseDate(text: string): CalendarDate | null {
  const parts = DATE.exec(text)
  if (parts === null) return null
  const day = Number(parts[3])
  // By arithmetic, because Date is slow and statistics files hold hundreds of thousands of dates.
  return day >= 1 && day <= daysInMonth(Number(parts[1]), Number(parts[2])) ? (text as CalendarDate) : null
}

/** Days of a month of the proleptic Gregorian calendar (RFC 3339 section 5.7); 0 where there is no such month. */
function daysInMonth(year: number, month: number): number {
  if (month < 1 || month > 12) return 0
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** The UTC calendar date of an instant. */
export function dateOf(instant: Instant): CalendarDate {
  return instant.slice(0, 10) as CalendarDate
}
