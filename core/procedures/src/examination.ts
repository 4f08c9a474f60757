/**
 * Examination of an application by attestors: the listed factual questions that its procedure asks, answered with yes
 * or no by two clerks, one of them outside the operator and chosen by the applicant, blind to each other (`attest`).
 * The others are called in turn from the published roster, so that nobody picks who examines whom.
 *
 *     examinationNeeds(known, applicant): readonly Need[]
 *     openExamination(application, plan, inputs, at): Result<readonly Effect[], RefusalCode>
 *     openRecheck(application, plan, inputs, at): Result<readonly Effect[], RefusalCode>    one more attestor looks again
 *     END_STEPS, endNeeds(body), decideEnd(from, procedure, inputs, at)    withdrawal and veto
 *     decideExamined(application, made, inputs, at)                        when the window has passed
 */

import { err, ok, type Result } from '@cadastre/numbers'
import {
  type Application,
  addSeconds,
  type BusinessDays,
  type Call,
  type Examination,
  type FiledNotice,
  handle,
  type Instant,
  object,
  objectKey,
  type QueuedCall,
  type RecordKey,
  type Roster,
  type RosterClerk,
  type Schema,
} from '@cadastre/records'
import { endApplication, hasEnded, withdrawalRefusal } from './applications.ts'
import { calendarNeed, deadlineOf } from './business-days.ts'
import {
  type Asked,
  applicationKey,
  applicationOf,
  holderKey,
  holderOf,
  numberParameter,
  objectAt,
  procedureKey,
  procedureOf,
  recordNeed,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { ownKeySigned } from './holder-changes.ts'
import { emptyHolderNotes, holderNotesKey, holderNotesOf } from './notes.ts'
import { beforeEffect } from './pauses.ts'
import type { Decision, Effect, Inputs, Need } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { canNotify, noticeNeeds } from './to-notify.ts'

export const ATTEST_ID = 'attest/1'
export const ROSTER_KEY: RecordKey = objectKey('roster', 'CLERKS')

/** A clerk's handle with the place of a call still makes a handle. */
export const MAX_CLERK_HANDLE = 80

export function rosterOf(inputs: Inputs): Roster | null {
  return objectAt('roster', ROSTER_KEY, inputs)
}

/** The key of what waits at one place of an attestor's queue. */
export function callKey(staff: string, place: number): RecordKey {
  return objectKey('call', `${staff}.${place}`)
}

export type ExaminationPlan = {
  /** The holder whose places in the attestors' queues are counted; null: they are limited otherwise, or a clerk asks. */
  readonly applicant: string | null
  /** The outside attestor that the applicant chose; null: an outside one in turn. */
  readonly attestor: string | null
  readonly questions: readonly string[]
  readonly affected: readonly string[]
  /** 0 and no days: everybody affected has signed, so that there is nobody to notify and nothing to wait for. */
  readonly windowSeconds: number
  readonly windowDays?: readonly BusinessDays[]
  /** What strangers filed not long ago, this one included, where their places in the queues are limited. */
  readonly notices?: readonly FiledNotice[]
}

/** Inputs of {@link openExamination}. */
export function examinationNeeds(known: Inputs, applicant: string | null = null): readonly Need[] {
  const first = [recordNeed(ROSTER_KEY), recordNeed(procedureKey(ATTEST_ID)), ...noticeNeeds()]
  const counted = applicant === null ? [] : [recordNeed(holderNotesKey(applicant))]
  return [...first, ...counted, ...calendarNeed(ATTEST_ID, known)]
}

/** A roster with one more call in the queue of the clerk at this index, and that call. */
type Calling = { readonly roster: Roster; readonly call: Call }

function enqueue(roster: Roster, index: number): Calling {
  const clerk = roster.clerks[index]
  if (clerk === undefined) throw new RangeError(`no clerk at ${index}`)
  const called: RosterClerk = { ...clerk, next: clerk.next + 1 }
  const { staff, outside, next: place } = clerk
  return {
    roster: { ...roster, clerks: roster.clerks.with(index, called) },
    call: { staff, outside, place, commitment: null, answers: null, evidence: null, missed: false },
  }
}

/** The clerk whose turn it is among those not yet called, outside ones only where asked; null where none is left. */
export function callInTurn(
  roster: Roster,
  called: readonly Pick<Call, 'staff'>[],
  outside: boolean,
): Calling | null {
  const count = roster.clerks.length
  for (let step = 0; step < count; step++) {
    const index = (roster.turn + step) % count
    const clerk = roster.clerks[index]
    if (clerk === undefined || (outside && !clerk.outside)) continue
    if (called.some(({ staff }) => staff === clerk.staff)) continue
    return enqueue({ ...roster, turn: (index + 1) % count }, index)
  }
  return null
}

/** The record of a call in its attestor's queue. */
export function queued({ staff, place }: Call, application: string): Effect {
  const record: QueuedCall = { v: 1, application, since: DRAFT_SINCE }
  return put(callKey(staff, place), record)
}

/** Procedures that say themselves what follows from a negative answer: those on orders, which have a deadline of their own. */
const OF_ORDERS: readonly string[] = ['serve-order/1', 'contest-order/1']
export function isOfOrder({ procedure }: Application): boolean {
  return OF_ORDERS.includes(procedure)
}

/** Whoever took in an order, or an entry of the register of authorities, is not called to attest it. */
export function exceptedFrom({ body: { staff } }: Application): readonly Pick<Call, 'staff'>[] {
  return typeof staff === 'string' ? [{ staff }] : []
}

/** By when attestors who are called now must have answered. */
export function answerBy(application: Application, inputs: Inputs, at: Instant): Instant {
  const attest = procedureOf(inputs, ATTEST_ID)
  if (attest === null) throw new Error('checked by whoever opens an examination')
  return deadlineOf(attest, isOfOrder(application) ? 'orderDays' : 'clerkDays', inputs, at)
}

/**
 * The application as it is recorded for examination, and its two calls. `attestor-not-outside`: the applicant's choice
 * is no listed clerk outside the operator; `attestors-unavailable`: there is no second; `quota-reached`: the applicant
 * asked for as many examinations as anybody may within the period.
 */
export function openExamination(
  application: Application,
  { applicant, attestor, questions, affected, windowSeconds, windowDays = [], notices }: ExaminationPlan,
  inputs: Inputs,
  at: Instant,
): Result<readonly Effect[], RefusalCode> {
  const roster = rosterOf(inputs)
  const possible = procedureOf(inputs, ATTEST_ID) !== null && canNotify(inputs)
  if (roster === null || !possible) return err('attestors-unavailable')
  const counted = countedFor(applicant, inputs, at)
  if (!counted.ok) return counted
  const excepted = exceptedFrom(application)
  const chosen = firstCall(roster, attestor, excepted)
  if (!chosen.ok) return chosen
  const other = callInTurn(chosen.value.roster, [chosen.value.call, ...excepted], false)
  if (other === null) return err('attestors-unavailable')
  const calls = [chosen.value.call, other.call]
  const examined: Application = {
    ...application,
    state: 'examining',
    due: answerBy(application, inputs, at),
    examination: { questions, calls, affected, windowSeconds, windowDays, overdue: null },
  }
  return ok([
    put(applicationKey(application.handle), examined),
    put(ROSTER_KEY, notices === undefined ? other.roster : { ...other.roster, notices }),
    ...calls.map((call) => queued(call, application.handle)),
    ...counted.value,
  ])
}

/** The applicant's notes with this one counted, or `quota-reached`. Ended ones count: they took places. */
function countedFor(
  applicant: string | null,
  inputs: Inputs,
  at: Instant,
): Result<readonly Effect[], RefusalCode> {
  const attest = procedureOf(inputs, ATTEST_ID)
  if (applicant === null || attest === null) return ok([])
  const period = numberParameter(attest, 'placesSeconds')
  const notes = holderNotesOf(inputs, applicant) ?? emptyHolderNotes(applicant)
  const recent = (notes.filed ?? []).filter((one) => addSeconds(one, period) > at)
  if (recent.length >= numberParameter(attest, 'places')) return err('quota-reached')
  return ok([put(holderNotesKey(applicant), { ...notes, filed: [...recent, at] })])
}

/** The call of the outside attestor: the one that was chosen, or the one whose turn it is. */
function firstCall(
  roster: Roster,
  attestor: string | null,
  excepted: readonly Pick<Call, 'staff'>[],
): Result<Calling, RefusalCode> {
  if (attestor === null) {
    const inTurn = callInTurn(roster, excepted, true)
    return inTurn === null ? err('attestors-unavailable') : ok(inTurn)
  }
  const index = roster.clerks.findIndex(({ staff, outside }) => staff === attestor && outside)
  if (index < 0 || excepted.some(({ staff }) => staff === attestor)) return err('attestor-not-outside')
  return ok(enqueue(roster, index))
}

/**
 * One more attestor looks again at some questions of an examination that has ended: an outside one if there is any. The
 * earlier answers stand beside the new ones.
 */
export function openRecheck(
  application: Application,
  { earlier, questions }: Recheck,
  inputs: Inputs,
  at: Instant,
): Result<readonly Effect[], RefusalCode> {
  const roster = rosterOf(inputs)
  if (roster === null || procedureOf(inputs, ATTEST_ID) === null) return err('attestors-unavailable')
  const called = [...earlier.calls, ...exceptedFrom(application)]
  const third = callInTurn(roster, called, true) ?? callInTurn(roster, called, false)
  if (third === null) return err('attestors-unavailable')
  const calls = [...earlier.calls, third.call]
  const examined: Application = {
    ...application,
    state: 'examining',
    due: answerBy(application, inputs, at),
    examination: { questions, calls, affected: [], windowSeconds: 0, windowDays: [], overdue: null },
  }
  return ok([
    put(applicationKey(application.handle), examined),
    put(ROSTER_KEY, third.roster),
    queued(third.call, application.handle),
  ])
}

export type Recheck = {
  readonly earlier: Examination
  readonly questions: readonly string[]
}

/** Whether this holder may veto this application now: it is affected, and one key of it signs. */
function vetoRefusal(
  from: Asked<{ readonly application: string; readonly by: string }>,
  procedure: string,
  inputs: Inputs,
  at: Instant,
): RefusalCode | null {
  const application = applicationOf(inputs, from.body.application)
  if (application === null || application.procedure !== procedure) return 'application-unknown'
  if (hasEnded(application, at)) return 'application-closed'
  if (application.examination?.affected.includes(from.body.by) !== true) return 'not-party'
  const holder = holderOf(inputs, from.body.by)
  return holder !== null && ownKeySigned(holder, from, at) ? null : 'consent-missing'
}

/** How an examined application ends before its time: by a party that signed it, or by a holder that it affects. */
export type EndBody = {
  readonly step: 'withdraw' | 'veto'
  readonly application: string
  readonly by: string
}
const end: Schema<Omit<EndBody, 'step'>> = object({ application: handle, by: handle })
export const END_STEPS: { readonly withdraw: typeof end; readonly veto: typeof end } = {
  withdraw: end,
  veto: end,
}

export function endNeeds({ application, by }: EndBody): readonly Need[] {
  return [recordNeed(applicationKey(application)), recordNeed(holderKey(by))]
}

export function decideEnd(from: Asked<EndBody>, procedure: string, inputs: Inputs, at: Instant): Decision {
  const { step } = from.body
  const refusal =
    step === 'veto'
      ? vetoRefusal(from, procedure, inputs, at)
      : withdrawalRefusal(from, procedure, inputs, at)
  if (refusal !== null) return refuse(refusal)
  const application = applicationOf(inputs, from.body.application)
  if (application === null) throw new Error('checked before')
  return accept([endApplication(application, step === 'veto' ? 'vetoed' : 'withdrawn')])
}

/** What an examined application writes when its window has passed, or why it fails. */
export type Made = (application: Application) => Result<readonly Effect[], RefusalCode>

/** The decision on an application whose window may have passed: wait, fail, or take effect. */
export function decideExamined(application: Application, made: Made, inputs: Inputs, at: Instant): Decision {
  const waits = beforeEffect(application, inputs, at)
  if (waits !== null) return waits
  const effects = made(application)
  if (!effects.ok) return accept([endApplication(application, 'failed', effects.error)])
  return accept([...effects.value, endApplication(application, 'effected')])
}
