/**
 * Orders as records: their keys, which of two prevails, when their window begins, and what is undone when one that lasts
 * has ended. What they write stands in `scoped-edits.ts`; when, in `order-execution.ts`.
 */

import { endOfOrder } from '@cadastre/evidence'
import { overlaps } from '@cadastre/numbers'
import {
  type Application,
  type Authority,
  type Desk,
  type Instant,
  isLasting,
  isLive,
  nextDue,
  ORDER_WINDOW_SECONDS,
  type OrderRecord,
  objectKey,
  type ProcedureTerms,
  type RecordKey,
  waitsForWindow,
} from '@cadastre/records'
import { calendarNeed, daysBy, windowEndOf } from './business-days.ts'
import {
  applicationKey,
  holderKey,
  holderOf,
  notesKey,
  notesOf,
  numberParameter,
  objectAt,
  procedureOf,
  recordNeed,
} from './common.ts'
import { lessen, put } from './effects.ts'
import { fitsEntry } from './entry-room.ts'
import { isInForce, rangeOfText, withoutOrder } from './holds.ts'
import { holderNotesKey, holderNotesOf, holderNotesRecord } from './notes.ts'
import type { Effect, Inputs, Need } from './procedure.ts'
import { awaitNotice } from './to-notify.ts'

export const SERVE_ORDER_ID = 'serve-order/1'
export const DESK_KEY: RecordKey = objectKey('desk', 'ORDERS')

export function orderKey(handle: string): RecordKey {
  return objectKey('order', handle)
}
export function orderAt(handle: string, inputs: Inputs): OrderRecord | null {
  return objectAt('order', orderKey(handle), inputs)
}
export function authorityKey(handle: string): RecordKey {
  return objectKey('authority', handle)
}
export function authorityAt(handle: string, inputs: Inputs): Authority | null {
  return objectAt('authority', authorityKey(handle), inputs)
}
export function deskOf(inputs: Inputs): Desk | null {
  return objectAt('desk', DESK_KEY, inputs)
}
/** The key under which a document, or what a sealed one is committed to, was served. */
export function documentKey(hash: string, inputs: Inputs): RecordKey {
  return objectKey('document', inputs.digest(hash).slice(0, 40).toUpperCase())
}
/** An order and the application of its examination are recorded by one entry: `O-41` and `A-41`. */
export function orderHandleOf({ handle }: Application): string {
  return `O-${handle.slice(2)}`
}

/** A parameter of the desk. */
export function deskSeconds(inputs: Inputs, name: string): number {
  const record = procedureOf(inputs, SERVE_ORDER_ID)
  if (record === null) throw new Error('no act of this procedure exists before genesis')
  return numberParameter(record, name)
}

export function putOrder(order: OrderRecord): Effect {
  return put(orderKey(order.handle), { ...order, due: nextDue(order) })
}

/** The order at its end. */
export function closed(
  order: OrderRecord,
  state: 'returned' | 'expired' | 'lifted' | 'reversed',
  reason: string | null,
  at: Instant,
): OrderRecord {
  return { ...order, state, reason, ended: at, stayed: null, windowEnd: null, askAgain: null }
}

const ENDED: readonly string[] = ['returned', 'expired', 'lifted', 'reversed']

/** Whether it has come to its end, from which nothing brings it back. */
export function hasEnded({ state }: OrderRecord): boolean {
  return ENDED.includes(state)
}

/** An order with who gave it. */
export type Given = { readonly order: OrderRecord; readonly authority: Authority | null }

function indexOf({ handle }: OrderRecord): number {
  return Number(handle.slice(2))
}

/**
 * Whether the first prevails over the second: of one hierarchy, by rank, then by date, then by which came later. Between
 * two hierarchies neither does.
 */
export function prevails(one: Given, other: Given): boolean {
  const [mine, its] = [one.authority?.terms, other.authority?.terms]
  if (mine === undefined || its === undefined) return false
  if (mine.country !== its.country || mine.hierarchy !== its.hierarchy) return false
  if (mine.rank !== its.rank) return mine.rank > its.rank
  if (one.order.date !== other.order.date) return one.order.date > other.order.date
  return indexOf(one.order) > indexOf(other.order)
}

const TAKING: readonly string[] = ['transferTo', 'cancelToPool']

/** Other orders that contradict this one as it would be executed now: holds in force, and whoever else takes the same. */
export function contradicting(order: OrderRecord, inputs: Inputs, at: Instant): readonly string[] {
  const { effect } = order.detail
  if (effect === 'appointRepresentative') {
    const other = order.holder === null ? null : holderNotesOf(inputs, order.holder)?.representative
    return other == null || other.order === order.handle ? [] : [other.order]
  }
  if (!TAKING.includes(effect)) return []
  const found = order.scope.flatMap(({ id, range }) =>
    (notesOf(inputs, id)?.orders ?? []).filter(
      (noted) =>
        noted.order !== order.handle &&
        noted.order !== order.reverses &&
        (isInForce(noted, at) || TAKING.includes(noted.effect)) &&
        overlaps(rangeOfText(noted.range), rangeOfText(range)),
    ),
  )
  return [...new Set(found.map((noted) => noted.order))]
}

/** The terms under which it was recorded (I5). */
export function termsOf({ since }: OrderRecord, inputs: Inputs): ProcedureTerms {
  const terms = procedureOf(inputs, SERVE_ORDER_ID, { recorded: since })
  if (terms === null) throw new Error('no act of this procedure exists before genesis')
  return terms
}

/** Inputs of {@link withWindow}. */
export function windowNeeds({ since }: OrderRecord, known: Inputs): readonly Need[] {
  return calendarNeed(SERVE_ORDER_ID, known, { recorded: since })
}

/**
 * The order with its window, where everything that it waits for is there: the notice, and the public text where no root
 * vouches for its seal. What the order fixes prevails over the window, not over the text.
 */
export function withWindow(order: OrderRecord, inputs: Inputs, at: Instant): OrderRecord {
  const { notified, published, rooted, executeFrom } = order
  if (notified === null) return { ...order, state: 'verified' }
  if (!rooted && published === null) return { ...order, state: 'noticed' }
  const window = {
    windowSeconds: ORDER_WINDOW_SECONDS,
    windowDays: [daysBy(termsOf(order, inputs), 'windowDays')],
  }
  const ends = [executeFrom ?? windowEndOf(window, inputs, at)]
  if (!rooted && published !== null) ends.push(windowEndOf(window, inputs, published.at))
  const windowEnd = ends.sort().at(-1) ?? at
  return { ...order, state: 'window', windowEnd, opened: at, pausedSeconds: 0 }
}

/** What stayed the order is over: what was done is done again, and a window begins anew. */
export function resumed(order: OrderRecord, inputs: Inputs, at: Instant): OrderRecord {
  const going: OrderRecord = { ...order, stayed: null }
  const { executed, executeFrom, detail } = order
  if (executed !== null || !waitsForWindow(detail.effect)) {
    const windowEnd = executed === null && executeFrom !== null && executeFrom > at ? executeFrom : at
    return { ...going, state: 'window', windowEnd, opened: at, pausedSeconds: 0 }
  }
  return withWindow(going, inputs, at)
}

/** Inputs of {@link undone}. */
export function releaseNeeds(order: OrderRecord): readonly Need[] {
  const { holder, scope, detail } = order
  const party =
    holder !== null && detail.effect === 'appointRepresentative'
      ? [recordNeed(holderKey(holder)), recordNeed(holderNotesKey(holder))]
      : []
  return [...party, ...scope.map(({ id }) => recordNeed(notesKey(id)))]
}

/** Inputs of an act that ends an order, beside those of each item of its scope. */
const LOOKED = 30

/**
 * An order as it is to be, ended or stayed, and what undoes it. Notes hold what strangers wrote too: where all of them
 * are more than one entry holds, the order's own due act releases the rest at once.
 */
export function undone(
  next: OrderRecord,
  order: OrderRecord,
  inputs: Inputs,
  at: Instant,
  taken: ReadonlySet<RecordKey> = new Set(),
): readonly Effect[] {
  const all = released(order, inputs)
  const free = all.filter(({ key }) => !taken.has(key))
  for (let count = free.length; ; count = Math.floor(count / 2)) {
    const whole = count === all.length
    const written = [...free.slice(0, count), putOrder(whole ? next : { ...next, windowEnd: at })]
    if (count === 0 || fitsEntry(written, LOOKED + 2 * order.scope.length)) return written
  }
}

/** What undoes a lasting order, or one that waits to be executed: its own entries, and nobody else's. */
function released(order: OrderRecord, inputs: Inputs): readonly Effect[] {
  const ids = [...new Set(order.scope.map(({ id }) => id))]
  const notes = ids.flatMap((id) => {
    const before = notesOf(inputs, id)
    const mine =
      before !== null &&
      (before.orders.some((noted) => noted.order === order.handle) ||
        before.annotations.some(({ kind, by }) => kind === 'order' && by === order.handle))
    return mine ? [put(notesKey(id), withoutOrder(before, order.handle))] : []
  })
  return [...keysGivenBack(order, inputs), ...notes]
}

function keysGivenBack(order: OrderRecord, inputs: Inputs): readonly Effect[] {
  if (order.detail.effect !== 'appointRepresentative' || order.holder === null) return []
  const holder = holderOf(inputs, order.holder)
  const notes = holderNotesOf(inputs, order.holder)
  const basis = endOfOrder(order)
  if (holder === null || basis === null || notes?.representative?.order !== order.handle) return []
  return [
    lessen(holderKey(holder.handle), { ...holder, policy: notes.representative.restores }, basis),
    put(holderNotesKey(holder.handle), holderNotesRecord({ ...notes, representative: null })),
  ]
}

/** The window of an order stands in its own record. */
const NO_WINDOW = { windowSeconds: 0, windowDays: [] }

/** The application of an order in the state in which its holder, or where it names none the public, is to be notified. */
export function owedNotice(
  application: Application,
  holder: string | null,
  inputs: Inputs,
  at: Instant,
): Effect {
  const holders = holder === null ? [] : [holder]
  return put(applicationKey(application.handle), awaitNotice(application, holders, NO_WINDOW, inputs, at))
}

/** Whether the order can be stayed, varied or lifted. */
export function canBeTouched(order: OrderRecord | null): order is OrderRecord {
  return order !== null && order.state !== 'received' && isLive(order)
}

/** Whether it has been executed and goes on. */
export function isInEffect(order: OrderRecord): boolean {
  return isLasting(order.detail.effect) && (order.state === 'executed' || order.state === 'varied')
}
