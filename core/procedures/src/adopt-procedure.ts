/**
 * P22 Procedure change: other terms of a version that the software has, or a new version that it has. The declared adopter
 * signs; page, parameters and what the change would have meant for the past are public for the notice. What was asked for
 * before keeps its terms, and a holding may use any terms that were in force since it was recorded.
 *
 * Refusals, in order: see `adoptProcedure.refusals`; the page is `docs/procedures/adopt-procedure.md`.
 */

import {
  type Application,
  addSeconds,
  type Calendar,
  calendar,
  DAY_SECONDS,
  handle,
  hash32,
  type Instant,
  integer,
  isCalendar,
  object,
  type ProcedureRecord,
  type ProcedureTerms,
  type RecordKey,
  type Schema,
  tagged,
  text,
} from '@cadastre/records'
import { endApplication, hasEnded, newApplication, stepIn } from './applications.ts'
import { base64OfHex } from './base64.ts'
import { calendarKey, calendarNamed } from './business-days.ts'
import {
  type Asked,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  numberParameter,
  objectAt,
  procedureKey,
  procedureOf,
  recordNeed,
  staffRefusal,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { calendarEffect } from './genesis-parts.ts'
import { namedOn } from './page-lint.ts'
import { beforeEffect } from './pauses.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import { type Parameters, parametersFit } from './profiles.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds } from './staff.ts'
import { parameterMap, procedureId } from './terms.ts'

/** What replaying the past log under the new terms gives; anyone gets the same (`cadastre impact`). */
type DeclaredImpact = {
  /** Size of the log that was replayed. */
  readonly size: number
  /** Acts of this procedure in it, how many of them would have been decided otherwise, and for how many holders. */
  readonly acts: number
  readonly otherwise: number
  readonly holders: number
}
type Adopt = {
  readonly step: 'adopt'
  readonly staff: string
  readonly procedure: string
  /** The page, whole. */
  readonly page: string
  readonly parameters: Parameters
  /** Hash of the published test vectors. */
  readonly vectors: string
  readonly impact: DeclaredImpact
}
/** A calendar, by which terms that are adopted later may count business days. By itself it changes nothing. */
type Publish = { readonly step: 'calendar'; readonly staff: string; readonly calendar: Calendar }
type Withdraw = { readonly step: 'withdraw'; readonly staff: string; readonly application: string }
export type AdoptProcedureBody = Adopt | Publish | Withdraw

const ID = 'adopt-procedure/1'
const count = integer(0, Number.MAX_SAFE_INTEGER)
const body: Schema<AdoptProcedureBody> = tagged('step', {
  adopt: object({
    staff: handle,
    procedure: procedureId,
    page: text({
      expected: 'the page, at most 12000 characters',
      maxLength: 12000,
      pattern: '^(?:[^\\p{Cc}\\p{Cs}]*\\n)+$',
    }),
    parameters: parameterMap,
    vectors: hash32,
    impact: object({ size: count, acts: count, otherwise: count, holders: count }),
  }),
  calendar: object({ staff: handle, calendar }),
  withdraw: object({ staff: handle, application: handle }),
})

/** The least notice, whatever the parameters say: they could be changed by this very procedure. */
const NOTICE_SECONDS = 90 * DAY_SECONDS
const PROTECTIVE_SECONDS = 7 * DAY_SECONDS
/** Terms of one version that its record can hold and still fit an entry. */
const MAX_REVISIONS = 24

/** Parameters that, when they grow, only give holders longer notice or a longer veto. */
const PROTECTIVE: { readonly [id: string]: readonly string[] } = {
  'adopt-procedure/1': ['noticeSeconds', 'protectiveSeconds'],
  'change-staff/1': ['noticeSeconds'],
  'claim/1': ['windowDays'],
  'correct/1': ['noticeDays'],
  'dissolve/1': ['windowDays'],
  'list-peer/1': ['noticeSeconds'],
  'recover-keys/1': ['guardianSeconds', 'evidenceSeconds', 'vetoSeconds'],
  'rotate-keys/1': ['guardSeconds', 'vetoSeconds'],
  'succeed/1': ['windowDays', 'endedWindowDays'],
  'update-holder/1': ['guardSeconds', 'formerContactSeconds'],
}

/** Whether the change only lengthens notices and vetoes: then a shorter notice of its own suffices. */
function isProtective(id: string, old: Parameters, next: Parameters): boolean {
  const changed = Object.keys(next).filter((name) => old[name] !== next[name])
  return changed.every(
    (name) => PROTECTIVE[id]?.includes(name) === true && Number(next[name]) > Number(old[name]),
  )
}

function recordOf(id: string, inputs: Inputs): ProcedureRecord | null {
  return objectAt('procedure', procedureKey(id), inputs)
}
function latest({ text: page, parameters, revisions }: ProcedureRecord): ProcedureTerms {
  return revisions.at(-1) ?? { text: page, parameters }
}
function hasTerms(terms: ProcedureTerms, page: string, parameters: Parameters): boolean {
  return (
    terms.text === page &&
    Object.entries(parameters).every(([name, value]) => terms.parameters[name] === value)
  )
}

function adoptRefusal(wish: Adopt, inputs: Inputs): RefusalCode | null {
  const { procedure, parameters, page, impact } = wish
  if (!parametersFit(procedure, parameters)) return 'terms-do-not-fit'
  const hash = calendarNamed(wish)
  if (hash !== null && objectAt('calendar', calendarKey(hash), inputs) === null) return 'calendar-unknown'
  if (namedOn(page) !== null) return 'resource-named'
  if (impact.otherwise > 0 && impact.holders === 1) return 'fits-one-holder'
  return recordRefusal(wish, inputs)
}

/** What stands against it in the version's own record, when it is asked for and again when it comes into force. */
function recordRefusal({ procedure, parameters, page }: Adopt, inputs: Inputs): RefusalCode | null {
  const record = recordOf(procedure, inputs)
  if (record === null) return null
  if (hasTerms(latest(record), base64OfHex(inputs.digest(page)), parameters)) return 'nothing-changed'
  return record.revisions.length < MAX_REVISIONS ? null : 'revisions-full'
}

function noticeSeconds(wish: Adopt, inputs: Inputs): number {
  const own = procedureOf(inputs, ID)
  if (own === null) throw new Error('checked by staffRefusal')
  const record = recordOf(wish.procedure, inputs)
  const old = record === null ? null : latest(record)
  const samePage = old?.text === base64OfHex(inputs.digest(wish.page))
  if (samePage && isProtective(wish.procedure, old.parameters, wish.parameters))
    return Math.max(PROTECTIVE_SECONDS, numberParameter(own, 'protectiveSeconds'))
  return Math.max(NOTICE_SECONDS, numberParameter(own, 'noticeSeconds'))
}

function decideAdopt(from: Asked<Adopt>, inputs: Inputs, at: Instant): Decision {
  const refusal = adoptRefusal(from.body, inputs)
  if (refusal !== null) return refuse(refusal)
  const due = addSeconds(at, noticeSeconds(from.body, inputs))
  return accept([put(applicationKey('A-#'), newApplication(ID, from.request.body, [], 'cooling', due, at))])
}

function decideCalendar(published: Calendar, inputs: Inputs): Decision {
  if (!isCalendar(published)) return refuse('calendar-not-possible')
  const known = objectAt('calendar', calendarKey(inputs.memberHash(published)), inputs)
  return known === null ? accept([calendarEffect(published, DRAFT_SINCE, inputs)]) : refuse('nothing-changed')
}

function decideWithdrawal(from: Asked<Withdraw>, inputs: Inputs, at: Instant): Decision {
  const application = applicationOf(inputs, from.body.application)
  if (application === null || application.procedure !== ID) return refuse('application-unknown')
  if (hasEnded(application, at)) return refuse('application-closed')
  return accept([endApplication(application, 'withdrawn')])
}

function adoptionIn(application: Application | null): Adopt | null {
  return stepIn(application, body, 'adopt')
}

/** The record with these terms in force from now on. */
function adopted(wish: Adopt, application: Application, inputs: Inputs, at: Instant): Effect {
  const { procedure, parameters, page } = wish
  const record = recordOf(procedure, inputs)
  const terms = { text: base64OfHex(inputs.digest(page)), parameters }
  const since = DRAFT_SINCE
  const next: ProcedureRecord =
    record === null
      ? { v: 1, id: procedure, ...terms, revisions: [], since }
      : {
          ...record,
          revisions: [...record.revisions, { ...terms, from: at, adoption: application.handle, since }],
        }
  return put(procedureKey(procedure), next)
}

/**
 * The application with the notice that it takes against the terms now in force; null where it has had that. A change that
 * only protected when it was asked for may shorten what came into force meanwhile.
 */
function longerNotice(wish: Adopt, application: Application, inputs: Inputs): Application | null {
  const { opened, due, pausedSeconds } = application
  if (due === null) throw new Error('checked by beforeEffect')
  const least = addSeconds(opened, noticeSeconds(wish, inputs) + pausedSeconds)
  return least > due ? { ...application, due: least } : null
}

function decideDue(application: Application | null, inputs: Inputs, at: Instant): Decision {
  const wish = adoptionIn(application)
  if (application === null || wish === null) return refuse('not-due')
  const waits = beforeEffect(application, inputs, at)
  if (waits !== null) return waits
  const longer = longerNotice(wish, application, inputs)
  if (longer !== null) return accept([put(applicationKey(application.handle), longer)])
  const refusal = recordRefusal(wish, inputs)
  return accept(
    refusal === null
      ? [adopted(wish, application, inputs, at), endApplication(application, 'effected')]
      : [endApplication(application, 'failed', refusal)],
  )
}

function subjects(wish: AdoptProcedureBody, known: Inputs): readonly RecordKey[] {
  switch (wish.step) {
    case 'calendar':
      return [calendarKey(known.memberHash(wish.calendar))]
    case 'withdraw':
      return [applicationKey(wish.application)]
    case 'adopt': {
      const hash = parametersFit(wish.procedure, wish.parameters) ? calendarNamed(wish) : null
      return [procedureKey(wish.procedure), ...(hash === null ? [] : [calendarKey(hash)])]
    }
  }
}

function needs(act: Act, known: Inputs): readonly Need[] {
  if (act.kind === 'due') {
    const wish = adoptionIn(objectAt('application', act.subject, known))
    return wish === null ? [] : [...baseNeeds(ID), recordNeed(procedureKey(wish.procedure))]
  }
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  return [...baseNeeds(ID), ...staffNeeds([wish.staff]), ...subjects(wish, known).map(recordNeed)]
}

export const adoptProcedure: Procedure<AdoptProcedureBody> = {
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
    'calendar-not-possible',
    'terms-do-not-fit',
    'calendar-unknown',
    'resource-named',
    'fits-one-holder',
    'nothing-changed',
    'revisions-full',
    'application-unknown',
    'application-closed',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideDue(objectAt('application', act.subject, inputs), inputs, at)
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const { body: wish, ...rest } = from
    const refusal = staffRefusal(from, inputs, ID) ?? signedByStaff(from, [wish.staff], ['adopter'], inputs)
    if (refusal !== null) return refuse(refusal)
    switch (wish.step) {
      case 'adopt':
        return decideAdopt({ ...rest, body: wish }, inputs, at)
      case 'calendar':
        return decideCalendar(wish.calendar, inputs)
      case 'withdraw':
        return decideWithdrawal({ ...rest, body: wish }, inputs, at)
    }
  },
}
