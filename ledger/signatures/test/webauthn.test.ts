/** W3C WebAuthn Level 2, section 7.2: what makes an assertion valid, each step broken once. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import type { EvidenceItem } from '@cadastre/records'
import { type RelyingParty, readEvidence, signRequest, verifyEvidence } from '../src/index.ts'
import { type Assertion, assertion, challengeOf, PARTY } from './authenticator.ts'

const text = '{"request":"any text will do here"}'

function holds(item: EvidenceItem, party: RelyingParty | null = PARTY): boolean {
  return verifyEvidence(text, [item], party, nodeCrypto) !== null
}

test('an assertion for this request, relying party and origin holds', () => {
  assert.ok(holds(assertion(text)))
  assert.ok(holds(assertion(text, { clientData: { origin: PARTY.origins[1] } })))
  assert.ok(holds(assertion(text, { flags: 0x01 })), 'user verification is not asked for')
  assert.ok(holds(assertion(text, { rest: Uint8Array.of(0xa0) })), 'extensions may follow')
  const item = assertion(text)
  const both = [item, signRequest(text, ed25519SignerFromSeed(new Uint8Array(32).fill(5)))]
  assert.deepEqual(
    verifyEvidence(text, both, PARTY, nodeCrypto)?.keys.map(({ alg }) => alg),
    ['webauthn', 'ed25519'],
  )
  const read = readEvidence([{ ...item }])
  assert.ok(read.ok)
})

const wrong: readonly (readonly [string, Partial<Assertion>])[] = [
  ['step 11: type', { clientData: { type: 'webauthn.create' } }],
  ['step 12: challenge of another request', { clientData: { challenge: challengeOf(`${text} `) } }],
  ['step 12: challenge with padding', { clientData: { challenge: `${challengeOf(text)}=` } }],
  ['step 13: origin', { clientData: { origin: 'https://attacker.example' } }],
  ['step 13: origin, another scheme', { clientData: { origin: 'http://sign.registry.example' } }],
  ['step 13: no origin', { clientData: { origin: null } }],
  ['step 15: relying party', { rpId: 'attacker.example' }],
  ['step 16: user not present', { flags: 0x04 }],
  ['client data that is no JSON', { clientData: 'not json' }],
  ['client data that is no object', { clientData: 'null' }],
  ['client data that is a list', { clientData: '["webauthn.get"]' }],
]
for (const [name, how] of wrong) test(`refused: ${name}`, () => assert.ok(!holds(assertion(text, how))))

test('without a relying party, with another one, or with no origins nothing holds', () => {
  assert.ok(!holds(assertion(text), null))
  assert.ok(!holds(assertion(text), { ...PARTY, id: 'registry.example' }))
  assert.ok(!holds(assertion(text), { ...PARTY, origins: [] }))
})

test('client data and authenticator data are signed: neither can be exchanged afterwards', () => {
  const item = assertion(text)
  const other = assertion(text, { clientData: { crossOrigin: true } })
  assert.ok(!holds({ ...item, clientDataJSON: other.clientDataJSON ?? '' }))
  const counted = assertion(text, { rest: Uint8Array.of(1) })
  assert.ok(!holds({ ...item, authenticatorData: counted.authenticatorData ?? '' }))
  const { authenticatorData, ...without } = item
  assert.ok(authenticatorData !== undefined && !holds(without))
  assert.ok(!holds({ ...item, authenticatorData: encodeBase64(new Uint8Array(36)) }))
})

test('the signature is one DER ECDSA-Sig-Value (RFC 3279 section 2.2.3) and nothing more', () => {
  const changes: readonly ((der: Uint8Array) => Uint8Array)[] = [
    (der) => Uint8Array.from([...der, 0]),
    (der) => der.subarray(0, -1),
    (der) => der.with(0, 0x31),
    (der) => der.with(1, (der[1] ?? 0) + 1),
    (der) => der.with(2, 0x03),
    (der) => der.with(3, 0),
    (der) => der.with(3, 0x7f),
    () => new Uint8Array(0),
    () => Uint8Array.of(0x30, 0),
    () => Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1),
    (der) => Uint8Array.from([0x30, 0x81, der.length - 2, ...der.subarray(2)]),
  ]
  for (const [index, der] of changes.entries()) assert.ok(!holds(assertion(text, { der })), `change ${index}`)
})

test('short r and s are padded: a hundred signatures all hold', () => {
  for (let count = 0; count < 100; count++) assert.ok(holds(assertion(text, { rest: Uint8Array.of(count) })))
})
