/**
 * P23 Succession of the registry, the successor's side: its first entry, after the last of its predecessor. It goes on with
 * the same tree and the same state under its own origin and key. No holding, holder, procedure or pool is written: they
 * are bit for bit what they were.
 *
 * Refusals, in order: see `takeOver.refusals`; the page is `docs/procedures/take-over.md`.
 */

import { keySigned, type PeerStatement } from '@cadastre/evidence'
import {
  array,
  canonicalJson,
  country,
  hash32,
  legalName,
  MANDATE_KINDS,
  object,
  oneOf,
  type Predecessor,
  type ProcedureRecord,
  type Registry,
  type Schema,
  text,
} from '@cadastre/records'
import { type Asked, asked, objectAt, procedureKey, REGISTRY_KEY, recordNeed, registryOf } from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { ROSTER_KEY } from './examination.ts'
import { originText, statementOn } from './peers.ts'
import type { Effect, Inputs, Procedure } from './procedure.ts'
import { PROFILES } from './profiles.ts'
import type { RefusalCode } from './refusals.ts'
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
import { procedureId } from './terms.ts'

export type TakeOverBody = {
  readonly name: string
  /** Origin of the successor's own log. */
  readonly origin: string
  readonly seat: string
  readonly relyingParty: Registry['relyingParty']
  readonly staff: readonly StaffMember[]
  /** Every version in force, with the hash of its terms: {@link termsHash}. */
  readonly procedures: readonly { readonly id: string; readonly terms: string }[]
  readonly predecessor: {
    readonly origin: string
    /** The policy by which its last checkpoint is verified: its log's key, its witnesses, how many are needed. */
    readonly policy: string
    readonly mandate: Predecessor['mandate']
  }
}

const ID = 'take-over/1'
const line = (maxLength: number): Schema<string> =>
  text({ expected: 'printable text without spaces', maxLength, pattern: '^[\\x21-\\x7e]+$' })
const body: Schema<TakeOverBody> = object({
  name: legalName,
  origin: originText,
  seat: country,
  relyingParty: object({ id: line(253), origins: array(line(300), 8) }),
  staff: staffList(MAX_STAFF, 1),
  procedures: array(object({ id: procedureId, terms: hash32 }), 64),
  predecessor: object({
    origin: originText,
    policy: text({
      expected: 'a policy: lines of text, at most 2000 characters',
      maxLength: 2000,
      pattern: '^(?:[^\\p{Cc}\\p{Cs}]*\\n)+$',
    }),
    mandate: object({ kind: oneOf(MANDATE_KINDS), document: hash32 }),
  }),
})

/** Every version that the software knows may be in force. */
const VERSIONS: readonly string[] = Object.keys(PROFILES.community)

/** The hash by which a successor repeats the terms of a version: of its latest parameters and page. */
export function termsHash(record: ProcedureRecord, inputs: Pick<Inputs, 'memberHash'>): string {
  const { text: page, parameters } = record.revisions.at(-1) ?? record
  return inputs.memberHash({ parameters, text: page })
}

/** What the predecessor's last checkpoint proves: this very state. Null where the proof is missing or of another one. */
function lastWord(from: Asked<TakeOverBody>, registry: Registry): PeerStatement | null {
  const { origin, policy } = from.body.predecessor
  const statement = statementOn(from, origin, policy, REGISTRY_KEY)
  if (statement === null || statement.checkpoint === null) return null
  return canonicalJson(statement.record) === canonicalJson(registry) ? statement : null
}

/** Whether the successor is the one that was named; an order may name another. */
function successorRefusal(from: Asked<TakeOverBody>, registry: Registry): RefusalCode | null {
  const { origin, predecessor } = from.body
  const { successor } = registry
  if (predecessor.mandate.kind === 'order') return null
  if (successor === null || successor.origin !== origin) return 'successor-differs'
  if (!keySigned(successor.key, from.signatures)) return 'successor-signature-missing'
  return predecessor.mandate.kind === 'hand-over' && registry.state !== 'handed-over'
    ? 'not-handed-over'
    : null
}

function staffRefusal(from: Asked<TakeOverBody>): RefusalCode | null {
  const { staff } = from.body
  if (keysRepeat(staff)) return 'key-repeated'
  const operators = staff.filter(({ role }) => role === 'operator')
  if (operators.length === 0) return 'wrong-staff-role'
  return operators.some((member) => memberSigned(member, from)) ? null : 'staff-signature-missing'
}

/** Whether every version in force is repeated with the terms that it has, and no other is named. */
function repeatsProcedures({ procedures }: TakeOverBody, inputs: Inputs): boolean {
  const named = new Map(procedures.map(({ id, terms }) => [id, terms]))
  const right = VERSIONS.every((id) => {
    const record = objectAt('procedure', procedureKey(id), inputs)
    return named.get(id) === (record === null ? undefined : termsHash(record, inputs))
  })
  return right && named.size === procedures.length && [...named.keys()].every((id) => VERSIONS.includes(id))
}

function refusalOf(from: Asked<TakeOverBody>, registry: Registry, inputs: Inputs): RefusalCode | null {
  const { origin, seat, predecessor } = from.body
  if (from.request.origin !== origin) return 'wrong-origin'
  if (from.request.expires < from.received) return 'request-expired'
  const refusal = successorRefusal(from, registry) ?? staffRefusal(from)
  if (refusal !== null) return refusal
  if (lastWord(from, registry) === null) return 'statement-missing'
  const same = predecessor.origin === registry.origin && origin !== registry.origin && seat === registry.seat
  return same && registry.awaitedParts.length === 0 && repeatsProcedures(from.body, inputs)
    ? null
    : 'succession-differs'
}

function effectsOf(from: Asked<TakeOverBody>, registry: Registry, inputs: Inputs): readonly Effect[] {
  const { name, origin, relyingParty, staff, predecessor } = from.body
  const statement = lastWord(from, registry)
  if (statement === null || statement.checkpoint === null) throw new Error('checked by refusalOf')
  const next: Registry = {
    ...registry,
    name,
    origin,
    relyingParty,
    state: 'open',
    successor: null,
    handOver: null,
    predecessor: {
      origin: predecessor.origin,
      policy: predecessor.policy,
      size: statement.checkpoint.size,
      statement: statement.hash,
      mandate: predecessor.mandate,
      since: DRAFT_SINCE,
    },
  }
  return [
    put(REGISTRY_KEY, next),
    ...staff.map(memberEffect),
    put(ROSTER_KEY, rosterOfStaff(staff, objectAt('roster', ROSTER_KEY, inputs))),
  ]
}

export const takeOver: Procedure<TakeOverBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'successor-differs',
    'successor-signature-missing',
    'not-handed-over',
    'key-repeated',
    'wrong-staff-role',
    'staff-signature-missing',
    'statement-missing',
    'succession-differs',
  ],
  deadlineSeconds: 60,
  needs(act) {
    if (asked(act, body) === null) return []
    return [REGISTRY_KEY, ROSTER_KEY, ...VERSIONS.map(procedureKey)].map(recordNeed)
  },
  decide(act, inputs) {
    const from = asked(act, body)
    if (from === null || staffMalformed(from.body.staff)) return refuse('body-malformed')
    const registry = registryOf(inputs)
    if (registry === null || objectAt('procedure', procedureKey(ID), inputs) === null)
      return refuse('procedure-unknown')
    const refusal = refusalOf(from, registry, inputs)
    return refusal === null ? accept(effectsOf(from, registry, inputs)) : refuse(refusal)
  },
}
