/** What an order of an authority does to an RDAP answer: a registered status, a remark, a link; never to a service. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instant, NotedOrder } from '@cadastre/records'
import { createRdapHandler } from '../src/index.ts'
import { ask } from './asking.ts'
import { AT, BASE, holder, registration, testReader } from './fixtures.ts'

const later = '2026-06-01T00:00:00Z' as Instant

function answered(...orders: readonly NotedOrder[]): ReturnType<typeof ask> {
  const notes = {
    v: 1,
    registration: 'R-1',
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders,
    since: 5,
  }
  const reader = testReader({
    registrations: [registration('R-1', 'holding', '192.0.2.0/24', { holder: 'H-1' })],
    holders: [holder('H-1')],
    objects: [{ type: 'notes', handle: 'R-1', value: notes }],
  })
  return ask(createRdapHandler(reader), '/ip/192.0.2.0/24')
}

const hold: NotedOrder = {
  order: 'O-41',
  effect: 'hold',
  range: '192.0.2.0/25',
  holds: true,
  until: later,
}

test('a hold in force is `transfer prohibited` (RFC 9083 section 10.2.2), with a remark that links the order', async () => {
  const { body } = await answered(hold)
  assert.deepEqual(body['status'], ['active', 'transfer prohibited'])
  assert.deepEqual(body['remarks'], [
    {
      title: 'Order of an authority',
      description: [
        `Order O-41 holds 192.0.2.0/25: it cannot be moved away, until ${later}; every service goes on.`,
      ],
      links: [
        {
          value: `${BASE}/rdap/ip/192.0.2.0/24`,
          rel: 'describedby',
          href: `${BASE}/orders/O-41`,
          type: 'text/html',
          title: 'Order O-41',
        },
      ],
    },
  ])
})

test('a hold that has ended stops nothing, written or not; an order that waits stops nothing yet', async () => {
  const ended = await answered({ ...hold, until: AT })
  assert.deepEqual([ended.body['status'], ended.body['remarks']], [['active'], undefined])
  const waiting = await answered({ ...hold, effect: 'transferTo', holds: false, until: null })
  assert.deepEqual(waiting.body['status'], ['active'])
  assert.match(JSON.stringify(waiting.body['remarks']), /O-41 \(transferTo\) on 192\.0\.2\.0\/25 is to be/)
})
