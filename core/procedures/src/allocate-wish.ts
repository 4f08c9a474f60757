/**
 * What an applicant asks of a pool: whether it may be had under the terms that bind it, and what is written when it is. The
 * terms are those in force when the application was received, whenever it is served (invariant I5).
 */

import { type Block, blockLast, blockRange, contains, formatAddress, range, WIDTH } from '@cadastre/numbers'
import {
  type Application,
  addSeconds,
  type Cell,
  cellKey,
  dateOf,
  EMPTY_CELL,
  type Holder,
  handle,
  type Identity,
  type Instant,
  integer,
  nullable,
  object,
  objectKey,
  type Pool,
  type ProcedureRecord,
  parseKey,
  type RecordKey,
  type Registration,
  recordKey,
  type Schema,
} from '@cadastre/records'
import { withRegistration } from './cells.ts'
import {
  booleanParameter,
  chainNeed,
  holderKey,
  holderOf,
  notesKey,
  numberParameter,
  objectAt,
  poolKey,
  poolOf,
  procedureOf,
  recordNeed,
  subtreeNeed,
} from './common.ts'
import { DRAFT_SINCE, draftId, put } from './effects.ts'
import { holdsAligned, poolBounds, takenUntil } from './lowest-fit.ts'
import { emptyNotes, holderNotesKey } from './notes.ts'
import type { Effect, Inputs, Need, Pin } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

export type AllocateWish = {
  readonly holder: string
  readonly pool: string
  /** Prefix length; 32 for one AS number. */
  readonly length: number
  /** The cell key of the block that the applicant chose, or null for the lowest fit. */
  readonly block: RecordKey | null
}

export const ALLOCATE_ID = 'allocate/1'
export const wishSchema: Schema<AllocateWish> = object({
  holder: handle,
  pool: handle,
  length: integer(0, 128),
  block: nullable(recordKey),
})

/** The terms that bind a wish: of a request those of its act, of an application those under which it was recorded. */
export function allocateTerms(
  inputs: Inputs,
  application: Application | null = null,
): ProcedureRecord | null {
  const pin: Pin = application === null ? inputs.pin : { recorded: application.since }
  return procedureOf(inputs, ALLOCATE_ID, pin)
}

/** What an application asks for; null where it is none of this procedure. */
export function wishOf(application: Application | null): AllocateWish | null {
  const read = application?.procedure === ALLOCATE_ID ? wishSchema.read(application.body, '') : null
  return read?.ok === true ? read.value : null
}

function identityKeyOf(holder: Holder | null): RecordKey | null {
  return holder?.identity == null ? null : objectKey('identity', holder.identity)
}

/** The block that the applicant chose; null where none was chosen or the key is no cell. */
export function chosenBlock(wish: AllocateWish): Block | null {
  const parsed = wish.block === null ? null : parseKey(wish.block)
  return parsed?.kind === 'cell' ? parsed.block : null
}

/** Whether inputs reach far enough to know the pool, and a block that was chosen. */
export function wishNeeds(wish: AllocateWish, known: Inputs): readonly Need[] {
  const first = [
    recordNeed(holderKey(wish.holder)),
    recordNeed(holderNotesKey(wish.holder)),
    recordNeed(poolKey(wish.pool)),
  ]
  if (!first.every((need) => known.has(need))) return first
  const identity = identityKeyOf(holderOf(known, wish.holder))
  const needs: Need[] = identity === null ? [] : [recordNeed(identity)]
  const chosen = chosenBlock(wish)
  return chosen === null ? needs : [...needs, chainNeed(chosen), subtreeNeed(chosen)]
}

function sizeRefusal(wish: AllocateWish, pool: Pool, parameters: ProcedureRecord): RefusalCode | null {
  return allowedLength(wish.length, pool, parameters) && holdsAligned(pool, wish.length)
    ? null
    : 'size-not-allowed'
}

/** Whether the profile allows this prefix length in the pool's space. */
function allowedLength(length: number, { space }: Pool, parameters: ProcedureRecord): boolean {
  if (space === 'asn') return length === WIDTH.asn
  const parameter = (name: string): number => numberParameter(parameters, name)
  if (space === 'ip4') return length >= parameter('ip4Min') && length <= parameter('ip4Max')
  const least = parameter('ip6Min')
  return length >= least && length <= parameter('ip6Max') && (length - least) % parameter('ip6Step') === 0
}

/** What an allocation adds to `granted`: IPv4 addresses, IPv6 blocks, AS numbers. */
function amount(space: Pool['space'], length: number): number {
  return space === 'ip4' ? 2 ** (32 - length) : 1
}

function quotaRefusal(
  wish: AllocateWish,
  pool: Pool,
  identity: Identity,
  parameters: ProcedureRecord,
): RefusalCode | null {
  const names = { ip4: 'quotaIp4', ip6: 'quotaIp6', asn: 'quotaAsn' } as const
  const quota = numberParameter(parameters, names[pool.space])
  const after = identity.granted[pool.space] + amount(pool.space, wish.length)
  return quota > 0 && after > quota ? 'quota-reached' : null
}

function blockRefusal(
  wish: AllocateWish,
  pool: Pool,
  parameters: ProcedureRecord,
  inputs: Inputs,
): RefusalCode | null {
  if (wish.block === null) return null
  if (!pool.open || !booleanParameter(parameters, 'chooseBlock')) return 'block-not-open'
  const chosen = chosenBlock(wish)
  if (chosen === null || chosen.space !== pool.space || chosen.length !== wish.length)
    return 'block-misaligned'
  const bounds = poolBounds(pool)
  const whole = range(pool.space, bounds.first, bounds.last)
  if (!whole.ok || !contains(whole.value, blockRange(chosen))) return 'block-outside-pool'
  return takenUntil(chosen, inputs) === null ? null : 'block-taken'
}

/** Everything but consent and the queue: the same for a request and for an application that is being served. */
export function wishRefusal(
  wish: AllocateWish,
  parameters: ProcedureRecord | null,
  inputs: Inputs,
): RefusalCode | null {
  const pool = poolOf(inputs, wish.pool)
  if (parameters === null) return 'procedure-unknown'
  if (pool === null) return 'pool-unknown'
  const size = sizeRefusal(wish, pool, parameters)
  if (size !== null) return size
  const key = identityKeyOf(holderOf(inputs, wish.holder))
  const identity = key === null ? null : objectAt('identity', key, inputs)
  if (identity === null) return 'holder-unknown'
  return quotaRefusal(wish, pool, identity, parameters) ?? blockRefusal(wish, pool, parameters, inputs)
}

function registrationFor(wish: AllocateWish, block: Block, at: Instant): Registration {
  const print = (value: bigint): string => formatAddress(block.space, value)
  return {
    id: draftId(0),
    kind: 'holding',
    first: print(block.first),
    last: print(blockLast(block)),
    holder: wish.holder,
    status: block.space === 'ip6' ? 'allocated' : 'assigned',
    country: null,
    registered: dateOf(at),
    until: null,
    protected: false,
    provenance: null,
    procedure: ALLOCATE_ID,
    since: DRAFT_SINCE,
  }
}

/** Cell, identity and hold that an allocation writes; null where the cell is full. */
export function grantEffects(
  wish: AllocateWish,
  block: Block,
  parameters: ProcedureRecord | null,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] | null {
  const key = identityKeyOf(holderOf(inputs, wish.holder))
  if (parameters === null || key === null) throw new Error('checked by wishRefusal')
  const here = inputs.chain(block).at(-1)
  const before: Cell = here !== undefined && here.block.length === block.length ? here.cell : EMPTY_CELL
  // Services left over from an earlier registration are inert; the new holder starts with none.
  const clean: Cell = { ...before, rdns: null, routes: [], roas: [] }
  const cell = withRegistration(clean, registrationFor(wish, block, at))
  if (cell === null) return null
  const identity = objectAt('identity', key, inputs)
  if (identity === null) throw new Error('checked by wishRefusal')
  const space = block.space
  const granted = { ...identity.granted, [space]: identity.granted[space] + amount(space, block.length) }
  const effects = [put(cellKey(block), cell), put(key, { ...identity, granted })]
  const hold = numberParameter(parameters, 'holdSeconds')
  if (hold > 0) {
    effects.push(put(notesKey('R-#'), { ...emptyNotes(draftId(0)), heldUntil: addSeconds(at, hold) }))
  }
  return effects
}

export function withCursor(pool: Pool, length: number, cursor: bigint): Pool {
  const { last } = poolBounds(pool)
  const text = formatAddress(pool.space, cursor > last ? last : cursor)
  return { ...pool, cursors: { ...pool.cursors, [String(length)]: text } }
}
