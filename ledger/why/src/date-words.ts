/**
 * How a date of a decision came about: the business days that are counted, by which calendar, and which holidays they pass
 * over. Only dates that follow from a proved calendar are spoken of.
 */

import { calendarKey, calendarNamed } from '@cadastre/procedures'
import {
  type Application,
  addBusinessDays,
  type Beyond,
  type BusinessDays,
  type Calendar,
  type CalendarRecord,
  type Instant,
  isArray,
  isObject,
  type Json,
  type LoggedEffect,
  type ProcedureRecord,
  parseInstant,
} from '@cadastre/records'
import type { VerifiedWhy } from './verify-why.ts'

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** `of CH for 2026 to 2030: closed on Saturday and Sunday and on 12 holidays, dates in UTC` */
export function calendarWords({ seat, first, last, weekend, holidays }: Calendar): string {
  const closed = weekend.map((day) => WEEKDAYS[day - 1] ?? '')
  const days = closed.length === 0 ? 'on no weekday' : `on ${closed.join(' and ')}`
  const count = holidays.length === 1 ? '1 holiday' : `${holidays.length} holidays`
  return `of ${seat} for ${first} to ${last}: closed ${days} and on ${count}, dates in UTC`
}

type Counted = { readonly days: number; readonly calendar: Calendar }

/** Every number of business days that the terms or the windows of this decision speak of, with its proved calendar. */
function periodsOf({ inputs, entry }: Pick<VerifiedWhy, 'entry' | 'inputs'>): readonly Counted[] {
  const proved = new Map<string, Calendar>()
  for (const { key, value } of inputs)
    if (key.startsWith('obj/calendar/') && value !== null) proved.set(key, (value as CalendarRecord).calendar)
  const terms = inputs.flatMap(({ key, value }) => {
    if (!key.startsWith('obj/procedure/') || value === null) return []
    const record = value as ProcedureRecord
    return [record, ...record.revisions]
  })
  const named = terms.flatMap((one) => {
    const calendar = calendarNamed(one)
    const days = Object.entries(one.parameters).filter(([name]) => name.endsWith('Days'))
    return calendar === null ? [] : days.map(([, value]) => ({ days: Number(value), calendar }))
  })
  const written = entry.outcome.accepted ? entry.outcome.effects : []
  const all = [...written.flatMap(({ next }) => windowOf(next)), ...named]
  return all.flatMap(({ days, calendar: hash }) => {
    const calendar = proved.get(calendarKey(hash))
    return calendar === undefined ? [] : [{ days, calendar }]
  })
}

/** The window in business days that an application's record states. */
function windowOf(next: Json): readonly BusinessDays[] {
  if (!isObject(next) || !isObject(next['notice'] ?? null)) return []
  const { notice } = next as Json & Pick<Application, 'notice'>
  return notice?.windowDays ?? []
}

/** Instants in a record, but for what a request said. */
function instantsIn(value: Json, name = ''): readonly Instant[] {
  if (name === 'body') return []
  if (typeof value === 'string') {
    const instant = parseInstant(value)
    return instant === null ? [] : [instant]
  }
  if (isArray(value)) return value.flatMap((one) => instantsIn(one))
  return isObject(value) ? Object.entries(value).flatMap(([member, one]) => instantsIn(one, member)) : []
}

/** Of each date that an effect writes and that business days give, counted from the act itself: how. */
export function dateWords(
  { next }: Pick<LoggedEffect, 'next'>,
  why: Pick<VerifiedWhy, 'entry' | 'inputs'>,
): readonly string[] {
  const { at } = why.entry
  const periods = periodsOf(why)
  const dates = [...new Set(instantsIn(next))].filter((one) => one > at)
  return dates.flatMap((date) => {
    for (const { days, calendar } of periods)
      for (const beyond of BEYOND)
        if (addBusinessDays(calendar, at, days, beyond) === date)
          return [dateSentence(date, days, calendar, why)]
    return []
  })
}
const BEYOND: readonly Beyond[] = ['longest', 'weekdays']

function dateSentence(
  date: Instant,
  days: number,
  calendar: Calendar,
  { entry }: Pick<VerifiedWhy, 'entry'>,
): string {
  const closed = calendar.holidays.filter((day) => entry.at.slice(0, 10) <= day && day <= date.slice(0, 10))
  const passed = closed.length === 0 ? '' : `, closed on ${closed.join(', ')}`
  const years = calendar.first <= Number(entry.at.slice(0, 4)) && Number(date.slice(0, 4)) <= calendar.last
  const beyond = years ? '' : ', beyond the years for which it knows holidays'
  return `${date} is ${days} business day${days === 1 ? '' : 's'} from ${entry.at} by the calendar of ${calendar.seat}${passed}${beyond}`
}
