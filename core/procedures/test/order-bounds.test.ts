// I8 and the guards of the order desk at run time, rule by rule: effects that no procedure decided (procedures.md D).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Basis } from '@cadastre/evidence'
import {
  addSeconds,
  CHECKLIST,
  type Instant,
  type Json,
  type JsonObject,
  MAX_SEAL_SECONDS,
  NOT_FOR_OPERATOR,
  objectKey,
  type RecordKey,
} from '@cadastre/records'
import { beyondOrders } from '../src/order-bounds.ts'
import type { Effect } from '../src/procedure.ts'
import { terms } from './orders-fixture.ts'
import { DAY, instant } from './world.ts'

const AT = instant('2030-06-01T00:00:00Z')
const from = (days: number): Instant => addSeconds(AT, days * DAY)
const ORDER = objectKey('order', 'O-1')
const NOTES = objectKey('notes', 'R-1')
const CELL = 'ip4/198.51.100.0/24' as RecordKey
const RANGE = '198.51.100.0 - 198.51.100.255'
const ITEM: JsonObject = { key: CELL, id: 'R-1', range: RANGE }
const CHECKED: JsonObject = Object.fromEntries([...CHECKLIST, NOT_FOR_OPERATOR].map((item) => [item, 'yes']))
const HOLD: JsonObject = { effect: 'hold' }
const TO_H2: JsonObject = { effect: 'transferTo', receiver: 'H-2' }

/** An order of COURT: a hold that is verified, but for what is said otherwise. */
function order(more: JsonObject = {}): JsonObject {
  return {
    v: 1,
    handle: 'O-1',
    authority: 'COURT',
    reference: '1',
    document: 'd',
    date: '2030-01-01',
    authenticity: { means: 'seal' },
    rooted: true,
    detail: HOLD,
    scope: [ITEM],
    holder: 'H-1',
    until: null,
    executeFrom: null,
    seal: null,
    reverses: null,
    state: 'verified',
    reason: null,
    application: 'A-1',
    checklist: CHECKED,
    served: from(-40),
    received: from(-40),
    verified: from(-39),
    notified: null,
    published: null,
    windowEnd: null,
    executed: null,
    variedBy: null,
    ...more,
  }
}
const authority = (more: JsonObject = {}, rest: JsonObject = {}): JsonObject => ({
  v: 1,
  handle: 'COURT',
  terms: terms(more),
  noticedUntil: from(-1),
  ended: null,
  application: 'A-9',
  ...rest,
})
const write = (key: RecordKey, next: object | null, basis: readonly Basis[] = []): Effect => ({
  key,
  next: next as Json,
  basis,
})

type Records = { readonly [key: string]: JsonObject }
const COURTS: Records = {
  [objectKey('authority', 'COURT')]: authority(),
  [objectKey('authority', 'REGULATOR')]: authority({ kind: 'regulator' }),
}
function fault(effects: readonly Effect[], records: Records = {}): string | null {
  const all: Records = { ...COURTS, ...records }
  return beyondOrders(effects, (key) => all[key] ?? null, AT)
}
/** What is said to an order that is written so where it was otherwise. */
function said(was: JsonObject | null, is: JsonObject, records: Records = {}): string | null {
  return fault([write(ORDER, is)], was === null ? records : { ...records, [ORDER]: was })
}
function refused(found: string | null, reason: RegExp): void {
  assert.match(found ?? 'nothing', reason)
}
const executed = (more: JsonObject = {}): JsonObject => order({ state: 'executed', executed: AT, ...more })

test('an order begins as received or returned, and never vanishes', () => {
  for (const state of ['received', 'returned']) assert.equal(said(null, order({ state })), null)
  for (const state of ['verified', 'window', 'executed', 'lifted', 'stayed'])
    refused(said(null, order({ state })), /^obj\/order\/O-1: an order unexamined$/)
  refused(fault([write(ORDER, null)], { [ORDER]: order() }), /vanishes/)
  assert.equal(said(order(), order()), null)
})
test('what an order says is fixed, member by member; its document, holder and detail may be shown by the end of a seal', () => {
  const fixed: JsonObject = {
    authority: 'REGULATOR',
    date: '2030-01-02',
    authenticity: { means: 'bailiff' },
    rooted: false,
    scope: [],
    executeFrom: AT,
    reverses: 'O-2',
    served: AT,
    received: AT,
    application: 'A-2',
    detail: { effect: 'annotate' },
  }
  const shown: JsonObject = { holder: 'H-2', document: 'e', reference: '2' }
  const seal = { until: from(10), commitment: 'c', opened: null, overdue: false }
  for (const [name, value] of Object.entries({ ...fixed, ...shown }))
    refused(said(order(), order({ [name]: value })), /says something else/)
  for (const [name, value] of Object.entries(fixed))
    refused(said(order({ seal }), order({ seal, [name]: value })), /says something else/)
  for (const [name, value] of Object.entries(shown))
    assert.equal(said(order({ seal }), order({ seal, [name]: value })), null)
  const opened = { ...seal, opened: AT }
  assert.equal(said(order({ seal }), order({ seal: opened, ...shown })), null)
  for (const [name, value] of Object.entries(shown))
    refused(said(order({ seal: opened }), order({ seal: opened, [name]: value })), /says something else/)
  refused(said(order({ seal }), order({ seal: { ...seal, commitment: 'e' } })), /says something else/)
  refused(said(order(), order({ seal })), /says something else/)
  const opens = { effect: 'disclose', commitments: [] }
  const disclosed = { effect: 'disclose', commitments: ['c'] }
  refused(said(order({ detail: opens }), order({ detail: disclosed })), /says something else/)
  assert.equal(said(order({ seal, detail: opens }), order({ seal, detail: disclosed })), null)
})
test('no seal on what takes something away, unless it goes back; none longer than twelve months from now', () => {
  const seal = { until: from(10), commitment: 'c', opened: null, overdue: false }
  refused(said(null, order({ seal, detail: TO_H2, state: 'received' })), /sealed order/)
  assert.equal(said(null, order({ seal, detail: TO_H2, state: 'returned' })), null)
  assert.equal(said(null, order({ seal, state: 'received' })), null)
  const until = (seconds: number): JsonObject => order({ seal: { ...seal, until: addSeconds(AT, seconds) } })
  assert.equal(said(order({ seal }), until(MAX_SEAL_SECONDS)), null)
  refused(said(order({ seal }), until(MAX_SEAL_SECONDS + 1)), /more than twelve months/)
  // One that was longer under earlier terms stands.
  assert.equal(said(until(MAX_SEAL_SECONDS + 1), until(MAX_SEAL_SECONDS + 1)), null)
})
test('an order that has ended stays as it ended', () => {
  const ends = ['returned', 'expired', 'lifted', 'reversed']
  for (const was of ends) {
    assert.equal(said(order({ state: was }), order({ state: was })), null)
    for (const is of ['verified', 'window', 'stayed', ...ends].filter((state) => state !== was))
      refused(said(order({ state: was, until: AT }), order({ state: is, until: AT })), /had ended/)
  }
})
test('a notice and a public text are of now, and stand', () => {
  assert.equal(said(order(), order({ notified: AT })), null)
  refused(said(order(), order({ notified: from(-1) })), /a notice that was before/)
  refused(said(order(), order({ notified: from(1) })), /a notice that was before/)
  assert.equal(said(order({ notified: from(-1) }), order({ notified: from(-1) })), null)
  const published = (at: Instant): JsonObject => order({ published: { text: 't', at } })
  assert.equal(said(order(), published(AT)), null)
  refused(said(order(), published(from(-1))), /a text that was public before/)
  refused(said(order(), published(from(1))), /a text that was public before/)
  assert.equal(said(published(from(-1)), published(from(-1))), null)
})
test('an order expires at its end, not before, and not without one', () => {
  const runs = (until: Instant | null): JsonObject => executed({ executed: from(-9), until })
  const expired = (until: Instant | null): JsonObject => ({ ...runs(until), state: 'expired' })
  assert.equal(said(runs(AT), expired(AT)), null)
  assert.equal(said(runs(from(-1)), expired(from(-1))), null)
  refused(said(runs(from(1)), expired(from(1))), /ends before its end/)
  refused(said(runs(null), expired(null)), /ends before its end/)
  // The end that was in force counts, not one that is written with it.
  refused(said(runs(from(1)), expired(AT)), /ends before its end/)
  assert.equal(said(expired(from(1)), expired(from(1))), null)
})
test('an order is executed now, verified, with every answer; not-for-operator is asked of all but courts', () => {
  assert.equal(said(order(), executed()), null)
  assert.equal(said(order(), executed({ state: 'varied' })), null)
  refused(said(order(), executed({ executed: from(-1) })), /unverified/)
  refused(said(order({ executed: AT }), executed({ executed: null })), /unverified/)
  refused(said(order(), executed({ verified: null })), /unverified/)
  refused(said(order(), executed({ checklist: null })), /unverified/)
  const without = (item: string): JsonObject =>
    Object.fromEntries(Object.entries(CHECKED).filter(([name]) => name !== item))
  for (const item of CHECKLIST) {
    refused(said(order(), executed({ checklist: { ...CHECKED, [item]: 'no' } })), /fact is missing/)
    refused(said(order(), executed({ checklist: without(item) })), /fact is missing/)
  }
  assert.equal(said(order(), executed({ checklist: without(NOT_FOR_OPERATOR) })), null)
  const regulator = { authority: 'REGULATOR', until: from(30) }
  assert.equal(said(order(regulator), executed(regulator)), null)
  const silent = { ...regulator, checklist: without(NOT_FOR_OPERATOR) }
  refused(said(order(silent), executed(silent)), /fact is missing/)
  // An authority of which there is no record is no court.
  const unknown = { authority: 'NOBODY', until: from(30) }
  assert.equal(said(order(unknown), executed(unknown)), null)
  refused(said(order(unknown), executed({ ...silent, ...unknown })), /fact is missing/)
})
test('what takes something away waits for notice, window and public text', () => {
  const waiting = (more: JsonObject = {}): JsonObject =>
    order({ detail: TO_H2, state: 'window', notified: from(-14), windowEnd: AT, ...more })
  const done = (more: JsonObject = {}): string | null =>
    said(waiting(more), { ...waiting(more), state: 'executed', executed: AT, windowEnd: null })
  assert.equal(done(), null)
  assert.equal(done({ state: 'conflict' }), null)
  for (const state of ['verified', 'noticed', 'stayed', 'received'])
    refused(done({ state }), /without a window/)
  refused(done({ notified: null, executeFrom: AT }), /before the notice/)
  refused(done({ windowEnd: null }), /shortened/)
  refused(done({ windowEnd: addSeconds(AT, 1) }), /shortened/)
  assert.equal(done({ windowEnd: from(-1) }), null)
  refused(done({ notified: addSeconds(AT, 1 - 14 * DAY) }), /shortened/)
  // What the order fixes prevails over the window, not over the public text.
  assert.equal(done({ notified: from(-1), executeFrom: AT }), null)
  refused(done({ executeFrom: addSeconds(AT, 1) }), /shortened/)
  const text = (days: number, seconds = 0): JsonObject => ({
    rooted: false,
    published: { text: 't', at: addSeconds(from(days), seconds) },
  })
  refused(done({ rooted: false }), /not public/)
  assert.equal(done(text(-14)), null)
  assert.equal(done(text(-15)), null)
  refused(done(text(-14, 1)), /not public/)
  refused(done({ ...text(-1), executeFrom: AT }), /not public/)
  // Whose seal a root vouches for is executed with its text, or without it.
  assert.equal(done({ ...text(-1), rooted: true }), null)
})
test('a hold of an authority that is no court lapses after 30 days, or by its law; a court may make it longer', () => {
  const by = (more: JsonObject): string | null =>
    said(order({ authority: 'REGULATOR', ...more }), executed({ authority: 'REGULATOR', ...more }))
  assert.equal(by({ until: from(30) }), null)
  assert.equal(by({ until: from(29) }), null)
  refused(by({ until: addSeconds(from(30), 1) }), /does not lapse/)
  refused(by({ until: null }), /does not lapse/)
  assert.equal(by({ until: null, detail: { effect: 'annotate' } }), null)
  assert.equal(said(order(), executed({ until: null })), null)
  const law: Records = {
    [objectKey('authority', 'REGULATOR')]: authority({ kind: 'regulator', holdSeconds: 60 * DAY }),
  }
  const under = (until: Instant): string | null =>
    said(order({ authority: 'REGULATOR', until }), executed({ authority: 'REGULATOR', until }), law)
  assert.equal(under(from(60)), null)
  refused(under(addSeconds(from(60), 1)), /does not lapse/)
})
test('a hold that runs is made longer by a court’s order alone', () => {
  const runs = (until: Instant | null, more: JsonObject = {}): JsonObject =>
    executed({ authority: 'REGULATOR', executed: from(-20), until, ...more })
  const later = (until: Instant | null, more: JsonObject = {}, records: Records = {}): string | null =>
    said(runs(from(10)), runs(until, more), records)
  assert.equal(later(from(9)), null)
  assert.equal(later(from(10), { asked: AT }), null)
  refused(later(from(11)), /does not lapse/)
  refused(later(null), /does not lapse/)
  refused(later(from(11), { variedBy: 'O-2', state: 'varied' }), /does not lapse/)
  const varying = (name: string): Records => ({
    [objectKey('order', 'O-2')]: order({ handle: 'O-2', authority: name }),
  })
  const varied = { variedBy: 'O-2', state: 'varied' }
  assert.equal(later(from(11), varied, varying('COURT')), null)
  assert.equal(later(null, varied, varying('COURT')), null)
  refused(later(from(11), varied, varying('REGULATOR')), /does not lapse/)
  refused(later(from(11), varied, varying('NOBODY')), /does not lapse/)
  // What ran longer by earlier law, and is written with the same end, stands.
  assert.equal(said(runs(from(99)), runs(from(99), { asked: AT })), null)
  // The end of a court’s own hold is its own matter, and so is what is not yet, or no longer, in force.
  assert.equal(
    said(executed({ executed: from(-20) }), executed({ executed: from(-20), until: from(99) })),
    null,
  )
  const rests = runs(null, { state: 'stayed' })
  assert.equal(said(runs(from(10)), rests), null)
})

const noted = (more: JsonObject = {}): JsonObject => ({
  order: 'O-1',
  effect: 'hold',
  range: RANGE,
  holds: true,
  until: null,
  ...more,
})
const notes = (...orders: readonly JsonObject[]): JsonObject => ({
  v: 1,
  registration: 'R-1',
  orders,
  annotations: [],
})

test('notes of an order come, change and go with an act on it', () => {
  const alone = (was: JsonObject | null, is: JsonObject | null): string | null =>
    fault([write(NOTES, is)], was === null ? {} : { [NOTES]: was })
  refused(alone(null, notes(noted())), /O-1 comes or goes without an act on it/)
  refused(alone(notes(noted()), notes()), /O-1 comes or goes/)
  refused(alone(notes(noted()), null), /O-1 comes or goes/)
  refused(alone(notes(noted()), notes(noted({ until: AT }))), /O-1 comes or goes/)
  refused(alone(notes(noted(), noted({ order: 'O-2' })), notes(noted())), /O-2 comes or goes/)
  assert.equal(alone(notes(noted()), notes(noted())), null)
  assert.equal(alone(notes(noted(), noted({ order: 'O-2' })), notes(noted({ order: 'O-2' }), noted())), null)
  assert.equal(alone(null, notes()), null)
  // An order that vanishes is no act on it.
  const gone = fault([write(NOTES, notes(noted())), write(ORDER, null)], {})
  refused(gone, /without an act on it/)
})
test('notes of an order hold what it holds, while it is in force, until its end, on its own numbers', () => {
  const both = (is: JsonObject, entry: JsonObject): string | null =>
    fault([write(NOTES, notes(entry)), write(ORDER, is)], {
      [ORDER]: { ...is, executed: is['executed'] ?? null, state: is['state'] ?? '' },
    })
  const runs = executed({ executed: from(-1) })
  assert.equal(both(runs, noted()), null)
  assert.equal(both({ ...runs, state: 'varied' }, noted()), null)
  for (const state of ['verified', 'window', 'stayed', 'lifted'])
    refused(both({ ...runs, state }, noted()), /holds without being in force/)
  refused(both(runs, noted({ until: from(1) })), /holds otherwise/)
  assert.equal(both({ ...runs, until: from(1) }, noted({ until: from(1) })), null)
  refused(both({ ...runs, detail: { effect: 'annotate' } }, noted()), /holds otherwise/)
  refused(both(runs, noted({ range: '198.51.100.0 - 198.51.100.127' })), /does not state/)
  const pending = noted({ holds: false, effect: 'transferTo' })
  const waiting = order({ detail: TO_H2 })
  assert.equal(both(waiting, pending), null)
  refused(both(waiting, { ...pending, range: '203.0.113.0 - 203.0.113.255' }), /does not state/)
  // With several items each note is of one of them.
  const two = { ...runs, scope: [{ ...ITEM, range: '198.51.100.0 - 198.51.100.63' }, ITEM] }
  assert.equal(both(two, noted()), null)
})
test('an authority is entered with its full notice, and is not rewritten', () => {
  const key = objectKey('authority', 'NEW')
  const entry = (
    was: JsonObject | null,
    is: JsonObject | null,
    more: readonly Effect[] = [],
    records: Records = {},
  ): string | null => fault([write(key, is), ...more], was === null ? records : { ...records, [key]: was })
  const fresh = (noticedUntil: Instant): JsonObject => authority({}, { noticedUntil })
  assert.equal(entry(null, fresh(from(90))), null)
  assert.equal(entry(null, fresh(from(91))), null)
  refused(entry(null, fresh(addSeconds(from(90), -1))), /without notice/)
  refused(entry(fresh(from(-1)), null), /vanishes/)
  refused(entry(fresh(from(-1)), fresh(from(-2))), /rewritten/)
  refused(entry(authority({}, { ended: from(-2) }), authority()), /rewritten/)
  // In its first notice it may end at once, and only that.
  const running = (more: JsonObject): JsonObject => authority({}, { noticedUntil: from(1), ...more })
  assert.equal(entry(running({}), running({ ended: AT })), null)
  refused(entry(running({}), running({ terms: terms({ rank: 9 }) })), /without its notice/)
  const over = (more: JsonObject): JsonObject => authority({}, { noticedUntil: AT, ...more })
  refused(entry(over({}), over({ ended: AT })), /without its notice/)
})
test('a change of an authority rests on its own application, whose notice was 90 days', () => {
  const key = objectKey('authority', 'COURT')
  const application = objectKey('application', 'A-9')
  const changed = (notice: JsonObject | null, on: RecordKey = application): string | null =>
    fault([write(key, authority({ rank: 9 })), write(on, { state: 'effected' })], {
      [application]: { notice },
      [on]: { notice },
    })
  assert.equal(changed({ windowSeconds: 90 * DAY }), null)
  assert.equal(changed({ windowSeconds: 91 * DAY }), null)
  refused(changed({ windowSeconds: 90 * DAY - 1 }), /without its notice/)
  refused(changed(null), /without its notice/)
  refused(changed({ windowSeconds: 90 * DAY }, objectKey('application', 'A-8')), /without its notice/)
  refused(fault([write(key, authority({ rank: 9 }))]), /without its notice/)
  // An application that this very act would make out of nothing had no notice.
  const invented = [
    write(key, authority({ rank: 9 })),
    write(application, { notice: { windowSeconds: 99 * DAY } }),
  ]
  refused(fault(invented), /without its notice/)
})
test('the desk: no roots after genesis, no order less', () => {
  const key = objectKey('desk', 'ORDERS')
  const desk = (served: number, roots: readonly JsonObject[] = []): JsonObject => ({
    v: 1,
    roots,
    served,
    sealed: 0,
  })
  const said = (was: JsonObject | null, is: JsonObject | null): string | null =>
    fault([write(key, is)], was === null ? {} : { [key]: was })
  assert.equal(said(null, desk(0)), null)
  assert.equal(said(desk(3), desk(3)), null)
  assert.equal(said(desk(3), desk(4)), null)
  refused(said(desk(3), desk(2)), /not counted/)
  refused(said(desk(3), null), /the desk vanishes/)
  refused(said(desk(3), desk(3, [{ name: 'r', certificate: 'c' }])), /roots after genesis/)
})

const REG: JsonObject = {
  id: 'R-1',
  kind: 'holding',
  holder: 'H-1',
  first: '198.51.100.0',
  last: '198.51.100.255',
  status: 'assigned',
  country: null,
  registered: null,
  until: null,
  protected: false,
}
const cell = (registrations: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  v: 1,
  registrations,
  rdns: null,
  routes: [],
  roas: [],
  ...more,
})
function basisOf(is: JsonObject, more: JsonObject = {}): Basis {
  const { effect } = is['detail'] as { effect: string }
  return { kind: 'order', order: 'O-1', effect, holder: 'H-1', scope: is['scope'], ...more } as never
}
/** What is said where an order of this kind is executed now and writes these cells on its own basis. */
function writes(
  more: JsonObject,
  cells: readonly (readonly [key: string, was: JsonObject | null, is: JsonObject | null])[],
  basis: JsonObject = {},
): string | null {
  const waits = { notified: from(-14), windowEnd: AT, state: 'window' }
  const was = order({ ...waits, ...more })
  const is = { ...was, state: 'executed', executed: AT, windowEnd: null }
  const on = basisOf(was, basis)
  const records = Object.fromEntries(
    cells.flatMap(([key, before]) => (before === null ? [] : [[key, before]])),
  )
  return fault([...cells.map(([key, , next]) => write(key as RecordKey, next, [on])), write(ORDER, is)], {
    ...records,
    [ORDER]: was,
  })
}
const TAKES: JsonObject = { detail: TO_H2 }
const HALF = { first: '198.51.100.0', last: '198.51.100.127' }
const REST = { first: '198.51.100.128', last: '198.51.100.255' }
const HALF_ITEM: JsonObject = { ...ITEM, range: '198.51.100.0 - 198.51.100.127' }

test('I8: what is taken is stated, goes to whom the order says, and the rest keeps its terms', () => {
  const moved = { ...REG, id: 'R-#', holder: 'H-2' }
  const whole = (is: JsonObject | null, more: JsonObject = {}): string | null =>
    writes({ ...TAKES, ...more }, [[CELL, cell([REG]), is]])
  assert.equal(whole(cell([moved])), null)
  refused(whole(cell([{ ...moved, holder: 'H-3' }])), /R-#: not for whom/)
  refused(whole(cell([{ ...moved, holder: null }])), /R-#: not for whom/)
  refused(whole(cell([moved]), { scope: [HALF_ITEM] }), /R-1: more than stated|R-#: not stated/)
  refused(whole(null, { scope: [HALF_ITEM] }), /R-1: more than stated/)
  refused(whole(cell([moved]), { scope: [{ ...ITEM, id: 'R-2' }] }), /R-1: more than stated/)
  const halved = (is: readonly JsonObject[]): string | null =>
    writes({ ...TAKES, scope: [HALF_ITEM] }, [
      [CELL, cell([REG]), null],
      ['ip4/198.51.100.0/25', null, cell([{ ...moved, ...HALF }])],
      ['ip4/198.51.100.128/25', null, cell(is)],
    ])
  assert.equal(halved([{ ...REG, ...REST }]), null)
  refused(halved([{ ...REG, ...REST, holder: 'H-2' }]), /R-1: changed otherwise/)
  refused(halved([{ ...REG, ...REST, country: 'XX' }]), /R-1: changed otherwise/)
  refused(halved([{ ...moved, ...REST }]), /not stated|more than stated/)
  // New registrations lie in what is stated, all of them.
  const two = [
    { ...REG, ...REST },
    { ...moved, id: 'R-#-1', ...REST },
  ]
  refused(halved(two), /R-#-1: not stated/)
  // All of one that is in several cells.
  const other = { ...moved, first: '203.0.113.0', last: '203.0.113.255' }
  const spread = (piece: JsonObject, range: string): string | null =>
    writes({ ...TAKES, scope: [ITEM, { ...ITEM, range }] }, [
      [CELL, cell([REG]), cell([moved])],
      ['ip4/203.0.113.0/24', null, cell([piece])],
    ])
  refused(spread(other, RANGE), /R-#: not stated/)
  assert.equal(spread(other, '203.0.113.0 - 203.0.113.255'), null)
  refused(spread({ ...other, holder: 'H-3' }, '203.0.113.0 - 203.0.113.255'), /R-#: not for whom/)
})
test('I8: a cancellation is for nobody, and children go with it; a transfer takes no child', () => {
  const back = { ...REG, id: 'R-#', kind: 'quarantined', holder: null }
  const child = { ...REG, id: 'R-1-1', kind: 'sub', holder: null, ...HALF }
  const cancels = { detail: { effect: 'cancelToPool' } }
  const cells = [
    [CELL, cell([REG]), cell([back])],
    ['ip4/198.51.100.0/25', cell([child]), null],
  ] as const
  assert.equal(writes(cancels, cells), null)
  refused(writes(cancels, [[CELL, cell([REG]), cell([{ ...back, holder: 'H-2' }])]]), /not for whom/)
  refused(writes(TAKES, [cells[1]]), /R-1-1: more than stated/)
  const other = { ...REG, id: 'R-5', ...HALF }
  refused(writes(cancels, [['ip4/198.51.100.0/25', cell([other]), null]]), /R-5: more than stated/)
  refused(
    writes({ ...cancels, scope: [{ ...ITEM, range: '198.51.100.128 - 198.51.100.255' }] }, [cells[1]]),
    /R-1-1: more than stated/,
  )
})
test('I8: a correction changes what is declared, and neither holder nor kind', () => {
  const corrects = { detail: { effect: 'correct', field: 'country', value: 'XX' } }
  const to = (change: JsonObject, more: JsonObject = corrects): string | null =>
    writes(more, [[CELL, cell([REG]), cell([{ ...REG, ...change }])]])
  assert.equal(to({ country: 'XX' }), null)
  assert.equal(to({ registered: '2001-01-01' }), null)
  assert.equal(to({ status: 'allocated' }), null)
  for (const change of [{ holder: 'H-2' }, { kind: 'sub' }, { protected: true }, { until: AT }])
    refused(to(change), /R-1: changed otherwise/)
  for (const change of [{ country: 'XX' }, { registered: '2001-01-01' }, { status: 'allocated' }])
    refused(to(change, TAKES), /R-1: changed otherwise/)
})
test('I8: services end only under what the order names, or with a child that is cancelled', () => {
  const child = { ...REG, id: 'R-1-1', kind: 'sub', holder: null, ...HALF }
  const key = 'ip4/198.51.100.0/25'
  const route = { under: 'R-1-1', since: 1, origin: 64496 }
  const served = cell([child], {
    routes: [route],
    roas: [{ under: 'R-1-1', asn: 64496 }],
    rdns: { under: 'R-1-1' },
  })
  const silent = { detail: { effect: 'withdrawNamedService', services: [] } }
  const left = (change: JsonObject, more: JsonObject = silent): string | null =>
    writes(more, [[key, served, { ...served, ...change }]])
  assert.equal(left({}), null)
  for (const change of [
    { routes: [] },
    { roas: [] },
    { rdns: null },
    { routes: [{ ...route, origin: 64497 }] },
  ])
    refused(left(change), /services that the order does not concern/)
  assert.equal(left({ routes: [route, { ...route, origin: 64497 }] }), null)
  assert.equal(left({ routes: [] }, { ...silent, scope: [{ ...HALF_ITEM, id: 'R-1-1' }] }), null)
  assert.equal(left({ routes: [] }, { ...silent, scope: [ITEM, { ...HALF_ITEM, id: 'R-1-1' }] }), null)
  const plain = cell([child], { routes: [route] })
  assert.equal(writes(silent, [[key, plain, { ...plain, rdns: { under: 'R-1-1' } }]]), null)
  const own = cell([REG], { routes: [{ ...route, under: 'R-1' }] })
  assert.equal(writes(silent, [[CELL, own, cell([REG])]]), null)
  // The innermost registration of a cell is whose services work there; what is of others is inert.
  const both = cell([REG, child], { routes: [route, { ...route, under: 'R-1' }] })
  assert.equal(writes(silent, [[key, both, { ...both, routes: [route] }]]), null)
  refused(
    writes(silent, [[key, both, { ...both, routes: [{ ...route, under: 'R-1' }] }]]),
    /does not concern/,
  )
  assert.equal(writes({ detail: { effect: 'cancelToPool' } }, [[key, served, null]]), null)
  const holding = cell([{ ...child, kind: 'holding' }], { routes: [route] })
  refused(
    writes({ detail: { effect: 'cancelToPool' } }, [[key, holding, { ...holding, routes: [] }]]),
    /does not concern/,
  )
  assert.equal(writes(silent, [[key, cell([], { routes: [route] }), cell([])]]), null)
})
test('I8: an order is a basis in the act that executes it, with its own scope and effect, and for its holder', () => {
  const moved = cell([{ ...REG, id: 'R-#', holder: 'H-2' }])
  const one = [[CELL, cell([REG]), moved]] as const
  refused(writes(TAKES, one, { scope: [HALF_ITEM] }), /O-1: says something else/)
  refused(writes(TAKES, one, { effect: 'cancelToPool' }), /O-1: says something else/)
  refused(writes(TAKES, one, { order: 'O-2' }), /O-2: no order is executed here/)
  const holder = (handle: string): string | null =>
    writes({ detail: { effect: 'correct', field: 'name', value: 'N' }, scope: [] }, [
      [`obj/holder/${handle}`, null, { v: 1 }],
    ])
  assert.equal(holder('H-1'), null)
  refused(holder('H-3'), /obj\/holder\/H-3: not the holder that the order names/)
  // A holder's record that is written without the order is not the order's matter.
  const was = order({ detail: TO_H2, notified: from(-14), windowEnd: AT, state: 'window' })
  const is = { ...was, state: 'executed', executed: AT, windowEnd: null }
  const effects = [
    write(CELL, moved, [basisOf(was)]),
    write(ORDER, is),
    write(objectKey('holder', 'H-3'), { v: 1 }),
  ]
  assert.equal(fault(effects, { [ORDER]: was, [CELL]: cell([REG]) }), null)
})
test('I8: an order is no basis before it is executed, nor again afterwards; at its end it gives back what it took', () => {
  const represents = { detail: { effect: 'appointRepresentative', m: 1, keys: [] }, scope: [] }
  const H1 = objectKey('holder', 'H-1')
  const based = (was: JsonObject | null, is: JsonObject, scope: readonly JsonObject[] = []): string | null =>
    fault(
      [write(H1, { v: 1 }, [basisOf(is, { scope: scope as never })]), write(ORDER, is)],
      was === null ? {} : { [ORDER]: was },
    )
  const runs = executed({ ...represents, executed: from(-1) })
  assert.equal(based(runs, { ...runs, state: 'lifted' }), null)
  assert.equal(based(runs, { ...runs, state: 'stayed' }), null)
  assert.equal(based({ ...runs, state: 'stayed' }, runs), null)
  assert.equal(based({ ...runs, state: 'stayed' }, { ...runs, state: 'varied' }), null)
  refused(based(runs, runs), /O-1: neither executed nor ended here/)
  const waits = order(represents)
  refused(based(waits, { ...waits, state: 'lifted' }), /neither executed nor ended/)
  refused(
    based({ ...waits, state: 'stayed' }, { ...waits, state: 'executed' }),
    /neither executed|unverified|window/,
  )
  const full = { ...runs, scope: [ITEM] }
  refused(based(full, { ...full, state: 'lifted' }, [ITEM]), /neither executed nor ended/)
  assert.equal(based(full, { ...full, state: 'lifted' }), null)
  refused(based(null, order({ state: 'received' })), /no order is executed here/)
  refused(fault([write(H1, { v: 1 }, [basisOf(runs)])], { [ORDER]: runs }), /no order is executed here/)
  // Other grounds are other rules' matter.
  const consent = { kind: 'consent' } as never
  assert.equal(fault([write(H1, { v: 1 }, [consent])]), null)
})
test('I8: an act on an order that has no basis in it writes no number', () => {
  refused(
    fault([write(CELL, cell([REG])), write(ORDER, order())], { [ORDER]: order() }),
    /ip4\/198.51.100.0\/24: written without the order/,
  )
  assert.equal(fault([write(CELL, cell([REG]))]), null)
  assert.equal(fault([write(ORDER, order()), write(NOTES, notes())], { [ORDER]: order() }), null)
})
