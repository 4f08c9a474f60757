// RFC 7480 section 5.2: numbers that another registry answers for are redirected to a complete address there.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { peerHandleOf } from '@cadastre/records'
import { createRdapHandler } from '../src/index.ts'
import { ask } from './asking.ts'
import { holder, registration, testReader } from './fixtures.ts'

const ORIGIN = 'east.example/log'
const handle = peerHandleOf(createHash('sha256').update(ORIGIN).digest('hex'))
const moved = (range: string, provenance: string | null) =>
  registration(`R-${range.length}`, 'moved-out', range, { provenance })
const peer = (rdap: string | null) => ({
  type: 'peer' as const,
  handle,
  value: { v: 1, handle, origin: ORIGIN, rdap, policies: [], since: 3 },
})
const registrations = [
  moved('198.51.100.0/24', ORIGIN),
  moved('2001:db8:1::/48', ORIGIN),
  moved('AS64500', ORIGIN),
  moved('203.0.113.0/25', 'unknown.example'),
]

test('302 with the address of the same query there, and without what else was asked', async () => {
  const rdap = createRdapHandler(testReader({ registrations, objects: [peer('https://rdap.east.example/')] }))
  const expected: readonly (readonly [string, string])[] = [
    ['/ip/198.51.100.7', 'ip/198.51.100.7/32'],
    ['/ip/198.51.100.0/25?x=1', 'ip/198.51.100.0/25'],
    ['/ip/2001:DB8:1:0::/64', 'ip/2001:db8:1::/64'],
    ['/autnum/64500', 'autnum/64500'],
  ]
  for (const [asked, there] of expected)
    for (const _twice of [1, 2]) {
      const answer = await rdap.handle('GET', asked)
      assert.equal(answer.status, 302)
      const at = answer.headers.indexOf('Location')
      assert.equal(answer.headers[at + 1], `https://rdap.east.example/${there}`)
      assert.equal((await ask(rdap, asked)).body['errorCode'], undefined)
    }
})

test('404 where the list of peers names no service for it', async () => {
  for (const objects of [[peer(null)], []]) {
    const rdap = createRdapHandler(testReader({ registrations, objects }))
    assert.equal((await ask(rdap, '/ip/198.51.100.7')).status, 404)
    assert.equal((await ask(rdap, '/ip/203.0.113.7')).status, 404)
  }
})

test('numbers on their way here: the other registry still answers, and that they come is said', async () => {
  const coming = [{ ...moved('198.51.100.0/24', ORIGIN), procedure: 'move-in/1' }]
  for (const rdap of ['https://rdap.east.example/', null]) {
    const answer = await ask(
      createRdapHandler(testReader({ registrations: coming, objects: [peer(rdap)] })),
      '/ip/198.51.100.7',
    )
    assert.equal(answer.status, rdap === null ? 404 : 302)
    assert.match(JSON.stringify(answer.body), /on their way here/)
  }
})

test('numbers on their way out are still answered here, as a pending transfer (RFC 8056, RFC 9083 10.2.2)', async () => {
  const held = registration('R-1', 'holding', '192.0.2.0/24', { holder: 'H-1' })
  const notes = {
    v: 1,
    registration: 'R-1',
    pending: 'T-9',
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [],
  }
  const objects = [
    { type: 'notes' as const, handle: 'R-1', value: notes },
    {
      type: 'transit' as const,
      handle: 'T-9',
      value: {
        v: 1,
        handle: 'T-9',
        state: 'sourceInitialized',
        recipient: { origin: ORIGIN, holder: 'H-2' },
        range: '192.0.2.0 - 192.0.2.127',
        opened: '2026-01-01T00:00:00Z',
      },
    },
  ]
  const rdap = createRdapHandler(testReader({ registrations: [held], holders: [holder('H-1')], objects }))
  const { status, body } = await ask(rdap, '/ip/192.0.2.1')
  assert.equal(status, 200)
  assert.deepEqual(body['status'], ['active', 'pending transfer'])
  const text = JSON.stringify(body['remarks'])
  for (const said of [ORIGIN, '192.0.2.0 - 192.0.2.127', 'sourceInitialized', 'T-9'])
    assert.ok(text.includes(said), said)
})
