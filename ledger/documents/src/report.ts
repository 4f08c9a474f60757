/** The report on a document: facts, and for each check what it said. A value of canonical JSON, so that it has a hash. */

import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { canonicalJson, type Instant, type Json } from '@cadastre/records'
import type { CheckName, Code } from './codes.ts'
import type { DocumentPort } from './port.ts'

export type CheckResult = {
  readonly check: CheckName
  readonly result: 'pass' | 'fail' | 'not-checked'
  /** Always there where the check failed; null where it passed. */
  readonly code: Code | null
}

/** What a certificate says of itself. */
export type CertificateFacts = {
  /** RFC 4514 texts. */
  readonly subject: string
  readonly issuer: string
  /** Lower-case hexadecimal, without leading zeros. */
  readonly serial: string
  /** SHA-256 of the DER certificate, standard base64: as authorities and roots are registered. */
  readonly sha256: string
  readonly notBefore: Instant
  readonly notAfter: Instant
}

/** RFC 6960's words: whether the issuer has withdrawn a certificate, as far as CRLs and OCSP responses at hand say. */
export type CertificateStatus = 'good' | 'revoked' | 'unknown'

export type PathStep = CertificateFacts & {
  /** `anchor`: a configured root, which is trusted without more. */
  readonly status: CertificateStatus | 'anchor'
  /** Since when the issuer has withdrawn it. */
  readonly statusSince: Instant | null
}

export type TimeStampFacts = {
  readonly kind: 'signature-time-stamp' | 'document-time-stamp'
  readonly time: Instant | null
  readonly serial: string | null
  readonly authority: CertificateFacts | null
  readonly result: CheckResult['result']
  readonly code: Code | null
}

export type SignatureReport = {
  readonly kind: 'cms-detached' | 'cms-embedded' | 'pdf' | 'pdf-time-stamp'
  /** SHA-256 of what the signature covers, standard base64: of the document, its content or its byte range. */
  readonly covered: string
  /** `[0, a, b, c]` of a PDF's signature, as it states it. */
  readonly byteRange: readonly number[] | null
  readonly signer: CertificateFacts | null
  /** Such as `rsa-pss sha256`; null where it is none that is accepted. */
  readonly algorithm: string | null
  /** What the signer says; nobody else does. */
  readonly signingTime: Instant | null
  readonly timeStamps: readonly TimeStampFacts[]
  /** The time at which the path was judged: proved by a time stamp, or that of the intake. */
  readonly judgedAt: Instant
  readonly judgedBy: 'time-stamp' | 'intake'
  /** From the signer to the root; empty where none was found. */
  readonly path: readonly PathStep[]
  readonly checks: readonly CheckResult[]
  readonly valid: boolean
}

export type Answer = 'authentic' | 'not-authentic' | 'not-machine-checkable'

export type Report = {
  readonly v: 1
  /** When the document was judged. */
  readonly at: Instant
  /** SHA-256 in standard base64. */
  readonly document: { readonly bytes: number; readonly sha256: string }
  readonly detachedSignature: string | null
  readonly format: 'cms-detached' | 'cms-embedded' | 'pdf' | 'unknown'
  /** SHA-256 over the sorted fingerprints of the configured anchors: which trust this report speaks of. */
  readonly roots: string
  readonly timeStampRoots: string
  readonly signatures: readonly SignatureReport[]
  readonly answer: Answer
  readonly code: Code | null
  /** Whose signatures are valid and cover the document: fingerprints of the certificate and of its root. */
  readonly sealedBy: readonly { readonly certificate: string; readonly root: string }[]
}

/** SHA-256 of the report's canonical JSON (RFC 8785), standard base64: what a log entry binds. */
export function reportHash(report: Report, port: Pick<DocumentPort, 'digest'>): string {
  return encodeBase64(port.digest('sha256', encodeUtf8(reportText(report))))
}

/** The canonical JSON of a report. */
export function reportText(report: Report): string {
  const json: Json = report
  return canonicalJson(json)
}
