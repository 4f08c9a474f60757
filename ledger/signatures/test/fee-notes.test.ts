/** Notes of the fees' key as evidence (docs/ledger.md, "What the fees' key says"). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { feeNotesOf } from '@cadastre/evidence'
import {
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  signNote,
} from '@cadastre/notes'
import { type EvidenceItem, type FeeNote, formatFeeNote, parseInstant } from '@cadastre/records'
import { feeNoteItem, isDocument, readEvidence, verifyEvidence } from '../src/index.ts'

const NAME = 'registry.example/log/fees'
const AT = parseInstant('2030-01-01T00:00:00Z')
assert.ok(AT)
const PAID: FeeNote = {
  origin: 'registry.example/log',
  holder: 'H-7',
  act: 'allocate',
  request: 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=',
  refusal: null,
  at: AT,
}
const key = generateEd25519Signer()
const VKEY = formatVkey(makeVkey(nodeCrypto, NAME, KEY_TYPE_ED25519, key.publicKey))
const STAFF = 'obj/staff/CASHIER'

function signed(text: string): string {
  return signNote(text, [noteSigner(nodeCrypto, NAME, key)])
}
function said(item: EvidenceItem): ReturnType<typeof verifyEvidence> {
  return verifyEvidence('{}', [item], null, nodeCrypto)
}

test('a note says what it says, by which key and whose that is said to be; it signs nothing', () => {
  for (const refusal of [null, 'not-received', 'amount-differs', 'taken-back'] as const) {
    const note = { ...PAID, refusal }
    const item = feeNoteItem(VKEY, STAFF, signed(formatFeeNote(note)))
    assert.equal(isDocument(item), true)
    assert.equal(readEvidence([{ ...item }]).ok, true)
    const signatures = said(item)
    assert.ok(signatures)
    assert.deepEqual(signatures.keys, [])
    const signer = { name: NAME, key: Buffer.from(key.publicKey).toString('base64') }
    assert.deepEqual(feeNotesOf(signatures), [{ ...note, signer, staff: 'CASHIER' }])
  }
})

test('what does not verify, is no note, names no staff or a key of another kind, makes the evidence invalid', () => {
  const good = feeNoteItem(VKEY, STAFF, signed(formatFeeNote(PAID)))
  const other = generateEd25519Signer()
  const cosigner = formatVkey(makeVkey(nodeCrypto, NAME, KEY_TYPE_COSIGNATURE, key.publicKey))
  for (const change of [
    { sig: good.sig.replace('H-7', 'H-8') },
    { sig: signed('cadastre-fee/v2\n') },
    { sig: 'no note\n' },
    { key: formatVkey(makeVkey(nodeCrypto, NAME, KEY_TYPE_ED25519, other.publicKey)) },
    { key: formatVkey(makeVkey(nodeCrypto, 'other.example', KEY_TYPE_ED25519, key.publicKey)) },
    { key: cosigner },
    { key: 'no key' },
    { subject: 'obj/holder/H-7' },
    { subject: 'ip4/192.0.2.0/24' },
  ])
    assert.equal(said({ ...good, ...change }), null, JSON.stringify(change).slice(0, 60))
})

test('no other kind of evidence carries a note', () => {
  const statement = verifyEvidence('{}', [], null, nodeCrypto)
  assert.ok(statement)
  assert.deepEqual(feeNotesOf(statement), [])
})
