// Guard "Time": business days by a calendar, against a model that walks through dates one by one.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addBusinessDays,
  type Beyond,
  type Calendar,
  type CalendarDate,
  calendar as calendarSchema,
  type Instant,
  instantFromSeconds,
  isCalendar,
  secondsOf,
} from '../src/index.ts'

const DAY = 86400
const dates = (...list: readonly string[]): readonly CalendarDate[] => list as readonly CalendarDate[]
const at = (text: string): Instant => text as Instant
const EASTER: Calendar = {
  seat: 'XX',
  first: 2029,
  last: 2031,
  weekend: [6, 7],
  // Good Friday and Easter Monday, two at the turn of each year.
  holidays: dates('2029-12-25', '2029-12-26', '2030-01-01', '2030-04-19', '2030-04-22', '2030-12-25'),
}
const end = (from: string, days: number, beyond: Beyond = 'longest', of: Calendar = EASTER): string =>
  addBusinessDays(of, at(from), days, beyond)

test('five business days are seven days, ten are fourteen, fifteen are 21, thirty 42, to the same time of day', () => {
  // 2030-06-03 was a Monday.
  for (const day of ['03', '04', '05', '06', '07'])
    for (const [days, all] of [
      [5, 7],
      [10, 14],
      [15, 21],
      [30, 42],
    ] as const) {
      const from = `2030-06-${day}T13:14:15Z`
      assert.equal(secondsOf(at(end(from, days))) - secondsOf(at(from)), all * DAY)
    }
  assert.equal(end('2030-06-03T00:00:00Z', 1), '2030-06-04T00:00:00Z')
  assert.equal(end('2030-06-07T23:59:59Z', 1), '2030-06-10T23:59:59Z')
})

test('holidays and the weekend are passed over, whole dates in UTC', () => {
  assert.equal(end('2030-04-18T12:00:00Z', 1), '2030-04-23T12:00:00Z')
  assert.equal(end('2030-04-17T12:00:00Z', 5), '2030-04-26T12:00:00Z')
  assert.equal(end('2029-12-24T08:00:00Z', 5), '2030-01-03T08:00:00Z')
})

test('from a closed date it begins at midnight of the next open one, whatever the time', () => {
  for (const from of ['2030-06-08T00:00:00Z', '2030-06-08T13:00:00Z', '2030-06-09T23:59:59Z'])
    assert.equal(end(from, 5), '2030-06-17T00:00:00Z')
  assert.equal(end('2030-04-19T10:00:00Z', 1), '2030-04-24T00:00:00Z')
})

test('past its years a window lasts as long as the longest, a deadline counts the weekend alone', () => {
  // Ten business days from 2029-12-22, a Saturday: 25 and 26 December and 1 January are closed.
  const longest = secondsOf(at('2030-01-10T00:00:00Z')) - secondsOf(at('2029-12-22T00:00:00Z'))
  for (const from of ['2031-12-20T09:00:00Z', '2040-06-04T09:00:00Z', '2028-12-31T09:00:00Z'])
    assert.equal(secondsOf(at(end(from, 10))) - secondsOf(at(from)), longest, from)
  assert.equal(end('2040-06-04T09:00:00Z', 10, 'weekdays'), '2040-06-18T09:00:00Z')
  assert.equal(end('2031-12-24T09:00:00Z', 2, 'weekdays'), '2031-12-26T09:00:00Z')
  // The last period that fits, and the first that does not.
  assert.equal(end('2031-12-24T09:00:00Z', 5), '2031-12-31T09:00:00Z')
  assert.ok(end('2031-12-25T09:00:00Z', 5) > '2032-01-01T09:00:00Z')
})

test('a period longer than the calendar itself is longer than any calendar can make it', () => {
  const short = { ...EASTER, first: 2030, last: 2030, holidays: [] }
  assert.ok(isCalendar(short))
  const days = (secondsOf(at(end('2030-01-01T00:00:00Z', 300, 'longest', short))) - 1893456000) / DAY
  assert.equal(days, 31 * 28)
})

test('a calendar is one whose lists ascend, whose holidays lie in its years, and that is never closed for long', () => {
  const can = (more: Partial<Calendar>): boolean => isCalendar({ ...EASTER, ...more })
  assert.ok(can({}))
  assert.ok(can({ weekend: [] }) && can({ weekend: [5, 6] }) && can({ holidays: [] }))
  assert.equal(can({ weekend: [7, 6] }), false)
  assert.equal(can({ weekend: [6, 6] }), false)
  assert.equal(can({ weekend: [1, 2, 3, 4] }), false)
  assert.equal(can({ holidays: dates('2030-04-22', '2030-04-19') }), false)
  assert.equal(can({ holidays: dates('2030-04-22', '2030-04-22') }), false)
  assert.equal(can({ holidays: dates('2028-12-31') }), false)
  assert.equal(can({ holidays: dates('2032-01-01') }), false)
  assert.ok(can({ holidays: dates('2029-01-01', '2031-12-31') }))
  assert.equal(can({ first: 2031, last: 2030, holidays: [] }), false)
  assert.ok(can({ first: 2030, last: 2069, holidays: [] }))
  assert.equal(can({ first: 2030, last: 2070, holidays: [] }), false)
  // Twenty weekdays in 28 days; with eleven of them closed nine are left.
  const june = (count: number): readonly CalendarDate[] =>
    dates(
      ...['03', '04', '05', '06', '07', '10', '11', '12', '13', '14', '17']
        .slice(0, count)
        .map((day) => `2030-06-${day}`),
    )
  assert.ok(can({ holidays: june(10) }))
  assert.equal(can({ holidays: june(11) }), false)
})

test('the schema takes five members of their types, and real dates', () => {
  assert.ok(calendarSchema.read({ ...EASTER, holidays: [...EASTER.holidays] }, '').ok)
  for (const wrong of [
    { seat: 'X' },
    { first: 1969 },
    { last: 2401 },
    { weekend: [0] },
    { weekend: [8] },
    { weekend: [1, 2, 3, 4] },
    { holidays: ['2030-02-29'] },
    { name: 'Calendar' },
  ])
    assert.equal(calendarSchema.read({ ...EASTER, ...wrong } as never, '').ok, false, JSON.stringify(wrong))
})

test('no number of business days but a whole one of at least 1', () => {
  for (const days of [0, -1, 1.5, Number.NaN])
    assert.throws(() => addBusinessDays(EASTER, at('2030-06-03T00:00:00Z'), days, 'longest'), RangeError)
})

/** Walks from date to date with the platform's own calendar. */
function walked(of: Calendar, from: Instant, days: number): string {
  const date = new Date(from)
  const closed = (): boolean =>
    of.weekend.includes(((date.getUTCDay() + 6) % 7) + 1) ||
    of.holidays.some((one) => one === date.toISOString().slice(0, 10))
  const next = (): unknown => date.setUTCDate(date.getUTCDate() + 1)
  if (closed()) {
    while (closed()) next()
    date.setUTCHours(0, 0, 0, 0)
  }
  for (let left = days; left > 0; left--) {
    next()
    while (closed()) next()
  }
  return `${date.toISOString().slice(0, 19)}Z`
}

const anyCalendar: fc.Arbitrary<Calendar> = fc
  .record({
    weekend: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 3 }),
    closed: fc.uniqueArray(fc.integer({ min: 0, max: 2 * 365 }), { maxLength: 30 }),
  })
  .map(({ weekend, closed }) => ({
    ...EASTER,
    first: 2030,
    last: 2031,
    weekend: weekend.toSorted((one, other) => one - other),
    holidays: dates(
      ...closed
        .filter((day) => day < 730)
        .map((day) => instantFromSeconds(1893456000 + day * DAY).slice(0, 10))
        .sort(),
    ),
  }))
  .filter(isCalendar)

test('any calendar, any instant: as counted date by date, never shorter past its years than within, never earlier later', () => {
  const seconds = fc.integer({ min: 1893456000 - 400 * DAY, max: 1893456000 + 1200 * DAY })
  fc.assert(
    fc.property(anyCalendar, seconds, fc.integer({ min: 1, max: 30 }), (of, second, days) => {
      const from = instantFromSeconds(second)
      const model = walked(of, from, days)
      assert.equal(addBusinessDays(of, from, days, 'weekdays'), model)
      const long = addBusinessDays(of, from, days, 'longest')
      const within = from >= '2030-01-01T00:00:00Z' && model < '2032-01-01T00:00:00Z'
      if (within) assert.equal(long, model)
      else {
        const lasts = secondsOf(long) - second
        for (let day = 0; day < 730; day += 13) {
          const start = 1893456000 + day * DAY
          const inside = walked(of, instantFromSeconds(start), days)
          if (inside < '2032-01-01T00:00:00Z') assert.ok(secondsOf(at(inside)) - start <= lasts)
        }
      }
      assert.ok(addBusinessDays(of, instantFromSeconds(second + 1), days, 'weekdays') >= model)
      if (days === 10) assert.ok(secondsOf(at(model)) - second <= 31 * DAY)
    }),
    { numRuns: 120 },
  )
})
