/**
 * P2 Allocate from a pool: a prefix or an AS number, lowest fit, in order of arrival. Where nothing is free, the
 * application waits in the queue of its size and is served as soon as something is. In a pool that is marked open the
 * applicant may choose the block.
 */

import { consentInApplication } from '@cadastre/evidence'
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
  type JsonObject,
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
import { newApplication } from './applications.ts'
import { withRegistration } from './cells.ts'
import {
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  booleanParameter,
  chainNeed,
  commonRefusal,
  consent,
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
import { accept, DRAFT_SINCE, draftId, put, refuse } from './effects.ts'
import { holdsAligned, poolBounds, type Search, searchLowestFit, takenUntil } from './lowest-fit.ts'
import { emptyNotes, holderNotesKey, holderNotesOf, isBlocked, partialDelayEnd } from './notes.ts'
import { dequeued, nextTurn, queueOf, served, withExhausted, withQueue } from './pool-queues.ts'
import type { Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import { decideReturn, returnNeeds, stoodAside } from './queue-aside.ts'
import type { RefusalCode } from './refusals.ts'

export type AllocateBody = {
  readonly holder: string
  readonly pool: string
  /** Prefix length; 32 for one AS number. */
  readonly length: number
  /** The cell key of the block that the applicant chose, or null for the lowest fit. */
  readonly block: RecordKey | null
}

const ID = 'allocate/1'
const body: Schema<AllocateBody> = object({
  holder: handle,
  pool: handle,
  length: integer(0, 128),
  block: nullable(recordKey),
})

function identityKeyOf(holder: Holder | null): RecordKey | null {
  return holder?.identity == null ? null : objectKey('identity', holder.identity)
}

/** The block that the applicant chose; null where none was chosen or the key is no cell. */
function chosenBlock(wish: AllocateBody): Block | null {
  const parsed = wish.block === null ? null : parseKey(wish.block)
  return parsed?.kind === 'cell' ? parsed.block : null
}

/** Needs of one wish, given those known: shared by a request and by serving the queue. */
function needsOfWish(wish: AllocateBody, known: Inputs, queued: boolean): readonly Need[] {
  const first = [
    recordNeed(holderKey(wish.holder)),
    recordNeed(holderNotesKey(wish.holder)),
    recordNeed(poolKey(wish.pool)),
  ]
  if (!first.every((need) => known.has(need))) return first
  const identity = identityKeyOf(holderOf(known, wish.holder))
  const needs: Need[] = identity === null ? [] : [recordNeed(identity)]
  const pool = poolOf(known, wish.pool)
  if (pool === null || wish.length > WIDTH[pool.space]) return needs
  const chosen = chosenBlock(wish)
  if (chosen !== null)
    return chosen.space === pool.space ? [...needs, chainNeed(chosen), subtreeNeed(chosen)] : needs
  if (!queued && queueOf(pool, wish.length) !== null) return [...needs, ...tailNeed(pool, wish.length)]
  const search = searchLowestFit(pool, wish.length, known)
  if (search.kind === 'ask') return [...needs, ...search.needs]
  return needs
}

function tailNeed(pool: Pool, length: number): readonly Need[] {
  const queue = queueOf(pool, length)
  return queue === null ? [] : [recordNeed(applicationKey(queue.tail))]
}

function sizeRefusal(wish: AllocateBody, pool: Pool, parameters: ProcedureRecord): RefusalCode | null {
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
  wish: AllocateBody,
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
  wish: AllocateBody,
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
function wishRefusal(wish: AllocateBody, inputs: Inputs): RefusalCode | null {
  const parameters = procedureOf(inputs, ID)
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

function registrationFor(wish: AllocateBody, block: Block, at: Instant): Registration {
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
    procedure: ID,
    since: DRAFT_SINCE,
  }
}

/** Cell, identity and hold that an allocation writes; null where the cell is full. */
function grantEffects(
  wish: AllocateBody,
  block: Block,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] | null {
  const parameters = procedureOf(inputs, ID)
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

function withCursor(pool: Pool, length: number, cursor: bigint): Pool {
  const { last } = poolBounds(pool)
  const text = formatAddress(pool.space, cursor > last ? last : cursor)
  return { ...pool, cursors: { ...pool.cursors, [String(length)]: text } }
}

/** Put the application at the end of the queue of its size. */
function enqueue(
  bodyAsSigned: JsonObject,
  wish: AllocateBody,
  search: Search | null,
  inputs: Inputs,
  at: Instant,
): Decision {
  const pool = poolOf(inputs, wish.pool)
  if (pool === null) throw new Error('checked by wishRefusal')
  const queue = queueOf(pool, wish.length)
  const application = newApplication(ID, bodyAsSigned, [wish.holder], 'waiting', null, at)
  const moved = search?.kind === 'unfinished' ? withCursor(pool, wish.length, search.cursor) : pool
  const known = search?.kind === 'full' ? withExhausted(moved, wish.length) : moved
  const next = withQueue(known, wish.length, { head: queue?.head ?? 'A-#', tail: 'A-#' })
  const effects = [
    put(applicationKey('A-#'), application),
    put(poolKey(pool.handle), { ...next, serve: search?.kind === 'unfinished' ? at : pool.serve }),
  ]
  if (queue !== null) {
    const tail = applicationOf(inputs, queue.tail)
    if (tail === null) throw new Error('the queue has lost its tail')
    effects.push(put(applicationKey(queue.tail), { ...tail, next: 'A-#' }))
  }
  return accept(effects)
}

function decideRequest(bodyAsSigned: JsonObject, wish: AllocateBody, inputs: Inputs, at: Instant): Decision {
  const refusal = wishRefusal(wish, inputs)
  if (refusal !== null) return refuse(refusal)
  const chosen = chosenBlock(wish)
  if (chosen !== null) {
    const effects = grantEffects(wish, chosen, inputs, at)
    return effects === null ? refuse('cell-full') : accept(effects)
  }
  const pool = poolOf(inputs, wish.pool)
  if (pool === null) throw new Error('checked by wishRefusal')
  if (queueOf(pool, wish.length) !== null) return enqueue(bodyAsSigned, wish, null, inputs, at)
  const search = searchLowestFit(pool, wish.length, inputs)
  if (search.kind === 'ask') throw new Error('needs asked for everything')
  if (search.kind !== 'found') return enqueue(bodyAsSigned, wish, search, inputs, at)
  const effects = grantEffects(wish, search.block, inputs, at)
  if (effects === null) return refuse('cell-full')
  const next = withCursor(pool, wish.length, blockLast(search.block) + 1n)
  return accept([...effects, put(poolKey(pool.handle), next)])
}

function wishOf(application: Application | null): AllocateBody | null {
  if (application === null) return null
  const read = body.read(application.body, '')
  return read.ok ? read.value : null
}

/** Serve one application, or one stretch of a long search, per due op: of all queues, who has waited longest. */
function decideServe(pool: Pool, inputs: Inputs, at: Instant): Decision {
  if (pool.serve === null || pool.serve > at) return refuse('not-due')
  const key = poolKey(pool.handle)
  const turn = nextTurn(pool)
  const head = turn === null ? null : applicationOf(inputs, turn.head)
  const wish = wishOf(head)
  if (turn === null || head === null || wish === null) return accept([put(key, { ...pool, serve: null })])
  const later = dequeued(pool, turn, head, at)
  const notes = holderNotesOf(inputs, wish.holder)
  const delayed = partialDelayEnd(notes, 'allocate', at)
  if (delayed !== null)
    return accept([put(applicationKey(head.handle), stoodAside(head, delayed)), put(key, later)])
  const blocked = isBlocked(notes, 'allocate', at) ? 'act-blocked' : null
  const refusal =
    consentInApplication(head, wish.holder) === null
      ? 'consent-missing'
      : (blocked ?? wishRefusal(wish, inputs))
  if (refusal !== null)
    return accept([
      put(applicationKey(head.handle), { ...head, state: 'failed', reason: refusal }),
      put(key, later),
    ])
  const search = searchLowestFit(pool, wish.length, inputs)
  if (search.kind === 'ask') throw new Error('needs asked for everything')
  if (search.kind === 'full') return accept([put(key, served(withExhausted(pool, wish.length), at))])
  if (search.kind === 'unfinished')
    return accept([put(key, { ...withCursor(pool, wish.length, search.cursor), serve: at })])
  const effects = grantEffects(wish, search.block, inputs, at)
  const cursor = blockLast(search.block) + 1n
  if (effects === null) return accept([put(key, { ...withCursor(pool, wish.length, cursor), serve: at })])
  return accept([
    ...effects,
    put(applicationKey(head.handle), { ...head, state: 'effected' }),
    put(key, withCursor(later, wish.length, cursor)),
  ])
}

/** Whether an application that stood aside fell due, and not a pool. */
function isApplication(subject: RecordKey): boolean {
  return subject.startsWith('obj/application/')
}

export const allocate: Procedure<AllocateBody> = {
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
    'holder-unknown',
    'consent-missing',
    'act-blocked',
    'pool-unknown',
    'size-not-allowed',
    'quota-reached',
    'block-not-open',
    'block-misaligned',
    'block-outside-pool',
    'block-taken',
    'cell-full',
  ],
  deadlineSeconds: 60,
  needs(act, known) {
    const base = baseNeeds(ID)
    if (!base.every((need) => known.has(need))) return base
    if (act.kind === 'request') {
      const from = asked(act, body)
      return from === null ? [] : needsOfWish(from.body, known, false)
    }
    if (isApplication(act.subject)) {
      const application = objectAt('application', act.subject, known)
      const wish = wishOf(application)
      return application === null || wish === null ? [] : returnNeeds(application, wish, known)
    }
    const pool = objectAt('pool', act.subject, known)
    const turn = pool === null ? null : nextTurn(pool)
    if (turn === null) return []
    const headNeed = recordNeed(applicationKey(turn.head))
    if (!known.has(headNeed)) return [headNeed]
    const wish = wishOf(applicationOf(known, turn.head))
    return wish === null ? [] : needsOfWish(wish, known, true)
  },
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      if (isApplication(act.subject)) {
        const application = objectAt('application', act.subject, inputs)
        const wish = wishOf(application)
        return application === null || wish === null
          ? refuse('not-due')
          : decideReturn(application, wish, inputs, at)
      }
      const pool = objectAt('pool', act.subject, inputs)
      return pool === null ? refuse('not-due') : decideServe(pool, inputs, at)
    }
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const common = commonRefusal(from, inputs, ID)
    if (common !== null) return refuse(common)
    const holder = holderOf(inputs, from.body.holder)
    if (holder === null) return refuse('holder-unknown')
    if (consent(holder, from, 'full') === null) return refuse('consent-missing')
    if (isBlocked(holderNotesOf(inputs, holder.handle), 'allocate', at)) return refuse('act-blocked')
    return decideRequest(from.request.body, from.body, inputs, at)
  },
}
