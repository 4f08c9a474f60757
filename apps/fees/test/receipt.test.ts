// Notes about an act's fee (docs/fees.md, "Notes"): one request each, one spelling, one key.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { KEY_TYPE_ED25519, makeVkey, noteSigner, noteVerifier } from '@cadastre/notes'
import { type FeeNote, formatFeeNote, parseFeeNote, parseInstant } from '@cadastre/records'
import { openFeeNote, signFeeNote } from '../src/index.ts'

const NAME = 'registry.example/log/fees'
const at = parseInstant('2026-01-02T03:04:05Z')
assert.ok(at !== null)
const PAID: FeeNote = {
  origin: 'registry.example/log',
  holder: 'H-7',
  act: 'allocate',
  request: 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=',
  refusal: null,
  at,
}
const TEXT = `cadastre-fee/v1
registry.example/log
H-7
allocate
AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=
2026-01-02T03:04:05Z
`
const REFUSED: FeeNote = { ...PAID, refusal: 'not-received' }
const REFUSAL_TEXT = TEXT.replace('fee/v1', 'fee-refusal/v1').replace('2026-', 'not-received\n2026-')

test('six lines, or seven, and back', () => {
  assert.equal(formatFeeNote(PAID), TEXT)
  assert.deepEqual(parseFeeNote(TEXT), PAID)
  assert.equal(formatFeeNote(REFUSED), REFUSAL_TEXT)
  assert.deepEqual(parseFeeNote(REFUSAL_TEXT), REFUSED)
})

test('one spelling only', () => {
  for (const [from, to] of [
    ['/v1', '/v2'],
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
    for (const text of [TEXT, REFUSAL_TEXT])
      assert.equal(parseFeeNote(text.replace(from, to)), null, `${from} → ${to}`)
  for (const text of [
    TEXT.replace('fee/v1', 'fee-refusal/v1'),
    REFUSAL_TEXT.replace('fee-refusal/v1', 'fee/v1'),
    REFUSAL_TEXT.replace('not-received', 'no-reason'),
  ])
    assert.equal(parseFeeNote(text), null)
  assert.throws(() => formatFeeNote({ ...PAID, request: 'AQEB' }), RangeError)
})

test('only the key of the fees signs one', () => {
  const key = generateEd25519Signer()
  const other = generateEd25519Signer()
  const verifier = noteVerifier(nodeCrypto, makeVkey(nodeCrypto, NAME, KEY_TYPE_ED25519, key.publicKey))
  for (const said of [PAID, REFUSED]) {
    const note = signFeeNote(said, noteSigner(nodeCrypto, NAME, key))
    assert.deepEqual(openFeeNote(note, verifier), { ok: true, value: said })
    assert.equal(openFeeNote(note.replace('H-7', 'H-8'), verifier).ok, false)
    const forged = signFeeNote(said, noteSigner(nodeCrypto, NAME, other))
    assert.equal(openFeeNote(forged, verifier).ok, false)
  }
})
