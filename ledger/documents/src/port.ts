/**
 * What the room needs of the machine: the mathematics of signatures and the inflating of streams. An argument, as the
 * ledger's own port is; `@cadastre/documents/node` has the one of Node. Every function is total.
 */

export type HashName = 'sha256' | 'sha384' | 'sha512'

/** A signature algorithm that is accepted: RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017), ECDSA (FIPS 186-5). */
export type SignatureScheme =
  | { readonly kind: 'rsa-pkcs1'; readonly hash: HashName }
  | { readonly kind: 'rsa-pss'; readonly hash: HashName; readonly saltLength: number }
  | { readonly kind: 'ecdsa'; readonly hash: HashName }

/** The public keys that are accepted; `rsa-pss` is one that its certificate restricts to PSS (RFC 4055 section 1.2). */
export type PublicKeyKind =
  | { readonly kind: 'rsa' | 'rsa-pss'; readonly bits: number }
  | { readonly kind: 'ec'; readonly curve: 'P-256' | 'P-384' | 'P-521' }

export interface DocumentPort {
  digest(hash: HashName, ...parts: readonly Uint8Array[]): Uint8Array
  /** By which OCSP names an issuer (RFC 6960 section 4.1.1): a name only, nothing is proved by it. */
  nameHash(hash: 'sha1' | 'sha256', bytes: Uint8Array): Uint8Array
  /** What kind of key a DER SubjectPublicKeyInfo holds; null for another kind, and for what is none. */
  keyOf(spki: Uint8Array): PublicKeyKind | null
  /** Whether the signature is valid; false also where key and scheme do not go together. ECDSA in DER (RFC 3279). */
  verify(scheme: SignatureScheme, spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** The bytes of a zlib stream (RFC 1950); null where it is none, or longer than `maxLength`. */
  inflate(bytes: Uint8Array, maxLength: number): Uint8Array | null
}
