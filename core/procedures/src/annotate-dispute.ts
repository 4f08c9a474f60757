/**
 * P13 Dispute annotation. Anyone may note a claim: it is public, blocks nothing and lapses. A claim that a court has
 * stamped is noted until the case ends, and delays transfers once, so that the claimant can seek an injunction. The
 * registry never asks who is right.
 *
 * Refusals, in order: see `annotateDispute.refusals`; the page is `docs/procedures/annotate-dispute.md`.
 */

import { err, ok, type Result } from '@cadastre/numbers'
import {
  type Annotation,
  addSeconds,
  array,
  base64,
  handle,
  hash32,
  type Instant,
  type Notes,
  nullable,
  object,
  type ProcedureRecord,
  type Registration,
  type Schema,
  type StrangersClaim,
  tagged,
} from '@cadastre/records'
import { calendarNeed, deadlineOf } from './business-days.ts'
import {
  type Asked,
  admitted,
  asked,
  baseNeeds,
  chainNeed,
  consent,
  holderKey,
  holderOf,
  notesKey,
  notesOf,
  numberParameter,
  objectAt,
  procedureOf,
  recordNeed,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { emptyNotes, MAX_ANNOTATIONS, notesRecord, withAnnotation } from './notes.ts'
import type { Act, Decision, Inputs, Need, Procedure } from './procedure.ts'
import { type RegistrationRef, referred, registrationRef } from './ranges.ts'
import type { RefusalCode } from './refusals.ts'
import { certifiedByClerks, staffNeeds } from './staff.ts'

type OnRegistration = { readonly registration: RegistrationRef }
/** `key`: public key of the claimant, who signs with it; `facts`: hash of what the claim rests on. */
type Claim = OnRegistration & {
  readonly step: 'claim'
  readonly key: string
  readonly facts: string
  readonly evidence: string | null
}
/**
 * `evidence`: hash of the claim as the court stamped it; `staff`: two clerks, one of them outside the operator, who
 * attest that the stamp is authentic and that the claim names these numbers; `leave`: hash of a court's leave to annotate the same facts again.
 */
type Court = OnRegistration & {
  readonly step: 'court'
  readonly key: string
  readonly facts: string
  readonly evidence: string
  readonly staff: readonly string[]
  readonly leave: string | null
}
type Lapse = OnRegistration & { readonly step: 'lapse'; readonly annotation: string }
type Withdraw = OnRegistration & {
  readonly step: 'withdraw'
  readonly annotation: string
  readonly key: string
}
/** `evidence`: hash of the decision that ended the case, as two clerks attest. */
type End = OnRegistration & {
  readonly step: 'end'
  readonly annotation: string
  readonly staff: readonly string[]
  readonly evidence: string
}
export type AnnotateDisputeBody = Claim | Court | Lapse | Withdraw | End

const ID = 'annotate-dispute/1'
const registration = registrationRef
const annotation = handle
const body: Schema<AnnotateDisputeBody> = tagged('step', {
  claim: object({ registration, key: base64, facts: hash32, evidence: nullable(hash32) }),
  court: object({
    registration,
    key: base64,
    facts: hash32,
    evidence: hash32,
    staff: array(handle, 2, 2),
    leave: nullable(hash32),
  }),
  lapse: object({ registration, annotation }),
  withdraw: object({ registration, annotation, key: base64 }),
  end: object({ registration, annotation, staff: array(handle, 2, 2), evidence: hash32 }),
})

/** Of these, strangers may make so many on one registration. */
const MAX_DISPUTES = 4

function subject(wish: OnRegistration, inputs: Inputs): Result<Registration, RefusalCode> {
  const found = referred(wish.registration, inputs)
  if (found === null) return err('registration-unknown')
  return found.registration.kind === 'holding' && found.registration.holder !== null
    ? ok(found.registration)
    : err('not-a-holding')
}

function signedWith(from: Asked<unknown>, key: string): boolean {
  return from.signatures.keys.some((signed) => signed.key === key)
}

/** Who annotates: a pseudonym that only the key's owner can use. */
function pseudonym(key: string, inputs: Inputs): string {
  return inputs.digest(key).toUpperCase()
}

function holderSigned(from: Asked<unknown>, of: Registration, inputs: Inputs): boolean {
  const holder = of.holder === null ? null : holderOf(inputs, of.holder)
  return holder !== null && consent(holder, from, 'full') !== null
}

function parametersOf(inputs: Inputs): ProcedureRecord {
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) throw new Error('no act of this procedure exists before genesis')
  return parameters
}

function claimRefusal(
  from: Asked<Claim | Court>,
  of: Registration,
  notes: Notes,
  inputs: Inputs,
  at: Instant,
): RefusalCode | null {
  const wish = from.body
  if (!signedWith(from, wish.key)) return 'claimant-signature-missing'
  if (wish.step === 'court') {
    const staff = certifiedByClerks(from, wish.staff, inputs)
    if (staff !== null) return staff
  }
  const leave = wish.step === 'court' && wish.leave !== null
  if (notes.pastFacts.includes(wish.facts) && !leave && !holderSigned(from, of, inputs))
    return 'facts-repeated'
  if (notes.annotations.length >= MAX_ANNOTATIONS) return 'notes-full'
  return wish.step === 'claim' ? strangerRefusal(wish, notes, inputs, at) : null
}

/** The claims within the period, withdrawn ones too: else somebody claims and withdraws without end. */
function recentClaims(notes: Notes, inputs: Inputs, at: Instant): readonly StrangersClaim[] {
  const period = numberParameter(parametersOf(inputs), 'periodSeconds')
  return (notes.claims ?? []).filter((one) => addSeconds(one.at, period) > at)
}

function strangerRefusal(wish: Claim, notes: Notes, inputs: Inputs, at: Instant): RefusalCode | null {
  const recent = recentClaims(notes, inputs, at)
  const by = pseudonym(wish.key, inputs)
  if (recent.some((one) => one.by === by)) return 'claimed-recently'
  const disputes = notes.annotations.filter(({ kind }) => kind === 'dispute').length
  return Math.max(recent.length, disputes) >= MAX_DISPUTES ? 'notes-full' : null
}

function decideClaim(from: Asked<Claim | Court>, of: Registration, inputs: Inputs, at: Instant): Decision {
  const notes = notesOf(inputs, of.id) ?? emptyNotes(of.id)
  const refusal = claimRefusal(from, of, notes, inputs, at)
  if (refusal !== null) return refuse(refusal)
  const wish = from.body
  const parameters = parametersOf(inputs)
  const inCourt = wish.step === 'court'
  const noted: Annotation = {
    id: 'N-#',
    kind: inCourt ? 'court-claim' : 'dispute',
    by: pseudonym(wish.key, inputs),
    facts: wish.facts,
    evidence: wish.evidence,
    until: inCourt ? null : addSeconds(at, numberParameter(parameters, 'lapseSeconds')),
    since: DRAFT_SINCE,
  }
  const next = withAnnotation(
    inCourt ? notes : { ...notes, claims: [...recentClaims(notes, inputs, at), { by: noted.by, at }] },
    noted,
  )
  // One delay, of whatever facts and by whomever: a second claim is noted and delays nothing.
  const delayed = inCourt && notes.delayedUntil === null
  const delayedUntil = delayed ? deadlineOf(parameters, 'delayDays', inputs, at) : notes.delayedUntil
  return accept([put(notesKey(of.id), { ...next, delayedUntil })])
}

/** The lapsing notice, a withdrawal, and the end of the case all change one annotation. */
function decideEnding(
  from: Asked<Lapse | Withdraw | End>,
  of: Registration,
  inputs: Inputs,
  at: Instant,
): Decision {
  const wish = from.body
  const notes = notesOf(inputs, of.id)
  const noted = notes?.annotations.find(({ id }) => id === wish.annotation)
  if (notes === null || noted === undefined) return refuse('annotation-unknown')
  if (noted.kind !== 'dispute' && noted.kind !== 'court-claim') return refuse('annotation-unknown')
  const others = notes.annotations.filter((one) => one !== noted)
  const ended = accept([put(notesKey(of.id), notesRecord({ ...notes, annotations: others }))])
  switch (wish.step) {
    case 'withdraw': {
      const own = signedWith(from, wish.key) && noted.by === pseudonym(wish.key, inputs)
      return own ? ended : refuse('claimant-signature-missing')
    }
    case 'end': {
      const staff = certifiedByClerks(from, wish.staff, inputs)
      return staff === null ? ended : refuse(staff)
    }
    case 'lapse': {
      if (!holderSigned(from, of, inputs)) return refuse('consent-missing')
      const until = addSeconds(at, numberParameter(parametersOf(inputs), 'noticeSeconds'))
      if (noted.until !== null && noted.until <= until) return refuse('nothing-changed')
      const annotations = notes.annotations.map((one) => (one === noted ? { ...noted, until } : one))
      return accept([put(notesKey(of.id), { ...notes, annotations })])
    }
  }
}

function decideDue(notes: Notes | null, at: Instant): Decision {
  if (notes === null) return refuse('not-due')
  const annotations = notes.annotations.filter(({ until }) => until === null || until > at)
  if (annotations.length === notes.annotations.length) return refuse('not-due')
  return accept([put(notesKey(notes.registration), notesRecord({ ...notes, annotations }))])
}

function needs(act: Act, known: Inputs): readonly Need[] {
  if (act.kind === 'due') return []
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  const chain = chainNeed(wish.registration.key)
  const staff = wish.step === 'court' || wish.step === 'end' ? staffNeeds(wish.staff) : []
  const calendars = wish.step === 'court' ? calendarNeed(ID, known) : []
  const first = [...baseNeeds(ID), ...calendars, ...staff, chain]
  if (!known.has(chain)) return first
  const found = subject(wish, known)
  if (!found.ok || found.value.holder === null) return first
  return [...first, recordNeed(notesKey(found.value.id)), recordNeed(holderKey(found.value.holder))]
}

export const annotateDispute: Procedure<AnnotateDisputeBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'not-due',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'registration-unknown',
    'not-a-holding',
    'annotation-unknown',
    'claimant-signature-missing',
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'attestations-missing',
    'consent-missing',
    'nothing-changed',
    'facts-repeated',
    'claimed-recently',
    'notes-full',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideDue(objectAt('notes', act.subject, inputs), at)
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const of = subject(from.value.body, inputs)
    if (!of.ok) return refuse(of.error)
    const { body: wish, ...rest } = from.value
    return wish.step === 'claim' || wish.step === 'court'
      ? decideClaim({ ...rest, body: wish }, of.value, inputs, at)
      : decideEnding({ ...rest, body: wish }, of.value, inputs, at)
  },
}
