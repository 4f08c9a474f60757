/**
 * Which algorithms are accepted: RSA (PKCS#1 v1.5 and PSS) of at least 2048 bits and ECDSA on P-256, P-384, P-521, with
 * SHA-256, SHA-384 or SHA-512. What is not on these lists is refused with a code; MD5 and SHA-1 with one of their own.
 */

import { err, ok, type Result } from '@cadastre/numbers'
import type * as asn1js from 'asn1js'
import { RSASSAPSSParams } from 'pkijs'
import { attempt, type Node, oidOf, sequenceOf } from './asn1.ts'
import type { Code } from './codes.ts'
import type { DocumentPort, HashName, SignatureScheme } from './port.ts'

/** Smallest RSA modulus, in bits (ETSI TS 119 312; NIST SP 800-57). */
const RSA_BITS_MIN = 2048

const HASHES: { readonly [oid: string]: HashName } = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
const REFUSED: { readonly [oid: string]: Code } = {
  '1.2.840.113549.2.5': 'digest-md5',
  '1.2.840.113549.1.1.4': 'digest-md5', // md5WithRSAEncryption
  '1.3.14.3.2.26': 'digest-sha1',
  '1.2.840.113549.1.1.5': 'digest-sha1', // sha1WithRSAEncryption
  '1.2.840.10045.4.1': 'digest-sha1', // ecdsa-with-SHA1
}
/** RFC 8017 appendix A.2.4, RFC 5758 section 3.2. */
const WITH_HASH: { readonly [oid: string]: SignatureScheme } = {
  '1.2.840.113549.1.1.11': { kind: 'rsa-pkcs1', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa-pkcs1', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa-pkcs1', hash: 'sha512' },
  '1.2.840.10045.4.3.2': { kind: 'ecdsa', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { kind: 'ecdsa', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { kind: 'ecdsa', hash: 'sha512' },
}
/** Keys named as algorithms, as CMS allows: the hash is the digest algorithm beside them (RFC 3370, RFC 5753). */
const KEY_ONLY: { readonly [oid: string]: 'rsa-pkcs1' | 'ecdsa' } = {
  '1.2.840.113549.1.1.1': 'rsa-pkcs1',
  '1.2.840.10045.2.1': 'ecdsa',
}
const RSASSA_PSS = '1.2.840.113549.1.1.10'
const MGF1 = '1.2.840.113549.1.1.8'

/** The hash of an AlgorithmIdentifier. */
export function hashOf(node: Node | undefined): Result<HashName, Code> {
  const oid = oidOf(sequenceOf(node)?.[0]) ?? ''
  const hash = HASHES[oid]
  return hash === undefined ? err(REFUSED[oid] ?? 'algorithm-not-accepted') : ok(hash)
}

/**
 * The scheme of an AlgorithmIdentifier. `digest` is the algorithm that a CMS SignerInfo names beside it: where the
 * scheme names a hash itself, both must be the same.
 */
export function schemeOf(node: Node | undefined, digest?: HashName): Result<SignatureScheme, Code> {
  const oid = oidOf(sequenceOf(node)?.[0]) ?? ''
  const refused = REFUSED[oid]
  if (refused !== undefined) return err(refused)
  const keyOnly = KEY_ONLY[oid]
  if (keyOnly !== undefined && digest !== undefined) return ok({ kind: keyOnly, hash: digest })
  const scheme = oid === RSASSA_PSS ? pssOf(sequenceOf(node)?.[1]) : ok(WITH_HASH[oid])
  if (!scheme.ok) return scheme
  if (scheme.value === undefined) return err('algorithm-not-accepted')
  return digest === undefined || scheme.value.hash === digest
    ? ok(scheme.value)
    : err('algorithm-not-accepted')
}

/** RFC 4055 section 3.1: absent parameters mean SHA-1, which is refused like SHA-1 written out. */
function pssOf(node: Node | undefined): Result<SignatureScheme, Code> {
  if (node === undefined) return err('digest-sha1')
  const parameters = attempt(() => new RSASSAPSSParams({ schema: node }))
  if (parameters === null) return err('algorithm-not-accepted')
  const oid = parameters.hashAlgorithm.algorithmId
  const hash = HASHES[oid]
  if (hash === undefined) return err(REFUSED[oid] ?? 'algorithm-not-accepted')
  const mask = parameters.maskGenAlgorithm
  const maskHash: asn1js.BaseBlock | undefined = mask.algorithmParams
  const sameHash = mask.algorithmId === MGF1 && oidOf(sequenceOf(maskHash)?.[0]) === oid
  const { saltLength, trailerField } = parameters
  if (!sameHash || trailerField !== 1 || saltLength < 0 || saltLength > 512)
    return err('algorithm-not-accepted')
  return ok({ kind: 'rsa-pss', hash, saltLength })
}

/** Whether the key is one for this scheme, and long enough. */
export function keyAccepted(scheme: SignatureScheme, spki: Uint8Array, port: DocumentPort): boolean {
  const key = port.keyOf(spki)
  if (key === null) return false
  if (key.kind === 'ec') return scheme.kind === 'ecdsa'
  if (scheme.kind === 'ecdsa' || (key.kind === 'rsa-pss' && scheme.kind !== 'rsa-pss')) return false
  return key.bits >= RSA_BITS_MIN
}

export function schemeText({ kind, hash }: SignatureScheme): string {
  return `${kind} ${hash}`
}
