/**
 * P23 Succession of the registry, the successor's side: its first entry, after the last of its predecessor. It goes on with
 * the same tree and the same state under its own origin and key. No holding, holder, procedure or pool is written: they
 * are bit for bit what they were.
 *
 * Refusals, in order: see `takeOver.refusals`; the page is `docs/procedures/take-over.md`.
 */

import { keySigned, type PeerStatement, staffSigned } from '@cadastre/evidence'
import {
  array,
  base64,
  bool,
  canonicalJson,
  country,
  handle,
  hash32,
  legalName,
  MANDATE_KINDS,
  object,
  oneOf,
  type Predecessor,
  type ProcedureRecord,
  type Registry,
  type Roster,
  type Schema,
  STAFF_ROLES,
  type Staff,
  text,
} from '@cadastre/records'
import { type Asked, asked, objectAt, procedureKey, REGISTRY_KEY, recordNeed, registryOf } from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { MAX_CLERK_HANDLE, ROSTER_KEY } from './examination.ts'
import { staffKey } from './founding.ts'
import { originText, statementOn } from './peers.ts'
import type { Effect, Inputs, Procedure } from './procedure.ts'
import { PROFILES } from './profiles.ts'
import type { RefusalCode } from './refusals.ts'
import { procedureId } from './terms.ts'

export type TakeOverBody = {
  readonly name: string
  /** Origin of the successor's own log. */
  readonly origin: string
  readonly seat: string
  readonly relyingParty: Registry['relyingParty']
  readonly staff: readonly Omit<Staff, 'v' | 'since'>[]
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
  staff: array(
    object({
      handle,
      role: oneOf(STAFF_ROLES),
      alg: oneOf(['ed25519', 'es256', 'webauthn']),
      key: base64,
      outside: bool,
    }),
    32,
    1,
  ),
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

function isMalformed({ staff }: TakeOverBody): boolean {
  const handles = staff.map((member) => member.handle)
  const long = staff.some(({ role, handle: name }) => role === 'clerk' && name.length > MAX_CLERK_HANDLE)
  return long || new Set(handles).size !== handles.length
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

function staffRefusal({ body: { staff }, signatures }: Asked<TakeOverBody>): RefusalCode | null {
  if (new Set(staff.map(({ alg, key }) => `${alg} ${key}`)).size !== staff.length) return 'key-repeated'
  const operators = staff.filter(({ role }) => role === 'operator')
  if (operators.length === 0) return 'wrong-staff-role'
  return operators.some((member) => staffSigned({ ...member, v: 1, since: 0 }, signatures))
    ? null
    : 'staff-signature-missing'
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

/** Attestors of the successor; who was one before keeps its place in its queue of calls. */
function roster({ staff }: TakeOverBody, inputs: Inputs): Roster {
  const before = objectAt('roster', ROSTER_KEY, inputs)?.clerks ?? []
  const clerks = staff.filter(({ role }) => role === 'clerk')
  return {
    v: 1,
    clerks: clerks.map(({ handle: name, outside }) => {
      const { first, next } = before.find((one) => one.staff === name) ?? { first: 0, next: 0 }
      return { staff: name, outside, first, next }
    }),
    turn: 0,
    since: DRAFT_SINCE,
  }
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
    ...staff.map((member) => put(staffKey(member.handle), { v: 1, ...member, since: DRAFT_SINCE })),
    put(ROSTER_KEY, roster(from.body, inputs)),
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
    if (from === null || isMalformed(from.body)) return refuse('body-malformed')
    const registry = registryOf(inputs)
    if (registry === null || objectAt('procedure', procedureKey(ID), inputs) === null)
      return refuse('procedure-unknown')
    const refusal = refusalOf(from, registry, inputs)
    return refusal === null ? accept(effectsOf(from, registry, inputs)) : refuse(refusal)
  },
}
