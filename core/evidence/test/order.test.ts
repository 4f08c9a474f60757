// procedures.md section 0, guard "Invented court", and section D: when an order is a basis, and when it is none.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Application,
  addSeconds,
  type Call,
  CHECKLIST,
  DAY_SECONDS,
  type Instant,
  type OrderDetail,
  type OrderRecord,
  parseInstant,
} from '@cadastre/records'
import { endOfOrder, orderOf } from '../src/index.ts'

const HASH = `${'A'.repeat(43)}=`
function instant(text: string): Instant {
  const parsed = parseInstant(text)
  assert.ok(parsed)
  return parsed
}
const NOTIFIED = instant('2030-01-01T00:00:00Z')
const LATER = addSeconds(NOTIFIED, 14 * DAY_SECONDS)
const SCOPE = [{ key: 'ip4/198.51.100.0/24', id: 'R-1', range: '198.51.100.0/25' }]

/** A transfer in its window, rooted seal, notified at {@link NOTIFIED}. */
function record(more: Partial<OrderRecord> = {}): OrderRecord {
  const detail: OrderDetail = { effect: 'transferTo', receiver: 'H-2' }
  return {
    v: 1,
    handle: 'O-5',
    authority: 'COURT',
    reference: '1/30',
    document: HASH,
    date: '2029-12-31',
    authenticity: { means: 'seal', certificate: HASH, root: HASH, report: HASH },
    rooted: true,
    detail,
    scope: SCOPE,
    holder: 'H-1',
    until: null,
    executeFrom: null,
    seal: null,
    reverses: null,
    state: 'window',
    reason: null,
    application: 'A-5',
    checklist: null,
    served: NOTIFIED,
    received: NOTIFIED,
    verified: NOTIFIED,
    notified: NOTIFIED,
    published: null,
    windowEnd: LATER,
    opened: NOTIFIED,
    pausedSeconds: 0,
    executed: null,
    ended: null,
    stayed: null,
    conflicts: [],
    variedBy: null,
    objection: null,
    asked: null,
    askAgain: null,
    due: LATER,
    since: 5,
    ...more,
  }
}

function call(staff: string, outside: boolean, no: string | null = null): Call {
  const answers = Object.fromEntries(CHECKLIST.map((item) => [item, item === no ? 'no' : 'yes'] as const))
  return { staff, outside, place: 0, commitment: HASH, answers, evidence: HASH, missed: false }
}
function application(calls: readonly Call[], questions: readonly string[] = CHECKLIST): Application {
  return {
    v: 1,
    handle: 'A-5',
    procedure: 'serve-order/1',
    state: 'effected',
    body: {},
    consents: [],
    due: null,
    opened: NOTIFIED,
    pausedSeconds: 0,
    next: null,
    reason: null,
    examination: { questions, calls, affected: [], windowSeconds: 0, windowDays: [], overdue: null },
    notice: null,
    fee: null,
    since: 5,
  }
}
const CHECKED = application([call('CL-1', true), call('CL-2', false)])

test('a verified, noticed order whose window has passed is a basis, for exactly its scope', () => {
  const order = orderOf(record(), CHECKED, LATER)
  assert.ok(order)
  assert.deepEqual(order.scope, SCOPE)
  assert.deepEqual([order.effect, order.holder, order.order], ['transferTo', 'H-1', 'O-5'])
})
test('what takes something away is none before its window has passed, or without any one of its conditions', () => {
  const early = addSeconds(LATER, -1)
  const seal = { until: LATER, commitment: HASH, opened: null, overdue: false }
  assert.equal(orderOf(record(), CHECKED, early), null)
  const missing: readonly Partial<OrderRecord>[] = [
    { windowEnd: null },
    { notified: null },
    { verified: null },
    { seal },
    { seal: { ...seal, opened: LATER } },
    { state: 'verified' },
    { state: 'noticed' },
    { state: 'executed' },
    { state: 'stayed' },
    { rooted: false },
    { rooted: false, published: { text: HASH, at: addSeconds(NOTIFIED, 1) } },
    { notified: addSeconds(NOTIFIED, 1) },
    { executeFrom: addSeconds(LATER, 1) },
    { application: 'A-6' },
    { detail: { effect: 'outside', described: HASH } },
  ]
  for (const more of missing) assert.equal(orderOf(record(more), CHECKED, LATER), null, JSON.stringify(more))
})
test('an order without a root is one when its text has been public for ten business days', () => {
  const published = { text: HASH, at: NOTIFIED }
  assert.ok(orderOf(record({ rooted: false, published }), CHECKED, LATER))
})
test('what the order fixes prevails over the window, not over the notice or the public text', () => {
  const soon = addSeconds(NOTIFIED, DAY_SECONDS)
  const fixed = { executeFrom: soon, windowEnd: soon }
  assert.ok(orderOf(record(fixed), CHECKED, soon))
  assert.equal(orderOf(record({ ...fixed, notified: null }), CHECKED, soon), null)
  const published = { text: HASH, at: NOTIFIED }
  assert.equal(orderOf(record({ ...fixed, rooted: false, published }), CHECKED, soon), null)
})
test('a hold needs no window, and every item of the checklist', () => {
  const hold = record({ detail: { effect: 'hold' }, notified: null, windowEnd: null, state: 'verified' })
  assert.ok(orderOf(hold, CHECKED, NOTIFIED))
  for (const item of CHECKLIST) {
    const both = [call('CL-1', true, item), call('CL-2', false, item)]
    assert.equal(orderOf(hold, application(both), NOTIFIED), null)
    const others = CHECKLIST.filter((other) => other !== item)
    assert.equal(
      orderOf(hold, application([call('CL-1', true), call('CL-2', false)], others), NOTIFIED),
      null,
    )
  }
  const split = [call('CL-1', true, 'binds-registry'), call('CL-2', false)]
  assert.equal(orderOf(hold, application(split), NOTIFIED), null)
  assert.ok(orderOf(hold, application([...split, call('CL-3', true)]), NOTIFIED))
  assert.equal(orderOf(hold, application([call('CL-2', false), call('CL-4', false)]), NOTIFIED), null)
  assert.equal(orderOf(hold, { ...CHECKED, examination: null }, NOTIFIED), null)
})
test('the end of what lasted gives back, and states no numbers', () => {
  const keys = { effect: 'appointRepresentative', m: 1, keys: [] } as const
  const lasted = record({ detail: keys, scope: [], executed: NOTIFIED })
  assert.deepEqual(endOfOrder(lasted)?.scope, [])
  assert.equal(endOfOrder({ ...lasted, executed: null }), null)
  assert.equal(endOfOrder(record({ executed: NOTIFIED })), null)
})
