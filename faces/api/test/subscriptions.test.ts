// Anyone asks to be told of numbers: bounded by source prefix, and the same answer whatever is known of an address.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { blockKey } from '@cadastre/numbers'
import { DEFAULT_LIMITS } from '../src/index.ts'
import { bodyOf, start } from './start.ts'

const TOKEN = 'A'.repeat(32)
const asked: string[] = []
const known = new Set<string>()
let address = '192.0.2.1'
const { registry, post, get, failures } = await start(
  {},
  {
    clientAddress: () => address,
    subscriptions: {
      channels: ['mail'],
      subscribe: (block, channel, target) => {
        if (!target.includes('@')) return 'address-malformed'
        if (!known.has(target)) asked.push(`${blockKey(block)} ${channel} ${target}`)
        known.add(target)
        return null
      },
      confirm: (token) => token === TOKEN,
      end: (token) => token === TOKEN,
    },
  },
)
after(() => registry.close())

const wish = { numbers: '203.0.113.0/24', channel: 'mail', target: 'noc@example.net' }

test('the answer is the same whether or not the address is known', async () => {
  const replies = [await post('/api/subscriptions', wish), await post('/api/subscriptions', wish)]
  const texts = await Promise.all(replies.map((reply) => reply.text()))
  assert.deepEqual(
    replies.map(({ status }) => status),
    [202, 202],
  )
  assert.equal(texts[0], texts[1])
  assert.deepEqual(JSON.parse(texts[0] ?? ''), { asked: true, confirmWithinSeconds: 86_400 })
  assert.deepEqual(asked, ['ip4/203.0.113.0/24 mail noc@example.net'])
})

test('an AS number, a prefix; what is no block, no address, or cannot be sent says what would be right', async () => {
  assert.equal(
    (await post('/api/subscriptions', { ...wish, numbers: 'AS64496', target: 'a@b.example' })).status,
    202,
  )
  assert.equal(asked.at(-1), 'asn/64496/32 mail a@b.example')
  const codes = await Promise.all(
    [
      { numbers: '203.0.113.1 - 203.0.113.6' },
      { numbers: 'everything' },
      { target: 'nobody' },
      { channel: 'fax' },
      { channel: 'webhook', target: 'https://example.net/hook' },
    ].map(async (more) => {
      address = '192.0.2.2'
      const reply = await post('/api/subscriptions', { ...wish, ...more })
      const { type } = await bodyOf<{ readonly type: string }>(reply)
      return [reply.status, type.split('/').at(-1)]
    }),
  )
  assert.deepEqual(codes, [
    [400, 'malformed-body'],
    [400, 'malformed-body'],
    [400, 'malformed-body'],
    [400, 'malformed-body'],
    [503, 'no-channel'],
  ])
})

test('confirmed and ended with the token alone', async () => {
  for (const [path, answer] of [
    ['confirm', { confirmed: true }],
    ['end', { ended: true }],
  ] as const) {
    const reply = await post(`/api/subscriptions/${path}`, { token: TOKEN })
    assert.deepEqual([reply.status, await reply.json()], [200, answer])
    assert.equal((await post(`/api/subscriptions/${path}`, { token: 'B'.repeat(32) })).status, 404)
    assert.equal((await post(`/api/subscriptions/${path}`, { token: 'short' })).status, 400)
    assert.equal((await get(`/api/subscriptions/${path}`)).status, 405)
  }
})

test('one source prefix may ask for few; another is not touched, nor what sends nothing', async () => {
  address = '2001:db8:1::1'
  const { burst } = DEFAULT_LIMITS.subscribe
  for (let count = 0; count < burst; count++)
    assert.equal((await post('/api/subscriptions', wish)).status, 202)
  address = '2001:db8:1::2'
  const refused = await post('/api/subscriptions', wish)
  assert.equal(refused.status, 429)
  assert.ok(Number(refused.headers.get('retry-after')) > 1)
  assert.equal((await post('/api/subscriptions/confirm', { token: TOKEN })).status, 200)
  address = '2001:db8:2::1'
  assert.equal((await post('/api/subscriptions', wish)).status, 202)
  assert.deepEqual(failures, [])
})
