/**
 * May this public key be enrolled? Signature checks are a consensus rule: two verifiers must never disagree
 * on one signature. Implementations differ only on degenerate keys (RFC 8032 leaves the choice between the
 * cofactored and the cofactorless equation open), so such keys are refused before they can sign anything.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import type { SignatureAlgorithm } from './index.ts'

/**
 * Why a key is refused.
 * - `malformed`: wrong length or form, or not a point of the curve.
 * - `non-canonical`: Ed25519, y >= p or a sign bit on x = 0 (RFC 8032 section 5.1.3 refuses both).
 * - `small-order`: Ed25519, the point's order divides the cofactor 8; anybody can sign for it.
 * - `torsioned`: Ed25519, the point has a small-order component; verifiers disagree on its signatures.
 */
export type EnrolmentProblem = 'small-order' | 'non-canonical' | 'torsioned' | 'malformed'

/**
 * Checks a raw public key, in the form `Crypto.verify` takes.
 * @returns null when the key may be enrolled, else the first problem in the order malformed, non-canonical,
 * small-order, torsioned.
 */
export function enrolmentProblem(
  algorithm: SignatureAlgorithm,
  publicKey: Uint8Array,
): EnrolmentProblem | null {
  return algorithm === 'ed25519' ? ed25519Problem(publicKey) : es256Problem(publicKey)
}

type Point = ReturnType<typeof ed25519.Point.fromBytes>

function ed25519Problem(publicKey: Uint8Array): EnrolmentProblem | null {
  if (publicKey.length !== 32) return 'malformed'
  const point = decodePoint(publicKey, false)
  if (point === null) return decodePoint(publicKey, true) === null ? 'malformed' : 'non-canonical'
  if (point.isSmallOrder()) return 'small-order'
  return point.isTorsionFree() ? null : 'torsioned'
}

/** Decodes strictly as RFC 8032 (`lenient` false) or also non-canonical encodings, as ZIP 215. */
function decodePoint(publicKey: Uint8Array, lenient: boolean): Point | null {
  try {
    return ed25519.Point.fromBytes(Uint8Array.from(publicKey), lenient)
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}

function es256Problem(publicKey: Uint8Array): EnrolmentProblem | null {
  if (!isSec1Point(publicKey)) return 'malformed'
  try {
    // P-256 has cofactor 1: a point on the curve, and not at infinity, has the full order.
    p256.Point.fromBytes(Uint8Array.from(publicKey)).assertValidity()
    return null
  } catch (error) {
    if (error instanceof Error) return 'malformed'
    throw error
  }
}

/** Whether the bytes have the outer form of a SEC 1 point of P-256: uncompressed or compressed, not hybrid. */
export function isSec1Point(bytes: Uint8Array): boolean {
  const tag = bytes[0]
  return (bytes.length === 65 && tag === 4) || (bytes.length === 33 && (tag === 2 || tag === 3))
}
