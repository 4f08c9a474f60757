/**
 * Detached OpenPGP signatures (RFC 9580) over a request, as `gpg --detach-sign` makes them over its pre-authentication
 * encoding: the maintainers' keys that older registries list can claim with what they are. Two packets are read and
 * nothing else: the body of a public-key packet, and the body of a signature packet, both of version 4. There is no
 * trust, no expiry and no user id here; the published file that lists a key binds it. Whoever hands a signature in
 * leaves its unhashed area empty, so that no byte of what is logged is without meaning.
 */

import { type Crypto, concatBytes } from '@cadastre/crypto'
import type { Check } from './verify.ts'

/** RFC 9580 section 9.5. Others are refused: SHA-1 and MD5 because they are broken, the rest because nobody needs them. */
const HASHES: { readonly [id: number]: 'sha256' | 'sha512' } = { 8: 'sha256', 10: 'sha512' }

/** RFC 9580 section 9.2, object identifiers of curves with their length before them. */
const P256 = Uint8Array.of(8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7)
const ED25519_LEGACY = Uint8Array.of(9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1)

/** RFC 9580 section 9.1. */
const RSA = 1
const ECDSA = 19
const EDDSA_LEGACY = 22
const ED25519 = 27

/** Subpacket types (RFC 9580 section 5.2.3.7). */
const CREATION_TIME = 2
const EXPIRATION_TIME = 3
/** Critical ones that say who signed: the key itself says it. */
const ISSUERS: readonly number[] = [16, 33]

/** Reads the numbers of RFC 9580 section 3 one after the other; what is not there is null. */
class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get at(): number {
    return this.#at
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length
  }

  take(length: number): Uint8Array | null {
    if (length > this.#bytes.length - this.#at) return null
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** An unsigned big-endian number of 1 to 4 bytes. */
  number(length: number): number | null {
    const bytes = this.take(length)
    return bytes === null ? null : bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  }

  /** A multiprecision integer (section 3.2), in its one spelling: the first bit counted is set. */
  mpi(): Uint8Array | null {
    const bits = this.number(2)
    const bytes = bits === null ? null : this.take(Math.ceil(bits / 8))
    if (bits === null || bytes === null) return null
    const first = bytes[0] ?? 0
    return bits === 0 || first >> ((bits - 1) % 8) === 1 ? bytes : null
  }

  /** Whether these bytes are next; they are passed. */
  passes(expected: Uint8Array): boolean {
    const bytes = this.take(expected.length)
    return bytes?.every((byte, at) => byte === expected[at]) === true
  }
}

type OpenPgpKey = {
  readonly id: typeof RSA | typeof ECDSA | typeof EDDSA_LEGACY | typeof ED25519
  /** In the form that `Crypto.verify` takes. */
  readonly key: Uint8Array
}

/** With zeros before it, that many bytes long; null where it is longer. */
function padded(bytes: Uint8Array | null, length: number): Uint8Array | null {
  if (bytes === null || bytes.length > length) return null
  const whole = new Uint8Array(length)
  whole.set(bytes, length - bytes.length)
  return whole
}

function keyMaterial(reader: Reader, id: number): OpenPgpKey | null {
  if (id === ED25519) {
    const key = reader.take(32)
    return key === null ? null : { id, key }
  }
  if (id === EDDSA_LEGACY) {
    const point = reader.passes(ED25519_LEGACY) ? reader.mpi() : null
    return point?.length === 33 && point[0] === 0x40 ? { id, key: point.subarray(1) } : null
  }
  if (id === ECDSA) {
    const point = reader.passes(P256) ? reader.mpi() : null
    return point?.length === 65 && point[0] === 4 ? { id, key: point } : null
  }
  if (id !== RSA) return null
  const modulus = reader.mpi()
  const exponent = padded(reader.mpi(), 4)
  return modulus === null || exponent === null ? null : { id, key: concatBytes(exponent, modulus) }
}

/** The key in the body of a public-key packet of version 4 (section 5.5.2.2); null where it is of another kind. */
export function readOpenPgpKey(body: Uint8Array): OpenPgpKey | null {
  const reader = new Reader(body)
  if (reader.number(1) !== 4 || reader.number(4) === null) return null
  const key = keyMaterial(reader, reader.number(1) ?? 0)
  return key !== null && reader.ended ? key : null
}

/** Length of a subpacket (section 5.2.3.7): one, two or five bytes. */
function subpacketLength(reader: Reader): number | null {
  const first = reader.number(1)
  if (first === null || first < 192) return first
  if (first === 255) return reader.number(4)
  const second = reader.number(1)
  return second === null ? null : (first - 192) * 256 + second + 192
}

/** Whether the signed subpackets say when it was made, once, and nothing critical that would have to be understood. */
function subpacketsFit(area: Uint8Array): boolean {
  const reader = new Reader(area)
  let times = 0
  while (!reader.ended) {
    const length = subpacketLength(reader)
    const subpacket = length === null ? null : reader.take(length)
    const first = subpacket?.[0]
    if (first === undefined) return false
    const type = first & 0x7f
    if (type === CREATION_TIME) {
      if (length !== 5) return false
      times++
    } else if (type === EXPIRATION_TIME || (first !== type && !ISSUERS.includes(type))) return false
  }
  return times === 1
}

/** The numbers of the signature in the form that `Crypto.verify` takes (section 5.2.3). */
function rawSignature(reader: Reader, { id, key }: OpenPgpKey): Uint8Array | null {
  if (id === ED25519) return reader.take(64)
  if (id === RSA) return padded(reader.mpi(), key.length - 4)
  const first = padded(reader.mpi(), 32)
  const second = padded(reader.mpi(), 32)
  return first === null || second === null ? null : concatBytes(first, second)
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}

/** The primitive check for what was hashed; ECDSA and RSA hash once more what EdDSA signs as a digest. */
function primitive(
  { id, key }: OpenPgpKey,
  hash: 'sha256' | 'sha512',
  hashed: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): Check | null {
  if (id === ED25519 || id === EDDSA_LEGACY) return { algorithm: 'ed25519', key, message: digest, signature }
  if (id === RSA) return { algorithm: `rsa-${hash}`, key, message: hashed, signature }
  return hash === 'sha256' ? { algorithm: 'es256', key, message: hashed, signature } : null
}

/**
 * The check that makes `signature` (the body of a signature packet) a detached signature by `keyBody` (the body of a
 * public-key packet) over `message`; null where it cannot be one.
 */
export function openPgpCheck(
  keyBody: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
  crypto: Pick<Crypto, 'sha256' | 'sha512'>,
): Check | null {
  const key = readOpenPgpKey(keyBody)
  const reader = new Reader(signature)
  // Version 4, type 0x00: of a binary document.
  if (key === null || reader.number(1) !== 4 || reader.number(1) !== 0 || reader.number(1) !== key.id)
    return null
  const hash = HASHES[reader.number(1) ?? 0]
  const area = reader.take(reader.number(2) ?? 0)
  const covered = signature.subarray(0, reader.at)
  if (hash === undefined || area === null || !subpacketsFit(area) || reader.number(2) !== 0) return null
  const left = reader.take(2)
  const raw = rawSignature(reader, key)
  if (left === null || raw === null || !reader.ended) return null
  // Section 5.2.4: the document, the signed part of the packet, its version, 0xFF and its length.
  const hashed = concatBytes(message, covered, Uint8Array.of(4, 0xff), uint32(covered.length))
  const digest = crypto[hash](hashed)
  if (left[0] !== digest[0] || left[1] !== digest[1]) return null
  return primitive(key, hash, hashed, digest, raw)
}
