/**
 * Whether certificates still stand with their issuers, from the CRLs (RFC 5280 section 6.3) and OCSP responses
 * (RFC 6960) at hand; nothing is fetched. A list or response counts when its issuer signed it, it is not from the
 * future, and it was still current at the time in question or made after it. What is not said is `unknown`.
 */

import { bytesEqual, encodeHex } from '@cadastre/crypto'
import type { Instant } from '@cadastre/records'
import * as asn1js from 'asn1js'
import { schemeOf } from './algorithms.ts'
import {
  instantOf,
  integerText,
  isTagged,
  membersOf,
  type Node,
  octetsOf,
  oidOf,
  parseAsn1,
  rawOf,
  sequenceOf,
} from './asn1.ts'
import { type Certificate, readCertificate, readExtensions } from './certificate.ts'
import { LIMITS } from './limits.ts'
import { OCSP_SIGNING, signatureFault } from './path.ts'
import type { DocumentPort } from './port.ts'
import type { CertificateStatus } from './report.ts'

type Signed = Pick<Certificate, 'scheme' | 'tbs' | 'signature'>

type Crl = Signed & {
  readonly issuerName: Uint8Array
  readonly thisUpdate: Instant
  readonly nextUpdate: Instant | null
  /** Serial numbers that it lists, and since when. */
  readonly entries: ReadonlyMap<string, Instant>
}
type OcspAnswer = {
  readonly serial: string
  readonly issuerNameHash: string
  readonly issuerKeyHash: string
  readonly hash: 'sha1' | 'sha256' | null
  readonly status: CertificateStatus
  readonly since: Instant | null
  readonly thisUpdate: Instant
  readonly nextUpdate: Instant | null
}
type Ocsp = Signed & {
  readonly answers: readonly OcspAnswer[]
  readonly certificates: readonly Certificate[]
}
export type Statuses = { readonly crls: readonly Crl[]; readonly ocsps: readonly Ocsp[] }

export type Found = { readonly status: CertificateStatus; readonly since: Instant | null }

function readSigned(tbs: Node, algorithm: Node | undefined, signature: Node | undefined): Signed | null {
  if (!(signature instanceof asn1js.BitString)) return null
  const scheme = schemeOf(algorithm)
  const bytes = signature.valueBlock.valueHexView
  return { scheme: scheme.ok ? scheme.value : scheme.error, tbs: rawOf(tbs), signature: bytes }
}

const isTime = (node: Node | undefined): boolean => node instanceof asn1js.UTCTime // GeneralizedTime is one too

/** Extensions of a list that are understood: its number, its issuer's key. Others, if critical, void it. */
function onlyUnderstood(node: Node | undefined): boolean {
  const extensions = readExtensions(node)
  return extensions !== null && [...extensions.values()].every(({ critical }) => !critical)
}

function readEntries(node: Node | undefined): Map<string, Instant> | null {
  const entries = new Map<string, Instant>()
  for (const each of sequenceOf(node) ?? []) {
    const [serialNode, date, extensions] = sequenceOf(each) ?? []
    const [serial, since] = [integerText(serialNode), instantOf(date)]
    // A critical extension of an entry (an indirect CRL) makes the whole list something else.
    if (serial === null || since === null || (extensions !== undefined && !onlyUnderstood(extensions)))
      return null
    entries.set(serial, since)
  }
  return entries
}

/** A complete, direct CRL; null for anything else. */
export function parseCrl(der: Uint8Array): Crl | null {
  const [tbs, algorithm, signature] = sequenceOf(parseAsn1(der, LIMITS.statusBytes) ?? undefined) ?? []
  const body = sequenceOf(tbs)
  if (tbs === undefined || body === null) return null
  const fields = body[0] instanceof asn1js.Integer ? body.slice(1) : body
  const [, issuer, thisNode, ...rest] = fields
  const nextNode = isTime(rest[0]) ? rest.shift() : undefined
  const list = rest[0] instanceof asn1js.Sequence ? rest.shift() : undefined
  const extensions = membersOf(rest.find((each) => isTagged(each, 0)))?.[0]
  const [thisUpdate, entries] = [instantOf(thisNode), readEntries(list)]
  const signed = readSigned(tbs, algorithm, signature)
  if (issuer === undefined || thisUpdate === null || entries === null || signed === null) return null
  if (extensions !== undefined && !onlyUnderstood(extensions)) return null
  const nextUpdate = nextNode === undefined ? null : instantOf(nextNode)
  return { ...signed, issuerName: rawOf(issuer), thisUpdate, nextUpdate, entries }
}

const OCSP_BASIC = '1.3.6.1.5.5.7.48.1.1'
const OCSP_HASHES: { readonly [oid: string]: 'sha1' | 'sha256' } = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
}

function readCertStatus(node: Node | undefined): Found | null {
  if (isTagged(node, 0)) return { status: 'good', since: null }
  if (isTagged(node, 2)) return { status: 'unknown', since: null }
  const since = isTagged(node, 1) ? instantOf(membersOf(node)?.[0]) : null
  return since === null ? null : { status: 'revoked', since }
}

function readAnswer(node: Node): OcspAnswer | null {
  const [id, statusNode, thisNode, ...rest] = sequenceOf(node) ?? []
  const [algorithm, nameHash, keyHash, serialNode] = sequenceOf(id) ?? []
  const [name, key, serial] = [octetsOf(nameHash), octetsOf(keyHash), integerText(serialNode)]
  const [found, thisUpdate] = [readCertStatus(statusNode), instantOf(thisNode)]
  if (name === null || key === null || serial === null || found === null || thisUpdate === null) return null
  const nextNode = membersOf(rest.find((each) => isTagged(each, 0)))?.[0]
  return {
    ...found,
    serial,
    issuerNameHash: encodeHex(name),
    issuerKeyHash: encodeHex(key),
    hash: OCSP_HASHES[oidOf(sequenceOf(algorithm)?.[0]) ?? ''] ?? null,
    thisUpdate,
    nextUpdate: nextNode === undefined ? null : instantOf(nextNode),
  }
}

/** A BasicOCSPResponse; null for anything else. */
function readBasic(node: Node | undefined, port: DocumentPort): Ocsp | null {
  const [tbs, algorithm, signature, certificates] = sequenceOf(node) ?? []
  const body = sequenceOf(tbs)
  if (tbs === undefined || body === null) return null
  const signed = readSigned(tbs, algorithm, signature)
  const list = sequenceOf(body.find((each) => each instanceof asn1js.Sequence))
  if (signed === null || list === null) return null
  const read = list.map(readAnswer).filter((each) => each !== null)
  const own = (sequenceOf(membersOf(certificates)?.[0]) ?? [])
    .slice(0, LIMITS.certificates)
    .map((each) => readCertificate(each, port))
    .filter((each) => each !== null)
  return { ...signed, answers: read, certificates: own }
}

/** An OCSPResponse, or the BasicOCSPResponse inside one; null for anything else, and for one that says it failed. */
export function parseOcsp(der: Uint8Array, port: DocumentPort): Ocsp | null {
  const node = parseAsn1(der, LIMITS.statusBytes)
  const members = sequenceOf(node ?? undefined)
  if (!(members?.[0] instanceof asn1js.Enumerated)) return readBasic(node ?? undefined, port)
  const [type, response] = sequenceOf(membersOf(members[1])?.[0]) ?? []
  const bytes = octetsOf(response)
  if (oidOf(type) !== OCSP_BASIC || bytes === null) return null
  return readBasic(parseAsn1(bytes, LIMITS.statusBytes) ?? undefined, port)
}

/** Answers of {@link signedBy}, since each signature and time stamp asks for the same lists again. */
const answers: WeakMap<Signed, Map<string, boolean>> = new WeakMap()

/** Whether the key of this certificate signed the list or response. */
function signedBy(list: Signed, issuer: Certificate, port: DocumentPort): boolean {
  const known = answers.get(list) ?? new Map<string, boolean>()
  answers.set(list, known)
  const answer = known.get(issuer.sha256) ?? signatureFault(list, issuer.spki, port) === null
  known.set(issuer.sha256, answer)
  return answer
}

type Window = { readonly thisUpdate: Instant; readonly nextUpdate: Instant | null }
/** Times of the question: `judged` is when the signature is proved to have existed, `at` is now. */
export type Times = { readonly judged: Instant; readonly at: Instant }

function isCurrent({ thisUpdate, nextUpdate }: Window, { judged, at }: Times): boolean {
  return thisUpdate <= at && (thisUpdate >= judged || (nextUpdate !== null && nextUpdate >= judged))
}

function inCrl(
  crl: Crl,
  certificate: Certificate,
  issuer: Certificate,
  times: Times,
  port: DocumentPort,
): Found | null {
  if (!bytesEqual(crl.issuerName, certificate.issuerName) || !bytesEqual(crl.issuerName, issuer.subjectName))
    return null
  if (!isCurrent(crl, times)) return null
  if (issuer.keyUsage !== null && !issuer.keyUsage.includes('cRLSign')) return null
  if (!signedBy(crl, issuer, port)) return null
  const since = crl.entries.get(certificate.serial)
  return since === undefined ? { status: 'good', since: null } : { status: 'revoked', since }
}

/** RFC 6960 section 4.2.2.2: the issuer itself, or one that it has named for this with a certificate of its own. */
function isResponder(ocsp: Ocsp, issuer: Certificate, times: Times, port: DocumentPort): boolean {
  if (signedBy(ocsp, issuer, port)) return true
  return ocsp.certificates.some(
    (each) =>
      bytesEqual(each.issuerName, issuer.subjectName) &&
      (each.purposes ?? []).includes(OCSP_SIGNING) &&
      !each.unknownCritical &&
      each.notBefore <= times.at &&
      each.notAfter >= times.judged &&
      signatureFault(each, issuer.spki, port) === null &&
      signedBy(ocsp, each, port),
  )
}

function inOcsp(
  ocsp: Ocsp,
  certificate: Certificate,
  issuer: Certificate,
  times: Times,
  port: DocumentPort,
): Found | null {
  const answer = ocsp.answers.find(
    (each) => each.serial === certificate.serial && concerns(each, issuer, port),
  )
  if (answer === undefined || !isCurrent(answer, times) || !isResponder(ocsp, issuer, times, port))
    return null
  return { status: answer.status, since: answer.since }
}

/** SHA-1 is only a name for the issuer here, which OCSP has used since its beginning; the signature is what counts. */
function concerns(answer: OcspAnswer, issuer: Certificate, port: DocumentPort): boolean {
  if (answer.hash === null) return false
  const hash = (bytes: Uint8Array): string => encodeHex(port.nameHash(answer.hash ?? 'sha256', bytes))
  return hash(issuer.subjectName) === answer.issuerNameHash && hash(issuer.publicKey) === answer.issuerKeyHash
}

/** What the lists and responses say of a certificate, the worst first; `revoked` only if since before `judged`. */
export function statusOf(
  certificate: Certificate,
  issuer: Certificate,
  statuses: Statuses,
  times: Times,
  port: DocumentPort,
): Found {
  const found = [
    ...statuses.crls.map((crl) => inCrl(crl, certificate, issuer, times, port)),
    ...statuses.ocsps.map((ocsp) => inOcsp(ocsp, certificate, issuer, times, port)),
  ].filter((each) => each !== null)
  const withdrawn = found.find(({ status }) => status === 'revoked')
  if (withdrawn !== undefined) {
    const later = withdrawn.since !== null && withdrawn.since > times.judged
    return later ? { status: 'good', since: withdrawn.since } : withdrawn
  }
  return found.find(({ status }) => status === 'good') ?? { status: 'unknown', since: null }
}
