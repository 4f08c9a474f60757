// Receipts for an act's fee (docs/fees.md, "Receipts"): one request each, one spelling, one key.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { KEY_TYPE_ED25519, makeVkey, noteSigner, noteVerifier } from '@cadastre/notes'
import { parseInstant } from '@cadastre/records'
import {
  type FeeReceipt,
  formatFeeReceipt,
  openFeeReceipt,
  parseFeeReceipt,
  signFeeReceipt,
} from '../src/index.ts'

const NAME = 'registry.example/log/fees'
const paid = parseInstant('2026-01-02T03:04:05Z')
assert.ok(paid !== null)
const RECEIPT: FeeReceipt = {
  origin: 'registry.example/log',
  holder: 'H-7',
  act: 'allocate',
  request: new Uint8Array(32).fill(1),
  paid,
}
const TEXT = `cadastre-fee/v1
registry.example/log
H-7
allocate
AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=
2026-01-02T03:04:05Z
`

test('six lines, and back', () => {
  assert.equal(formatFeeReceipt(RECEIPT), TEXT)
  assert.deepEqual(parseFeeReceipt(TEXT), RECEIPT)
})

test('one spelling only', () => {
  for (const [from, to] of [
    ['fee/v1', 'fee/v2'],
    ['H-7', 'h-7'],
    ['allocate', 'transfer'],
    ['AQE=', 'AQE'],
    ['AQEBAQEB', 'AQEB'],
    ['05Z', '05+00:00'],
    ['registry.example/log', ''],
    ['registry.example/log', 'two words'],
    ['2026-01-02T03:04:05Z\n', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05Z\n', '2026-01-02T03:04:05Z\n\n'],
  ] as const)
    assert.equal(parseFeeReceipt(TEXT.replace(from, to)), null, `${from} → ${to}`)
  assert.throws(() => formatFeeReceipt({ ...RECEIPT, request: new Uint8Array(31) }), RangeError)
})

test('only the key of the fees signs one', () => {
  const key = generateEd25519Signer()
  const other = generateEd25519Signer()
  const verifier = noteVerifier(nodeCrypto, makeVkey(nodeCrypto, NAME, KEY_TYPE_ED25519, key.publicKey))
  const note = signFeeReceipt(RECEIPT, noteSigner(nodeCrypto, NAME, key))
  assert.deepEqual(openFeeReceipt(note, verifier), { ok: true, value: RECEIPT })
  assert.equal(openFeeReceipt(note.replace('H-7', 'H-8'), verifier).ok, false)
  const forged = signFeeReceipt(RECEIPT, noteSigner(nodeCrypto, NAME, other))
  assert.equal(openFeeReceipt(forged, verifier).ok, false)
})
