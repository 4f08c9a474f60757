import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ancestor, block, singleBlock } from '@cadastre/numbers'
import fc from 'fast-check'
import { startWhois, whoisText } from '../src/index.ts'
import { parseLine } from '../src/query.ts'
import { sourceName } from '../src/render.ts'
import { parseZoneName, zoneLength, zoneName } from '../src/reverse-zones.ts'
import { DEFAULT_LIMITS, networkOf, SourceLimits } from '../src/source-limits.ts'
import { exchange } from './client.ts'
import { EXAMPLE, HandMadeReader } from './fixture.ts'

const reader = new HandMadeReader(EXAMPLE)

const WORDS = [
  '-x',
  '-l',
  '-L',
  '-m',
  '-M',
  '-r',
  '-B',
  '-K',
  '-F',
  '-G',
  '-b',
  '-d',
  '-k',
  '-a',
  '-c',
  '-C',
  '-R',
  '-T',
  '-i',
  '-s',
  '-q',
  '-t',
  '-v',
  '-V',
  '-Z',
  '--exact',
  '--inverse',
  '--select-types=route',
  '-BrTinetnum',
  '-',
  '--',
  'inetnum',
  'route',
  'origin',
  'org',
  'sources',
  '203.0.113.0',
  '203.0.113.0/24',
  '0.0.0.0/0',
  '10/8',
  '::',
  '2001:db8::/32',
  '2001:db8:8008::/46',
  'as64500',
  'AS64496',
  'as0',
  '4294967295',
  '4294967296',
  'h-7',
  'r-41',
  'h-7.c1',
  'example',
  '113.0.203.in-addr.arpa',
  '0-25.113.0.203.in-addr.arpa',
  '8.b.d.0.1.0.0.2.ip6.arpa',
  'arpa',
  '!!',
  '!gas1',
  'help',
  '?',
  '203.0.113.0/24as64500',
  'é',
  '%',
  '//',
  ':',
  '/',
  '1.2.3.4/33',
]

const line = fc.oneof(
  fc.array(fc.constantFrom(...WORDS), { maxLength: 6 }).map((words) => words.join(' ')),
  fc.string({ unit: 'binary', maxLength: 80 }),
)

test('whatever is asked, the reply is comments and objects, and ends in the only two blank lines (framing)', async () => {
  await fc.assert(
    fc.asyncProperty(line, async (asked) => {
      const text = await whoisText(reader, asked)
      assert.ok(text.endsWith('\n\n\n') || text.endsWith('.\n\n\n'), JSON.stringify(text.slice(-30)))
      assert.equal(text.indexOf('\n\n\n'), text.length - 3)
      for (const one of text.split('\n'))
        assert.match(one, /^(%.*|\*?[a-z0-9-]+:? .*|\*?[a-z0-9-]+: *|[a-z0-9-]+|[A-Z-]+:3:X:0-\d+|)$/)
    }),
    { numRuns: 2000 },
  )
})

test('a line with -k is known to be one, faulty or not', () => {
  fc.assert(
    fc.property(line, (asked) => {
      const { persistent } = parseLine(`-k ${asked}`, 'SOURCE')
      assert.equal(persistent, true)
    }),
  )
})

test('names of reverse zones and blocks are the same thing, both ways (RFC 1035 3.5, RFC 2317, RFC 3596 2.5)', () => {
  const any = fc.oneof(
    fc.tuple(fc.constant('ip4' as const), fc.bigInt(0n, 2n ** 32n - 1n), fc.integer({ min: 1, max: 32 })),
    fc.tuple(fc.constant('ip6' as const), fc.bigInt(0n, 2n ** 128n - 1n), fc.integer({ min: 1, max: 128 })),
  )
  fc.assert(
    fc.property(any, ([space, value, length]) => {
      const cell = ancestor(singleBlock(space, value), length)
      const zone = block(space, cell.first, zoneLength(cell))
      assert.ok(zone.ok)
      assert.deepEqual(parseZoneName(`${zoneName(zone.value).toUpperCase()}.`), zone.value)
    }),
  )
  assert.equal(
    parseZoneName('64-127.2.0.192.in-addr.arpa')?.length,
    26,
    "the RIPE database's form of a range",
  )
  for (const bad of [
    '256.in-addr.arpa',
    '01.in-addr.arpa',
    'x.ip6.arpa',
    '65-127.2.0.192.in-addr.arpa',
    '1.2.3.4.5.in-addr.arpa',
  ])
    assert.equal(parseZoneName(bad), null, bad)
})

test('a source name is one word, whatever the registry is called', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) =>
      assert.match(sourceName(name), /^[A-Z][A-Z0-9-]{0,39}$/),
    ),
  )
  assert.equal(sourceName('Réseau d’exemple 2'), 'RESEAU-D-EXEMPLE-2')
})

test('limits key on the network alone and recover by themselves', () => {
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1/32')
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1/32')
  assert.equal(networkOf('2001:db8:1:2:3::4'), '2001:db8:1:2::/64')
  assert.equal(networkOf('fe80::1%eth0'), 'fe80::/64')
  let now = 0
  const sources = new SourceLimits(
    { ...DEFAULT_LIMITS, connectionsPerNetwork: 2, queriesBurst: 3, queriesPerSecond: 1 },
    () => now,
  )
  const use = sources.enter('2001:db8::1')
  assert.ok(use !== null)
  assert.equal(sources.enter('2001:db8::2'), use, 'one network')
  assert.equal(sources.enter('2001:db8::3'), null)
  assert.notEqual(sources.enter('2001:db8:0:1::3'), null)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => sources.take(use)),
    [true, true, true, false],
  )
  assert.equal(sources.waitSeconds(use), 1)
  now += 1000
  assert.deepEqual([sources.take(use), sources.take(use)], [true, false])
  sources.leave(use)
  assert.equal(sources.enter('2001:db8::3'), use)
})

test('any bytes on a socket end in a reply or a close, and the server goes on (fuzz)', async () => {
  const faults: unknown[] = []
  const server = await startWhois(reader, {
    port: 0,
    host: '127.0.0.1',
    limits: { queriesBurst: 1e9 },
    report: (error) => faults.push(error),
  })
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.array(line, { maxLength: 5 }).map((lines) => Buffer.from(`-k\n${lines.join('\r\n')}`)),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      const reply = await exchange(server.port, Buffer.from(sent))
      assert.ok(reply.startsWith('% This is the Example Registry'))
    }),
    { numRuns: 300 },
  )
  assert.match(await exchange(server.port, Buffer.from('203.0.113.1\r\n')), /^inetnum:/m)
  assert.deepEqual(faults, [])
  await server.close()
})
