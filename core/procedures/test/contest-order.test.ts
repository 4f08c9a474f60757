// P14, objection to facts and appeal (procedures.md section D: "Notice and contest", "States").

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JsonObject, objectKey } from '@cadastre/records'
import { contestOrder } from '../src/contest-order.ts'
import { answers, calledFor, commit, examinationOf, reveal } from './attestors.ts'
import {
  addAuthority,
  after,
  deskWorld,
  examinationOfOrder,
  HOLD,
  notedOn,
  notified,
  orderIn,
  runDue,
  serve,
  stateOf,
  verified,
} from './orders-fixture.ts'
import { hash } from './staff-fixture.ts'
import type { World } from './world.ts'

const TO_H2: JsonObject = { effect: 'transferTo', receiver: 'H-2' }

function ask(here: World, body: JsonObject, by: readonly string[], more: object = {}): string | null {
  const code = here.ask(contestOrder, { body, by, ...more })
  runDue(here)
  return code
}
function objection(order: string, more: JsonObject = {}): JsonObject {
  return { step: 'object', order, holder: 'H-1', items: ['not-superseded'], evidence: hash('stay'), ...more }
}
/** The holder objects; the application in which a third attestor looks again. */
function objected(here: World, order: string, more: JsonObject = {}): string {
  const application = `A-${here.index}`
  assert.equal(ask(here, objection(order, more), ['H-1/technical']), null)
  return application
}
function rechecked(here: World, application: string, no: readonly string[] = []): void {
  const third = calledFor(here, application).at(-1) ?? ''
  const said = answers(here, application, no)
  assert.equal(commit(here, application, third, said), null)
  assert.equal(reveal(here, application, third, said), null)
  runDue(here)
}
function appeal(order: string): JsonObject {
  return { step: 'appeal', order, filed: hash('appeal'), staff: ['CLERK-1', 'CLERK-2'] }
}
const CLERKS = ['CLERK-1/staff', 'CLERK-2/staff']

test('body-malformed: merits are no item', () => {
  const here = deskWorld()
  assert.equal(ask(here, objection('O-100', { items: ['unjust'] }), ['H-1/full']), 'body-malformed')
})
test('procedure-unknown, wrong-origin, request-expired, still-founding, paused come first', () => {
  const here = deskWorld()
  const body = objection('O-100')
  assert.equal(ask(here, body, [], { origin: 'other.example' }), 'wrong-origin')
  assert.equal(ask(here, body, [], { expires: '2029-01-01T00:00:00Z' }), 'request-expired')
  const registry = { origin: 'registry.example', state: 'open', paused: null, pauses: [] }
  const paused = { since: here.at, until: '2030-01-02T00:00:00Z', trigger: 'corruption', report: '' }
  here.put(objectKey('registry', 'REGISTRY'), { ...registry, paused })
  assert.equal(ask(here, body, []), 'paused')
  here.put(objectKey('registry', 'REGISTRY'), { ...registry, state: 'founding' })
  assert.equal(ask(here, body, []), 'still-founding')
  here.put(objectKey('procedure', 'CONTEST-ORDER-1'), null)
  assert.equal(ask(here, body, []), 'procedure-unknown')
})
test('staff-unknown, wrong-staff-role, staff-signature-missing, attestations-missing: an appeal is certified', () => {
  const here = deskWorld()
  const of = (staff: readonly string[], by: readonly string[]) => ask(here, { ...appeal('O-100'), staff }, by)
  assert.equal(of(['CLERK-1', 'NOBODY'], CLERKS), 'staff-unknown')
  assert.equal(of(['CLERK-1', 'OP-1'], ['CLERK-1/staff', 'OP-1/staff']), 'wrong-staff-role')
  assert.equal(of(['CLERK-1', 'CLERK-2'], ['CLERK-1/staff']), 'staff-signature-missing')
  assert.equal(of(['CLERK-1', 'CLERK-3'], ['CLERK-1/staff', 'CLERK-3/staff']), 'attestations-missing')
})
test('order-unknown, order-closed: nothing to contest', () => {
  const here = deskWorld()
  assert.equal(ask(here, objection('O-9'), ['H-1/full']), 'order-unknown')
  assert.equal(ask(here, appeal('O-9'), CLERKS), 'order-unknown')
  const order = serve(here, HOLD)
  assert.equal(ask(here, objection(order), ['H-1/full']), 'order-closed')
  assert.equal(ask(here, appeal(order), CLERKS), 'order-closed')
})
test('appeal-does-not-stay: only the law, or the court, makes an appeal stay', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  assert.equal(ask(here, appeal(order), CLERKS), 'appeal-does-not-stay')
  assert.equal(notedOn(here, 'R-1').length, 1)
})
test('not-party, holder-unknown, consent-missing: whom the order names, with one key', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  assert.equal(ask(here, objection(order, { holder: 'H-2' }), ['H-2/full']), 'not-party')
  assert.equal(ask(here, objection(order), ['H-2/full']), 'consent-missing')
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  here.put(objectKey('holder', 'H-1'), null)
  assert.equal(ask(here, objection(order), ['H-1/full']), 'holder-unknown')
  here.put(objectKey('holder', 'H-1'), holder)
})
test('objection-used: once for an order', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  objected(here, order)
  assert.equal(ask(here, objection(order), ['H-1/full']), 'objection-used')
})
test('attestors-unavailable: where everybody has answered there is nobody to look again', () => {
  const here = deskWorld()
  here.put(objectKey('roster', 'CLERKS'), {
    v: 1,
    clerks: ['CL-1', 'CL-2'].map((staff, n) => ({ staff, outside: n === 0, first: 0, next: 0 })),
    turn: 0,
    since: 0,
  })
  const order = verified(here, HOLD)
  assert.equal(ask(here, objection(order), ['H-1/full']), 'attestors-unavailable')
})
test('object: a third attestor, an outside one, looks again at these items; if it confirms them the order goes on', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  const application = objected(here, order, { items: ['not-superseded', 'binds-registry'] })
  const called = calledFor(here, application)
  assert.deepEqual([called.length, called.at(-1)], [3, 'CL-3'])
  rechecked(here, application)
  assert.deepEqual(orderIn(here, order).objection, { application, upheld: false })
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.equal(notedOn(here, 'R-1').length, 1)
})
test('objection-upheld: the third attestor finds a fact otherwise; a hold ends, and the order goes back', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  rechecked(here, objected(here, order), ['not-superseded'])
  assert.deepEqual(stateOf(here, order), ['returned', 'objection-upheld'])
  assert.deepEqual(notedOn(here, 'R-1'), [])
})
test('object: a window does not end before the attestor’s deadline, but no later', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  notified(here, order)
  after(here, 13)
  objected(here, order)
  after(here, 1)
  assert.equal(stateOf(here, order)[0], 'window')
  after(here, 1)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('object: what the order fixes is not delayed', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2, { executeFrom: '2030-01-03T00:00:00Z' })
  notified(here, order)
  objected(here, order)
  after(here, 2)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('object: an order that fixes when it is executed is executed then, before the attestor’s deadline', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2, { executeFrom: '2030-01-02T00:00:00Z' })
  notified(here, order)
  const { windowEnd } = orderIn(here, order)
  objected(here, order)
  assert.equal(orderIn(here, order).windowEnd, windowEnd)
  after(here, 1)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('object: the third is an outside one, though it is the turn of one inside; attestors-unavailable without terms of attest', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  const key = objectKey('roster', 'CLERKS')
  const roster = here.state.get(key) as JsonObject & { readonly clerks: readonly JsonObject[] }
  here.put(key, { ...roster, turn: roster.clerks.findIndex(({ staff }) => staff === 'CL-4') })
  assert.equal(calledFor(here, objected(here, order)).at(-1), 'CL-3')
  const without = deskWorld()
  const other = verified(without, HOLD)
  without.put(objectKey('procedure', 'ATTEST-1'), null)
  assert.equal(ask(without, objection(other), ['H-1/full']), 'attestors-unavailable')
})
test('object: whoever looks again has nobody to notify and no window, and answers only what was objected to', () => {
  const here = deskWorld()
  const application = objected(here, verified(here, HOLD), { items: ['not-superseded', 'not-superseded'] })
  const { affected, windowSeconds, windowDays, questions } = examinationOf(here, application)
  assert.deepEqual([affected, windowSeconds, windowDays], [[], 0, []])
  assert.deepEqual(questions, ['not-superseded'])
})
test('object: an answer after the end changes nothing but what is on record', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { until: '2030-01-02T00:00:00Z' })
  const application = objected(here, order)
  after(here, 1)
  rechecked(here, application, ['not-superseded'])
  assert.equal(stateOf(here, order)[0], 'expired')
  assert.equal(orderIn(here, order).objection?.upheld, true)
})
test('appeal: where the law says so the order is stayed, a hold rests, and the court lifts the stay', () => {
  const here = deskWorld()
  addAuthority(here, 'MILD', { appealStays: true })
  const order = verified(here, HOLD, { authority: 'MILD' })
  assert.equal(ask(here, appeal(order), CLERKS), null)
  assert.equal(stateOf(here, order)[0], 'stayed')
  assert.deepEqual(notedOn(here, 'R-1'), [])
  assert.equal(ask(here, appeal(order), CLERKS), 'order-closed')
  verified(here, { effect: 'lift', order, what: 'stay' }, { authority: 'MILD', scope: [] })
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.equal(notedOn(here, 'R-1').length, 1)
})
test('not-due: nobody has answered', () => {
  const here = deskWorld()
  assert.equal(here.due(contestOrder, 'obj/application/A-9'), 'not-due')
  const application = objected(here, verified(here, HOLD))
  assert.equal(here.due(contestOrder, `obj/application/${application}`), 'not-due')
})
test('appeal: an order in its window is stayed too, also while the registry is paused', () => {
  const here = deskWorld()
  addAuthority(here, 'MILD', { appealStays: true })
  const order = verified(here, TO_H2, { authority: 'MILD' })
  notified(here, order)
  here.pause()
  assert.equal(ask(here, appeal(order), CLERKS), null)
  assert.deepEqual(orderIn(here, order).stayed, { by: null, from: 'window', until: null })
})
test('object: whoever took the order in does not look at it again', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { staff: 'CL-3' }, ['CL-3'])
  const application = objected(here, order)
  assert.notEqual(calledFor(here, application).at(-1), 'CL-3')
  assert.deepEqual(here.object('application', application)?.['consents'], ['H-1'])
})
test('object: nor does it look again in place of one who was silent', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { staff: 'CL-4' }, ['CL-4'])
  const application = objected(here, order)
  assert.deepEqual(calledFor(here, application), ['CL-1', 'CL-2', 'CL-3'])
  after(here, 2)
  // Nobody is left, so that CL-3 may still answer.
  assert.deepEqual(calledFor(here, application), ['CL-1', 'CL-2', 'CL-3'])
  rechecked(here, application)
  assert.deepEqual(orderIn(here, order).objection, { application, upheld: false })
})
test('object: nor does whoever was silent about the order, though others answered in its place', () => {
  const here = deskWorld()
  const order = serve(here, HOLD, { staff: 'CL-4' }, ['CL-4'])
  const first = examinationOfOrder(order)
  assert.deepEqual(calledFor(here, first), ['CL-1', 'CL-2'])
  for (const staff of ['CL-1', 'CL-2']) assert.equal(commit(here, first, staff), null)
  assert.equal(reveal(here, first, 'CL-1'), null)
  after(here, 2)
  assert.deepEqual(calledFor(here, first), ['CL-1', 'CL-2', 'CL-3'])
  assert.equal(commit(here, first, 'CL-3'), null)
  assert.equal(reveal(here, first, 'CL-3'), null)
  runDue(here)
  assert.equal(ask(here, objection(order), ['H-1/technical']), 'attestors-unavailable')
})
test('not-due: the answer counts when it has fallen due', () => {
  const here = deskWorld()
  const application = objected(here, verified(here, HOLD))
  const record = here.object('application', application)
  here.put(objectKey('application', application), {
    ...record,
    state: 'noticed',
    due: '2030-02-01T00:00:00Z',
  })
  assert.equal(here.due(contestOrder, `obj/application/${application}`), 'not-due')
})
test('object: it makes no window shorter, and does not put off a second look at a conflict', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  notified(here, order)
  const { windowEnd } = orderIn(here, order)
  objected(here, order)
  assert.equal(orderIn(here, order).windowEnd, windowEnd)
  const there = deskWorld()
  verified(there, HOLD, { authority: 'FOREIGN' })
  const second = verified(there, TO_H2)
  notified(there, second)
  after(there, 14)
  assert.equal(stateOf(there, second)[0], 'conflict')
  after(there, 13)
  const looked = orderIn(there, second).windowEnd
  objected(there, second)
  assert.equal(orderIn(there, second).windowEnd, looked)
})
