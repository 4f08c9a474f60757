/** One SignerInfo against what it is said to sign: attributes, digest, signature, and which certificate it names. */

import { bytesEqual } from '@cadastre/crypto'
import type { Instant } from '@cadastre/records'
import { hashOf, keyAccepted, schemeOf, schemeText } from './algorithms.ts'
import { octetsOf, oidOf, sequenceOf } from './asn1.ts'
import type { Certificate } from './certificate.ts'
import type { CheckList } from './checks.ts'
import { OID, type SignedData, type Signer, signingTimeOf } from './cms.ts'
import type { Code } from './codes.ts'
import { digestOf } from './digests.ts'
import type { DocumentPort, HashName, SignatureScheme } from './port.ts'

export type SignerFacts = {
  readonly certificate: Certificate | null
  readonly algorithm: string | null
  readonly signingTime: Instant | null
}

/** The certificate that a SignerInfo names; it must be among those that came along. */
function certificateOf(signer: Signer, certificates: readonly Certificate[]): Certificate | null {
  const { issuerName, serial, keyId } = signer
  const found = certificates.find((each) => {
    if (keyId !== null) return each.subjectKeyId !== null && bytesEqual(each.subjectKeyId, keyId)
    return issuerName !== null && bytesEqual(each.issuerName, issuerName) && each.serial === serial
  })
  return found ?? null
}

function algorithmsOf(
  signer: Signer,
  certificate: Certificate,
  port: DocumentPort,
): { readonly hash: HashName; readonly scheme: SignatureScheme } | Code {
  const hash = hashOf(signer.digestAlgorithm)
  if (!hash.ok) return hash.error
  const scheme = schemeOf(signer.signatureAlgorithm, hash.value)
  if (!scheme.ok) return scheme.error
  if (!keyAccepted(scheme.value, certificate.spki, port)) return 'key-not-accepted'
  return { hash: hash.value, scheme: scheme.value }
}

/** RFC 5652 section 11: content type and message digest, each once with one value. Null where all is well. */
function attributesFault(signer: Signer, contentType: string): Code | null {
  // Without signed attributes the bytes of some could be passed off as a document (RFC 5652 section 5.3 allows it,
  // RFC 8933 and the CMS profile of PDF do not need it).
  if (signer.signed === null) return 'signed-attributes-absent'
  const [types, digests] = [signer.signed.get(OID.contentType), signer.signed.get(OID.messageDigest)]
  if (types?.length !== 1 || digests?.length !== 1 || octetsOf(digests[0]) === null)
    return 'signed-attributes'
  return oidOf(types[0]) === contentType ? null : 'content-type'
}

/** ESSCertIDv2 (RFC 5035 section 4): the hash, SHA-256 unless it says otherwise, of the certificate. */
function signingCertificateAnswer(signer: Signer, certificate: Certificate, port: DocumentPort): Code | null {
  const values = signer.signed?.get(OID.signingCertificateV2)
  if (values === undefined)
    return signer.signed?.has(OID.signingCertificate)
      ? 'signing-certificate-sha1'
      : 'signing-certificate-absent'
  const id = sequenceOf(sequenceOf(sequenceOf(values[0])?.[0])?.[0])
  const explicit = sequenceOf(id?.[0]) !== null
  const hash = explicit ? hashOf(id?.[0]) : { ok: true as const, value: 'sha256' as const }
  if (values.length !== 1 || !hash.ok) return 'signing-certificate-mismatch'
  const named = octetsOf(id?.[explicit ? 1 : 0])
  const own = port.digest(hash.value, certificate.der)
  return named !== null && bytesEqual(named, own) ? null : 'signing-certificate-mismatch'
}

/**
 * Makes the checks `algorithms` to `signing-certificate` of a signer over `content` (in parts). Stops at the first of
 * them that fails.
 *
 * @param named whether the signature must name its certificate (PAdES, time stamps)
 */
export function checkSigner(
  { certificates, contentType }: Pick<SignedData, 'certificates' | 'contentType'>,
  signer: Signer,
  content: readonly Uint8Array[],
  named: boolean,
  checks: CheckList,
  port: DocumentPort,
): SignerFacts {
  const certificate = certificateOf(signer, certificates)
  const signingTime = signingTimeOf(signer)
  if (certificate === null) {
    checks.fail('algorithms', 'signer-certificate-absent')
    return { certificate, algorithm: null, signingTime }
  }
  const algorithms = algorithmsOf(signer, certificate, port)
  if (typeof algorithms === 'string') {
    checks.fail('algorithms', algorithms)
    return { certificate, algorithm: null, signingTime }
  }
  checks.pass('algorithms')
  const { hash, scheme } = algorithms
  const facts = { certificate, algorithm: schemeText(scheme), signingTime }
  const attributes = attributesFault(signer, contentType)
  checks.say('signed-attributes', attributes)
  if (attributes !== null) return facts
  const stated = octetsOf(signer.signed?.get(OID.messageDigest)?.[0])
  const same = stated !== null && bytesEqual(stated, digestOf(port, hash, content))
  checks.say('document-digest', same ? null : 'document-digest')
  const valid = port.verify(scheme, certificate.spki, signer.signedBytes, signer.signature)
  checks.say('signature', valid ? null : 'signature-invalid')
  const name = signingCertificateAnswer(signer, certificate, port)
  const tolerated = name === 'signing-certificate-sha1' || name === 'signing-certificate-absent'
  if (name !== null && tolerated && !named) checks.skip('signing-certificate', name)
  else checks.say('signing-certificate', name)
  return facts
}
