import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { browserCrypto } from '@cadastre/crypto/browser'
import { enrolmentProblem } from '@cadastre/crypto/enrolment'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import fc from 'fast-check'
import { NON_CANONICAL, SMALL_ORDER, tweakedKey, tweakedSignature } from './edges.ts'

const SECRET = 123_456_789n

test('honest keys may be enrolled', () => {
  for (let i = 0; i < 50; i++)
    assert.equal(enrolmentProblem('ed25519', generateEd25519Signer().publicKey), null)
})

test('RFC 8032 section 5.1.3: keys of small order and non-canonical encodings are refused', () => {
  for (const key of SMALL_ORDER) assert.equal(enrolmentProblem('ed25519', key), 'small-order')
  for (const key of NON_CANONICAL) assert.equal(enrolmentProblem('ed25519', key), 'non-canonical')
})

test('keys with a small-order component are refused', () => {
  const [identity, ...torsions] = SMALL_ORDER
  assert.ok(identity !== undefined)
  assert.equal(enrolmentProblem('ed25519', tweakedKey(SECRET, identity)), null)
  for (const torsion of torsions)
    assert.equal(enrolmentProblem('ed25519', tweakedKey(SECRET, torsion)), 'torsioned')
})

test('bytes that are no point are malformed', () => {
  assert.equal(enrolmentProblem('ed25519', new Uint8Array(31)), 'malformed')
  assert.equal(enrolmentProblem('ed25519', new Uint8Array(33)), 'malformed')
  // y = 2 is on no point of the curve: (y^2-1)/(dy^2+1) is not a square.
  const two = new Uint8Array(32)
  two[0] = 2
  assert.equal(enrolmentProblem('ed25519', two), 'malformed')
})

test('SEC 1: a P-256 key is a compressed or uncompressed point of the curve', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const point = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-65))
  const compressed = Uint8Array.of(2 + ((point[64] ?? 0) & 1), ...point.subarray(1, 33))
  assert.equal(enrolmentProblem('es256', point), null)
  assert.equal(enrolmentProblem('es256', compressed), null)
  const hybrid = Uint8Array.from(point)
  hybrid[0] = 6 + ((point[64] ?? 0) & 1)
  const off = Uint8Array.from(point)
  off[40] = (off[40] ?? 0) ^ 1
  for (const key of [
    hybrid,
    off,
    point.subarray(1),
    Uint8Array.of(0),
    new Uint8Array(65),
    new Uint8Array(33),
  ]) {
    assert.equal(enrolmentProblem('es256', key), 'malformed')
    assert.equal(nodeCrypto.verify('es256', key, point, new Uint8Array(64)), false)
  }
})

test('both ports accept the same Ed25519 signatures, degenerate keys and points included', () => {
  let accepted = 0
  let cases = 0
  const agree = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): void => {
    const node = nodeCrypto.verify('ed25519', key, message, signature)
    assert.equal(browserCrypto.verify('ed25519', key, message, signature), node)
    accepted += node ? 1 : 0
    cases++
  }
  for (const inKey of SMALL_ORDER) {
    const key = tweakedKey(SECRET, inKey)
    for (const inR of SMALL_ORDER) {
      for (let i = 0; i < 4; i++) {
        const message = Uint8Array.of(i)
        agree(key, message, tweakedSignature(SECRET, key, inR, message))
      }
      // r = 0 leaves R with its torsion alone: OpenSSL 3.5 refuses it, OpenSSL 3.0 and Go do not.
      agree(key, Uint8Array.of(8), tweakedSignature(SECRET, key, inR, Uint8Array.of(8), 0n, 0n))
      agree(key, Uint8Array.of(9), tweakedSignature(SECRET, key, inR, Uint8Array.of(9), 1n))
    }
  }
  for (const key of [...SMALL_ORDER, ...NON_CANONICAL]) {
    for (const r of [...SMALL_ORDER, ...NON_CANONICAL]) {
      agree(key, Uint8Array.of(5), Uint8Array.of(...r, ...new Uint8Array(32)))
    }
  }
  assert.ok(accepted > 20 && accepted < cases, `${accepted} of ${cases}`)
})

test('a signature with a small-order component in R is refused: the check is cofactorless', () => {
  const [identity, torsion] = SMALL_ORDER
  assert.ok(identity !== undefined && torsion !== undefined)
  const key = tweakedKey(SECRET, identity)
  const message = Uint8Array.of(1)
  for (const crypto of [nodeCrypto, browserCrypto]) {
    assert.ok(crypto.verify('ed25519', key, message, tweakedSignature(SECRET, key, identity, message)))
    assert.ok(!crypto.verify('ed25519', key, message, tweakedSignature(SECRET, key, torsion, message)))
    // RFC 8032 section 5.1.7: s must be below the group order.
    assert.ok(!crypto.verify('ed25519', key, message, tweakedSignature(SECRET, key, identity, message, 1n)))
  }
})

test('signatures whose key or R has small order are refused, whatever the library does', () => {
  const [identity] = SMALL_ORDER
  assert.ok(identity !== undefined)
  const message = Uint8Array.of(1)
  const key = tweakedKey(SECRET, identity)
  for (const crypto of [nodeCrypto, browserCrypto]) {
    assert.ok(
      !crypto.verify('ed25519', key, message, tweakedSignature(SECRET, key, identity, message, 0n, 0n)),
    )
    for (const small of [...SMALL_ORDER, ...NON_CANONICAL]) {
      for (let i = 0; i < 16; i++) {
        assert.ok(
          !crypto.verify(
            'ed25519',
            small,
            Uint8Array.of(i),
            Uint8Array.of(...identity, ...new Uint8Array(32)),
          ),
        )
      }
    }
  }
})

test('both ports judge the same keys alike: points, points with torsion, other spellings, no points', () => {
  let usable = 0
  const agree = (key: Uint8Array): void => {
    const problem = browserCrypto.enrolmentProblem('ed25519', key)
    assert.equal(nodeCrypto.enrolmentProblem('ed25519', key), problem, Buffer.from(key).toString('hex'))
    usable += problem === null ? 1 : 0
  }
  for (const torsion of SMALL_ORDER) {
    agree(torsion)
    for (let secret = 1n; secret < 9n; secret++) agree(tweakedKey(secret, torsion))
  }
  for (const key of [...NON_CANONICAL, new Uint8Array(31), new Uint8Array(32).fill(255)]) agree(key)
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => agree(bytes)),
    { numRuns: 200 },
  )
  for (let y = 0; y < 40; y++) {
    agree(Uint8Array.of(y, ...new Uint8Array(31)))
    agree(Uint8Array.of(0xec - y, ...new Uint8Array(30).fill(255), 0x7f))
  }
  for (let n = 0; n < 50; n++) agree(generateEd25519Signer().publicKey)
  assert.ok(usable > 58, `${usable} usable keys`)
})
