import { decodeBase64, encodeBase64, encodeUtf8, type Hasher, type Result } from '@cadastre/crypto'
import { isKeyName } from './text.ts'

/** Ed25519 over the note's text: a log's, or a receipt's, own signature. */
export const KEY_TYPE_ED25519 = 0x01
/** Timestamped Ed25519 cosignature: a witness's. */
export const KEY_TYPE_COSIGNATURE = 0x04
/** The signed-note types used here; 0x06 (ML-DSA-44) is reserved for later. */
export type KeyType = typeof KEY_TYPE_ED25519 | typeof KEY_TYPE_COSIGNATURE

/** A verifier key: who signs, and with which key. */
export interface Vkey {
  readonly name: string
  /** First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), big-endian. */
  readonly id: number
  readonly type: KeyType
  /** 32-byte Ed25519 public key. */
  readonly publicKey: Uint8Array
}

export type VkeyError = 'malformed' | 'bad-name' | 'unsupported-type' | 'wrong-id'

/** The key ID that signed-note recommends. */
export function keyId(hasher: Hasher, name: string, type: KeyType, publicKey: Uint8Array): number {
  const hash = hasher.sha256(encodeUtf8(`${name}\n`), Uint8Array.of(type), publicKey)
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0)
}

/** The verifier key of a public key. Throws a RangeError on a bad name or length: keys are made by us. */
export function makeVkey(hasher: Hasher, name: string, type: KeyType, publicKey: Uint8Array): Vkey {
  if (!isKeyName(name)) throw new RangeError(`not a key name: ${JSON.stringify(name)}`)
  if (publicKey.length !== 32) throw new RangeError('an Ed25519 public key has 32 bytes')
  return { name, id: keyId(hasher, name, type, publicKey), type, publicKey }
}

/** `name+hex8+base64(type ‖ key)`. */
export function formatVkey(vkey: Vkey): string {
  const key = new Uint8Array(33)
  key[0] = vkey.type
  key.set(vkey.publicKey, 1)
  return `${vkey.name}+${vkey.id.toString(16).padStart(8, '0')}+${encodeBase64(key)}`
}

/** Parses a verifier key and checks its ID. The key itself is not judged: see `enrolmentProblem`. */
export function parseVkey(hasher: Hasher, text: string): Result<Vkey, VkeyError> {
  const match = /^([^+]*)\+([0-9a-fA-F]{8})\+([A-Za-z0-9+/=]+)$/.exec(text)
  const [, name, id, base64] = match ?? []
  if (name === undefined || id === undefined || base64 === undefined) return { ok: false, error: 'malformed' }
  if (!isKeyName(name)) return { ok: false, error: 'bad-name' }
  const bytes = decodeBase64(base64)
  if (bytes === null || bytes.length < 2) return { ok: false, error: 'malformed' }
  const type = bytes[0]
  if (type !== KEY_TYPE_ED25519 && type !== KEY_TYPE_COSIGNATURE)
    return { ok: false, error: 'unsupported-type' }
  if (bytes.length !== 33) return { ok: false, error: 'malformed' }
  const vkey = makeVkey(hasher, name, type, bytes.slice(1))
  return vkey.id === Number.parseInt(id, 16) ? { ok: true, value: vkey } : { ok: false, error: 'wrong-id' }
}
