/**
 * Genesis: the first act of a log. It fixes origin, seat, profile, staff, pools and reserved numbers, and by their hashes
 * the procedures with their parameters, which follow in parts (`genesis-parts.ts`). An operator named in it signs;
 * nobody holds anything yet, so nothing is lessened.
 *
 * Refusals, in order: see `genesis.refusals`; the page is `docs/procedures/genesis.md`.
 */

import { formatAddress, overlaps, type Range, rangeToBlocks } from '@cadastre/numbers'
import {
  array,
  bool,
  type Cell,
  canonicalJson,
  cellKey,
  country,
  type Desk,
  EMPTY_CELL,
  handle,
  hash32,
  legalName,
  MAX_ENTRY_BYTES,
  object,
  oneOf,
  type Pool,
  type Profile,
  type RecordKey,
  type Registration,
  type Registry,
  range,
  type Schema,
  type SealRoot,
  tagged,
  text,
  utf8Length,
  type WitnessPolicy,
} from '@cadastre/records'
import { withRegistration } from './cells.ts'
import { type Asked, asked, MAX_BLOCKS, poolKey, REGISTRY_KEY, recordNeed, registryOf } from './common.ts'
import { accept, DRAFT_SINCE, draftId, put, refuse } from './effects.ts'
import { ROSTER_KEY } from './examination.ts'
import { decidePart, MAX_PARTS, type PartBody, partMembers, partNeeds } from './genesis-parts.ts'
import { DESK_KEY } from './orders.ts'
import type { Decision, Effect, Inputs, Procedure } from './procedure.ts'
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
import { WITNESSES_KEY } from './witness-policy.ts'

const ID = 'genesis/1'

export type FoundBody = {
  readonly step: 'found'
  readonly name: string
  readonly origin: string
  /** ISO 3166-1 code of the country whose courts and regulators are competent. */
  readonly seat: string
  readonly profile: Profile
  readonly demonstration: boolean
  readonly relyingParty: Registry['relyingParty']
  readonly staff: readonly StaffMember[]
  readonly pools: readonly {
    readonly handle: string
    readonly space: Pool['space']
    readonly range: Range
    readonly open: boolean
  }[]
  readonly reserved: readonly Range[]
  /** Roots of trust: certificates to which seals of authorities chain, for good. */
  readonly roots: readonly SealRoot[]
  /** Hash of each part of the procedures, in the order in which they follow. */
  readonly procedures: readonly string[]
  /** Witness policy, as text in the form of C2SP tlog-policy. */
  readonly witnessPolicy: string
  /** What the founders say; published, never read by a decision. */
  readonly statement: string
}
export type GenesisBody = FoundBody | PartBody

const line = (expected: string, maxLength: number): Schema<string> =>
  text({ expected, maxLength, pattern: '^[\\x21-\\x7e]+$' })

const longText: Schema<string> = text({
  expected: 'at most 4000 characters of text',
  maxLength: 4000,
  pattern: '^[^\\p{Cc}\\p{Cs}]*(?:\\n[^\\p{Cc}\\p{Cs}]*)*$',
})

const foundMembers: Schema<Omit<FoundBody, 'step'>> = object({
  name: legalName,
  origin: line('the log origin, a name without spaces', 255),
  seat: country,
  profile: oneOf(['community', 'national']),
  demonstration: bool,
  relyingParty: object({
    id: line('a host name', 253),
    origins: array(line('an origin such as https://sign.example', 300), 8),
  }),
  staff: staffList(MAX_STAFF, 1),
  pools: array(object({ handle, space: oneOf(['ip4', 'ip6', 'asn']), range, open: bool }), 32),
  reserved: array(range, 64),
  roots: array(object({ name: legalName, certificate: hash32 }), 16),
  procedures: array(hash32, MAX_PARTS, 1),
  witnessPolicy: longText,
  statement: longText,
})

const body: Schema<GenesisBody> = tagged('step', {
  found: foundMembers,
  procedures: partMembers,
})

/** What a schema cannot say: handles and hashes stand once, and a pool's range is of its space. */
function isMalformed({ staff, pools, procedures, roots }: FoundBody): boolean {
  return (
    repeats(procedures) ||
    repeats(roots.map(({ certificate }) => certificate)) ||
    staffMalformed(staff) ||
    repeats(pools.map((pool) => pool.handle)) ||
    pools.some((pool) => pool.space !== pool.range.space)
  )
}

function refusalOf(from: Asked<FoundBody>, inputs: Inputs): RefusalCode | null {
  const { staff, pools, reserved, origin } = from.body
  if (registryOf(inputs) !== null) return 'already-founded'
  if (from.request.origin !== origin) return 'wrong-origin'
  if (from.request.expires < from.received) return 'request-expired'
  if (keysRepeat(staff)) return 'key-repeated'
  const operators = staff.filter((member) => member.role === 'operator')
  if (operators.length === 0) return 'wrong-staff-role'
  if (!operators.some((member) => memberSigned(member, from))) return 'staff-signature-missing'
  if (overlapping(pools.map((pool) => pool.range)) || overlapping(reserved)) return 'block-taken'
  const ranges = [...pools.map((pool) => pool.range), ...reserved]
  return ranges.some((one) => rangeToBlocks(one).length > MAX_BLOCKS) ? 'range-not-a-block' : null
}

function repeats(names: readonly string[]): boolean {
  return new Set(names).size !== names.length
}

function overlapping(ranges: readonly Range[]): boolean {
  return ranges.some((one, index) => ranges.slice(index + 1).some((other) => overlaps(one, other)))
}

/** `pool`: the handle of the pool object, which the end of a quarantine finds through the registration. */
function registration(id: number, of: Range, pool: string | null): Registration {
  const kind = pool === null ? 'reserved' : 'pool'
  return {
    id: draftId(id),
    kind,
    first: formatAddress(of.space, of.first),
    last: formatAddress(of.space, of.last),
    holder: null,
    status: kind === 'pool' ? 'available' : 'reserved',
    country: null,
    registered: null,
    until: null,
    protected: false,
    provenance: pool,
    procedure: ID,
    since: DRAFT_SINCE,
  }
}

/** The cells of pools and reserved ranges: one id for each range, the same at each of its minimal blocks. */
function cellEffects({ pools, reserved }: FoundBody): readonly Effect[] {
  const cells = new Map<RecordKey, Cell>()
  const all = [
    ...pools.map((pool) => ({ pool: pool.handle, range: pool.range })),
    ...reserved.map((one) => ({ pool: null, range: one })),
  ]
  for (const [id, { pool, range: whole }] of all.entries()) {
    for (const block of rangeToBlocks(whole)) {
      const key = cellKey(block)
      const cell = withRegistration(cells.get(key) ?? EMPTY_CELL, registration(id, whole, pool))
      // Pools do not overlap and reserved ranges do not, so a cell gets at most one of each.
      if (cell === null) throw new Error(`more than two registrations at ${key}`)
      cells.set(key, cell)
    }
  }
  return [...cells].map(([key, cell]) => put(key, cell))
}

function objectEffects(from: FoundBody): readonly Effect[] {
  const since = DRAFT_SINCE
  const registry: Registry = {
    v: 1,
    origin: from.origin,
    name: from.name,
    seat: from.seat,
    profile: from.profile,
    state: 'founding',
    awaitedParts: from.procedures,
    demonstration: from.demonstration,
    importing: null,
    imported: null,
    sources: [],
    relyingParty: from.relyingParty,
    paused: null,
    pauses: [],
    successor: null,
    handOver: null,
    predecessor: null,
    since,
  }
  const pools = from.pools.map((pool): Effect => {
    const record: Pool = {
      v: 1,
      handle: pool.handle,
      space: pool.space,
      first: formatAddress(pool.space, pool.range.first),
      last: formatAddress(pool.space, pool.range.last),
      open: pool.open,
      cursors: {},
      queues: {},
      exhausted: [],
      serve: null,
      since,
    }
    return put(poolKey(pool.handle), record)
  })
  const desk: Desk = { v: 1, roots: from.roots, served: 0, sealed: 0, since }
  const witnesses: WitnessPolicy = { v: 1, policy: from.witnessPolicy, previous: null, since }
  return [
    put(REGISTRY_KEY, registry),
    put(WITNESSES_KEY, witnesses),
    ...from.staff.map(memberEffect),
    put(ROSTER_KEY, rosterOfStaff(from.staff, null)),
    put(DESK_KEY, desk),
    ...pools,
  ]
}

/** Envelope, one signature and the one input of the entry; with more signatures the registrar refuses what is too large. */
const ENVELOPE_BYTES = 1024
/** `{"key":"","next":,"prev":null},` and what stamping adds: the index of a genesis is 0. */
const EFFECT_BYTES = 48

/** Whether the entry stays under its limit. */
function fits(from: Asked<FoundBody>, effects: readonly Effect[]): boolean {
  const request = utf8Length(canonicalJson(from.request))
  const written = effects.reduce(
    (sum, { key, next }) => sum + EFFECT_BYTES + key.length + utf8Length(canonicalJson(next)),
    0,
  )
  return ENVELOPE_BYTES + request + written <= MAX_ENTRY_BYTES
}

function decideFounding(from: Asked<FoundBody>, inputs: Inputs): Decision {
  if (isMalformed(from.body)) return refuse('body-malformed')
  const refusal = refusalOf(from, inputs)
  if (refusal !== null) return refuse(refusal)
  const effects = [...objectEffects(from.body), ...cellEffects(from.body)]
  return fits(from, effects) ? accept(effects) : refuse('entry-too-large')
}

export const genesis: Procedure<GenesisBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'already-founded',
    'genesis-missing',
    'wrong-origin',
    'request-expired',
    'key-repeated',
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'part-unexpected',
    'procedure-unknown',
    'calendar-not-possible',
    'calendar-unknown',
    'block-taken',
    'range-not-a-block',
    'entry-too-large',
  ],
  deadlineSeconds: 60,
  needs(act) {
    const from = asked(act, body)
    if (from === null) return []
    return from.body.step === 'found' ? [recordNeed(REGISTRY_KEY)] : partNeeds(from.body)
  },
  decide(act, inputs) {
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const { body: wish, ...rest } = from
    return wish.step === 'found'
      ? decideFounding({ ...rest, body: wish }, inputs)
      : decidePart({ ...rest, body: wish }, inputs)
  },
}
