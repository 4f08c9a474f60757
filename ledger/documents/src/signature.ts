/** One signature judged from its bytes to its root, in the order of the checks. */

import { encodeBase64 } from '@cadastre/crypto'
import { addSeconds, type Instant } from '@cadastre/records'
import { rawOf } from './asn1.ts'
import { type Certificate, factsOf } from './certificate.ts'
import type { CheckList } from './checks.ts'
import { attributeLists, OID, type SignedData, type Signer } from './cms.ts'
import { type CheckName, type Code, INTEGRITY_CHECKS } from './codes.ts'
import { digestOf } from './digests.ts'
import { LIMITS } from './limits.ts'
import { findPath, type Path, useFault } from './path.ts'
import type { DocumentPort } from './port.ts'
import type { PathStep, SignatureReport, TimeStampFacts } from './report.ts'
import { checkSigner } from './signer.ts'
import { parseCrl, parseOcsp, type Statuses, statusOf } from './status.ts'
import { CLOCK_TOLERANCE_SECONDS, judgeTimeStamp } from './time-stamp.ts'

/** Checks without which no signature is valid, even if nothing failed. */
const NEEDED: readonly CheckName[] = [
  'signature-format',
  'algorithms',
  'signed-attributes',
  'document-digest',
  'signature',
  'certificate-path',
  'certificate-use',
]

/** What is trusted, and what came along without being trusted. */
export type Trust = {
  readonly roots: readonly Certificate[]
  readonly timeStampRoots: readonly Certificate[]
  readonly others: readonly Certificate[]
  readonly statuses: Statuses
  readonly at: Instant
  readonly port: DocumentPort
}

export type Subject = {
  readonly kind: SignatureReport['kind']
  /** What the signature is said to cover, in parts. */
  readonly covered: readonly Uint8Array[]
  readonly byteRange: readonly number[] | null
  readonly data: SignedData
  readonly signer: Signer
  /** Whether the signature must name its certificate. */
  readonly named: boolean
  /** Now, or the time that a later time stamp over the signature proves. */
  readonly existedAt: Instant
  readonly provedByLater: boolean
}

/** The lists and responses of a signature beside those of the document. */
function withOwn({ data, signer }: Subject, statuses: Statuses, port: DocumentPort): Statuses {
  const inAttributes = attributeLists(signer)
  const room = LIMITS.statuses - statuses.crls.length - statuses.ocsps.length
  const crls = [...data.crls, ...inAttributes.crls].slice(0, Math.max(0, room)).map(parseCrl)
  const ocsps = [...data.ocsps, ...inAttributes.ocsps]
    .slice(0, Math.max(0, room - crls.length))
    .map((each) => parseOcsp(each, port))
  return {
    crls: [...statuses.crls, ...crls.filter((each) => each !== null)],
    ocsps: [...statuses.ocsps, ...ocsps.filter((each) => each !== null)],
  }
}

type Proved = {
  readonly at: Instant
  readonly by: 'time-stamp' | 'intake'
  readonly stamps: readonly TimeStampFacts[]
}

/** The time stamps on the signature value (RFC 3161 appendix A), and the earliest time that they prove. */
function proveTime({ signer, existedAt, provedByLater }: Subject, trust: Trust, checks: CheckList): Proved {
  const tokens = (signer.unsigned.get(OID.signatureTimeStamp) ?? []).slice(0, LIMITS.timeStamps)
  const answers = tokens.map((token) =>
    judgeTimeStamp('signature-time-stamp', rawOf(token), [signer.signature], {
      ...trust,
      anchors: trust.timeStampRoots,
      at: existedAt,
    }),
  )
  const stamps = answers.map(({ facts }) => facts)
  const wrong = stamps.find(({ result }) => result === 'fail')
  const untrusted = stamps.find(({ result }) => result === 'not-checked')
  const times = answers.map(({ proved }) => proved).filter((each) => each !== null)
  if (wrong?.code != null) checks.fail('time-stamp', wrong.code)
  else if (times.length > 0 || provedByLater) checks.pass('time-stamp')
  else checks.skip('time-stamp', untrusted?.code ?? 'no-time-stamp')
  const earliest = [...times, existedAt].sort()[0] ?? existedAt
  return { at: earliest, by: times.length > 0 || provedByLater ? 'time-stamp' : 'intake', stamps }
}

function checkSigningTime(stated: Instant | null, proved: Instant, checks: CheckList): void {
  if (stated === null) checks.skip('signing-time', 'no-signing-time')
  else
    checks.say(
      'signing-time',
      stated > addSeconds(proved, CLOCK_TOLERANCE_SECONDS) ? 'signing-time-later' : null,
    )
}

/** The status of every certificate of a path but its root. */
function statusSteps(
  path: Path,
  statuses: Statuses,
  judged: Instant,
  { at, port }: Trust,
): readonly PathStep[] {
  return path.map((each, index): PathStep => {
    const issuer = path[index + 1]
    if (issuer === undefined) return { ...factsOf(each), status: 'anchor', statusSince: null }
    const { status, since } = statusOf(each, issuer, statuses, { judged, at }, port)
    return { ...factsOf(each), status, statusSince: since }
  })
}

function checkStatus(steps: readonly PathStep[], checks: CheckList): void {
  if (steps.some(({ status }) => status === 'revoked'))
    checks.fail('certificate-status', 'certificate-revoked')
  else if (steps.some(({ status }) => status === 'unknown'))
    checks.skip('certificate-status', 'status-unknown')
  else checks.pass('certificate-status')
}

/** Judges one signature; `checks` may already say what was found about its place in the file. */
export function judgeSignature(subject: Subject, trust: Trust, checks: CheckList): SignatureReport {
  const { data, signer, covered } = subject
  const { port } = trust
  const others = [...data.certificates, ...trust.others].slice(0, LIMITS.certificates)
  const facts = checkSigner({ ...data, certificates: others }, signer, covered, subject.named, checks, port)
  const proved = proveTime(subject, trust, checks)
  checkSigningTime(facts.signingTime, proved.at, checks)
  let steps: readonly PathStep[] = []
  if (facts.certificate !== null) {
    const { path, code } = findPath(facts.certificate, others, trust.roots, proved.at, port)
    checks.say('certificate-path', code)
    checks.say('certificate-use', useFault(facts.certificate, 'document'))
    steps = statusSteps(path, withOwn(subject, trust.statuses, port), proved.at, trust)
    if (path.length > 0) checkStatus(steps, checks)
  }
  return {
    kind: subject.kind,
    covered: encodeBase64(digestOf(port, 'sha256', covered)),
    byteRange: subject.byteRange,
    signer: facts.certificate === null ? null : factsOf(facts.certificate),
    algorithm: facts.algorithm,
    signingTime: facts.signingTime,
    timeStamps: proved.stamps,
    judgedAt: proved.at,
    judgedBy: proved.by,
    path: steps,
    checks: checks.results(),
    valid: !checks.failed && NEEDED.every((check) => checks.passed(check)),
  }
}

/** The report of a signature of which nothing more than its place could be read. */
export function unreadSignature(
  kind: SignatureReport['kind'],
  covered: readonly Uint8Array[],
  byteRange: readonly number[] | null,
  checks: CheckList,
  { at, port }: Trust,
): SignatureReport {
  return {
    kind,
    covered: encodeBase64(digestOf(port, 'sha256', covered)),
    byteRange,
    signer: null,
    algorithm: null,
    signingTime: null,
    timeStamps: [],
    judgedAt: at,
    judgedBy: 'intake',
    path: [],
    checks: checks.results(),
    valid: false,
  }
}

/** The first check of the bytes themselves that failed. */
export function integrityFault({ checks }: SignatureReport): Code | null {
  const spoils = (check: CheckName): boolean => INTEGRITY_CHECKS.includes(check)
  return checks.find(({ check, result }) => result === 'fail' && spoils(check))?.code ?? null
}
