/**
 * P9 Correction of an entry that differs from the instrument that it cites. Only what is declared can be corrected: no
 * procedure of correction can touch who holds what. Two attestors examine the instrument. Without the affected holders'
 * signatures (E2) a notice follows, in which any one of their keys turns it into a correction that needs all of them
 * (E3), or an order.
 *
 * Refusals, in order: see `correct.refusals`; the page is `docs/procedures/correct.md`.
 */

import { staffSigned } from '@cadastre/evidence'
import { err, ok, type Result } from '@cadastre/numbers'
import {
  type Application,
  country,
  handle,
  hash32,
  type Instant,
  isChild,
  type Json,
  legalName,
  nullable,
  object,
  oneOf,
  parseDate,
  parsedText,
  type Registration,
  type Schema,
  tagged,
} from '@cadastre/records'
import { newApplication, stepIn } from './applications.ts'
import { calendarNeeds, longestDays } from './business-days.ts'
import { CellEdits } from './cell-edits.ts'
import {
  type Asked,
  admitted,
  asked,
  baseNeeds,
  chainNeed,
  consent,
  holderKey,
  holderOf,
  namesMember,
  objectAt,
  recordNeed,
  registrationMember,
} from './common.ts'
import { accept, put, refuse } from './effects.ts'
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
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import { CORRECTION_QUESTIONS } from './questions.ts'
import { type RegistrationRef, referred, registrationRef } from './ranges.ts'
import type { RefusalCode } from './refusals.ts'
import { editNeeds, editRegistration, fewEnough, type Referenced } from './registration-edits.ts'
import { staffNeeds, staffOf } from './staff.ts'

/** `by`: the holder or clerk who asks for it; `instrument`: hash of what the entry cites. */
type Asking = { readonly by: string; readonly instrument: string; readonly attestor: string }
type OfRegistration = Asking & {
  readonly step: 'registration'
  readonly registration: RegistrationRef
  readonly correction:
    | { readonly field: 'country'; readonly value: string | null }
    | { readonly field: 'registered'; readonly value: string | null }
    | { readonly field: 'status'; readonly value: 'allocated' | 'assigned' }
}
type OfHolder = Asking & {
  readonly step: 'holder'
  readonly holder: string
  readonly correction:
    | { readonly field: 'country'; readonly value: string | null }
    | { readonly field: 'name'; readonly value: string }
}
type Wish = OfRegistration | OfHolder
export type CorrectBody = Wish | EndBody

const ID = 'correct/1'
const date: Schema<string> = parsedText({
  expected: 'an RFC 3339 full-date, such as 2013-05-01',
  maxLength: 10,
  parse: parseDate,
})
const asking = { by: handle, instrument: hash32, attestor: handle }
const body: Schema<CorrectBody> = tagged('step', {
  registration: object({
    ...asking,
    registration: registrationRef,
    correction: tagged('field', {
      country: object({ value: nullable(country) }),
      registered: object({ value: nullable(date) }),
      status: object({ value: oneOf(['allocated', 'assigned']) }),
    }),
  }),
  holder: object({
    ...asking,
    holder: handle,
    correction: tagged('field', {
      country: object({ value: nullable(country) }),
      name: object({ value: legalName }),
    }),
  }),
  ...END_STEPS,
})

/**
 * What is to be corrected: a registration, or a holder; the holders whom that affects; since when it is recorded; and the
 * member that the request must name.
 */
type Subject = {
  readonly referenced: Referenced | null
  readonly member: readonly [name: string, value: object | string | null]
  readonly affected: readonly string[]
  readonly recorded: Pick<Registration, 'since'>
}

function subjectOf(wish: Wish, inputs: Inputs): Result<Subject, RefusalCode> {
  if (wish.step === 'holder') {
    const holder = holderOf(inputs, wish.holder)
    if (holder === null) return err('holder-unknown')
    const { field } = wish.correction
    const member = [`${holderKey(wish.holder)}#${field}`, holder[field]] as const
    return ok({ referenced: null, member, affected: [wish.holder], recorded: holder })
  }
  const found = referred(wish.registration, inputs)
  if (found === null) return err('registration-unknown')
  const { registration, outer } = found
  if (registration.kind !== 'holding' && !isChild(registration.kind)) return err('not-a-holding')
  const few = fewEnough([{ ref: wish.registration, registration }])
  if (!few.ok) return few
  // A child's parent is affected as well as the child.
  const holders = [...outer, registration].flatMap(({ holder }) => (holder === null ? [] : [holder]))
  const since = Math.min(...[...outer, registration].map((one) => one.since))
  return ok({
    referenced: { ref: wish.registration, registration },
    member: [registrationMember(registration, wish.registration.key.space), registration],
    affected: [...new Set(holders)],
    recorded: { since },
  })
}

/** What the correction writes, or why it cannot. */
function effectsOf(wish: Wish, inputs: Inputs): Result<readonly Effect[], RefusalCode> {
  const { field, value } = wish.correction
  if (wish.step === 'holder') {
    const holder = holderOf(inputs, wish.holder)
    if (holder === null) return err('holder-unknown')
    // A person's name never stands in the clear.
    if (field === 'name' && holder.kind === 'person') return err('not-for-persons')
    if (holder[wish.correction.field] === value) return err('nothing-changed')
    return ok([put(holderKey(holder.handle), { ...holder, [field]: value })])
  }
  const subject = subjectOf(wish, inputs)
  if (!subject.ok) return subject
  const { referenced } = subject.value
  if (referenced === null) throw new Error('a registration is referenced')
  if (referenced.registration[wish.correction.field] === value) return err('nothing-changed')
  const edits = new CellEdits(inputs)
  editRegistration(edits, referenced, { [field]: value })
  const effects = edits.effects()
  return fitsEntry(effects, editNeeds([referenced]).length + 8) ? ok(effects) : err('entry-too-large')
}

/** Whether who asks for it, a holder or a clerk, signed. */
function askerRefusal(from: Asked<Wish>, inputs: Inputs): RefusalCode | null {
  const holder = holderOf(inputs, from.body.by)
  if (holder !== null) return consent(holder, from, 'full') === null ? 'consent-missing' : null
  const staff = staffOf(inputs, from.body.by)
  if (staff === null) return 'holder-unknown'
  if (staff.role !== 'clerk') return 'wrong-staff-role'
  return staffSigned(staff, from.signatures) ? null : 'staff-signature-missing'
}

function decideWish(from: Asked<Wish>, inputs: Inputs, at: Instant): Decision {
  const asker = askerRefusal(from, inputs)
  if (asker !== null) return refuse(asker)
  const subject = subjectOf(from.body, inputs)
  if (!subject.ok) return refuse(subject.error)
  const effects = effectsOf(from.body, inputs)
  if (!effects.ok) return refuse(effects.error)
  if (!namesMember(from, ...subject.value.member, inputs)) return refuse('member-changed')
  const { affected, recorded } = subject.value
  const agreed = affected.every((one) => {
    const holder = holderOf(inputs, one)
    return holder !== null && consent(holder, from, 'full') !== null
  })
  const { by, attestor } = from.body
  const [, value] = subject.value.member
  const waiting = { ...from.request.body, replaces: hashOf(value, inputs) }
  const application = newApplication(ID, waiting, [by], 'examining', null, at)
  const plan = {
    applicant: holderOf(inputs, by) === null ? null : by,
    attestor,
    questions: CORRECTION_QUESTIONS,
    affected,
    windowSeconds: 0,
    windowDays: agreed ? [] : longestDays(inputs, ID, recorded, 'noticeDays'),
  }
  const opened = openExamination(application, plan, inputs, at)
  return opened.ok ? accept(opened.value) : refuse(opened.error)
}

function hashOf(value: Subject['member'][1], inputs: Inputs): string | null {
  return value === null ? null : inputs.memberHash(value as Json)
}

/** What is asked for, as signed: the application notes beside it what is replaced. */
function wishIn(application: Application | null): Wish | null {
  if (application === null) return null
  const { replaces: _, ...signed } = application.body
  return stepIn({ ...application, body: signed }, body, 'registration', 'holder')
}

/** What is written when the notice has passed: only what was signed for, and nothing that somebody else has a say in. */
function effectsNow(
  wish: Wish,
  application: Application,
  inputs: Inputs,
): Result<readonly Effect[], RefusalCode> {
  const effects = effectsOf(wish, inputs)
  const subject = subjectOf(wish, inputs)
  if (!effects.ok) return effects
  if (!subject.ok) return subject
  const { affected, member } = subject.value
  const asked = application.examination?.affected ?? []
  const same = application.body['replaces'] === hashOf(member[1], inputs)
  return same && affected.every((one) => asked.includes(one)) ? effects : err('member-changed')
}

function wishNeeds(wish: Wish, known: Inputs): readonly Need[] {
  const first = wish.step === 'holder' ? recordNeed(holderKey(wish.holder)) : chainNeed(wish.registration.key)
  if (!known.has(first)) return [first]
  const subject = subjectOf(wish, known)
  if (!subject.ok) return [first]
  const { referenced, affected } = subject.value
  const holders = affected.map((one) => recordNeed(holderKey(one)))
  return [first, ...holders, ...(referenced === null ? [] : editNeeds([referenced]))]
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const base = baseNeeds(ID)
  if (act.kind === 'due') {
    const wish = wishIn(objectAt('application', act.subject, known))
    return wish === null ? base : [...base, ...wishNeeds(wish, known)]
  }
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  if ('application' in wish) return [...base, ...endNeeds(wish)]
  const asker = [recordNeed(holderKey(wish.by)), ...staffNeeds([wish.by])]
  return [
    ...base,
    ...asker,
    ...calendarNeeds(ID, known),
    ...examinationNeeds(known, wish.by),
    ...wishNeeds(wish, known),
  ]
}

export const correct: Procedure<CorrectBody> = {
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
    'consent-missing',
    'wrong-staff-role',
    'staff-signature-missing',
    'registration-unknown',
    'not-a-holding',
    'range-not-a-block',
    'not-for-persons',
    'nothing-changed',
    'entry-too-large',
    'member-changed',
    'quota-reached',
    'attestor-not-outside',
    'attestors-unavailable',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      const application = objectAt('application', act.subject, inputs)
      const wish = wishIn(application)
      if (application === null || wish === null) return refuse('not-due')
      return decideExamined(application, () => effectsNow(wish, application, inputs), inputs, at)
    }
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const { body: wish, ...rest } = from.value
    return 'application' in wish
      ? decideEnd({ ...rest, body: wish }, ID, inputs, at)
      : decideWish({ ...rest, body: wish }, inputs, at)
  },
}
