/**
 * P19 Complaint about conduct. Anyone; nothing follows for any record, because a complaint has no place for a holder, a
 * number or an act. Where it says that an instrument is forged, a clerk asks the office that issued it and records the
 * answer.
 *
 * Refusals, in order: see `complain.refusals`; the page is `docs/procedures/complain.md`.
 */

import {
  type Complaint,
  handle,
  hash32,
  type Instant,
  nullable,
  object,
  objectKey,
  oneOf,
  type RecordKey,
  type Schema,
  tagged,
} from '@cadastre/records'
import { calendarNeed, deadlineOf } from './business-days.ts'
import {
  type Asked,
  asked,
  baseNeeds,
  commonRefusal,
  objectAt,
  procedureOf,
  recordNeed,
  registryOf,
  staffRefusal,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import type { Decision, Inputs, Procedure } from './procedure.ts'
import { signedByStaff, staffNeeds } from './staff.ts'

type Complain = {
  readonly step: 'complain'
  /** Hash of the complaint's text, which stays with the complainant and the authorities. */
  readonly complaint: string
  /** Hash of the instrument that is said to be forged; null for other conduct. */
  readonly instrument: string | null
}
type Answer = {
  readonly step: 'answer'
  readonly complaint: string
  readonly staff: string
  readonly says: 'issued' | 'not-issued' | 'no-answer'
  readonly evidence: string
}
export type ComplainBody = Complain | Answer

const ID = 'complain/1'
const body: Schema<ComplainBody> = tagged('step', {
  complain: object({ complaint: hash32, instrument: nullable(hash32) }),
  answer: object({
    complaint: handle,
    staff: handle,
    says: oneOf(['issued', 'not-issued', 'no-answer']),
    evidence: hash32,
  }),
})

function complaintKey(name: string): RecordKey {
  return objectKey('complaint', name)
}

function decideComplaint(from: Asked<Complain>, inputs: Inputs, at: Instant): Decision {
  const registry = registryOf(inputs)
  const parameters = procedureOf(inputs, ID)
  const refusal = commonRefusal(from, inputs, ID)
  if (refusal !== null) return refuse(refusal)
  if (registry === null || parameters === null) throw new Error('checked by commonRefusal')
  const { complaint, instrument } = from.body
  const receipt: Complaint = {
    v: 1,
    handle: 'C-#',
    kind: instrument === null ? 'conduct' : 'instrument',
    complaint,
    instrument,
    seat: registry.seat,
    answerBy: instrument === null ? null : deadlineOf(parameters, 'answerDays', inputs, at),
    answer: null,
    since: DRAFT_SINCE,
  }
  return accept([put(complaintKey('C-#'), receipt)])
}

function decideAnswer(from: Asked<Answer>, inputs: Inputs, at: Instant): Decision {
  const { complaint: name, staff, says, evidence } = from.body
  const refusal = staffRefusal(from, inputs, ID) ?? signedByStaff(from, [staff], ['clerk'], inputs)
  if (refusal !== null) return refuse(refusal)
  const complaint = objectAt('complaint', complaintKey(name), inputs)
  if (complaint === null || complaint.kind !== 'instrument') return refuse('complaint-unknown')
  // That nobody answered may later be overtaken by an answer; an answer stands.
  if (complaint.answer !== null && complaint.answer.says !== 'no-answer') return refuse('nothing-changed')
  return accept([put(complaintKey(name), { ...complaint, answer: { says, evidence, staff, at } })])
}

export const complain: Procedure<ComplainBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'complaint-unknown',
    'nothing-changed',
  ],
  deadlineSeconds: 60,
  needs(act, known) {
    const from = asked(act, body)
    if (from === null) return []
    if (from.body.step === 'complain') return [...baseNeeds(ID), ...calendarNeed(ID, known)]
    const { complaint, staff } = from.body
    return [...baseNeeds(ID), ...staffNeeds([staff]), recordNeed(complaintKey(complaint))]
  },
  decide(act, inputs, at) {
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const { body: wish, ...rest } = from
    return wish.step === 'complain'
      ? decideComplaint({ ...rest, body: wish }, inputs, at)
      : decideAnswer({ ...rest, body: wish }, inputs, at)
  },
}
