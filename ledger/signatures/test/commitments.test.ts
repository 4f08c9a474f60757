/** Commitments to personal data: ledger.md section 5, "Erasure". */

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import fc from 'fast-check'
import { commitmentOf, opensCommitment } from '../src/index.ts'

const opening = new Uint8Array(32).fill(9)
const given = {
  commitment: commitmentOf(nodeCrypto, opening, 'email', 'noc@example.net'),
  opening: encodeBase64(opening),
  field: 'email',
  value: 'noc@example.net',
}

test('HMAC-SHA256(opening, 0x05, length of field as u16be, field, value)', () => {
  const message = Buffer.concat([Buffer.of(5, 0, 5), Buffer.from('emailnoc@example.net')])
  assert.equal(given.commitment, createHmac('sha256', opening).update(message).digest('base64'))
})

test('a commitment opens with its own opening, field and value, and with nothing else', () => {
  assert.ok(opensCommitment(nodeCrypto, given))
  const other = encodeBase64(new Uint8Array(32).fill(8))
  for (const wrong of [
    { ...given, opening: other },
    { ...given, field: 'tel' },
    { ...given, value: 'noc@example.org' },
    // The length of the field keeps it from running into the value.
    { ...given, field: 'emailn', value: 'oc@example.net' },
    { ...given, commitment: other },
    { ...given, commitment: given.commitment.slice(0, -1) },
    { ...given, opening: 'not base64' },
    { ...given, opening: encodeBase64(new Uint8Array(31)) },
    { ...given, opening: '' },
    { ...given, value: '\ud800' },
  ])
    assert.ok(!opensCommitment(nodeCrypto, wrong), JSON.stringify(wrong))
})

test('fields and values of any text: opened by the same, and no two alike', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 40 })
  const property = fc.property(word, word, word, word, (field, value, otherField, otherValue) => {
    const commitment = commitmentOf(nodeCrypto, opening, field, value)
    assert.ok(opensCommitment(nodeCrypto, { commitment, opening: given.opening, field, value }))
    const same = field === otherField && value === otherValue
    const other = { commitment, opening: given.opening, field: otherField, value: otherValue }
    assert.equal(opensCommitment(nodeCrypto, other), same)
  })
  fc.assert(property, { seed: 5, numRuns: 200 })
})

test('an opening of another length than 32 bytes is a bug of the caller', () => {
  assert.throws(() => commitmentOf(nodeCrypto, new Uint8Array(16), 'email', ''), RangeError)
  assert.throws(() => commitmentOf(nodeCrypto, opening, 'x'.repeat(65536), ''), RangeError)
})
