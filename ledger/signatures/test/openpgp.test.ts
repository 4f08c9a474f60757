import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { browserCrypto } from '@cadastre/crypto/browser'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import type { EvidenceItem, Json } from '@cadastre/records'
import fc from 'fast-check'
import { readEvidence, readOpenPgpKey, requestMessage, verifyEvidence } from '../src/index.ts'
import { detached, endGnupg, gpg, makeKey, withoutUnhashed } from './gnupg.ts'

after(endGnupg)

const TEXT = '{"body":{},"procedure":"claim/1"}'
const MESSAGE = requestMessage(TEXT)
const ALGORITHMS = ['ed25519', 'rsa3072', 'nistp256'] as const
const KEYS = ALGORITHMS.map((name) => ({ name, key: makeKey(name, name) }))
const SHA256 = ['--digest-algo', 'SHA256']

const item = (key: Buffer, sig: Buffer): EvidenceItem => ({
  alg: 'openpgp',
  key: key.toString('base64'),
  sig: sig.toString('base64'),
})

/** Node's answer; where asked, the browser's half must give the same. */
function verified(key: Buffer, sig: Buffer, text = TEXT, both = false): boolean {
  const read = readEvidence([item(key, sig)] as Json)
  if (!read.ok) return false
  const result = verifyEvidence(text, read.value, null, nodeCrypto)
  if (both) assert.deepEqual(verifyEvidence(text, read.value, null, browserCrypto), result)
  if (result !== null) assert.deepEqual(result.keys, [{ alg: 'openpgp', key: key.toString('base64') }])
  return result !== null
}

function changed(bytes: Uint8Array, at: number, value: number): Buffer {
  const whole = Buffer.from(bytes)
  whole.writeUInt8(value, at)
  return whole
}

function signed(name: string, options = SHA256): Buffer {
  return withoutUnhashed(detached(name, MESSAGE, options))
}

test('what gpg --detach-sign makes verifies: Ed25519, RSA and P-256 (RFC 9580 section 5.2.3)', () => {
  for (const { name, key } of KEYS)
    for (let again = 0; again < 4; again++) assert.ok(verified(key, signed(name), TEXT, true), name)
})

test('SHA-512 as well, and with P-256 SHA-256 alone; SHA-1, SHA-224 and SHA-384 never', () => {
  for (const { name, key } of KEYS)
    for (const hash of ['SHA1', 'SHA224', 'SHA384', 'SHA512']) {
      const fine = hash === 'SHA512' && name !== 'nistp256'
      const weak = hash === 'SHA1' || hash === 'SHA224' ? ['--allow-weak-digest-algos'] : []
      let sig: Buffer
      try {
        sig = signed(name, [...weak, '--digest-algo', hash])
      } catch (error) {
        // libgcrypt itself refuses hashes that are too short for the curve.
        assert.ok(!fine && error instanceof Error)
        continue
      }
      assert.equal(verified(key, sig, TEXT, true), fine, `${name} ${hash}`)
    }
})

test('a signature of another text, by another key, of text instead of bytes, or under another name proves nothing', () => {
  for (const { name, key } of KEYS) {
    const sig = signed(name)
    assert.equal(verified(key, sig, '{"body":{},"procedure":"claim/2"}'), false)
    for (const other of KEYS)
      assert.equal(verified(other.key, sig), other === KEYS.find((k) => k.key === key))
    assert.equal(verified(key, signed(name, [...SHA256, '--textmode'])), false)
    const evidence = [{ ...item(key, sig), alg: 'sshsig' as const }]
    assert.equal(verifyEvidence(TEXT, evidence, null, nodeCrypto), null)
  }
})

test('the unhashed area must be empty: nobody signed it, and it would make a second spelling', () => {
  for (const { name, key } of KEYS) assert.equal(verified(key, detached(name, MESSAGE, SHA256)), false)
})

test('critical subpackets that would have to be understood, and an end of the signature, are refused', () => {
  for (const { name, key } of KEYS) {
    assert.equal(verified(key, signed(name, [...SHA256, '--sig-notation', '!a@registry.example=b'])), false)
    assert.ok(verified(key, signed(name, [...SHA256, '--sig-notation', 'a@registry.example=b'])))
    assert.equal(verified(key, signed(name, [...SHA256, '--default-sig-expire', '3d'])), false)
  }
})

test('keys of other kinds are not read: other curves, RSA below 2048 bits, other algorithms and versions (section 9.1)', () => {
  for (const algorithm of ['nistp384', 'brainpoolP256r1'])
    assert.equal(readOpenPgpKey(makeKey(algorithm, algorithm)), null)
  for (const { key } of KEYS) {
    for (const version of [2, 3, 5, 6]) assert.equal(readOpenPgpKey(changed(key, 0, version)), null)
    for (const id of [0, 2, 3, 16, 17, 18, 25, 28, 255])
      assert.equal(readOpenPgpKey(changed(key, 5, id)), null)
  }
  const small = makeKey('rsa1024', 'rsa1024')
  assert.equal(verified(small, signed('rsa1024'), TEXT, true), false)
  assert.equal(readOpenPgpKey(new Uint8Array()), null)
})

test('no changed bit of the signature, of the key or of the message verifies', () => {
  for (const { name, key } of KEYS) {
    const sig = signed(name)
    for (let at = 0; at < sig.length; at++)
      for (const bit of name === 'rsa3072' ? [1, 128] : [1, 2, 8, 128]) {
        const bad = Buffer.from(sig)
        bad.writeUInt8(bad.readUInt8(at) ^ bit, at)
        assert.equal(verified(key, bad), false, `${name}: bit ${bit} of byte ${at} of the signature`)
      }
    for (let at = 0; at < key.length; at++) {
      // Bytes 1 to 4, when the key was made, are no part of what is verified: the list names the whole packet.
      if (at >= 1 && at <= 4) continue
      const bad = Buffer.from(key)
      bad.writeUInt8(bad.readUInt8(at) ^ 1, at)
      assert.equal(verified(bad, sig), false, `${name}: byte ${at} of the key`)
    }
    for (let at = 0; at < TEXT.length; at++) {
      const bad = Buffer.from(TEXT)
      bad.writeUInt8(bad.readUInt8(at) ^ 1, at)
      assert.equal(verified(key, sig, bad.toString('latin1')), false)
    }
  }
})

test('cut, lengthened and made-up packets are refused, and none throws', () => {
  for (const { name, key } of KEYS) {
    const sig = signed(name)
    for (let at = 0; at < sig.length; at++) assert.equal(verified(key, sig.subarray(0, at)), false)
    for (let at = 0; at < key.length; at++) assert.equal(verified(key.subarray(0, at), sig), false)
    assert.equal(verified(key, Buffer.concat([sig, Buffer.of(0)])), false)
    assert.equal(verified(Buffer.concat([key, Buffer.of(0)]), sig), false)
  }
  const bytes = fc.uint8Array({ maxLength: 700 })
  const start = (fixed: readonly number[]): fc.Arbitrary<Buffer> =>
    bytes.map((rest) => Buffer.concat([Buffer.from(fixed), rest]))
  const pool = KEYS.map(({ key }) => key)
  const anyKey = fc.oneof(start([]), start([4, 0, 0, 0, 1, 1]), fc.constantFrom(...pool))
  const anySignature = fc.oneof(
    start([]),
    ...[1, 19, 22, 27].map((id) => start([4, 0, id, 8, 0, 6, 5, 2, 1, 1, 1, 1, 0, 0])),
  )
  fc.assert(
    fc.property(anyKey, anySignature, (key, sig) => {
      assert.equal(verified(key, sig, TEXT, true), false)
    }),
    { numRuns: 500 },
  )
})

test('in the form that is logged it is still a signature for gpg, with a header before it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'openpgp-'))
  after(() => rmSync(directory, { recursive: true }))
  const [document, file] = [join(directory, 'document'), join(directory, 'signature')]
  writeFileSync(document, MESSAGE)
  for (const { name } of KEYS) {
    const sig = signed(name)
    writeFileSync(file, Buffer.concat([Buffer.of(0x89, sig.length >> 8, sig.length & 0xff), sig]))
    gpg(['--verify', file, document])
    writeFileSync(
      file,
      Buffer.concat([Buffer.of(0x89, sig.length >> 8, sig.length & 0xff), changed(sig, 12, 0)]),
    )
    assert.throws(() => gpg(['--verify', file, document]))
  }
})

/** Algorithm 27 (section 5.5.5.9), which GnuPG does not write in packets of version 4. */
test('Ed25519 as algorithm 27: native bytes instead of numbers', () => {
  const signer = ed25519SignerFromSeed(new Uint8Array(32).fill(7))
  const key = Buffer.concat([Buffer.of(4, 0, 0, 0, 1, 27), signer.publicKey])
  const covered = Buffer.of(4, 0, 27, 10, 0, 6, 5, 2, 1, 1, 1, 1)
  const digest = nodeCrypto.sha512(
    Buffer.concat([MESSAGE, covered, Buffer.of(4, 255, 0, 0, 0, covered.length)]),
  )
  const end = (left: Uint8Array): Buffer =>
    Buffer.concat([covered, Buffer.of(0, 0), left, signer.sign(digest)])
  const sig = end(digest.subarray(0, 2))
  assert.ok(verified(key, sig, TEXT, true))
  for (let at = 0; at < sig.length; at++)
    assert.equal(verified(key, changed(sig, at, sig.readUInt8(at) ^ 1)), false, String(at))
  // The two bytes of the hash that stand in clear (section 5.2.3) are the digest's.
  assert.equal(verified(key, end(Uint8Array.of(0, 0))), false)
  assert.equal(verified(changed(key, 5, 22), sig), false)
})
