/**
 * P2 Allocate from a pool: a prefix or an AS number, lowest fit, in order of arrival. Where nothing is free, the
 * application waits in the queue of its size and is served as soon as something is. In a pool that is marked open the
 * applicant may choose the block. An applicant may leave the queue, and a fee may be asked for (`allocate-fee.ts`).
 */

import { consentInApplication } from '@cadastre/evidence'
import { blockLast, WIDTH } from '@cadastre/numbers'
import {
  type Application,
  handle,
  type Instant,
  object,
  type Pool,
  type ProcedureRecord,
  type Schema,
  tagged,
  untaggedOr,
} from '@cadastre/records'
import { awaitFee, feeAsked, feeNeeds, feeRefused, feeWord, requestHash, withFee } from './allocate-fee.ts'
import {
  ALLOCATE_ID,
  type AllocateWish,
  allocateTerms,
  chosenBlock,
  grantEffects,
  wishNeeds,
  wishOf,
  wishRefusal,
  wishSchema,
  withCursor,
} from './allocate-wish.ts'
import { endApplication, newApplication, withdrawalRefusal } from './applications.ts'
import { calendarNeed } from './business-days.ts'
import {
  type Asked,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  commonRefusal,
  consent,
  holderKey,
  holderOf,
  objectAt,
  poolKey,
  poolOf,
  recordNeed,
} from './common.ts'
import { accept, put, refuse } from './effects.ts'
import { type Search, searchLowestFit } from './lowest-fit.ts'
import { holderNotesOf, isBlocked, partialDelayEnd } from './notes.ts'
import { dequeued, nextTurn, queueOf, served, withExhausted, withQueue } from './pool-queues.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import { rejoined, rejoinNeeds, stoodAside } from './queue-aside.ts'
import type { RefusalCode } from './refusals.ts'

/** Anybody may carry what the fees' key says: it is signed. */
type Fee = { readonly step: 'fee'; readonly application: string }
type Withdraw = { readonly step: 'withdraw'; readonly application: string; readonly by: string }
export type AllocateBody = AllocateWish | Fee | Withdraw

const body: Schema<AllocateBody> = untaggedOr(
  'step',
  wishSchema,
  tagged('step', {
    fee: object({ application: handle }),
    withdraw: object({ application: handle, by: handle }),
  }),
)

/** What the lowest fit looks at beside the wish; a queue that others stand in is only appended to. */
function searchNeeds(wish: AllocateWish, known: Inputs, inQueue: boolean): readonly Need[] {
  const needs = wishNeeds(wish, known)
  const pool = known.has(recordNeed(poolKey(wish.pool))) ? poolOf(known, wish.pool) : null
  if (pool === null || wish.length > WIDTH[pool.space] || chosenBlock(wish) !== null) return needs
  const queue = queueOf(pool, wish.length)
  if (!inQueue && queue !== null) return [...needs, recordNeed(applicationKey(queue.tail))]
  const search = searchLowestFit(pool, wish.length, known)
  return search.kind === 'ask' ? [...needs, ...search.needs] : needs
}

/** Put the application at the end of the queue of its size. */
function enqueue(
  { request }: Asked<unknown>,
  wish: AllocateWish,
  search: Search | null,
  inputs: Inputs,
  at: Instant,
): Decision {
  const pool = poolOf(inputs, wish.pool)
  if (pool === null) throw new Error('checked by wishRefusal')
  const queue = queueOf(pool, wish.length)
  const application = newApplication(ALLOCATE_ID, request.body, [wish.holder], 'waiting', null, at)
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

/** Whether the fee stands in the way: it is asked for, and its receipt for exactly this request does not come along. */
function waitsForFee(
  from: Asked<unknown>,
  wish: AllocateWish,
  terms: ProcedureRecord | null,
  inputs: Inputs,
): boolean {
  if (!feeAsked(terms)) return false
  const word = feeWord(from, wish, requestHash(from.request, inputs), inputs)
  return word === null || word.refusal !== null
}

function decideWish(from: Asked<AllocateBody>, wish: AllocateWish, inputs: Inputs, at: Instant): Decision {
  const terms = allocateTerms(inputs)
  const holder = holderOf(inputs, wish.holder)
  if (holder === null) return refuse('holder-unknown')
  if (consent(holder, from, 'full') === null) return refuse('consent-missing')
  if (isBlocked(holderNotesOf(inputs, holder.handle), 'allocate', at)) return refuse('act-blocked')
  const refusal = wishRefusal(wish, terms, inputs)
  if (refusal !== null || terms === null) return refuse(refusal ?? 'procedure-unknown')
  if (waitsForFee(from, wish, terms, inputs)) return accept([awaitFee(from, wish, terms, inputs, at)])
  const chosen = chosenBlock(wish)
  if (chosen !== null) {
    const effects = grantEffects(wish, chosen, terms, inputs, at)
    return effects === null ? refuse('cell-full') : accept(effects)
  }
  const pool = poolOf(inputs, wish.pool)
  if (pool === null) throw new Error('checked by wishRefusal')
  if (queueOf(pool, wish.length) !== null) return enqueue(from, wish, null, inputs, at)
  const search = searchLowestFit(pool, wish.length, inputs)
  if (search.kind === 'ask') throw new Error('needs asked for everything')
  if (search.kind !== 'found') return enqueue(from, wish, search, inputs, at)
  const effects = grantEffects(wish, search.block, terms, inputs, at)
  if (effects === null) return refuse('cell-full')
  const next = withCursor(pool, wish.length, blockLast(search.block) + 1n)
  return accept([...effects, put(poolKey(pool.handle), next)])
}

/** What stands against serving an application now, by the terms under which it was recorded. */
function servingRefusal(
  application: Application,
  wish: AllocateWish,
  inputs: Inputs,
  at: Instant,
): RefusalCode | null {
  if (consentInApplication(application, wish.holder) === null) return 'consent-missing'
  if (isBlocked(holderNotesOf(inputs, wish.holder), 'allocate', at)) return 'act-blocked'
  return wishRefusal(wish, allocateTerms(inputs, application), inputs)
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
  // Who has left the queue keeps its link in it until here.
  if (head.state !== 'waiting') return accept([put(key, later)])
  const delayed = partialDelayEnd(holderNotesOf(inputs, wish.holder), 'allocate', at)
  if (delayed !== null)
    return accept([put(applicationKey(head.handle), stoodAside(head, delayed)), put(key, later)])
  const refusal = servingRefusal(head, wish, inputs, at)
  if (refusal !== null) return accept([endApplication(head, 'failed', refusal), put(key, later)])
  const search = searchLowestFit(pool, wish.length, inputs)
  if (search.kind === 'ask') throw new Error('needs asked for everything')
  if (search.kind === 'full') return accept([put(key, served(withExhausted(pool, wish.length), at))])
  if (search.kind === 'unfinished')
    return accept([put(key, { ...withCursor(pool, wish.length, search.cursor), serve: at })])
  const effects = grantEffects(wish, search.block, allocateTerms(inputs, head), inputs, at)
  const cursor = blockLast(search.block) + 1n
  if (effects === null) return accept([put(key, { ...withCursor(pool, wish.length, cursor), serve: at })])
  return accept([
    ...effects,
    put(applicationKey(head.handle), { ...head, state: 'effected' }),
    put(key, withCursor(later, wish.length, cursor)),
  ])
}

/** The application goes on where it stood aside: to its place in the queue, or to the block that was chosen. */
function goesOn(
  application: Application,
  wish: AllocateWish,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  const chosen = chosenBlock(wish)
  if (chosen === null) return rejoined(application, wish, inputs, at)
  const delayed = partialDelayEnd(holderNotesOf(inputs, wish.holder), 'allocate', at)
  if (delayed !== null) return [put(applicationKey(application.handle), stoodAside(application, delayed))]
  const refusal = servingRefusal(application, wish, inputs, at)
  const effects =
    refusal === null ? grantEffects(wish, chosen, allocateTerms(inputs, application), inputs, at) : null
  if (effects === null) return [endApplication(application, 'failed', refusal ?? 'cell-full')]
  return [...effects, endApplication(application, 'effected')]
}
function goesOnNeeds(application: Application, wish: AllocateWish, known: Inputs): readonly Need[] {
  return wish.block === null ? rejoinNeeds(application, wish, known) : wishNeeds(wish, known)
}

/** A delay has ended, or nobody said in time whether the fee was paid: then it counts as paid. */
function decideApplication(application: Application, inputs: Inputs, at: Instant): Decision {
  const { state, due } = application
  const wish = wishOf(application)
  if (wish === null || due === null || due > at) return refuse('not-due')
  const settled = state === 'fee-due' ? withFee(application, 'unanswered') : application
  return accept(goesOn(settled, wish, inputs, at))
}

function decideFee(from: Asked<AllocateBody>, name: string, inputs: Inputs, at: Instant): Decision {
  const application = applicationOf(inputs, name)
  const wish = wishOf(application)
  if (application === null || wish === null) return refuse('application-unknown')
  const { state, due, fee } = application
  if (state !== 'fee-due' || fee === null || due === null || due <= at) return refuse('application-closed')
  const word = feeWord(from, wish, fee.request, inputs)
  if (word === null) return refuse('fee-note-missing')
  return accept(
    word.refusal === null
      ? goesOn(withFee(application, 'paid'), wish, inputs, at)
      : [feeRefused(application)],
  )
}

function decideWithdrawal(from: Asked<AllocateBody>, wish: Withdraw, inputs: Inputs, at: Instant): Decision {
  const { body: _, ...rest } = from
  const refusal = withdrawalRefusal({ ...rest, body: wish }, ALLOCATE_ID, inputs, at)
  if (refusal !== null) return refuse(refusal)
  const application = applicationOf(inputs, wish.application)
  if (application === null) throw new Error('checked by withdrawalRefusal')
  return accept([endApplication(application, 'withdrawn')])
}

function requestNeeds(from: Asked<AllocateBody>, known: Inputs): readonly Need[] {
  const { body: wish } = from
  if (!('step' in wish)) {
    const search = searchNeeds(wish, known, false)
    if (!feeAsked(allocateTerms(known))) return search
    return [...feeNeeds(from), ...calendarNeed(ALLOCATE_ID, known), ...search]
  }
  const first = recordNeed(applicationKey(wish.application))
  if (wish.step === 'withdraw') return [first, recordNeed(holderKey(wish.by))]
  if (!known.has(first)) return [first, ...feeNeeds(from)]
  const application = applicationOf(known, wish.application)
  const asked = wishOf(application)
  return application === null || asked === null ? [] : goesOnNeeds(application, asked, known)
}

function dueNeeds(act: Extract<Act, { kind: 'due' }>, known: Inputs): readonly Need[] {
  const application = objectAt('application', act.subject, known)
  const own = wishOf(application)
  if (application !== null && own !== null) return goesOnNeeds(application, own, known)
  const pool = objectAt('pool', act.subject, known)
  const turn = pool === null ? null : nextTurn(pool)
  if (turn === null) return []
  const head = recordNeed(applicationKey(turn.head))
  if (!known.has(head)) return [head]
  const first = applicationOf(known, turn.head)
  const wish = wishOf(first)
  return first?.state !== 'waiting' || wish === null ? [] : searchNeeds(wish, known, true)
}

export const allocate: Procedure<AllocateBody> = {
  id: ALLOCATE_ID,
  body,
  refusals: [
    'body-malformed',
    'not-due',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'application-unknown',
    'application-closed',
    'not-party',
    'holder-unknown',
    'consent-missing',
    'fee-note-missing',
    'act-blocked',
    'pool-unknown',
    'size-not-allowed',
    'quota-reached',
    'block-not-open',
    'block-misaligned',
    'block-outside-pool',
    'block-taken',
    'cell-full',
    'fee-refused',
  ],
  deadlineSeconds: 60,
  needs(act, known) {
    const base = baseNeeds(ALLOCATE_ID)
    if (!base.every((need) => known.has(need))) return base
    if (act.kind === 'due') return dueNeeds(act, known)
    const from = asked(act, body)
    return from === null ? [] : requestNeeds(from, known)
  },
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      const application = objectAt('application', act.subject, inputs)
      if (application !== null) return decideApplication(application, inputs, at)
      const pool = objectAt('pool', act.subject, inputs)
      return pool === null ? refuse('not-due') : decideServe(pool, inputs, at)
    }
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const common = commonRefusal(from, inputs, ALLOCATE_ID)
    if (common !== null) return refuse(common)
    const { body: wish } = from
    if (!('step' in wish)) return decideWish(from, wish, inputs, at)
    return wish.step === 'fee'
      ? decideFee(from, wish.application, inputs, at)
      : decideWithdrawal(from, wish, inputs, at)
  },
}
