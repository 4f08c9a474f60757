import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Holder, type JsonObject, objectKey, type RecordKey, type Roster } from '@cadastre/records'
import { procedureKey } from '../src/common.ts'
import { dissolve } from '../src/dissolve.ts'
import { ROSTER_KEY } from '../src/examination.ts'
import { rosterOfStaff } from '../src/staff-members.ts'
import { addClerks, calledFor, examinationOf, examine, HASH, queueOf } from './attestors.ts'
import { hash } from './staff-fixture.ts'
import { assertStamped, DAY, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const HEIR = 'key-of-an-heir'
const PARAMETERS = { windowDays: 5, notices: 16, noticesOfKey: 4, periodSeconds: 7 * DAY }

function world(): World {
  const here = new World({ 'dissolve/1': PARAMETERS })
  for (const handle of ['H-1', 'H-2']) here.holder(handle)
  here.register('R-1', '203.0.113.0/24')
  addClerks(here)
  return here
}
const KEY = Buffer.from(HEIR).toString('base64')

function notice(here: World, more: JsonObject = {}, by: readonly string[] = [KEY]): string | null {
  const body = { step: 'notice', holder: 'H-1', notice: HASH, key: KEY, attestor: 'CL-1', ...more }
  return here.ask(dissolve, { body, by })
}
const lift = (here: World, signer: string, holder = 'H-1'): string | null =>
  here.ask(dissolve, { body: { step: 'lift', holder }, by: [signer] })
const veto = (here: World, by: string, signer: string, application = 'A-100'): string | null =>
  here.ask(dissolve, { body: { step: 'veto', application, by }, by: [signer] })
const due = (here: World): string | null => here.due(dissolve, 'obj/application/A-100')
const holder = (here: World): Holder => here.state.get(objectKey('holder', 'H-1')) as never
const state = (here: World): unknown => here.object('application', 'A-100')?.['state']

function dissolved(): World {
  const here = world()
  assert.equal(notice(here), null)
  examine(here, 'A-100')
  here.later(7 * DAY)
  assert.equal(due(here), null)
  return here
}

test('an examined notice marks the record, and holdings, services and keys stay as they are', () => {
  const here = world()
  const [before, cell] = [holder(here), here.cell(CELL)]
  assert.equal(notice(here), null)
  assert.deepEqual(examinationOf(here, 'A-100')['questions'], [
    'instrument-authentic',
    'names-holder',
    'says-ended',
  ])
  examine(here, 'A-100')
  assert.equal(holder(here).dissolved, null)
  here.later(7 * DAY - 1)
  assert.equal(due(here), 'not-due')
  here.later(1)
  assert.equal(due(here), null)
  assert.deepEqual(holder(here), { ...before, dissolved: { notice: HASH, at: here.at } })
  assert.deepEqual(here.cell(CELL), cell)
  assert.equal(due(here), 'not-due')
})

test('any one key of the holder takes it back at any time; nobody else (consent-missing), and only once (nothing-changed)', () => {
  for (const role of ['full', 'routing', 'technical']) {
    const here = dissolved()
    here.later(1000 * DAY)
    assert.equal(lift(here, 'H-2/full'), 'consent-missing')
    assert.equal(lift(here, 'H-1/full', 'H-9'), 'holder-unknown')
    assert.equal(lift(here, `H-1/${role}`), null)
    assert.equal(holder(here).dissolved, null)
    assert.equal(holder(here).active, here.at)
    assert.equal(lift(here, `H-1/${role}`), 'nothing-changed')
  }
})

test('any one key vetoes while it is examined and in the window: application-unknown, not-party, application-closed', () => {
  for (const examined of [false, true]) {
    const here = world()
    assert.equal(notice(here), null)
    if (examined) examine(here, 'A-100')
    assert.equal(veto(here, 'H-1', 'H-1/full', 'A-1'), 'application-unknown')
    assert.equal(veto(here, 'H-2', 'H-2/full'), 'not-party')
    assert.equal(veto(here, 'H-1', 'H-2/full'), 'consent-missing')
    assert.equal(veto(here, 'H-1', 'H-1/technical'), null)
    assert.equal(state(here), 'vetoed')
    assert.equal(veto(here, 'H-1', 'H-1/technical'), 'application-closed')
    here.later(10 * DAY)
    assert.equal(due(here), 'not-due')
    assert.equal(holder(here).dissolved, null)
  }
})

test('nobody withdraws what nobody signed as a holder', () => {
  const here = world()
  assert.equal(notice(here), null)
  const body = { step: 'withdraw', application: 'A-100', by: 'H-1' }
  assert.equal(here.ask(dissolve, { body, by: ['H-1/full'] }), 'not-party')
})

test('holder-unknown, nothing-changed, claimant-signature-missing, attestor-not-outside, attestors-unavailable', () => {
  const here = world()
  assert.equal(notice(here, { holder: 'H-9' }), 'holder-unknown')
  assert.equal(notice(here, {}, []), 'claimant-signature-missing')
  assert.equal(notice(here, {}, ['H-2/full']), 'claimant-signature-missing')
  assert.equal(notice(here, { attestor: 'CL-2' }), 'attestor-not-outside')
  addClerks(here, 1)
  assert.equal(notice(here), 'attestors-unavailable')
  assert.equal(notice(dissolved()), 'nothing-changed')
})

test('of two notices the second changes nothing and says so; a negative examination changes nothing', () => {
  const here = world()
  assert.equal(notice(here), null)
  examine(here, 'A-100')
  here.later(7 * DAY)
  const key = objectKey('holder', 'H-1')
  here.put(key, { ...holder(here), dissolved: { notice: 'another', at: here.at } })
  assert.equal(due(here), null)
  assert.equal(here.object('application', 'A-100')?.['reason'], 'nothing-changed')
  const no = world()
  assert.equal(notice(no), null)
  examine(no, 'A-100', Object.fromEntries(calledFor(no, 'A-100').map((staff) => [staff, ['says-ended']])))
  assert.equal(no.object('application', 'A-100')?.['reason'], 'examination-negative')
})

const NO = ['says-ended']
function refused(here: World, application: string): void {
  const no = Object.fromEntries(calledFor(here, application).map((staff) => [staff, NO]))
  examine(here, application, no)
  assert.equal(here.object('application', application)?.['reason'], 'examination-negative')
}
/** The handle that the last accepted act gave. */
const last = (here: World): string => `A-${here.index - 1}`
const hashOf = (n: number): string => hash(`notice ${n}`)
const keyOf = (n: number): string => Buffer.from(`key number ${n}`.padEnd(32)).toString('base64')
/** A notice about another holder, by another key. */
function another(here: World, n: number, key = keyOf(n)): string | null {
  here.holder(`H-${10 + n}`)
  return notice(here, { holder: `H-${10 + n}`, notice: hashOf(n), key }, [key])
}

test('notice-pending: there is one notice about a holder at a time, whoever files it, until it has ended', () => {
  const here = world()
  assert.equal(notice(here), null)
  const again = (n: number): string | null => notice(here, { notice: hashOf(n), key: keyOf(n) }, [keyOf(n)])
  const queues = [queueOf(here, 'CL-1'), queueOf(here, 'CL-2')]
  for (let n = 0; n < 20; n++) assert.equal(again(n), 'notice-pending')
  assert.deepEqual([queueOf(here, 'CL-1'), queueOf(here, 'CL-2')], queues)
  assert.equal(another(here, 1), null)
  examine(here, 'A-100')
  here.later(30)
  assert.equal(again(1), 'notice-pending')
  assert.equal(veto(here, 'H-1', 'H-1/technical'), null)
  assert.equal(again(1), null)
  assertStamped(here)
})

test('notice-repeated: what attestors answered with no, or a key of the holder vetoed, does not come again for this holder', () => {
  const here = world()
  assert.equal(notice(here), null)
  refused(here, 'A-100')
  assert.equal(notice(here), 'notice-repeated')
  assert.equal(notice(here, { key: keyOf(1) }, [keyOf(1)]), 'notice-repeated')
  assert.equal(notice(here, { notice: hashOf(1) }), null)
  assert.equal(veto(here, 'H-1', 'H-1/technical', last(here)), null)
  assert.equal(notice(here, { notice: hashOf(1) }), 'notice-repeated')
  assert.equal(notice(here), 'notice-repeated')
  assert.equal(notice(here, { holder: 'H-2' }), null)
})

test('of refused notices about a holder the last 8 are remembered', () => {
  const here = world()
  for (let n = 0; n < 10; n++) {
    here.later(7 * DAY)
    assert.equal(notice(here, { notice: hashOf(n) }), null)
    assert.equal(veto(here, 'H-1', 'H-1/technical', last(here)), null)
  }
  here.later(7 * DAY)
  for (let n = 2; n < 10; n++) assert.equal(notice(here, { notice: hashOf(n) }), 'notice-repeated')
  assert.equal(notice(here, { notice: hashOf(0) }), null)
})

test('a notice that failed for want of attestors may come again', () => {
  const here = world()
  assert.equal(notice(here), null)
  const key = objectKey('application', 'A-100')
  here.put(key, {
    ...here.object('application', 'A-100'),
    state: 'failed',
    reason: 'attestors-unavailable',
    due: null,
  })
  assert.equal(notice(here), null)
})

test('quota-reached: of one key four notices are taken within seven days, ended ones too', () => {
  const here = world()
  for (let n = 0; n < 4; n++) {
    assert.equal(another(here, n, KEY), null)
    assert.equal(veto(here, `H-${10 + n}`, `H-${10 + n}/full`, last(here)), null)
  }
  assert.equal(another(here, 4, KEY), 'quota-reached')
  assert.equal(another(here, 5), null)
  here.later(7 * DAY - 1)
  assert.equal(another(here, 4, KEY), 'quota-reached')
  here.later(1)
  assert.equal(another(here, 4, KEY), null)
})

test('notices-full: all strangers together take 32 places in the attestors’ queues within seven days, no more', () => {
  const here = world()
  for (let n = 0; n < 16; n++) assert.equal(another(here, n), null)
  assert.equal(another(here, 16), 'notices-full')
  const places = ['CL-1', 'CL-2', 'CL-3', 'CL-4'].flatMap((staff) => queueOf(here, staff))
  assert.equal(places.length, 32)
  here.later(7 * DAY)
  assert.equal(another(here, 16), null)
  here.assertFits()
})

test('who is on the roster changes, and what was filed is not forgotten', () => {
  const here = world()
  assert.equal(notice(here), null)
  const before = here.state.get(ROSTER_KEY) as Roster
  assert.equal(before.notices?.length, 1)
  assert.deepEqual(rosterOfStaff([], before).notices, before.notices)
  assert.equal(rosterOfStaff([], null).notices, undefined)
})

test('body-malformed, not-due, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const here = world()
  assert.equal(here.ask(dissolve, { body: { step: 'reclaim', holder: 'H-1' } }), 'body-malformed')
  assert.equal(here.due(dissolve, 'obj/application/A-1'), 'not-due')
  const body = { step: 'lift', holder: 'H-1' }
  assert.equal(new World().ask(dissolve, { body }), 'procedure-unknown')
  assert.equal(here.ask(dissolve, { body, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(dissolve, { body, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  const key = 'obj/registry/REGISTRY' as RecordKey
  const registry = here.state.get(key) as object
  const paused = { since: here.at, until: '2030-01-02T00:00:00Z', trigger: 'corruption', report: HASH }
  here.put(key, { ...registry, paused })
  assert.equal(notice(here), 'paused')
  here.put(key, { ...registry, state: 'founding' })
  assert.equal(notice(here), 'still-founding')
})

test('a first notice: nobody has consented to it, none was refused before, and what else is noted about the holder stays', () => {
  const here = world()
  const key = objectKey('notes', 'H-1')
  const noted = { v: 1, holder: 'H-1', blocked: [], delayed: here.at, representative: null, since: 1 }
  here.put(key, noted)
  assert.equal(notice(here), null)
  assert.deepEqual(here.object('application', 'A-100')?.['consents'], [])
  assert.deepEqual(here.state.get(key), { ...noted, dissolution: { application: 'A-100', refused: [] } })
})

test('who filed a notice is known by the digest of its key alone, in upper case as handles are', () => {
  const here = world()
  assert.equal(notice(here), null)
  const roster = here.state.get(ROSTER_KEY) as Roster
  assert.deepEqual(roster.notices, [{ by: here.state.digest(KEY).toUpperCase(), at: here.at }])
})

test('who takes a notice back states the holder and nothing of attestors', () => {
  const here = dissolved()
  assert.equal(lift(here, 'H-1/full'), null)
  assert.deepEqual(here.idle, [])
})

test('application-unknown: what is of another procedure is vetoed there', () => {
  const here = world()
  assert.equal(notice(here), null)
  const key = objectKey('application', 'A-100')
  here.put(key, { ...here.object('application', 'A-100'), procedure: 'succeed/1' })
  assert.equal(veto(here, 'H-1', 'H-1/full'), 'application-unknown')
  assert.equal(state(here), 'examining')
})

test('attestors-unavailable: a registry that adopted no terms of attest has none', () => {
  const here = world()
  here.put(procedureKey('attest/1'), null)
  assert.equal(notice(here), 'attestors-unavailable')
})
