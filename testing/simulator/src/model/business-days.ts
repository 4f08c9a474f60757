/** Periods of parameters: seconds, or business days of a calendar, counted day by day. */

import { later } from './verdict.ts'
import type { World } from './world.ts'

type Terms = { readonly [name: string]: number | string | boolean }
type Calendar = {
  readonly weekend: readonly number[]
  readonly holidays: readonly string[]
  readonly last: number
}
export type Days = { readonly days: number; readonly calendar: string }
/** A period: the end is the latest of all its parts. */
export type Period = { readonly seconds: number; readonly days: readonly Days[] }

/** `window` of parameters `windowSeconds`, or `windowDays` and `calendar`. */
export function periodOf(terms: Terms, name: string): Period {
  const days = terms[`${name}Days`]
  if (days === undefined) return { seconds: Number(terms[`${name}Seconds`] ?? 0), days: [] }
  return { seconds: 0, days: [{ days: Number(days), calendar: String(terms['calendar']) }] }
}
export function endOfPeriod(world: World, from: string, { seconds, days }: Period): string {
  const ends = days.map((one) => afterBusinessDays(world, from, one))
  return [later(from, seconds), ...ends].sort().at(-1) ?? from
}
export const after = (world: World, from: string, terms: Terms, name: string): string =>
  endOfPeriod(world, from, periodOf(terms, name))

const DAY = 86_400
function afterBusinessDays(world: World, from: string, { days, calendar }: Days): string {
  const handle = Buffer.from(calendar, 'base64').toString('hex').toUpperCase()
  const record = world.objects.get(`obj/calendar/${handle}`) as { readonly calendar: Calendar } | undefined
  if (record === undefined) throw new Error(`no calendar ${calendar}`)
  let at = from
  while (!isOpen(record.calendar, at)) at = `${later(at, DAY).slice(0, 10)}T00:00:00Z`
  for (let left = days; left > 0; ) {
    at = later(at, DAY)
    if (isOpen(record.calendar, at)) left -= 1
  }
  return at
}
function isOpen({ weekend, holidays }: Calendar, instant: string): boolean {
  const weekday = new Date(instant).getUTCDay() || 7
  return !weekend.includes(weekday) && !holidays.includes(instant.slice(0, 10))
}
