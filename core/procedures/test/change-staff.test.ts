// A change of staff: who begins and who ends, in public for a week, and never so that nobody is left to act.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, RecordKey, Roster, Staff } from '@cadastre/records'
import { attest } from '../src/attest.ts'
import { changeStaff } from '../src/change-staff.ts'
import { callInTurn, ROSTER_KEY } from '../src/examination.ts'
import { pause } from '../src/pause.ts'
import { hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { assertStamped, DAY, type World } from './world.ts'

const PARAMETERS = {
  'change-staff/1': { noticeSeconds: 7 * DAY },
  'attest/1': { places: 8, placesSeconds: 7 * DAY, clerkDays: 5 },
  'pause/1': { maxSeconds: 3 * DAY, maxTotalSeconds: 6 * DAY, periodSeconds: 90 * DAY },
}
const NEW = member('CLERK-9', 'clerk', true)
const CHANGE: JsonObject = { step: 'change', staff: ['OP-1', 'OP-2'], add: [NEW], end: ['CLERK-2'] }

function member(handle: string, role: Staff['role'], outside = false): JsonObject {
  return { handle, role, alg: 'ed25519', key: KEYS(handle), outside }
}
/** A key as bodies state it: base64. */
function KEYS(handle: string): string {
  return hash(staffKeyName(handle))
}

/** Staff and roster in agreement: OP-1, OP-2, CLERK-1 to 3 (2 outside), AUDITOR, ADOPTER; the turn is CLERK-2's. */
function world(parameters: Parameters<typeof staffedWorld>[0] = PARAMETERS): World {
  const here = staffedWorld(parameters)
  here.put('obj/staff/ADOPTER' as RecordKey, { v: 1, ...member('ADOPTER', 'adopter'), until: null, since: 0 })
  const clerks = ['CLERK-1', 'CLERK-2', 'CLERK-3'].map((staff, n) => ({
    staff,
    outside: n === 1,
    first: n,
    next: n + 1,
  }))
  here.put(ROSTER_KEY, { v: 1, clerks, others: ['OP-1', 'OP-2', 'AUDITOR', 'ADOPTER'], turn: 1, since: 0 })
  return here
}
const roster = (here: World): Roster => {
  const found: unknown = here.state.get(ROSTER_KEY)
  return found as Roster
}
const staff = (here: World, handle: string): Staff | null => {
  const found: unknown = here.state.get(`obj/staff/${handle}` as RecordKey)
  return found as Staff | null
}

function ask(here: World, more: JsonObject = {}, by: readonly string[] = ['OP-1', 'OP-2']): string | null {
  const body = { ...CHANGE, ...more }
  const add = (body['add'] ?? []) as readonly JsonObject[]
  return here.ask(changeStaff, {
    body,
    by: [...by.map(staffKeyName), ...add.map(({ key }) => String(key))],
  })
}
function withdraw(here: World, application: string, by: readonly string[] = ['OP-1', 'OP-2']): string | null {
  const body = { step: 'withdraw', staff: ['OP-1', 'OP-2'], application }
  return here.ask(changeStaff, { body, by: by.map(staffKeyName) })
}
function takesEffect(here: World, application: string, seconds = 7 * DAY): void {
  here.later(seconds)
  assert.equal(here.due(changeStaff, `obj/application/${application}`), null)
}
const state = (here: World, application: string): unknown => {
  const record = here.object('application', application)
  return record?.['reason'] ?? record?.['state']
}

test('after a notice in public a clerk is replaced: the new one on the roster, the old record with its end', () => {
  const here = world()
  assert.equal(ask(here), null)
  const application = here.object('application', 'A-100')
  assert.deepEqual([application?.['state'], application?.['due']], ['cooling', '2030-01-08T00:00:00Z'])
  assert.deepEqual([application?.['body'], application?.['consents']], [CHANGE, []])
  assert.equal(staff(here, 'CLERK-9'), null)
  here.later(7 * DAY - 1)
  assert.equal(here.due(changeStaff, 'obj/application/A-100'), 'not-due')
  takesEffect(here, 'A-100', 1)
  assert.equal(state(here, 'A-100'), 'effected')
  assert.deepEqual(staff(here, 'CLERK-9'), { v: 1, ...NEW, until: null, since: 101 })
  const ended = staff(here, 'CLERK-2')
  assert.deepEqual([ended?.until, ended?.since], [here.at, 0])
  assert.deepEqual(roster(here), {
    v: 1,
    clerks: [
      { staff: 'CLERK-1', outside: false, first: 0, next: 1 },
      { staff: 'CLERK-3', outside: false, first: 2, next: 3 },
      { staff: 'CLERK-9', outside: true, first: 0, next: 0 },
    ],
    others: ['OP-1', 'OP-2', 'AUDITOR', 'ADOPTER'],
    turn: 1,
    since: 101,
  })
  assertStamped(here)
})

test('the turn goes to the next attestor that remains, and stays with one that has it', () => {
  for (const [turn, end, next] of [
    [1, 'CLERK-2', 'CLERK-3'],
    [2, 'CLERK-1', 'CLERK-3'],
    [0, 'CLERK-1', 'CLERK-2'],
    [2, 'CLERK-3', 'CLERK-1'],
  ] as const) {
    const here = world()
    here.put(ROSTER_KEY, { ...roster(here), turn })
    assert.equal(ask(here, { end: [end] }), null)
    takesEffect(here, 'A-100')
    const after = roster(here)
    assert.equal(after.clerks[after.turn]?.staff, next, `${turn} ${end}`)
  }
})

test('who has ended has no say, is not called again, and its calls are missed like any others', () => {
  const here = world()
  assert.equal(ask(here, { end: ['CLERK-2', 'OP-2'], add: [NEW, member('OP-9', 'operator')] }), null)
  takesEffect(here, 'A-100')
  assert.equal(ask(here, { add: [], end: ['AUDITOR'] }), 'staff-unknown')
  const pass = { step: 'pass', application: 'A-1', staff: 'CLERK-2' }
  assert.equal(here.ask(attest, { body: pass, by: [staffKeyName('CLERK-2')] }), 'staff-unknown')
  assert.equal(callInTurn(roster(here), [], true)?.call.staff, 'CLERK-9')
})

test('a pause lengthens the notice', () => {
  const here = world()
  assert.equal(ask(here), null)
  const body = {
    step: 'pause',
    trigger: 'corruption',
    seconds: DAY,
    report: hash('report'),
    staff: ['OP-1', 'OP-2'],
  }
  assert.equal(here.ask(pause, { body, by: ['OP-1', 'OP-2'].map(staffKeyName) }), null)
  here.later(7 * DAY)
  assert.equal(here.due(changeStaff, 'obj/application/A-100'), null)
  assert.equal(here.object('application', 'A-100')?.['due'], '2030-01-09T00:00:00Z')
  takesEffect(here, 'A-100', DAY)
  assert.equal(state(here, 'A-100'), 'effected')
})

test('the notice is never less than 7 days, whatever the parameters say, and longer where they say so', () => {
  for (const [noticeSeconds, due] of [
    [0, '2030-01-08T00:00:00Z'],
    [10 * DAY, '2030-01-11T00:00:00Z'],
  ] as const) {
    const here = world({ ...PARAMETERS, 'change-staff/1': { noticeSeconds } })
    assert.equal(ask(here), null)
    assert.equal(here.object('application', 'A-100')?.['due'], due)
  }
})

test('two operators withdraw a change before its effect; application-unknown, application-closed', () => {
  const here = world()
  assert.equal(ask(here), null)
  assert.equal(withdraw(here, 'A-1'), 'application-unknown')
  here.put('obj/application/A-2' as RecordKey, {
    ...here.object('application', 'A-100'),
    procedure: 'open/1',
  })
  assert.equal(withdraw(here, 'A-2'), 'application-unknown')
  assert.equal(withdraw(here, 'A-100', ['OP-1']), 'staff-signature-missing')
  assert.equal(withdraw(here, 'A-100'), null)
  assert.equal(state(here, 'A-100'), 'withdrawn')
  assert.equal(withdraw(here, 'A-100'), 'application-closed')
  here.later(7 * DAY)
  assert.equal(here.due(changeStaff, 'obj/application/A-100'), 'not-due')
  assert.equal(staff(here, 'CLERK-9'), null)
})

test('not-due: nothing but an application of this procedure falls due', () => {
  const here = world()
  assert.equal(here.due(changeStaff, 'obj/application/A-1'), 'not-due')
  assert.equal(here.due(changeStaff, 'obj/holder/H-1'), 'not-due')
})

test('body-malformed: a handle twice, in both lists, too long for a clerk; no operator; a role that is none', () => {
  const here = world()
  const long = member(`C${'L'.repeat(80)}`, 'clerk')
  for (const more of [
    { add: [NEW, { ...NEW, key: hash('other') }] },
    { end: ['CLERK-2', 'CLERK-2'] },
    { end: ['CLERK-9'] },
    { add: [long] },
    { staff: [] },
    { staff: ['OP-1', 'OP-2', 'OP-3'] },
    { add: [{ ...NEW, role: 'judge' }] },
    { add: Array.from({ length: 9 }, (_, n) => member(`OP-${n + 10}`, 'operator')) },
  ])
    assert.equal(ask(here, more), 'body-malformed', JSON.stringify(more).slice(0, 80))
  assert.equal(ask(here, { add: [{ ...long, role: 'auditor' }], end: [] }), null)
  const longest = member(`C${'L'.repeat(79)}`, 'clerk')
  assert.equal(ask(here, { add: [longest], end: [] }), null)
})

test('procedure-unknown, wrong-origin, request-expired, still-founding', () => {
  const by = ['OP-1', 'OP-2'].map(staffKeyName)
  assert.equal(staffedWorld({}).ask(changeStaff, { body: CHANGE, by }), 'procedure-unknown')
  const here = world()
  assert.equal(here.ask(changeStaff, { body: CHANGE, by, origin: 'other.example' }), 'wrong-origin')
  assert.equal(
    here.ask(changeStaff, { body: CHANGE, by, expires: '2029-01-01T00:00:00Z' }),
    'request-expired',
  )
  here.put('obj/registry/REGISTRY' as RecordKey, {
    origin: 'registry.example',
    state: 'founding',
    paused: null,
  })
  assert.equal(here.ask(changeStaff, { body: CHANGE, by }), 'still-founding')
})

test('staff-unknown: an operator, or a member that is to end, is not in office', () => {
  assert.equal(ask(world(), { staff: ['OP-1', 'NOBODY'] }), 'staff-unknown')
  assert.equal(ask(world(), { end: ['NOBODY'] }, []), 'staff-unknown')
})

test('wrong-staff-role, staff-signature-missing, second-operator-missing: two different operators sign', () => {
  const here = world()
  assert.equal(ask(here, { staff: ['OP-1', 'CLERK-1'] }, ['OP-1', 'CLERK-1']), 'wrong-staff-role')
  assert.equal(ask(here, {}, ['OP-1']), 'staff-signature-missing')
  // Who may ask comes before what is asked for.
  const last = { staff: ['OP-1', 'CLERK-1'], add: [], end: ['ADOPTER'] }
  assert.equal(ask(here, last, ['OP-1', 'CLERK-1']), 'wrong-staff-role')
  assert.equal(ask(here, { staff: ['OP-1', 'OP-1'] }, ['OP-1']), 'second-operator-missing')
})

test('nothing-changed: nobody begins and nobody ends', () => {
  assert.equal(ask(world(), { add: [], end: [] }), 'nothing-changed')
})

test('key-unsigned: whoever is to begin signs, to prove possession of the key', () => {
  const by = ['OP-1', 'OP-2'].map(staffKeyName)
  assert.equal(world().ask(changeStaff, { body: CHANGE, by }), 'key-unsigned')
})

test('handle-taken: a handle belongs to one person for ever, also after its end', () => {
  const here = world()
  assert.equal(ask(here, { add: [member('CLERK-1', 'clerk')], end: [] }), 'handle-taken')
  assert.equal(ask(here), null)
  takesEffect(here, 'A-100')
  assert.equal(ask(here, { add: [member('CLERK-2', 'clerk')], end: [] }), 'handle-taken')
})

test('key-repeated: a key of somebody in office; that of somebody who ends may go on', () => {
  const here = world()
  const same = (handle: string): JsonObject => ({ ...NEW, key: staff(here, handle)?.key ?? '' })
  here.put('obj/staff/CLERK-1' as RecordKey, { ...staff(here, 'CLERK-1'), key: KEYS('CLERK-1') })
  here.put('obj/staff/CLERK-2' as RecordKey, { ...staff(here, 'CLERK-2'), key: KEYS('CLERK-2') })
  assert.equal(ask(here, { add: [same('CLERK-1')] }), 'key-repeated')
  assert.equal(ask(here, { add: [same('CLERK-2')] }), null)
})

test('staff-full: 32 members at most', () => {
  const here = world()
  const eight = (from: number): JsonObject[] =>
    Array.from({ length: 8 }, (_, n) => member(`AUDITOR-${from + n}`, 'auditor'))
  for (const from of [0, 8, 16]) {
    assert.equal(ask(here, { add: eight(from), end: [] }), null)
    takesEffect(here, `A-${here.index - 1}`)
  }
  assert.equal(roster(here).others.length + roster(here).clerks.length, 31)
  assert.equal(ask(here, { add: eight(24), end: [] }), 'staff-full')
  assert.equal(ask(here, { add: [member('CLERK-8', 'clerk')], end: [] }), null)
  here.assertFits()
})

test('too-few-staff: two operators, an adopter, two clerks and one outside remain, or as many as there were', () => {
  for (const end of [['OP-2'], ['ADOPTER'], ['CLERK-1', 'CLERK-3'], ['CLERK-2']])
    assert.equal(ask(world(), { add: [], end }), 'too-few-staff', end.join())
  assert.equal(ask(world(), { add: [], end: ['CLERK-1'] }), null)
  assert.equal(ask(world(), { add: [], end: ['AUDITOR'] }), null)
  assert.equal(ask(world(), { add: [member('OP-3', 'operator')], end: ['OP-2'] }), null)
  const few = world()
  few.put(ROSTER_KEY, { ...roster(few), others: ['OP-1', 'OP-2', 'AUDITOR'] })
  assert.equal(ask(few, { add: [], end: ['AUDITOR'] }), null)
})

test('what has become impossible meanwhile fails when it would take effect, with its code', () => {
  const here = world()
  assert.equal(ask(here, { add: [], end: ['CLERK-1'] }), null)
  assert.equal(ask(here, { add: [], end: ['CLERK-1'] }), null)
  assert.equal(ask(here, { add: [], end: ['CLERK-3'] }), null)
  takesEffect(here, 'A-100')
  takesEffect(here, 'A-101', 0)
  assert.equal(state(here, 'A-101'), 'staff-unknown')
  takesEffect(here, 'A-102', 0)
  assert.equal(state(here, 'A-102'), 'too-few-staff')
  assert.deepEqual(
    roster(here).clerks.map((clerk) => clerk.staff),
    ['CLERK-2', 'CLERK-3'],
  )
})

/** OP-1 alone in office as operator, as a single person founds a registry. */
function alone(): World {
  const here = world()
  here.put('obj/staff/OP-2' as RecordKey, null)
  here.put(ROSTER_KEY, { ...roster(here), others: ['OP-1', 'AUDITOR', 'ADOPTER'] })
  return here
}
const SECOND: JsonObject = { staff: ['OP-1'], add: [member('OP-9', 'operator')], end: [] }

test('an operator alone in office names a second one, thirty days in public; from then on two sign', () => {
  const here = alone()
  assert.equal(ask(here, SECOND, ['OP-1']), null)
  assert.equal(here.object('application', 'A-100')?.['due'], '2030-01-31T00:00:00Z')
  here.later(30 * DAY - 1)
  assert.equal(here.due(changeStaff, 'obj/application/A-100'), 'not-due')
  takesEffect(here, 'A-100', 1)
  assert.equal(state(here, 'A-100'), 'effected')
  assert.deepEqual(roster(here).others, ['OP-1', 'AUDITOR', 'ADOPTER', 'OP-9'])
  const third = { add: [member('OP-8', 'operator')] }
  assert.equal(ask(here, { ...SECOND, ...third }, ['OP-1']), 'second-operator-missing')
  const both = { ...CHANGE, staff: ['OP-1', 'OP-9'], end: [] }
  assert.equal(
    here.ask(changeStaff, { body: both, by: [staffKeyName('OP-1'), KEYS('OP-9'), KEYS('CLERK-9')] }),
    null,
  )
  assertStamped(here)
})

test('second-operator-missing: one that is not alone, and one alone that wants anything but further operators', () => {
  assert.equal(ask(world(), SECOND, ['OP-1']), 'second-operator-missing')
  const here = alone()
  for (const more of [
    { add: [NEW] },
    { add: [member('OP-9', 'operator'), NEW] },
    { end: ['CLERK-3'] },
    { staff: ['OP-1', 'OP-1'] },
  ])
    assert.equal(ask(here, { ...SECOND, ...more }, ['OP-1']), 'second-operator-missing', JSON.stringify(more))
  assert.equal(ask(here, { ...SECOND, staff: [] }, ['OP-1']), 'body-malformed')
  assert.equal(ask(here, { ...SECOND, staff: ['CLERK-1'] }, ['CLERK-1']), 'wrong-staff-role')
  assert.equal(ask(here, { ...SECOND, add: [] }, ['OP-1']), 'nothing-changed')
})

test('of two such changes the second fails, since its operator is alone no more; one alone withdraws its own', () => {
  const here = alone()
  assert.equal(ask(here, SECOND, ['OP-1']), null)
  assert.equal(ask(here, { ...SECOND, add: [member('OP-8', 'operator')] }, ['OP-1']), null)
  takesEffect(here, 'A-100', 30 * DAY)
  takesEffect(here, 'A-101', 0)
  assert.equal(state(here, 'A-101'), 'second-operator-missing')
  assert.equal(staff(here, 'OP-8'), null)
  const withdrawAlone = (where: World, application: string): string | null =>
    where.ask(changeStaff, {
      body: { step: 'withdraw', staff: ['OP-1'], application },
      by: [staffKeyName('OP-1')],
    })
  const again = alone()
  assert.equal(ask(again, SECOND, ['OP-1']), null)
  assert.equal(withdrawAlone(again, 'A-100'), null)
  assert.equal(state(again, 'A-100'), 'withdrawn')
  const two = world()
  assert.equal(ask(two), null)
  assert.equal(withdrawAlone(two, 'A-100'), 'second-operator-missing')
})

test('the thirty days are the least, whatever the parameters say; more where they say more', () => {
  for (const [noticeSeconds, due] of [
    [0, '2030-01-31T00:00:00Z'],
    [31 * DAY, '2030-02-01T00:00:00Z'],
  ] as const) {
    const here = alone()
    here.revise('change-staff/1', { noticeSeconds })
    assert.equal(ask(here, SECOND, ['OP-1']), null)
    assert.equal(here.object('application', 'A-100')?.['due'], due)
  }
})

test('not-due: what another procedure recorded changes no staff, whatever it says', () => {
  const here = world()
  assert.equal(ask(here), null)
  const key = 'obj/application/A-100' as RecordKey
  here.put(key, { ...here.object('application', 'A-100'), procedure: 'pause/1' })
  here.later(7 * DAY)
  assert.equal(here.due(changeStaff, key), 'not-due')
})

test('two operators who withdraw a change state themselves and the change, and nobody else in office', () => {
  const here = world()
  assert.equal(ask(here), null)
  assert.equal(withdraw(here, 'A-100'), null)
  assert.deepEqual(here.idle, [])
  assert.ok(here.last?.inputs.every(({ key }) => key !== ROSTER_KEY))
})
