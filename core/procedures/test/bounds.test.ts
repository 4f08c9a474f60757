// The bounded exceptions to I1 hold at run time whatever procedures and parameters say; I6: a pause writes nothing else.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSeconds, type JsonObject, type RecordKey } from '@cadastre/records'
import { beyondBounds } from '../src/bounds.ts'
import { calendarKey, procedureKey, put, REGISTRY_KEY, WEEKDAYS, WEEKDAYS_HASH } from '../src/index.ts'
import { DAY, instant } from './world.ts'

const HOUR = 3600
/** A Monday. */
const AT = instant('2030-06-03T00:00:00Z')
const from = (seconds: number): string => addSeconds(AT, seconds)
const NOTES = 'obj/notes/R-1' as RecordKey
const BLOCKS = 'obj/notes/H-1' as RecordKey

function fault(
  key: RecordKey,
  before: JsonObject | null,
  next: JsonObject | null,
  more: readonly RecordKey[] = [],
): string | null {
  const effects = [put(key, next), ...more.map((other) => put(other, {}))]
  return beyondBounds(effects, (asked) => (asked === key ? before : (TERMS[asked] ?? null)), AT)
}
/** Both procedures that delay, by the calendar in which only Saturday and Sunday are closed. */
const byWeekdays = { text: '', parameters: { calendar: WEEKDAYS_HASH }, revisions: [], since: 0 }
const TERMS: { readonly [key: string]: object } = {
  [procedureKey('annotate-dispute/1')]: byWeekdays,
  [procedureKey('apply-sanctions-act/1')]: byWeekdays,
  [calendarKey(WEEKDAYS_HASH)]: { v: 1, calendar: WEEKDAYS, since: 0 },
}
const registry = (paused: JsonObject | null, pauses: readonly JsonObject[] = []): JsonObject => ({
  v: 1,
  paused,
  pauses,
})
const pause = (start: number, seconds: number): JsonObject => ({
  since: from(start),
  until: from(start + seconds),
})

test('I6: an act that pauses or resumes writes the registry’s record and no other', () => {
  const paused = registry(pause(0, HOUR))
  assert.equal(fault(REGISTRY_KEY, registry(null), paused), null)
  assert.match(fault(REGISTRY_KEY, registry(null), paused, [NOTES]) ?? '', /other records/)
  assert.match(fault(REGISTRY_KEY, paused, registry(null), [BLOCKS]) ?? '', /other records/)
  // An act that leaves the pause as it is may write what it likes.
  assert.equal(fault(REGISTRY_KEY, registry(null), registry(null), [NOTES]), null)
  assert.equal(fault(REGISTRY_KEY, null, registry(null), [NOTES]), null)
})

test('I6: a pause that only moves its beginning or its end is another pause', () => {
  const paused = registry(pause(0, HOUR))
  for (const changed of [pause(1, HOUR - 1), pause(0, HOUR + 1)])
    assert.match(fault(REGISTRY_KEY, paused, registry(changed), [NOTES]) ?? '', /other records/)
  assert.match(fault(REGISTRY_KEY, null, paused, [NOTES]) ?? '', /other records/)
  assert.equal(fault(REGISTRY_KEY, paused, null), null)
})

test('no pause of more than 72 hours, none beyond 144 hours in 90 days', () => {
  assert.equal(fault(REGISTRY_KEY, registry(null), registry(pause(0, 72 * HOUR))), null)
  assert.match(fault(REGISTRY_KEY, registry(null), registry(pause(0, 72 * HOUR + 1))) ?? '', /72 hours/)
  const earlier = pause(-80 * DAY, 72 * HOUR)
  assert.equal(fault(REGISTRY_KEY, registry(null), registry(pause(0, 72 * HOUR), [earlier])), null)
  const another = pause(-40 * DAY, 1)
  assert.match(
    fault(REGISTRY_KEY, registry(null), registry(pause(0, 72 * HOUR), [earlier, another])) ?? '',
    /144 hours/,
  )
  const old = pause(-95 * DAY, 72 * HOUR)
  assert.equal(fault(REGISTRY_KEY, registry(null), registry(pause(0, 72 * HOUR), [old, another])), null)
})

test('one delay of transfers, of at most 14 days; it is never forgotten', () => {
  const notes = (delayedUntil: string | null): JsonObject => ({ v: 1, registration: 'R-1', delayedUntil })
  assert.equal(fault(NOTES, null, notes(from(14 * DAY))), null)
  assert.equal(fault(NOTES, notes(null), notes(from(14 * DAY))), null)
  assert.match(fault(NOTES, notes(null), notes(from(14 * DAY + 1))) ?? '', /10 business days/)
  assert.match(fault(NOTES, notes(from(-DAY)), notes(from(DAY))) ?? '', /second delay/)
  assert.match(fault(NOTES, notes(from(-DAY)), notes(null)) ?? '', /second delay/)
  assert.match(fault(NOTES, notes(from(-DAY)), null) ?? '', /second delay/)
  assert.equal(fault(NOTES, notes(from(-DAY)), notes(from(-DAY))), null)
  assert.equal(fault(NOTES, notes(null), null), null)
})

test('only allocations and transfers can be blocked; a name alone delays once a year, for at most 14 days', () => {
  const notes = (blocked: readonly JsonObject[], delayed: string | null): JsonObject => ({
    v: 1,
    holder: 'H-1',
    blocked,
    delayed,
  })
  const exact = { act: 'a', kinds: ['allocate', 'transfer'], match: 'exact', until: null }
  const partial = { act: 'a', kinds: ['transfer'], match: 'partial', until: from(14 * DAY) }
  assert.equal(fault(BLOCKS, null, notes([exact], null)), null)
  for (const kind of ['update-holder', 'declare-service', 'return', 'delegate'])
    assert.match(fault(BLOCKS, null, notes([{ ...exact, kinds: [kind] }], null)) ?? '', /nothing may block/)
  const mixed = { ...exact, kinds: ['transfer', 'return'] }
  assert.match(fault(BLOCKS, null, notes([mixed], null)) ?? '', /nothing may block/)
  assert.equal(fault(BLOCKS, null, notes([partial], from(0))), null)
  assert.match(fault(BLOCKS, null, notes([partial], null)) ?? '', /not remembered/)
  assert.match(fault(BLOCKS, null, notes([{ ...partial, until: null }], from(0))) ?? '', /10 business days/)
  assert.match(
    fault(BLOCKS, null, notes([{ ...partial, until: from(14 * DAY + 1) }], from(0))) ?? '',
    /10 business/,
  )
  const year = from(-365 * DAY)
  assert.equal(fault(BLOCKS, notes([], year), notes([partial], from(0))), null)
  const late = from(1 - 365 * DAY)
  assert.match(fault(BLOCKS, notes([], late), notes([partial], from(0))) ?? '', /second delay/)
  assert.match(fault(BLOCKS, notes([], late), null) ?? '', /second delay/)
  assert.equal(fault(BLOCKS, notes([partial], from(0)), notes([], from(0))), null)
  // What stands may stand, but each delay under another act, to another end, is one of its own.
  assert.equal(fault(BLOCKS, notes([partial], from(-DAY)), notes([partial], from(-DAY))), null)
  for (const other of [{ act: 'b' }, { until: from(DAY) }])
    assert.match(
      fault(BLOCKS, notes([partial], from(-DAY)), notes([partial, { ...partial, ...other }], from(-DAY))) ??
        '',
      /second delay/,
    )
  assert.match(
    fault(BLOCKS, notes([], from(-DAY)), notes([], null)) ?? '',
    /second delay/,
    'that there was one is not forgotten',
  )
  assert.equal(fault(BLOCKS, notes([exact], null), null), null)
  assert.equal(fault(BLOCKS, notes([], year), null), null)
})

test('a holder’s freeze lasts 14 days at most, and there is none within 90; no transfer for 60 days at most', () => {
  const key = 'obj/holder/H-1' as RecordKey
  const frozen = (frozenAt: string | null, frozenUntil: string | null): JsonObject => ({
    v: 1,
    frozenAt,
    frozenUntil,
    transferableFrom: null,
  })
  const none = frozen(null, null)
  assert.equal(fault(key, none, frozen(from(0), from(14 * DAY))), null)
  assert.equal(fault(key, null, frozen(from(0), from(14 * DAY))), null)
  assert.equal(fault(key, none, null), null)
  assert.match(fault(key, none, frozen(from(0), from(14 * DAY + 1))) ?? '', /more than 14 days/)
  assert.match(fault(key, none, frozen(null, from(DAY))) ?? '', /second freeze/)
  assert.match(fault(key, none, frozen(from(-1), from(DAY))) ?? '', /second freeze/)
  const now = frozen(from(0), from(DAY))
  assert.equal(fault(key, frozen(from(-90 * DAY), from(-76 * DAY)), now), null)
  assert.match(fault(key, frozen(from(1 - 90 * DAY), from(-76 * DAY)), now) ?? '', /second freeze/)
  // What stands may stand, and may end.
  assert.equal(fault(key, frozen(from(-DAY), from(DAY)), frozen(from(-DAY), from(DAY))), null)
  assert.equal(fault(key, frozen(from(-DAY), from(DAY)), none), null)
  const recovered = (days: number): JsonObject => ({ ...none, transferableFrom: from(days * DAY) })
  assert.equal(fault(key, none, recovered(60)), null)
  assert.equal(fault(key, null, recovered(60)), null)
  assert.match(fault(key, none, recovered(61)) ?? '', /60 days/)
  assert.match(fault(key, recovered(60), recovered(61)) ?? '', /60 days/)
  assert.equal(fault(key, recovered(61), recovered(61)), null)
  assert.equal(fault(key, recovered(61), none), null)
})

test('a window that somebody may veto begins after everybody whom it concerns was notified, and is not shorter', () => {
  const key = 'obj/application/A-1' as RecordKey
  const application = (
    state: string,
    due: string | null,
    attempted: readonly string[] | null,
    windowSeconds = 7 * DAY,
  ): JsonObject => ({
    v: 1,
    state,
    due,
    examination: { windowSeconds, windowDays: [] },
    notice: attempted === null ? null : { to: ['H-1', 'H-2'], attempted, windowSeconds, windowDays: [] },
  })
  const before = application('to-notify', from(DAY), ['H-1'])
  const both = ['H-1', 'H-2']
  assert.equal(fault(key, before, application('noticed', from(7 * DAY), both)), null)
  assert.match(fault(key, before, application('noticed', from(7 * DAY - 1), both)) ?? '', /too short/)
  assert.match(fault(key, before, application('noticed', null, both)) ?? '', /too short/)
  for (const attempted of [[], ['H-1'], ['H-2', 'H-3']])
    assert.match(fault(key, before, application('noticed', from(7 * DAY), attempted)) ?? '', /notified/)
  const examining = application('examining', null, null)
  assert.match(fault(key, examining, application('noticed', from(7 * DAY), both)) ?? '', /notified/)
  assert.match(fault(key, null, application('noticed', from(7 * DAY), both)) ?? '', /notified/)
  assert.match(fault(key, examining, application('noticed', from(7 * DAY), null)) ?? '', /without a notice/)
  // Everybody affected has signed: there is no window.
  assert.equal(fault(key, examining, application('noticed', from(0), null, 0)), null)
  // A window that runs may be lengthened, and end.
  assert.equal(fault(key, application('noticed', from(0), both), application('noticed', from(1), both)), null)
  assert.equal(fault(key, application('noticed', from(0), both), application('vetoed', null, both)), null)
})

test('a window in business days lasts as long as by its calendar, and the last of all its periods counts', () => {
  const key = 'obj/application/A-1' as RecordKey
  const application = (state: string, due: string, windowDays: readonly JsonObject[]): JsonObject => ({
    v: 1,
    state,
    due,
    examination: { windowSeconds: 0, windowDays },
    notice: { to: ['H-1'], attempted: ['H-1'], windowSeconds: DAY, windowDays },
  })
  const begun = (due: string, windowDays: readonly JsonObject[]): string | null =>
    fault(key, application('to-notify', from(DAY), windowDays), application('noticed', due, windowDays))
  const fifteen = { days: 15, calendar: WEEKDAYS_HASH }
  assert.equal(begun(from(21 * DAY), [fifteen]), null)
  assert.match(begun(from(21 * DAY - 1), [fifteen]) ?? '', /too short/)
  assert.match(begun(from(21 * DAY), [{ days: 16, calendar: WEEKDAYS_HASH }, fifteen]) ?? '', /too short/)
  assert.match(begun(from(21 * DAY), [fifteen, { days: 16, calendar: WEEKDAYS_HASH }]) ?? '', /too short/)
  const unknown = `${'B'.repeat(42)}A=`
  assert.match(begun(from(400 * DAY), [{ days: 1, calendar: unknown }]) ?? '', /too short/)
})

test('the limit of a delay is that of the longest calendar of its procedure; without terms there is no delay', () => {
  const later = `${'B'.repeat(42)}A=`
  const holidays = { ...WEEKDAYS, seat: 'CH', holidays: ['2030-06-04', '2030-06-05'] }
  const revision = { text: '', parameters: { calendar: WEEKDAYS_HASH }, from: AT, adoption: 'A-1', since: 1 }
  const notes = (until: string): JsonObject => ({ v: 1, registration: 'R-1', delayedUntil: until })
  const limit = (terms: object | null, until: string): string | null => {
    const known: { readonly [key: string]: object | null } = {
      ...TERMS,
      [procedureKey('annotate-dispute/1')]: terms,
      [calendarKey(later)]: { v: 1, calendar: holidays, since: 0 },
    }
    return beyondBounds([put(NOTES, notes(until))], (asked) => known[asked] ?? null, AT)
  }
  const both = { text: '', parameters: { calendar: later }, revisions: [revision], since: 0 }
  assert.equal(limit(both, from(16 * DAY)), null)
  assert.match(limit(both, from(16 * DAY + 1)) ?? '', /10 business days/)
  assert.match(limit(null, from(1)) ?? '', /10 business days/)
  // Of several new delays on a name each is looked at.
  const delay = (act: string, until: string): JsonObject => ({
    act,
    kinds: ['transfer'],
    match: 'partial',
    until,
  })
  const blocked = (ends: readonly string[]): JsonObject => ({
    v: 1,
    holder: 'H-1',
    blocked: ends.map((end, index) => delay(`act ${index}`, end)),
    delayed: from(0),
  })
  for (const ends of [
    [from(DAY), from(15 * DAY)],
    [from(15 * DAY), from(DAY)],
  ])
    assert.match(fault(BLOCKS, null, blocked(ends)) ?? '', /10 business days/)
})
