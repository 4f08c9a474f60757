// One reading of a search text, for lookup and history.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockKey } from '@cadastre/numbers'
import { coveringKeys, readQuestion } from '../src/question.ts'

const read = (text: string): string => {
  const question = readQuestion(text)
  if (!question.ok) return `! ${question.error.expected}`
  const { value } = question
  if (value.kind === 'block') return `${blockKey(value.block)} = ${value.canonical}`
  return value.kind === 'object'
    ? `${value.type} ${value.handle}`
    : `words ${value.words}, handle ${value.handle}`
}

test('addresses, prefixes, ranges, AS numbers, record keys, handles and names', () => {
  for (const [text, meaning] of [
    ['203.0.113.7', 'ip4/203.0.113.7/32 = 203.0.113.7'],
    [' 203.0.113.0/24 ', 'ip4/203.0.113.0/24 = 203.0.113.0/24'],
    ['203.0.113.9/24', 'ip4/203.0.113.0/24 = 203.0.113.0/24'],
    ['203.0.113.0 - 203.0.113.255', 'ip4/203.0.113.0/24 = 203.0.113.0/24'],
    ['203.0.113.1-203.0.113.2', 'ip4/203.0.113.0/30 = 203.0.113.0/30'],
    ['2001:DB8::1', 'ip6/2001:db8::1/128 = 2001:db8::1'],
    ['2001:db8::/32', 'ip6/2001:db8::/32 = 2001:db8::/32'],
    ['as64496', 'asn/64496/32 = AS64496'],
    ['64496', 'asn/64496/32 = AS64496'],
    ['asn/64496/28', 'asn/64496/28 = AS64496 - AS64511'],
    ['ip4/203.0.113.0/24', 'ip4/203.0.113.0/24 = 203.0.113.0/24'],
    ['obj/holder/H-7', 'holder H-7'],
    ['h-7', 'words h-7, handle H-7'],
    ['Asociación Ejemplo', 'words Asociación Ejemplo, handle null'],
  ] as const)
    assert.equal(read(text), meaning)
})

test('what can only be meant as numbers and is none is named, not searched for', () => {
  for (const text of [
    '203.0.113.256',
    '10.1',
    '203.0.113.0/33',
    '2001:db8:::1',
    'AS4294967296',
    '1.2.3.4 - x',
    'fe80::1%eth0',
  ])
    assert.match(read(text), /^! ./, text)
  assert.match(read(''), /^! /)
  assert.match(read('a'.repeat(201)), /^! /)
  assert.match(read('\ud800'), /^! /)
})

test('the history of a number is that of every block that covers it', () => {
  const question = readQuestion('203.0.113.0/24')
  assert.ok(question.ok && question.value.kind === 'block')
  const keys = coveringKeys(question.value.block)
  assert.equal(keys.length, 25)
  assert.equal(keys[0], 'ip4/203.0.113.0/24')
  assert.equal(keys[1], 'ip4/203.0.112.0/23')
  assert.equal(keys.at(-1), 'ip4/0.0.0.0/0')
})
