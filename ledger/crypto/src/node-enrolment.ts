/**
 * The check of a public key before it is enrolled, on Node: the same answers as `@cadastre/crypto/enrolment`, at a tenth
 * of the time for keys that may be enrolled (those that may not are named by that module).
 *
 * Edwards25519 has 8·L points, so a point is P = P' + T with L·P' = 0 and 8·T = 0. X25519 (RFC 7748 section 5) with the
 * scalar k gives the u-coordinate of k·P. The one k that X25519 takes as it is (a multiple of 8, from 2^254 to 2^255)
 * with k ≡ -1 (mod L) makes of it u(-P') = u(P'): it is u(P) just where T = 0, or where P is of small order. A y that
 * belongs to no point lies on the twist, whose points have the orders 1, 2, 4, and others that k ± 1 is no multiple of,
 * so u comes back for none of them. OpenSSL computes X25519 in constant time and 40 µs.
 */
import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import { type EnrolmentProblem, enrolmentProblem } from './enrolment.ts'
import type { SignatureAlgorithm } from './index.ts'
import { isSmallOrderEncoding } from './small-order.ts'

const P = 2n ** 255n - 19n
/** Order of the base point (RFC 8032 section 5.1). */
const L = 2n ** 252n + 27742317777372353535851937790883648493n
/** 8·m with m ≡ -1/8 (mod L), so k ≡ -1: as 3·L ≡ -1 (mod 8), m is L - (3·L + 1)/8. */
const K = 8n * (L - (3n * L + 1n) / 8n)

// DER up to the key's own bytes (RFC 8410 sections 4 and 7).
const X25519_SPKI: Buffer = Buffer.from('302a300506032b656e032100', 'hex')
const X25519_PKCS8: Buffer = Buffer.from('302e020100300506032b656e04220420', 'hex')

const fixedScalar = createPrivateKey({
  key: Buffer.concat([X25519_PKCS8, littleEndian(K)]),
  format: 'der',
  type: 'pkcs8',
})

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}

/** 1/value modulo the prime, by Euclid's algorithm; value is not 0. Public keys are no secret: time may vary. */
function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value, P, 1n, 0n]
  while (a !== 1n) {
    const quotient = b / a
    ;[a, b, x, y] = [b - quotient * a, a, y - quotient * x, x]
  }
  return x < 0n ? x + P : x
}

/** Whether the 32 bytes are the one spelling of a point of the prime-order group. */
function isOfPrimeOrder(publicKey: Uint8Array): boolean {
  if (isSmallOrderEncoding(publicKey)) return false
  const y = Buffer.from(publicKey).reverse()
  y[0] = (y[0] ?? 0) & 0x7f
  const value = BigInt(`0x${y.toString('hex')}`)
  if (value >= P) return false
  // RFC 7748 section 4.1. No division by zero: y = 1 is of small order.
  const u = littleEndian(((1n + value) * inverse((P + 1n - value) % P)) % P)
  try {
    const point = createPublicKey({ key: Buffer.concat([X25519_SPKI, u]), format: 'der', type: 'spki' })
    return diffieHellman({ privateKey: fixedScalar, publicKey: point }).equals(u)
  } catch (error) {
    // OpenSSL refuses a result of zero, which points of small order of the twist give.
    if (error instanceof Error) return false
    throw error
  }
}

/** {@link enrolmentProblem}, faster. */
export function nodeEnrolmentProblem(
  algorithm: SignatureAlgorithm,
  publicKey: Uint8Array,
): EnrolmentProblem | null {
  const fine = algorithm === 'ed25519' && publicKey.length === 32 && isOfPrimeOrder(publicKey)
  return fine ? null : enrolmentProblem(algorithm, publicKey)
}
