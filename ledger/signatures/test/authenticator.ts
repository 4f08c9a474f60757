/** A WebAuthn authenticator made for tests (W3C WebAuthn Level 2, sections 6.1 and 6.3.3), and an ES256 signer. */

import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import type { EvidenceItem } from '@cadastre/records'
import { type RelyingParty, requestMessage } from '../src/index.ts'

export const PARTY: RelyingParty = {
  id: 'sign.registry.example',
  origins: ['https://sign.registry.example', 'https://registry.example'],
}

/** The key pair of RFC 6979 appendix A.2.5. */
const X = 'YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y'
const Y = 'eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk'
const D = 'ya-p2EW6dRZrXCFXZ7HWk05Qw9s26JsSe4piKxIPZyE'
const key: KeyObject = createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', d: D, x: X, y: Y } })
/** SEC 1 uncompressed point. */
const P256_POINT: Uint8Array = Uint8Array.from([
  4,
  ...Buffer.from(X, 'base64url'),
  ...Buffer.from(Y, 'base64url'),
])

/** ECDSA on P-256 with SHA-256, r ‖ s. */
export const es256Signer: Signer = {
  algorithm: 'es256',
  publicKey: P256_POINT,
  sign: (message) => new Uint8Array(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })),
}

export type Assertion = {
  readonly rpId: string
  /** Bit 0: user present; bit 2: user verified. */
  readonly flags: number
  /** Bytes after the counter: attested data or extensions. */
  readonly rest: Uint8Array
  readonly clientData: { readonly [member: string]: unknown } | string
  /** Changes the DER signature. */
  readonly der: (signature: Uint8Array) => Uint8Array
}

export function challengeOf(text: string): string {
  return createHash('sha256').update(requestMessage(text)).digest('base64url')
}

/** What the authenticator answers when asked to sign the request, with whatever a test wants to be wrong. */
export function assertion(text: string, wrong: Partial<Assertion> = {}): EvidenceItem {
  const rpIdHash = createHash('sha256')
    .update(wrong.rpId ?? PARTY.id)
    .digest()
  const authenticatorData = Uint8Array.from([
    ...rpIdHash,
    wrong.flags ?? 0x05,
    0,
    0,
    0,
    9,
    ...(wrong.rest ?? []),
  ])
  const usual = {
    type: 'webauthn.get',
    challenge: challengeOf(text),
    origin: PARTY.origins[0],
    crossOrigin: false,
  }
  const given = wrong.clientData ?? {}
  const clientData = encodeUtf8(typeof given === 'string' ? given : JSON.stringify({ ...usual, ...given }))
  const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()])
  const der = new Uint8Array(sign('sha256', signed, { key, dsaEncoding: 'der' }))
  return {
    alg: 'webauthn',
    key: encodeBase64(P256_POINT),
    sig: encodeBase64(wrong.der?.(der) ?? der),
    authenticatorData: encodeBase64(authenticatorData),
    clientDataJSON: encodeBase64(clientData),
  }
}
