/**
 * P7 Return. A holder gives back what it holds, whole or part, whatever it owes. Any one of its full keys may withdraw
 * until the effect, and a freeze in that time ends it: a thief of keys could return numbers out of spite. Then the
 * numbers are quarantined, and after the quarantine they are free (`quarantine.ts`).
 *
 * Refusals, in order: see `returnNumbers.refusals`; the page is `docs/procedures/return.md`.
 */

import { consentInApplication } from '@cadastre/evidence'
import { err, ok, type Range, type Result } from '@cadastre/numbers'
import {
  type Application,
  addSeconds,
  type Holder,
  handle,
  type Instant,
  object,
  type Registration,
  range as rangeSchema,
  type Schema,
  tagged,
} from '@cadastre/records'
import {
  endApplication,
  newApplication,
  oneFullKeySigned,
  stepIn,
  withdrawalRefusal,
  withPending,
} from './applications.ts'
import {
  type Asked,
  admitted,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  chainNeed,
  consent,
  holderKey,
  holderOf,
  namesMember,
  notesKey,
  notesOf,
  numberParameter,
  objectAt,
  procedureOf,
  recordNeed,
  registrationMember,
} from './common.ts'
import { accept, DRAFT_SINCE, draftId, put, refuse } from './effects.ts'
import { holderBar } from './holder-locks.ts'
import { heldRefusal } from './holds.ts'
import { leavingEdits, leavingNeeds } from './leaving.ts'
import { beforeEffect } from './pauses.ts'
import type { Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import { decideQuarantineEnd, quarantineNeeds } from './quarantine.ts'
import { blockOfKey, type RegistrationRef, rangeTexts, referred, registrationRef } from './ranges.ts'
import type { RefusalCode } from './refusals.ts'

type Offer = {
  readonly step: 'offer'
  readonly holder: string
  readonly registration: RegistrationRef
  /** The whole registration or a part of it. */
  readonly range: Range
}
type Withdraw = { readonly step: 'withdraw'; readonly application: string; readonly by: string }
export type ReturnBody = Offer | Withdraw

const ID = 'return/1'
const body: Schema<ReturnBody> = tagged('step', {
  offer: object({ holder: handle, registration: registrationRef, range: rangeSchema }),
  withdraw: object({ application: handle, by: handle }),
})

/** The returned range in its registration, or why there is none. */
function returned(offer: Offer, inputs: Inputs): Result<Registration, RefusalCode> {
  const found = referred(offer.registration, inputs)
  if (found === null) return err('registration-unknown')
  const { registration } = found
  if (registration.holder !== offer.holder) return err('not-holder')
  return registration.kind === 'holding' ? ok(registration) : err('not-a-holding')
}

/** Inputs of an offer, and again of its effect. */
function offerNeeds(offer: Offer, known: Inputs): readonly Need[] {
  const chain = chainNeed(offer.registration.key)
  const first = [recordNeed(holderKey(offer.holder)), chain, recordNeed(notesKey(offer.registration.id))]
  if (!known.has(chain)) return first
  const registration = returned(offer, known)
  return registration.ok ? [...first, ...leavingNeeds(offer, registration.value, known)] : first
}

function quarantinedFor(offer: Offer, registration: Registration, inputs: Inputs, at: Instant): Registration {
  return {
    id: draftId(0),
    kind: 'quarantined',
    ...rangeTexts(offer.range),
    holder: null,
    status: 'reserved',
    country: null,
    registered: null,
    until: addSeconds(at, parameter(inputs, 'quarantineSeconds')),
    protected: false,
    provenance: registration.provenance,
    procedure: ID,
    since: DRAFT_SINCE,
  }
}

function parameter(inputs: Inputs, name: string): number {
  const record = procedureOf(inputs, ID)
  if (record === null) throw new Error('no act of this procedure exists before genesis')
  return numberParameter(record, name)
}

function decideOffer(from: Asked<Offer>, inputs: Inputs, at: Instant): Decision {
  const offer = from.body
  const holder = holderOf(inputs, offer.holder)
  if (holder === null) return refuse('holder-unknown')
  const registration = returned(offer, inputs)
  if (!registration.ok) return refuse(registration.error)
  if (consent(holder, from, 'full') === null) return refuse('consent-missing')
  const member = registrationMember(registration.value, offer.registration.key.space)
  if (!namesMember(from, member, registration.value, inputs)) return refuse('member-changed')
  const bar = holderBar(holder, at)
  if (bar !== null) return refuse(bar)
  const { id } = registration.value
  const notes = notesOf(inputs, id)
  if (notes?.pending != null) return refuse('act-pending')
  const held = heldRefusal(notes, offer.range, at)
  if (held !== null) return refuse(held)
  const quarantined = quarantinedFor(offer, registration.value, inputs, at)
  const edits = leavingEdits(offer, registration.value, quarantined, inputs, at)
  if (!edits.ok) return refuse(edits.error)
  const due = addSeconds(at, parameter(inputs, 'withdrawalSeconds'))
  const pending = withPending(notes, id, 'A-#')
  return accept([
    put(applicationKey('A-#'), newApplication(ID, from.request.body, [offer.holder], 'cooling', due, at)),
    put(pending.key, pending.next),
  ])
}

function offerIn(application: Application | null): Offer | null {
  return stepIn(application, body, 'offer')
}

/** The effect that clears the notes of the registration; nothing where it has none. */
function notesCleared(offer: Offer, application: Application, inputs: Inputs): readonly Effect[] {
  const notes = notesOf(inputs, offer.registration.id)
  if (notes?.pending !== application.handle) return []
  const { key, next } = withPending(notes, offer.registration.id, null)
  return [put(key, next)]
}

function withdrawNeeds(wish: Withdraw, known: Inputs): readonly Need[] {
  const application = recordNeed(applicationKey(wish.application))
  const first = [application, recordNeed(holderKey(wish.by))]
  if (!known.has(application)) return first
  const offer = offerIn(applicationOf(known, wish.application))
  return offer === null ? first : [...first, recordNeed(notesKey(offer.registration.id))]
}

function decideWithdrawal(from: Asked<Withdraw>, inputs: Inputs, at: Instant): Decision {
  const refusal = withdrawalRefusal(from, ID, inputs, at, oneFullKeySigned)
  if (refusal !== null) return refuse(refusal)
  const application = applicationOf(inputs, from.body.application)
  const offer = offerIn(application)
  if (application === null || offer === null) return refuse('application-unknown')
  return accept([endApplication(application, 'withdrawn'), ...notesCleared(offer, application, inputs)])
}

/**
 * What bars the holder when the withdrawal right ends. A freeze made in that time counts though it has ended by itself:
 * it was the alarm about this offer, and must not depend on which of the two times is longer.
 */
function barAtEffect(application: Application, holder: Holder | null, at: Instant): RefusalCode | null {
  if (holder === null) return 'holder-unknown'
  const { frozenAt } = holder
  return holderBar(holder, at) ?? (frozenAt !== null && frozenAt >= application.opened ? 'frozen' : null)
}

/** The withdrawal right has ended: what was offered is quarantined, or the application fails and says why. */
function decideEffect(application: Application, inputs: Inputs, at: Instant): Decision {
  const offer = offerIn(application)
  if (offer === null) return refuse('not-due')
  const waits = beforeEffect(application, inputs, at)
  if (waits !== null) return waits
  const cleared = notesCleared(offer, application, inputs)
  const failed = (reason: RefusalCode): Decision =>
    accept([endApplication(application, 'failed', reason), ...cleared])
  const registration = returned(offer, inputs)
  if (!registration.ok) return failed(registration.error)
  const given = consentInApplication(application, offer.holder)
  if (given === null) return failed('consent-missing')
  const bar = barAtEffect(application, holderOf(inputs, offer.holder), at)
  if (bar !== null) return failed(bar)
  const held = heldRefusal(notesOf(inputs, registration.value.id), offer.range, at)
  if (held !== null) return failed(held)
  const quarantined = quarantinedFor(offer, registration.value, inputs, at)
  const edits = leavingEdits(offer, registration.value, quarantined, inputs, at)
  if (!edits.ok) return failed(edits.error)
  return accept([...edits.value.effects(given), endApplication(application, 'effected'), ...cleared])
}

function effectNeeds(application: Application | null, known: Inputs): readonly Need[] {
  const offer = offerIn(application)
  return offer === null ? [] : [...baseNeeds(ID), ...offerNeeds(offer, known)]
}

export const returnNumbers: Procedure<ReturnBody> = {
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
    'application-unknown',
    'application-closed',
    'not-party',
    'holder-unknown',
    'registration-unknown',
    'not-holder',
    'not-a-holding',
    'consent-missing',
    'member-changed',
    'locked',
    'frozen',
    'recovered-recently',
    'act-pending',
    'held',
    'range-outside',
    'range-not-a-block',
    'splits-protected',
    'splits-child',
    'protected-child',
    'range-too-busy',
    'cell-full',
    'entry-too-large',
  ],
  deadlineSeconds: 60,
  needs(act, known) {
    if (act.kind === 'due')
      return blockOfKey(act.subject) === null
        ? effectNeeds(objectAt('application', act.subject, known), known)
        : quarantineNeeds(act.subject, known)
    const from = asked(act, body)
    if (from === null) return []
    const wish = from.body
    return [
      ...baseNeeds(ID),
      ...(wish.step === 'offer' ? offerNeeds(wish, known) : withdrawNeeds(wish, known)),
    ]
  },
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      if (blockOfKey(act.subject) !== null) return decideQuarantineEnd(act.subject, inputs, at)
      const application = objectAt('application', act.subject, inputs)
      return application === null ? refuse('not-due') : decideEffect(application, inputs, at)
    }
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const { body: wish, ...rest } = from.value
    return wish.step === 'offer'
      ? decideOffer({ ...rest, body: wish }, inputs, at)
      : decideWithdrawal({ ...rest, body: wish }, inputs, at)
  },
}
