/**
 * P5 and P12 Succession. A successor by law (merger, transfer of an undertaking, death, dissolution) enters into
 * registrations of its predecessor, ids, services and children unchanged. The predecessor's consent is enough, as for
 * a transfer; without it two attestors examine the public instrument, and a window follows in which any one living key
 * of the predecessor vetoes: then only an order can decide.
 *
 * Refusals, in order: see `succeed.refusals`; the page is `docs/procedures/succeed.md`.
 */

import { type Basis, type Consent, consentInApplication, instrumentOf } from '@cadastre/evidence'
import { err, ok, type Result } from '@cadastre/numbers'
import {
  type Application,
  addSeconds,
  array,
  type BusinessDays,
  type Holder,
  handle,
  hash32,
  type Instant,
  nullable,
  object,
  oneOf,
  registrationRange,
  type Schema,
  tagged,
} from '@cadastre/records'
import { newApplication, stepIn } from './applications.ts'
import { calendarNeeds, longestDays } from './business-days.ts'
import { CellEdits } from './cell-edits.ts'
import {
  type Asked,
  admitted,
  applicationKey,
  asked,
  baseNeeds,
  chainNeed,
  consent,
  holderKey,
  holderOf,
  longestFor,
  namesMember,
  notesKey,
  notesOf,
  objectAt,
  recordNeed,
  registrationMember,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { fitsEntry } from './entry-room.ts'
import {
  decideEnd,
  decideExamined,
  END_STEPS,
  type EndBody,
  endNeeds,
  examinationNeeds,
  openExamination,
} from './examination.ts'
import { heldRefusal } from './holds.ts'
import { movableRefusal } from './movable.ts'
import { delayEnd, holderNotesKey, holderNotesOf, isBlocked, partialDelayEnd } from './notes.ts'
import { beforeEffect } from './pauses.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import { SUCCESSION_QUESTIONS } from './questions.ts'
import { type RegistrationRef, referred, registrationRef } from './ranges.ts'
import type { RefusalCode } from './refusals.ts'
import { editNeeds, editRegistration, fewEnough, type Referenced } from './registration-edits.ts'

const GROUNDS = ['merger', 'asset-transfer', 'death', 'dissolution'] as const

type Apply = {
  readonly step: 'apply'
  readonly predecessor: string
  readonly successor: string
  readonly registrations: readonly RegistrationRef[]
  readonly ground: (typeof GROUNDS)[number]
  /** Hash of the register extract, certificate of inheritance or liquidator's act. */
  readonly instrument: string
  /** The outside attestor that the applicant chooses; null where the predecessor signs. */
  readonly attestor: string | null
}
export type SucceedBody = Apply | EndBody

const ID = 'succeed/1'
const body: Schema<SucceedBody> = tagged('step', {
  apply: object({
    predecessor: handle,
    successor: handle,
    registrations: array(registrationRef, 16, 1),
    ground: oneOf(GROUNDS),
    instrument: hash32,
    attestor: nullable(handle),
  }),
  ...END_STEPS,
})

/** The registrations that are to pass, or why one of them cannot. */
function heldBy(wish: Apply, inputs: Inputs): Result<readonly Referenced[], RefusalCode> {
  const held: Referenced[] = []
  for (const ref of wish.registrations) {
    const registration = referred(ref, inputs)?.registration
    if (registration === undefined) return err('registration-unknown')
    if (registration.holder !== wish.predecessor) return err('not-holder')
    if (registration.kind !== 'holding') return err('not-a-holding')
    held.push({ ref, registration })
  }
  return fewEnough(held)
}

function partiesNeeds(wish: Apply): readonly Need[] {
  return [wish.predecessor, wish.successor].flatMap((party) => [
    recordNeed(holderKey(party)),
    recordNeed(holderNotesKey(party)),
  ])
}

function applyNeeds(wish: Apply, known: Inputs): readonly Need[] {
  const chains = wish.registrations.map(({ key }) => chainNeed(key))
  const notes = wish.registrations.map(({ id }) => recordNeed(notesKey(id)))
  const first = [
    ...baseNeeds('transfer/1'),
    ...partiesNeeds(wish),
    ...notes,
    ...examinationNeeds(known),
    ...chains,
  ]
  if (!chains.every((need) => known.has(need))) return first
  const held = heldBy(wish, known)
  return held.ok ? [...first, ...editNeeds(held.value)] : first
}

/** What stands against a transfer by the predecessor's own consent stands against this one too. */
function consentRefusal(wish: Apply, predecessor: Holder, inputs: Inputs, at: Instant): RefusalCode | null {
  for (const { id } of wish.registrations) {
    // A party that a legal act blocks was refused before.
    const refusal = movableRefusal(predecessor, notesOf(inputs, id), [], null, at)
    if (refusal !== null) return refusal
  }
  return null
}

function blocked(wish: Apply, inputs: Inputs, at: Instant): boolean {
  return [wish.predecessor, wish.successor].some((party) =>
    isBlocked(holderNotesOf(inputs, party), 'transfer', at),
  )
}

/** Whether an order holds some of the numbers. */
function isHeld(held: readonly Referenced[], inputs: Inputs, at: Instant): boolean {
  return held.some(({ ref, registration }) => {
    const range = registrationRange(registration, ref.key.space)
    return heldRefusal(notesOf(inputs, registration.id), range, at) !== null
  })
}

/** A bounded delay lets nothing fail: the effect waits for its end. Null where none runs. */
function delayOf(wish: Apply, inputs: Inputs, at: Instant): Instant | null {
  const ends = [
    ...wish.registrations.map(({ id }) => delayEnd(notesOf(inputs, id), at)),
    ...[wish.predecessor, wish.successor].map((party) =>
      partialDelayEnd(holderNotesOf(inputs, party), 'transfer', at),
    ),
  ]
  const latest = ends.flatMap((end) => (end === null ? [] : [end])).sort()
  return latest.at(-1) ?? null
}

/** The cells in which the successor stands in the predecessor's place; ids, services and children stay. */
function effectsOf(
  wish: Apply,
  held: readonly Referenced[],
  inputs: Inputs,
  basis: Basis,
): Result<readonly Effect[], RefusalCode> {
  const edits = new CellEdits(inputs)
  for (const one of held)
    editRegistration(edits, one, { holder: wish.successor, procedure: ID, since: DRAFT_SINCE })
  const looked = 3 * wish.registrations.length + editNeeds(held).length + 10
  const effects = edits.effects(basis)
  return fitsEntry(effects, looked) ? ok(effects) : err('entry-too-large')
}

function decideApply(from: Asked<Apply>, inputs: Inputs, at: Instant): Decision {
  const wish = from.body
  const predecessor = holderOf(inputs, wish.predecessor)
  const successor = holderOf(inputs, wish.successor)
  if (predecessor === null || successor === null) return refuse('holder-unknown')
  if (wish.predecessor === wish.successor) return refuse('same-holder')
  const own = consent(successor, from, 'full')
  if (own === null) return refuse('consent-missing')
  const held = heldBy(wish, inputs)
  if (!held.ok) return refuse(held.error)
  const changed = held.value.some(
    ({ ref, registration }) =>
      !namesMember(from, registrationMember(registration, ref.key.space), registration, inputs),
  )
  if (changed) return refuse('member-changed')
  if (blocked(wish, inputs, at)) return refuse('act-blocked')
  if (isHeld(held.value, inputs, at)) return refuse('held')
  const given = consent(predecessor, from, 'full')
  // What would be refused at effect is refused now, so that nobody waits for nothing.
  const effects = effectsOf(wish, held.value, inputs, given ?? own)
  if (!effects.ok) return refuse(effects.error)
  if (given !== null) return decideAgreed(from, predecessor, held.value, effects.value, inputs, at)
  if (wish.attestor === null) return refuse('attestor-not-outside')
  const application = newApplication(ID, from.request.body, [wish.successor], 'examining', null, at)
  const opened = openExamination(
    application,
    {
      applicant: wish.successor,
      attestor: wish.attestor,
      questions: SUCCESSION_QUESTIONS,
      affected: [wish.predecessor],
      windowSeconds: 0,
      windowDays: windowDays(wish, held.value, inputs),
    },
    inputs,
    at,
  )
  return opened.ok ? accept(opened.value) : refuse(opened.error)
}

/** With the predecessor's consent it cools as its transfers do. */
function decideAgreed(
  from: Asked<Apply>,
  predecessor: Holder,
  held: readonly Referenced[],
  effects: readonly Effect[],
  inputs: Inputs,
  at: Instant,
): Decision {
  const refusal = consentRefusal(from.body, predecessor, inputs, at)
  if (refusal !== null) return refuse(refusal)
  const cooling =
    predecessor.coolingSeconds ?? longestFor(inputs, 'transfer/1', oldest(held), 'coolingSeconds')
  if (cooling === 0) return accept(effects)
  const { predecessor: old, successor } = from.body
  const due = addSeconds(at, cooling)
  return accept([
    put(applicationKey('A-#'), newApplication(ID, from.request.body, [old, successor], 'cooling', due, at)),
  ])
}

/** As long as by any terms since the oldest of the registrations was recorded. */
function windowDays({ ground }: Apply, held: readonly Referenced[], inputs: Inputs): readonly BusinessDays[] {
  const ended = ground === 'death' || ground === 'dissolution'
  return longestDays(inputs, ID, oldest(held), ended ? 'endedWindowDays' : 'windowDays')
}

function oldest(held: readonly Referenced[]): { readonly since: number } {
  return { since: Math.min(...held.map(({ registration }) => registration.since)) }
}

function applyIn(application: Application | null): Apply | null {
  return stepIn(application, body, 'apply')
}

/** The window has passed: the successor stands in the predecessor's place, or the application fails and says why. */
function decideDue(application: Application, inputs: Inputs, at: Instant): Decision {
  const wish = applyIn(application)
  if (wish === null) return refuse('not-due')
  const delayed = delayOf(wish, inputs, at)
  const waits = delayed === null ? null : beforeEffect(application, inputs, at)
  if (waits !== null) return waits
  if (delayed !== null)
    return accept([put(applicationKey(application.handle), { ...application, due: delayed })])
  return decideExamined(application, () => dueEffects(wish, application, inputs, at), inputs, at)
}

function dueEffects(
  wish: Apply,
  application: Application,
  inputs: Inputs,
  at: Instant,
): Result<readonly Effect[], RefusalCode> {
  const predecessor = holderOf(inputs, wish.predecessor)
  if (predecessor === null || holderOf(inputs, wish.successor) === null) return err('holder-unknown')
  const held = heldBy(wish, inputs)
  if (!held.ok) return held
  if (blocked(wish, inputs, at)) return err('act-blocked')
  if (isHeld(held.value, inputs, at)) return err('held')
  const given: Consent | null = consentInApplication(application, wish.predecessor)
  const refusal = given === null ? null : consentRefusal(wish, predecessor, inputs, at)
  if (refusal !== null) return err(refusal)
  const basis = given ?? instrumentOf(application, wish.predecessor, at)
  return basis === null ? err('consent-missing') : effectsOf(wish, held.value, inputs, basis)
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const base = baseNeeds(ID)
  if (act.kind === 'due') {
    const wish = applyIn(objectAt('application', act.subject, known))
    return wish === null ? base : [...base, ...applyNeeds(wish, known)]
  }
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  if (wish.step === 'apply') return [...base, ...calendarNeeds(ID, known), ...applyNeeds(wish, known)]
  return [...base, ...endNeeds(wish)]
}

export const succeed: Procedure<SucceedBody> = {
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
    'same-holder',
    'consent-missing',
    'registration-unknown',
    'not-holder',
    'not-a-holding',
    'range-not-a-block',
    'member-changed',
    'act-blocked',
    'held',
    'entry-too-large',
    'locked',
    'frozen',
    'recovered-recently',
    'hold-after-allocation',
    'delayed',
    'act-pending',
    'quota-reached',
    'attestor-not-outside',
    'attestors-unavailable',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      const application = objectAt('application', act.subject, inputs)
      return application === null ? refuse('not-due') : decideDue(application, inputs, at)
    }
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const { body: wish, ...rest } = from.value
    return wish.step === 'apply'
      ? decideApply({ ...rest, body: wish }, inputs, at)
      : decideEnd({ ...rest, body: wish }, ID, inputs, at)
  },
}
