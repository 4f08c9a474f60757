import assert from 'node:assert/strict'
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { browserCrypto } from '@cadastre/crypto/browser'
import { ed25519SignerFromSeed, generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import fc from 'fast-check'
import { hex } from './edges.ts'

for (const [name, crypto] of Object.entries({ nodeCrypto, browserCrypto })) {
  test(`${name}: SHA-256 of parts is SHA-256 of their concatenation (FIPS 180-4)`, () => {
    assert.deepEqual(
      crypto.sha256(new TextEncoder().encode('abc')),
      hex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'),
    )
    const part = fc.uint8Array({ maxLength: 700 })
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const expected = createHash('sha256').update(Buffer.concat(parts)).digest()
        assert.deepEqual(Buffer.from(crypto.sha256(...parts)), expected)
      }),
    )
  })

  test(`${name}: a hash is not overwritten by the next one`, () => {
    const first = crypto.sha256(Uint8Array.of(1), Uint8Array.of(2))
    const copy = Uint8Array.from(first)
    crypto.sha256(Uint8Array.of(3), Uint8Array.of(4))
    assert.deepEqual(first, copy)
    assert.equal(Object.getPrototypeOf(first), Uint8Array.prototype)
  })

  test(`${name}: SHA-512 (FIPS 180-4)`, () => {
    fc.assert(
      fc.property(fc.uint8Array(), (message) => {
        assert.deepEqual(Buffer.from(crypto.sha512(message)), createHash('sha512').update(message).digest())
      }),
    )
  })

  test(`${name}: HMAC-SHA-256 (RFC 2104)`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.uint8Array(), (key, message) => {
        const expected = createHmac('sha256', key).update(message).digest()
        assert.deepEqual(Buffer.from(crypto.hmacSha256(key, message)), expected)
      }),
    )
  })

  test(`${name}: RFC 8032 section 7.1, tests 1 to 3`, () => {
    const vectors = [
      [
        'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
        '',
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      ],
      [
        '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
        '72',
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      ],
      [
        'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
        'af82',
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
      ],
    ] as const
    for (const [key, message, signature] of vectors) {
      assert.ok(crypto.verify('ed25519', hex(key), hex(message), hex(signature)))
      assert.ok(!crypto.verify('ed25519', hex(key), hex(`${message}00`), hex(signature)))
      assert.ok(!crypto.verify('ed25519', hex(key), hex(message), hex(signature).subarray(1)))
      assert.ok(!crypto.verify('ed25519', hex(key).subarray(1), hex(message), hex(signature)))
    }
  })

  test(`${name}: es256 takes raw r and s, high s too, and both forms of point`, () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const point = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-65))
    const compressed = Uint8Array.of(2 + ((point[64] ?? 0) & 1), ...point.subarray(1, 33))
    for (let i = 0; i < 8; i++) {
      const message = Uint8Array.of(i)
      const signature = new Uint8Array(
        sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
      )
      assert.ok(crypto.verify('es256', point, message, signature))
      assert.ok(crypto.verify('es256', compressed, message, signature))
      assert.ok(!crypto.verify('es256', point, Uint8Array.of(i + 1), signature))
      assert.ok(!crypto.verify('ed25519', compressed, message, signature))
    }
  })
}

test('RFC 8032 section 7.1: a signer from a seed has the public key and signature of test 2', () => {
  const signer = ed25519SignerFromSeed(
    hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'),
  )
  assert.deepEqual(signer.publicKey, hex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'))
  assert.deepEqual(
    signer.sign(hex('72')),
    hex(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ),
  )
  assert.throws(() => ed25519SignerFromSeed(new Uint8Array(31)), RangeError)
})

test('keys stay right after more of them were used than the cache keeps', () => {
  const signer = generateEd25519Signer()
  const message = Uint8Array.of(1)
  const signature = signer.sign(message)
  assert.ok(nodeCrypto.verify('ed25519', signer.publicKey, message, signature))
  const other = Uint8Array.from(signer.publicKey)
  for (let i = 0; i < 17_000; i++) {
    new DataView(other.buffer).setUint32(0, i)
    assert.ok(!nodeCrypto.verify('ed25519', other, message, signature))
  }
  assert.ok(nodeCrypto.verify('ed25519', signer.publicKey, message, signature))
})

/** e, 4 bytes, ‖ n, as the port takes it. */
function rsaKey(
  modulusLength: number,
  publicExponent = 65537,
): { key: Buffer; sign: (hash: string, message: Uint8Array) => Buffer } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const exponent = Buffer.from(e, 'base64url')
  const key = Buffer.concat([Buffer.alloc(4 - exponent.length), exponent, Buffer.from(n, 'base64url')])
  return { key, sign: (hash, message) => sign(hash, message, privateKey) }
}

test('RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2): both halves give the same answer, whatever is changed', () => {
  const message = new TextEncoder().encode('a message')
  const both = (algorithm: 'rsa-sha256' | 'rsa-sha512', key: Uint8Array, signature: Uint8Array): boolean => {
    const answer = nodeCrypto.verify(algorithm, key, message, signature)
    assert.equal(browserCrypto.verify(algorithm, key, message, signature), answer)
    return answer
  }
  for (const [bits, exponent] of [
    [2048, 65537],
    [2056, 3],
    [3072, 17],
  ] as const) {
    const { key, sign: signs } = rsaKey(bits, exponent)
    for (const hash of ['sha256', 'sha512'] as const) {
      const good = signs(hash, message)
      assert.ok(both(`rsa-${hash}`, key, good))
      assert.equal(both(`rsa-${hash === 'sha256' ? 'sha512' : 'sha256'}`, key, good), false)
      assert.equal(both(`rsa-${hash}`, key, signs('sha384', message)), false)
      assert.equal(both(`rsa-${hash}`, key, Buffer.concat([Buffer.of(0), good])), false)
      assert.equal(both(`rsa-${hash}`, key, good.subarray(1)), false)
      // s + n is the same number modulo n: section 5.2.2 step 1 wants s < n.
      assert.equal(both(`rsa-${hash}`, key, key.subarray(4)), false)
      const flip = fc.record({
        at: fc.nat({ max: key.length - 1 }),
        change: fc.integer({ min: 1, max: 255 }),
      })
      fc.assert(
        fc.property(flip, ({ at, change }) => {
          const other = Uint8Array.from(key, (byte, index) => (index === at ? byte ^ change : byte))
          assert.equal(both(`rsa-${hash}`, other, good), false)
          const changed = Uint8Array.from(good, (byte, index) => (index === at ? byte ^ change : byte))
          if (at < good.length) assert.equal(both(`rsa-${hash}`, key, changed), false)
        }),
        { numRuns: 40 },
      )
    }
  }
})

test('RSA: other sizes than 2048 to 4096 bits, even numbers, e = 1 and leading zeros verify nothing', () => {
  const message = Uint8Array.of(1)
  const tried = (key: Uint8Array, signature: Uint8Array): void => {
    for (const crypto of [nodeCrypto, browserCrypto])
      assert.equal(crypto.verify('rsa-sha256', key, message, signature), false)
  }
  const small = rsaKey(2040)
  tried(small.key, small.sign('sha256', message))
  const { key, sign: signs } = rsaKey(2048)
  const good = signs('sha256', message)
  tried(
    Buffer.concat([key.subarray(0, 4), Buffer.of(0), key.subarray(4)]),
    Buffer.concat([Buffer.of(0), good]),
  )
  tried(Buffer.concat([Buffer.of(0, 0, 0, 1), key.subarray(4)]), good)
  tried(Buffer.concat([Buffer.of(0, 0, 0, 2), key.subarray(4)]), good)
  tried(Buffer.concat([Buffer.of(0, 0, 0, 0), key.subarray(4)]), good)
  tried(Buffer.concat([key.subarray(0, -1), Buffer.of(2)]), good)
  tried(Buffer.concat([key.subarray(0, 4), Buffer.alloc(513, 0xff)]), Buffer.alloc(513, 1))
  tried(new Uint8Array(), good)
})
