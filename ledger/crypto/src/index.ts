/**
 * The one cryptographic port of the ledger. Rooms of the ledger take a {@link Crypto} as an argument, so
 * that the same verifier runs under Node (`@cadastre/crypto/node`) and in a browser
 * (`@cadastre/crypto/browser`). Nothing here signs for anybody: signing keys are {@link Signer}s, held by
 * the registrar's process and by holders.
 *
 * Beside the port stand the few byte helpers every room of the ledger shares (strict base64, strict UTF-8)
 * and, in `@cadastre/crypto/enrolment`, the check of a public key before it is enrolled.
 */

export {
  bytesEqual,
  concatBytes,
  decodeBase64,
  decodeUtf8,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  encodeUtf8Into,
} from './bytes.ts'
export type { Result } from './result.ts'

import type { EnrolmentProblem } from './enrolment.ts'

/** The signature algorithms of ledger entries and notes. `ed25519` = RFC 8032, `es256` = ECDSA P-256 with SHA-256. */
export type SignatureAlgorithm = 'ed25519' | 'es256'

/** What can be verified: besides, RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2), only for keys that other registries listed. */
export type VerificationAlgorithm = SignatureAlgorithm | 'rsa-sha256' | 'rsa-sha512'

export interface Crypto {
  /** SHA-256 (FIPS 180-4) of the concatenation of the parts; 32 bytes. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array
  /** SHA-512 (FIPS 180-4), 64 bytes: only for what others sign with it. */
  sha512(message: Uint8Array): Uint8Array
  /** HMAC-SHA-256 (RFC 2104); 32 bytes. */
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array
  /**
   * Whether `signature` is valid. Total: a malformed key or signature gives `false`.
   * `ed25519`: 32-byte key, 64-byte signature, cofactorless as in RFC 8032 section 5.1.7, and neither the
   * key nor R of small order.
   * `es256`: 65-byte uncompressed or 33-byte compressed SEC 1 point, signature is 64 bytes r ‖ s.
   * `rsa-…`: key is e, 4 bytes, ‖ n without leading zeros, both odd, e >= 3, n of 2048 to 4096 bits; the signature is
   * as long as n.
   */
  verify(
    algorithm: VerificationAlgorithm,
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): boolean
  /** Why this raw public key may not be enrolled; null where it may (`@cadastre/crypto/enrolment`). */
  enrolmentProblem(algorithm: SignatureAlgorithm, publicKey: Uint8Array): EnrolmentProblem | null
}

/** A private key that can only sign. */
export interface Signer {
  readonly algorithm: SignatureAlgorithm
  /** Raw public key, in the form {@link Crypto.verify} takes. */
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
  /** The same signature, made in another thread: a fifth of the time in this one. Absent where there is no other. */
  readonly signAside?: (message: Uint8Array) => Promise<Uint8Array>
}

/** The part of {@link Crypto} that hashing needs. */
export type Hasher = Pick<Crypto, 'sha256'>
