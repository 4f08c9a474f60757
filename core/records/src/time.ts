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
  const days = Math.floor(seconds / DAY_SECONDS)
  const rest = seconds - days * DAY_SECONDS
  const hours = Math.floor(rest / HOUR_SECONDS)
  const minutes = Math.floor((rest - hours * HOUR_SECONDS) / 60)
  return `${dateText(days)}T${two(hours)}:${two(minutes)}:${two(rest % 60)}Z` as Instant
}

/** Seconds since 1970-01-01T00:00:00Z. */
export function secondsOf(instant: Instant): number {
  const digits = (at: number): number => (instant.charCodeAt(at) - 48) * 10 + instant.charCodeAt(at + 1) - 48
  const days = daysBefore(digits(0) * 100 + digits(2), digits(5)) + digits(8) - 1
  return days * DAY_SECONDS + digits(11) * HOUR_SECONDS + digits(14) * 60 + digits(17)
}

/** Days of a common year before each month. */
const BEFORE_MONTH: readonly number[] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
/** Days of 400 years of the proleptic Gregorian calendar. */
const ERA_DAYS = 146_097
/** From 0000-03-01 to 1970-01-01. */
const DAYS_TO_1970 = 719_468

/** Days from 1970-01-01 to the first of a month. By arithmetic: Date is slow, and every act has several instants. */
function daysBefore(year: number, month: number): number {
  const before = year - 1
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  const leapDay = month > 2 && daysInMonth(year, 2) === 29 ? 1 : 0
  // 719,162 days lie between 0001-01-01 and 1970-01-01.
  return before * 365 + leapDays + (BEFORE_MONTH[month] ?? 0) + leapDay - 719_162
}

/** The date so many days after 1970-01-01. Years are counted from March, so that leap days come last. */
function dateText(days: number): string {
  const since = days + DAYS_TO_1970
  const era = Math.floor(since / ERA_DAYS)
  const day = since - era * ERA_DAYS
  const yearOfEra = Math.floor(
    (day - Math.floor(day / 1460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365,
  )
  const dayOfYear = day - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  return `${yearOfEra + era * 400 + (month <= 2 ? 1 : 0)}-${two(month)}-${two(dayOfMonth)}`
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number)
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
