/**
 * Changing the witnesses: their old quorum signs, and for a time checkpoints need both quorums. Nobody who controls the
 * registry alone can exchange those who would notice a second history.
 *
 * Refusals, in order: see `changeWitnesses.refusals`; the page is `docs/procedures/change-witnesses.md`.
 */

import { keySigned } from '@cadastre/evidence'
import {
  addSeconds,
  DAY_SECONDS,
  handle,
  type Instant,
  object,
  type Schema,
  text,
  type WitnessPolicy,
} from '@cadastre/records'
import {
  type Asked,
  asked,
  baseNeeds,
  numberParameter,
  procedureOf,
  recordNeed,
  staffRefusal,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import type { Inputs, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds } from './staff.ts'
import { makesQuorum, readQuorum, WITNESSES_KEY, witnessesOf } from './witness-policy.ts'

export type ChangeWitnessesBody = { readonly staff: string; readonly policy: string }

const ID = 'change-witnesses/1'
const body: Schema<ChangeWitnessesBody> = object({
  staff: handle,
  policy: text({
    expected: 'a witness policy: lines of text, at most 4000 characters',
    maxLength: 4000,
    pattern: '^(?:[^\\p{Cc}\\p{Cs}]*\\n)+$',
  }),
})

/** The least overlap, whatever the parameters say. */
const OVERLAP_SECONDS = 30 * DAY_SECONDS

function refusalOf(from: Asked<ChangeWitnessesBody>, old: WitnessPolicy, at: Instant): RefusalCode | null {
  const { policy } = from.body
  if (readQuorum(policy) === null) return 'policy-malformed'
  if (old.policy === policy) return 'nothing-changed'
  if (old.previous !== null && old.previous.until > at) return 'overlap-running'
  // A policy that says nothing asks for no witness.
  const rule = readQuorum(old.policy)
  return rule === null || makesQuorum(rule, (key) => keySigned(key, from.signatures))
    ? null
    : 'quorum-missing'
}

function current(inputs: Inputs): WitnessPolicy {
  return witnessesOf(inputs) ?? { v: 1, policy: '', previous: null, since: DRAFT_SINCE }
}

export const changeWitnesses: Procedure<ChangeWitnessesBody> = {
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
    'policy-malformed',
    'nothing-changed',
    'overlap-running',
    'quorum-missing',
  ],
  deadlineSeconds: 60,
  needs(act) {
    const from = asked(act, body)
    return from === null
      ? []
      : [...baseNeeds(ID), ...staffNeeds([from.body.staff]), recordNeed(WITNESSES_KEY)]
  },
  decide(act, inputs, at) {
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const { staff, policy } = from.body
    const old = current(inputs)
    const refusal =
      staffRefusal(from, inputs, ID) ??
      signedByStaff(from, [staff], ['operator'], inputs) ??
      refusalOf(from, old, at)
    if (refusal !== null) return refuse(refusal)
    const parameters = procedureOf(inputs, ID)
    if (parameters === null) throw new Error('checked by staffRefusal')
    const overlap = Math.max(OVERLAP_SECONDS, numberParameter(parameters, 'overlapSeconds'))
    const next: WitnessPolicy = {
      v: 1,
      policy,
      previous: { policy: old.policy, until: addSeconds(at, overlap) },
      since: DRAFT_SINCE,
    }
    return accept([put(WITNESSES_KEY, next)])
  },
}
