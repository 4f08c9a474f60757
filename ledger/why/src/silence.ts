/** Evidence that a decision was owed and did not come (docs/ledger.md, "Silence"): its form, and its verification. */

import { quorumTime } from '@cadastre/answers'
import type { Crypto } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import { type Instant, instantFromSeconds, isObject } from '@cadastre/records'
import { DOCUMENT_MAX, parseJson } from './bundle.ts'
import { type Claim, concerns, isRequest, openClaim } from './claim.ts'
import {
  type CheckedRange,
  checkRange,
  type LogRange,
  rangeJson,
  readRange,
  type TrustedCheckpoint,
  trustedCheckpoint,
} from './log-range.ts'
import { type Checked, refuse } from './refusals.ts'

export const SILENCE_FORMAT = 'cadastre-silence/v1'

export type SilenceDocument = {
  /** The receipt, or the door's note: a signed note. */
  readonly claim: string
  readonly checkpoint: string
  /** Consecutive entries, from before the request could be decided to after it should have been. */
  readonly log: LogRange
  /** One state entry after the deadline, where `log` does not end in one. */
  readonly clock: LogRange | null
}

export type VerifiedSilence = {
  /**
   * `silent`: no decision by the deadline. `late`: decided after it. `other-request`: the receipt's number was used for
   * another request. `other-time`: the entry says that it came at another time than the receipt does, by which terms
   * and expiry are counted. Each is a breach of the registry.
   */
  readonly kind: 'silent' | 'late' | 'other-request' | 'other-time'
  readonly claim: Claim
  readonly size: number
  /** First and last entry that were looked at. */
  readonly first: number
  readonly last: number
  /** Entry of the late or other decision; null where there is none. */
  readonly index: number | null
  /** A time after the deadline that the log, or its witnesses, had reached. */
  readonly asOf: Instant
}

/** How far clocks may be apart (design.md section 4, Time). */
const TOLERANCE_SECONDS = 60
const MEMBERS = 'checkpoint,claim,clock,format,log'

export function formatSilence({ claim, checkpoint, log, clock }: SilenceDocument): string {
  const json = { format: SILENCE_FORMAT, claim, checkpoint, log: rangeJson(log) }
  return `${JSON.stringify({ ...json, clock: clock === null ? null : rangeJson(clock) })}\n`
}

function parseSilence(text: string): Checked<SilenceDocument> {
  const json = text.length > DOCUMENT_MAX ? undefined : parseJson(text)
  if (!isObject(json) || Object.keys(json).sort().join() !== MEMBERS || json['format'] !== SILENCE_FORMAT)
    return refuse('malformed-document', `The document is no ${SILENCE_FORMAT} with the members ${MEMBERS}.`)
  const { claim, checkpoint } = json
  const log = readRange(json['log'])
  const clock = json['clock'] === null ? null : readRange(json['clock'])
  if (typeof claim !== 'string' || typeof checkpoint !== 'string' || log === null)
    return refuse('malformed-document', 'claim, checkpoint or log are of another shape.')
  if (json['clock'] !== null && clock === null)
    return refuse('malformed-document', 'clock is of another shape.')
  return { ok: true, value: { claim, checkpoint, log, clock } }
}

/**
 * Verify evidence, from nothing but its text and the keys that are trusted. Total. What it rests on beside the hashes:
 * that the log keeps the order of receipts and of time, which every audit checks; a log that does not is itself
 * convicted.
 */
export function verifySilence(
  crypto: Crypto,
  trust: Policy,
  receiptVkey: string | null,
  text: string,
): Checked<VerifiedSilence> {
  const document = parseSilence(text)
  if (!document.ok) return document
  const claim = openClaim(crypto, trust, receiptVkey, document.value.claim)
  if (!claim.ok) return claim
  const checkpoint = trustedCheckpoint(crypto, trust, document.value.checkpoint)
  if (!checkpoint.ok) return checkpoint
  if (checkpoint.value.origin !== claim.value.origin)
    return refuse(
      'other-subject',
      `The claim is on ${claim.value.origin}, not on ${checkpoint.value.origin}.`,
    )
  const range = checkRange(crypto, checkpoint.value, document.value.log)
  if (!range.ok) return range
  const clock =
    document.value.clock === null ? null : checkRange(crypto, checkpoint.value, document.value.clock)
  if (clock !== null && !clock.ok) return clock
  return judged(crypto, trust, claim.value, checkpoint.value, range.value, clock?.value ?? null)
}

function judged(
  crypto: Crypto,
  trust: Policy,
  claim: Claim,
  checkpoint: TrustedCheckpoint,
  range: CheckedRange,
  clock: CheckedRange | null,
): Checked<VerifiedSilence> {
  const last = range.first + range.entries.length - 1
  const found = { claim, size: checkpoint.size, first: range.first, last }
  for (const [offset, one] of range.entries.entries()) {
    if (one.kind !== 'op' || !concerns(crypto, claim, one.entry)) continue
    const index = range.first + offset
    const { at } = one.entry
    if (!isRequest(crypto, claim, one.entry))
      return { ok: true, value: { ...found, kind: 'other-request', index, asOf: at } }
    if (at > claim.deadline) return { ok: true, value: { ...found, kind: 'late', index, asOf: at } }
    if (claim.seq !== null && one.entry.received?.at !== claim.from)
      return { ok: true, value: { ...found, kind: 'other-time', index, asOf: at } }
    return refuse('decided', `Entry ${index} decided the request, ${at}, by its deadline ${claim.deadline}.`)
  }
  const witnessed = witnessedAt(trust, checkpoint)
  const isWhole = last === checkpoint.size - 1 && witnessed !== null && isPast(claim, witnessed)
  if (!startsBefore(claim, range))
    return refuse('gap', 'The entries begin after the request may have been decided.')
  if (!isWhole && !endsAfter(claim, range))
    return refuse(
      'gap',
      'The entries end before the deadline, and before a request that came later is decided.',
    )
  const asOf = timeAfter(claim, range, clock) ?? (isWhole ? witnessed : null)
  if (asOf === null) return refuse('gap', `Nothing shows that the deadline ${claim.deadline} has passed.`)
  return { ok: true, value: { ...found, kind: 'silent', index: null, asOf } }
}

/** Whether nothing before the range can have decided it: the log begins there, or its order or its time forbid it. */
function startsBefore({ seq, since }: Claim, { first, entries }: CheckedRange): boolean {
  const [head] = entries
  if (first === 0 || head === undefined) return first === 0
  if (head.kind === 'state') return head.entry.at < since
  const earlier = head.entry.received?.seq
  return seq !== null && earlier !== undefined && earlier < seq
}

/** Whether nothing after the range can decide it in time. */
function endsAfter({ seq, deadline }: Claim, { entries }: CheckedRange): boolean {
  const tail = entries.at(-1)
  if (tail === undefined) return false
  if (tail.entry.at > deadline) return true
  const later = tail.kind === 'op' ? tail.entry.received?.seq : undefined
  return seq !== null && later !== undefined && later > seq
}

function timeAfter({ deadline }: Claim, range: CheckedRange, clock: CheckedRange | null): Instant | null {
  const times = [...range.entries, ...(clock?.entries ?? [])].map(({ entry }) => entry.at)
  return times.find((at) => at > deadline) ?? null
}

/** Until when the witnesses had seen no larger log. */
function witnessedAt(trust: Policy, { cosigned }: TrustedCheckpoint): Instant | null {
  if (trust.quorum === 'none') return null
  const seconds = quorumTime(trust, cosigned)
  return seconds === null ? null : instantFromSeconds(seconds - TOLERANCE_SECONDS)
}

function isPast({ deadline }: Claim, at: Instant): boolean {
  return at > deadline
}
