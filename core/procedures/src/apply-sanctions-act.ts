/**
 * P15 Sanctions law. On a legal act of the seat, and on an exact match of the register number or an authority's ruling
 * that names the holder, two clerks certify; only the act kinds that the act forbids are blocked. A name alone delays
 * them once and then ends by itself. Records, services and contacts are out of reach: no member of the notes names them.
 *
 * Refusals, in order: see `applySanctionsAct.refusals`; the page is `docs/procedures/apply-sanctions-act.md`.
 */

import {
  addSeconds,
  array,
  BLOCKABLE_ACTS,
  type BlockableAct,
  type BlockedActs,
  type HolderNotes,
  handle,
  hash32,
  type Instant,
  nullable,
  object,
  objectKey,
  oneOf,
  type ProcedureRecord,
  type RecordKey,
  type Schema,
  tagged,
  text,
} from '@cadastre/records'
import { calendarNeed, deadlineOf } from './business-days.ts'
import {
  type Asked,
  asked,
  baseNeeds,
  commonRefusal,
  holderKey,
  holderOf,
  numberParameter,
  objectAt,
  procedureOf,
  recordNeed,
  staffRefusal,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { emptyHolderNotes, holderNotesAt, holderNotesKey, holderNotesOf, holderNotesRecord } from './notes.ts'
import type { Act, Decision, Inputs, Need, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { certifiedByClerks, signedByStaff, staffNeeds } from './staff.ts'

/** `act`: identifier of the legal act, such as its CELEX number; `evidence`: hash of the act's text. */
type OnHolder = { readonly holder: string; readonly act: string; readonly evidence: string }
/** The register entry of the act's list, or a competent authority's ruling that names the holder. */
type Certify = OnHolder & {
  readonly step: 'certify'
  readonly kinds: readonly BlockableAct[]
  readonly register: { readonly name: string; readonly number: string } | null
  readonly ruling: string | null
  readonly staff: readonly string[]
}
/** A name alone. */
type Delay = OnHolder & {
  readonly step: 'delay'
  readonly kinds: readonly BlockableAct[]
  readonly staff: readonly string[]
}
/** An exemption, a licence, a delisting, or a name that was not the holder's. */
type Lift = OnHolder & { readonly step: 'lift'; readonly staff: string }
export type ApplySanctionsActBody = Certify | Delay | Lift

const ID = 'apply-sanctions-act/1'
const MAX_ACTS = 16

const printable: Schema<string> = text({
  expected: '1 to 80 printable ASCII characters',
  maxLength: 80,
  pattern: '^[\\x21-\\x7e](?:[\\x20-\\x7e]{0,78}[\\x21-\\x7e])?$',
})
const shared = { holder: handle, act: printable, evidence: hash32 } as const
const kinds: Schema<readonly BlockableAct[]> = array(oneOf(BLOCKABLE_ACTS), BLOCKABLE_ACTS.length, 1)
const body: Schema<ApplySanctionsActBody> = tagged('step', {
  certify: object({
    ...shared,
    kinds,
    register: nullable(object({ name: printable, number: printable })),
    ruling: nullable(hash32),
    staff: array(handle, 2, 2),
  }),
  delay: object({ ...shared, kinds, staff: array(handle, 2, 2) }),
  lift: object({ ...shared, staff: handle }),
})

function identityKeyOf(holder: string, inputs: Inputs): RecordKey | null {
  const identity = holderOf(inputs, holder)?.identity ?? null
  return identity === null ? null : objectKey('identity', identity)
}

/** The whole entry must be equal: nothing is normalised, nothing is similar. */
function registerMatches(wish: Certify, inputs: Inputs): boolean {
  if (wish.ruling !== null) return true
  const key = identityKeyOf(wish.holder, inputs)
  const register = key === null ? null : (objectAt('identity', key, inputs)?.register ?? null)
  return (
    register !== null && register.name === wish.register?.name && register.number === wish.register.number
  )
}

function parametersOf(inputs: Inputs): ProcedureRecord {
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) throw new Error('no act of this procedure exists before genesis')
  return parameters
}

/** Whether a delay on a name alone was already used: for this act as long as it is noted, and for any act for a year. */
function delayUsed(wish: Delay, notes: HolderNotes, inputs: Inputs, at: Instant): boolean {
  if (notes.blocked.some(({ act }) => act === wish.act)) return true
  return (
    notes.delayed !== null &&
    at < addSeconds(notes.delayed, numberParameter(parametersOf(inputs), 'quietSeconds'))
  )
}

function refusalOf(
  from: Asked<ApplySanctionsActBody>,
  notes: HolderNotes,
  inputs: Inputs,
  at: Instant,
): RefusalCode | null {
  const wish = from.body
  const staff =
    wish.step === 'lift'
      ? signedByStaff(from, [wish.staff], ['clerk'], inputs)
      : certifiedByClerks(from, wish.staff, inputs)
  if (staff !== null) return staff
  if (holderOf(inputs, wish.holder) === null) return 'holder-unknown'
  if (wish.step === 'lift') return notes.blocked.some(({ act }) => act === wish.act) ? null : 'block-unknown'
  if (wish.step === 'certify' && !registerMatches(wish, inputs)) return 'register-mismatch'
  if (wish.step === 'delay' && delayUsed(wish, notes, inputs, at)) return 'delay-used'
  const others = notes.blocked.filter(({ act }) => act !== wish.act)
  return others.length < MAX_ACTS ? null : 'notes-full'
}

function changed(wish: ApplySanctionsActBody, notes: HolderNotes, inputs: Inputs, at: Instant): HolderNotes {
  const others = notes.blocked.filter(({ act }) => act !== wish.act)
  if (wish.step === 'lift') return { ...notes, blocked: others }
  const partial = wish.step === 'delay'
  const entry: BlockedActs = {
    act: wish.act,
    kinds: BLOCKABLE_ACTS.filter((kind) => wish.kinds.includes(kind)),
    match: partial ? 'partial' : 'exact',
    evidence: wish.step === 'certify' && wish.ruling !== null ? wish.ruling : wish.evidence,
    until: partial ? deadlineOf(parametersOf(inputs), 'delayDays', inputs, at) : null,
    since: DRAFT_SINCE,
  }
  return { ...notes, blocked: [...others, entry], delayed: partial ? at : notes.delayed }
}

function decideDue(notes: HolderNotes | null, at: Instant): Decision {
  if (notes === null) return refuse('not-due')
  const blocked = notes.blocked.filter(({ until }) => until === null || until > at)
  if (blocked.length === notes.blocked.length) return refuse('not-due')
  return accept([put(holderNotesKey(notes.holder), { ...notes, blocked })])
}

function needs(act: Act, known: Inputs): readonly Need[] {
  if (act.kind === 'due') return []
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  const holder = recordNeed(holderKey(wish.holder))
  const first = [
    ...baseNeeds(ID),
    ...(wish.step === 'delay' ? calendarNeed(ID, known) : []),
    ...staffNeeds(wish.step === 'lift' ? [wish.staff] : wish.staff),
    holder,
    recordNeed(holderNotesKey(wish.holder)),
  ]
  if (!known.has(holder) || wish.step !== 'certify') return first
  const identity = identityKeyOf(wish.holder, known)
  return identity === null ? first : [...first, recordNeed(identity)]
}

export const applySanctionsAct: Procedure<ApplySanctionsActBody> = {
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
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'attestations-missing',
    'holder-unknown',
    'block-unknown',
    'register-mismatch',
    'delay-used',
    'notes-full',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideDue(holderNotesAt(act.subject, inputs), at)
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    // To lift is possible at any time; what burdens a holder waits like everything else.
    const common = (from.body.step === 'lift' ? staffRefusal : commonRefusal)(from, inputs, ID)
    if (common !== null) return refuse(common)
    const { holder } = from.body
    const notes = holderNotesOf(inputs, holder) ?? emptyHolderNotes(holder)
    const refusal = refusalOf(from, notes, inputs, at)
    if (refusal !== null) return refuse(refusal)
    const next = holderNotesRecord(changed(from.body, notes, inputs, at))
    return accept([put(holderNotesKey(holder), next)])
  },
}
