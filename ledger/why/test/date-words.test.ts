// Guard "Time": an explanation says how a date came about, by the calendar that the decision looked at.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calendarKey, WEEKDAYS, WEEKDAYS_HASH } from '@cadastre/procedures'
import type { Json } from '@cadastre/records'
import { calendarWords, dateWords } from '../src/date-words.ts'

const HASH = `${'B'.repeat(42)}A=`
const HOLIDAYS = { ...WEEKDAYS, seat: 'CH', first: 2030, last: 2031, holidays: ['2030-04-19', '2030-04-22'] }

function why(at: string, effects: readonly Json[], inputs: readonly (readonly [string, unknown])[]) {
  const outcome = { accepted: true, effects: effects.map((next) => ({ key: '', prev: null, next })) }
  return {
    entry: { at, outcome } as never,
    inputs: inputs.map(([key, value]) => ({ key, q: 'record', value })) as never,
  }
}
const terms = { parameters: { clerkDays: 5, calendar: WEEKDAYS_HASH }, revisions: [] }
const INPUTS = [
  ['obj/procedure/ATTEST-1', terms],
  [calendarKey(WEEKDAYS_HASH), { v: 1, calendar: WEEKDAYS, since: 0 }],
  [calendarKey(HASH), { v: 1, calendar: HOLIDAYS, since: 0 }],
] as const

test('a deadline and a window: days, calendar, and the holidays that lie in between', () => {
  const examined = {
    state: 'examining',
    due: '2030-06-10T00:00:00Z',
    body: { expires: '2030-06-11T00:00:00Z' },
  }
  const opened = why('2030-06-03T00:00:00Z', [examined], INPUTS)
  assert.deepEqual(dateWords({ next: examined }, opened), [
    '2030-06-10T00:00:00Z is 5 business days from 2030-06-03T00:00:00Z by the calendar of XX',
  ])
  const noticed = { due: '2030-04-24T08:00:00Z', notice: { windowDays: [{ days: 3, calendar: HASH }] } }
  const begun = why('2030-04-17T08:00:00Z', [noticed], INPUTS)
  assert.deepEqual(dateWords({ next: noticed }, begun), [
    '2030-04-24T08:00:00Z is 3 business days from 2030-04-17T08:00:00Z by the calendar of CH, closed on 2030-04-19, 2030-04-22',
  ])
})

test('nothing is said of a date that no proved calendar gives, of one in the past, or of a record that is gone', () => {
  const other = { due: '2030-06-10T00:00:01Z', list: ['2030-06-01T00:00:00Z', 'text', 7, null] }
  assert.deepEqual(dateWords({ next: other }, why('2030-06-03T00:00:00Z', [other], INPUTS)), [])
  const due = { due: '2030-06-10T00:00:00Z' }
  const unproved = why('2030-06-03T00:00:00Z', [due], INPUTS.slice(0, 1))
  assert.deepEqual(dateWords({ next: due }, unproved), [])
  assert.deepEqual(dateWords({ next: null }, why('2030-06-03T00:00:00Z', [null], INPUTS)), [])
})

test('past its years the explanation says so', () => {
  const noticed = { due: '2040-06-09T00:00:00Z', notice: { windowDays: [{ days: 1, calendar: HASH }] } }
  const words = dateWords({ next: noticed }, why('2040-06-04T00:00:00Z', [noticed], INPUTS))
  assert.deepEqual(words, [
    '2040-06-09T00:00:00Z is 1 business day from 2040-06-04T00:00:00Z by the calendar of CH, beyond the years for which it knows holidays',
  ])
})

test('a calendar in words', () => {
  const words = (more: object): string => calendarWords({ ...HOLIDAYS, ...more } as never)
  assert.equal(
    words({}),
    'of CH for 2030 to 2031: closed on Saturday and Sunday and on 2 holidays, dates in UTC',
  )
  assert.match(words({ weekend: [], holidays: ['2030-01-01'] }), /closed on no weekday and on 1 holiday,/)
})
