/** What all vectors share: keys that are for tests only, chance from a seed, and the form of a case. */

import { decodeUtf8, encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_COSIGNATURE, KEY_TYPE_ED25519, type KeyType, makeVkey } from '@cadastre/notes'
import { p256 } from '@noble/curves/nist.js'

export const ORIGIN = 'registry.example/log'
export const RECEIPT_NAME = 'registry.example/receipts'
/** The verifier's own time in these vectors, POSIX seconds. */
export const NOW = 1_900_000_000

/** Everybody knows this key: 32 times the same byte is its seed. */
export function testSigner(byte: number): Signer {
  return ed25519SignerFromSeed(new Uint8Array(32).fill(byte))
}

/** Everybody knows this key too: P-256, its secret 32 times the same byte. Signatures as in RFC 6979. */
export function testEs256Signer(byte: number): Signer {
  const secret = new Uint8Array(32).fill(byte)
  return {
    algorithm: 'es256',
    publicKey: p256.getPublicKey(secret, false),
    sign: (message) => p256.sign(message, secret, { prehash: true, lowS: false, format: 'compact' }),
  }
}

export const LOG_SIGNER: Signer = testSigner(1)
export const RECEIPT_SIGNER: Signer = testSigner(2)
export const STRANGER: Signer = testSigner(9)

export type TestWitness = { readonly name: string; readonly vkeyName: string; readonly signer: Signer }
export const WITNESSES: readonly TestWitness[] = [0, 1, 2].map((n) => ({
  name: `w${n}`,
  vkeyName: `witness-${n}.example`,
  signer: testSigner(11 + n),
}))

export function vkeyText(name: string, type: KeyType, signer: Signer): string {
  return formatVkey(makeVkey(nodeCrypto, name, type, signer.publicKey))
}
export const LOG_VKEY: string = vkeyText(ORIGIN, KEY_TYPE_ED25519, LOG_SIGNER)
export const RECEIPT_VKEY: string = vkeyText(RECEIPT_NAME, KEY_TYPE_ED25519, RECEIPT_SIGNER)

/** One log, three witnesses, and what makes a quorum. */
export function policyText(quorum = 'two'): string {
  const witnesses = WITNESSES.map(
    ({ name, vkeyName, signer }) => `witness ${name} ${vkeyText(vkeyName, KEY_TYPE_COSIGNATURE, signer)}\n`,
  )
  return `log ${LOG_VKEY}\n${witnesses.join('')}group two 2 w0 w1 w2\nquorum ${quorum}\n`
}

/** Chance that is the same in every run: numbers from 0 to `below` - 1. */
export type Pick = (below: number) => number
export function random(seed: number): Pick {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** A text, or in base64 the bytes that are none. */
export type Input = { readonly text: string } | { readonly base64: string }
export function input(given: string | Uint8Array): Input {
  const text = typeof given === 'string' ? given : decodeUtf8(given)
  return text === null ? { base64: encodeBase64(given as Uint8Array) } : { text }
}
export function inputBytes(given: Input): Uint8Array {
  return 'text' in given ? encodeUtf8(given.text) : new Uint8Array(Buffer.from(given.base64, 'base64'))
}

export type Case = { readonly name: string; readonly valid: boolean }

/** Short for many cases of one text each, named after what they show. */
export function texts(
  valid: boolean,
  given: Readonly<Record<string, string | Uint8Array>>,
): (Case & Input)[] {
  return Object.entries(given).map(([name, text]) => ({ name, valid, ...input(text) }))
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
export function sha256Base64(...parts: readonly Uint8Array[]): string {
  return encodeBase64(nodeCrypto.sha256(...parts))
}
