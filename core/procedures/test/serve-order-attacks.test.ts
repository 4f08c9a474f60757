// The attack catalogue of the order desk (issue 4; docs/procedures/serve-order.md): each attack has a test that names it
// and its class. Whoever attacks holds every staff key, and may hand `execute` effects that no procedure decided.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Basis, orderOf } from '@cadastre/evidence'
import {
  type Application,
  AUTHORITY_KINDS,
  addSeconds,
  type Json,
  type JsonObject,
  type Notes,
  type OrderRecord,
  objectKey,
  type RecordKey,
} from '@cadastre/records'
import { beyondBounds } from '../src/bounds.ts'
import { heldRefusal, rangeOfText } from '../src/holds.ts'
import { adverseWithoutBasis, type Effect, gather } from '../src/index.ts'
import { registerAuthority } from '../src/register-authority.ts'
import { ScopedEdits } from '../src/scoped-edits.ts'
import { serveOrder } from '../src/serve-order.ts'
import {
  addAuthority,
  after,
  attested,
  deskIn,
  deskWorld,
  examinationOfOrder,
  HALF,
  HOLD,
  notedOn,
  notified,
  orderBody,
  orderIn,
  SEALED_BY,
  serve,
  stateOf,
  terms,
  verified,
} from './orders-fixture.ts'
import { hash } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const CELL = 'ip4/198.51.100.0/24' as RecordKey
const TO_H2: JsonObject = { effect: 'transferTo', receiver: 'H-2' }

/** What the registrar, and every auditor, says of effects, whoever made them. */
function verdict(here: World, effects: readonly Effect[]): string | null {
  const before = (key: RecordKey): unknown => here.state.get(key)
  return adverseWithoutBasis(effects, before, here.at) ?? beyondBounds(effects, before, here.at)
}
function write(key: RecordKey, next: unknown, basis: readonly Basis[] = []): Effect {
  return { key, next: next as Json, basis }
}
function rewritten(here: World, order: string, change: Partial<OrderRecord>): Effect {
  return write(objectKey('order', order), { ...orderIn(here, order), ...change })
}
function applicationOf(here: World, order: string): Application {
  const found: unknown = here.object('application', examinationOfOrder(order))
  return found as Application
}
/** An order in its window, the notice logged. */
function inWindow(here: World, more: JsonObject = {}): string {
  const order = verified(here, TO_H2, more)
  notified(here, order)
  return order
}

test('fake court by staff (only visible, and for 90 days it takes nothing)', () => {
  const here = deskWorld()
  // An entry that skips its notice is prevented, also as effects.
  const fake = {
    v: 1,
    handle: 'FAKE',
    terms: terms(),
    gazette: hash('g'),
    ended: null,
    application: 'A-1',
    since: 0,
  }
  const key = objectKey('authority', 'FAKE')
  assert.match(verdict(here, [write(key, { ...fake, noticedUntil: here.at })]) ?? '', /without notice/)
  addAuthority(here, 'FAKE', {}, { noticedUntil: addSeconds(here.at, 90 * DAY) })
  assert.deepEqual(stateOf(here, serve(here, TO_H2, { authority: 'FAKE' })), [
    'returned',
    'authority-noticed',
  ])
  const shortened = write(key, { ...fake, noticedUntil: here.at })
  assert.match(verdict(here, [shortened]) ?? '', /rewritten/)
})
test('fake seal (prevented where the certificate is not the authority’s)', () => {
  const here = deskWorld()
  const authenticity = { ...SEALED_BY, certificate: hash('mine') }
  assert.deepEqual(stateOf(here, serve(here, TO_H2, { authenticity })), ['returned', 'seal-unknown'])
  // A root of one's own is no root: genesis named them for good.
  const desk = objectKey('desk', 'ORDERS')
  const mine = { ...deskIn(here), roots: [{ name: 'mine', certificate: hash('mine') }] }
  assert.match(verdict(here, [write(desk, mine)]) ?? '', /roots after genesis/)
})
test('sealed seizure (prevented)', () => {
  const here = deskWorld()
  const seal = { until: '2030-06-01T00:00:00Z', commitment: hash('c') }
  const order = serve(here, TO_H2, { reference: null, document: null, seal })
  assert.deepEqual(stateOf(here, order), ['returned', 'seal-not-possible'])
  const running = inWindow(here)
  const sealed = { ...seal, opened: null, overdue: false } as OrderRecord['seal']
  assert.match(verdict(here, [rewritten(here, running, { seal: sealed })]) ?? '', /sealed order/)
  const later = addSeconds(here.at, 15 * DAY)
  assert.equal(
    orderOf({ ...orderIn(here, running), seal: sealed }, applicationOf(here, running), later),
    null,
  )
})
test('over-broad scope (prevented: by type, and at run time)', () => {
  const here = deskWorld()
  here.register('R-7', '203.0.113.0/24', { holder: 'H-3' })
  const order = inWindow(here, { scope: [HALF] })
  here.later(14 * DAY)
  const basis = orderOf(orderIn(here, order), applicationOf(here, order), here.at)
  assert.ok(basis)
  const { inputs } = gather(serveOrder, { kind: 'due', subject: objectKey('order', order) }, here.state)
  const edits = new ScopedEdits(basis, inputs, here.at)
  const [item] = basis.scope
  assert.ok(item)
  // An item that is not of this very order, and an effect that was not ordered, are no arguments.
  assert.throws(() => edits.transfer({ ...item, range: '198.51.100.0 - 198.51.100.255' }, 'H-2'))
  assert.throws(() => edits.hold(item, null))
  // Effects that take more than is stated, on the basis of the order, are refused whoever wrote them.
  const taken = { ...here.cell(CELL), registrations: [{ ...here.innermost(CELL), holder: 'H-2' }] }
  const done = rewritten(here, order, { state: 'executed', executed: here.at, windowEnd: null })
  assert.match(verdict(here, [write(CELL, taken, [basis]), done]) ?? '', /more than stated|otherwise/)
  // What an act calls an order is none, where no order is executed in it, or another one.
  assert.match(verdict(here, [write(CELL, here.cell(CELL), [basis])]) ?? '', /no order is executed here/)
  const wider = { ...basis, scope: [{ ...item, range: '198.51.100.0 - 198.51.100.255' }] }
  assert.match(verdict(here, [write(CELL, taken, [wider]), done]) ?? '', /says something else/)
  // Nor for somebody else than the order says, nor with the services of a child that it does not name.
  const half = { ...here.innermost(CELL), first: '198.51.100.128', last: '198.51.100.255' }
  const mine = { ...half, id: 'R-900', holder: 'H-3', first: '198.51.100.0', last: '198.51.100.127' }
  const cells = [
    write(CELL, null, [basis]),
    write('ip4/198.51.100.0/25' as RecordKey, { ...here.cell(CELL), registrations: [mine] }, [basis]),
    write('ip4/198.51.100.128/25' as RecordKey, { ...here.cell(CELL), registrations: [half] }, [basis]),
  ]
  assert.match(verdict(here, [...cells, done]) ?? '', /not for whom the order says/)
  const child = here.register('R-8', '198.51.100.0/26', { kind: 'sub', holder: null })
  const leaf = 'ip4/198.51.100.0/26' as RecordKey
  const served = { ...here.cell(leaf), routes: [{ under: child.id, since: 1, origin: 64496 }] }
  here.put(leaf, served)
  const silenced = write(leaf, { ...served, routes: [] }, [basis])
  assert.match(verdict(here, [silenced, done]) ?? '', /services that the order does not concern/)
  const other = 'ip4/203.0.113.0/24' as RecordKey
  assert.match(verdict(here, [write(other, null, [basis])]) ?? '', /R-7 of H-3/)
  assert.match(verdict(here, [write(objectKey('holder', 'H-3'), null, [basis])]) ?? '', /H-3/)
})
test('stale order (prevented where its end has passed or a later order prevails)', () => {
  const here = deskWorld()
  const past = serve(here, HOLD, { until: '2030-01-01T00:00:00Z' })
  assert.deepEqual(stateOf(here, past), ['returned', 'term-past'])
  const hold = verified(here, HOLD)
  const stale = verified(
    here,
    { effect: 'lift', order: hold, what: 'order' },
    { scope: [], date: '2029-01-01' },
  )
  assert.equal(stateOf(here, stale)[0], 'conflict')
  assert.equal(stateOf(here, hold)[0], 'executed')
})
test('replayed order (prevented)', () => {
  const here = deskWorld()
  const body = orderBody(here, HOLD)
  assert.equal(here.ask(serveOrder, { body, by: ['OP-1/staff'] }), null)
  const again = { ...body, reference: 'again', attestor: 'CL-3' }
  assert.equal(here.ask(serveOrder, { body: again, by: ['OP-1/staff'] }), 'order-served-before')
})
test('order for another registry (prevented for the request; item 5 for the document)', () => {
  const here = deskWorld()
  const wish = { body: orderBody(here, HOLD), by: ['OP-1/staff'], origin: 'other.example' }
  assert.equal(here.ask(serveOrder, wish), 'wrong-origin')
  const order = serve(here, HOLD)
  attested(here, order, { 'CL-1': ['binds-registry'], 'CL-2': ['binds-registry'] })
  assert.deepEqual(stateOf(here, order), ['returned', 'examination-negative'])
})
test('effect before notice (prevented)', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  const record = { ...orderIn(here, order), state: 'window', windowEnd: here.at } as OrderRecord
  assert.equal(orderOf(record, applicationOf(here, order), here.at), null)
  const done = rewritten(here, order, { state: 'executed', executed: here.at })
  assert.match(verdict(here, [done]) ?? '', /without a window/)
  here.put(objectKey('order', order), record)
  assert.match(verdict(here, [done]) ?? '', /before the notice/)
})
test('notice never sent (convicted by its public deadline; nothing is executed meanwhile)', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  after(here, 400)
  assert.equal(stateOf(here, order)[0], 'verified')
  const { notice } = applicationOf(here, order)
  assert.equal(notice?.overdue, '2030-01-02T00:00:00Z')
  const dated = rewritten(here, order, { notified: '2030-01-01T00:00:00Z' as never })
  assert.match(verdict(here, [dated]) ?? '', /before it was logged/)
})
test('window shortened (prevented)', () => {
  const here = deskWorld()
  const order = inWindow(here)
  here.put(objectKey('order', order), { ...orderIn(here, order), windowEnd: here.at })
  assert.equal(orderOf(orderIn(here, order), applicationOf(here, order), here.at), null)
  const done = rewritten(here, order, { state: 'executed', executed: here.at })
  assert.match(verdict(here, [done]) ?? '', /window that was shortened/)
  // A parameter of one day is no less than ten business days.
  const other = deskWorld()
  const record = other.state.get(objectKey('procedure', 'SERVE-ORDER-1')) as JsonObject
  const parameters = { ...(record['parameters'] as JsonObject), windowDays: 1 }
  other.put(objectKey('procedure', 'SERVE-ORDER-1'), { ...record, parameters })
  const served = inWindow(other)
  after(other, 13)
  assert.equal(stateOf(other, served)[0], 'window')
})
test('an order that says something else than before, or comes back to life (prevented)', () => {
  const here = deskWorld()
  const order = inWindow(here)
  const attacks: readonly Partial<OrderRecord>[] = [
    { scope: [] },
    { holder: 'H-2' },
    { rooted: false },
    { executeFrom: here.at },
    { detail: { effect: 'transferTo', receiver: 'H-3' } },
    { authority: 'HIGH-COURT' },
  ]
  for (const change of attacks)
    assert.match(verdict(here, [rewritten(here, order, change)]) ?? '', /something else/)
  const ended = verified(here, HOLD)
  verified(here, { effect: 'lift', order: ended, what: 'order' }, { scope: [] })
  assert.match(verdict(here, [rewritten(here, ended, { state: 'executed' })]) ?? '', /had ended/)
  assert.match(verdict(here, [write(objectKey('order', order), null)]) ?? '', /vanishes/)
})
test('expired hold kept alive (prevented: it stops nothing, written or not)', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { until: '2030-02-01T00:00:00Z' })
  here.later(31 * DAY)
  const found: unknown = here.object('notes', 'R-1')
  const notes = found as Notes
  assert.equal(heldRefusal(notes, rangeOfText('198.51.100.0/24'), here.at), null)
  // Nor is its end put off without an order that varies it.
  const longer = { ...notes, orders: notes.orders.map((noted) => ({ ...noted, until: null })) }
  const effect = write(objectKey('notes', 'R-1'), longer)
  assert.match(verdict(here, [effect]) ?? '', /without an act on it/)
  assert.match(verdict(here, [effect, rewritten(here, order, {})]) ?? '', /otherwise than ordered/)
})
test('an order of no court in the operator’s favour (prevented without the answer; only visible where that is wrong)', () => {
  const here = deskWorld()
  const order = inWindow(here, { authority: 'REGULATOR' })
  here.later(14 * DAY)
  const done = { state: 'executed', executed: here.at, windowEnd: null } as const
  assert.equal(verdict(here, [rewritten(here, order, done)]), null)
  const checklist = { ...orderIn(here, order).checklist }
  delete checklist['not-for-operator']
  const silent = rewritten(here, order, { ...done, checklist })
  assert.match(verdict(here, [silent]) ?? '', /fact is missing/)
})
test('an administrative hold that does not lapse (prevented)', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { authority: 'REGULATOR' })
  assert.match(verdict(here, [rewritten(here, order, { until: null })]) ?? '', /does not lapse/)
})
test('lifted hold forgotten (prevented: lifting and releasing are one entry)', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  verified(here, { effect: 'lift', order, what: 'order' }, { scope: [] })
  assert.equal(stateOf(here, order)[0], 'lifted')
  assert.deepEqual(notedOn(here, 'R-1'), [])
})
test('a hold without an order (prevented)', () => {
  const here = deskWorld()
  const noted = {
    order: 'O-1',
    effect: 'hold',
    range: '198.51.100.0 - 198.51.100.255',
    holds: true,
    until: null,
  }
  const notes = {
    v: 1,
    registration: 'R-1',
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [noted],
    since: 0,
  }
  assert.match(verdict(here, [write(objectKey('notes', 'R-1'), notes)]) ?? '', /without an act on it/)
})
test('order hidden from the report (convicted: counts never go down, sealed ones are counted at once)', () => {
  const here = deskWorld()
  const seal = { until: '2030-06-01T00:00:00Z', commitment: hash('c') }
  serve(here, HOLD, { reference: null, document: null, seal })
  assert.deepEqual([deskIn(here).served, deskIn(here).sealed], [1, 1])
  const fewer = write(objectKey('desk', 'ORDERS'), { ...deskIn(here), served: 0 })
  assert.match(verdict(here, [fewer]) ?? '', /not counted any more/)
})
test('operator’s own arbitration as a court (prevented as a type)', () => {
  const here = deskWorld()
  const kinds: readonly string[] = AUTHORITY_KINDS
  assert.ok(!kinds.some((kind) => /arbit|tribunal|panel|operator|registry|private/i.test(kind)))
  const body = {
    step: 'register',
    staff: 'OP-1',
    attestor: null,
    authority: 'PANEL',
    gazette: hash('g'),
    terms: terms({ kind: 'arbitrator' }),
  }
  assert.equal(here.ask(registerAuthority, { body, by: ['OP-1/staff'] }), 'body-malformed')
})
test('an order about an order writes no cell, and none is written without it (prevented)', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  const silent = write(CELL, { ...here.cell(CELL), routes: [{ under: 'R-1', since: 1, origin: 64496 }] })
  assert.match(verdict(here, [silent, rewritten(here, order, {})]) ?? '', /written without the order/)
})

test('the page names every attack, with its class', () => {
  const page = readFileSync(new URL('../../../docs/procedures/serve-order.md', import.meta.url), 'utf8')
  const catalogue = page.slice(page.indexOf('## Attack catalogue'))
  for (const attack of [
    'fake court by staff',
    'fake seal',
    'sealed seizure',
    'over-broad scope',
    'stale order',
    'replayed order',
    'order for another registry',
    'effect before notice',
    'notice never sent',
    'window shortened',
    'expired hold kept alive',
    'lifted hold forgotten',
    'order hidden from the report',
    'operator’s own arbitration as a court',
  ]) {
    const row = catalogue.split('\n').find((line) => line.startsWith(`| ${attack} |`))
    assert.match(row ?? attack, /\*(?:prevented|convicted|only visible)\*/)
  }
})
