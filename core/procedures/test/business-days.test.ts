// Guard "Time": business days come from a calendar whose hash is in the procedure's version. Another calendar is another
// version; it never shortens what was recorded under the one before.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  addBusinessDays,
  type Calendar,
  canonicalJson,
  dateOf,
  type JsonObject,
  objectKey,
  type RecordKey,
} from '@cadastre/records'
import { annotateDispute } from '../src/annotate-dispute.ts'
import { applySanctionsAct } from '../src/apply-sanctions-act.ts'
import { calendarKey } from '../src/business-days.ts'
import { procedureKey } from '../src/common.ts'
import { complain } from '../src/complain.ts'
import { PROFILES, parametersFit, withCalendar } from '../src/profiles.ts'
import { succeed } from '../src/succeed.ts'
import { WEEKDAYS, WEEKDAYS_HASH } from '../src/weekdays.ts'
import { addClerks, examine, HASH } from './attestors.ts'
import { hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { DAY, instant, type World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
/** The first three weeks of the year are closed on two days each, so that all of 28 days still have ten. */
const HOLIDAYS: Calendar = {
  ...WEEKDAYS,
  seat: 'CH',
  first: 2030,
  last: 2031,
  holidays: ['2030-01-07', '2030-01-08', '2030-01-14', '2030-01-15', '2030-01-21', '2030-01-22'].map((date) =>
    dateOf(instant(`${date}T00:00:00Z`)),
  ),
}
const hashOf = (calendar: Calendar): string =>
  createHash('sha256').update('\x07').update(canonicalJson(calendar)).digest('base64')
const HOLIDAYS_HASH = hashOf(HOLIDAYS)
const CLERKS = ['CLERK-1', 'CLERK-2']
const keyOf = (name: string): string => Buffer.from(name.padEnd(32)).toString('base64')

/** H-1 holds R-1, recorded before other terms came into force at entry 50. */
function world(calendar: string = HOLIDAYS_HASH): World {
  const here = staffedWorld({
    'succeed/1': { windowDays: 15, endedWindowDays: 30, calendar },
    'transfer/1': { coolingSeconds: 0, maxCoolingSeconds: 0, floorIp4: 32, floorIp6: 128 },
    'annotate-dispute/1': { lapseSeconds: 1, periodSeconds: 1, noticeSeconds: 1, delayDays: 10, calendar },
    'apply-sanctions-act/1': { delayDays: 10, quietSeconds: 31536000, calendar },
    'complain/1': { answerDays: 5, calendar },
  })
  here.put(calendarKey(HOLIDAYS_HASH), { v: 1, calendar: HOLIDAYS, since: 0 })
  addClerks(here)
  here.terms('attest/1', { places: 8, placesSeconds: 7 * DAY, clerkDays: 5, orderDays: 2, calendar })
  here.register('R-1', '203.0.113.0/24', { since: 49 })
  return here
}

function succession(here: World): JsonObject | null {
  const found = here.innermost(CELL)
  assert.ok(found)
  const body = {
    step: 'apply',
    predecessor: 'H-1',
    successor: 'H-2',
    registrations: [{ key: CELL, id: 'R-1' }],
    ground: 'merger',
    instrument: HASH,
    attestor: 'CL-1',
  }
  const application = `A-${here.index}`
  assert.equal(
    here.ask(succeed, {
      body,
      by: ['H-2/full'],
      replaces: [here.names(found)],
      expires: '2041-01-01T00:00:00Z',
    }),
    null,
  )
  return here.object('application', application)
}

test('the calendar of a registry that was given none: its hash is that of its canonical JSON', () => {
  assert.equal(hashOf(WEEKDAYS), WEEKDAYS_HASH)
  for (const [id, parameters] of Object.entries(PROFILES.national)) {
    const counts = Object.keys(parameters).some((name) => name.endsWith('Days'))
    assert.equal(parameters['calendar'], counts ? WEEKDAYS_HASH : undefined, id)
    assert.ok(parametersFit(id, withCalendar(parameters, HOLIDAYS_HASH)), id)
  }
})

test('attestors have five business days of the calendar, the window fifteen from the logged attempt', () => {
  const here = world()
  const application = succession(here)
  // Tuesday 1 January: 7 and 8 are closed.
  assert.equal(application?.['due'], '2030-01-10T00:00:00Z')
  examine(here, 'A-100')
  const noticed = here.object('application', 'A-100')
  assert.equal(noticed?.['due'], addBusinessDays(HOLIDAYS, here.at, 15, 'longest'))
  assert.equal(noticed?.['due'], '2030-01-30T00:00:00Z')
  here.at = instant('2030-01-29T23:59:59Z')
  assert.equal(here.due(succeed, 'obj/application/A-100'), 'not-due')
  here.at = instant('2030-01-30T00:00:00Z')
  assert.equal(here.due(succeed, 'obj/application/A-100'), null)
  assert.equal(here.innermost(CELL)?.holder, 'H-2')
})

test('a calendar with fewer holidays shortens no window of what was recorded before it, nor one that runs', () => {
  const here = world()
  here.revise('succeed/1', { calendar: WEEKDAYS_HASH })
  const application = succession(here)
  assert.ok(application)
  const { windowDays } = application['examination'] as { readonly windowDays: unknown }
  assert.deepEqual(windowDays, [
    { days: 15, calendar: WEEKDAYS_HASH },
    { days: 15, calendar: HOLIDAYS_HASH },
  ])
  examine(here, 'A-100')
  assert.equal(here.object('application', 'A-100')?.['due'], '2030-01-30T00:00:00Z')
  // Nor does the order of adoption matter: the later end counts.
  const other = world(WEEKDAYS_HASH)
  other.terms('attest/1', { places: 8, placesSeconds: DAY, clerkDays: 5, orderDays: 2 })
  other.revise('succeed/1', { calendar: HOLIDAYS_HASH })
  succession(other)
  examine(other, 'A-100')
  assert.equal(other.object('application', 'A-100')?.['due'], '2030-01-30T00:00:00Z')
  // What is recorded later goes by the new calendar alone.
  const later = world()
  later.revise('succeed/1', { calendar: WEEKDAYS_HASH })
  later.put(CELL as RecordKey, null)
  later.register('R-1', '203.0.113.0/24', { since: 60 })
  succession(later)
  examine(later, 'A-100')
  assert.equal(later.object('application', 'A-100')?.['due'], '2030-01-22T00:00:00Z')
  // One that waits keeps its own days and calendar, whatever is adopted meanwhile.
  const waits = world()
  succession(waits)
  waits.revise('succeed/1', { calendar: WEEKDAYS_HASH, windowDays: 1 })
  examine(waits, 'A-100')
  assert.equal(waits.object('application', 'A-100')?.['due'], '2030-01-30T00:00:00Z')
})

test('past the end of its calendar a window is as long as the longest, a deadline as short as weekdays allow', () => {
  const here = world()
  here.at = instant('2035-01-01T00:00:00Z')
  const application = succession(here)
  // Monday: attestors have five weekdays, until the next Monday.
  assert.equal(application?.['due'], '2035-01-08T00:00:00Z')
  examine(here, 'A-100')
  // The longest period of fifteen: from Saturday, 5 January 2030, two days before the first closed ones.
  const longest = Date.parse(addBusinessDays(HOLIDAYS, instant('2030-01-05T00:00:00Z'), 15, 'longest'))
  const days = (longest - Date.parse('2030-01-05T00:00:00Z')) / 86_400_000
  assert.equal(days, 31)
  assert.equal(here.object('application', 'A-100')?.['due'], '2035-02-01T00:00:00Z')
})

test('delays last ten business days of the calendar, and no more; complaints are answered within five', () => {
  const here = world()
  const keys = CLERKS.map(staffKeyName)
  const court = {
    step: 'court',
    registration: { key: CELL, id: 'R-1' },
    key: keyOf('claimant'),
    facts: hash('facts'),
    evidence: hash('stamped'),
    leave: null,
    staff: CLERKS,
  }
  assert.equal(here.ask(annotateDispute, { body: court, by: [...keys, keyOf('claimant')] }), null)
  assert.equal(here.object('notes', 'R-1')?.['delayedUntil'], '2030-01-23T00:00:00Z')
  const act = { holder: 'H-1', act: '32030R0001', evidence: hash('act') }
  const delay = { step: 'delay', ...act, kinds: ['transfer'], staff: CLERKS }
  assert.equal(here.ask(applySanctionsAct, { body: delay, by: keys }), null)
  const blocked = here.object('notes', 'H-1')?.['blocked'] as readonly JsonObject[]
  assert.equal(blocked[0]?.['until'], '2030-01-23T00:00:00Z')
  const complaint = { step: 'complain', complaint: hash('text'), instrument: hash('forged') }
  const index = here.index
  assert.equal(here.ask(complain, { body: complaint, by: [keys[0] ?? ''] }), null)
  const complained = here.state.get(objectKey('complaint', `C-${index}`)) as JsonObject
  assert.equal(complained['answerBy'], '2030-01-10T00:00:00Z')
  // Eleven, adopted as a parameter, are beyond the bound: the act is a fault, not a delay.
  const eleven = world()
  eleven.revise('annotate-dispute/1', { delayDays: 11 })
  assert.throws(
    () => eleven.ask(annotateDispute, { body: court, by: [...keys, keyOf('claimant')] }),
    /10 business days/,
  )
})

test('terms fit where days are 1 to 250, a calendar is a hash, and a window of a recovery is one', () => {
  const SUCCEED = { windowDays: 15, endedWindowDays: 30, calendar: HOLIDAYS_HASH }
  const fits = (more: JsonObject): boolean => parametersFit('succeed/1', { ...SUCCEED, ...more } as never)
  assert.ok(fits({}) && fits({ windowDays: 1 }) && fits({ windowDays: 250 }))
  for (const wrong of [
    { windowDays: 0 },
    { windowDays: 251 },
    { calendar: '' },
    { calendar: 'AAAA' },
    { calendar: 1 },
  ])
    assert.equal(fits(wrong), false, JSON.stringify(wrong))
  const recover = PROFILES.community['recover-keys/1'] ?? {}
  for (const name of ['guardianSeconds', 'evidenceSeconds'])
    assert.equal(parametersFit('recover-keys/1', { ...recover, [name]: 0 }), false, name)
  assert.ok(parametersFit('recover-keys/1', { ...recover, vetoSeconds: 0 }))
})

test('a calendar that is not in the log is a fault of whoever adopted it, and decides nothing', () => {
  const here = world()
  here.put(calendarKey(HOLIDAYS_HASH), null)
  assert.throws(() => succession(here), /unknown calendar/)
  assert.throws(() => calendarKey('no hash'), /^TypeError: not a hash: no hash$/)
  // Terms that count days and name no calendar do not fit; a record that has them is a bug of its genesis.
  const bare = world()
  bare.put(procedureKey('complain/1'), {
    v: 1,
    id: 'complain/1',
    text: '',
    parameters: { answerDays: 5 },
    revisions: [],
    since: 0,
  })
  const body = { step: 'complain', complaint: hash('text'), instrument: hash('forged') }
  assert.throws(() => bare.ask(complain, { body, by: [keyOf('x')] }), /no parameter calendar/)
  assert.equal(calendarKey(HOLIDAYS_HASH), objectKey('calendar', calendarKey(HOLIDAYS_HASH).slice(13)))
})
