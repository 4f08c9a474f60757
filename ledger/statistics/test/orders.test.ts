/** The transparency report, counted from entries alone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addSeconds,
  type Instant,
  type Json,
  ORDER_STATES,
  type OrderRecord,
  parseInstant,
} from '@cadastre/records'
import { OrderCounts, type OrdersReport, ordersLines } from '../src/index.ts'

const START = parseInstant('2030-01-01T00:00:00Z') as Instant
const DAY = 86_400

function order(handle: string, more: Partial<OrderRecord> = {}): OrderRecord {
  return {
    v: 1,
    handle,
    authority: 'COURT',
    reference: handle,
    document: 'hash',
    date: '2030-01-01',
    authenticity: { means: 'bailiff', record: '', callBack: '' },
    rooted: false,
    detail: { effect: 'hold' },
    scope: [{ key: 'ip4/192.0.2.0/24', id: 'R-1', range: '192.0.2.0/24' }],
    holder: 'H-1',
    until: null,
    executeFrom: null,
    seal: null,
    reverses: null,
    state: 'executed',
    reason: null,
    application: handle.replace('O', 'A'),
    checklist: null,
    served: START,
    received: addSeconds(START, 60),
    verified: addSeconds(START, DAY),
    notified: null,
    published: null,
    windowEnd: null,
    opened: START,
    pausedSeconds: 0,
    executed: addSeconds(START, DAY),
    ended: null,
    stayed: null,
    conflicts: [],
    variedBy: null,
    objection: null,
    asked: null,
    askAgain: null,
    due: null,
    since: 1,
    ...more,
  }
}

/** The report after entries that write these, at `days` after the start. */
function reported(orders: readonly OrderRecord[], days = 10, served = orders.length): OrdersReport {
  const counts = new OrderCounts()
  const records: Json[] = orders.map((one) => JSON.parse(JSON.stringify(one)))
  const effects = records.map((next, place) => ({
    key: `obj/order/${orders[place]?.handle}`,
    prev: null,
    next,
  }))
  counts.add({ outcome: { accepted: true, effects } })
  const desk = { v: 1, roots: [], served, sealed: 0, since: 1 }
  counts.add({ outcome: { accepted: true, effects: [{ key: 'obj/desk/ORDERS', prev: null, next: desk }] } })
  counts.state(addSeconds(START, days * DAY))
  return counts.report()
}

test('zero is shown as zero: every effect and every state, and nothing is divided by nothing', () => {
  const report = reported([])
  assert.equal(report.served, 0)
  assert.deepEqual(Object.keys(report.outcomes), [...ORDER_STATES])
  assert.ok(Object.values({ ...report.outcomes, ...report.effects }).every((count) => count === 0))
  assert.deepEqual(report.noticeBeforeEffect.all, { executed: 0, noticed: 0, share: null })
  assert.equal(report.times.servedToReceived.medianSeconds, null)
  const text = ordersLines(report, 0).join('\n')
  assert.match(text, /transferTo 0/)
  assert.match(text, /holds in force: 0/)
  assert.match(text, /adverse acts without a basis: 0$/)
})

test('by authority, effect, outcome; why orders went back; times; notice before effect', () => {
  const transfer: OrderRecord['detail'] = { effect: 'transferTo', receiver: 'H-2' }
  const noticed = addSeconds(START, 2 * DAY)
  const executed = addSeconds(START, 20 * DAY)
  const never = { verified: null, executed: null }
  const report = reported([
    order('O-1'),
    order('O-2', { detail: transfer, notified: noticed, executed, state: 'reversed' }),
    order('O-3', { authority: 'OTHER', state: 'returned', reason: 'seal-unknown', ...never }),
    order('O-4', { detail: transfer, notified: addSeconds(executed, 1), executed }),
    order('O-5', { state: 'conflict', objection: { application: 'A-9', upheld: true } }),
  ])
  assert.equal(report.served, 5)
  assert.deepEqual(report.returned, { 'seal-unknown': 1 })
  assert.deepEqual([report.reversed, report.conflicts], [1, 1])
  assert.deepEqual(report.objections, { made: 1, upheld: 1 })
  assert.deepEqual(report.noticeBeforeEffect.takes, { executed: 2, noticed: 1, share: 0.5 })
  assert.equal(report.noticeBeforeEffect.all.executed, 4)
  assert.deepEqual(
    report.authorities.map(({ authority, kind, served }) => [authority, kind, served]),
    [
      ['COURT', null, 4],
      ['OTHER', null, 1],
    ],
    'whoever is not in the register shows all the same',
  )
  assert.equal(report.times.servedToReceived.medianSeconds, 60)
  assert.equal(report.times.verifiedToExecuted.n, 4)
})

test('holds in force with their age: not one that has ended, been lifted, or whose end has come unwritten', () => {
  const until = addSeconds(START, 5 * DAY)
  const report = reported([
    order('O-1'),
    order('O-2', { state: 'varied', executed: START }),
    order('O-3', { state: 'lifted', ended: until }),
    order('O-4', { until }),
    order('O-5', { state: 'stayed' }),
  ])
  assert.deepEqual(
    report.activeHolds.map(({ order: handle, ageSeconds }) => [handle, ageSeconds / DAY]),
    [
      ['O-2', 10],
      ['O-1', 9],
    ],
  )
})

test('seals now, ever, and those that nobody opened in time; a count of the state that differs is said', () => {
  const seal = { until: START, commitment: 'c', opened: null, overdue: false }
  const report = reported(
    [
      order('O-1', { seal }),
      order('O-2', { seal: { ...seal, overdue: true } }),
      order('O-3', { seal: { ...seal, opened: START } }),
    ],
    10,
    4,
  )
  assert.deepEqual(report.seals, { now: 2, ever: 3, overdue: 1 })
  assert.match(ordersLines(report, 0)[0] ?? '', /3 served, but the state counts 4/)
})
