// Reverse zones: RFC 9082 section 3.1.3, RFC 9083 section 5.3, RFC 2317, NRO profile (closest encloser).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ancestor, singleBlock } from '@cadastre/numbers'
import type { Cell, DelegationSigner } from '@cadastre/records'
import fc from 'fast-check'
import { createRdapHandler } from '../src/index.ts'
import { formatReverseName, parseReverseName, zoneLength } from '../src/reverse-name.ts'
import { ask, linksOf } from './asking.ts'
import type { JsonObject } from './conformance.ts'
import { BASE, holder, registration, testReader } from './fixtures.ts'

const rdns = (under: string, ns: string, ds: readonly DelegationSigner[] = []): Pick<Cell, 'rdns'> => ({
  rdns: { under, since: 6, ns: [ns], ds },
})
const DS = { keyTag: 60485, algorithm: 5, digestType: 1, digest: '2bb183af5f22588179a53b0a98631fad1a292118' }
const rdap = createRdapHandler(
  testReader({
    registrations: [
      registration('R-1', 'holding', '10.0.0.0/16', { holder: 'H-1' }),
      registration('R-2', 'sub', '10.0.64.0/20', { holder: 'H-2' }),
      registration('R-3', 'holding', '192.0.2.0/24', { holder: 'H-1' }),
      registration('R-4', 'holding', '198.51.100.0/23', { holder: 'H-1' }),
      registration('R-5', 'holding', '2001:db8::/46', { holder: 'H-1' }),
    ],
    cells: [
      { at: '10.0.0.0/16', cell: rdns('R-1', 'ns1.example.net', [DS]) },
      // Inert: its registration is not the innermost one there any more.
      { at: '10.0.65.0/24', cell: rdns('R-1', 'ns9.example.net') },
      { at: '192.0.2.64/26', cell: rdns('R-3', 'ns2.example.net') },
      // Left by a cut: stands for two /24 zones.
      { at: '198.51.100.0/23', cell: rdns('R-4', 'ns3.example.net') },
      { at: '2001:db8::/46', cell: rdns('R-5', 'ns4.example.net') },
    ],
    holders: [holder('H-1'), holder('H-2')],
  }),
)

test('the zone, the closest encloser, case and dots', async () => {
  for (const [target, name] of [
    ['/domain/0.10.in-addr.arpa', '0.10.in-addr.arpa.'],
    ['/domain/0.10.IN-ADDR.ARPA.', '0.10.in-addr.arpa.'],
    ['/domain/7.3.0.10.in-addr.arpa', '0.10.in-addr.arpa.'],
    ['/domain/_x.7.3.0.10.in-addr.arpa', '0.10.in-addr.arpa.'],
    ['/domain/1.65.0.10.in-addr.arpa', '0.10.in-addr.arpa.'],
    ['/domain/64-26.2.0.192.in-addr.arpa', '64-26.2.0.192.in-addr.arpa.'],
    ['/domain/64%2F26.2.0.192.in-addr.arpa', '64-26.2.0.192.in-addr.arpa.'],
    ['/domain/70.2.0.192.in-addr.arpa', '64-26.2.0.192.in-addr.arpa.'],
    ['/domain/101.51.198.in-addr.arpa', '101.51.198.in-addr.arpa.'],
    ['/domain/9.100.51.198.in-addr.arpa', '100.51.198.in-addr.arpa.'],
    // 2001:db8::/46 stands for the four /48 zones inside it.
    ['/domain/9.3.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa', '3.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.'],
  ] as const) {
    const { status, body } = await ask(rdap, target)
    assert.equal(status, 200, target)
    assert.equal(body['ldhName'], name, target)
  }
  assert.equal((await ask(rdap, '/domain/0.0.0.8.b.d.0.1.0.0.2.ip6.arpa')).status, 404)
})

test('name servers, DS as numbers, network, links', async () => {
  const { body } = await ask(rdap, '/domain/3.0.10.in-addr.arpa')
  assert.deepEqual(
    (body['nameservers'] as JsonObject[]).map((one) => one['ldhName']),
    ['ns1.example.net.'],
  )
  assert.deepEqual(body['secureDNS'], { delegationSigned: true, dsData: [DS] })
  assert.equal((body['network'] as JsonObject)['handle'], 'R-1@10.0.0.0')
  assert.equal(linksOf(body)['self'], `${BASE}/rdap/domain/0.10.in-addr.arpa.`)
  assert.equal(linksOf(body)['alternate'], `${BASE}/proof/ip/10.0.3.0/24`)
})

test('forward names, the trees themselves and zones of nobody are 404', async () => {
  for (const target of [
    '/domain/example.net',
    '/domain/b%C3%BCcher.example',
    '/domain/in-addr.arpa',
    '/domain/ip6.arpa',
    '/domain/10.in-addr.arpa',
    '/domain/113.0.203.in-addr.arpa',
    '/domain/256.0.10.in-addr.arpa.example',
    '/domain/010.in-addr.arpa',
    '/domain/g.ip6.arpa',
  ])
    assert.equal((await ask(rdap, target)).status, 404, target)
})

test('404 names its proof for what it is: of the covering records, or of absence', async () => {
  const proofOf = async (target: string): Promise<string> =>
    JSON.stringify((await ask(rdap, target)).body['notices'])
  assert.match(await proofOf('/domain/2.0.192.in-addr.arpa'), /Proof of the covering records/)
  const nobody = await proofOf('/domain/113.0.203.in-addr.arpa')
  assert.match(nobody, /"Proof of absence/)
  assert.match(nobody, /\/proof\/ip\/203\.0\.113\.0\/24"/)
})

test('what is no domain name is 400', async () => {
  for (const target of [
    '/domain',
    '/domain/',
    '/domain/...',
    '/domain/.',
    '/domain/a..b',
    '/domain/0.10.in-addr.arpa..',
    '/domain/a b.example'.replace(' ', '%20'),
    `/domain/${'a'.repeat(64)}.example`,
    `/domain/${'a.'.repeat(130)}example`,
    '/domain/64/26.2.0.192.in-addr.arpa',
  ])
    assert.equal((await ask(rdap, target)).status, 400, target)
})

test('names of zones are read back as they are written (RFC 1035 3.5, RFC 3596 2.5, RFC 2317)', () => {
  const number = fc.oneof(
    fc.tuple(fc.constant('ip4' as const), fc.bigInt(0n, 2n ** 32n - 1n), fc.integer({ min: 1, max: 32 })),
    fc.tuple(fc.constant('ip6' as const), fc.bigInt(0n, 2n ** 128n - 1n), fc.integer({ min: 1, max: 128 })),
  )
  fc.assert(
    fc.property(number, ([space, value, bits]) => {
      const length = zoneLength(ancestor(singleBlock(space, value), bits))
      const zone = ancestor(singleBlock(space, value), length)
      assert.deepEqual(parseReverseName(formatReverseName(zone)), zone)
    }),
  )
})

test('names of RFC 1035 3.5 and RFC 3596 2.5', () => {
  const of = (name: string): unknown => {
    const block = parseReverseName(name)
    return block && [block.space, block.first, block.length]
  }
  assert.deepEqual(of('52.0.0.10.in-addr.arpa'), ['ip4', 0x0a000034n, 32])
  const long = 'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa'
  assert.deepEqual(of(long), ['ip6', 0x4321_0000_0001_0002_0003_0004_0567_89abn, 128])
})
