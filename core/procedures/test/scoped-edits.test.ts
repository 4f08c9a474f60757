// What an order may write (I8), asked of `ScopedEdits` itself: it refuses by its own look, whatever was found when the
// order was served (procedures.md section D).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Order } from '@cadastre/evidence'
import type { JsonObject, OrderDetail, RecordKey } from '@cadastre/records'
import { objectKey } from '@cadastre/records'
import { recordNeed } from '../src/common.ts'
import { namedServices, scopeNeeds } from '../src/order-scope.ts'
import { ScopedEdits } from '../src/scoped-edits.ts'
import { inputsOf } from './inputs-fixture.ts'
import { deskWorld, HALF, WHOLE } from './orders-fixture.ts'
import { hash } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const CELL = 'ip4/198.51.100.0/24' as RecordKey
const NOTES = objectKey('notes', 'R-1')
const TO_H2: JsonObject = { effect: 'transferTo', receiver: 'H-2' }

/** The edits of an order O-5 of this detail, on these numbers of H-1. */
function edits(
  here: World,
  detail: JsonObject,
  scope: readonly JsonObject[] = [WHOLE],
  holder: string | null = 'H-1',
): { readonly order: Order; readonly edits: ScopedEdits } {
  const known = inputsOf(here, (inputs) => [
    recordNeed(objectKey('procedure', 'SERVE-ORDER-1')),
    ...['H-1', 'H-2', 'H-99'].map((name) => recordNeed(objectKey('holder', name))),
    ...scopeNeeds(detail as OrderDetail, scope as never, holder, inputs),
  ])
  const order: Order = { kind: 'order', order: 'O-5', effect: detail['effect'], holder, scope } as never
  return { order, edits: new ScopedEdits(order, known, here.at) }
}
function first({ order }: { readonly order: Order }, index = 0): Order['scope'][number] {
  const item = order.scope[index]
  assert.ok(item)
  return item
}
function notes(more: JsonObject): JsonObject {
  const empty = {
    v: 1,
    registration: 'R-1',
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
  }
  return { ...empty, pastFacts: [], orders: [], since: 1, ...more }
}
const annotation = (n: number, more: JsonObject = {}): JsonObject => ({
  id: `N-${n}`,
  kind: 'order',
  by: `O-${n}`,
  facts: hash(`${n}`),
  evidence: hash(`${n}`),
  until: null,
  since: 1,
  ...more,
})
const entry = (n: number): JsonObject => ({
  order: `O-${n}`,
  effect: 'hold',
  range: '198.51.100.0 - 198.51.100.255',
  holds: true,
  until: null,
})
const list = (count: number, one: (n: number) => JsonObject): readonly JsonObject[] =>
  Array.from({ length: count }, (_, n) => one(n + 10))

test('an effect that was not ordered is no argument', () => {
  const here = deskWorld()
  const hold = edits(here, { effect: 'hold' })
  const item = first(hold)
  assert.throws(() => hold.edits.transfer(item, 'H-2'), /O-5 orders nothing of the kind/)
  assert.throws(() => hold.edits.cancel(item, DAY), /orders nothing/)
  assert.throws(() => hold.edits.annotate(item, '', null), /orders nothing/)
  assert.throws(() => hold.edits.correct(item, 'country', 'XX'), /orders nothing/)
  assert.throws(() => hold.edits.correctHolder('country', 'XX'), /another effect was ordered/)
  assert.throws(() => hold.edits.withdraw([]), /another effect was ordered/)
  assert.throws(() => hold.edits.represent(1, []), /another effect was ordered/)
  assert.throws(() => edits(here, { effect: 'annotate' }).edits.hold(item, null), /orders nothing/)
  assert.deepEqual(hold.edits.effects(), [])
})
test('everything is written on the basis of the order', () => {
  const here = deskWorld()
  for (const [detail, act] of [
    [{ effect: 'hold' }, (one) => one.edits.hold(first(one), null)],
    [{ effect: 'annotate' }, (one) => one.edits.annotate(first(one), hash('d'), null)],
    [{ effect: 'cancelToPool' }, (one) => one.edits.cancel(first(one), DAY)],
    [TO_H2, (one) => one.edits.transfer(first(one), 'H-2')],
    [
      { effect: 'correct', field: 'country', value: 'XX' },
      (one) => one.edits.correct(first(one), 'country', 'XX'),
    ],
  ] as readonly (readonly [JsonObject, (one: ReturnType<typeof edits>) => string | null])[]) {
    const one = edits(here, detail)
    assert.equal(act(one), null)
    const written = one.edits.effects()
    assert.ok(written.length > 0)
    for (const { basis } of written) assert.deepEqual(basis, [one.order])
  }
})
test('notes-full: sixteen orders, and sixteen annotations by orders beside what others noted', () => {
  const here = deskWorld()
  const held = (count: number): string | null => {
    here.put(NOTES, notes({ orders: list(count, entry), annotations: list(16, annotation) }))
    const one = edits(here, { effect: 'hold' })
    return one.edits.hold(first(one), null)
  }
  assert.equal(held(15), null)
  assert.equal(held(16), 'notes-full')
  const noted = (annotations: readonly JsonObject[]): string | null => {
    here.put(NOTES, notes({ orders: list(16, entry), annotations }))
    const one = edits(here, { effect: 'annotate' })
    return one.edits.annotate(first(one), hash('d'), null)
  }
  assert.equal(noted(list(15, annotation)), null)
  assert.equal(noted(list(16, annotation)), 'notes-full')
  const strange = list(8, (n) => annotation(n, { kind: 'dispute' }))
  assert.equal(noted([...strange, ...list(15, annotation)]), null)
})
test('annotate: once for a registration, whatever else is noted there, and however many items name it', () => {
  const here = deskWorld()
  const rest = { ...WHOLE, range: '198.51.100.128/25' }
  const written = (before: readonly JsonObject[]): readonly unknown[] => {
    here.put(NOTES, notes({ annotations: before }))
    const one = edits(here, { effect: 'annotate' }, [HALF, rest])
    assert.equal(one.edits.annotate(first(one), hash('d'), null), null)
    assert.equal(one.edits.annotate(first(one, 1), hash('d'), null), null)
    const [effect] = one.edits.effects()
    const next = effect?.next as { annotations: readonly { kind: string; by: string }[] } | undefined
    return (next?.annotations ?? []).map(({ kind, by }) => `${kind} ${by}`)
  }
  assert.deepEqual(written([]), ['order O-5'])
  assert.deepEqual(written([annotation(9)]), ['order O-9', 'order O-5'])
  const sameName = annotation(5, { kind: 'dispute' })
  assert.deepEqual(written([sameName]), ['dispute O-5', 'order O-5'])
})
test('hold, annotate, correct, transferTo, cancelToPool, withdraw: resource-moved where the numbers are not its holder’s', () => {
  const here = deskWorld()
  const by = (detail: JsonObject): ReturnType<typeof edits> => edits(here, detail, [WHOLE], 'H-3')
  const results = [
    ((one) => one.edits.hold(first(one), null))(by({ effect: 'hold' })),
    ((one) => one.edits.annotate(first(one), '', null))(by({ effect: 'annotate' })),
    ((one) => one.edits.correct(first(one), 'country', 'XX'))(by({ effect: 'correct' })),
    ((one) => one.edits.transfer(first(one), 'H-2'))(by(TO_H2)),
    ((one) => one.edits.cancel(first(one), DAY))(by({ effect: 'cancelToPool' })),
    ((one) => one.edits.withdraw([]))(by({ effect: 'withdrawNamedService', services: [] })),
  ]
  assert.deepEqual([...new Set(results)], ['resource-moved'])
})
test('correct: a status is never taken away, a country and a date of registration are', () => {
  const here = deskWorld()
  const corrected = (field: 'country' | 'registered' | 'status', value: string | null): string | null => {
    const one = edits(here, { effect: 'correct', field, value })
    return one.edits.correct(first(one), field, value)
  }
  assert.equal(corrected('status', null), 'scope-missing')
  assert.equal(corrected('status', 'assigned'), null)
  assert.equal(corrected('country', null), null)
  assert.equal(corrected('registered', null), null)
})
test('correct: a holder’s name where it is an organisation’s and there is one, its country in any case', () => {
  const here = deskWorld()
  const before = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  const corrected = (
    field: 'name' | 'country',
    value: string | null,
    kind: string,
    holder = 'H-1',
  ): string | null => {
    here.put(objectKey('holder', 'H-1'), { ...before, kind })
    return edits(here, { effect: 'correct', field, value }, [], holder).edits.correctHolder(field, value)
  }
  assert.equal(corrected('name', 'Example', 'org'), null)
  assert.equal(corrected('name', 'Example', 'person'), 'not-for-persons')
  assert.equal(corrected('name', null, 'org'), 'not-for-persons')
  assert.equal(corrected('country', null, 'person'), null)
  assert.equal(corrected('country', 'XX', 'org'), null)
  assert.equal(corrected('country', 'XX', 'org', 'H-99'), 'holder-unknown')
})
test('transferTo: holder-unknown, range-not-a-block, splits-child: asked again when it is executed', () => {
  const here = deskWorld()
  const to = (receiver: string, scope: readonly JsonObject[] = [WHOLE]): string | null => {
    const one = edits(here, { effect: 'transferTo', receiver }, scope)
    return one.edits.transfer(first(one), receiver)
  }
  assert.equal(to('H-99'), 'holder-unknown')
  assert.equal(to('H-2'), null)
  here.register('R-2', '198.51.100.64/26', { kind: 'sub', holder: null })
  assert.equal(to('H-2', [HALF]), null)
  assert.equal(to('H-2', [{ ...WHOLE, range: '198.51.100.0 - 198.51.100.95' }]), 'splits-child')
})
test('transferTo: what claimants noted goes along with whole registrations, each to its own', () => {
  const here = deskWorld()
  here.register('R-6', '203.0.113.0/24')
  const claim = annotation(7, { kind: 'dispute', by: 'F'.repeat(64) })
  const second = { key: 'ip4/203.0.113.0/24', id: 'R-6', range: '203.0.113.0/24' }
  const carried = (): readonly (readonly [string, unknown])[] => {
    const one = edits(here, TO_H2, [WHOLE, second])
    assert.equal(one.edits.transfer(first(one), 'H-2'), null)
    assert.equal(one.edits.transfer(first(one, 1), 'H-2'), null)
    return one.edits
      .effects()
      .filter(({ key }) => key.startsWith('obj/notes/'))
      .map(({ key, next }) => [key, (next as { registration: string }).registration])
  }
  assert.deepEqual(carried(), [])
  here.put(NOTES, notes({ annotations: [claim] }))
  here.put(objectKey('notes', 'R-6'), notes({ registration: 'R-6', annotations: [claim] }))
  assert.deepEqual(carried(), [
    ['obj/notes/R-#', '#0'],
    ['obj/notes/R-#-1', '#1'],
  ])
})
test('cancelToPool: what is quarantined is nobody’s, reserved, unprotected, and of this procedure', () => {
  const here = deskWorld()
  const one = edits(here, { effect: 'cancelToPool' })
  assert.equal(one.edits.cancel(first(one), 180 * DAY), null)
  const cell = one.edits.effects().find(({ key }) => key === CELL)?.next as {
    registrations: readonly JsonObject[]
  }
  const [left] = cell.registrations
  assert.equal(left?.['kind'], 'quarantined')
  assert.equal(left?.['status'], 'reserved')
  assert.equal(left?.['protected'], false)
  assert.equal(left?.['holder'], null)
  assert.equal(left?.['procedure'], 'serve-order/1')
  assert.equal(left?.['until'], '2030-06-30T00:00:00Z')
})
test('cancelToPool: what is in quarantine already is no holding', () => {
  const here = deskWorld()
  here.register('R-6', '203.0.113.0/24', { kind: 'quarantined', holder: null })
  const scope = [{ key: 'ip4/203.0.113.0/24', id: 'R-6', range: '203.0.113.0/24' }]
  const one = edits(here, { effect: 'cancelToPool' }, scope, null)
  assert.equal(one.edits.cancel(first(one), DAY), 'not-a-holding')
  const back = edits(here, TO_H2, scope, null)
  assert.equal(back.edits.transfer(first(back), 'H-2'), null)
})
test('scope-repeated: no two items write the same cell', () => {
  const here = deskWorld()
  const rest = { ...WHOLE, range: '198.51.100.128/25' }
  const one = edits(here, TO_H2, [HALF, rest])
  assert.equal(one.edits.transfer(first(one), 'H-2'), null)
  assert.equal(one.edits.transfer(first(one, 1), 'H-2'), 'scope-repeated')
})
test('withdrawNamedService: range-outside, for a service at numbers that no item states', () => {
  const here = deskWorld()
  const detail = {
    effect: 'withdrawNamedService',
    services: [{ at: 'ip4/198.51.100.128/25', service: { kind: 'route', origin: 64496 } }],
  }
  const one = edits(here, detail, [HALF])
  assert.equal(one.edits.withdraw(namedServices(detail as never)), 'range-outside')
})
test('appointRepresentative: guardians stay, also where the holder has none; its own keys come back', () => {
  const here = deskWorld()
  const before = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  const represented = (policy: JsonObject | null): readonly unknown[] => {
    here.put(objectKey('holder', 'H-1'), { ...before, policy })
    const one = edits(here, { effect: 'appointRepresentative', m: 1, keys: [] }, [])
    assert.equal(one.edits.represent(1, []), null)
    const [holder, noted] = one.edits.effects().map(({ next }) => next as JsonObject)
    const representative = noted?.['representative'] as JsonObject | undefined
    return [holder?.['policy'], representative?.['restores']]
  }
  const own = { m: 1, keys: [], guardians: [{ origin: 'peer.example', handle: 'H-9' }] }
  assert.deepEqual(represented(own), [{ m: 1, keys: [], guardians: own.guardians }, own])
  assert.deepEqual(represented(null), [{ m: 1, keys: [], guardians: [] }, null])
})
