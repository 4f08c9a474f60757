// An order as it is taken in: what a body may say, and what sends it back at once, at the edges (procedures.md section D).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addSeconds,
  CHECKLIST,
  type JsonObject,
  MAX_SEAL_SECONDS,
  NOT_FOR_OPERATOR,
  objectKey,
} from '@cadastre/records'
import { isRooted, isServeMalformed, SERVE, type ServeBody } from '../src/order-form.ts'
import { serveOrder } from '../src/serve-order.ts'
import {
  addAuthority,
  deskIn,
  deskWorld,
  executed,
  HALF,
  HOLD,
  notified,
  orderBody,
  publish,
  SEALED_BY,
  serve,
  stateOf,
  verified,
  WHOLE,
} from './orders-fixture.ts'
import { hash } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const TO_H2: JsonObject = { effect: 'transferTo', receiver: 'H-2' }
const REST: JsonObject = { ...WHOLE, range: '198.51.100.128/25' }

function read(here: World, more: JsonObject, order: JsonObject = HOLD): ServeBody | null {
  const { step: _, ...body } = orderBody(here, order, more)
  const found = SERVE.read(body, '')
  return found.ok ? found.value : null
}
function returnedWith(here: World, order: JsonObject, more: JsonObject = {}): string | null {
  const [state, reason] = stateOf(here, serve(here, order, more))
  return state === 'returned' ? reason : state
}

test('a body names a cell, a registration and a range each in its own way', () => {
  const here = deskWorld()
  const item = (change: JsonObject): boolean => read(here, { scope: [{ ...WHOLE, ...change }] }) !== null
  assert.equal(item({}), true)
  for (const key of ['ip4/198.51.100.0', 'obj/holder/H-1', 'R-1', '']) assert.equal(item({ key }), false)
  for (const id of ['R-0', 'R-10', 'R-10-2', 'R-10-20']) assert.equal(item({ id }), true)
  for (const id of ['', 'R-', 'R-01', 'R-1-0', 'R-1-', 'xR-1', 'R-1x', 'H-1'])
    assert.equal(item({ id }), false)
  for (const range of ['', '198.51.100.0/33', 'all']) assert.equal(item({ range }), false)
})
test('a reference is 1 to 120 printable characters without a space at either end', () => {
  const here = deskWorld()
  const reference = (text: string): boolean => read(here, { reference: text }) !== null
  for (const text of ['1', 'a b', 'x'.repeat(120)]) assert.equal(reference(text), true)
  for (const text of ['', ' ', ' a', 'a ', 'x'.repeat(121), 'ä', 'a\nb']) assert.equal(reference(text), false)
})
test('a sealed order hides reference and document, every other one shows both', () => {
  const here = deskWorld()
  const seal = { until: addSeconds(here.at, DAY), commitment: hash('c') }
  const malformed = (more: JsonObject): boolean | null => {
    const wish = read(here, more)
    return wish === null ? null : isServeMalformed(wish)
  }
  assert.equal(malformed({}), false)
  assert.equal(malformed({ reference: null }), true)
  assert.equal(malformed({ document: null }), true)
  assert.equal(malformed({ reference: null, document: null }), true)
  assert.equal(malformed({ seal }), true)
  assert.equal(malformed({ seal, reference: null }), true)
  assert.equal(malformed({ seal, document: null }), true)
  assert.equal(malformed({ seal, reference: null, document: null }), false)
})
test('a correction: what each field can be', () => {
  const here = deskWorld()
  const fits = (field: string, value: string | null): boolean => {
    const wish = read(here, {}, { effect: 'correct', field, value })
    return wish !== null && !isServeMalformed(wish)
  }
  for (const [field, value] of [
    ['country', null],
    ['country', 'XX'],
    ['registered', null],
    ['registered', '2001-02-03'],
    ['status', 'allocated'],
    ['status', 'assigned'],
    ['name', 'Example'],
  ] as const)
    assert.equal(fits(field, value), true, field)
  for (const [field, value] of [
    ['status', null],
    ['status', 'legacy'],
    ['name', null],
    ['country', 'xx1'],
    ['registered', 'today'],
  ] as const)
    assert.equal(fits(field, value), false, field)
})
test('a seal is rooted in any one of the roots that genesis names', () => {
  const wish = read(deskWorld(), {})
  assert.ok(wish)
  const { root } = SEALED_BY as { root: string } & JsonObject
  const desk = (...certificates: readonly string[]): never =>
    ({ roots: certificates.map((certificate) => ({ name: 'r', certificate })) }) as never
  assert.equal(isRooted(wish, desk(root)), true)
  assert.equal(isRooted(wish, desk(hash('other'), root)), true)
  assert.equal(isRooted(wish, desk(hash('other'))), false)
  assert.equal(isRooted(wish, desk()), false)
  assert.equal(isRooted(wish, null), false)
  const byBailiff = { ...wish, authenticity: { means: 'bailiff', root } } as never
  assert.equal(isRooted(byBailiff, desk(root)), false)
})
test('authority-unknown: from the very instant of its end, and not before', () => {
  const here = deskWorld()
  addAuthority(here, 'ENDS', {}, { ended: addSeconds(here.at, 1) })
  addAuthority(here, 'ENDED', {}, { ended: here.at })
  assert.equal(returnedWith(here, HOLD, { authority: 'ENDS', scope: [HALF] }), 'received')
  assert.equal(returnedWith(here, HOLD, { authority: 'ENDED', scope: [REST] }), 'authority-unknown')
})
test('authority-noticed: it may lift its own order, and neither stay nor vary it; at the end of its notice it may', () => {
  const here = deskWorld()
  addAuthority(here, 'NEW', {}, { noticedUntil: addSeconds(here.at, 1) })
  const by = { authority: 'NEW', scope: [] }
  const own = verified(here, HOLD, { authority: 'NEW' })
  assert.equal(returnedWith(here, { effect: 'stay', order: own }, by), 'authority-noticed')
  const vary = { effect: 'vary', order: own, until: null, sealUntil: null }
  assert.equal(returnedWith(here, vary, by), 'authority-noticed')
  const other = verified(here, HOLD, {})
  assert.equal(returnedWith(here, { effect: 'lift', order: other, what: 'order' }, by), 'authority-noticed')
  assert.equal(returnedWith(here, { effect: 'lift', order: own, what: 'order' }, by), 'received')
  here.later(1)
  assert.equal(returnedWith(here, vary, by), 'received')
})
test('seal-too-long, term-past: at the very edges', () => {
  const here = deskWorld()
  const sealed = (seconds: number): string | null => {
    const seal = { until: addSeconds(here.at, seconds), commitment: hash(`c ${seconds}`) }
    return returnedWith(here, HOLD, { seal, reference: null, document: null })
  }
  assert.equal(sealed(0), 'term-past')
  assert.equal(sealed(1), 'received')
  assert.equal(sealed(MAX_SEAL_SECONDS), 'received')
  assert.equal(sealed(MAX_SEAL_SECONDS + 1), 'seal-too-long')
})
test('seal-too-long: so is a seal that is renewed for longer', () => {
  const here = deskWorld()
  const seal = { until: addSeconds(here.at, DAY), commitment: hash('c') }
  const order = verified(here, HOLD, { seal, reference: null, document: null })
  const vary = (seconds: number): string | null => {
    const sealUntil = addSeconds(here.at, seconds)
    return returnedWith(here, { effect: 'vary', order, until: null, sealUntil }, { scope: [] })
  }
  assert.equal(vary(MAX_SEAL_SECONDS + 1), 'seal-too-long')
  assert.equal(vary(MAX_SEAL_SECONDS), 'received')
})
test('term-past: an end that is now is no end', () => {
  const here = deskWorld()
  assert.equal(returnedWith(here, HOLD, { until: here.at }), 'term-past')
  assert.equal(returnedWith(here, HOLD, { until: addSeconds(here.at, 1) }), 'received')
})
test('order-closed: what is stayed is not stayed again; what was varied can be reversed', () => {
  const here = deskWorld()
  const hold = verified(here, HOLD)
  const vary = { effect: 'vary', order: hold, until: addSeconds(here.at, 90 * DAY), sealUntil: null }
  verified(here, vary, { scope: [] })
  assert.equal(stateOf(here, hold)[0], 'varied')
  assert.equal(returnedWith(here, TO_H2, { reverses: hold }), 'received')
  const there = deskWorld()
  const other = verified(there, HOLD)
  verified(there, { effect: 'stay', order: other }, { scope: [] })
  assert.equal(stateOf(there, other)[0], 'stayed')
  assert.equal(returnedWith(there, { effect: 'stay', order: other }, { scope: [] }), 'order-closed')
  assert.equal(returnedWith(there, TO_H2, { reverses: other }), 'order-closed')
})
test('resource-moved: an order about an order names whom that one names, nobody where it names nobody', () => {
  const here = deskWorld()
  const hold = verified(here, HOLD)
  const lift = (order: string, holder: string | null): string | null =>
    returnedWith(here, { effect: 'lift', order, what: 'order' }, { scope: [], holder })
  assert.equal(lift(hold, 'H-2'), 'resource-moved')
  assert.equal(lift(hold, null), 'resource-moved')
  assert.equal(lift(hold, 'H-1'), 'received')
  here.register('R-6', '203.0.113.0/24', { kind: 'quarantined', holder: null })
  const scope = [{ key: 'ip4/203.0.113.0/24', id: 'R-6', range: '203.0.113.0/24' }]
  assert.equal(lift(verified(here, HOLD, { scope, holder: null }), null), 'received')
})
test('every item of the scope is looked at, not the first alone', () => {
  const here = deskWorld()
  here.register('R-6', '203.0.113.0/24')
  const item = (range: string): JsonObject => ({ key: 'ip4/203.0.113.0/24', id: 'R-6', range })
  const outside = [WHOLE, item('192.0.2.0/24')]
  assert.equal(returnedWith(here, HOLD, { scope: outside }), 'range-outside')
  assert.equal(returnedWith(here, TO_H2, { scope: outside }), 'range-outside')
  const correct = { effect: 'correct', field: 'country', value: 'XX' }
  assert.equal(returnedWith(here, correct, { scope: outside }), 'range-outside')
  here.register('R-7', '203.0.113.64/26', { kind: 'sub', holder: null })
  const cut = [WHOLE, item('203.0.113.0 - 203.0.113.95')]
  assert.equal(returnedWith(here, TO_H2, { scope: cut }), 'splits-child')
  const services = [{ at: 'ip4/203.0.113.0/24', service: { kind: 'route', origin: 64496 } }]
  const withdraw = { effect: 'withdrawNamedService', services }
  assert.equal(returnedWith(here, withdraw, { scope: [WHOLE, item('203.0.113.0/24')] }), 'received')
  assert.equal(returnedWith(here, withdraw, { scope: [WHOLE] }), 'range-outside')
})
test('not-a-holding: a child is held and noted, neither transferred nor cancelled', () => {
  const here = deskWorld()
  here.register('R-9', '198.51.100.0/25', { kind: 'lease', holder: 'H-4' })
  const child = {
    scope: [{ key: 'ip4/198.51.100.0/25', id: 'R-9', range: '198.51.100.0/25' }],
    holder: 'H-4',
  }
  assert.equal(returnedWith(here, HOLD, child), 'received')
  assert.equal(returnedWith(here, { effect: 'annotate' }, child), 'received')
  assert.equal(returnedWith(here, TO_H2, child), 'not-a-holding')
  assert.equal(returnedWith(here, { effect: 'cancelToPool' }, child), 'not-a-holding')
})
test('scope-repeated: parts of one registration are held, and neither taken, cancelled nor corrected', () => {
  const here = deskWorld()
  const scope = [HALF, REST]
  assert.equal(returnedWith(here, HOLD, { scope }), 'received')
  const correct = { effect: 'correct', field: 'country', value: 'XX' }
  for (const order of [TO_H2, { effect: 'cancelToPool' }, correct])
    assert.equal(returnedWith(here, order, { scope }), 'scope-repeated')
})
test('commitment-unknown: each must be the holder’s; scope-missing, where none is named', () => {
  const here = deskWorld()
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  const contacts = [{ role: 'abuse', kind: 'org', fields: { email: hash('c') } }]
  here.put(objectKey('holder', 'H-1'), { ...holder, contacts })
  const disclose = (...commitments: readonly string[]): string | null =>
    returnedWith(here, { effect: 'disclose', commitments }, { scope: [] })
  assert.equal(disclose(hash('c')), 'received')
  assert.equal(disclose(hash('c'), hash('other')), 'commitment-unknown')
  assert.equal(disclose(hash('other'), hash('c')), 'commitment-unknown')
  assert.equal(disclose(), 'scope-missing')
})
test('correct without numbers: a name that is no person’s, a country of anybody’s, and nothing of a registration', () => {
  const here = deskWorld()
  const correct = (field: string, value: string): string | null =>
    returnedWith(here, { effect: 'correct', field, value }, { scope: [] })
  assert.equal(correct('status', 'assigned'), 'scope-missing')
  assert.equal(correct('registered', '2001-02-03'), 'scope-missing')
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  here.put(objectKey('holder', 'H-1'), { ...holder, kind: 'person' })
  assert.equal(correct('country', 'XX'), 'received')
  assert.equal(correct('name', 'Example'), 'not-for-persons')
})
test('what the order fixes in the past is executed as soon as it is verified', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { executeFrom: addSeconds(here.at, -DAY) })
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('a disclosure is executed, and a commitment that has gone meanwhile sends it back', () => {
  const here = deskWorld()
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  const keep = (...names: readonly string[]): void => {
    const contacts = names.map((name) => ({ role: 'abuse', kind: 'org', fields: { email: hash(name) } }))
    here.put(objectKey('holder', 'H-1'), { ...holder, contacts })
  }
  const detail = { effect: 'disclose', commitments: [hash('c'), hash('d')] }
  const later = (gone: () => void): readonly unknown[] => {
    keep('c', 'd')
    const order = verified(here, detail, { scope: [], executeFrom: addSeconds(here.at, DAY) })
    gone()
    notified(here, order)
    publish(here, order)
    here.later(DAY)
    here.due(serveOrder, objectKey('order', order))
    return stateOf(here, order)
  }
  assert.deepEqual(
    later(() => undefined),
    ['executed', null],
  )
  assert.deepEqual(
    later(() => keep('c')),
    ['returned', 'commitment-unknown'],
  )
})
test('an open-ended order of a court is asked about; one with an end, or one that is done once, is not', () => {
  const here = deskWorld()
  const asked = (order: JsonObject, more: JsonObject): unknown =>
    (here.state.get(objectKey('order', executed(here, order, more))) as JsonObject)['askAgain'] !== null
  const later = addSeconds(here.at, 400 * DAY)
  assert.equal(asked(HOLD, { scope: [HALF] }), true)
  assert.equal(asked(HOLD, { scope: [HALF], until: later }), false)
  assert.equal(asked({ effect: 'annotate' }, { scope: [HALF] }), true)
  assert.equal(asked({ effect: 'annotate' }, { scope: [HALF], authority: 'REGULATOR' }), true)
  assert.equal(asked(HOLD, { scope: [REST], authority: 'REGULATOR' }), false)
  assert.equal(asked({ effect: 'annotate' }, { scope: [HALF], until: later }), false)
  assert.equal(asked({ effect: 'correct', field: 'country', value: 'XX' }, { scope: [WHOLE] }), false)
})

const OPENING: JsonObject = {
  document: hash('document'),
  reference: '9 O 9/29',
  holder: 'H-1',
  commitments: [],
  nonce: Buffer.alloc(32).toString('base64'),
}
/** A hold whose seal ends tomorrow, and that has ended. */
function unsealable(here: World, opening: JsonObject, holder: string | null = 'H-1'): string {
  const seal = { until: addSeconds(here.at, DAY), commitment: here.state.memberHash(opening) }
  const order = verified(here, HOLD, { seal, holder, reference: null, document: null })
  here.later(DAY)
  return order
}
function unseal(here: World, order: string, opening: JsonObject): string | null {
  return here.ask(serveOrder, { body: { step: 'unseal', staff: 'OP-1', order, opening }, by: ['OP-1/staff'] })
}
test('unseal: once, by exactly what it is a commitment to, and for the holder whom the order names', () => {
  const here = deskWorld()
  const order = unsealable(here, OPENING)
  assert.equal(unseal(here, order, { ...OPENING, nonce: 'short' }), 'body-malformed')
  assert.equal(unseal(here, order, OPENING), null)
  assert.equal(unseal(here, order, OPENING), 'not-sealed')
  assert.equal((here.state.get(objectKey('order', order)) as { seal: JsonObject }).seal['overdue'], false)
  // From now on its text can be public.
  assert.equal(publish(here, order), null)
  const other = deskWorld()
  const opening = { ...OPENING, holder: 'H-2' }
  assert.equal(unseal(other, unsealable(other, opening), opening), 'opening-differs')
})
test('publish: a text that comes after the execution changes nothing else', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  assert.equal(publish(here, order), null)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('served: dated today at the latest, counted once, and a court is not asked for whom it is', () => {
  const here = deskWorld()
  const questions = (authority: string): unknown => {
    const order = serve(here, HOLD, { authority, date: '2030-01-01' })
    const application = here.object('application', `A-${order.slice(2)}`)
    const examination = application?.['examination'] as JsonObject | undefined
    return examination?.['questions']
  }
  assert.deepEqual(questions('COURT'), [...CHECKLIST])
  assert.deepEqual(questions('REGULATOR'), [...CHECKLIST, NOT_FOR_OPERATOR])
  assert.deepEqual([deskIn(here).served, deskIn(here).sealed], [2, 0])
})
