// design.md section 8: limits key on the source address prefix alone, and recover by themselves.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_LIMITS, type Limits } from '../src/index.ts'
import { RateLimiter, sourcePrefix } from '../src/limits.ts'
import { bodyOf, start } from './start.ts'

test('IPv4 by address, IPv6 by /64, an IPv4-mapped address as IPv4, all unknown as one', () => {
  assert.equal(sourcePrefix('192.0.2.1'), sourcePrefix('::ffff:192.0.2.1'))
  assert.notEqual(sourcePrefix('192.0.2.1'), sourcePrefix('192.0.2.2'))
  assert.equal(sourcePrefix('2001:db8::1'), sourcePrefix('2001:db8:0:0:ffff::9'))
  assert.notEqual(sourcePrefix('2001:db8::1'), sourcePrefix('2001:db8:0:1::1'))
  assert.equal(sourcePrefix('fe80::1%eth0'), sourcePrefix('fe80::2'))
  assert.equal(sourcePrefix(null), sourcePrefix('not an address'))
})

test('a bucket empties, says when to come back, and fills again', () => {
  const limiter = new RateLimiter({ ...DEFAULT_LIMITS, submit: { perSecond: 2, burst: 3 } })
  const take = (now: number, source = 'a'): number => limiter.take('submit', source, now)
  assert.deepEqual([take(0), take(0), take(0), take(0)], [0, 0, 0, 1])
  assert.equal(take(0, 'b'), 0, 'another source has its own')
  assert.equal(limiter.take('read', 'a', 0), 0, 'reading is apart from submitting')
  assert.equal(take(400), 1)
  assert.equal(take(600), 0)
  assert.deepEqual([take(60_000), take(60_000), take(60_000), take(60_000)], [0, 0, 0, 1])
  assert.equal(take(0), 1, 'a clock that goes back fills nothing')
})

test('429 with Retry-After (RFC 6585 section 4), the limits published, nobody else affected', async (t) => {
  let address = '192.0.2.1'
  const limits = { read: { perSecond: 1, burst: 2 } }
  const { registry, get } = await start({}, { limits, clientAddress: () => address })
  t.after(() => registry.close())
  const published = await bodyOf<Limits>(get('/api/limits'))
  assert.deepEqual(published.read, limits.read)
  assert.equal((await get('/api/limits')).status, 200)
  const refused = await get('/api/limits')
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal(refused.headers.get('content-type'), 'application/problem+json')
  address = '192.0.2.2'
  assert.equal((await get('/api/limits')).status, 200)
})
