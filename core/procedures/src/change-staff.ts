/**
 * A change of staff: members begin and end, after a notice in which everybody can see who is to come and who is to go. Two
 * operators sign, and whoever is to begin. No member of staff can change a holder's record, whoever holds the office.
 *
 * Refusals, in order: see `changeStaff.refusals`; the page is `docs/procedures/change-staff.md`.
 */

import {
  type Application,
  addSeconds,
  array,
  DAY_SECONDS,
  handle,
  type Instant,
  object,
  type Roster,
  type Schema,
  type Staff,
  tagged,
} from '@cadastre/records'
import { endApplication, hasEnded, newApplication, stepIn } from './applications.ts'
import {
  type Asked,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  numberParameter,
  objectAt,
  procedureOf,
  recordNeed,
  staffRefusal,
} from './common.ts'
import { accept, put, refuse } from './effects.ts'
import { ROSTER_KEY, rosterOf } from './examination.ts'
import { staffKey } from './founding.ts'
import { beforeEffect } from './pauses.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds, staffOf } from './staff.ts'
import {
  keysRepeat,
  MAX_STAFF,
  memberEffect,
  memberSigned,
  rosterOfStaff,
  type StaffMember,
  staffList,
  staffMalformed,
} from './staff-members.ts'

type Change = {
  readonly step: 'change'
  /** Two operators, or the only one in office. */
  readonly staff: readonly string[]
  readonly add: readonly StaffMember[]
  /** Handles of members that are to end. */
  readonly end: readonly string[]
}
type Withdraw = { readonly step: 'withdraw'; readonly staff: readonly string[]; readonly application: string }
export type ChangeStaffBody = Change | Withdraw

const ID = 'change-staff/1'
const MAX_CHANGES = 8
const operators: Schema<readonly string[]> = array(handle, 2, 1)
const body: Schema<ChangeStaffBody> = tagged('step', {
  change: object({ staff: operators, add: staffList(MAX_CHANGES, 0), end: array(handle, MAX_CHANGES) }),
  withdraw: object({ staff: operators, application: handle }),
})

/** The least notice, whatever the parameters say. */
const NOTICE_SECONDS = 7 * DAY_SECONDS
/** The same where an operator is alone in office, so that nobody but itself could withdraw the change. */
const ALONE_SECONDS = 30 * DAY_SECONDS

/** What must remain, so that no act of a holder comes to wait for staff that is not there. */
const LEAST: readonly { readonly count: number; readonly of: (member: StaffMember) => boolean }[] = [
  { count: 2, of: ({ role }) => role === 'operator' },
  { count: 1, of: ({ role }) => role === 'adopter' },
  { count: 2, of: ({ role }) => role === 'clerk' },
  { count: 1, of: ({ role, outside }) => role === 'clerk' && outside },
]

/** Whether the change lowers a number that must remain below it. */
function tooFew(before: readonly StaffMember[], after: readonly StaffMember[]): boolean {
  return LEAST.some(({ count, of }) => {
    const left = after.filter(of).length
    return left < count && left < before.filter(of).length
  })
}

function isMalformed({ add, end }: Change): boolean {
  const all = [...add.map(({ handle: name }) => name), ...end]
  return staffMalformed(add) || new Set(all).size !== all.length
}

function handlesOn(roster: Roster | null): readonly string[] {
  return roster === null ? [] : [...roster.clerks.map(({ staff }) => staff), ...roster.others]
}

/** Everybody in office, in the order of the roster. */
function inOffice(inputs: Inputs): readonly Staff[] {
  return handlesOn(rosterOf(inputs)).flatMap((name) => staffOf(inputs, name) ?? [])
}

/** Who is in office after the change: attestors keep their order, so that the turn goes on among them. */
function afterChange({ add, end }: Change, inputs: Inputs): readonly StaffMember[] {
  return [...inOffice(inputs).filter(({ handle: name }) => !end.includes(name)), ...add]
}

/** What stands against the change itself, when it is asked for and again when it takes effect. */
function changeRefusal(change: Change, inputs: Inputs): RefusalCode | null {
  const { add, end } = change
  const before = inOffice(inputs)
  if (end.some((name) => !before.some((one) => one.handle === name))) return 'staff-unknown'
  if (add.some((one) => objectAt('staff', staffKey(one.handle), inputs) !== null)) return 'handle-taken'
  const after = afterChange(change, inputs)
  if (keysRepeat(after)) return 'key-repeated'
  if (after.length > MAX_STAFF) return 'staff-full'
  return tooFew(before, after) ? 'too-few-staff' : null
}

/** Two operators agree; or the only one in office does no more than name others to stand beside it. */
function operatorsRefusal(wish: ChangeStaffBody, inputs: Inputs): RefusalCode | null {
  const [one, other] = wish.staff
  if (other !== undefined) return one === other ? 'second-operator-missing' : null
  const isAlone = inOffice(inputs).filter(({ role }) => role === 'operator').length === 1
  const addsOnly =
    wish.step === 'withdraw' || (wish.end.length === 0 && wish.add.every(({ role }) => role === 'operator'))
  return isAlone && addsOnly ? null : 'second-operator-missing'
}

function refusalOf(from: Asked<ChangeStaffBody>, inputs: Inputs, at: Instant): RefusalCode | null {
  const wish = from.body
  const change = wish.step === 'change' ? changeRefusal(wish, inputs) : null
  const refusal =
    staffRefusal(from, inputs, ID) ??
    (change === 'staff-unknown' ? change : null) ??
    signedByStaff(from, wish.staff, ['operator'], inputs) ??
    operatorsRefusal(wish, inputs)
  if (refusal !== null) return refusal
  if (wish.step === 'withdraw') {
    const application = applicationOf(inputs, wish.application)
    if (application === null || application.procedure !== ID) return 'application-unknown'
    return hasEnded(application, at) ? 'application-closed' : null
  }
  if (wish.add.length + wish.end.length === 0) return 'nothing-changed'
  if (!wish.add.every((member) => memberSigned(member, from))) return 'key-unsigned'
  return change
}

function changeIn(application: Application | null): Change | null {
  const own = application?.procedure === ID ? application : null
  return stepIn(own, body, 'change')
}

/** The roster after the change. The turn stays with the attestor that has it, or goes to the next that remains. */
function rosterAfter(change: Change, inputs: Inputs): Roster {
  const before = rosterOf(inputs)
  const next = rosterOfStaff(afterChange(change, inputs), before)
  if (before === null) return next
  const inTurn = [...before.clerks.slice(before.turn), ...before.clerks]
  const first = inTurn.find(({ staff }) => !change.end.includes(staff))
  return {
    ...next,
    turn: Math.max(
      0,
      next.clerks.findIndex(({ staff }) => staff === first?.staff),
    ),
  }
}

function effectsOf(change: Change, inputs: Inputs, at: Instant): readonly Effect[] {
  const ended = inOffice(inputs).filter(({ handle: name }) => change.end.includes(name))
  return [
    put(ROSTER_KEY, rosterAfter(change, inputs)),
    ...change.add.map(memberEffect),
    ...ended.map((member) => put(staffKey(member.handle), { ...member, until: at })),
  ]
}

function decideDue(application: Application | null, inputs: Inputs, at: Instant): Decision {
  const change = changeIn(application)
  if (application === null || change === null) return refuse('not-due')
  const waits = beforeEffect(application, inputs, at)
  if (waits !== null) return waits
  const refusal = operatorsRefusal(change, inputs) ?? changeRefusal(change, inputs)
  return accept(
    refusal === null
      ? [...effectsOf(change, inputs, at), endApplication(application, 'effected')]
      : [endApplication(application, 'failed', refusal)],
  )
}

/** Everybody on the roster, and whoever has or had a handle that is to be given. */
function memberNeeds({ add }: Pick<Change, 'add'>, known: Inputs): readonly Need[] {
  const roster = recordNeed(ROSTER_KEY)
  if (!known.has(roster)) return [roster]
  return [roster, ...staffNeeds([...handlesOn(rosterOf(known)), ...add.map(({ handle: name }) => name)])]
}

function needs(act: Act, known: Inputs): readonly Need[] {
  if (act.kind === 'due') {
    const change = changeIn(objectAt('application', act.subject, known))
    return change === null ? [] : [...baseNeeds(ID), ...memberNeeds(change, known)]
  }
  const from = asked(act, body)
  if (from === null) return []
  const base = [...baseNeeds(ID), ...staffNeeds(from.body.staff)]
  if (from.body.step === 'change') return [...base, ...memberNeeds(from.body, known)]
  const withdrawn = [...base, recordNeed(applicationKey(from.body.application))]
  return from.body.staff.length === 1 ? [...withdrawn, ...memberNeeds({ add: [] }, known)] : withdrawn
}

function noticeEnds({ staff }: Change, inputs: Inputs, at: Instant): Instant {
  const own = procedureOf(inputs, ID)
  if (own === null) throw new Error('checked by staffRefusal')
  const least = staff.length === 1 ? ALONE_SECONDS : NOTICE_SECONDS
  return addSeconds(at, Math.max(least, numberParameter(own, 'noticeSeconds')))
}

export const changeStaff: Procedure<ChangeStaffBody> = {
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
    'second-operator-missing',
    'application-unknown',
    'application-closed',
    'nothing-changed',
    'key-unsigned',
    'handle-taken',
    'key-repeated',
    'staff-full',
    'too-few-staff',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideDue(objectAt('application', act.subject, inputs), inputs, at)
    const from = asked(act, body)
    if (from === null || (from.body.step === 'change' && isMalformed(from.body)))
      return refuse('body-malformed')
    const refusal = refusalOf(from, inputs, at)
    if (refusal !== null) return refuse(refusal)
    const wish = from.body
    if (wish.step === 'change') {
      const due = noticeEnds(wish, inputs, at)
      return accept([
        put(applicationKey('A-#'), newApplication(ID, from.request.body, [], 'cooling', due, at)),
      ])
    }
    const application = applicationOf(inputs, wish.application)
    if (application === null) throw new Error('checked by refusalOf')
    return accept([endApplication(application, 'withdrawn')])
  },
}
