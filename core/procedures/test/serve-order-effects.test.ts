// procedures.md section D: each effect of the vocabulary does exactly its thing; ends, stays, conflicts, reversal.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JsonObject, objectKey } from '@cadastre/records'
import { declareService } from '../src/declare-service.ts'
import { returnNumbers } from '../src/return.ts'
import { transfer } from '../src/transfer.ts'
import { answers, commit, reveal } from './attestors.ts'
import {
  addAuthority,
  after,
  attested,
  BY_BAILIFF,
  crowd,
  deskWorld,
  executed,
  HALF,
  HOLD,
  notedOn,
  notified,
  orderIn,
  publish,
  serve,
  sixteen,
  stateOf,
  verified,
  WHOLE,
} from './orders-fixture.ts'
import { hash } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const CELL = 'ip4/198.51.100.0/24'
const TO_H2: JsonObject = { effect: 'transferTo', receiver: 'H-2' }
const NONE = { scope: [] }
const lift = (order: string, what = 'order'): JsonObject => ({ effect: 'lift', order, what })

function offer(here: World, range: string): string | null {
  const registration = here.innermost(CELL)
  assert.ok(registration)
  return here.ask(transfer, {
    body: {
      step: 'offer',
      from: 'H-1',
      to: 'H-3',
      registration: { key: CELL, id: registration.id },
      range,
      services: [],
    },
    by: ['H-1/full', 'H-3/full'],
    replaces: [here.names(registration)],
  })
}
function giveBack(here: World): string | null {
  const registration = here.innermost(CELL)
  assert.ok(registration)
  return here.ask(returnNumbers, {
    body: {
      step: 'offer',
      holder: 'H-1',
      registration: { key: CELL, id: registration.id },
      range: '198.51.100.0/24',
    },
    by: ['H-1/full'],
    replaces: [here.names(registration)],
  })
}
function declareRoute(here: World, origin: number, at = CELL): string | null {
  const under = here.innermost(at)
  assert.ok(under)
  return here.ask(declareService, {
    body: { holder: 'H-1', at, service: { kind: 'route', origin }, action: 'set' },
    by: ['H-1/full'],
    replaces: [here.names(under)],
  })
}

test('hold: transfers and returns of these numbers are refused (held), the other half moves, services go on', () => {
  const here = deskWorld()
  const before = here.cell(CELL)
  const order = verified(here, HOLD, { scope: [HALF] })
  assert.deepEqual(here.cell(CELL), before)
  assert.equal(offer(here, '198.51.100.0/24'), 'held')
  assert.equal(offer(here, '198.51.100.0/26'), 'held')
  assert.equal(giveBack(here), 'held')
  assert.equal(offer(here, '198.51.100.128/25'), null)
  assert.equal(notedOn(here, 'R-1').length, 1)
  verified(here, lift(order), NONE)
  assert.deepEqual(notedOn(here, 'R-1'), [])
})
test('hold: a return that was asked for before it fails with it at its time', () => {
  const here = deskWorld()
  assert.equal(giveBack(here), null)
  verified(here, HOLD)
  after(here, 14)
  assert.deepEqual(
    [here.object('application', 'A-100')?.['state'], here.object('application', 'A-100')?.['reason']],
    ['failed', 'held'],
  )
})
test('hold: routes are declared under it as before', () => {
  const here = deskWorld()
  assert.equal(declareRoute(here, 64496), null)
  const held = deskWorld()
  verified(held, HOLD)
  assert.equal(declareRoute(held, 64496), null)
  assert.deepEqual(
    held.cell(CELL).routes.map(({ origin }) => origin),
    here.cell(CELL).routes.map(({ origin }) => origin),
  )
})
test('hold: it ends at its end by itself, and stops nothing even before that is written', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { until: '2030-02-01T00:00:00Z' })
  here.later(31 * DAY)
  assert.equal(offer(here, '198.51.100.128/25'), null)
  after(here, 0)
  assert.equal(stateOf(here, order)[0], 'expired')
  assert.deepEqual(notedOn(here, 'R-1'), [])
})
test('hold: one of a regulator lapses after 30 days, or when its law says', () => {
  const here = deskWorld()
  addAuthority(here, 'PATIENT', { kind: 'regulator', holdSeconds: 60 * DAY })
  const first = verified(here, HOLD, { authority: 'REGULATOR' })
  const second = verified(here, HOLD, { authority: 'PATIENT', until: '2031-01-01T00:00:00Z' })
  after(here, 30)
  assert.deepEqual([stateOf(here, first)[0], stateOf(here, second)[0]], ['expired', 'executed'])
  after(here, 30)
  assert.equal(stateOf(here, second)[0], 'expired')
})
test('hold: an administrative one is not made longer by its own authority; by a court it is', () => {
  const here = deskWorld()
  addAuthority(here, 'COURT-OF-REGULATORS', { hierarchy: 'REGULATORS', rank: 3 })
  const order = verified(here, HOLD, { authority: 'REGULATOR' })
  const longer = { effect: 'vary', order, until: '2031-01-01T00:00:00Z', sealUntil: null }
  verified(here, longer, { ...NONE, authority: 'REGULATOR' })
  assert.equal(orderIn(here, order).until, '2030-01-31T00:00:00Z')
  verified(here, longer, { ...NONE, authority: 'COURT-OF-REGULATORS' })
  assert.equal(orderIn(here, order).until, '2031-01-01T00:00:00Z')
  assert.equal(notedOn(here, 'R-1')[0]?.until, '2031-01-01T00:00:00Z')
})
test('hold: an open-ended one of a court stands; the court is asked every 180 days', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  notified(here, order)
  after(here, 180)
  assert.equal(orderIn(here, order).asked, '2030-06-30T00:00:00Z')
  after(here, 180)
  assert.equal(orderIn(here, order).asked, '2030-12-27T00:00:00Z')
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.equal(offer(here, '198.51.100.0/24'), 'held')
})
test('annotate: a note by the order, which lapses with it, and that nobody but an order ends', () => {
  const here = deskWorld()
  const order = verified(here, { effect: 'annotate' }, { until: '2030-02-01T00:00:00Z' })
  const notes = here.object('notes', 'R-1')?.['annotations'] as readonly JsonObject[]
  assert.deepEqual(
    notes.map(({ kind, by, until }) => [kind, by, until]),
    [['order', order, '2030-02-01T00:00:00Z']],
  )
  assert.equal(offer(here, '198.51.100.128/25'), null)
  after(here, 31)
  assert.equal(here.object('notes', 'R-1'), null)
  assert.equal(stateOf(here, order)[0], 'expired')
})
test('correct: one declared member of the registration, and nothing else', () => {
  const here = deskWorld()
  verified(here, { effect: 'correct', field: 'country', value: 'XX' })
  const { since: _, ...rest } = here.innermost(CELL) ?? { since: 0 }
  assert.equal((rest as { country: string }).country, 'XX')
  assert.equal((rest as { holder: string }).holder, 'H-1')
})
test('correct: the holder’s name', () => {
  const here = deskWorld()
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  here.put(objectKey('holder', 'H-1'), { ...holder, kind: 'organisation', name: 'Old' })
  verified(here, { effect: 'correct', field: 'name', value: 'New' }, NONE)
  assert.equal((here.state.get(objectKey('holder', 'H-1')) as JsonObject)['name'], 'New')
})
test('transferTo: half of a block; the other half keeps its holder, id and services', () => {
  const here = deskWorld()
  assert.equal(declareRoute(here, 64496, 'ip4/198.51.100.128/25'), null)
  const order = executed(here, TO_H2, { scope: [HALF] })
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.equal(here.innermost('ip4/198.51.100.0/25')?.holder, 'H-2')
  assert.equal(here.innermost('ip4/198.51.100.128/25')?.id, 'R-1')
  assert.deepEqual(
    here.cell('ip4/198.51.100.128/25').routes.map(({ under }) => under),
    ['R-1'],
  )
})
test('transferTo: protected children inside go along, their terms intact', () => {
  const here = deskWorld()
  const child = here.register('R-2', '198.51.100.0/26', {
    kind: 'lease',
    holder: 'H-3',
    protected: true,
    until: '2031-01-01T00:00:00Z' as never,
  })
  executed(here, TO_H2, { scope: [HALF] })
  assert.deepEqual(here.innermost('ip4/198.51.100.0/26'), child)
})
test('cancelToPool: quarantine, and then the pool; unprotected children end, a protected one forbids it (protected-child)', () => {
  const here = deskWorld()
  here.register('R-9', '198.51.0.0/16', { kind: 'pool', holder: null })
  here.register('R-2', '198.51.100.0/26', { kind: 'sub', holder: null })
  const order = executed(here, { effect: 'cancelToPool' })
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.equal(here.innermost(CELL)?.kind, 'quarantined')
  assert.deepEqual(here.ids('ip4/198.51.100.0/26'), [])
  after(here, 180)
  assert.equal(here.innermost(CELL)?.kind, 'pool')
  const other = deskWorld()
  other.register('R-2', '198.51.100.0/26', {
    kind: 'lease',
    holder: 'H-3',
    protected: true,
    until: '2031-01-01T00:00:00Z' as never,
  })
  const refused = executed(other, { effect: 'cancelToPool' })
  assert.deepEqual(stateOf(other, refused), ['returned', 'protected-child'])
})
test('withdrawNamedService: exactly this service, or service-unknown, not-for-numbers; another of the same cell stays', () => {
  const here = deskWorld()
  assert.equal(declareRoute(here, 64496), null)
  assert.equal(declareRoute(here, 64497), null)
  const services = [{ at: CELL, service: { kind: 'route', origin: 64496 } }]
  const order = executed(here, { effect: 'withdrawNamedService', services })
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.deepEqual(
    here.cell(CELL).routes.map(({ origin }) => origin),
    [64497],
  )
  const again = executed(here, { effect: 'withdrawNamedService', services })
  assert.deepEqual(stateOf(here, again), ['returned', 'service-unknown'])
  const asn = { at: 'asn/64496/32', service: { kind: 'route', origin: 64496 } }
  here.register('R-5', 'AS64496')
  const scope = [{ key: 'asn/64496/32', id: 'R-5', range: 'AS64496' }]
  const none = executed(here, { effect: 'withdrawNamedService', services: [asn] }, { scope })
  assert.deepEqual(stateOf(here, none), ['returned', 'not-for-numbers'])
})

const REPRESENTATIVE = {
  alg: 'ed25519',
  key: Buffer.from('receiver'.padEnd(32)).toString('base64'),
  roles: ['full'],
}
const APPOINT: JsonObject = { effect: 'appointRepresentative', m: 1, keys: [REPRESENTATIVE] }
const policyOf = (here: World): unknown =>
  (here.state.get(objectKey('holder', 'H-1')) as JsonObject)['policy']

test('appointRepresentative: its keys after the window, the holder’s own again at the end', () => {
  const here = deskWorld()
  const own = policyOf(here)
  const until = '2030-03-01T00:00:00Z'
  const order = executed(here, APPOINT, { ...NONE, until }, [REPRESENTATIVE.key])
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.deepEqual(policyOf(here), { m: 1, keys: [REPRESENTATIVE], guardians: [] })
  const notes = here.object('notes', 'H-1') as { representative: { order: string } } | null
  assert.equal(notes?.representative.order, order)
  after(here, 60)
  assert.equal(stateOf(here, order)[0], 'expired')
  assert.deepEqual(policyOf(here), own)
  assert.equal(here.object('notes', 'H-1'), null)
})
test('appointRepresentative: a second one of another hierarchy is a conflict', () => {
  const here = deskWorld()
  executed(here, APPOINT, NONE, [REPRESENTATIVE.key])
  const other = {
    ...APPOINT,
    keys: [{ ...REPRESENTATIVE, key: Buffer.from('b'.padEnd(32)).toString('base64') }],
  }
  const second = executed(here, other, { ...NONE, authority: 'FOREIGN' }, [other.keys[0]?.key ?? ''])
  assert.equal(stateOf(here, second)[0], 'conflict')
})
test('disclose: nothing changes but the order’s own record', () => {
  const here = deskWorld()
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  const contact = { role: 'abuse', kind: 'org', fields: { email: hash('c') } }
  here.put(objectKey('holder', 'H-1'), { ...holder, contacts: [contact] })
  const before = here.state.get(objectKey('holder', 'H-1'))
  const order = verified(here, { effect: 'disclose', commitments: [hash('c')] }, NONE)
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.deepEqual(here.state.get(objectKey('holder', 'H-1')), before)
})
test('vary: another end of a hold, on the notes too', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { until: '2030-02-01T00:00:00Z' })
  verified(here, { effect: 'vary', order, until: '2030-04-01T00:00:00Z', sealUntil: null }, NONE)
  assert.deepEqual([stateOf(here, order)[0], orderIn(here, order).variedBy], ['varied', 'O-106'])
  after(here, 31)
  assert.equal(notedOn(here, 'R-1')[0]?.until, '2030-04-01T00:00:00Z')
  after(here, 60)
  assert.equal(stateOf(here, order)[0], 'expired')
})
test('vary: an annotation’s end; an open-ended hold is asked about again', () => {
  const here = deskWorld()
  const note = verified(here, { effect: 'annotate' }, { until: '2030-02-01T00:00:00Z' })
  verified(here, { effect: 'vary', order: note, until: null, sealUntil: null }, NONE)
  after(here, 40)
  assert.equal(stateOf(here, note)[0], 'varied')
  assert.ok(orderIn(here, note).askAgain !== null)
})
test('stay: a window stops; when the stay is lifted, a new one begins', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  notified(here, order)
  after(here, 10)
  verified(here, { effect: 'stay', order }, NONE)
  after(here, 31)
  assert.equal(stateOf(here, order)[0], 'stayed')
  verified(here, lift(order, 'stay'), NONE)
  assert.equal(stateOf(here, order)[0], 'window')
  after(here, 13)
  assert.equal(stateOf(here, order)[0], 'window')
  after(here, 1)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('stay: a hold rests, and holds again at the end of the stay', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  verified(here, { effect: 'stay', order }, { ...NONE, until: '2030-01-11T00:00:00Z' })
  assert.deepEqual(notedOn(here, 'R-1'), [])
  after(here, 10)
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.equal(notedOn(here, 'R-1').length, 1)
})
test('stay: one that was to be executed later is not executed sooner by it', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { executeFrom: '2030-02-01T00:00:00Z' })
  verified(here, { effect: 'stay', order }, { ...NONE, until: '2030-01-05T00:00:00Z' })
  after(here, 4)
  assert.deepEqual([stateOf(here, order)[0], notedOn(here, 'R-1')], ['window', []])
  after(here, 27)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('stay: a stayed order contradicts no other', () => {
  const here = deskWorld()
  const foreign = verified(here, { ...TO_H2, receiver: 'H-3' }, { authority: 'FOREIGN' })
  verified(here, { effect: 'stay', order: foreign }, { ...NONE, authority: 'FOREIGN' })
  assert.equal(stateOf(here, executed(here, TO_H2))[0], 'executed')
})
test('lift: an order in its window, which then does nothing', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  notified(here, order)
  verified(here, lift(order), NONE)
  after(here, 30)
  assert.equal(stateOf(here, order)[0], 'lifted')
  assert.deepEqual(notedOn(here, 'R-1'), [])
  assert.equal(here.innermost(CELL)?.holder, 'H-1')
})
test('reverses: an order that has ended before its reversal is verified stays as it ended', () => {
  for (const [until, end] of [
    ['2030-01-03T00:00:00Z', 'expired'],
    [null, 'lifted'],
  ] as const) {
    // Whoever gave either: what has ended contradicts nothing, though its court stands higher.
    for (const [first, second] of [
      ['COURT', 'HIGH-COURT'],
      ['HIGH-COURT', 'COURT'],
    ] as const) {
      const here = deskWorld()
      const hold = verified(here, HOLD, { until, authority: first })
      const reversal = serve(here, { effect: 'annotate' }, { authority: second, reverses: hold })
      if (until === null) verified(here, lift(hold, 'order'), { ...NONE, authority: first })
      after(here, 2)
      assert.equal(stateOf(here, hold)[0], end)
      const before = orderIn(here, hold)
      attested(here, reversal)
      assert.equal(stateOf(here, reversal)[0], 'executed')
      assert.deepEqual(orderIn(here, hold), before)
    }
  }
})
test('vary, stay, lift: an order that has ended before they are verified sends them back', () => {
  for (const effect of ['vary', 'stay', 'lift']) {
    const here = deskWorld()
    const hold = verified(here, HOLD, { until: '2030-01-03T00:00:00Z' })
    const more = effect === 'vary' ? { until: '2030-02-01T00:00:00Z', sealUntil: null } : { what: 'order' }
    const order = effect === 'stay' ? { effect, order: hold } : { effect, order: hold, ...more }
    const touching = serve(here, order, NONE)
    after(here, 2)
    attested(here, touching)
    assert.deepEqual(stateOf(here, touching), ['returned', 'order-closed'])
    assert.equal(stateOf(here, hold)[0], 'expired')
  }
})
test('lift: what is done once is not lifted; the appeal’s order reverses it', () => {
  const here = deskWorld()
  const order = executed(here, TO_H2, { scope: [HALF] })
  assert.deepEqual(stateOf(here, serve(here, lift(order), NONE)), ['returned', 'order-closed'])
  const back = here.innermost('ip4/198.51.100.0/25')
  const scope = [{ key: 'ip4/198.51.100.0/25', id: back?.id ?? '', range: '198.51.100.0/25' }]
  const appeal = executed(
    here,
    { effect: 'transferTo', receiver: 'H-1' },
    {
      authority: 'HIGH-COURT',
      holder: 'H-2',
      scope,
      reverses: order,
    },
  )
  assert.equal(stateOf(here, appeal)[0], 'executed')
  assert.equal(stateOf(here, order)[0], 'reversed')
  assert.equal(here.innermost('ip4/198.51.100.0/25')?.holder, 'H-1')
})
test('reversal of a cancellation: what is in quarantine goes back', () => {
  const here = deskWorld()
  here.register('R-9', '198.51.0.0/16', { kind: 'pool', holder: null })
  const order = executed(here, { effect: 'cancelToPool' })
  const quarantined = here.innermost(CELL)
  const scope = [{ ...WHOLE, id: quarantined?.id ?? '' }]
  const back = executed(
    here,
    { effect: 'transferTo', receiver: 'H-1' },
    { holder: null, scope, reverses: order },
  )
  assert.equal(stateOf(here, back)[0], 'executed')
  assert.deepEqual([here.innermost(CELL)?.kind, here.innermost(CELL)?.holder], ['holding', 'H-1'])
  assert.equal(stateOf(here, order)[0], 'reversed')
})

test('conflict: a hold of another hierarchy keeps the status quo; both are asked, until it ends', () => {
  const here = deskWorld()
  const hold = verified(here, HOLD, { authority: 'FOREIGN', until: '2030-01-20T00:00:00Z' })
  const order = executed(here, TO_H2)
  assert.equal(stateOf(here, order)[0], 'conflict')
  assert.deepEqual(orderIn(here, order).conflicts, [hold])
  assert.deepEqual(orderIn(here, hold).conflicts, [order], 'both records say so')
  assert.equal(here.innermost(CELL)?.holder, 'H-1')
  after(here, 14)
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.deepEqual([orderIn(here, hold).conflicts, orderIn(here, order).conflicts], [[], []])
})
test('conflict: within one hierarchy the higher rank prevails, whatever the date', () => {
  const here = deskWorld()
  const hold = verified(here, HOLD, { authority: 'HIGH-COURT', date: '2029-01-01' })
  const lower = executed(here, TO_H2)
  assert.deepEqual(orderIn(here, lower).conflicts, [hold])
  const higher = executed(here, TO_H2, { authority: 'HIGH-COURT', date: '2029-06-01' })
  assert.equal(stateOf(here, higher)[0], 'executed')
  after(here, 14)
  assert.deepEqual(stateOf(here, lower), ['returned', 'resource-moved'])
})
test('conflict: at equal rank the later date prevails, then the later order', () => {
  const here = deskWorld()
  verified(here, HOLD)
  const older = executed(here, TO_H2, { date: '2029-01-01' })
  assert.equal(stateOf(here, older)[0], 'conflict')
  const sameDay = executed(here, TO_H2)
  assert.equal(stateOf(here, sameDay)[0], 'executed')
})
test('conflict: nobody lifts another hierarchy’s order', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  const foreign = verified(here, lift(order), { ...NONE, authority: 'FOREIGN' })
  assert.equal(stateOf(here, foreign)[0], 'conflict')
  assert.equal(stateOf(here, order)[0], 'executed')
  verified(here, lift(order), NONE)
  after(here, 14)
  assert.deepEqual(stateOf(here, foreign), ['returned', 'order-closed'])
})
test('two orders that take the same numbers: neither, where neither prevails', () => {
  const here = deskWorld()
  const one = verified(here, TO_H2)
  const other = verified(here, { ...TO_H2, receiver: 'H-3' }, { authority: 'FOREIGN' })
  notified(here, one)
  notified(here, other)
  after(here, 14)
  assert.deepEqual([stateOf(here, one)[0], stateOf(here, other)[0]], ['conflict', 'conflict'])
  assert.equal(here.innermost(CELL)?.holder, 'H-1')
})
test('an open-ended hold whose numbers have gone says so when its court is to be asked', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  executed(here, TO_H2)
  after(here, 180)
  assert.deepEqual(stateOf(here, order), ['returned', 'resource-moved'])
})
test('an order of an authority that was struck during its first notice goes back when it would be asked', () => {
  const here = deskWorld()
  const noticedUntil = '2030-03-01T00:00:00Z'
  addAuthority(here, 'FAKE', {}, { noticedUntil })
  const order = verified(here, HOLD, { authority: 'FAKE' })
  addAuthority(here, 'FAKE', {}, { noticedUntil, ended: '2030-02-01T00:00:00Z' })
  after(here, 180)
  assert.deepEqual(stateOf(here, order), ['returned', 'authority-unknown'])
  assert.deepEqual(notedOn(here, 'R-1'), [])
})
test('I5: an order goes by the terms in force when it was served; later ones do not reach back', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2)
  const key = objectKey('procedure', 'SERVE-ORDER-1')
  const record = here.state.get(key) as JsonObject
  const parameters = { ...(record['parameters'] as JsonObject), windowDays: 42 }
  const from = here.at
  const revision = { text: '', parameters, from, adoption: 'A-1', since: here.index }
  here.put(key, { ...record, revisions: [revision] })
  notified(here, order)
  after(here, 14)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('notes-full: a registration has room for sixteen orders', () => {
  const here = deskWorld()
  for (let n = 0; n < 16; n++) verified(here, HOLD)
  const order = serve(here, HOLD)
  attested(here, order)
  assert.deepEqual(stateOf(here, order), ['returned', 'notes-full'])
})

test('what strangers note does not keep a hold alive: it is released in as many entries as that takes', () => {
  const here = deskWorld()
  const scope = sixteen(here)
  const order = verified(here, HOLD, { scope, until: '2030-02-01T00:00:00Z' })
  assert.equal(stateOf(here, order)[0], 'executed')
  crowd(here, scope)
  const before = here.index
  after(here, 31)
  assert.equal(stateOf(here, order)[0], 'expired')
  assert.deepEqual(
    scope.flatMap(({ id }) => notedOn(here, String(id))),
    [],
  )
  // Beside the inputs, which are read each time.
  assert.equal(here.index - before, 4)
  assert.equal(orderIn(here, order).due, null)
})
test('entry-too-large: what strangers noted can make an order too large for one entry; in parts it fits', () => {
  const here = deskWorld()
  const scope = sixteen(here)
  crowd(here, scope)
  const order = verified(here, HOLD, { scope })
  assert.deepEqual(stateOf(here, order), ['returned', 'entry-too-large'])
  for (let first = 0; first < 16; first += 4) {
    const part = verified(here, HOLD, { scope: scope.slice(first, first + 4) })
    assert.equal(stateOf(here, part)[0], 'executed')
  }
})
test('reversal of a hold by an order that takes the same numbers: nothing of the hold is left', () => {
  const here = deskWorld()
  const hold = verified(here, HOLD)
  const order = executed(here, TO_H2, { authority: 'HIGH-COURT', reverses: hold })
  assert.deepEqual([stateOf(here, order)[0], stateOf(here, hold)[0]], ['executed', 'reversed'])
  assert.deepEqual(notedOn(here, 'R-1'), [])
})

test('a representative is lifted, and stayed, like a hold: the holder’s own keys act meanwhile', () => {
  const here = deskWorld()
  const own = policyOf(here)
  const order = executed(here, APPOINT, NONE, [REPRESENTATIVE.key])
  const theirs = policyOf(here)
  verified(here, { effect: 'stay', order }, { ...NONE, until: '2030-02-01T00:00:00Z' })
  assert.deepEqual(policyOf(here), own)
  after(here, 30)
  assert.deepEqual([stateOf(here, order)[0], policyOf(here)], ['executed', theirs])
  verified(here, lift(order), NONE)
  assert.deepEqual([stateOf(here, order)[0], policyOf(here)], ['lifted', own])
})
test('a representative of a higher court takes the place of another; what comes back is the holder’s own', () => {
  const here = deskWorld()
  const own = policyOf(here)
  const first = executed(here, APPOINT, NONE, [REPRESENTATIVE.key])
  const key = Buffer.from('other'.padEnd(32)).toString('base64')
  const other = { ...APPOINT, keys: [{ ...REPRESENTATIVE, key }] }
  const second = executed(here, other, { ...NONE, authority: 'HIGH-COURT' }, [key])
  assert.equal(stateOf(here, second)[0], 'executed')
  // The first one’s end gives nothing back: it is not the one in force.
  verified(here, lift(first), NONE)
  assert.notDeepEqual(policyOf(here), own)
  verified(here, lift(second), { ...NONE, authority: 'HIGH-COURT' })
  assert.deepEqual(policyOf(here), own)
})
test('the notice is owed to the holder that the order names, and to nobody else', () => {
  const here = deskWorld()
  for (const order of [verified(here, HOLD), verified(here, TO_H2)]) {
    const application = here.object('application', `A-${order.slice(2)}`)
    const notice: unknown = application?.['notice']
    const { to } = notice as { to: readonly string[] }
    assert.deepEqual([application?.['state'], to], ['to-notify', ['H-1']])
  }
})
test('conflict: a court of another country is of another hierarchy, whatever that is called', () => {
  const here = deskWorld()
  addAuthority(here, 'ABROAD', { country: 'YY', rank: 9 })
  const hold = verified(here, HOLD)
  const order = executed(here, TO_H2, { authority: 'ABROAD' })
  assert.deepEqual([stateOf(here, order)[0], orderIn(here, order).conflicts], ['conflict', [hold]])
})
test('conflict: at equal rank, date and hierarchy the earlier order does not prevail over the later', () => {
  const here = deskWorld()
  const taking = verified(here, TO_H2)
  notified(here, taking)
  const hold = verified(here, HOLD)
  after(here, 14)
  assert.deepEqual([stateOf(here, taking)[0], orderIn(here, taking).conflicts], ['conflict', [hold]])
})
test('conflict: a hold bars a cancellation too; a note, or a hold of other numbers, bars nothing', () => {
  const here = deskWorld()
  verified(here, { effect: 'annotate' }, { authority: 'FOREIGN' })
  verified(here, HOLD, { authority: 'FOREIGN', scope: [{ ...HALF, range: '198.51.100.128/25' }] })
  assert.equal(stateOf(here, executed(here, { effect: 'cancelToPool' }))[0], 'conflict')
  assert.equal(stateOf(here, executed(here, TO_H2, { scope: [HALF] }))[0], 'executed')
})
test('conflict: a withdrawal of a service that waits contradicts no transfer', () => {
  const here = deskWorld()
  const services = [{ at: CELL, service: { kind: 'route', origin: 64496 } }]
  verified(here, { effect: 'withdrawNamedService', services }, { authority: 'FOREIGN' })
  assert.equal(stateOf(here, executed(here, TO_H2))[0], 'executed')
})
test('window: a longer one of the terms counts', () => {
  const here = deskWorld()
  const key = objectKey('procedure', 'SERVE-ORDER-1')
  const record = here.state.get(key) as JsonObject
  const parameters = { ...(record['parameters'] as JsonObject), windowDays: 14 }
  here.put(key, { ...record, parameters })
  const order = verified(here, TO_H2)
  notified(here, order)
  after(here, 19)
  assert.equal(stateOf(here, order)[0], 'window')
  after(here, 1)
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('window: the later of notice and public text counts, whichever comes first', () => {
  const here = deskWorld()
  const order = verified(here, TO_H2, { authenticity: BY_BAILIFF })
  assert.equal(publish(here, order), null)
  after(here, 10)
  notified(here, order)
  assert.equal(orderIn(here, order).windowEnd, '2030-01-25T00:00:00Z')
})
test('one order’s end leaves the notes of others, and of its own kind', () => {
  const here = deskWorld()
  const first = verified(here, { effect: 'annotate' }, { until: '2030-02-01T00:00:00Z' })
  const second = verified(here, { effect: 'annotate' })
  const hold = verified(here, HOLD)
  const noted = (): readonly unknown[] => {
    const annotations: unknown = here.object('notes', 'R-1')?.['annotations'] ?? []
    return (annotations as readonly JsonObject[]).map(({ by }) => by)
  }
  assert.deepEqual(noted(), [first, second])
  after(here, 31)
  assert.deepEqual(noted(), [second])
  verified(here, lift(second), NONE)
  assert.deepEqual([noted(), notedOn(here, 'R-1').map(({ order }) => order)], [[], [hold]])
})
test('an administrative hold that a court made longer keeps its end through a stay', () => {
  const here = deskWorld()
  addAuthority(here, 'COURT-OF-REGULATORS', { hierarchy: 'REGULATORS', rank: 3 })
  const court = { ...NONE, authority: 'COURT-OF-REGULATORS' }
  const order = verified(here, HOLD, { authority: 'REGULATOR' })
  verified(here, { effect: 'vary', order, until: null, sealUntil: null }, court)
  verified(here, { effect: 'stay', order }, { ...court, until: '2030-03-15T00:00:00Z' })
  after(here, 90)
  assert.deepEqual([stateOf(here, order)[0], notedOn(here, 'R-1')[0]?.until], ['varied', null])
})
test('withdrawNamedService: not from under a child that begins at the same prefix', () => {
  const here = deskWorld()
  assert.equal(declareRoute(here, 64496), null)
  here.register('R-2', '198.51.100.0/24', { kind: 'sub', holder: 'H-3' })
  const cell = here.cell(CELL)
  here.put(CELL as never, { ...cell, routes: [...cell.routes, { under: 'R-2', since: 1, origin: 64497 }] })
  const services = [{ at: CELL, service: { kind: 'route', origin: 64496 } }]
  const order = executed(here, { effect: 'withdrawNamedService', services })
  assert.deepEqual(stateOf(here, order), ['returned', 'service-unknown'])
  assert.equal(here.cell(CELL).routes.length, 2)
})
test('a varied hold is stayed and comes back with its new end', () => {
  const here = deskWorld()
  const order = verified(here, HOLD, { until: '2030-02-01T00:00:00Z' })
  verified(here, { effect: 'vary', order, until: '2030-06-01T00:00:00Z', sealUntil: null }, NONE)
  verified(here, { effect: 'stay', order }, NONE)
  assert.deepEqual(notedOn(here, 'R-1'), [])
  verified(here, lift(order, 'stay'), NONE)
  assert.deepEqual(
    [stateOf(here, order)[0], notedOn(here, 'R-1').map(({ until }) => until)],
    ['varied', ['2030-06-01T00:00:00Z']],
  )
})
test('notes-full: pending orders count too, and an order that goes back at verification fails its application', () => {
  const here = deskWorld()
  for (let n = 0; n < 16; n++) verified(here, TO_H2)
  for (const detail of [TO_H2, HOLD]) {
    const order = verified(here, detail)
    assert.deepEqual(stateOf(here, order), ['returned', 'notes-full'])
    const application = here.object('application', `A-${order.slice(2)}`)
    assert.deepEqual([application?.['state'], application?.['reason']], ['failed', 'notes-full'])
  }
})
test('an order of a court that was abolished after its notice stands, and is asked about', () => {
  const here = deskWorld()
  const order = verified(here, HOLD)
  const ended = '2030-02-01T00:00:00Z'
  addAuthority(here, 'COURT', {}, { ended })
  after(here, 180)
  assert.deepEqual([stateOf(here, order)[0], orderIn(here, order).asked], ['executed', here.at])
})
test('a majority of three is on record, question by question', () => {
  const here = deskWorld()
  const order = serve(here, HOLD)
  attested(here, order, { 'CL-1': ['duration-stated'] })
  const third = 'CL-3'
  const application = `A-${order.slice(2)}`
  const said = answers(here, application, ['notice-stated'])
  assert.equal(commit(here, application, third, said), null)
  assert.equal(reveal(here, application, third, said), null)
  after(here, 0)
  const { checklist } = orderIn(here, order)
  assert.deepEqual(
    [stateOf(here, order)[0], checklist?.['duration-stated'], checklist?.['notice-stated']],
    ['executed', 'yes', 'yes'],
  )
})
