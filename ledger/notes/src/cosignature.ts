import { type Crypto, concatBytes, encodeUtf8, type Hasher, type Signer } from '@cadastre/crypto'
import { formatSignatureLine, type NoteVerifier } from './note.ts'
import { KEY_TYPE_COSIGNATURE, makeVkey, type Vkey } from './vkey.ts'

/** Times are POSIX seconds up to here: C2SP allows 2^63 - 1, a number holds 2^53 - 1. */
export const TIME_SECONDS_MAX: number = Number.MAX_SAFE_INTEGER

/** Checks cosignatures of one witness key. */
export interface CosignatureVerifier extends NoteVerifier {
  readonly kind: 'cosignature'
  readonly publicKey: Uint8Array
}

/** `cosignature/v1`, the time, and the checkpoint's whole text (C2SP tlog-cosignature, Ed25519 signed message). */
function message(time: number, text: Uint8Array): Uint8Array {
  return concatBytes(encodeUtf8(`cosignature/v1\ntime ${time}\n`), text)
}

/**
 * The time a cosignature states, POSIX seconds, or null if the bytes are no timestamped Ed25519 signature.
 * Meaningful only once the signature is checked.
 */
export function cosignatureTime(signature: Uint8Array): number | null {
  if (signature.length !== 72) return null
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0)
  return time <= BigInt(TIME_SECONDS_MAX) ? Number(time) : null
}

/** Checks type 0x04 signatures. Throws a RangeError for a key of another type. */
export function cosignatureVerifier(crypto: Crypto, vkey: Vkey): CosignatureVerifier {
  if (vkey.type !== KEY_TYPE_COSIGNATURE) throw new RangeError('a cosigner key of another type than 0x04')
  return {
    kind: 'cosignature',
    name: vkey.name,
    id: vkey.id,
    publicKey: vkey.publicKey,
    verify: (text, signature) => {
      const time = cosignatureTime(signature)
      if (time === null) return false
      return crypto.verify('ed25519', vkey.publicKey, message(time, text), signature.subarray(8))
    },
  }
}

/**
 * A witness's signature line on a checkpoint's text: at `time` this is the largest consistent tree it has
 * seen. The message does not name the cosigner, so each role needs a key of its own. Throws a RangeError
 * unless the signer is Ed25519 and the time a whole number of POSIX seconds.
 */
export function cosign(hasher: Hasher, name: string, signer: Signer, text: string, time: number): string {
  if (signer.algorithm !== 'ed25519') throw new RangeError('cosignatures are Ed25519')
  if (!Number.isSafeInteger(time) || time < 0) throw new RangeError(`not a time in seconds: ${time}`)
  const { id } = makeVkey(hasher, name, KEY_TYPE_COSIGNATURE, signer.publicKey)
  const signature = new Uint8Array(72)
  new DataView(signature.buffer).setBigUint64(0, BigInt(time))
  signature.set(signer.sign(message(time, encodeUtf8(text))), 8)
  return formatSignatureLine(name, id, signature)
}
