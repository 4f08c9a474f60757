// What falls due about an order: which of several things comes first, and what does not happen then (procedures.md
// section D; the states of docs/procedures/serve-order.md).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSeconds, DAY_SECONDS, type JsonObject, objectKey } from '@cadastre/records'
import { serveOrder } from '../src/serve-order.ts'
import { examine } from './attestors.ts'
import {
  addAuthority,
  after,
  attested,
  crowd,
  deskWorld,
  examinationOfOrder,
  HOLD,
  notedOn,
  notified,
  orderIn,
  runDue,
  serve,
  sixteen,
  stateOf,
  verified,
} from './orders-fixture.ts'
import { hash } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const HOUR = 3600
const CELL = 'ip4/198.51.100.0/24'
const TO_H2: JsonObject = { effect: 'transferTo', receiver: 'H-2' }
const NONE = { scope: [] }
const OPENING: JsonObject = {
  document: hash('document'),
  reference: '9 O 9/29',
  holder: 'H-1',
  commitments: [],
  nonce: Buffer.alloc(32).toString('base64'),
}

/** An order under a seal of so many seconds. */
function sealed(here: World, seconds: number, more: JsonObject = {}): JsonObject {
  const seal = { until: addSeconds(here.at, seconds), commitment: here.state.memberHash(OPENING) }
  return { seal, document: null, reference: null, ...more }
}
function unseal(here: World, order: string): string | null {
  const body = { step: 'unseal', staff: 'OP-1', order, opening: OPENING }
  return here.ask(serveOrder, { body, by: ['OP-1/staff'] })
}
function dueOrder(here: World, order: string): string | null {
  return here.due(serveOrder, objectKey('order', order))
}
function change(here: World, order: string, more: object): void {
  here.put(objectKey('order', order), { ...orderIn(here, order), ...more })
}
const overdue = (here: World, order: string): boolean | undefined => orderIn(here, order).seal?.overdue

test('a time that the order fixes and that has passed waits for nothing: the entry that verifies it executes it', () => {
  for (const seconds of [-DAY, 0]) {
    const here = deskWorld()
    const order = serve(here, HOLD, { executeFrom: addSeconds(here.at, seconds) })
    examine(here, examinationOfOrder(order))
    assert.equal(here.due(serveOrder, `obj/application/${examinationOfOrder(order)}`), null)
    assert.equal(stateOf(here, order)[0], 'executed')
  }
})
test('a seal that was opened before the attestors answered hides nothing: the holder is told at once', () => {
  const here = deskWorld()
  const order = serve(here, HOLD, sealed(here, HOUR))
  here.later(HOUR)
  assert.equal(unseal(here, order), null)
  attested(here, order)
  assert.equal(stateOf(here, order)[0], 'executed')
  const application = here.object('application', examinationOfOrder(order))
  const notice: unknown = application?.['notice']
  assert.deepEqual([application?.['state'], (notice as { to: unknown }).to], ['to-notify', ['H-1']])
})
test('only what lasts, runs and has an end expires: not a stay, not what has ended, not what is still examined', () => {
  const here = deskWorld()
  const ends = { until: addSeconds(here.at, DAY) }
  const hold = verified(here, HOLD)
  const stay = verified(here, { effect: 'stay', order: hold }, { ...sealed(here, 2 * DAY, ends), ...NONE })
  after(here, 2)
  assert.deepEqual([stateOf(here, stay)[0], overdue(here, stay)], ['executed', true])
  const there = deskWorld()
  const ended = verified(there, HOLD, sealed(there, 2 * DAY, ends))
  after(there, 1)
  const end = { ...orderIn(there, ended) }
  assert.equal(end.state, 'expired')
  after(there, 1)
  assert.deepEqual([orderIn(there, ended).ended, overdue(there, ended)], [end.ended, true])
  const other = deskWorld()
  const received = serve(other, HOLD, sealed(other, 2 * HOUR, { until: addSeconds(other.at, HOUR) }))
  other.later(2 * HOUR)
  assert.equal(dueOrder(other, received), null)
  assert.deepEqual([stateOf(other, received)[0], overdue(other, received)], ['received', true])
})
test('what strangers note does not keep a stayed hold alive: the rest of its notes is released at once', () => {
  const here = deskWorld()
  const scope = sixteen(here)
  const order = verified(here, HOLD, { scope })
  crowd(here, scope)
  const before = here.index
  verified(here, { effect: 'stay', order }, NONE)
  assert.equal(stateOf(here, order)[0], 'stayed')
  const left = scope.flatMap(({ id }) => notedOn(here, String(id)))
  assert.deepEqual([left, orderIn(here, order).windowEnd], [[], null])
  assert.ok(here.index - before > 6)
})
test('the end of a seal is no end of a stay', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, sealed(here, DAY))
  verified(here, { effect: 'stay', order }, { ...NONE, until: addSeconds(here.at, 9 * DAY) })
  after(here, 1)
  assert.deepEqual([stateOf(here, order)[0], overdue(here, order)], ['stayed', true])
  after(here, 8)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('the end of a seal executes nothing before its time', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, sealed(here, DAY, { executeFrom: addSeconds(here.at, 3 * DAY) }))
  after(here, 1)
  assert.deepEqual([stateOf(here, order)[0], overdue(here, order)], ['window', true])
  after(here, 2)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('nothing but a window or a conflict comes to an execution by its time: what was executed is not again', () => {
  for (const state of ['executed', 'varied']) {
    const here = deskWorld()
    const order = verified(here, HOLD)
    change(here, order, { state, windowEnd: here.at, askAgain: here.at })
    assert.equal(dueOrder(here, order), null)
    assert.deepEqual([stateOf(here, order)[0], orderIn(here, order).asked], [state, here.at])
    assert.equal(notedOn(here, 'R-1').length, 1)
  }
})
test('a seal that was opened in time is not missing later: the court is asked as ever', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, sealed(here, DAY))
  here.later(DAY)
  assert.equal(unseal(here, order), null)
  after(here, 179)
  assert.deepEqual([orderIn(here, order).asked, overdue(here, order)], [here.at, false])
})
test('an authority that was struck at the very end of its first notice has been one', () => {
  const here = deskWorld()
  const noticedUntil = '2030-03-01T00:00:00Z'
  addAuthority(here, 'BRIEF', {}, { noticedUntil })
  const order = verified(here, HOLD, { authority: 'BRIEF' })
  addAuthority(here, 'BRIEF', {}, { noticedUntil, ended: noticedUntil })
  after(here, 180)
  assert.deepEqual([stateOf(here, order)[0], orderIn(here, order).asked], ['executed', here.at])
})
test('a pause makes no time later that the order itself fixes', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2, { executeFrom: addSeconds(here.at, 20 * DAY) })
  notified(here, order)
  const registry = here.state.get(objectKey('registry', 'REGISTRY')) as JsonObject
  const pauses = [{ since: '2030-01-02T00:00:00Z', until: '2030-01-05T00:00:00Z' }]
  here.put(objectKey('registry', 'REGISTRY'), { ...registry, pauses })
  after(here, 20)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('I5: how often a court is asked again goes by the terms in force when the order was served', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  const key = objectKey('procedure', 'SERVE-ORDER-1')
  const record = here.state.get(key) as JsonObject
  const parameters = { ...(record['parameters'] as JsonObject), askAgainSeconds: DAY }
  const revision = { text: '', parameters, from: here.at, adoption: 'A-1', since: here.index }
  here.put(key, { ...record, revisions: [revision] })
  after(here, 180)
  assert.equal(orderIn(here, order).askAgain, addSeconds(here.at, 180 * DAY))
})
test('the notice of a verified order looks at no number: what it is to take is looked at when it is executed', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  notified(here, order)
  const looked = (here.last?.inputs ?? []).map(({ key }) => key)
  assert.ok(looked.includes(objectKey('order', order)))
  assert.deepEqual(
    looked.filter((key) => key.startsWith('ip4/') || key.startsWith('obj/authority/')),
    [],
  )
})
test('nothing is executed without its notice, whatever its record says of its window: it is looked at a day later', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  change(here, order, { state: 'window', windowEnd: here.at })
  assert.equal(dueOrder(here, order), null)
  assert.deepEqual(
    [stateOf(here, order)[0], orderIn(here, order).windowEnd, here.innermost(CELL)?.holder],
    ['window', addSeconds(here.at, DAY_SECONDS), 'H-1'],
  )
  runDue(here)
})
test('an opening tells nobody a second time: but whom it names for the first time, and who is to answer first answers', () => {
  const applicationOf = (here: World, order: string): JsonObject =>
    here.object('application', examinationOfOrder(order)) ?? {}
  const toldOf = (here: World, order: string): readonly unknown[] => {
    const { state, notice } = applicationOf(here, order) as { state: string; notice: JsonObject | null }
    return [state, notice?.['to'] ?? null]
  }
  const here = deskWorld()
  const hold = verified(here, HOLD, sealed(here, DAY))
  after(here, 1)
  assert.deepEqual(toldOf(here, hold), ['to-notify', ['H-1']])
  const before = applicationOf(here, hold)
  here.later(HOUR)
  assert.equal(unseal(here, hold), null)
  assert.deepEqual(applicationOf(here, hold), before)
  // A disclosure names its holder by its opening alone.
  const disclose = { effect: 'disclose', commitments: [] }
  const there = deskWorld()
  const secret = serve(there, disclose, { ...sealed(there, HOUR), ...NONE, holder: null })
  there.later(HOUR)
  attested(there, secret)
  assert.deepEqual(toldOf(there, secret), ['to-notify', []])
  assert.equal(unseal(there, secret), null)
  assert.deepEqual(toldOf(there, secret), ['to-notify', ['H-1']])
  const other = deskWorld()
  const examined = serve(other, disclose, { ...sealed(other, HOUR), ...NONE, holder: null })
  other.later(HOUR)
  assert.equal(unseal(other, examined), null)
  assert.deepEqual(toldOf(other, examined), ['examining', null])
})
test('told at the end of a seal is who was to be told before: not while it is examined, nor whom no record names', () => {
  const state = (here: World, order: string): unknown =>
    here.object('application', examinationOfOrder(order))?.['state']
  const here = deskWorld()
  const received = serve(here, HOLD, sealed(here, HOUR))
  here.later(HOUR)
  assert.equal(dueOrder(here, received), null)
  assert.deepEqual([overdue(here, received), state(here, received)], [true, 'examining'])
  const disclose = { effect: 'disclose', commitments: [] }
  const there = deskWorld()
  const secret = verified(there, disclose, { ...sealed(there, DAY), ...NONE, holder: null })
  after(there, 1)
  assert.deepEqual([overdue(there, secret), state(there, secret)], [true, 'effected'])
})
test('the terms of notices are looked at where a seal ends, by whose end somebody is told; for other orders not', () => {
  const looked = (more: (here: World) => JsonObject): boolean => {
    const here = deskWorld()
    const order = verified(here, HOLD, more(here))
    here.later(DAY)
    assert.equal(dueOrder(here, order), null)
    return (here.last?.inputs ?? []).some(({ key }) => key === 'obj/procedure/RECORD-NOTICE-1')
  }
  assert.equal(
    looked((here) => sealed(here, DAY)),
    true,
  )
  assert.equal(
    looked((here) => ({ until: addSeconds(here.at, DAY) })),
    false,
  )
})
