/**
 * The cryptographic port on Node's OpenSSL. Ed25519 is its cofactorless check, the same as Go's, and besides
 * refuses a key or an R of small order, as OpenSSL does since 3.5; this is the reference for the consensus rule.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import type { Crypto, SignatureAlgorithm, Signer, VerificationAlgorithm } from './index.ts'
import { nodeEnrolmentProblem } from './node-enrolment.ts'
import { isRsa, type RsaAlgorithm, readRsaKey } from './rsa.ts'
import { isSmallOrderEncoding } from './small-order.ts'

/** Hashes of up to this many bytes go through one reused buffer: allocation costs more than SHA-256. Entries fit. */
const SCRATCH_BYTES = 33 * 1024
/** Views of the buffer are kept up to this length. */
const KEPT_VIEW_BYTES = 1024
const scratch: Buffer = Buffer.alloc(SCRATCH_BYTES)
/** Views of the first n bytes of the scratch, made once each. */
const views: Buffer[] = []
const digest: Buffer = Buffer.alloc(32)

function joined(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  if (length > SCRATCH_BYTES) return Buffer.concat(parts, length)
  let at = 0
  for (const part of parts) {
    scratch.set(part, at)
    at += part.length
  }
  if (length > KEPT_VIEW_BYTES) return scratch.subarray(0, length)
  let view = views[length]
  if (view === undefined) {
    view = scratch.subarray(0, length)
    views[length] = view
  }
  return view
}

/**
 * SHA-256 by way of a latin1 (Node's "binary") string: a string result spares the buffer that `digest()` allocates outside the
 * heap, which makes this about 2.5 times as fast as a Buffer result and 4 to 6 times as `createHash`.
 */
function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const only = parts.length === 1 ? parts[0] : undefined
  digest.write(hash('sha256', only ?? joined(parts), 'binary'), 0, 32, 'binary')
  return new Uint8Array(digest)
}

function sha512(message: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha512').update(message).digest())
}

function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(message).digest())
}

// DER of SubjectPublicKeyInfo up to the key's own bytes (RFC 8410 section 4, RFC 5480 section 2).
const ED25519_SPKI: Buffer = Buffer.from('302a300506032b6570032100', 'hex')
const P256_SPKI: Buffer = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')
const P256_COMPRESSED_SPKI: Buffer = Buffer.from(
  '3039301306072a8648ce3d020106082a8648ce3d030107032200',
  'hex',
)
/** DER of an Ed25519 PrivateKeyInfo up to the 32-byte seed (RFC 8410 section 7). */
const ED25519_PKCS8: Buffer = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Importing a key costs as much as a verification; holders' keys recur, and 16,384 of them are about 30 MB. */
const CACHED_KEYS_MAX = 16_384
/** Least recently used first: a Map iterates in order of insertion, and a hit is inserted anew. */
const cachedKeys: Map<string, KeyObject> = new Map()

function spkiPrefix(algorithm: SignatureAlgorithm, publicKey: Uint8Array): Buffer | null {
  if (algorithm === 'ed25519') return publicKey.length === 32 ? ED25519_SPKI : null
  const tag = publicKey[0]
  if (publicKey.length === 65 && tag === 4) return P256_SPKI
  return publicKey.length === 33 && (tag === 2 || tag === 3) ? P256_COMPRESSED_SPKI : null
}

function importKey(algorithm: SignatureAlgorithm, publicKey: Uint8Array): KeyObject | null {
  const prefix = spkiPrefix(algorithm, publicKey)
  if (prefix === null) return null
  // The lengths of the two algorithms' keys differ, so the bytes alone name the key.
  const id = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength).toString('latin1')
  const cached = cachedKeys.get(id)
  if (cached !== undefined) {
    cachedKeys.delete(id)
    cachedKeys.set(id, cached)
    return cached
  }
  const key = createKey(Buffer.concat([prefix, publicKey]))
  if (key === null) return null
  if (cachedKeys.size >= CACHED_KEYS_MAX) {
    for (const oldest of cachedKeys.keys()) {
      cachedKeys.delete(oldest)
      break
    }
  }
  cachedKeys.set(id, key)
  return key
}

function createKey(der: Buffer): KeyObject | null {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' })
  } catch (error) {
    // OpenSSL refuses points that are not on the curve; a key from a stranger is no bug.
    if (error instanceof Error) return null
    throw error
  }
}

/** Keys of RSA are rare, since they claim what was imported and no more: they are not kept. */
function verifyRsa(
  algorithm: RsaAlgorithm,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = readRsaKey(publicKey)
  if (key === null || signature.length !== key.n.length) return false
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
  const first = key.e.findIndex((byte) => byte !== 0)
  try {
    const jwk = { kty: 'RSA', n: text(key.n), e: text(key.e.subarray(first)) }
    const imported = createPublicKey({ key: jwk, format: 'jwk' })
    return verify(algorithm === 'rsa-sha256' ? 'sha256' : 'sha512', message, imported, signature)
  } catch (error) {
    // OpenSSL refuses numbers with which it cannot compute; a key from a stranger is no bug.
    if (error instanceof Error) return false
    throw error
  }
}

function verifySignature(
  algorithm: VerificationAlgorithm,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (isRsa(algorithm)) return verifyRsa(algorithm, publicKey, message, signature)
  if (signature.length !== 64) return false
  if (algorithm === 'ed25519' && (isSmallOrderEncoding(signature) || isSmallOrderEncoding(publicKey)))
    return false
  const key = importKey(algorithm, publicKey)
  if (key === null) return false
  return algorithm === 'ed25519'
    ? verify(null, message, key, signature)
    : verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

/** The port on Node. Its functions use no `this` and may be passed on their own. */
export const nodeCrypto: Crypto = {
  sha256,
  sha512,
  hmacSha256,
  verify: verifySignature,
  enrolmentProblem: nodeEnrolmentProblem,
}

/**
 * An Ed25519 signer from its 32-byte secret seed (RFC 8032 section 5.1.5). Throws a RangeError on any other
 * length.
 */
export function ed25519SignerFromSeed(seed: Uint8Array): Signer {
  if (seed.length !== 32) throw new RangeError('an Ed25519 seed has 32 bytes')
  const key = createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    algorithm: 'ed25519',
    publicKey: new Uint8Array(spki.subarray(ED25519_SPKI.length)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
    signAside: (message) =>
      new Promise((resolve, reject) => {
        sign(null, message, key, (error, signature) => {
          if (error === null) resolve(new Uint8Array(signature))
          else reject(error)
        })
      }),
  }
}

/** A new Ed25519 signer from the system's randomness. To keep the key, draw a seed and use {@link ed25519SignerFromSeed}. */
export function generateEd25519Signer(): Signer {
  return ed25519SignerFromSeed(randomBytes(32))
}
