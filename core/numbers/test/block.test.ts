import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  block,
  blockKey,
  blockLast,
  blockSize,
  formatPrefix,
  isPrefix,
  parseBlockKey,
  parsePrefix,
  parsePrefixMasked,
  singleBlock,
  WIDTH,
} from '../src/index.ts'
import { anyBlock, anyNumber, codeOf, must, toBits } from './arbitraries.ts'

test('a block is its leading bits: equals the bit-string model', () => {
  fc.assert(
    fc.property(anyNumber, fc.integer({ min: 0, max: 128 }), ({ space, bits, value }, wish) => {
      const length = Math.min(wish, WIDTH[space])
      const made = block(space, value, length)
      assert.equal(made.ok, !bits.slice(length).includes('1'))
      if (!made.ok) return
      assert.equal(toBits(space, blockLast(made.value)), bits.slice(0, length).padEnd(WIDTH[space], '1'))
      assert.equal(blockSize(made.value), blockLast(made.value) - value + 1n)
    }),
    { numRuns: 2000 },
  )
})

test('refusals of block()', () => {
  assert.equal(codeOf(block('ip4', 0n, 33)), 'bad-length')
  assert.equal(codeOf(block('ip4', 0n, -1)), 'bad-length')
  assert.equal(codeOf(block('ip6', 0n, 1.5)), 'bad-length')
  assert.equal(codeOf(block('ip4', 1n << 32n, 0)), 'out-of-space')
  assert.equal(codeOf(block('ip4', -1n, 32)), 'out-of-space')
  assert.equal(codeOf(block('asn', 64497n, 31)), 'host-bits')
})

test('prefix and key round trip', () => {
  fc.assert(
    fc.property(anyBlock, (each) => {
      assert.deepEqual(must(parseBlockKey(blockKey(each))), each)
      if (isPrefix(each)) assert.deepEqual(must(parsePrefix(formatPrefix(each))), each)
    }),
    { numRuns: 2000 },
  )
})

test('masking equals cutting the bit string; the strict reader names the masked prefix', () => {
  fc.assert(
    fc.property(anyNumber, fc.integer({ min: 0, max: 128 }), ({ space, bits, value }, wish) => {
      if (space === 'asn') return
      const length = Math.min(wish, WIDTH[space])
      const text = `${formatPrefix(singleBlock(space, value)).split('/')[0]}/${length}`
      const masked = must(parsePrefixMasked(text))
      assert.equal(toBits(space, masked.first), bits.slice(0, length).padEnd(WIDTH[space], '0'))
      const strict = parsePrefix(text)
      if (masked.first === value) assert.deepEqual(must(strict), masked)
      else
        assert.ok(
          !strict.ok && strict.error.code === 'host-bits' && strict.error.expected === formatPrefix(masked),
        )
    }),
    { numRuns: 2000 },
  )
})

test('prefix texts that are refused', () => {
  const table: [string, string[]][] = [
    [
      'bad-prefix',
      ['', '192.0.2.0', '/24', '192.0.2/24', '10/8', '2001:db8/32', '64496/32', '192.0.2.0 /24', '::0::/8'],
    ],
    [
      'bad-length',
      ['192.0.2.0/33', '::/129', '192.0.2.0/', '::/-1', '::/032', '::/00', '::/1/1', '::/ 1', '::/1 '],
    ],
    ['host-bits', ['192.0.2.1/24', '2001:db8::1/64', '128.0.0.0/0']],
    ['zone-id', ['fe80::1%eth0/64']],
  ]
  for (const [code, texts] of table)
    for (const text of texts) assert.equal(codeOf(parsePrefix(text)), code, text)
  assert.equal(codeOf(parsePrefix('192.0.2.0/255.255.255.0')), 'bad-length')
  assert.equal(codeOf(parsePrefix(`${'1:'.repeat(1000)}/1`)), 'bad-prefix')
})

test('design section 5: the keys of the ledger, one spelling each', () => {
  for (const key of [
    'ip4/203.0.113.0/24',
    'ip6/2001:db8::/32',
    'asn/64496/32',
    'ip4/0.0.0.0/0',
    'asn/0/0',
    'ip6/::/0',
  ]) {
    assert.equal(blockKey(must(parseBlockKey(key))), key)
  }
  const bad = [
    '',
    'ip4',
    'ip4/',
    'IP4/203.0.113.0/24',
    'ip6/2001:DB8::/32',
    'ip6/2001:db8:0::/32',
    'asn/AS64496/32',
  ]
  bad.push(
    'ip4/2001:db8::/32',
    'ip6/203.0.113.0/24',
    'asn/64496',
    'asn/064496/32',
    'obj/holder/H-7',
    'ip6/::ffff:c000:200/120',
  )
  bad.push('asn/4294967296/32', 'asn/1/33', 'asn/203.0.113.0/24', ' ip4/203.0.113.0/24')
  for (const key of bad) assert.ok(['bad-key', 'bad-prefix'].includes(codeOf(parseBlockKey(key))), key)
  assert.equal(codeOf(parseBlockKey('asn/64497/31')), 'host-bits')
  assert.equal(codeOf(parseBlockKey('ip4/203.0.113.1/24')), 'host-bits')
})

test('any text at all is read or refused, never thrown upon', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789abf:./%-AS ') })),
      (text) => {
        for (const read of [parsePrefix, parsePrefixMasked, parseBlockKey])
          assert.equal(typeof read(text).ok, 'boolean')
      },
    ),
    { numRuns: 5000 },
  )
})
