/**
 * Business days in decisions. The calendar's hash is a parameter of each version that counts by it; the calendar itself is
 * a record, an input like any other. Whoever changes terms never shortens what protects somebody: such a period is as
 * long as by any calendar and number of days since what it protects was recorded.
 *
 *     calendarNeed(id, known, pin): readonly Need[]       the calendar of the terms that bind the act
 *     calendarNeeds(id, known): readonly Need[]           those of all its terms
 *     namedCalendars(periods): readonly Need[]            those that a record names
 *     longestDays(inputs, id, recorded, name): readonly BusinessDays[]
 *     windowEndOf(window, inputs, at): Instant            a window that protects somebody
 *     deadlineOf(terms, name, inputs, at): Instant        what the registry must do by, or a delay that burdens somebody
 */

import {
  addBusinessDays,
  addSeconds,
  type BusinessDays,
  type Calendar,
  type Instant,
  objectKey,
  type ProcedureTerms,
  type RecordKey,
  type Registration,
} from '@cadastre/records'
import { hexOfBase64 } from './base64.ts'
import { numberParameter, objectAt, procedureKey, procedureOf, recordNeed, termsFor } from './common.ts'
import type { Inputs, Need, Pin } from './procedure.ts'

/** The key of the calendar of this hash. */
export function calendarKey(hash: string): RecordKey {
  const hex = hexOfBase64(hash)
  if (hex === null) throw new TypeError(`not a hash: ${hash}`)
  return objectKey('calendar', hex.toUpperCase())
}

/** The hash of the calendar by which these terms count; null where they count no business days. */
export function calendarNamed({ parameters }: Pick<ProcedureTerms, 'parameters'>): string | null {
  const hash = parameters['calendar']
  return typeof hash === 'string' ? hash : null
}

function needsOf(all: readonly ProcedureTerms[]): readonly Need[] {
  const named = new Set(all.flatMap((terms) => calendarNamed(terms) ?? []))
  return [...named].map((hash) => recordNeed(calendarKey(hash)))
}

/** The calendar of the terms that bind the act, once the procedure's record is known: input of {@link deadlineOf}. */
export function calendarNeed(id: string, known: Inputs, pin: Pin = known.pin): readonly Need[] {
  if (!known.has(recordNeed(procedureKey(id)))) return []
  const terms = procedureOf(known, id, pin)
  return terms === null ? [] : needsOf([terms])
}

/** Calendars of all terms there ever were: inputs of {@link longestDays}. */
export function calendarNeeds(id: string, known: Inputs): readonly Need[] {
  return known.has(recordNeed(procedureKey(id))) ? needsOf(termsFor(known, id, { since: 0 })) : []
}

/** Calendars by which these periods count. */
export function namedCalendars(periods: readonly BusinessDays[]): readonly Need[] {
  return [...new Set(periods.map(({ calendar }) => calendar))].map((hash) => recordNeed(calendarKey(hash)))
}

function calendarAt(hash: string, inputs: Inputs): Calendar {
  const record = objectAt('calendar', calendarKey(hash), inputs)
  if (record === null) throw new Error('terms that name an unknown calendar are not adopted')
  return record.calendar
}

/** So many business days by these terms. */
export function daysBy(terms: ProcedureTerms, name: string): BusinessDays {
  const calendar = calendarNamed(terms)
  if (calendar === null) throw new TypeError('no parameter calendar')
  return { days: numberParameter(terms, name), calendar }
}

/** A protective period by all terms since this was recorded; of one calendar the longest is enough. */
export function longestDays(
  inputs: Inputs,
  id: string,
  recorded: Pick<Registration, 'since'>,
  name: string,
): readonly BusinessDays[] {
  const most = new Map<string, number>()
  for (const terms of termsFor(inputs, id, recorded)) {
    const { days, calendar } = daysBy(terms, name)
    most.set(calendar, Math.max(days, most.get(calendar) ?? 0))
  }
  return [...most].map(([calendar, days]) => ({ days, calendar }))
}

/** How long a window lasts that somebody is protected by: until the last of its periods ends. */
export type Window = { readonly windowSeconds: number; readonly windowDays: readonly BusinessDays[] }

/** Whether there is anything to wait for. */
export function isWindow({ windowSeconds, windowDays }: Window): boolean {
  return windowSeconds > 0 || windowDays.length > 0
}

/** The end of such a window that begins now. */
export function windowEndOf({ windowSeconds, windowDays }: Window, inputs: Inputs, at: Instant): Instant {
  const ends = windowDays.map(({ days, calendar }) =>
    addBusinessDays(calendarAt(calendar, inputs), at, days, 'longest'),
  )
  return [addSeconds(at, windowSeconds), ...ends].sort().at(-1) ?? at
}

/** By when, so many business days from now, somebody must act, or a delay ends. */
export function deadlineOf(terms: ProcedureTerms, name: string, inputs: Inputs, at: Instant): Instant {
  const { days, calendar } = daysBy(terms, name)
  return addBusinessDays(calendarAt(calendar, inputs), at, days, 'weekdays')
}
