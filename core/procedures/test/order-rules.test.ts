// The rules of the order desk one by one: which of two orders prevails, what contradicts, when a window ends, what an end
// undoes, and how much an order may name (procedures.md section D).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSeconds, type JsonObject, type OrderRecord, objectKey } from '@cadastre/records'
import { calendarKey } from '../src/business-days.ts'
import { chainNeed, recordNeed } from '../src/common.ts'
import { heldRefusal, withoutOrder } from '../src/holds.ts'
import { movableSubject, scatteredRefusal, subtreesEach, targetOf } from '../src/order-scope.ts'
import {
  contradicting,
  documentKey,
  isInEffect,
  prevails,
  releaseNeeds,
  resumed,
  undone,
  withWindow,
} from '../src/orders.ts'
import type { Inputs } from '../src/procedure.ts'
import { serveOrder } from '../src/serve-order.ts'
import { WEEKDAYS_HASH } from '../src/weekdays.ts'
import { examine } from './attestors.ts'
import { inputsOf } from './inputs-fixture.ts'
import {
  after,
  attested,
  deskWorld,
  examinationOfOrder,
  executed,
  orderIn,
  runDue,
  serve,
  terms,
  verified,
  WHOLE,
} from './orders-fixture.ts'
import { hash } from './staff-fixture.ts'
import { DAY, instant, type World } from './world.ts'

const AT = instant('2030-01-01T00:00:00Z')
const RANGE = '198.51.100.0 - 198.51.100.255'
const TO_H2: JsonObject = { effect: 'transferTo', receiver: 'H-2' }

function known(here: World, scope: readonly JsonObject[] = [WHOLE]): Inputs {
  const keys = ['procedure/SERVE-ORDER-1', 'notes/R-1', 'notes/H-1', 'holder/H-1', 'registry/REGISTRY']
  return inputsOf(here, () => [
    ...keys.map((key) => recordNeed(`obj/${key}` as never)),
    recordNeed(calendarKey(WEEKDAYS_HASH)),
    ...scope.map((item) => chainNeed(targetOf(item as never).registration.key)),
  ])
}
/** A hold of the whole of R-1 in force, but for what is said otherwise. */
function order(more: object = {}): OrderRecord {
  return {
    handle: 'O-5',
    date: '2030-01-01',
    detail: { effect: 'hold' },
    scope: [{ ...WHOLE, range: RANGE }],
    holder: 'H-1',
    reverses: null,
    state: 'executed',
    notified: AT,
    published: null,
    rooted: true,
    executeFrom: null,
    executed: AT,
    until: null,
    windowEnd: null,
    stayed: null,
    seal: null,
    askAgain: null,
    ...more,
  } as never
}
const noted = (handle: string, more: JsonObject = {}): JsonObject => ({
  order: handle,
  effect: 'hold',
  range: RANGE,
  holds: true,
  until: null,
  ...more,
})
function putNotes(here: World, more: JsonObject): void {
  const empty = {
    v: 1,
    registration: 'R-1',
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
  }
  here.put(objectKey('notes', 'R-1'), { ...empty, pastFacts: [], orders: [], since: 1, ...more })
}
const annotation = (by: string, kind = 'order'): JsonObject => {
  return { id: 'N-1', kind, by, facts: hash(by), evidence: hash(by), until: null, since: 1 }
}

test('of one hierarchy of one country rank decides, then date, then which came later; else neither prevails', () => {
  const given = (more: JsonObject, on: object = {}): never =>
    ({ order: order(on), authority: { terms: terms(more) } }) as never
  const plain = given({})
  assert.equal(prevails(given({ rank: 2 }), plain), true)
  assert.equal(prevails(plain, given({ rank: 2 })), false)
  // Rank goes before date, and date before number.
  assert.equal(prevails(given({ rank: 2 }, { date: '2029-01-01', handle: 'O-4' }), plain), true)
  assert.equal(prevails(plain, given({ rank: 2 }, { date: '2029-01-01', handle: 'O-4' })), false)
  assert.equal(prevails(given({}, { date: '2030-01-02', handle: 'O-4' }), plain), true)
  assert.equal(prevails(plain, given({}, { date: '2030-01-02', handle: 'O-4' })), false)
  assert.equal(prevails(given({}, { handle: 'O-10' }), plain), true)
  assert.equal(prevails(plain, given({}, { handle: 'O-10' })), false)
  assert.equal(prevails(plain, plain), false)
  for (const other of [{ country: 'XY' }, { hierarchy: 'CRIMINAL' }]) {
    assert.equal(prevails(given({ ...other, rank: 2 }), plain), false)
    assert.equal(prevails(plain, given(other, { date: '2029-01-01' })), false)
  }
  const nobody = { order: order({ handle: 'O-10' }), authority: null } as never
  assert.equal(prevails(nobody, plain), false)
  assert.equal(prevails(plain, nobody), false)
})
test('what takes numbers is contradicted by holds in force and by whoever takes the same, not by itself or what it reverses', () => {
  const here = deskWorld()
  const by = (entries: readonly JsonObject[], more: object = {}): readonly string[] => {
    putNotes(here, { orders: entries })
    return contradicting(order({ detail: TO_H2, ...more }), known(here), AT)
  }
  assert.deepEqual(by([noted('O-1')]), ['O-1'])
  assert.deepEqual(by([noted('O-1')], { detail: { effect: 'cancelToPool' } }), ['O-1'])
  assert.deepEqual(by([noted('O-1'), noted('O-1')]), ['O-1'])
  assert.deepEqual(by([noted('O-5')]), [])
  assert.deepEqual(by([noted('O-1'), noted('O-2')], { reverses: 'O-1' }), ['O-2'])
  assert.deepEqual(by([noted('O-1', { until: AT })]), [])
  assert.deepEqual(by([noted('O-1', { until: addSeconds(AT, 1) })]), ['O-1'])
  assert.deepEqual(by([noted('O-1', { range: '203.0.113.0 - 203.0.113.255' })]), [])
  const pending = { holds: false }
  assert.deepEqual(by([noted('O-1', { ...pending, effect: 'transferTo' })]), ['O-1'])
  assert.deepEqual(by([noted('O-1', { ...pending, effect: 'withdrawNamedService' })]), [])
  for (const effect of ['hold', 'annotate', 'correct', 'withdrawNamedService'])
    assert.deepEqual(by([noted('O-1')], { detail: { effect } }), [])
})
test('a representative is contradicted by another one, and not by itself', () => {
  const here = deskWorld()
  const by = (representative: JsonObject | null, holder: string | null = 'H-1'): readonly string[] => {
    here.put(objectKey('notes', 'H-1'), { v: 1, holder: 'H-1', blocked: [], delayed: null, representative })
    const detail = { effect: 'appointRepresentative', m: 1, keys: [] }
    return contradicting(order({ detail, scope: [], holder }), known(here), AT)
  }
  assert.deepEqual(by({ order: 'O-1', restores: null }), ['O-1'])
  assert.deepEqual(by({ order: 'O-5', restores: null }), [])
  assert.deepEqual(by(null), [])
  assert.deepEqual(by({ order: 'O-1', restores: null }, null), [])
})
test('a window begins with the notice, and without a root with the public text; the later of both ends it', () => {
  const here = deskWorld()
  const window = (more: object): readonly unknown[] => {
    const { state, windowEnd } = withWindow(
      order({ detail: TO_H2, state: 'verified', ...more }),
      known(here),
      AT,
    )
    return [state, windowEnd]
  }
  const published = { text: hash('t'), at: addSeconds(AT, -DAY) }
  const executeFrom = addSeconds(AT, 2 * DAY)
  assert.deepEqual(window({ notified: null }), ['verified', null])
  assert.deepEqual(window({ notified: null, rooted: false, published }), ['verified', null])
  assert.deepEqual(window({ rooted: false }), ['noticed', null])
  assert.deepEqual(window({}), ['window', addSeconds(AT, 14 * DAY)])
  assert.deepEqual(window({ rooted: false, published }), ['window', addSeconds(AT, 14 * DAY)])
  assert.deepEqual(window({ executeFrom }), ['window', executeFrom])
  assert.deepEqual(window({ executeFrom, published }), ['window', executeFrom])
  assert.deepEqual(window({ executeFrom, rooted: false, published }), ['window', addSeconds(AT, 13 * DAY)])
})
test('when a stay is over: at once what was executed, at its time what is to be, a new window for what waits', () => {
  const here = deskWorld()
  const ends = (more: object): readonly unknown[] => {
    const next = resumed(order({ state: 'stayed', stayed: { by: 'O-9' }, ...more }), known(here), AT)
    return [next.state, next.windowEnd, next.stayed]
  }
  const later = addSeconds(AT, DAY)
  const earlier = addSeconds(AT, -DAY)
  assert.deepEqual(ends({}), ['window', AT, null])
  assert.deepEqual(ends({ executeFrom: later }), ['window', AT, null])
  assert.deepEqual(ends({ executed: null, executeFrom: later }), ['window', later, null])
  assert.deepEqual(ends({ executed: null, executeFrom: earlier }), ['window', AT, null])
  assert.deepEqual(ends({ executed: null }), ['window', AT, null])
  assert.deepEqual(ends({ executed: null, detail: TO_H2 }), ['window', addSeconds(AT, 14 * DAY), null])
  assert.deepEqual(ends({ executed: null, detail: TO_H2, notified: null }), ['verified', null, null])
})
test('an end undoes the order’s own entries, and writes no notes where it left none', () => {
  const here = deskWorld()
  const keys = (notes: JsonObject): readonly string[] => {
    putNotes(here, notes)
    const lifted = order({ state: 'lifted' })
    return undone(lifted, order(), known(here), AT).map(({ key }) => key)
  }
  const both = ['obj/notes/R-1', 'obj/order/O-5']
  assert.deepEqual(keys({ orders: [noted('O-5')] }), both)
  assert.deepEqual(keys({ annotations: [annotation('O-1'), annotation('O-5')] }), both)
  assert.deepEqual(keys({ orders: [noted('O-1')] }), ['obj/order/O-5'])
  assert.deepEqual(keys({ annotations: [annotation('O-1')] }), ['obj/order/O-5'])
  assert.deepEqual(keys({ annotations: [annotation('O-5', 'dispute')] }), ['obj/order/O-5'])
})
test('to end an order its notes are read, and where it appointed a representative its holder too', () => {
  const asked = (more: object): readonly string[] => releaseNeeds(order(more)).map(({ key }) => key)
  const detail = { effect: 'appointRepresentative', m: 1, keys: [] }
  assert.deepEqual(asked({}), ['obj/notes/R-1'])
  assert.deepEqual(asked({ detail, scope: [] }), ['obj/holder/H-1', 'obj/notes/H-1'])
  assert.deepEqual(asked({ detail, scope: [], holder: null }), [])
})
test('in effect is what lasts and was executed', () => {
  for (const state of ['executed', 'varied'] as const) {
    assert.equal(isInEffect(order({ state })), true)
    assert.equal(isInEffect(order({ state, detail: TO_H2 })), false)
  }
  for (const state of ['verified', 'window', 'stayed', 'lifted'])
    assert.equal(isInEffect(order({ state })), false)
})
test('a document is known by forty hexadecimal digits of its hash', () => {
  assert.match(documentKey(hash('d'), known(deskWorld())), /^obj\/document\/[0-9A-F]{40}$/)
})
test('a hold stops numbers that it overlaps, until its end; what is only noted stops none', () => {
  const range = targetOf(WHOLE as never).range
  const held = (...orders: readonly JsonObject[]): string | null =>
    heldRefusal({ orders } as never, range, AT)
  assert.equal(heldRefusal(null, range, AT), null)
  assert.equal(held(), null)
  assert.equal(held(noted('O-1')), 'held')
  assert.equal(held(noted('O-1', { holds: false })), null)
  assert.equal(held(noted('O-1', { until: AT })), null)
  assert.equal(held(noted('O-1', { until: addSeconds(AT, 1) })), 'held')
  assert.equal(held(noted('O-1', { range: '203.0.113.0 - 203.0.113.255' }), noted('O-2')), 'held')
  assert.equal(held(noted('O-1', { range: '203.0.113.0 - 203.0.113.255' })), null)
})
test('without an order its entries and annotations are gone, and nobody else’s', () => {
  const notes = {
    orders: [noted('O-1'), noted('O-2')],
    annotations: [annotation('O-1'), annotation('O-1', 'dispute'), annotation('O-2')],
    pending: null,
    heldUntil: null,
    delayedUntil: null,
    pastFacts: [],
  }
  const left = withoutOrder(notes as never, 'O-1')
  assert.deepEqual(left?.orders, [noted('O-2')])
  assert.deepEqual(left?.annotations, [annotation('O-1', 'dispute'), annotation('O-2')])
})

test('32 subtrees are looked at for all items together, two at least for each', () => {
  const each = (count: number): number => subtreesEach(Array.from({ length: count }, () => WHOLE as never))
  assert.deepEqual([0, 1, 2, 3, 4, 16, 20].map(each), [32, 32, 16, 10, 8, 2, 2])
})
test('not-a-holding: a child, and what is quarantined for somebody', () => {
  const here = deskWorld()
  const kind = (kind: string, holder: string | null): unknown => {
    here.put('ip4/198.51.100.0/24' as never, null)
    here.register('R-1', '198.51.100.0/24', { kind: kind as never, holder })
    const found = movableSubject(WHOLE as never, holder, known(here))
    return found.ok ? 'taken' : found.error
  }
  assert.equal(kind('holding', 'H-1'), 'taken')
  assert.equal(kind('quarantined', null), 'taken')
  assert.equal(kind('quarantined', 'H-1'), 'not-a-holding')
  assert.equal(kind('sub', null), 'not-a-holding')
  assert.equal(kind('pool', null), 'not-a-holding')
})
test('range-not-a-block: more than 48 prefixes; of a correction those of the registration alone count', () => {
  const here = deskWorld()
  const ragged = (id: string, range: string): JsonObject => {
    here.register(id, range)
    return { key: `ip4/${range.split(' ')[0]}/32`, id, range }
  }
  // Fourteen prefixes each, and six.
  const three = [1, 2, 3].map((n) => ragged(`R-1${n}`, `10.0.${n}.1 - 10.0.${n}.254`))
  here.register('R-20', '10.0.20.0 - 10.0.20.62')
  const six = { key: 'ip4/10.0.20.0/27', id: 'R-20', range: '10.0.20.0 - 10.0.20.62' }
  const one = { key: 'ip4/10.0.21.0/24', id: 'R-21', range: '10.0.21.0/24' }
  here.register('R-21', '10.0.21.0/24')
  const code = (effect: string, scope: readonly JsonObject[]): string | null =>
    scatteredRefusal({ effect } as never, scope as never, 'H-1', known(here, scope))
  assert.equal(code('correct', [...three, six]), null)
  assert.equal(code('correct', [...three, six, one]), 'range-not-a-block')
  assert.equal(code('transferTo', three), 'range-not-a-block')
  assert.equal(code('cancelToPool', three), 'range-not-a-block')
  assert.equal(code('transferTo', three.slice(1, 2)), null)
  assert.equal(code('hold', [...three, six, one]), null)
})
test('correct: every cell of a registration, whichever the order names it by', () => {
  const here = deskWorld()
  here.register('R-6', '203.0.113.0 - 203.0.113.191')
  const scope = [{ key: 'ip4/203.0.113.0/25', id: 'R-6', range: '203.0.113.0 - 203.0.113.191' }]
  const detail = { effect: 'correct', field: 'country', value: 'XX' }
  const handle = executed(here, detail, { scope })
  assert.equal(orderIn(here, handle).state, 'executed')
  for (const key of ['ip4/203.0.113.0/25', 'ip4/203.0.113.128/26'])
    assert.equal(here.innermost(key)?.country, 'XX')
})
test('a verified order that takes something away is noted on each registration, and holds nothing', () => {
  const here = deskWorld()
  const handle = verified(here, TO_H2)
  const { orders } = here.object('notes', 'R-1') as { orders: readonly JsonObject[] } & JsonObject
  assert.deepEqual(orders, [{ order: handle, effect: 'transferTo', range: RANGE, holds: false, until: null }])
})

type Found = {
  readonly by: string
  readonly order: string
  readonly facts: string
  readonly until: string | null
}
function list(here: World, name: 'annotations' | 'orders'): readonly Found[] {
  const notes = here.object('notes', 'R-1') as Record<string, readonly Found[]> | null
  return notes?.[name] ?? []
}
const NONE = { scope: [] }
const UNTIL = '2031-01-01T00:00:00Z'
test('vary: the end of one order changes, in its notes too, and of no other, nor of what others noted', () => {
  const here = deskWorld()
  const annotate = { effect: 'annotate' }
  const [one, other] = [verified(here, annotate), verified(here, annotate)]
  const holds = [verified(here, { effect: 'hold' }), verified(here, { effect: 'hold' })]
  const notes = here.object('notes', 'R-1')
  const claim = annotation(one, 'dispute')
  here.put(objectKey('notes', 'R-1'), { ...notes, annotations: [...list(here, 'annotations'), claim] })
  for (const order of [one, holds[0] ?? ''])
    verified(here, { effect: 'vary', order, until: UNTIL, sealUntil: null }, NONE)
  assert.deepEqual(
    list(here, 'annotations').map(({ by, until }) => [by, until]),
    [
      [one, UNTIL],
      [other, null],
      [one, null],
    ],
  )
  assert.deepEqual(
    list(here, 'orders').map(({ order, until }) => [order, until]),
    [
      [holds[0], UNTIL],
      [holds[1], null],
    ],
  )
  assert.equal(orderIn(here, one).state, 'varied')
  assert.equal(orderIn(here, one).askAgain, null)
})
test('vary: one that waits goes on waiting, and is not asked about', () => {
  const here = deskWorld()
  const waits = verified(here, { effect: 'hold' }, { executeFrom: '2030-06-01T00:00:00Z' })
  verified(here, { effect: 'vary', order: waits, until: null, sealUntil: null }, NONE)
  assert.deepEqual([orderIn(here, waits).state, orderIn(here, waits).askAgain], ['window', null])
})
test('an annotation shows the document’s hash, under a seal what it is sealed by', () => {
  const here = deskWorld()
  const order = verified(here, { effect: 'annotate' })
  const seal = { until: '2030-06-01T00:00:00Z', commitment: hash('c') }
  verified(here, { effect: 'annotate' }, { seal, document: null, reference: null })
  assert.deepEqual(
    list(here, 'annotations').map(({ facts }) => facts),
    [orderIn(here, order).document, hash('c')],
  )
})
test('what an authority that is no court orders: a hold lapses, unless it ends sooner; an annotation stands', () => {
  const here = deskWorld()
  const until = (detail: JsonObject, more: JsonObject = {}): unknown =>
    orderIn(here, verified(here, detail, { authority: 'REGULATOR', ...more })).until
  assert.equal(until({ effect: 'hold' }, { until: '2030-01-11T00:00:00Z' }), '2030-01-11T00:00:00Z')
  assert.equal(until({ effect: 'hold' }, { until: UNTIL }), '2030-01-31T00:00:00Z')
  assert.equal(until({ effect: 'hold' }), '2030-01-31T00:00:00Z')
  assert.equal(until({ effect: 'annotate' }), null)
  assert.equal(until({ effect: 'annotate' }, { until: UNTIL }), UNTIL)
})
test('resource-moved when its court is to be asked: only where all of its numbers have gone', () => {
  const here = deskWorld()
  here.register('R-6', '203.0.113.0/24')
  const second = { key: 'ip4/203.0.113.0/24', id: 'R-6', range: '203.0.113.0/24' }
  const order = verified(here, { effect: 'hold' }, { scope: [WHOLE, second] })
  const gone = (key: string): void => here.put(key as never, null)
  gone('ip4/203.0.113.0/24')
  after(here, 180)
  assert.equal(orderIn(here, order).state, 'executed')
  assert.equal(orderIn(here, order).asked, here.at)
  gone('ip4/198.51.100.0/24')
  after(here, 180)
  assert.equal(orderIn(here, order).reason, 'resource-moved')
})
test('an order that names no numbers has none that could go: its court is asked', () => {
  const here = deskWorld()
  const key = Buffer.from('receiver'.padEnd(32)).toString('base64')
  const appoint = { effect: 'appointRepresentative', m: 1, keys: [{ alg: 'ed25519', key, roles: ['full'] }] }
  const order = executed(here, appoint, NONE, [key])
  after(here, 180)
  assert.equal(orderIn(here, order).state, 'executed')
  assert.ok(orderIn(here, order).asked !== null)
})
test('what does not know an answer is no answer: the majority is of those who gave one', () => {
  const here = deskWorld()
  const order = serve(here, { effect: 'hold' })
  const application = examinationOfOrder(order)
  examine(here, application)
  const record = here.object('application', application) as JsonObject
  const examination = record['examination'] as { calls: readonly JsonObject[] } & JsonObject
  const [call] = examination.calls
  const missed = { ...call, answers: null, missed: true }
  const calls = [missed, missed, ...examination.calls]
  here.put(objectKey('application', application), { ...record, examination: { ...examination, calls } })
  runDue(here)
  assert.equal(orderIn(here, order).state, 'executed')
  assert.deepEqual([...new Set(Object.values(orderIn(here, order).checklist ?? {}))], ['yes'])
})
test('not-due: what attestors answered falls due at its time', () => {
  const here = deskWorld()
  const order = serve(here, { effect: 'hold' })
  const application = examinationOfOrder(order)
  examine(here, application)
  const record = here.object('application', application) as JsonObject
  here.put(objectKey('application', application), { ...record, due: addSeconds(here.at, 1) })
  assert.equal(here.due(serveOrder, `obj/application/${application}`), 'not-due')
  here.later(1)
  assert.equal(here.due(serveOrder, `obj/application/${application}`), null)
})
test('two of whom one says no: the checklist has no majority for it', () => {
  const here = deskWorld()
  const clerks = ['CL-1', 'CL-2'].map((staff, n) => ({ staff, outside: n === 0, first: 0, next: 0 }))
  here.put(objectKey('roster', 'CLERKS'), { v: 1, clerks, turn: 0, since: 0 })
  const order = serve(here, { effect: 'hold' })
  attested(here, order, { 'CL-1': ['binds-registry'] })
  assert.equal(orderIn(here, order).checklist?.['binds-registry'], 'no')
  assert.equal(orderIn(here, order).checklist?.['effect-allowed'], 'yes')
})
