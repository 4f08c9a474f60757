/** Time stamp tokens (RFC 3161, RFC 5816): that something existed at a time, as an authority of time says. */

import { bytesEqual } from '@cadastre/crypto'
import { addSeconds, type Instant } from '@cadastre/records'
import { hashOf } from './algorithms.ts'
import { instantOf, integerText, octetsOf, parseAsn1, sequenceOf } from './asn1.ts'
import { type Certificate, factsOf } from './certificate.ts'
import { CheckList } from './checks.ts'
import { OID, parseSignedData } from './cms.ts'
import type { Code } from './codes.ts'
import { digestOf } from './digests.ts'
import { LIMITS } from './limits.ts'
import { findPath, useFault } from './path.ts'
import type { DocumentPort } from './port.ts'
import type { TimeStampFacts } from './report.ts'
import { checkSigner } from './signer.ts'
import { type Statuses, statusOf } from './status.ts'

/** How far a stated time may be ahead of the time at which it is judged: clocks differ. */
export const CLOCK_TOLERANCE_SECONDS = 300

export type TimeStampTrust = {
  readonly anchors: readonly Certificate[]
  readonly others: readonly Certificate[]
  readonly statuses: Statuses
  /** Now, or the time that a later time stamp over this one proves. */
  readonly at: Instant
  readonly port: DocumentPort
}

type Info = {
  readonly hashNode: Parameters<typeof hashOf>[0]
  readonly imprint: Uint8Array
  readonly serial: string
  readonly time: Instant
}

/** TSTInfo (RFC 3161 section 2.4.2). */
function readInfo(bytes: Uint8Array): Info | null {
  const [version, , imprintNode, serialNode, timeNode] =
    sequenceOf(parseAsn1(bytes, LIMITS.signatureBytes) ?? undefined) ?? []
  const [hashNode, hashedNode] = sequenceOf(imprintNode) ?? []
  const [imprint, serial, time] = [octetsOf(hashedNode), integerText(serialNode), instantOf(timeNode)]
  if (integerText(version) !== '1' || imprint === null || serial === null || time === null) return null
  return { hashNode, imprint, serial, time }
}

/** Facts of the token, and the time that it proves; null where it proves none. */
export type TimeStampAnswer = {
  readonly facts: TimeStampFacts
  readonly proved: Instant | null
}

/** Judges a token over `content` (in parts). Untrusted is not wrong: it says nothing, and is not checked. */
export function judgeTimeStamp(
  kind: TimeStampFacts['kind'],
  token: Uint8Array,
  content: readonly Uint8Array[],
  trust: TimeStampTrust,
): TimeStampAnswer {
  const { port } = trust
  const data = parseSignedData(token, LIMITS.signatureBytes, port)
  const info = data === null || data.content === null ? null : readInfo(data.content)
  const signer = data?.signers[0]
  const known = { kind, time: info?.time ?? null, serial: info?.serial ?? null }
  const answer = (
    result: TimeStampFacts['result'],
    code: Code | null,
    authority: Certificate | null,
  ): TimeStampAnswer => ({
    facts: { ...known, authority: authority === null ? null : factsOf(authority), result, code },
    proved: result === 'pass' ? known.time : null,
  })
  const malformed = data === null || data.contentType !== OID.timeStampInfo || data.signers.length !== 1
  if (malformed || info === null || signer === undefined || data.content === null)
    return answer('fail', 'time-stamp-malformed', null)
  const hash = hashOf(info.hashNode)
  if (!hash.ok) return answer('fail', hash.error, null)
  const imprinted = bytesEqual(info.imprint, digestOf(port, hash.value, content))
  const checks = new CheckList()
  const withOthers = { ...data, certificates: [...data.certificates, ...trust.others] }
  const { certificate } = checkSigner(withOthers, signer, [data.content], false, checks, port)
  if (!imprinted) return answer('fail', 'time-stamp-imprint', certificate)
  if (certificate === null) return answer('not-checked', 'time-stamp-untrusted', null)
  if (checks.failed) return answer('fail', 'time-stamp-signature', certificate)
  if (info.time > addSeconds(trust.at, CLOCK_TOLERANCE_SECONDS))
    return answer('fail', 'time-stamp-later', certificate)
  const code = trustFault(certificate, data.certificates, info.time, trust)
  return code === null ? answer('pass', null, certificate) : answer('not-checked', code, certificate)
}

/** Why the authority is not trusted, at the time of the token or now; null where it is. */
function trustFault(
  certificate: Certificate,
  own: readonly Certificate[],
  time: Instant,
  { anchors, others, statuses, at, port }: TimeStampTrust,
): Code | null {
  if (useFault(certificate, 'time-stamp') !== null) return 'time-stamp-untrusted'
  const { path, code } = findPath(certificate, [...own, ...others], anchors, at, port)
  if (code !== null || time < certificate.notBefore) return 'time-stamp-untrusted'
  const withdrawn = path.some((each, index) => {
    const issuer = path[index + 1]
    const times = { judged: at, at }
    return issuer !== undefined && statusOf(each, issuer, statuses, times, port).status === 'revoked'
  })
  return withdrawn ? 'time-stamp-untrusted' : null
}
