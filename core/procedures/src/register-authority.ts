/**
 * P14 The register of authorities. An institution enters on the evidence of the gazette, which two attestors examine;
 * until its full public notice has run it may only `hold` and `annotate`. A change or an end waits the same time, but an
 * entry found wrong during its notice ends at once. No private body can be entered: there is no kind for one.
 *
 * Refusals, in order: see `registerAuthority.refusals`; the page is `docs/procedures/register-authority.md`.
 */

import { err, ok, type Result } from '@cadastre/numbers'
import {
  type Application,
  AUTHORITY_KINDS,
  AUTHORITY_NOTICE_SECONDS,
  type Authority,
  type AuthorityTerms,
  addSeconds,
  array,
  bool,
  country,
  handle,
  hash32,
  type Instant,
  integer,
  legalName,
  nullable,
  ORDER_EFFECTS,
  object,
  oneOf,
  type Schema,
  tagged,
} from '@cadastre/records'
import { newApplication, stepIn } from './applications.ts'
import {
  type Asked,
  applicationKey,
  asked,
  baseNeeds,
  numberParameter,
  objectAt,
  procedureOf,
  recordNeed,
  staffRefusal,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { decideExamined, examinationNeeds, openExamination } from './examination.ts'
import { printable } from './order-form.ts'
import { authorityAt, authorityKey } from './orders.ts'
import type { Decision, Effect, Inputs, Procedure } from './procedure.ts'
import { AUTHORITY_QUESTIONS } from './questions.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds } from './staff.ts'
import { awaitNotice, noticeNeeds } from './to-notify.ts'

/** `gazette`: hash of the issue, or of the law, that names the authority; `attestor`: null = an outside one in turn. */
type Shared = {
  readonly staff: string
  readonly attestor: string | null
  readonly authority: string
  readonly gazette: string
}
type Entry = Shared & { readonly step: 'register' | 'change'; readonly terms: AuthorityTerms }
type End = Shared & { readonly step: 'end' }
export type RegisterAuthorityBody = Entry | End

const ID = 'register-authority/1'
/** Twenty years: longer holds are no matter of an administration. */
const MAX_HOLD_SECONDS = 20 * 366 * 86400

const shared = { staff: handle, attestor: nullable(handle), authority: handle, gazette: hash32 }
const terms: Schema<AuthorityTerms> = object({
  kind: oneOf(AUTHORITY_KINDS),
  name: legalName,
  country,
  legalBasis: legalName,
  effectsAllowed: array(oneOf(ORDER_EFFECTS), ORDER_EFFECTS.length, 1),
  channels: array(printable, 8, 1),
  sealCerts: array(hash32, 8),
  hierarchy: handle,
  rank: integer(1, 99),
  appealStays: bool,
  holdSeconds: nullable(integer(0, MAX_HOLD_SECONDS)),
})
const body: Schema<RegisterAuthorityBody> = tagged('step', {
  register: object({ ...shared, terms }),
  change: object({ ...shared, terms }),
  end: object(shared),
})

function isStanding(authority: Authority | null): authority is Authority {
  return authority !== null && authority.ended === null
}

/** The record as it is to be, or why it cannot be. */
function recordOf(
  wish: RegisterAuthorityBody,
  application: string,
  inputs: Inputs,
  at: Instant,
): Result<Authority, RefusalCode> {
  const { authority: name, gazette } = wish
  const before = authorityAt(name, inputs)
  if (wish.step === 'register') {
    if (before !== null) return err('authority-exists')
    const noticedUntil = addSeconds(at, noticeSeconds(inputs))
    const fresh = { ended: null, application, since: DRAFT_SINCE }
    return ok({ v: 1, handle: name, terms: wish.terms, noticedUntil, gazette, ...fresh })
  }
  if (!isStanding(before)) return err('authority-unknown')
  if (wish.step === 'end') return ok({ ...before, gazette, application, ended: at })
  const same = inputs.memberHash(wish.terms) === inputs.memberHash(before.terms)
  return same ? err('nothing-changed') : ok({ ...before, terms: wish.terms, gazette, application })
}

function noticeSeconds(inputs: Inputs): number {
  const record = procedureOf(inputs, ID)
  if (record === null) throw new Error('no act of this procedure exists before genesis')
  return Math.max(AUTHORITY_NOTICE_SECONDS, numberParameter(record, 'noticeSeconds'))
}

/** A new entry begins its notice when it is recorded; what changes one, or ends it, waits as long before. */
function windowSeconds({ step, authority }: RegisterAuthorityBody, inputs: Inputs, at: Instant): number {
  if (step === 'register') return 0
  const before = authorityAt(authority, inputs)
  const inNotice = before !== null && before.noticedUntil > at
  return step === 'end' && inNotice ? 0 : noticeSeconds(inputs)
}

function refusalOf(from: Asked<RegisterAuthorityBody>, inputs: Inputs): RefusalCode | null {
  return (
    staffRefusal(from, inputs, ID) ?? signedByStaff(from, [from.body.staff], ['clerk', 'operator'], inputs)
  )
}

function wishIn(application: Application | null): RegisterAuthorityBody | null {
  // Every step is examined, and so waits as an application.
  return stepIn(application, body, 'register', 'change', 'end')
}

function entered(
  application: Application,
  wish: RegisterAuthorityBody,
  inputs: Inputs,
  at: Instant,
): Result<readonly Effect[], RefusalCode> {
  const record = recordOf(wish, application.handle, inputs, at)
  return record.ok ? ok([put(authorityKey(wish.authority), record.value)]) : record
}

/**
 * An end that was asked for during the first notice, and answered when that had run, waits for a full notice like any
 * other. Null where it need not.
 */
function noticeAfterAll(
  application: Application,
  wish: RegisterAuthorityBody,
  inputs: Inputs,
  at: Instant,
): Decision | null {
  const runs = application.state === 'noticed' && application.due !== null && application.due <= at
  const seconds = windowSeconds(wish, inputs, at)
  if (!runs || application.notice !== null || seconds === 0) return null
  if (!entered(application, wish, inputs, at).ok) return null
  const window = { windowSeconds: seconds, windowDays: [] }
  return accept([put(applicationKey(application.handle), awaitNotice(application, [], window, inputs, at))])
}

export const registerAuthority: Procedure<RegisterAuthorityBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'not-due',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'authority-exists',
    'authority-unknown',
    'nothing-changed',
    'attestor-not-outside',
    'attestors-unavailable',
  ],
  deadlineSeconds: 60,
  needs(act, known) {
    const base = baseNeeds(ID)
    if (act.kind === 'due') {
      const wish = wishIn(objectAt('application', act.subject, known))
      return wish === null ? base : [...base, ...noticeNeeds(), recordNeed(authorityKey(wish.authority))]
    }
    const from = asked(act, body)
    if (from === null) return []
    const { staff, authority } = from.body
    return [...base, ...staffNeeds([staff]), recordNeed(authorityKey(authority)), ...examinationNeeds(known)]
  },
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      const application = objectAt('application', act.subject, inputs)
      const wish = wishIn(application)
      if (application === null || wish === null) return refuse('not-due')
      const late = noticeAfterAll(application, wish, inputs, at)
      if (late !== null) return late
      return decideExamined(application, () => entered(application, wish, inputs, at), inputs, at)
    }
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const refusal = refusalOf(from, inputs)
    if (refusal !== null) return refuse(refusal)
    const record = recordOf(from.body, 'A-#', inputs, at)
    if (!record.ok) return refuse(record.error)
    const opened = openExamination(
      newApplication(ID, from.request.body, [], 'examining', null, at),
      {
        applicant: null,
        attestor: from.body.attestor,
        questions: AUTHORITY_QUESTIONS,
        affected: [],
        windowSeconds: windowSeconds(from.body, inputs, at),
      },
      inputs,
      at,
    )
    return opened.ok ? accept(opened.value) : refuse(opened.error)
  },
}
