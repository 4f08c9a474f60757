/**
 * SSH signatures (OpenSSH `PROTOCOL.sshsig`) over a request, as `ssh-keygen -Y sign -n cadastre-claim` makes them over
 * its pre-authentication encoding: the maintainers' keys that older registries list can claim with what they are. Keys
 * are `ssh-ed25519` (RFC 8709) and `ecdsa-sha2-nistp256` (RFC 5656).
 */

import { bytesEqual, type Crypto, concatBytes, decodeUtf8, encodeUtf8 } from '@cadastre/crypto'
import type { Check } from './verify.ts'

/** A signature made for another purpose, such as a git commit, has another namespace and claims nothing. */
export const SSH_NAMESPACE = 'cadastre-claim'

const MAGIC = encodeUtf8('SSHSIG')

/** Reads the `string`s of RFC 4251 section 5 one after the other. */
class Reader {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  uint32(): number | null {
    const [a, b, c, d] = this.#bytes.subarray(this.#at, this.#at + 4)
    if (a === undefined || b === undefined || c === undefined || d === undefined) return null
    this.#at += 4
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  }

  string(): Uint8Array | null {
    const length = this.uint32()
    if (length === null || length > this.#bytes.length - this.#at) return null
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  text(): string | null {
    const bytes = this.string()
    return bytes === null ? null : decodeUtf8(bytes)
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length
  }
}

/** `string` of RFC 4251 section 5. */
function sshString(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes.length)
  return concatBytes(length, bytes)
}

type SshKey = { readonly algorithm: Check['algorithm']; readonly name: string; readonly key: Uint8Array }

/** The raw public key in an SSH public key blob, as in an `authorized_keys` line; null where it is of another kind. */
export function readSshKey(blob: Uint8Array): SshKey | null {
  const reader = new Reader(blob)
  const name = reader.text()
  if (name === 'ssh-ed25519') {
    const key = reader.string()
    return key?.length === 32 && reader.ended ? { algorithm: 'ed25519', name, key } : null
  }
  if (name !== 'ecdsa-sha2-nistp256' || reader.text() !== 'nistp256') return null
  const key = reader.string()
  return key?.length === 65 && reader.ended ? { algorithm: 'es256', name, key } : null
}

/** The 64 bytes of an Ed25519 signature, or r ‖ s (RFC 5656 section 3.1.2: two `mpint`s). */
function rawSignature({ name, algorithm }: SshKey, blob: Uint8Array): Uint8Array | null {
  const reader = new Reader(blob)
  const sameName = reader.text() === name
  const value = reader.string()
  if (!sameName || value === null || !reader.ended) return null
  if (algorithm === 'ed25519') return value.length === 64 ? value : null
  const pair = new Reader(value)
  const raw = new Uint8Array(64)
  for (const end of [32, 64]) {
    const mpint = pair.string()
    if (mpint === null) return null
    const number = mpint[0] === 0 ? mpint.subarray(1) : mpint
    if (number.length > 32) return null
    raw.set(number, end - number.length)
  }
  return pair.ended ? raw : null
}

/**
 * The check that makes `signature` (the decoded armour) an SSH signature of `key` over `message` in the namespace
 * {@link SSH_NAMESPACE}; null where it cannot be one.
 */
export function sshCheck(
  key: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
  crypto: Pick<Crypto, 'sha256' | 'sha512'>,
): Check | null {
  if (!bytesEqual(signature.subarray(0, MAGIC.length), MAGIC)) return null
  const reader = new Reader(signature, MAGIC.length)
  if (reader.uint32() !== 1) return null
  const blob = reader.string()
  const signer = blob === null ? null : readSshKey(blob)
  const namespace = reader.text()
  const reserved = reader.string()
  const hashName = reader.text()
  const inner = reader.string()
  if (signer === null || reserved === null || inner === null || !reader.ended) return null
  if (namespace !== SSH_NAMESPACE || !bytesEqual(signer.key, key)) return null
  if (hashName !== 'sha256' && hashName !== 'sha512') return null
  const raw = rawSignature(signer, inner)
  if (raw === null) return null
  const signed = concatBytes(
    MAGIC,
    sshString(encodeUtf8(namespace)),
    sshString(reserved),
    sshString(encodeUtf8(hashName)),
    sshString(crypto[hashName](message)),
  )
  return { algorithm: signer.algorithm, key, message: signed, signature: raw }
}

const ARMOUR = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)-----END SSH SIGNATURE-----\n?$/

/** Base64 of the signature in an armoured file, as it stands in an evidence item; null where it is none. */
export function sshArmourBody(text: string): string | null {
  return ARMOUR.exec(text.replaceAll('\r\n', '\n'))?.[1]?.replaceAll('\n', '') ?? null
}
