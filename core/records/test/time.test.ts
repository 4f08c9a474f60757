import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addSeconds, dateOf, instantFromSeconds, parseDate, parseInstant, secondsOf } from '../src/index.ts'

const LAST = 253402300799
const seconds = fc.integer({ min: 0, max: LAST })

test('RFC 3339 section 5.6: instants in UTC with whole seconds, and nothing else', () => {
  for (const text of ['1970-01-01T00:00:00Z', '2024-02-29T23:59:59Z', '9999-12-31T23:59:59Z'])
    assert.equal(parseInstant(text), text)
  for (const text of [
    '2026-11-24T06:13:43z',
    '2026-11-24t06:13:43Z',
    '2026-11-24 06:13:43Z',
    '2026-11-24T06:13:43',
    '2026-11-24T06:13:43+00:00',
    '2026-11-24T06:13:43.0Z',
    '2026-11-24T24:00:00Z',
    '2026-11-24T06:60:00Z',
    '2026-12-31T23:59:60Z',
    '2023-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    '2026-11-24T06:13:43Z\n',
    '２026-11-24T06:13:43Z',
    '',
  ])
    assert.equal(parseInstant(text), null, text)
})

test('instants and seconds say the same, and compare as text', () => {
  fc.assert(
    fc.property(seconds, seconds, (a, b) => {
      const [first, second] = [instantFromSeconds(a), instantFromSeconds(b)]
      assert.equal(parseInstant(first), first)
      assert.equal(secondsOf(first), a)
      assert.equal(first < second, a < b)
      assert.equal(addSeconds(first, b - a), second)
      assert.equal(first, `${new Date(a * 1000).toISOString().slice(0, 19)}Z`)
      assert.equal(dateOf(first), first.slice(0, 10))
    }),
  )
})

test('RFC 3339 section 5.7: every day from 1970 to 2405, and the last ones, as the calendar of JavaScript has them', () => {
  const days = [
    ...Array(159_000).keys(),
    ...Array.from({ length: 800 }, (_, ago) => (LAST + 1) / 86400 - 1 - ago),
  ]
  for (const day of days) {
    const at = day * 86400 + (day % 86400)
    const instant = instantFromSeconds(at)
    assert.equal(instant, `${new Date(at * 1000).toISOString().slice(0, 19)}Z`)
    assert.equal(secondsOf(instant), at)
  }
})

test('seconds outside the range of instants are a bug and throw', () => {
  for (const bad of [-1, 0.5, LAST + 1, Number.NaN]) assert.throws(() => instantFromSeconds(bad), RangeError)
})

test('RFC 3339 section 5.7: a full-date is a day that exists, leap years included', () => {
  for (const text of ['2000-02-29', '2024-02-29', '1983-01-01', '1999-12-31', '0001-01-01'])
    assert.equal(parseDate(text), text)
  for (const text of [
    '1900-02-29',
    '2023-02-29',
    '2023-04-31',
    '2023-00-10',
    '2023-13-01',
    '2023-01-00',
    '20230101',
    '2023-1-1',
    '2023-01-01\n',
    '',
  ])
    assert.equal(parseDate(text), null, text)
  const digits = (length: number): fc.Arbitrary<string> =>
    fc.integer({ min: 0, max: 10 ** length - 1 }).map((number) => String(number).padStart(length, '0'))
  const month = fc.integer({ min: 0, max: 14 }).map((number) => String(number).padStart(2, '0'))
  const day = fc.integer({ min: 0, max: 33 }).map((number) => String(number).padStart(2, '0'))
  fc.assert(
    fc.property(digits(4), month, day, (y, m, d) => {
      const text = `${y}-${m}-${d}`
      const milliseconds = Date.parse(`${text}T00:00:00Z`)
      const exists = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text)
      assert.equal(parseDate(text) !== null, exists, text)
    }),
    { numRuns: 2000 },
  )
})
