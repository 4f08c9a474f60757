/** A document, with what is trusted, to its report. Total: whatever the bytes are, the answer is a report. */

import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import type { Instant } from '@cadastre/records'
import { type Certificate, parseCertificate } from './certificate.ts'
import { CheckList } from './checks.ts'
import { fromPem, parseSignedData, type SignedData } from './cms.ts'
import type { Code } from './codes.ts'
import { judgePdf } from './judge-pdf.ts'
import { LIMITS } from './limits.ts'
import type { DocumentPort } from './port.ts'
import type { Answer, Report, SignatureReport } from './report.ts'
import { integrityFault, judgeSignature, type Trust, unreadSignature } from './signature.ts'
import { parseCrl, parseOcsp } from './status.ts'

export type DocumentInput = {
  /** PDF, CMS (DER, or the text form of RFC 7468), or anything where a detached signature comes with it. */
  readonly document: Uint8Array
  readonly detachedSignature?: Uint8Array | undefined
  /** Trust anchors: certificates in DER. A seal's own certificate may be one. */
  readonly roots: readonly Uint8Array[]
  readonly timeStampRoots?: readonly Uint8Array[]
  /** Certificates of issuers that did not come along with the document; not trusted. */
  readonly certificates?: readonly Uint8Array[]
  /** CRLs and OCSP responses in DER. */
  readonly crls?: readonly Uint8Array[]
  readonly ocsps?: readonly Uint8Array[]
  /** When the document is judged. */
  readonly at: Instant
}

/** Thrown where what is configured is not a certificate, or is too much: a fault of the configuration, no bad document. */
export class TrustAnchorError extends Error {
  override readonly name: string = 'TrustAnchorError'
}

function anchorsOf(ders: readonly Uint8Array[], port: DocumentPort): readonly Certificate[] {
  if (ders.length > LIMITS.anchors) throw new TrustAnchorError(`more than ${LIMITS.anchors} trust anchors`)
  return ders.map((der, index) => {
    const certificate = parseCertificate(fromPem(der), port)
    if (certificate === null)
      throw new TrustAnchorError(`trust anchor ${index + 1} is not an X.509 certificate`)
    return certificate
  })
}

function trustOf(input: DocumentInput, port: DocumentPort): Trust {
  const read = <T>(
    list: readonly Uint8Array[] | undefined,
    limit: number,
    parse: (der: Uint8Array) => T | null,
  ): T[] =>
    (list ?? [])
      .slice(0, limit)
      .map((each) => parse(fromPem(each)))
      .filter((each) => each !== null)
  return {
    roots: anchorsOf(input.roots, port),
    timeStampRoots: anchorsOf(input.timeStampRoots ?? [], port),
    others: read(input.certificates, LIMITS.certificates, (der) => parseCertificate(der, port)),
    statuses: {
      crls: read(input.crls, LIMITS.statuses, parseCrl),
      ocsps: read(input.ocsps, LIMITS.statuses, (der) => parseOcsp(der, port)),
    },
    at: input.at,
    port,
  }
}

type Judgement = {
  readonly format: Report['format']
  readonly signatures: readonly SignatureReport[]
  /** Why there is nothing to judge, or why the file itself is not what it should be. */
  readonly code: Code | null
  /** Whether there is nothing that a machine could check. */
  readonly unchecked: boolean
}

const unchecked = (format: Report['format'], code: Code): Judgement => ({
  format,
  signatures: [],
  code,
  unchecked: true,
})

function judgeCms(
  kind: 'cms-detached' | 'cms-embedded',
  data: SignedData,
  content: Uint8Array,
  trust: Trust,
): readonly SignatureReport[] {
  return data.signers.map((signer) => {
    const checks = new CheckList()
    checks.pass('signature-format')
    const subject = { kind, covered: [content], byteRange: null, data, signer, named: false }
    return judgeSignature({ ...subject, existedAt: trust.at, provedByLater: false }, trust, checks)
  })
}

/** A signature that is there and cannot be read as one. */
function unreadCms(
  kind: 'cms-detached' | 'cms-embedded',
  content: Uint8Array,
  code: Code,
  trust: Trust,
): Judgement {
  const checks = new CheckList()
  checks.fail('signature-format', code)
  const signatures = [unreadSignature(kind, [content], null, checks, trust)]
  return { format: kind, signatures, code: null, unchecked: false }
}

function judgeDetached(document: Uint8Array, signature: Uint8Array, trust: Trust): Judgement {
  const kind = 'cms-detached'
  if (signature.length > LIMITS.signatureBytes) return unreadCms(kind, document, 'too-large', trust)
  const data = parseSignedData(fromPem(signature), LIMITS.signatureBytes, trust.port)
  if (data === null || data.signers.length === 0) return unreadCms(kind, document, 'cms-malformed', trust)
  if (data.content !== null) return unreadCms(kind, document, 'cms-content', trust)
  return { format: kind, signatures: judgeCms(kind, data, document, trust), code: null, unchecked: false }
}

const isPdf = (bytes: Uint8Array): boolean =>
  [0x25, 0x50, 0x44, 0x46, 0x2d].every((byte, at) => bytes[at] === byte)

function judgeAlone(document: Uint8Array, trust: Trust): Judgement {
  if (isPdf(document)) {
    const judged = judgePdf(document, trust)
    if ('signatures' in judged) return { format: 'pdf', ...judged, code: null, unchecked: false }
    return { format: 'pdf', signatures: [], code: judged.code, unchecked: !judged.signed }
  }
  const data = parseSignedData(fromPem(document), LIMITS.documentBytes, trust.port)
  if (data === null) return unchecked('unknown', 'unknown-format')
  const kind = 'cms-embedded'
  if (data.signers.length === 0) return unchecked(kind, 'no-signature')
  if (data.content === null) return unreadCms(kind, new Uint8Array(0), 'cms-content', trust)
  return { format: kind, signatures: judgeCms(kind, data, data.content, trust), code: null, unchecked: false }
}

type Verdict = { readonly answer: Answer; readonly code: Code | null; readonly sealedBy: Report['sealedBy'] }

/**
 * Authentic when at least one signature holds to a root, and no signature says that bytes were changed. A further
 * signer whose certificate leads nowhere is told, and takes nothing away.
 */
function verdictOf({ signatures, code, unchecked }: Judgement): Verdict {
  if (code !== null)
    return { answer: unchecked ? 'not-machine-checkable' : 'not-authentic', code, sealedBy: [] }
  const stamps = signatures.filter(({ kind }) => kind === 'pdf-time-stamp')
  const seals = signatures.filter(({ kind }) => kind !== 'pdf-time-stamp')
  const failed = (list: readonly SignatureReport[]): Code | null =>
    list.flatMap(({ checks }) => checks).find(({ result }) => result === 'fail')?.code ?? null
  const spoiled = signatures.map(integrityFault).find((each) => each !== null) ?? failed(stamps)
  if (spoiled != null) return { answer: 'not-authentic', code: spoiled, sealedBy: [] }
  const sealedBy = seals
    .filter(({ valid }) => valid)
    .map(({ signer, path }) => ({ certificate: signer?.sha256 ?? '', root: path.at(-1)?.sha256 ?? '' }))
  if (sealedBy.length > 0) return { answer: 'authentic', code: null, sealedBy }
  if (seals.length === 0) return { answer: 'not-machine-checkable', code: 'no-signature', sealedBy }
  return { answer: 'not-authentic', code: failed(seals), sealedBy }
}

const fingerprints = (anchors: readonly Certificate[], port: DocumentPort): string =>
  encodeBase64(
    port.digest(
      'sha256',
      encodeUtf8(
        anchors
          .map(({ sha256 }) => `${sha256}\n`)
          .sort()
          .join(''),
      ),
    ),
  )

/**
 * Verifies a document as far as a machine can. Nothing is fetched and no clock is read: the same input gives the same
 * report, byte for byte. Throws {@link TrustAnchorError} where a root that is configured is none.
 */
export function verifyDocument(input: DocumentInput, port: DocumentPort): Report {
  const { document, detachedSignature, at } = input
  const trust = trustOf(input, port)
  const judged =
    document.length > LIMITS.documentBytes
      ? unchecked('unknown', 'too-large')
      : detachedSignature === undefined
        ? judgeAlone(document, trust)
        : judgeDetached(document, detachedSignature, trust)
  return {
    v: 1,
    at,
    document: { bytes: document.length, sha256: encodeBase64(port.digest('sha256', document)) },
    detachedSignature:
      detachedSignature === undefined ? null : encodeBase64(port.digest('sha256', detachedSignature)),
    format: judged.format,
    roots: fingerprints(trust.roots, port),
    timeStampRoots: fingerprints(trust.timeStampRoots, port),
    signatures: judged.signatures,
    ...verdictOf(judged),
  }
}

/** What a CMS message carries, signed or not; null where it is no such message, or carries nothing. */
export function embeddedContent(document: Uint8Array, port: DocumentPort): Uint8Array | null {
  return parseSignedData(fromPem(document), LIMITS.documentBytes, port)?.content ?? null
}
