/** Vectors of signatures: Ed25519 with its edges, ECDSA. */

import { concatBytes, encodeUtf8 } from '@cadastre/crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { type Case, fromHex, hex, testEs256Signer, testSigner } from './shared.ts'

/** All in hexadecimal. */
export type SignatureCase = Case & {
  readonly key: string
  readonly message: string
  readonly signature: string
}

const { Point } = ed25519
const ORDER = Point.Fn.ORDER
const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes.toReversed())}`)
const scalarBytes = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0')).reverse()

/** The eight points of small order as RFC 8032 encodes them, then the other encodings that libraries decode to one. */
const SMALL_ORDER: Readonly<Record<string, string>> = {
  'order 1': `01${'00'.repeat(31)}`,
  'order 2': `ec${'ff'.repeat(30)}7f`,
  'order 4': '00'.repeat(32),
  'order 4, sign set': `${'00'.repeat(31)}80`,
  'order 8': '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'order 8, sign set': '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'order 8, the other': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'order 8, the other, sign set': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'order 1, sign set': `01${'00'.repeat(30)}80`,
  'order 2, sign set': `ec${'ff'.repeat(31)}`,
  'order 4 as p': `ed${'ff'.repeat(30)}7f`,
  'order 4 as p, sign set': `ed${'ff'.repeat(31)}`,
  'order 1 as p + 1': `ee${'ff'.repeat(30)}7f`,
  'order 1 as p + 1, sign set': `ee${'ff'.repeat(31)}`,
}
const TORSION = fromHex(SMALL_ORDER['order 8'] ?? '')
const SECRET = 123_456_789n

/** aB + torsion. */
function tweakedKey(torsion: Uint8Array): Uint8Array {
  return Point.BASE.multiplyUnsafe(SECRET).add(Point.fromBytes(torsion, true)).toBytes()
}

/** R = rB + torsion, and s for the part of the key that is of prime order, plus so many times the group's order. */
function tweaked(
  key: Uint8Array,
  torsion: Uint8Array,
  message: Uint8Array,
  r: bigint,
  addOrder = 0n,
): Uint8Array {
  const rBytes = Point.BASE.multiplyUnsafe(r).add(Point.fromBytes(torsion, true)).toBytes()
  const k = littleEndian(sha512(concatBytes(rBytes, key, message))) % ORDER
  return concatBytes(rBytes, scalarBytes(((r + k * SECRET) % ORDER) + addOrder * ORDER))
}

export const IDENTITY: Uint8Array = fromHex(SMALL_ORDER['order 1'] ?? '')

/** RFC 8032 section 7.1, tests 1 to 3: key, message, signature. */
const RFC8032 = [
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

/** A message for which k of the signature is divisible by 8 (or is not), so that torsion of the key vanishes (or not). */
function messageWhere(
  divisible: boolean,
  key: Uint8Array,
): { readonly message: Uint8Array; readonly signature: Uint8Array } {
  for (let n = 0; ; n++) {
    const message = encodeUtf8(`message ${n}`)
    const signature = tweaked(key, IDENTITY, message, 987_654_321n)
    const k = littleEndian(sha512(concatBytes(signature.subarray(0, 32), key, message))) % ORDER
    if ((k % 8n === 0n) === divisible) return { message, signature }
  }
}

function made(
  name: string,
  valid: boolean,
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): SignatureCase {
  return { name, valid, key: hex(key), message: hex(message), signature: hex(signature) }
}

/** Signatures for which the equation holds, or may, and the small order alone is wrong. */
function smallOrderCases(plainKey: Uint8Array, message: Uint8Array): SignatureCase[] {
  const zeroS = new Uint8Array(32)
  return [
    ...Object.entries(SMALL_ORDER).map(([name, key]) =>
      made(
        `key of ${name}, R the identity, s = 0`,
        false,
        fromHex(key),
        message,
        concatBytes(IDENTITY, zeroS),
      ),
    ),
    ...Object.entries(SMALL_ORDER).map(([name, r]) =>
      made(`R of ${name}`, false, plainKey, message, signatureWithR(plainKey, fromHex(r), message)),
    ),
  ]
}

export function ed25519Cases(): readonly SignatureCase[] {
  const message = encodeUtf8('a message')
  const signer = testSigner(21)
  const good = signer.sign(message)
  const plainKey = Point.BASE.multiplyUnsafe(SECRET).toBytes()
  const torsioned = tweakedKey(TORSION)
  const vanishing = messageWhere(true, torsioned)
  const staying = messageWhere(false, torsioned)
  const flip = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
  return [
    ...RFC8032.map(([key, text, signature], n) => ({
      name: `RFC 8032 test ${n + 1}`,
      valid: true,
      key,
      message: text,
      signature,
    })),
    made('usual', true, signer.publicKey, message, good),
    made('s of the prime-order key', true, plainKey, message, tweaked(plainKey, IDENTITY, message, 5n)),
    made('a key with torsion that vanishes in kA', true, torsioned, vanishing.message, vanishing.signature),
    made(
      'a key with torsion that stays: only the cofactored equation holds',
      false,
      torsioned,
      staying.message,
      staying.signature,
    ),
    made(
      'R with torsion: only the cofactored equation holds',
      false,
      plainKey,
      message,
      tweaked(plainKey, TORSION, message, 5n),
    ),
    made('s + L', false, plainKey, message, tweaked(plainKey, IDENTITY, message, 5n, 1n)),
    made('another message', false, signer.publicKey, encodeUtf8('b message'), good),
    made('a bit of R', false, signer.publicKey, message, flip(good, 3)),
    made('a bit of s', false, signer.publicKey, message, flip(good, 40)),
    made('another key', false, testSigner(22).publicKey, message, good),
    made('a signature too short', false, signer.publicKey, message, good.subarray(1)),
    made('a signature too long', false, signer.publicKey, message, concatBytes(good, new Uint8Array(1))),
    made('a key too short', false, signer.publicKey.subarray(1), message, good),
    made('a key off the curve', false, fromHex(`02${'00'.repeat(31)}`), message, good),
    ...smallOrderCases(plainKey, message),
  ]
}

/** s = k·a, which satisfies the equation up to R's torsion; exactly for the identity. */
function signatureWithR(key: Uint8Array, r: Uint8Array, message: Uint8Array): Uint8Array {
  const k = littleEndian(sha512(concatBytes(r, key, message))) % ORDER
  return concatBytes(r, scalarBytes((k * SECRET) % ORDER))
}

const P256_ORDER = p256.Point.Fn.ORDER
const bigEndian = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes)}`)
const wide = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'))

/** The same signature with n - s: as good as the other. */
export function otherS(signature: Uint8Array): Uint8Array {
  return concatBytes(signature.subarray(0, 32), wide(P256_ORDER - bigEndian(signature.subarray(32))))
}

export function es256Cases(): readonly SignatureCase[] {
  const message = encodeUtf8('a message')
  const signer = testEs256Signer(31)
  const good = signer.sign(message)
  const compressed = p256.getPublicKey(new Uint8Array(32).fill(31), true)
  const made = (
    name: string,
    valid: boolean,
    change: Partial<Record<'key' | 'message' | 'signature', Uint8Array>>,
  ): SignatureCase => {
    const whole = { key: signer.publicKey, message, signature: good, ...change }
    return { name, valid, key: hex(whole.key), message: hex(whole.message), signature: hex(whole.signature) }
  }
  const first = (byte: number): Uint8Array => Uint8Array.from([byte, ...signer.publicKey.subarray(1)])
  return [
    made('usual', true, {}),
    made('the key compressed', true, { key: compressed }),
    made('s replaced by n - s', true, { signature: otherS(good) }),
    made('another message', false, { message: encodeUtf8('b message') }),
    made('a bit of r', false, { signature: good.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) }),
    made('s = 0', false, { signature: concatBytes(good.subarray(0, 32), new Uint8Array(32)) }),
    made('r = 0', false, { signature: concatBytes(new Uint8Array(32), good.subarray(32)) }),
    made('s = n', false, { signature: concatBytes(good.subarray(0, 32), wide(P256_ORDER)) }),
    made('too short', false, { signature: good.subarray(1) }),
    made('DER', false, { signature: der(good) }),
    made('another key', false, { key: testEs256Signer(32).publicKey }),
    made('hybrid form of the key', false, { key: first(((signer.publicKey[64] ?? 0) & 1) === 0 ? 6 : 7) }),
    made('the key without its first byte', false, { key: signer.publicKey.subarray(1) }),
    made('a key off the curve', false, {
      key: signer.publicKey.map((byte, i) => (i === 64 ? byte ^ 1 : byte)),
    }),
    made('the point at infinity', false, { key: new Uint8Array(1) }),
  ]
}

/** ECDSA-Sig-Value in DER. */
export function der(raw: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array): number[] => {
    let start = 0
    while (start < 31 && bytes[start] === 0) start++
    const digits = [...bytes.subarray(start)]
    return (digits[0] ?? 0) >= 0x80
      ? [0x02, digits.length + 1, 0, ...digits]
      : [0x02, digits.length, ...digits]
  }
  const body = [...integer(raw.subarray(0, 32)), ...integer(raw.subarray(32))]
  return Uint8Array.from([0x30, body.length, ...body])
}
