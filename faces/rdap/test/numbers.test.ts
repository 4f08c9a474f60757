// Lookups of addresses, prefixes and AS numbers: RFC 9082 sections 3.1.1 and 3.1.2, RFC 9083 sections 5.4 and 5.5, the
// NRO profile, protocols.md section 1.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRdapHandler } from '../src/index.ts'
import { ask, eventsOf, linksOf } from './asking.ts'
import { AT, BASE, holder, registration, testReader } from './fixtures.ts'

const reader = testReader({
  registrations: [
    registration('R-1', 'pool', '192.0.2.0/24'),
    registration('R-2', 'pool', '2001:db8::/32'),
    registration('R-3', 'pool', 'AS64496 - AS64511'),
    registration('R-4', 'holding', '192.0.2.64 - 192.0.2.159', {
      holder: 'H-1',
      country: 'XX',
      registered: '2013-05-01',
      provenance: 'STATS',
    }),
    registration('R-5', 'sub', '192.0.2.64/26', { holder: 'H-2', status: 'assigned' }),
    registration('R-6', 'lease', '192.0.2.128/28', {
      holder: 'H-2',
      until: '2027-01-01T00:00:00Z' as typeof AT,
    }),
    registration('R-7', 'lease', '192.0.2.144/28', { holder: 'H-2', until: AT }),
    registration('R-8', 'reserved', '192.0.2.192/26'),
    registration('R-9', 'holding', '2001:db8:100::/40', { holder: 'H-1' }),
    registration('R-10', 'holding', 'AS64500 - AS64502', { holder: 'H-1', status: 'assigned' }),
    registration('R-11', 'sub', 'AS64500', { holder: 'H-2' }),
    registration('R-12', 'moved-out', '198.51.100.0/25'),
    registration('R-13', 'quarantined', '198.51.100.128/25', { until: '2026-06-01T00:00:00Z' as typeof AT }),
  ],
  holders: [holder('H-1', { lockedUntil: '2026-01-03T00:00:00Z' as typeof AT }), holder('H-2')],
  objects: [
    {
      type: 'notes',
      handle: 'R-9',
      value: {
        v: 1,
        registration: 'R-9',
        pending: 'A-5',
        heldUntil: null,
        annotations: [],
        delayedUntil: null,
        pastFacts: [],
        orders: [],
        since: 5,
      },
    },
    { type: 'application', handle: 'A-5', value: { procedure: 'transfer/1' } },
  ],
})
const rdap = createRdapHandler(reader)

test('the smallest network that wholly contains the query answers (RFC 9082 3.1.1)', async () => {
  for (const [target, handle] of [
    ['/ip/192.0.2.1', 'R-1'],
    ['/ip/192.0.2.64', 'R-5'],
    ['/ip/192.0.2.130', 'R-6'],
    ['/ip/192.0.2.128/27', 'R-4'],
    ['/ip/192.0.2.128/28', 'R-6'],
    ['/ip/192.0.2.64/25', 'R-1'],
    ['/ip/192.0.2.0/24', 'R-1'],
    ['/ip/2001:db8:100::1', 'R-9'],
    ['/ip/2001:db8:100::/39', 'R-2'],
    ['/ip/198.51.100.130', 'R-13'],
  ] as const) {
    const { status, body } = await ask(rdap, target)
    assert.equal(status, 200, target)
    assert.equal(body['name'], handle, target)
  }
})

test('host bits are masked, and any spelling of RFC 4291 is read', async () => {
  for (const target of ['/ip/192.0.2.70/26', '/ip/192.0.2.65?asdf=zxcv', '/ip/192%2E0.2.65'])
    assert.equal((await ask(rdap, target)).body['name'], 'R-5', target)
  for (const target of [
    '/ip/2001:DB8:0100:0:0:0:0:1',
    '/ip/2001:0db8:0100::192.0.2.1',
    '/ip/2001%3Adb8%3A100%3A%3A1',
    '/ip/2001:db8:100::1/41',
  ])
    assert.equal((await ask(rdap, target)).body['name'], 'R-9', target)
})

test('what is no address or prefix is 400 (RFC 7480 5.4)', async () => {
  for (const target of [
    '/ip',
    '/ip/',
    '/ip/...',
    '/ip//24',
    '/ip/192.0.2.1/',
    '/ip/192.0.2.1/33',
    '/ip/192.0.2.1/-1',
    '/ip/192.0.2.1/024',
    '/ip/192.0.2.1/24/1',
    '/ip/192.0.2.0%2F24',
    '/ip/192.0.2',
    '/ip/192.0.2/24',
    '/ip/192.0.2.01',
    '/ip/2001:db8::/129',
    '/ip/fe80::1%25eth0',
    '/ip/%zz',
    '/ip/%ff',
    '/ip/example',
    `/ip/${'1'.repeat(5000)}`,
  ])
    assert.equal((await ask(rdap, target)).status, 400, target)
})

test('a range that is no prefix states it whole, with its cidr0 prefixes, whichever part was asked', async () => {
  const { body } = await ask(rdap, '/ip/192.0.2.150')
  assert.equal(body['name'], 'R-4')
  assert.equal(body['startAddress'], '192.0.2.64')
  assert.equal(body['endAddress'], '192.0.2.159')
  assert.deepEqual(body['cidr0_cidrs'], [
    { v4prefix: '192.0.2.64', length: 26 },
    { v4prefix: '192.0.2.128', length: 27 },
  ])
  assert.equal(body['ipVersion'], 'v4')
  assert.equal(body['country'], 'XX')
  assert.equal(body['parentHandle'], 'R-1@192.0.2.0')
  // R-5 fills the first prefix, so the range's own address is the second.
  assert.equal(linksOf(body)['self'], `${BASE}/rdap/ip/192.0.2.128/27`)
  const again = await ask(rdap, '/ip/192.0.2.128/27')
  assert.equal(again.body['name'], 'R-4')
})

test('links: covering object, history, procedure, and the proof of this very query', async () => {
  const { body } = await ask(rdap, '/ip/192.0.2.150')
  const links = linksOf(body)
  assert.equal(links['up'], `${BASE}/rdap/ip/192.0.2.0/24`)
  assert.equal(links['alternate'], `${BASE}/proof/ip/192.0.2.150`)
  assert.equal(links['version-history'], `${BASE}/api/history?key=ip4%2F192.0.2.128%2F27`)
  assert.equal(links['describedby'], `${BASE}/api/procedures/import/1`)
  assert.equal(
    linksOf((await ask(rdap, '/ip/192.0.2.131/27')).body)['alternate'],
    `${BASE}/proof/ip/192.0.2.128/27`,
  )
  assert.equal(
    linksOf((await ask(rdap, '/ip/2001:db8:100:0::')).body)['alternate'],
    `${BASE}/proof/ip/2001:db8:100::`,
  )
})

test('status: active, administrative, reserved; locks and acts under way (NRO profile, RFC 9083 10.2.2)', async () => {
  for (const [target, status] of [
    ['/ip/192.0.2.1', ['administrative']],
    ['/ip/192.0.2.150', ['active', 'transfer prohibited']],
    ['/ip/192.0.2.64', ['active']],
    ['/ip/192.0.2.200', ['reserved']],
    ['/ip/2001:db8:100::', ['active', 'pending transfer', 'transfer prohibited']],
    ['/ip/198.51.100.130', ['administrative']],
    ['/autnum/64496', ['administrative']],
    ['/autnum/64501', ['active', 'transfer prohibited']],
  ] as const)
    assert.deepEqual((await ask(rdap, target)).body['status'], status, target)
})

test('events: declared registration, the entry, the end of a term, the state that answers', async () => {
  const { body } = await ask(rdap, '/ip/192.0.2.150')
  assert.deepEqual(eventsOf(body), {
    registration: '2013-05-01T00:00:00Z',
    'last changed': '1970-01-01T00:00:04Z',
    'last update of RDAP database': AT,
  })
  assert.equal(eventsOf((await ask(rdap, '/ip/192.0.2.130')).body)['expiration'], '2027-01-01T00:00:00Z')
})

test('a lease whose term is over has ended, even where no entry says so yet (design.md section 4)', async () => {
  assert.equal((await ask(rdap, '/ip/192.0.2.144')).body['name'], 'R-4')
})

test('partly ours is covered by an administrative object; never ours is 404 (NRO profile)', async () => {
  const { status, body } = await ask(rdap, '/ip/192.0.0.0/8')
  assert.equal(status, 200)
  assert.deepEqual(body['status'], ['administrative'])
  assert.equal(body['startAddress'], '0.0.0.0')
  assert.equal((await ask(rdap, '/ip/0.0.0.0/0')).body['endAddress'], '255.255.255.255')
  assert.equal((await ask(rdap, '/ip/::/0')).body['ipVersion'], 'v6')
  for (const target of [
    '/ip/203.0.113.1',
    '/ip/203.0.113.0/24',
    '/ip/2001:db9::',
    '/autnum/64512',
    '/autnum/0',
  ])
    assert.equal((await ask(rdap, target)).status, 404, target)
})

test('404 links the proof of absence', async () => {
  const { body } = await ask(rdap, '/ip/203.0.113.7/25')
  assert.match(JSON.stringify(body['notices']), /\/proof\/ip\/203\.0\.113\.0\/25".*"Proof of absence/)
})

test('numbers that moved to another registry are not found here', async () => {
  const { status, body } = await ask(rdap, '/ip/198.51.100.1')
  assert.equal(status, 404)
  assert.deepEqual(body['description'], ['These numbers have moved to another registry.'])
  assert.match(JSON.stringify(body['notices']), /Proof of the covering records/)
})

test('AS numbers: asplain only, blocks answer for their members, free ones hierarchically (RFC 5396, NRO)', async () => {
  const block = (await ask(rdap, '/autnum/64502')).body
  assert.equal(block['name'], 'R-10')
  assert.equal(block['startAutnum'], 64500)
  assert.equal(block['endAutnum'], 64502)
  // AS64500 answers for the child, so the block's address is the next.
  assert.equal(linksOf(block)['self'], `${BASE}/rdap/autnum/64501`)
  assert.equal(linksOf(block)['alternate'], `${BASE}/proof/autnum/64502`)
  assert.equal((await ask(rdap, '/autnum/64500')).body['name'], 'R-11')
  assert.equal((await ask(rdap, '/autnum/64497')).body['name'], 'R-3')
  for (const target of [
    '/autnum',
    '/autnum/',
    '/autnum/AS64500',
    '/autnum/0.64500',
    '/autnum/-1',
    '/autnum/4294967296',
    '/autnum/...',
    '/autnum/1-2',
    '/autnum/64500/1',
    '/autnum/064500',
  ])
    assert.equal((await ask(rdap, target)).status, 400, target)
})

test('an AS block’s address is its first number outside its children, however many begin it', async () => {
  const many = testReader({
    registrations: [
      registration('R-1', 'holding', 'AS64496 - AS65000', { holder: 'H-1' }),
      registration('R-2', 'sub', 'AS64496 - AS64799', { holder: 'H-2' }),
      registration('R-3', 'lease', 'AS64500 - AS64501', { holder: 'H-2' }),
      registration('R-4', 'sub', 'AS64800', { holder: 'H-2' }),
    ],
    holders: [holder('H-1'), holder('H-2')],
  })
  const { body } = await ask(createRdapHandler(many), '/autnum/65000')
  assert.equal(body['name'], 'R-1')
  assert.equal(linksOf(body)['self'], `${BASE}/rdap/autnum/64801`)
})

test('an import says where it came from, with its attribution', async () => {
  const { body } = await ask(rdap, '/ip/192.0.2.150')
  assert.match(JSON.stringify(body['remarks']), /delegated-example \(Example, CC BY 4\.0\)/)
})
