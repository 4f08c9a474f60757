/**
 * The execution of an order: what it needs to know, whether another order contradicts it, and what it then does, exactly.
 * An order that cannot be executed any more goes back with a code; it pursues nobody to whom the numbers have gone.
 *
 *     executionNeeds(order, known): readonly Need[]
 *     execution(order, application, inputs, at): readonly Effect[]      the order's own record among them
 */

import { type Order, orderOf } from '@cadastre/evidence'
import {
  ADMINISTRATIVE_HOLD_SECONDS,
  type Application,
  type Authority,
  addSeconds,
  commitmentsOf,
  DAY_SECONDS,
  type Instant,
  instantFromSeconds,
  isLasting,
  type Notes,
  type OrderDetail,
  type OrderRecord,
} from '@cadastre/records'
import { deadlineOf } from './business-days.ts'
import { holderOf, notesKey, notesOf, recordNeed } from './common.ts'
import { put } from './effects.ts'
import { fitsEntry } from './entry-room.ts'
import { touchCode } from './order-form.ts'
import { namedServices, scatteredRefusal, scopeNeeds, subjectOf } from './order-scope.ts'
import {
  authorityAt,
  authorityKey,
  closed,
  contradicting,
  deskSeconds,
  type Given,
  hasEnded,
  isInEffect,
  orderAt,
  orderKey,
  prevails,
  putOrder,
  releaseNeeds,
  resumed,
  termsOf,
  undone,
  windowNeeds,
} from './orders.ts'
import type { Effect, Inputs, Need } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { ScopedEdits } from './scoped-edits.ts'

/** The order that this one touches, by its effect or because it reverses it. */
function touched({ detail, reverses }: OrderRecord): readonly string[] {
  return [...('order' in detail ? [detail.order] : []), ...(reverses === null ? [] : [reverses])]
}

export function executionNeeds(order: OrderRecord, known: Inputs): readonly Need[] {
  const { detail, scope, holder } = order
  const first = [recordNeed(authorityKey(order.authority)), ...scopeNeeds(detail, scope, holder, known)]
  if (!first.every((need) => known.has(need))) return first
  // Notes of every registration in the scope are among the inputs, and so is whoever represents the holder.
  const others = contradicting(order, known, FOREVER).slice(0, MAX_CONTRADICTING)
  return [
    ...first,
    ...[...others, ...order.conflicts].flatMap((handle) => givenNeeds(handle, known)),
    ...touched(order).flatMap((handle) => otherNeeds(handle, known)),
  ]
}

/** No hold has ended before the beginning of time: so every entry is looked at. */
const FOREVER: Instant = instantFromSeconds(0)

/** So many orders that contradict it are looked at; it prevails over no more than that. */
const MAX_CONTRADICTING = 16

function givenNeeds(handle: string, known: Inputs): readonly Need[] {
  const key = recordNeed(orderKey(handle))
  const other = known.has(key) ? orderAt(handle, known) : null
  return other === null ? [key] : [key, recordNeed(authorityKey(other.authority))]
}

function otherNeeds(handle: string, known: Inputs): readonly Need[] {
  const key = recordNeed(orderKey(handle))
  const other = known.has(key) ? orderAt(handle, known) : null
  if (other === null) return givenNeeds(handle, known)
  // A stay that is lifted begins its window anew, by its own terms.
  const calendars = windowNeeds(other, known)
  return [...givenNeeds(handle, known), ...calendars, ...releaseNeeds(other)]
}

function given(order: OrderRecord, inputs: Inputs): Given {
  return { order, authority: authorityAt(order.authority, inputs) }
}

/** Orders over which this one does not prevail, and that it would contradict. */
function conflictsOf(order: OrderRecord, inputs: Inputs, at: Instant): readonly string[] {
  const own = given(order, inputs)
  const noted = contradicting(order, inputs, FOREVER)
  if (noted.length > MAX_CONTRADICTING) return noted.slice(0, MAX_CONTRADICTING)
  // One that is stayed contradicts nothing while it rests; this one may still have to prevail over it.
  const standing = contradicting(order, inputs, at).filter(
    (handle) => orderAt(handle, inputs)?.state !== 'stayed',
  )
  return [...standing, ...touched(order)].filter((handle) => {
    const other = orderAt(handle, inputs)
    if (other === null) return false
    // One that has ended contradicts nothing; one that is reversed may have been executed for good.
    const matters =
      handle === order.reverses ? !hasEnded(other) : touchCode({ effect: 'hold' }, other) === null
    return matters && !prevails(own, given(other, inputs))
  })
}

/** What the execution writes, the order's record and what follows for it included. */
export function execution(
  order: OrderRecord,
  application: Application,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  const authority = authorityAt(order.authority, inputs)
  if (authority === null) return returned(order, 'authority-unknown', inputs, at)
  const target = 'order' in order.detail ? orderAt(order.detail.order, inputs) : null
  if ('order' in order.detail) {
    const code = touchCode(order.detail, target)
    if (code !== null) return returned(order, code, inputs, at)
  }
  const moved = movedOn(order, inputs)
  if (moved !== null) return returned(order, moved, inputs, at)
  const conflicts = conflictsOf(order, inputs, at)
  if (conflicts.length > 0) {
    // Status quo; both authorities are asked, again each time that it is looked at.
    const windowEnd = deadlineOf(termsOf(order, inputs), 'conflictDays', inputs, at)
    const next: OrderRecord = { ...order, state: 'conflict', conflicts, windowEnd, asked: at }
    return [putOrder(next), ...namedByOthers(order, next, inputs)]
  }
  const basis = orderOf(order, application, at)
  // Nothing is executed that is no basis yet, whatever made it fall due.
  if (basis === null) return [putOrder({ ...order, state: 'window', windowEnd: addSeconds(at, DAY_SECONDS) })]
  const done: OrderRecord = {
    ...order,
    state: order.variedBy === null ? 'executed' : 'varied',
    until: untilOf(order, authority, at),
    conflicts: [],
    windowEnd: null,
    executed: order.executed ?? at,
    askAgain: askAgainOf(order, authority, inputs, at),
  }
  const written =
    target === null
      ? direct(done, basis, inputs, at)
      : { effects: onOrder(done, authority, target, inputs, at), code: null }
  if (written.code !== null) return returned(order, written.code, inputs, at)
  const made = [...written.effects, ...reversal(order, written.effects, inputs, at), putOrder(done)]
  const effects = [...made, ...namedByOthers(order, done, inputs, made)]
  const looked = new Set(executionNeeds(order, inputs).map(({ key, q }) => `${q} ${key}`)).size
  return fitsEntry(effects, looked + LOOKED) ? effects : returned(order, 'entry-too-large', inputs, at)
}

/**
 * The other orders of a conflict say so too, for as long as this one does: their records name it. So many as an entry
 * holds beside it; where a conflict is larger than that, this one's record has them all.
 */
function namedByOthers(
  was: OrderRecord,
  is: OrderRecord,
  inputs: Inputs,
  made: readonly Effect[] = [],
): readonly Effect[] {
  const written = new Set(made.map(({ key }) => key))
  const effects: Effect[] = []
  for (const handle of new Set([...was.conflicts, ...is.conflicts])) {
    const other = orderAt(handle, inputs)
    if (other === null || written.has(orderKey(handle))) continue
    const without = other.conflicts.filter((one) => one !== is.handle)
    const conflicts = is.conflicts.includes(handle) ? [...without, is.handle] : without
    if (conflicts.length === other.conflicts.length) continue
    const more = [...effects, putOrder({ ...other, conflicts })]
    if (conflicts.length > MAX_CONTRADICTING || !fitsEntry([...made, putOrder(is), ...more], ROOM)) break
    effects.push(...more.slice(effects.length))
  }
  return effects
}
/** Inputs of the largest execution. */
const ROOM = 120

/** Inputs besides those of the execution: the registry, the procedure, the order and its application. */
const LOOKED = 6

/** Why the order cannot find what it names any more; null where everything is where it says. */
function movedOn({ detail, scope, holder }: OrderRecord, inputs: Inputs): RefusalCode | null {
  for (const item of scope) {
    const subject = subjectOf(item, holder, inputs)
    if (!subject.ok) return subject.error
  }
  return scatteredRefusal(detail, scope, holder, inputs)
}

/** Whether nothing of what the order names is there any more. */
export function hasMovedOn({ scope, holder }: OrderRecord, inputs: Inputs): boolean {
  return scope.length > 0 && scope.every((item) => !subjectOf(item, holder, inputs).ok)
}

/** The order goes back; what it left on the notes of registrations goes with it. */
export function returned(
  order: OrderRecord,
  code: RefusalCode,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  return withEnd(closed(order, 'returned', code, at), order, inputs, at)
}

/** An order that ends by itself: what undoes it, and the orders with which it was in conflict are in none any more. */
export function withEnd(
  next: OrderRecord,
  order: OrderRecord,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  const made = undone(next, order, inputs, at)
  return [...made, ...namedByOthers(order, { ...next, conflicts: [] }, inputs, made)]
}

/** A hold of an authority that is no court lapses, unless the law that it is registered with says otherwise. */
function untilOf(
  { detail, until, executed, variedBy }: OrderRecord,
  { terms }: Authority,
  at: Instant,
): Instant | null {
  // Whoever varied it has said how long it lasts.
  if (variedBy !== null) return until
  if (detail.effect !== 'hold' || terms.kind === 'court') return until
  const lapses = addSeconds(executed ?? at, terms.holdSeconds ?? ADMINISTRATIVE_HOLD_SECONDS)
  return until === null || until > lapses ? lapses : until
}

/** Whoever gave an open-ended order is asked from time to time whether it still stands. */
function askAgainOf(
  { detail, until }: OrderRecord,
  authority: Authority,
  inputs: Inputs,
  at: Instant,
): Instant | null {
  const open = isLasting(detail.effect) && until === null
  return open && (detail.effect !== 'hold' || authority.terms.kind === 'court')
    ? addSeconds(at, deskSeconds(inputs, 'askAgainSeconds'))
    : null
}

type Written = { readonly effects: readonly Effect[]; readonly code: RefusalCode | null }

/** What the order does to numbers, registrations and its holder's record. */
function direct(order: OrderRecord, basis: Order, inputs: Inputs, at: Instant): Written {
  const edits = new ScopedEdits(basis, inputs, at)
  const code = done(order, basis, edits, inputs)
  if (code !== null) return { effects: [], code }
  if (!isLasting(order.detail.effect)) edits.settle()
  return { effects: edits.effects(), code: null }
}

function done(
  { detail, holder, until, document, seal }: OrderRecord,
  { scope }: Order,
  edits: ScopedEdits,
  inputs: Inputs,
): RefusalCode | null {
  const each = (one: (item: Order['scope'][number]) => RefusalCode | null): RefusalCode | null =>
    scope.reduce<RefusalCode | null>((code, item) => code ?? one(item), null)
  switch (detail.effect) {
    case 'hold':
      return each((item) => edits.hold(item, until))
    case 'annotate':
      return each((item) => edits.annotate(item, document ?? seal?.commitment ?? '', until))
    case 'correct': {
      const { field, value } = detail
      if (field === 'name') return edits.correctHolder(field, value)
      if (scope.length > 0) return each((item) => edits.correct(item, field, value))
      return field === 'country' ? edits.correctHolder(field, value) : 'scope-missing'
    }
    case 'transferTo':
      return each((item) => edits.transfer(item, detail.receiver))
    case 'cancelToPool':
      return each((item) => edits.cancel(item, deskSeconds(inputs, 'quarantineSeconds')))
    case 'withdrawNamedService':
      return edits.withdraw(namedServices(detail))
    case 'appointRepresentative':
      return edits.represent(detail.m, detail.keys)
    case 'disclose':
      return disclosed(detail, holder, inputs)
    default:
      throw new Error('checked before: it is an order about an order, or outside the vocabulary')
  }
}

/** Nothing is written: what is opened to the authority is opened from the erasable store, by its commitment. */
function disclosed(
  { commitments }: Extract<OrderDetail, { effect: 'disclose' }>,
  holder: string | null,
  inputs: Inputs,
): RefusalCode | null {
  if (commitments.length === 0) return null
  const named = holder === null ? null : holderOf(inputs, holder)
  if (named === null) return 'holder-unknown'
  const known = commitmentsOf(named)
  return commitments.every((one) => known.includes(one)) ? null : 'commitment-unknown'
}

/** What an order does to an earlier one: it varies its end, stays it, or lifts it or its stay. */
function onOrder(
  order: OrderRecord,
  authority: Authority,
  target: OrderRecord,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  const { detail } = order
  switch (detail.effect) {
    case 'vary':
      return varied(order, authority, target, inputs, at)
    case 'stay': {
      const stayed = { by: order.handle, from: target.state, until: order.until }
      const next = asStayed(target, stayed)
      return isInEffect(target) ? undone(next, target, inputs, at) : [putOrder(next)]
    }
    case 'lift':
      return detail.what === 'stay'
        ? [putOrder(resumed(target, inputs, at))]
        : undone(closed(target, 'lifted', null, at), target, inputs, at)
    default:
      throw new Error('only these three name an order')
  }
}

export function asStayed(order: OrderRecord, stayed: NonNullable<OrderRecord['stayed']>): OrderRecord {
  return { ...order, state: 'stayed', stayed, windowEnd: null }
}

/** The earlier order with its new end, also where it is noted. */
function varied(
  { detail, handle }: OrderRecord,
  authority: Authority,
  target: OrderRecord,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  if (detail.effect !== 'vary') throw new Error('only vary varies')
  const own = authorityAt(target.authority, inputs)
  const until =
    authority.terms.kind === 'court' || own === null
      ? detail.until
      : untilOf({ ...target, until: detail.until, variedBy: null }, own, at)
  const seal =
    target.seal === null || detail.sealUntil === null
      ? target.seal
      : { ...target.seal, until: detail.sealUntil, overdue: false }
  const next: OrderRecord = {
    ...target,
    until,
    seal,
    variedBy: handle,
    state: target.state === 'executed' ? 'varied' : target.state,
    askAgain:
      until === null && isInEffect(target) ? addSeconds(at, deskSeconds(inputs, 'askAgainSeconds')) : null,
  }
  const ids = [...new Set(target.scope.map(({ id }) => id))]
  const notes = ids.flatMap((id) => {
    const before = notesOf(inputs, id)
    return before === null ? [] : [put(notesKey(id), withUntil(before, target.handle, until))]
  })
  return [...notes, putOrder(next)]
}

function withUntil(notes: Notes, order: string, until: Instant | null): Notes {
  return {
    ...notes,
    orders: notes.orders.map((noted) => (noted.order === order ? { ...noted, until } : noted)),
    annotations: notes.annotations.map((one) =>
      one.kind === 'order' && one.by === order ? { ...one, until } : one,
    ),
  }
}

/** The order that this one reverses on appeal has ended; what lasted of it is undone. */
function reversal(
  { reverses }: OrderRecord,
  written: readonly Effect[],
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  const reversed = reverses === null ? null : orderAt(reverses, inputs)
  // One that came to its end in the meantime stays as it ended: there is nothing left to undo.
  if (reversed === null || hasEnded(reversed)) return []
  const next = closed(reversed, 'reversed', null, at)
  // What this order writes itself, the reversed one's own due act goes over afterwards.
  const taken = new Set(written.map(({ key }) => key))
  return isInEffect(reversed) ? undone(next, reversed, inputs, at, taken) : [putOrder(next)]
}
