import { concatBytes } from '@cadastre/crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'

export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))

/** All eight points whose order divides the cofactor, encoded as RFC 8032 does. */
export const SMALL_ORDER: readonly Uint8Array[] = [
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
].map(hex)

/** Encodings that RFC 8032 section 5.1.3 refuses: y >= p, or the sign bit set where x = 0. */
export const NON_CANONICAL: readonly Uint8Array[] = [
  `01${'00'.repeat(30)}80`,
  `ec${'ff'.repeat(31)}`,
  `ed${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(31)}`,
  `ee${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(31)}`,
].map(hex)

const { Point } = ed25519
const ORDER = Point.Fn.ORDER

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}

function scalarBytes(value: bigint): Uint8Array {
  return hex(value.toString(16).padStart(64, '0')).reverse()
}

/** The key aB + torsion. */
export function tweakedKey(secret: bigint, torsion: Uint8Array): Uint8Array {
  return Point.BASE.multiplyUnsafe(secret).add(Point.fromBytes(torsion, true)).toBytes()
}

/** A signature whose R is rB + torsion and whose s fits the prime-order part of the key. */
export function tweakedSignature(
  secret: bigint,
  key: Uint8Array,
  torsion: Uint8Array,
  message: Uint8Array,
  addOrder = 0n,
  r = 987_654_321n,
): Uint8Array {
  const rBytes = Point.BASE.multiplyUnsafe(r).add(Point.fromBytes(torsion, true)).toBytes()
  const k = littleEndian(sha512(concatBytes(rBytes, key, message))) % ORDER
  return concatBytes(rBytes, scalarBytes(((r + k * secret) % ORDER) + addOrder * ORDER))
}
