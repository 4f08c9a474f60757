/** What an order of an authority does to an RDAP answer: a registered status, a remark, a link; never to a service. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instant, JsonObject, NotedOrder } from '@cadastre/records'
import { createRdapHandler } from '../src/index.ts'
import { ask } from './asking.ts'
import { AT, BASE, holder, registration, testReader } from './fixtures.ts'

const later = '2026-06-01T00:00:00Z' as Instant

const RANGE = '192.0.2.0/24'
const stay = { by: 'O-50', from: 'executed', until: later }
const order = {
  v: 1,
  detail: { effect: 'hold' },
  scope: [{ key: 'ip4/192.0.2.0/24', id: 'R-1', range: RANGE }],
  holder: 'H-1',
  until: null,
  executed: AT,
  state: 'executed',
  stayed: null,
}

type Asked = {
  readonly type: 'order' | 'application' | 'transit' | 'notes'
  readonly handle: string
  readonly value: unknown
}

/** The answer about a registration of H-1, or to another question, where the state holds these objects. */
function withObjects(objects: readonly Asked[], target: string = `/ip/${RANGE}`): ReturnType<typeof ask> {
  const reader = testReader({
    registrations: [registration('R-1', 'holding', RANGE, { holder: 'H-1' })],
    holders: [holder('H-1')],
    objects,
  })
  return ask(createRdapHandler(reader), target)
}

const pageOf = (value: string, href: string, title: string): object => ({
  value,
  rel: 'describedby',
  href: `${BASE}${href}`,
  type: 'text/html',
  title,
})

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

test('a stayed hold stops nothing and is said (RFC 9083 section 4.3: a remark, with a link)', async () => {
  const value = { ...order, handle: 'O-41', state: 'stayed', stayed: stay }
  const { body } = await withObjects([{ type: 'order', handle: 'O-41', value }])
  assert.deepEqual(body['status'], ['active'])
  const self = `${BASE}/rdap/ip/${RANGE}`
  assert.deepEqual(body['remarks'], [
    {
      title: 'Order of an authority',
      description: [
        `Order O-41 (hold) on ${RANGE} is stayed by order O-50, until ${later}: it has no effect meanwhile.`,
      ],
      links: [pageOf(self, '/orders/O-41', 'Order O-41')],
    },
  ])
})

test('an order that waits and is stayed is said to be stayed, once; its own end ends that too', async () => {
  const value = {
    ...order,
    handle: 'O-41',
    detail: { effect: 'transferTo', receiver: 'H-2' },
    state: 'stayed',
    executed: null,
    stayed: { by: null, from: 'window', until: null },
  }
  const noted = { order: 'O-41', effect: 'transferTo', range: RANGE, holds: false, until: null }
  const notes = { registration: 'R-1', pending: null, heldUntil: null, annotations: [], orders: [noted] }
  const { body } = await withObjects([
    { type: 'order', handle: 'O-41', value },
    { type: 'notes', handle: 'R-1', value: notes },
  ])
  const text = JSON.stringify(body['remarks'])
  assert.match(text, /Order O-41 \(transferTo\) on 192\.0\.2\.0\/24 is stayed by an appeal: it has no effect/)
  assert.doesNotMatch(text, /to be executed/)
  const over = { ...order, handle: 'O-41', state: 'stayed', stayed: stay, until: AT }
  const ended = await withObjects([{ type: 'order', handle: 'O-41', value: over }])
  assert.equal(ended.body['remarks'], undefined)
})

test('a representative by order is an entity with the role `proxy` (RFC 9083 section 10.2.4), found by its handle', async () => {
  const detail = { effect: 'appointRepresentative', m: 1, keys: [] }
  const objects: readonly Asked[] = [
    { type: 'order', handle: 'O-41', value: { ...order, handle: 'O-41', detail, scope: [], until: later } },
  ]
  const { body } = await withObjects(objects)
  const entities = (body['entities'] ?? []) as readonly JsonObject[]
  assert.deepEqual(
    entities.map(({ handle, roles }) => [handle, roles]),
    [
      ['H-1', ['registrant']],
      ['O-41', ['proxy']],
    ],
  )
  // Whoever acts for a holder may move its numbers: the status says nothing of it.
  assert.deepEqual(body['status'], ['active'])
  const own = await withObjects(objects, '/entity/o-41')
  assert.equal(own.status, 200)
  assert.deepEqual(own.body['roles'], ['proxy'])
  assert.match(JSON.stringify(own.body['remarks']), /appoints a representative of H-1, .* until 2026-06-01/)
  assert.match(JSON.stringify((await withObjects(objects, '/entity/H-1')).body['entities']), /O-41/)
  const stayed = [
    { ...objects[0], value: { ...order, handle: 'O-41', detail, scope: [], state: 'stayed', stayed: stay } },
  ]
  assert.equal((await withObjects(stayed as readonly Asked[], '/entity/O-41')).status, 404)
  const rests = await withObjects(stayed as readonly Asked[], '/entity/H-1')
  assert.match(
    JSON.stringify(rests.body['remarks']),
    /\(appointRepresentative\) on H-1 is stayed by order O-50/,
  )
})

test('a claim and a succession in their windows are remarks with a link; before and after they are none', async () => {
  const due = later
  const claim = { handle: 'A-7', procedure: 'claim/1', state: 'noticed', due }
  const ofHolder = { ...claim, body: { step: 'holder', claimant: 'H-9', holder: 'H-1' } }
  const { body } = await withObjects([{ type: 'application', handle: 'A-7', value: ofHolder }])
  assert.deepEqual(body['remarks'], [
    {
      title: 'Claim',
      description: [
        `H-9 claims the record of H-1 (A-7): its window ends ${later}, and until then it can be vetoed.`,
      ],
      links: [pageOf(`${BASE}/rdap/ip/${RANGE}`, '/?q=A-7', 'A-7')],
    },
  ])
  const succession = {
    ...claim,
    handle: 'A-8',
    procedure: 'succeed/1',
    body: { predecessor: 'H-1', successor: 'H-2', registrations: [{ key: 'ip4/192.0.2.0/24', id: 'R-1' }] },
  }
  const said = await withObjects([{ type: 'application', handle: 'A-8', value: succession }])
  assert.match(JSON.stringify(said.body['remarks']), /H-2 is to take the place of H-1 by law \(A-8\)/)
  assert.deepEqual(said.body['status'], ['active'])
  for (const more of [{ state: 'examining' }, { state: 'vetoed' }, { due: AT }]) {
    const value = { ...ofHolder, ...more }
    const other = await withObjects([{ type: 'application', handle: 'A-7', value }])
    assert.equal(other.body['remarks'], undefined, JSON.stringify(more))
  }
})

test('a move to another registry links its page', async () => {
  const transit = {
    handle: 'T-52',
    state: 'sourceInitialized',
    recipient: { origin: 'other.example/log', holder: 'H-7' },
    range: RANGE,
    opened: AT,
  }
  const notes = { registration: 'R-1', pending: 'T-52', heldUntil: null, annotations: [], orders: [] }
  const { body } = await withObjects([
    { type: 'transit', handle: 'T-52', value: transit },
    { type: 'notes', handle: 'R-1', value: notes },
  ])
  assert.deepEqual(body['status'], ['active', 'pending transfer'])
  assert.match(JSON.stringify(body['remarks']), /On its way to other\.example\/log.*\/\?q=T-52/)
})
