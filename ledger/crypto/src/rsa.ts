/** RSA public keys in the form that the port takes, and RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2) in plain arithmetic. */

import { bytesEqual, concatBytes } from './bytes.ts'
import type { VerificationAlgorithm } from './index.ts'

export type RsaAlgorithm = Extract<VerificationAlgorithm, `rsa-${string}`>
type RsaKey = { readonly e: Uint8Array; readonly n: Uint8Array }

export function isRsa(algorithm: VerificationAlgorithm): algorithm is RsaAlgorithm {
  return algorithm === 'rsa-sha256' || algorithm === 'rsa-sha512'
}

/** e, 4 bytes, ‖ n; null where it is none that {@link Crypto.verify} may accept. */
export function readRsaKey(publicKey: Uint8Array): RsaKey | null {
  const [e, n] = [publicKey.subarray(0, 4), publicKey.subarray(4)]
  const first = n[0] ?? 0
  if (n.length < 256 || n.length > 512 || first === 0 || (n.length === 256 && first < 0x80)) return null
  if (((n.at(-1) ?? 0) & 1) === 0 || ((e[3] ?? 0) & 1) === 0) return null
  return bytesEqual(e, Uint8Array.of(0, 0, 0, 1)) ? null : { e, n }
}

/** DER of DigestInfo up to the hash (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO: { readonly [algorithm in RsaAlgorithm]: readonly number[] } = {
  'rsa-sha256': [0x30, 0x31, 0x30, 0x0d, 0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20],
  'rsa-sha512': [0x30, 0x51, 0x30, 0x0d, 0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 0x40],
}

function integer(bytes: Uint8Array): bigint {
  let hex = '0x0'
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return BigInt(hex)
}

/** Whether signature^e mod n is the one encoding of this digest: it is made anew and compared, so nothing is parsed. */
export function verifyRsaDigest(
  algorithm: RsaAlgorithm,
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = readRsaKey(publicKey)
  if (key === null || signature.length !== key.n.length) return false
  const n = integer(key.n)
  let base = integer(signature)
  if (base >= n) return false
  let result = 1n
  for (let e = integer(key.e); e > 0n; e >>= 1n) {
    if ((e & 1n) === 1n) result = (result * base) % n
    base = (base * base) % n
  }
  const info = Uint8Array.from(DIGEST_INFO[algorithm])
  const padding = new Uint8Array(key.n.length - info.length - digest.length - 3).fill(0xff)
  return result === integer(concatBytes(Uint8Array.of(0, 1), padding, Uint8Array.of(0), info, digest))
}
