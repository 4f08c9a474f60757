/** The signatures of a PDF, those that cover most first: a time stamp over the file dates what is inside it. */

import { parseCertificate } from './certificate.ts'
import { CheckList } from './checks.ts'
import { parseSignedData } from './cms.ts'
import type { Code } from './codes.ts'
import { LIMITS } from './limits.ts'
import { PdfDocument } from './pdf/document.ts'
import { decodeStream } from './pdf/filters.ts'
import { laterChangesHold, storeOf } from './pdf/later-changes.ts'
import type { Budget } from './pdf/reader.ts'
import { findSignatures, mentionsSignature, type PdfSignature } from './pdf/signatures.ts'
import { entryOf } from './pdf/values.ts'
import type { SignatureReport } from './report.ts'
import { judgeSignature, type Trust, unreadSignature } from './signature.ts'
import { parseCrl, parseOcsp } from './status.ts'
import { judgeTimeStamp } from './time-stamp.ts'

const CMS_FILTERS: ReadonlySet<string | null> = new Set(['adbe.pkcs7.detached', 'ETSI.CAdES.detached'])
const TIME_STAMP_FILTER = 'ETSI.RFC3161'

export type PdfJudgement =
  | { readonly signatures: readonly SignatureReport[] }
  | { readonly code: Code; readonly signed: boolean }

/** The document's own validation data, after those that were handed in. */
function withStore(document: PdfDocument, trust: Trust): Trust {
  const { port, statuses } = trust
  const bytes = (kind: Parameters<typeof storeOf>[1]): Uint8Array[] =>
    storeOf(document, kind)
      .slice(0, LIMITS.statuses)
      .map((each) => (each.kind === 'stream' ? decodeStream(each, port) : null))
      .filter((each) => each !== null)
  const certificates = bytes('Certs').map((each) => parseCertificate(each, port))
  const crls = bytes('CRLs').map(parseCrl)
  const ocsps = bytes('OCSPs').map((each) => parseOcsp(each, port))
  return {
    ...trust,
    others: [...trust.others, ...certificates.filter((each) => each !== null)].slice(0, LIMITS.certificates),
    statuses: {
      crls: [...statuses.crls, ...crls.filter((each) => each !== null)].slice(0, LIMITS.statuses),
      ocsps: [...statuses.ocsps, ...ocsps.filter((each) => each !== null)].slice(0, LIMITS.statuses),
    },
  }
}

/** A time stamp over the whole file so far (ETSI EN 319 142-1 section 5.4.3). */
function judgeDocumentTimeStamp(signature: PdfSignature, checks: CheckList, trust: Trust): SignatureReport {
  const { cms, covered, byteRange } = signature
  const unread = (): SignatureReport => unreadSignature('pdf-time-stamp', covered, byteRange, checks, trust)
  if (cms === null) {
    checks.fail('time-stamp', 'time-stamp-malformed')
    return unread()
  }
  const stampTrust = { ...trust, anchors: trust.timeStampRoots }
  const { facts, proved } = judgeTimeStamp('document-time-stamp', cms, covered, stampTrust)
  if (facts.result === 'not-checked') checks.skip('time-stamp', facts.code ?? 'time-stamp-untrusted')
  else checks.say('time-stamp', facts.code)
  return {
    ...unread(),
    signer: facts.authority,
    timeStamps: [facts],
    checks: checks.results(),
    valid: !checks.failed && proved !== null,
  }
}

type Existed = { readonly at: Trust['at']; readonly proved: boolean }

function judgeOne(
  signature: PdfSignature,
  changed: boolean,
  existed: Existed,
  trust: Trust,
): SignatureReport {
  const { port } = trust
  const { subFilter, cms, covered, byteRange, rangeFault } = signature
  const checks = new CheckList()
  checks.say('byte-range', rangeFault)
  if (rangeFault === null) checks.say('later-changes', changed ? 'changed-after-signing' : null)
  const unread = (code: Code): SignatureReport => {
    checks.fail('signature-format', code)
    return unreadSignature('pdf', covered, byteRange, checks, trust)
  }
  if (subFilter === TIME_STAMP_FILTER)
    return judgeDocumentTimeStamp(signature, checks, { ...trust, at: existed.at })
  if (!CMS_FILTERS.has(subFilter)) return unread('subfilter-not-accepted')
  const data = cms === null ? null : parseSignedData(cms, LIMITS.signatureBytes, port)
  const [signer, another] = data?.signers ?? []
  if (data === null || signer === undefined) return unread('cms-malformed')
  if (another !== undefined) return unread('several-signers')
  if (data.content !== null) return unread('cms-content')
  checks.pass('signature-format')
  const named = subFilter === 'ETSI.CAdES.detached'
  const time = { existedAt: existed.at, provedByLater: existed.proved }
  return judgeSignature({ kind: 'pdf', covered, byteRange, data, signer, named, ...time }, trust, checks)
}

/** Judges all signatures of a PDF; or says why none could be told, and whether the file seems to hold one. */
export function judgePdf(file: Uint8Array, trust: Trust): PdfJudgement {
  const budget: Budget = { left: LIMITS.pdfValues }
  const signed = mentionsSignature(file)
  const document = PdfDocument.open(file, trust.port, budget)
  if (document === null) return { code: 'pdf-structure', signed }
  if (entryOf(document.trailer, 'Encrypt') !== undefined) return { code: 'pdf-encrypted', signed }
  const found = findSignatures(document)
  if (typeof found === 'string') return { code: found, signed }
  if (found.length === 0) return { code: 'no-signature', signed }
  const full = withStore(document, trust)
  let existed: Existed = { at: trust.at, proved: false }
  const reports: SignatureReport[] = []
  for (const signature of found.toReversed()) {
    const changed =
      signature.rangeFault === null && !laterChangesHold(document, signature.end, trust.port, budget)
    const report = judgeOne(signature, changed, existed, full)
    const time = report.kind === 'pdf-time-stamp' && report.valid ? report.timeStamps[0]?.time : null
    if (time != null && time <= existed.at) existed = { at: time, proved: true }
    reports.push(report)
  }
  return { signatures: reports.reverse() }
}
