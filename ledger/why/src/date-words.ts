/**
 * How a date of a decision came about: the business days that are counted, by which calendar, and which holidays they pass
 * over. Only dates that follow from a proved calendar are spoken of.
 */

import { calendarNamed, procedureHandle } from '@cadastre/procedures'
import {
  addBusinessDays,
  type Beyond,
  type BusinessDays,
  type Calendar,
  type CalendarRecord,
  type Instant,
  isObject,
  type Json,
  type LoggedEffect,
  type ProcedureRecord,
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

/** The calendars among the proved inputs, by their hashes as periods and terms name them. */
function calendarsOf({ inputs, entry }: VerifiedWhy): readonly { hash: string; calendar: Calendar }[] {
  const calendars = new Map(
    inputs
      .filter(({ key, value }) => key.startsWith('obj/calendar/') && value !== null)
      .map(({ key, value }) => [key.slice('obj/calendar/'.length), (value as CalendarRecord).calendar]),
  )
  const named = new Set<string>()
  for (const { key, value } of inputs) {
    if (value === null || !key.startsWith('obj/procedure/')) continue
    const record = value as ProcedureRecord
    for (const terms of [record, ...record.revisions]) {
      const hash = calendarNamed(terms)
      if (hash !== null) named.add(hash)
    }
  }
  for (const { next } of entry.outcome.accepted ? entry.outcome.effects : [])
    for (const { calendar } of windowOf(next)) named.add(calendar)
  return [...named].flatMap((hash) => {
    const calendar = calendars.get(Buffer.from(hash, 'base64').toString('hex').toUpperCase())
    return calendar === undefined ? [] : [{ hash, calendar }]
  })
}
