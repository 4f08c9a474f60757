import assert from 'node:assert/strict'
import type { Result, Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { KEY_TYPE_COSIGNATURE, KEY_TYPE_ED25519, makeVkey, type Vkey } from '@cadastre/notes'

/** A signer that is the same in every run. */
export function testSigner(number: number): Signer {
  return ed25519SignerFromSeed(new Uint8Array(32).fill(number))
}

export function logKey(name: string, signer: Signer): Vkey {
  return makeVkey(nodeCrypto, name, KEY_TYPE_ED25519, signer.publicKey)
}

export function witnessKey(name: string, signer: Signer): Vkey {
  return makeVkey(nodeCrypto, name, KEY_TYPE_COSIGNATURE, signer.publicKey)
}

export function accepted<T, E>(result: Result<T, E>): T {
  if (!result.ok) assert.fail(`refused: ${JSON.stringify(result.error)}`)
  return result.value
}

export function refusal<T, E>(result: Result<T, E>): E {
  if (result.ok) assert.fail('accepted')
  return result.error
}
