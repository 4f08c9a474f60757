/**
 * P20 The registry's own error, or an act of an insider: published with what it affects, at most 72 hours after it was
 * discovered. Repairing is `correct`; who is to blame and who pays is for courts.
 *
 * Refusals, in order: see `reportIncident.refusals`; the page is `docs/procedures/report-incident.md`.
 */

import {
  addSeconds,
  handle,
  hash32,
  type Incident,
  type Instant,
  instant,
  integer,
  object,
  objectKey,
  oneOf,
  type Schema,
} from '@cadastre/records'
import { asked, baseNeeds, numberParameter, procedureOf, staffRefusal } from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import type { Procedure } from './procedure.ts'
import { signedByStaff, staffNeeds } from './staff.ts'

const KINDS = [
  'service-differs',
  'wrong-entry',
  'insider-act',
  'key-compromise',
  'corruption',
  'disclosure',
  'missed-deadline',
] as const

export type ReportIncidentBody = {
  readonly staff: string
  readonly kind: (typeof KINDS)[number]
  /** Hash of the published report. */
  readonly report: string
  /** How many records are affected. */
  readonly affected: number
  readonly discovered: Instant
}

const ID = 'report-incident/1'
const body: Schema<ReportIncidentBody> = object({
  staff: handle,
  kind: oneOf(KINDS),
  report: hash32,
  affected: integer(0, 2 ** 32),
  discovered: instant,
})

export const reportIncident: Procedure<ReportIncidentBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'instant-in-future',
  ],
  deadlineSeconds: 60,
  needs(act) {
    const from = asked(act, body)
    return from === null ? [] : [...baseNeeds(ID), ...staffNeeds([from.body.staff])]
  },
  decide(act, inputs, at) {
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const { staff, kind, report, affected, discovered } = from.body
    const refusal =
      staffRefusal(from, inputs, ID) ?? signedByStaff(from, [staff], ['operator', 'auditor'], inputs)
    if (refusal !== null) return refuse(refusal)
    if (discovered > at) return refuse('instant-in-future')
    const parameters = procedureOf(inputs, ID)
    if (parameters === null) throw new Error('checked by staffRefusal')
    const incident: Incident = {
      v: 1,
      handle: 'I-#',
      kind,
      report,
      affected,
      discovered,
      deadline: addSeconds(discovered, numberParameter(parameters, 'disclosureSeconds')),
      at,
      by: staff,
      since: DRAFT_SINCE,
    }
    return accept([put(objectKey('incident', 'I-#'), incident)])
  },
}
