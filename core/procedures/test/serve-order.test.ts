// P14 (procedures.md section D): intake of an order, what sends it back at once, the checklist, notice and window, seals.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHECKLIST, type JsonObject, objectKey } from '@cadastre/records'
import { serveOrder } from '../src/serve-order.ts'
import { calledFor, commit, examinationOf } from './attestors.ts'
import {
  addAuthority,
  after,
  attested,
  BY_BAILIFF,
  deskIn,
  deskWorld,
  examinationOfOrder,
  executed,
  HALF,
  HOLD,
  notedOn,
  notified,
  orderBody,
  orderIn,
  publish,
  runDue,
  SEALED_BY,
  serve,
  stateOf,
  verified,
  WHOLE,
} from './orders-fixture.ts'
import { hash } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const TO_H2: JsonObject = { effect: 'transferTo', receiver: 'H-2' }

function asks(here: World, body: JsonObject, by: readonly string[] = ['OP-1/staff'], more: object = {}) {
  return here.ask(serveOrder, { body, by, ...more })
}
function holdBody(here: World, more: JsonObject = {}): JsonObject {
  return orderBody(here, HOLD, more)
}
/** The code with which an order goes back, though it is on record. */
function returnedWith(here: World, order: JsonObject, more: JsonObject = {}): string | null {
  const handle = serve(here, order, more)
  const [state, reason] = stateOf(here, handle)
  assert.equal(state, 'returned')
  return reason
}

test('body-malformed: no such step; an order that is not sealed but hides its text', () => {
  const here = deskWorld()
  assert.equal(asks(here, { step: 'judge' }), 'body-malformed')
  assert.equal(asks(here, holdBody(here, { reference: null })), 'body-malformed')
  const seal = { until: '2030-06-01T00:00:00Z', commitment: hash('c') }
  assert.equal(asks(here, holdBody(here, { seal })), 'body-malformed')
})
test('body-malformed: a correction to what the field cannot be', () => {
  const here = deskWorld()
  for (const [field, value] of [
    ['country', 'Example'],
    ['registered', '2030-02-31'],
    ['status', 'reserved'],
    ['name', null],
  ])
    assert.equal(
      asks(here, orderBody(here, { effect: 'correct', field, value } as JsonObject)),
      'body-malformed',
    )
})
test('procedure-unknown, wrong-origin, request-expired, still-founding come first', () => {
  const here = deskWorld()
  const body = holdBody(here)
  assert.equal(asks(here, body, [], { origin: 'other.example' }), 'wrong-origin')
  assert.equal(asks(here, body, [], { expires: '2029-01-01T00:00:00Z' }), 'request-expired')
  here.put(objectKey('registry', 'REGISTRY'), { origin: 'registry.example', state: 'founding', paused: null })
  assert.equal(asks(here, body), 'still-founding')
  here.put(objectKey('procedure', 'SERVE-ORDER-1'), null)
  assert.equal(asks(here, body), 'procedure-unknown')
})
test('staff-unknown, wrong-staff-role, staff-signature-missing: only the desk takes orders in', () => {
  const here = deskWorld()
  assert.equal(asks(here, holdBody(here, { staff: 'NOBODY' })), 'staff-unknown')
  assert.equal(asks(here, holdBody(here, { staff: 'AUDITOR' }), ['AUDITOR/staff']), 'wrong-staff-role')
  assert.equal(asks(here, holdBody(here), ['H-1/full']), 'staff-signature-missing')
})
test('instant-in-future: dated or served later than now', () => {
  const here = deskWorld()
  assert.equal(asks(here, holdBody(here, { served: '2030-01-02T00:00:00Z' })), 'instant-in-future')
  assert.equal(asks(here, holdBody(here, { date: '2030-01-02' })), 'instant-in-future')
})
test('key-repeated, threshold-unreachable, key-bound-to-site, key-unsigned: a representative proves its keys', () => {
  const here = deskWorld()
  const key = (name: string, alg = 'ed25519') => ({
    alg,
    key: Buffer.from(name.padEnd(32)).toString('base64'),
    roles: ['full'],
  })
  const ask = (m: number, keys: readonly object[]) =>
    asks(here, orderBody(here, { effect: 'appointRepresentative', m, keys } as never, { scope: [] }))
  assert.equal(ask(1, [key('a'), key('a')]), 'key-repeated')
  assert.equal(ask(2, [key('a')]), 'threshold-unreachable')
  assert.equal(ask(1, [key('a', 'webauthn')]), 'key-bound-to-site')
  assert.equal(ask(1, [key('a')]), 'key-unsigned')
})
test('order-served-before: one record for each document, unless it went back', () => {
  const here = deskWorld()
  const body = holdBody(here, { scope: [] })
  assert.equal(asks(here, body), null)
  assert.deepEqual(stateOf(here, 'O-100'), ['returned', 'scope-missing'])
  assert.equal(asks(here, { ...body, scope: [WHOLE] }), null)
  assert.equal(asks(here, { ...body, scope: [WHOLE], reference: 'again' }), 'order-served-before')
})
test('attestor-not-outside: the authority chooses among the outside clerks, and not who took it in', () => {
  const here = deskWorld()
  assert.equal(asks(here, holdBody(here, { attestor: 'CL-2' })), 'attestor-not-outside')
  const own = holdBody(here, { staff: 'CL-1', attestor: 'CL-1' })
  assert.equal(asks(here, own, ['CL-1']), 'attestor-not-outside')
  assert.equal(asks(here, holdBody(here, { attestor: 'CL-3' })), null)
  assert.equal(calledFor(here, `A-${here.index - 1}`)[0], 'CL-3')
})
test('attestors-unavailable: without two there is nobody to look at it', () => {
  const here = deskWorld()
  here.put(objectKey('roster', 'CLERKS'), {
    v: 1,
    clerks: [{ staff: 'CL-1', outside: true, first: 0, next: 0 }],
    turn: 0,
    since: 0,
  })
  assert.equal(asks(here, holdBody(here)), 'attestors-unavailable')
})
test('attestors-unavailable: where two disagree and there is no third, the order goes back', () => {
  const here = deskWorld()
  here.put(objectKey('roster', 'CLERKS'), {
    v: 1,
    clerks: ['CL-1', 'CL-2'].map((staff, n) => ({ staff, outside: n === 0, first: 0, next: 0 })),
    turn: 0,
    since: 0,
  })
  const order = serve(here, HOLD)
  attested(here, order, { 'CL-1': ['binds-registry'] })
  assert.deepEqual(stateOf(here, order), ['returned', 'attestors-unavailable'])
})

test('authority-unknown: item 1; and one that has ended', () => {
  const here = deskWorld()
  assert.equal(returnedWith(here, HOLD, { authority: 'NOWHERE' }), 'authority-unknown')
  addAuthority(here, 'OLD', {}, { ended: '2029-12-31T00:00:00Z' })
  assert.equal(returnedWith(here, HOLD, { authority: 'OLD' }), 'authority-unknown')
})
test('effect-outside-vocabulary: item 7, on record, with the hash of what was wanted', () => {
  const here = deskWorld()
  const outside = { effect: 'outside', described: hash('announce nothing') }
  const order = serve(here, outside)
  assert.deepEqual(stateOf(here, order), ['returned', 'effect-outside-vocabulary'])
  assert.deepEqual(orderIn(here, order).detail, outside)
})
test('effect-not-allowed: item 2', () => {
  const here = deskWorld()
  addAuthority(here, 'NARROW', { effectsAllowed: ['hold'] })
  assert.equal(returnedWith(here, TO_H2, { authority: 'NARROW' }), 'effect-not-allowed')
})
test('authority-noticed: before its full notice it only holds, annotates, and lifts its own', () => {
  const here = deskWorld()
  addAuthority(here, 'NEW', {}, { noticedUntil: '2030-03-01T00:00:00Z' })
  assert.equal(returnedWith(here, TO_H2, { authority: 'NEW' }), 'authority-noticed')
  const own = verified(here, HOLD, { authority: 'NEW' })
  assert.equal(stateOf(here, own)[0], 'executed')
  const other = verified(here, HOLD)
  const lift = (order: string) => ({ effect: 'lift', order, what: 'order' })
  const none = { authority: 'NEW', scope: [] }
  assert.equal(returnedWith(here, lift(other), none), 'authority-noticed')
  verified(here, lift(own), none)
  assert.equal(stateOf(here, own)[0], 'lifted')
})
test('seal-unknown: the certificate is none of the authority’s', () => {
  const here = deskWorld()
  const authenticity = { ...SEALED_BY, certificate: hash('somebody') }
  assert.equal(returnedWith(here, HOLD, { authenticity }), 'seal-unknown')
})

const SEAL_UNTIL = '2030-06-01T00:00:00Z'
function sealed(opening: JsonObject, here: World, until: string = SEAL_UNTIL): JsonObject {
  const commitment = here.state.memberHash(opening)
  return { reference: null, document: null, seal: { until, commitment } }
}
const OPENING: JsonObject = {
  document: hash('sealed document'),
  reference: '7 Gs 1/29',
  holder: 'H-1',
  commitments: [],
  nonce: hash('nonce'),
}

test('seal-not-possible: what takes something away is never sealed', () => {
  const here = deskWorld()
  const more = sealed(OPENING, here)
  const services = [{ at: 'ip4/198.51.100.0/24', service: { kind: 'route', origin: 64496 } }]
  for (const [order, n] of [
    [TO_H2, 1],
    [{ effect: 'cancelToPool' }, 2],
    [{ effect: 'withdrawNamedService', services }, 3],
  ] as const)
    assert.equal(
      returnedWith(here, order as JsonObject, {
        ...more,
        ...sealed({ ...OPENING, nonce: hash(`${n}`) }, here),
      }),
      'seal-not-possible',
    )
})
test('seal-too-long, term-past: a seal ends within twelve months, and not before it begins', () => {
  const here = deskWorld()
  const long = sealed(OPENING, here, '2031-02-01T00:00:00Z')
  assert.equal(returnedWith(here, HOLD, long), 'seal-too-long')
  const past = sealed({ ...OPENING, nonce: hash('2') }, here, '2029-02-01T00:00:00Z')
  assert.equal(returnedWith(here, HOLD, past), 'term-past')
  assert.equal(returnedWith(here, HOLD, { until: '2030-01-01T00:00:00Z' }), 'term-past')
})
test('duration-not-possible: what is done once has no end', () => {
  const here = deskWorld()
  assert.equal(returnedWith(here, TO_H2, { until: '2031-01-01T00:00:00Z' }), 'duration-not-possible')
})
test('order-unknown, order-closed: what is stayed, varied, lifted or reversed must be there and go on', () => {
  const here = deskWorld()
  const none = { scope: [] }
  const lift = (order: string, what = 'order') => ({ effect: 'lift', order, what })
  assert.equal(returnedWith(here, lift('O-9'), none), 'order-unknown')
  assert.equal(returnedWith(here, TO_H2, { reverses: 'O-9' }), 'order-unknown')
  const hold = verified(here, HOLD)
  assert.equal(returnedWith(here, lift(hold, 'stay'), none), 'order-closed')
  verified(here, lift(hold), none)
  assert.equal(returnedWith(here, lift(hold), none), 'order-closed')
  assert.equal(returnedWith(here, { effect: 'stay', order: hold }, none), 'order-closed')
  assert.equal(returnedWith(here, TO_H2, { reverses: hold }), 'order-closed')
  assert.equal(asks(here, { step: 'publish', staff: 'OP-1', order: 'O-9', text: hash('t') }), 'order-unknown')
})
test('not-sealed: a seal is varied or opened only where there is one', () => {
  const here = deskWorld()
  const hold = verified(here, HOLD)
  const vary = { effect: 'vary', order: hold, until: null, sealUntil: SEAL_UNTIL }
  assert.equal(returnedWith(here, vary, { scope: [] }), 'not-sealed')
  const unseal = { step: 'unseal', staff: 'OP-1', order: hold, opening: OPENING }
  assert.equal(asks(here, unseal), 'not-sealed')
  assert.equal(asks(here, { ...unseal, order: 'O-9' }), 'order-unknown')
})
test('resource-moved: another holder, another registration; it pursues nobody', () => {
  const here = deskWorld()
  assert.equal(returnedWith(here, HOLD, { holder: 'H-2' }), 'resource-moved')
  assert.equal(returnedWith(here, HOLD, { scope: [{ ...WHOLE, id: 'R-9' }] }), 'resource-moved')
})
test('scope-missing: item 6; numbers where the effect takes numbers, a holder where it takes a holder', () => {
  const here = deskWorld()
  assert.equal(returnedWith(here, HOLD, { scope: [] }), 'scope-missing')
  const disclose = { effect: 'disclose', commitments: [] }
  assert.equal(returnedWith(here, disclose, { scope: [] }), 'scope-missing')
  assert.equal(returnedWith(here, disclose), 'scope-missing')
  assert.equal(returnedWith(here, disclose, { scope: [], holder: 'H-9' }), 'scope-missing')
  const correct = { effect: 'correct', field: 'registered', value: '2020-01-01' }
  assert.equal(returnedWith(here, correct, { scope: [] }), 'scope-missing')
})
test('scope-repeated: the same numbers twice; the same registration twice where it is taken', () => {
  const here = deskWorld()
  assert.equal(returnedWith(here, HOLD, { scope: [WHOLE, HALF] }), 'scope-repeated')
  const other = { ...HALF, range: '198.51.100.128/25' }
  assert.equal(returnedWith(here, TO_H2, { scope: [HALF, other] }), 'scope-repeated')
  assert.equal(stateOf(here, verified(here, HOLD, { scope: [HALF, other] }))[0], 'executed')
})
test('scope-repeated: an order about an order reverses nothing besides', () => {
  const here = deskWorld()
  const hold = verified(here, HOLD)
  const lift = { effect: 'lift', order: hold, what: 'order' }
  assert.equal(returnedWith(here, lift, { scope: [], reverses: hold }), 'scope-repeated')
})
test('commitment-unknown: what is to be opened must be the holder’s', () => {
  const here = deskWorld()
  const disclose = { effect: 'disclose', commitments: [hash('c')] }
  assert.equal(returnedWith(here, disclose, { scope: [] }), 'commitment-unknown')
})
test('not-for-persons: a person’s name never stands in the clear', () => {
  const here = deskWorld()
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  here.put(objectKey('holder', 'H-1'), { ...holder, kind: 'person' })
  const correct = { effect: 'correct', field: 'name', value: 'Example' }
  assert.equal(returnedWith(here, correct, { scope: [] }), 'not-for-persons')
})
test('holder-unknown: a receiver has identified itself before', () => {
  const here = deskWorld()
  assert.equal(returnedWith(here, { effect: 'transferTo', receiver: 'H-9' }), 'holder-unknown')
})
test('range-outside: numbers outside the registration, or a service outside the scope', () => {
  const here = deskWorld()
  assert.equal(returnedWith(here, HOLD, { scope: [{ ...WHOLE, range: '198.51.0.0/16' }] }), 'range-outside')
  const services = [{ at: 'ip4/203.0.113.0/24', service: { kind: 'route', origin: 64496 } }]
  assert.equal(returnedWith(here, { effect: 'withdrawNamedService', services }), 'range-outside')
})
test('not-a-holding: a child is noted and held, and not taken', () => {
  const here = deskWorld()
  here.register('R-2', '198.51.100.0/26', { kind: 'sub', holder: 'H-3' })
  const scope = [{ key: 'ip4/198.51.100.0/26', id: 'R-2', range: '198.51.100.0/26' }]
  assert.equal(returnedWith(here, TO_H2, { scope, holder: 'H-3' }), 'not-a-holding')
})
test('splits-protected, splits-child: a cut through a child that is not named', () => {
  const here = deskWorld()
  here.register('R-2', '198.51.100.0/24', { kind: 'sub', holder: 'H-3' })
  assert.equal(returnedWith(here, TO_H2, { scope: [HALF] }), 'splits-child')
  assert.equal(returnedWith(here, { effect: 'cancelToPool' }, { scope: [HALF] }), 'splits-child')
  const protectedHere = deskWorld()
  protectedHere.register('R-2', '198.51.100.0/24', {
    kind: 'lease',
    holder: 'H-3',
    protected: true,
    until: '2031-01-01T00:00:00Z' as never,
  })
  assert.equal(returnedWith(protectedHere, TO_H2, { scope: [HALF] }), 'splits-protected')
  assert.equal(returnedWith(protectedHere, { effect: 'cancelToPool' }, { scope: [HALF] }), 'splits-protected')
})

for (const item of CHECKLIST)
  test(`examination-negative: an order goes back when both answer no to ${item}, and shows which it was`, () => {
    const here = deskWorld()
    const order = serve(here, HOLD)
    const no = Object.fromEntries(calledFor(here, examinationOfOrder(order)).map((staff) => [staff, [item]]))
    attested(here, order, no)
    assert.deepEqual(stateOf(here, order), ['returned', 'examination-negative'])
    assert.equal(orderIn(here, order).checklist?.[item], 'no')
    assert.deepEqual(notedOn(here, 'R-1'), [])
  })

test('an authority that is no court is asked one thing more: for whom it is', () => {
  const here = deskWorld()
  const order = serve(here, HOLD, { authority: 'REGULATOR' })
  const { questions } = examinationOf(here, examinationOfOrder(order))
  assert.deepEqual(questions, [...CHECKLIST, 'not-for-operator'])
  const both = Object.fromEntries(
    calledFor(here, examinationOfOrder(order)).map((staff) => [staff, ['not-for-operator']]),
  )
  attested(here, order, both)
  assert.deepEqual(stateOf(here, order), ['returned', 'examination-negative'])
})
test('whoever took an order in is called neither first nor third', () => {
  const here = deskWorld()
  assert.equal(asks(here, holdBody(here, { staff: 'CL-1' }), ['CL-1']), null)
  assert.deepEqual(calledFor(here, 'A-100'), ['CL-3', 'CL-4'])
  attested(here, 'O-100', { 'CL-3': ['in-force-at-seat'] })
  assert.deepEqual(calledFor(here, 'A-100'), ['CL-3', 'CL-4', 'CL-2'])
})
test('two who disagree call a third, and the majority stands', () => {
  const here = deskWorld()
  const order = serve(here, HOLD)
  const [first = '', second = ''] = calledFor(here, examinationOfOrder(order))
  attested(here, order, { [first]: ['served-authentic'] })
  assert.equal(stateOf(here, order)[0], 'received')
  const third = calledFor(here, examinationOfOrder(order)).find((one) => one !== first && one !== second)
  assert.equal(commit(here, examinationOfOrder(order), third ?? ''), null)
})

test('hold: at verification; its holder is told afterwards, and it stops nothing but moving', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.equal(orderIn(here, order).notified, null)
  notified(here, order)
  assert.equal(orderIn(here, order).notified, here.at)
})
test('hold: at the time that the order fixes, where that is later', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { executeFrom: '2030-01-11T00:00:00Z' })
  assert.equal(stateOf(here, order)[0], 'window')
  after(here, 9)
  assert.deepEqual(notedOn(here, 'R-1'), [])
  after(here, 1)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('transferTo: nothing before the notice; a window of ten business days begins with it', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  assert.equal(stateOf(here, order)[0], 'verified')
  assert.deepEqual(
    notedOn(here, 'R-1').map(({ holds }) => holds),
    [false],
  )
  // A Monday: ten business days are fourteen days.
  after(here, 62)
  assert.equal(stateOf(here, order)[0], 'verified')
  notified(here, order)
  assert.equal(stateOf(here, order)[0], 'window')
  after(here, 13)
  assert.equal(here.innermost('ip4/198.51.100.0/24')?.holder, 'H-1')
  after(here, 1)
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.equal(here.innermost('ip4/198.51.100.0/24')?.holder, 'H-2')
})
test('transferTo without a root: noticed, until the text has been public for ten business days', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2, { authenticity: BY_BAILIFF })
  notified(here, order)
  assert.equal(stateOf(here, order)[0], 'noticed')
  after(here, 62)
  assert.equal(publish(here, order), null)
  assert.equal(stateOf(here, order)[0], 'window')
  after(here, 13)
  assert.equal(stateOf(here, order)[0], 'window')
  after(here, 1)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('a seal whose certificate chains to no root of the genesis counts as none', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2, { authenticity: { ...SEALED_BY, root: hash('other root') } })
  notified(here, order)
  assert.equal(stateOf(here, order)[0], 'noticed')
})
test('what the order fixes earlier prevails over the window, not over the public text', () => {
  const here = deskWorld()
  const executeFrom = '2030-01-03T00:00:00Z'
  const rooted = verified(here, TO_H2, { executeFrom, scope: [HALF] })
  notified(here, rooted)
  after(here, 2)
  assert.equal(stateOf(here, rooted)[0], 'executed')
  const other = deskWorld()
  const served = verified(other, TO_H2, { executeFrom, authenticity: BY_BAILIFF })
  notified(other, served)
  publish(other, served)
  after(other, 5)
  assert.equal(stateOf(other, served)[0], 'window')
  after(other, 9)
  assert.equal(stateOf(other, served)[0], 'executed')
})
test('a pause lengthens the window, but not what the order fixes', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  notified(here, order)
  const registry = here.state.get(objectKey('registry', 'REGISTRY')) as JsonObject
  const pauses = [{ since: '2030-01-02T00:00:00Z', until: '2030-01-05T00:00:00Z' }]
  here.put(objectKey('registry', 'REGISTRY'), { ...registry, pauses })
  after(here, 14)
  assert.equal(stateOf(here, order)[0], 'window')
  after(here, 3)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('resource-moved: an order whose numbers went elsewhere in its window says so, and takes nothing', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  notified(here, order)
  const cell = here.cell('ip4/198.51.100.0/24')
  const [registration] = cell.registrations
  here.put('ip4/198.51.100.0/24' as never, {
    ...cell,
    registrations: [{ ...registration, holder: 'H-3', id: 'R-50' }],
  })
  after(here, 14)
  assert.deepEqual(stateOf(here, order), ['returned', 'resource-moved'])
  assert.equal(here.innermost('ip4/198.51.100.0/24')?.holder, 'H-3')
})

test('text-published: once', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  assert.equal(publish(here, order), null)
  assert.equal(publish(here, order), 'text-published')
})
test('sealed: the commitment and the count at once, the opening when the seal ends (seal-running, opening-differs)', () => {
  const here = deskWorld()
  const order = serve(here, HOLD, sealed(OPENING, here))
  assert.deepEqual([deskIn(here).served, deskIn(here).sealed], [1, 1])
  attested(here, order)
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.equal(orderIn(here, order).document, null)
  // Nobody is told while it is sealed.
  assert.equal(here.object('application', examinationOfOrder(order))?.['state'], 'effected')
  const unseal = (opening: JsonObject) => asks(here, { step: 'unseal', staff: 'OP-1', order, opening })
  assert.equal(unseal(OPENING), 'seal-running')
  assert.equal(publish(here, order), 'seal-running')
  after(here, 151)
  assert.equal(orderIn(here, order).seal?.overdue, true)
  assert.equal(unseal({ ...OPENING, reference: 'other' }), 'opening-differs')
  assert.equal(unseal({ ...OPENING, holder: 'H-2' }), 'opening-differs')
  assert.equal(unseal(OPENING), null)
  assert.equal(orderIn(here, order).document, OPENING['document'])
  assert.equal(deskIn(here).sealed, 0)
  notified(here, order)
  assert.equal(orderIn(here, order).notified, here.at)
})
test('a seal that has ended hides nothing from the holder, though nobody opened it; opened later, it is told once more', () => {
  // Verified while it is sealed: the holder is told when the seal ends.
  const here = deskWorld()
  const order = verified(here, HOLD, sealed(OPENING, here))
  const application = examinationOfOrder(order)
  assert.equal(here.object('application', application)?.['state'], 'effected')
  after(here, 151)
  const { state, notice } = here.object('application', application) ?? {}
  assert.deepEqual([state, (notice as JsonObject)['to']], ['to-notify', ['H-1']])
  notified(here, order)
  assert.equal(here.object('application', application)?.['state'], 'effected')
  assert.equal(asks(here, { step: 'unseal', staff: 'OP-1', order, opening: OPENING }), null)
  assert.equal(here.object('application', application)?.['state'], 'to-notify')
  // Verified only after the end: told at once.
  const late = deskWorld()
  const second = serve(late, HOLD, sealed(OPENING, late))
  after(late, 151)
  attested(late, second)
  assert.deepEqual(stateOf(late, second), ['executed', null])
  assert.equal(late.object('application', examinationOfOrder(second))?.['state'], 'to-notify')
})
test('sealed disclosure: not even its holder is named before the end', () => {
  const here = deskWorld()
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  const contact = { role: 'abuse', kind: 'org', fields: { email: hash('c') } }
  here.put(objectKey('holder', 'H-1'), { ...holder, contacts: [contact] })
  const opening = { ...OPENING, commitments: [hash('c')] }
  const more = { ...sealed(opening, here), scope: [], holder: null }
  const order = verified(here, { effect: 'disclose', commitments: [] }, more)
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.ok(!JSON.stringify(orderIn(here, order)).includes('H-1'))
  after(here, 151)
  assert.equal(asks(here, { step: 'unseal', staff: 'OP-1', order, opening }), null)
  assert.equal(orderIn(here, order).holder, 'H-1')
})
test('a seal is renewed by vary, for twelve months more', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, sealed(OPENING, here))
  const vary = { effect: 'vary', order, until: null, sealUntil: '2030-12-01T00:00:00Z' }
  verified(here, vary, { scope: [] })
  assert.equal(orderIn(here, order).seal?.until, '2030-12-01T00:00:00Z')
  after(here, 160)
  assert.equal(orderIn(here, order).seal?.overdue, false)
})

test('not-due: nothing has fallen due', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  assert.equal(here.due(serveOrder, `obj/order/${order}`), 'not-due')
  assert.equal(here.due(serveOrder, 'obj/order/O-9'), 'not-due')
  assert.equal(here.due(serveOrder, `obj/application/${examinationOfOrder(order)}`), 'not-due')
  runDue(here)
})
test('an order with sixteen items fits its entries', () => {
  const here = deskWorld()
  const scope = Array.from({ length: 16 }, (_, n) => {
    const range = `203.0.113.${n * 16}/28`
    here.register(`R-${n + 10}`, range)
    return { key: `ip4/${range}`, id: `R-${n + 10}`, range }
  })
  const order = serve(here, TO_H2, { scope })
  here.assertFits()
  attested(here, order)
  notified(here, order)
  here.later(14 * DAY)
  assert.equal(here.due(serveOrder, `obj/order/${order}`), null)
  here.assertFits()
  assert.equal(stateOf(here, order)[0], 'executed')
  const held = scope.map(({ key }) => here.innermost(key)?.holder)
  assert.deepEqual([...new Set(held)], ['H-2'])
})

/** A holding of IPv4 that is no prefix: many minimal blocks. */
function ragged(here: World, id: string, first: string, last: string): JsonObject {
  here.register(id, `${first} - ${last}`)
  return { key: `ip4/${first}/32`, id, range: `${first} - ${last}` }
}
test('range-not-a-block: what would leave too many prefixes is served in parts', () => {
  const here = deskWorld()
  here.register('R-6', '2001:db8::/32')
  const range = '2001:db8::1 - 2001:db8:ffff:ffff:ffff:ffff:ffff:fffe'
  const scope = [{ key: 'ip6/2001:db8::/32', id: 'R-6', range }]
  assert.equal(returnedWith(here, TO_H2, { scope }), 'range-not-a-block')
  assert.equal(returnedWith(here, { effect: 'cancelToPool' }, { scope }), 'range-not-a-block')
})
test('range-not-a-block: so do many ragged ranges in one order', () => {
  const here = deskWorld()
  const scope = Array.from({ length: 8 }, (_, n) => ragged(here, `R-4${n}`, `10.0.${n}.1`, `10.0.${n}.254`))
  assert.equal(returnedWith(here, TO_H2, { scope }), 'range-not-a-block')
  assert.equal(stateOf(here, executed(here, TO_H2, { scope: scope.slice(0, 1) }))[0], 'executed')
  // A hold writes none of the cells.
  assert.equal(stateOf(here, verified(here, HOLD, { scope: scope.slice(1) }))[0], 'executed')
})
test('range-not-a-block: also where the holding was cut up while the window ran', () => {
  const here = deskWorld()
  const scope = Array.from({ length: 8 }, (_, n) => {
    here.register(`R-4${n}`, `10.0.${n}.0/24`)
    return { key: `ip4/10.0.${n}.0/24`, id: `R-4${n}`, range: `10.0.${n}.1 - 10.0.${n}.2` }
  })
  const order = verified(here, { effect: 'annotate' }, { scope })
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.equal(returnedWith(here, TO_H2, { scope }), 'range-not-a-block')
})
test('range-too-busy: more children inside than one act can look at', () => {
  const here = deskWorld()
  here.register('R-6', '10.0.0.0/8')
  for (let n = 0; n < 20_000; n++)
    here.register(`R-7-${n + 1}`, `10.${n >> 8}.${n & 255}.1/32`, { kind: 'sub', holder: null })
  const scope = [{ key: 'ip4/10.0.0.0/8', id: 'R-6', range: '10.0.0.0/8' }]
  assert.equal(returnedWith(here, TO_H2, { scope }), 'range-too-busy')
})
test('cell-full: a cell that holds as many services as it can takes no more by a re-cut', () => {
  const here = deskWorld()
  const roa = (under: string, n: number) => ({ under, since: 1, asn: 64496 + n, maxLength: 25 })
  const whole = here.cell('ip4/198.51.100.0/24')
  const sixteen = Array.from({ length: 16 }, (_, n) => n)
  here.put('ip4/198.51.100.0/24' as never, { ...whole, roas: sixteen.map((n) => roa('R-1', n)) })
  const kept = here.cell('ip4/198.51.100.128/25')
  here.put('ip4/198.51.100.128/25' as never, { ...kept, roas: sixteen.map((n) => roa('R-1', n + 16)) })
  const order = executed(here, TO_H2, { scope: [HALF] })
  assert.deepEqual(stateOf(here, order), ['returned', 'cell-full'])
})
