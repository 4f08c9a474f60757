/**
 * The cryptographic port for browsers, on @noble: synchronous, unlike WebCrypto, so that one verifier serves
 * both worlds. noble's own Ed25519 check is cofactored and so accepts signatures that OpenSSL and Go refuse;
 * here its point arithmetic is used for the same cofactorless equation as theirs.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js'
import { bytesEqual, concatBytes } from './bytes.ts'
import { enrolmentProblem, isSec1Point } from './enrolment.ts'
import type { Crypto, VerificationAlgorithm } from './index.ts'
import { isRsa, verifyRsaDigest } from './rsa.ts'
import { isSmallOrderEncoding } from './small-order.ts'

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const only = parts.length === 1 ? parts[0] : undefined
  return nobleSha256(only ?? concatBytes(...parts))
}

function littleEndian(bytes: Uint8Array): bigint {
  let out = 0n
  for (let i = bytes.length - 1; i >= 0; i--) out = (out << 8n) | BigInt(bytes[i] ?? 0)
  return out
}

/**
 * RFC 8032 section 5.1.7 without the cofactor, as OpenSSL does it: s < L, and the encoding of sB - kA equal
 * to the bytes of R; neither key nor R of small order. The key is decoded leniently, as there: refusing
 * degenerate keys is enrolment's part.
 */
function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const order = ed25519.Point.Fn.ORDER
  const rBytes = signature.subarray(0, 32)
  if (isSmallOrderEncoding(rBytes) || isSmallOrderEncoding(publicKey)) return false
  const s = littleEndian(signature.subarray(32))
  if (s >= order) return false
  const a = ed25519.Point.fromBytes(Uint8Array.from(publicKey), true)
  const k = littleEndian(sha512(concatBytes(rBytes, publicKey, message))) % order
  const r = ed25519.Point.BASE.multiplyUnsafe(s).add(a.negate().multiplyUnsafe(k))
  return bytesEqual(r.toBytes(), rBytes)
}

function verify(
  algorithm: VerificationAlgorithm,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (isRsa(algorithm)) {
    const digest = algorithm === 'rsa-sha256' ? sha256(message) : sha512(message)
    return verifyRsaDigest(algorithm, publicKey, digest, signature)
  }
  if (signature.length !== 64) return false
  const wellFormed = algorithm === 'ed25519' ? publicKey.length === 32 : isSec1Point(publicKey)
  if (!wellFormed) return false
  try {
    return algorithm === 'ed25519'
      ? verifyEd25519(publicKey, message, signature)
      : p256.verify(signature, message, publicKey, { lowS: false, prehash: true, format: 'compact' })
  } catch (error) {
    // noble throws on points off the curve; a key from a stranger is no bug.
    if (error instanceof Error) return false
    throw error
  }
}

/** The port in a browser. Its functions use no `this` and may be passed on their own. */
export const browserCrypto: Crypto = {
  sha256,
  sha512: (message) => sha512(message),
  hmacSha256: (key, message) => hmac(nobleSha256, key, message),
  verify,
  enrolmentProblem,
}
