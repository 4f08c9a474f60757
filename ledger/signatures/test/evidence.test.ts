import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { decodeUtf8, encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import {
  type EvidenceItem,
  type Json,
  parseCanonicalJson,
  parseInstant,
  type Request,
} from '@cadastre/records'
import fc from 'fast-check'
import {
  checksOf,
  evidenceText,
  memberHashOf,
  readEvidence,
  requestMessage,
  requestText,
  signRequest,
  verifiedBy,
  verifyEvidence,
} from '../src/index.ts'
import { es256Signer } from './authenticator.ts'

const one: Signer = ed25519SignerFromSeed(new Uint8Array(32).fill(1))
const two: Signer = ed25519SignerFromSeed(new Uint8Array(32).fill(2))

function request(nonce = 'AAAAAAAAAAAAAAAAAAAAAA=='): Request {
  const expires = parseInstant('2030-01-01T00:00:00Z')
  assert.ok(expires)
  return {
    v: 1,
    origin: 'registry.example/log',
    procedure: 'update-holder/1',
    body: { change: 'confirm', holder: 'H-7', note: 'Zürich' },
    replaces: [],
    expires,
    nonce,
  }
}
const text = requestText(request())
const verify = (items: readonly EvidenceItem[], of = text): ReturnType<typeof verifyEvidence> =>
  verifyEvidence(of, items, null, nodeCrypto)

test('what is signed is the DSSE v1 pre-authentication encoding, lengths in bytes of UTF-8', () => {
  const bytes = encodeUtf8(text).length
  assert.notEqual(bytes, text.length)
  const expected = `DSSEv1 37 application/vnd.cadastre.request+json ${bytes} ${text}`
  assert.equal('application/vnd.cadastre.request+json'.length, 37)
  assert.equal(decodeUtf8(requestMessage(text)), expected)
})

test('ed25519 and es256 signatures hold, together and in any order; the keys come back as they signed', () => {
  const items = [one, es256Signer, two].map((signer) => signRequest(text, signer))
  for (const list of [items, items.toReversed(), items.slice(1)]) {
    const verified = verify(list)
    assert.deepEqual(
      verified?.keys,
      list.map(({ alg, key }) => ({ alg, key })),
    )
  }
})

test('one bad signature spoils all: evidence is not a menu', () => {
  const good = signRequest(text, one)
  const bad = { ...signRequest(text, two), sig: good.sig }
  assert.equal(verify([good, bad]), null)
  assert.equal(verify([bad, good]), null)
})

test('a signature of another request, under another key, or of the bare text does not hold', () => {
  const other = requestText(request('AQAAAAAAAAAAAAAAAAAAAA=='))
  assert.equal(verify([signRequest(other, one)]), null)
  assert.equal(verify([{ ...signRequest(text, one), key: encodeBase64(two.publicKey) }]), null)
  const bare = {
    alg: 'ed25519',
    key: encodeBase64(one.publicKey),
    sig: encodeBase64(one.sign(encodeUtf8(text))),
  } as const
  assert.equal(verify([bare]), null)
})

test('an algorithm does not stand for another', () => {
  const ed = signRequest(text, one)
  const es = signRequest(text, es256Signer)
  assert.equal(verify([{ ...ed, alg: 'es256' }]), null)
  assert.equal(verify([{ ...es, alg: 'ed25519' }]), null)
  assert.equal(verify([{ ...ed, alg: 'webauthn' }]), null)
  assert.equal(verify([{ ...es, alg: 'webauthn' }]), null)
})

test('any flipped bit of signature, key or text is noticed', () => {
  const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
    const at = bit % (bytes.length * 8)
    return bytes.map((byte, index) => (index === at >> 3 ? byte ^ (1 << (at & 7)) : byte))
  }
  const decode = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
  fc.assert(
    fc.property(fc.constantFrom(one, es256Signer), fc.nat(10_000), (signer, bit) => {
      const item = signRequest(text, signer)
      assert.equal(verify([{ ...item, sig: encodeBase64(flip(decode(item.sig), bit)) }]), null)
      assert.equal(verify([{ ...item, key: encodeBase64(flip(decode(item.key), bit)) }]), null)
      const changed = decodeUtf8(flip(encodeUtf8(text), bit))
      if (changed !== null) assert.equal(verify([item], changed), null)
    }),
    { seed: 7, numRuns: 150 },
  )
})

test('base64 that decodes to nothing is no signature and no key', () => {
  const item = signRequest(text, one)
  // Unused bits set: RFC 4648 section 3.5.
  assert.equal(verify([{ ...item, sig: `${item.sig.slice(0, -3)}B==` }]), null)
  assert.equal(verify([{ ...item, key: '' }]), null)
  assert.equal(verify([{ ...item, sig: '' }]), null)
})

test('no evidence verifies nobody; results found elsewhere are matched one to one', () => {
  assert.deepEqual(verify([])?.keys, [])
  const items = [one, two].map((signer) => signRequest(text, signer))
  const checks = checksOf(requestMessage(text), items, null, nodeCrypto)
  assert.equal(checks?.length, 2)
  assert.equal(
    verifiedBy(items, null, () => true, nodeCrypto),
    null,
  )
  assert.equal(
    verifiedBy(items, checks.slice(1), () => true, nodeCrypto),
    null,
  )
  assert.equal(
    verifiedBy(items, checks, (_check, index) => index === 0, nodeCrypto),
    null,
  )
  assert.deepEqual(verifiedBy(items, checks, () => true, nodeCrypto)?.keys.length, 2)
})

test('evidence is read in a closed shape: bounds, members, algorithms, each key once', () => {
  const item = signRequest(text, one)
  const many = Array.from({ length: 33 }, (_, byte) =>
    signRequest(text, ed25519SignerFromSeed(new Uint8Array(32).fill(byte))),
  )
  const refused: readonly (readonly [Json, string])[] = [
    [null, ''],
    [[], ''],
    [many as readonly Json[], ''],
    [[{ ...item, alg: 'rsa' }], '/0/alg'],
    [[{ ...item, sig: 'not base64' }], '/0/sig'],
    [[{ alg: item.alg, key: item.key }], '/0/sig'],
    [[{ ...item, extra: 1 }], '/0/extra'],
    [[{ ...item, authenticatorData: '', clientDataJSON: '' }], '/0/authenticatorData'],
    [[{ ...item, alg: 'webauthn' }], '/0/authenticatorData'],
    [[item, item] as readonly Json[], '/1/key'],
  ]
  for (const [value, pointer] of refused) {
    const read = readEvidence(value)
    assert.equal(read.ok ? 'read' : read.error.pointer, pointer, JSON.stringify(value)?.slice(0, 100))
  }
  const read = readEvidence(parseCanonicalJson(evidenceText(many.slice(0, 32))))
  assert.equal(read.ok && read.value.length, 32)
})

test('the hash of a member is SHA-256 of 0x07 and its canonical JSON', () => {
  const member = { b: [1, null], a: 'ü' }
  const expected = createHash('sha256').update(Buffer.from('\u0007{"a":"ü","b":[1,null]}')).digest('base64')
  assert.equal(memberHashOf(nodeCrypto, member), expected)
})
