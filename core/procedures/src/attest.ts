/**
 * Attestation: clerks answer the listed questions about an application, with yes or no and a reference to their
 * evidence, blind to each other. Each first commits itself to its answers, and reveals them when all have. Two who
 * disagree call a third. Calls are worked strictly in the order in which they came: an earlier one cannot be passed.
 *
 * Refusals, in order: see `attest.refusals`; the page is `docs/procedures/attest.md`.
 */

import { answersOf } from '@cadastre/evidence'
import {
  type Application,
  base64,
  type Call,
  type Examination,
  handle,
  hash32,
  type Instant,
  map,
  object,
  oneOf,
  type Roster,
  type Schema,
  tagged,
} from '@cadastre/records'
import { endApplication, hasEnded } from './applications.ts'
import { calendarNeed, isWindow } from './business-days.ts'
import {
  type Asked,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  objectAt,
  recordNeed,
  staffRefusal,
} from './common.ts'
import { accept, put, refuse } from './effects.ts'
import {
  ATTEST_ID,
  answerBy,
  callInTurn,
  callKey,
  exceptedFrom,
  isOfOrder,
  queued,
  ROSTER_KEY,
  rosterOf,
} from './examination.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds } from './staff.ts'
import { awaitNotice, noticeNeeds } from './to-notify.ts'

type Commit = {
  readonly step: 'commit'
  readonly application: string
  readonly staff: string
  /** Hash of the {@link Attestation}, as of a member of a record. */
  readonly commitment: string
}
/** What an attestor commits itself to. It names application and attestor, so that nobody can copy another's. */
export type Attestation = {
  readonly application: string
  readonly staff: string
  readonly answers: { readonly [question: string]: 'yes' | 'no' }
  /** Hash of what the answers rest on. */
  readonly evidence: string
  readonly nonce: string
}
type Reveal = Attestation & { readonly step: 'reveal' }
/** The first call in the attestor's queue is moot: its application has ended, or another was called instead. */
type Pass = { readonly step: 'pass'; readonly application: string; readonly staff: string }
export type AttestBody = Commit | Reveal | Pass

const body: Schema<AttestBody> = tagged('step', {
  commit: object({ application: handle, staff: handle, commitment: hash32 }),
  reveal: object({
    application: handle,
    staff: handle,
    answers: map(oneOf(['yes', 'no']), {
      pattern: '^[a-z][a-z-]{0,39}$',
      maxMembers: 16,
      expected: 'yes or no to each question',
    }),
    evidence: hash32,
    nonce: base64,
  }),
  pass: object({ application: handle, staff: handle }),
})

function examined(application: Application): Examination {
  if (application.examination === null) throw new Error('checked by attestRefusal')
  return application.examination
}

function liveCalls({ calls }: Examination): readonly Call[] {
  return calls.filter(({ missed }) => !missed)
}

/** The place that an attestor serves now; null where it is not on the roster. */
function firstPlace(roster: Roster | null, staff: string): number | null {
  return roster?.clerks.find((clerk) => clerk.staff === staff)?.first ?? null
}

/** Whether the application is the first in the attestor's queue. */
function isFirst({ application, staff }: AttestBody, inputs: Inputs): boolean {
  const place = firstPlace(rosterOf(inputs), staff)
  return place !== null && objectAt('call', callKey(staff, place), inputs)?.application === application
}

function callRefusal(
  wish: Commit | Reveal,
  call: Call,
  application: Application,
  inputs: Inputs,
): RefusalCode | null {
  if (wish.step === 'commit') {
    if (call.commitment !== null) return 'already-committed'
    return isFirst(wish, inputs) ? null : 'out-of-turn'
  }
  if (call.commitment === null) return 'not-committed'
  if (call.answers !== null) return 'already-revealed'
  const { step: _, ...attestation } = wish
  if (inputs.memberHash(attestation) !== call.commitment) return 'commitment-mismatch'
  const examination = examined(application)
  if (liveCalls(examination).some(({ commitment }) => commitment === null)) return 'commitments-missing'
  const { questions } = examination
  const complete =
    Object.keys(wish.answers).length === questions.length &&
    questions.every((question) => Object.hasOwn(wish.answers, question))
  return complete ? null : 'answers-incomplete'
}

function refusalOf(from: Asked<AttestBody>, inputs: Inputs, at: Instant): RefusalCode | null {
  const wish = from.body
  const refusal =
    staffRefusal(from, inputs, ATTEST_ID) ?? signedByStaff(from, [wish.staff], ['clerk'], inputs)
  if (refusal !== null) return refusal
  const application = applicationOf(inputs, wish.application)
  if (application === null || application.examination === null) return 'application-unknown'
  const call = application.examination.calls.find(({ staff }) => staff === wish.staff)
  if (call === undefined) return 'not-called'
  if (wish.step === 'pass') {
    if (!hasEnded(application, at) && application.state === 'examining' && !call.missed) return 'still-open'
    return isFirst(wish, inputs) ? null : 'out-of-turn'
  }
  if (application.state !== 'examining') return 'application-closed'
  return call.missed ? 'not-called' : callRefusal(wish, call, application, inputs)
}

/** The first call leaves the attestor's queue. */
function served(staff: string, inputs: Inputs): readonly Effect[] {
  const roster = rosterOf(inputs)
  const place = firstPlace(roster, staff)
  if (roster === null || place === null) throw new Error('checked by isFirst')
  const clerks = roster.clerks.map((clerk) =>
    clerk.staff === staff ? { ...clerk, first: place + 1 } : clerk,
  )
  return [put(ROSTER_KEY, { ...roster, clerks }), put(callKey(staff, place), null)]
}

function withCall(application: Application, staff: string, change: Partial<Call>): Application {
  const examination = examined(application)
  const calls = examination.calls.map((call) => (call.staff === staff ? { ...call, ...change } : call))
  return { ...application, examination: { ...examination, calls } }
}

/** What follows when an attestor has revealed: nothing yet, a third call, the window, or a negative end. */
function concluded(application: Application, inputs: Inputs, at: Instant): readonly Effect[] {
  const examination = examined(application)
  const key = applicationKey(application.handle)
  const live = liveCalls(examination)
  if (live.some(({ answers }) => answers === null)) return [put(key, application)]
  const answers = answersOf(examination)
  const goesBack = isOfOrder(application)
  if (answers === 'negative' && !goesBack)
    return [endApplication(application, 'failed', 'examination-negative')]
  if (answers !== null) {
    const { affected } = examination
    const next: Application = isWindow(examination)
      ? awaitNotice(application, affected, examination, inputs, at)
      : { ...application, state: 'noticed', due: at, opened: at }
    return [put(key, next)]
  }
  const roster = rosterOf(inputs)
  const outside = !live.some((call) => call.outside)
  const called = [...examination.calls, ...exceptedFrom(application)]
  const third = roster === null ? null : callInTurn(roster, called, outside)
  if (third === null)
    return goesBack
      ? [put(key, { ...application, state: 'noticed', due: at, opened: at })]
      : [endApplication(application, 'failed', 'attestors-unavailable')]
  const calls = [...examination.calls, third.call]
  const due = answerBy(application, inputs, at)
  return [
    put(key, { ...application, due, examination: { ...examination, calls } }),
    put(ROSTER_KEY, third.roster),
    queued(third.call, application.handle),
  ]
}

/**
 * The deadline has passed: each attestor that was silent is replaced by the next in turn, if there is one; else it is
 * tried again after as long a time, so that whoever comes on the roster is called. The application shows since when it
 * is overdue.
 */
function decideDue(application: Application | null, inputs: Inputs, at: Instant): Decision {
  if (application?.examination == null || application.state !== 'examining') return refuse('not-due')
  const { due, examination } = application
  let roster = rosterOf(inputs)
  if (due === null || due > at || roster === null) return refuse('not-due')
  const revealing = liveCalls(examination).every(({ commitment }) => commitment !== null)
  let calls = examination.calls
  const called: Call[] = []
  for (const silent of liveCalls(examination)) {
    if (revealing ? silent.answers !== null : silent.commitment !== null) continue
    const outside = !calls.some((call) => !call.missed && call.outside && call.staff !== silent.staff)
    const instead = callInTurn(roster, [...calls, ...exceptedFrom(application)], outside)
    if (instead === null) continue
    roster = instead.roster
    called.push(instead.call)
    calls = [...calls.map((call) => (call === silent ? { ...call, missed: true } : call)), instead.call]
  }
  const next: Application = {
    ...application,
    due: answerBy(application, inputs, at),
    examination: { ...examination, calls, overdue: examination.overdue ?? due },
  }
  const effects = [put(applicationKey(application.handle), next)]
  if (called.length === 0) return accept(effects)
  return accept([
    ...effects,
    put(ROSTER_KEY, roster),
    ...called.map((call) => queued(call, application.handle)),
  ])
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const shared = [...baseNeeds(ATTEST_ID), recordNeed(ROSTER_KEY), ...calendarNeed(ATTEST_ID, known)]
  if (act.kind === 'due') return shared
  const from = asked(act, body)
  if (from === null) return []
  const { application, staff, step } = from.body
  const first = [...shared, recordNeed(applicationKey(application)), ...staffNeeds([staff])]
  if (step === 'reveal') return [...first, ...noticeNeeds()]
  if (!known.has(recordNeed(ROSTER_KEY))) return first
  const place = firstPlace(rosterOf(known), staff)
  return place === null ? first : [...first, recordNeed(callKey(staff, place))]
}

export const attest: Procedure<AttestBody> = {
  id: ATTEST_ID,
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
    'application-unknown',
    'application-closed',
    'not-called',
    'still-open',
    'already-committed',
    'out-of-turn',
    'not-committed',
    'already-revealed',
    'commitment-mismatch',
    'commitments-missing',
    'answers-incomplete',
    'examination-negative',
    'attestors-unavailable',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideDue(objectAt('application', act.subject, inputs), inputs, at)
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const refusal = refusalOf(from, inputs, at)
    if (refusal !== null) return refuse(refusal)
    const wish = from.body
    const application = applicationOf(inputs, wish.application)
    if (application === null) throw new Error('checked by refusalOf')
    if (wish.step === 'pass') return accept(served(wish.staff, inputs))
    if (wish.step === 'commit') {
      const committed = withCall(application, wish.staff, { commitment: wish.commitment })
      return accept([put(applicationKey(wish.application), committed), ...served(wish.staff, inputs)])
    }
    const { answers, evidence } = wish
    return accept(concluded(withCall(application, wish.staff, { answers, evidence }), inputs, at))
  },
}
