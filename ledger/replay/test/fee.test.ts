// The fee of an allocation replays from the log alone: notes of the fees' key stand in it as evidence.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey, noteSigner, signNote } from '@cadastre/notes'
import { genesisBodies, genesisParts, proceduresOfProfile } from '@cadastre/procedures'
import {
  DAY_SECONDS,
  type EvidenceItem,
  type FeeRefusal,
  formatFeeNote,
  type Json,
  type JsonObject,
  type OpEntry,
  type RecordKey,
  type Request,
} from '@cadastre/records'
import { feeNoteItem, memberHashOf, requestText } from '@cadastre/signatures'
import { alice, codesOf, genesisBody, identifyBody, LogMaker, ORIGIN } from './log-maker.ts'

const cashier = generateEd25519Signer()

/** Founded with a cashier and a fee; Alice is H-4. */
function log(): LogMaker {
  const made = new LogMaker()
  const body = genesisBody()
  const key = encodeBase64(cashier.publicKey)
  const member = { handle: 'CASHIER', role: 'cashier', alg: 'ed25519', key, outside: false }
  const staff = [...(body['staff'] as readonly Json[]), member]
  const procedures = proceduresOfProfile('community', () =>
    memberHashOf(nodeCrypto, 'the published text'),
  ).map((one) =>
    one.id === 'allocate/1' ? { ...one, parameters: { ...one.parameters, actFee: true } } : one,
  )
  const hash = (value: Json): string => memberHashOf(nodeCrypto, value)
  for (const step of genesisBodies({ ...body, staff }, genesisParts(procedures), 'OPERATOR', hash))
    made.found('genesis/1', step)
  made.found('open/1', { staff: 'OPERATOR' })
  made.commit()
  made.advance(60)
  made.act(made.request('identify-holder/1', identifyBody('Alice Networks', alice)), [alice])
  made.commit()
  made.advance(60)
  return made
}
function wish(made: LogMaker): Request {
  return made.request('allocate/1', { holder: 'H-4', pool: 'IP4', length: 26, block: null })
}
/** The fees' word on a request, as evidence. */
function word(
  made: LogMaker,
  request: Request,
  refusal: FeeRefusal | null = null,
  key: Signer = cashier,
): EvidenceItem {
  const hash = encodeBase64(nodeCrypto.sha256(encodeUtf8(requestText(request))))
  const text = formatFeeNote({
    origin: ORIGIN,
    holder: 'H-4',
    act: 'allocate',
    request: hash,
    refusal,
    at: made.at,
  })
  const name = `${ORIGIN}/fees`
  const vkey = formatVkey(makeVkey(nodeCrypto, name, KEY_TYPE_ED25519, key.publicKey))
  return feeNoteItem(vkey, 'obj/staff/CASHIER', signNote(text, [noteSigner(nodeCrypto, name, key)]))
}
function submit(made: LogMaker, request: Request, evidence: readonly EvidenceItem[]): OpEntry {
  made.seq += 1
  return made.log(request, evidence, { seq: made.seq, at: made.at })
}
function carry(made: LogMaker, application: string, item: EvidenceItem): OpEntry {
  return submit(made, made.request('allocate/1', { step: 'fee', application }), [item])
}
const cell = (made: LogMaker): JsonObject | null => made.record('ip4/198.51.100.0/26') as JsonObject | null

test('a receipt with the request, one that comes later, a refusal, and silence: each replays', () => {
  const made = log()
  const first = wish(made)
  submit(made, first, [...made.sign(first, [alice]), word(made, first)])
  assert.notEqual(cell(made), null)
  const later = [wish(made), wish(made), wish(made)] as const
  const names = later.map((request) => {
    submit(made, request, made.sign(request, [alice]))
    return `A-${made.size - 1}`
  })
  made.commit()
  made.advance(60)
  const [paid = '', refused = '', silent = ''] = names
  carry(made, paid, word(made, later[0]))
  carry(made, refused, word(made, later[1], 'taken-back'))
  made.commit()
  made.advance(7 * DAY_SECONDS)
  made.due('allocate/1', 'obj/pool/IP4' as RecordKey)
  made.due('allocate/1', `obj/application/${silent}` as RecordKey)
  made.due('allocate/1', 'obj/pool/IP4' as RecordKey)
  made.commit()
  const states = names.map((name) => made.record(`obj/application/${name}`)['state'])
  assert.deepEqual(states, ['effected', 'failed', 'effected'])
  assert.deepEqual(codesOf(made.entries), [])
})

test('a note that its own key did not sign is a signature that does not hold; of another key it says nothing', () => {
  const made = log()
  const request = wish(made)
  const good = word(made, request)
  const spoiled = { ...good, sig: good.sig.replace('H-4', 'H-5') }
  const entry = submit(made, request, [...made.sign(request, [alice]), spoiled])
  assert.deepEqual(entry.outcome, { accepted: false, refusals: ['signature-invalid'] })
  const other = wish(made)
  submit(made, other, [...made.sign(other, [alice]), word(made, other, null, generateEd25519Signer())])
  assert.equal(made.record(`obj/application/A-${made.size - 1}`)['state'], 'fee-due')
  made.commit()
  assert.deepEqual(codesOf(made.entries), [])
})

test('a registrar that gives the numbers without the receipt is convicted', () => {
  const made = log()
  const paid = wish(made)
  const entry = submit(made, paid, [...made.sign(paid, [alice]), word(made, paid)])
  const forged = log()
  forged.tamper = (logged) => ({ ...(logged as JsonObject), outcome: { ...entry.outcome } as Json })
  const request = wish(forged)
  submit(forged, request, forged.sign(request, [alice]))
  forged.commit()
  const codes = codesOf(forged.entries)
  assert.ok(
    codes.some((code) => /effects-differ|accepted-wrongly/.test(code)),
    codes.join(),
  )
})
