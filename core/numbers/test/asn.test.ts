import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { asn, asnBlock, blockKey, formatAsn, parseAsn } from '../src/index.ts'
import { codeOf, must } from './arbitraries.ts'

test('RFC 5396 asplain, with and without the letters', () => {
  for (const text of ['64496', 'AS64496', 'as64496', 'As64496', 'aS64496'])
    assert.equal(must(parseAsn(text)), 64496)
  assert.equal(must(parseAsn('AS0')), 0)
  assert.equal(must(parseAsn('AS4294967295')), 4294967295)
})

test('texts that are no AS number', () => {
  const bad = [
    '',
    'AS',
    'A64496',
    'S64496',
    'AS 64496',
    'AS-1',
    '-1',
    '+1',
    '4294967296',
    '99999999999',
    'AS064496',
  ]
  bad.push('1e3', '0x10', '64496 ', ' 64496', 'ASAS1', 'AS64496\n', '６4496', '1.', '.1', '65536.1')
  for (const text of bad) assert.equal(codeOf(parseAsn(text)), 'bad-asn', text)
})

test('the refusal of asdot names the asplain (RFC 5396)', () => {
  const refused = parseAsn('AS1.10')
  assert.ok(!refused.ok && refused.error.expected === 'AS65546')
})

test('every AS number round trips', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (number) => {
      const minted = must(asn(number))
      assert.equal(formatAsn(minted), `AS${number}`)
      assert.equal(must(parseAsn(formatAsn(minted))), minted)
      assert.equal(blockKey(asnBlock(minted)), `asn/${number}/32`)
    }),
  )
})

test('numbers that are no AS number', () => {
  for (const number of [-1, 0.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(codeOf(asn(number)), 'out-of-space')
  }
})
