/** The port on Node: OpenSSL by `node:crypto`, zlib by `node:zlib`. The only file of the room that imports Node. */

import { constants, createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import type { DocumentPort, HashName, PublicKeyKind, SignatureScheme } from './port.ts'

const CURVES: { readonly [name: string]: 'P-256' | 'P-384' | 'P-521' } = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

function digest(hash: HashName, ...parts: readonly Uint8Array[]): Uint8Array {
  const state = createHash(hash)
  for (const part of parts) state.update(part)
  return new Uint8Array(state.digest())
}

function importKey(spki: Uint8Array): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch (error) {
    // OpenSSL refuses what is no key; one that came with a stranger's document is no bug.
    if (error instanceof Error) return null
    throw error
  }
}

function kindOf(key: KeyObject): PublicKeyKind | null {
  const type = key.asymmetricKeyType
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (type === 'rsa' || type === 'rsa-pss') return { kind: type, bits: modulusLength ?? 0 }
  const curve = CURVES[namedCurve ?? '']
  return type === 'ec' && curve !== undefined ? { kind: 'ec', curve } : null
}

function verifySignature(
  scheme: SignatureScheme,
  spki: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = importKey(spki)
  const kind = key === null ? null : kindOf(key)
  if (key === null || kind === null) return false
  if ((scheme.kind === 'ecdsa') !== (kind.kind === 'ec')) return false
  if (scheme.kind === 'rsa-pkcs1' && kind.kind !== 'rsa') return false
  const options =
    scheme.kind === 'rsa-pss'
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: scheme.saltLength }
      : scheme.kind === 'rsa-pkcs1'
        ? { key, padding: constants.RSA_PKCS1_PADDING }
        : { key, dsaEncoding: 'der' as const }
  try {
    return verify(scheme.hash, message, options, signature)
  } catch (error) {
    // A key whose certificate fixes other PSS parameters is an error to OpenSSL, and a signature that fails to us.
    if (error instanceof Error) return false
    throw error
  }
}

function inflate(bytes: Uint8Array, maxLength: number): Uint8Array | null {
  try {
    return new Uint8Array(inflateSync(bytes, { maxOutputLength: maxLength }))
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}

export const nodeDocumentPort: DocumentPort = {
  digest,
  nameHash: (hash, bytes) => new Uint8Array(createHash(hash).update(bytes).digest()),
  keyOf: (spki) => {
    const key = importKey(spki)
    return key === null ? null : kindOf(key)
  },
  verify: verifySignature,
  inflate,
}
