/**
 * Business days. A calendar names the weekdays on which its seat's offices are closed and its public holidays, for a
 * bounded number of years; days begin and end at midnight UTC. A period of n business days that begins on an open day
 * ends at the same time of day n open days later; one that begins on a closed day begins when the next open day does.
 *
 *     isCalendar(calendar): boolean
 *     addBusinessDays(calendar, from, days, beyond): Instant
 */

import { type CalendarDate, DAY_SECONDS, type Instant, instantFromSeconds, secondsOf } from './time.ts'

export type Calendar = {
  /** ISO 3166-1 code of the country whose holidays it lists. */
  readonly seat: string
  /** First and last year, whole years. */
  readonly first: number
  readonly last: number
  /** Closed weekdays as ISO 8601 numbers them, 1 Monday to 7 Sunday, ascending. */
  readonly weekend: readonly number[]
  /** Closed dates, ascending. */
  readonly holidays: readonly CalendarDate[]
}

/** `obj/calendar/<hash in capital hexadecimal>`. A calendar never changes: another one has another hash. */
export type CalendarRecord = { readonly v: 1; readonly calendar: Calendar; readonly since: number }

/** So many business days of a calendar, which its hash names. */
export type BusinessDays = { readonly days: number; readonly calendar: string }

/**
 * How a period ends that leaves the calendar's years, in which no holiday is known. `longest`: it lasts as long as the
 * longest of as many business days in the calendar, for whoever is protected by it. `weekdays`: only the weekend counts
 * as closed there, for whoever must act or burdens somebody.
 */
export type Beyond = 'longest' | 'weekdays'

/** Years that one calendar may cover, so that it fits an entry and is looked at again. */
export const MAX_CALENDAR_YEARS = 40
/** Weekdays that can be closed. */
export const MAX_WEEKEND = 3
/** In so many successive days there are ten business days, in whatever calendar. */
const OPEN_WITHIN_DAYS = 28
const OPEN_DAYS = 10

/** Days since 1970-01-01. */
function dayOf(instant: string): number {
  return Math.floor(Date.parse(instant) / 1000 / DAY_SECONDS)
}
function firstDayOf({ first }: Calendar): number {
  return dayOf(`${first}-01-01T00:00:00Z`)
}
/** The day after the last one. */
function endOf({ last }: Calendar): number {
  return dayOf(`${last + 1}-01-01T00:00:00Z`)
}
/** 1970-01-01 was a Thursday, 4. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}

function holidaysOf({ holidays }: Calendar): ReadonlySet<number> {
  return new Set(holidays.map((date) => dayOf(`${date}T00:00:00Z`)))
}

/** The open days of the calendar's years, ascending. */
function openDays(calendar: Calendar): readonly number[] {
  const holidays = holidaysOf(calendar)
  const open: number[] = []
  for (let day = firstDayOf(calendar); day < endOf(calendar); day++)
    if (!calendar.weekend.includes(weekdayOf(day)) && !holidays.has(day)) open.push(day)
  return open
}

/** Whether the calendar can be one: lists ascend, holidays lie in its years, and it is never closed for long. */
export function isCalendar(calendar: Calendar): boolean {
  const { first, last, weekend, holidays } = calendar
  if (last < first || last - first >= MAX_CALENDAR_YEARS) return false
  if (weekend.length > MAX_WEEKEND || !ascends(weekend) || !ascends(holidays)) return false
  if (!holidays.every((date) => first <= Number(date.slice(0, 4)) && Number(date.slice(0, 4)) <= last))
    return false
  // As if the day before the first and the day after the last were open: nothing is known about them.
  const open = [firstDayOf(calendar) - 1, ...openDays(calendar), endOf(calendar)]
  if (open.length <= OPEN_DAYS) return false
  return open.every((day, index) => {
    const tenth = open[index + OPEN_DAYS]
    return tenth === undefined || tenth - day <= OPEN_WITHIN_DAYS
  })
}
function ascends(list: readonly (number | string)[]): boolean {
  return list.every((one, index) => index === 0 || one > (list[index - 1] ?? one))
}

/** The end of so many business days that begin at `from`. `days` >= 1. */
export function addBusinessDays(calendar: Calendar, from: Instant, days: number, beyond: Beyond): Instant {
  if (!Number.isSafeInteger(days) || days < 1) throw new RangeError(`not a number of business days: ${days}`)
  const counted = count(calendar, from, days, beyond)
  if (counted !== null) return counted
  return instantFromSeconds(secondsOf(from) + longest(calendar, days) * DAY_SECONDS)
}

/** Day by day; null where the period leaves the calendar's years and only the weekend would be known. */
function count(calendar: Calendar, from: Instant, days: number, beyond: Beyond): Instant | null {
  const holidays = holidaysOf(calendar)
  const [first, end] = [firstDayOf(calendar), endOf(calendar)]
  const isClosed = (day: number): boolean => calendar.weekend.includes(weekdayOf(day)) || holidays.has(day)
  let day = dayOf(from)
  if (beyond === 'longest' && day < first) return null
  const begun = !isClosed(day)
  while (isClosed(day)) day += 1
  for (let left = days; left > 0; left--) {
    day += 1
    while (isClosed(day)) day += 1
    if (beyond === 'longest' && day >= end) return null
  }
  const time = begun ? secondsOf(from) % DAY_SECONDS : 0
  return instantFromSeconds(day * DAY_SECONDS + time)
}

/** Days of the longest period of so many business days in the calendar, which begins as its closed days do. */
function longest(calendar: Calendar, days: number): number {
  const open = openDays(calendar)
  let most = 0
  for (let index = 0; index + days < open.length; index++) {
    const before = open[index - 1] ?? firstDayOf(calendar) - 1
    most = Math.max(most, (open[index + days] ?? 0) - before - 1)
  }
  // A calendar of too few days to hold one such period: no calendar is closed longer than this.
  return most === 0 ? (Math.ceil(days / OPEN_DAYS) + 1) * OPEN_WITHIN_DAYS : most
}
