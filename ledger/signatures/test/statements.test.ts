/** Other registries' statements: proofs from their logs, signed notes of those without one. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeAnswer } from '@cadastre/answers'
import { encodeUtf8 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { leafHash } from '@cadastre/merkle'
import {
  formatCheckpoint,
  formatVkey,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  signNote,
} from '@cadastre/notes'
import { canonicalJson, type EvidenceItem, parseInstant } from '@cadastre/records'
import { createTrieMemory, objectLabel, TrieWriter } from '@cadastre/trie'
import { readEvidence, statementItem, statementText, verifyEvidence } from '../src/index.ts'

const ORIGIN = 'west.example/log'
const KEY = 'obj/transit/T-7'
const RECORD = { state: 'sourceInitialized', v: 1 }
const signer = generateEd25519Signer()
const vkey = makeVkey(nodeCrypto, ORIGIN, KEY_TYPE_ED25519, signer.publicKey)
const POLICY = `log ${formatVkey(vkey)}\nquorum none\n`
const AT = parseInstant('2030-01-01T00:00:00Z')
assert.ok(AT)

function signed(text: string): string {
  return signNote(text, [noteSigner(nodeCrypto, ORIGIN, signer)])
}
function note(record = canonicalJson(RECORD), key = KEY, origin = ORIGIN): string {
  return signed(statementText({ origin, at: AT as NonNullable<typeof AT>, key }, record))
}

/** A proof from a log of one state entry, in which the record stands. */
function proof(asked = 'T-7'): string {
  const trie = new TrieWriter(createTrieMemory(), nodeCrypto)
  const label = objectLabel(nodeCrypto, 'transit', 'T-7')
  trie.set('obj', label, 256, encodeUtf8(canonicalJson(RECORD)))
  const { hashes } = trie.commit()
  const text = (hash: Uint8Array): string => Buffer.from(hash).toString('base64')
  const roots = { asn: text(hashes.asn), ip4: text(hashes.ip4), ip6: text(hashes.ip6), obj: text(hashes.obj) }
  const state = canonicalJson({ t: 'state', v: 1, at: AT, ops: 1, prev: null, roots })
  const root = leafHash(nodeCrypto, encodeUtf8(state))
  const checkpoint = signed(formatCheckpoint({ origin: ORIGIN, size: 1, root }))
  return makeAnswer(
    { state, inclusion: [], checkpoint },
    trie.working().prove('obj', objectLabel(nodeCrypto, 'transit', asked), 256),
  )
}

function said(item: EvidenceItem): ReturnType<typeof verifyEvidence> {
  return verifyEvidence('{}', [item], null, nodeCrypto)
}

test('a proof and a signed note say the same: origin, time, key, record, and the hash of the document', () => {
  for (const [document, size] of [
    [proof(), 1],
    [note(), null],
  ] as const) {
    const verified = said(statementItem(POLICY, KEY, document))
    assert.deepEqual(verified?.keys, [])
    const checkpoint = verified.statements?.[0]?.checkpoint ?? null
    assert.equal(checkpoint?.size ?? null, size)
    assert.deepEqual(verified.statements, [
      {
        origin: ORIGIN,
        policy: POLICY,
        at: AT,
        key: KEY,
        record: RECORD,
        hash: Buffer.from(nodeCrypto.sha256(encodeUtf8(document))).toString('base64'),
        checkpoint,
      },
    ])
  }
})

test('that there is no such record is said too', () => {
  assert.equal(said(statementItem(POLICY, KEY, note('null')))?.statements?.[0]?.record, null)
  const other = said(statementItem(POLICY, 'obj/transit/T-8', proof('T-8')))
  assert.equal(other?.statements?.[0]?.record, null)
})

test('another key, another origin, another record, a flipped bit, a foreign policy: nothing is verified', () => {
  const foreign = makeVkey(nodeCrypto, ORIGIN, KEY_TYPE_ED25519, generateEd25519Signer().publicKey)
  const wrong: readonly EvidenceItem[] = [
    statementItem(POLICY, 'obj/transit/T-8', note()),
    statementItem(POLICY, KEY, note(canonicalJson(RECORD), KEY, 'other.example')),
    statementItem(POLICY, KEY, note('{"v":1,"state":"sourceInitialized"}')),
    statementItem(POLICY, KEY, signed('something else\n')),
    statementItem(POLICY, KEY, note().replace('Initialized', 'Finalized')),
    statementItem(POLICY, KEY, proof().replace('index 0', 'index 1')),
    statementItem(`log ${formatVkey(foreign)}\nquorum none\n`, KEY, note()),
    statementItem('log nonsense\n', KEY, note()),
    statementItem(POLICY, KEY, 'nothing\n'),
    { ...statementItem(POLICY, KEY, note()), subject: 'no key' },
  ]
  for (const item of wrong) assert.equal(said(item), null)
})

test('beside signatures: all of it must hold; the list is read in a closed shape', () => {
  const item = statementItem(POLICY, KEY, note())
  const read = readEvidence(JSON.parse(JSON.stringify([item])))
  assert.deepEqual(read, { ok: true, value: [item] })
  assert.equal(readEvidence([{ ...item, subject: 'no key' }]).ok, false)
  assert.equal(readEvidence([{ ...item, more: '' }]).ok, false)
  assert.equal(readEvidence([{ alg: 'peer-proof', key: POLICY, sig: note() }]).ok, false)
  assert.equal(readEvidence([{ ...item, sig: 'no line' }]).ok, false)
  const bad = { alg: 'ed25519' as const, key: Buffer.from(signer.publicKey).toString('base64'), sig: 'AA==' }
  assert.equal(verifyEvidence('{}', [item, bad], null, nodeCrypto), null)
})
