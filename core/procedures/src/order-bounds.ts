/**
 * Invariant I8 and the guards of the order desk at run time, whatever `decide` did: what an act writes on the basis of an
 * order lies in that order's scope; an order goes from state to state only as it may, never before its notice, its
 * window and its public text; holds stand and fall with their orders; an authority has its full notice.
 */

import type { Order } from '@cadastre/evidence'
import { contains, NUMBER_SPACES, type NumberSpace, type Range, subtract } from '@cadastre/numbers'
import {
  ADMINISTRATIVE_HOLD_SECONDS,
  AUTHORITY_NOTICE_SECONDS,
  type Authority,
  addSeconds,
  asObject,
  type Cell,
  CHECKLIST,
  canonicalJson,
  type Instant,
  isChild,
  type Json,
  MAX_SEAL_SECONDS,
  NOT_FOR_OPERATOR,
  type NotedOrder,
  ORDER_WINDOW_SECONDS,
  type OrderDetail,
  type OrderRecord,
  type RecordKey,
  type Registration,
  registrationRange,
  waitsForWindow,
} from '@cadastre/records'
import { cellOf } from './effects.ts'
import { rangeOfText } from './holds.ts'
import { authorityKey, DESK_KEY, hasEnded, orderKey } from './orders.ts'
import type { Effect } from './procedure.ts'

type Before = (key: RecordKey) => unknown

/** The first thing that an act does beyond an order; null where there is none. */
export function beyondOrders(effects: readonly Effect[], before: Before, at: Instant): string | null {
  for (const { key, next } of effects) {
    const fault = key.startsWith('obj/order/')
      ? orderFault(asObject('order', key, before(key)), asObject('order', key, next), before, at)
      : key.startsWith('obj/authority/')
        ? authorityFault(key, next, effects, before, at)
        : key === DESK_KEY
          ? deskFault(before(key), next)
          : key.startsWith('obj/notes/')
            ? notedFault(key, before(key), next, effects)
            : null
    if (fault !== null) return `${key}: ${fault}`
  }
  return baselessOrder(effects, before) ?? outsideScope(effects, before)
}

/**
 * An order is a basis in the very act in which its record says so: it is executed with this scope, or, to give back what
 * it took, it ends. Whatever else an act calls an order is none.
 */
function baselessOrder(effects: readonly Effect[], before: Before): string | null {
  for (const basis of effects.flatMap((effect) => effect.basis)) {
    if (basis.kind !== 'order') continue
    const was = orderBefore(basis.order, before)
    const written = effects.find(({ key }) => key === orderKey(basis.order))
    const is = written === undefined ? null : asObject('order', written.key, written.next)
    if (was === null || is === null) return `${basis.order}: no order is executed here`
    const runs = is.state === 'executed' || is.state === 'varied'
    const begins = runs && is.executed !== null && was.state !== is.state
    const ends = !runs && was.executed !== null && basis.scope.length === 0
    if (!begins && !ends) return `${basis.order}: neither executed nor ended here`
    const stated = canonicalJson(basis.scope) === canonicalJson(was.scope) || basis.scope.length === 0
    if (!stated || basis.effect !== was.detail.effect) return `${basis.order}: says something else`
  }
  return null
}

/** What never changes in an order once it is recorded, but for what the end of its seal shows (`hidden`). */
function fixedOf(order: OrderRecord, hidden: boolean): string {
  const { authority, date, authenticity, rooted, scope, executeFrom, reverses, served, received } = order
  const { seal, detail, holder, document, reference, application } = order
  const shown = hidden ? [] : [holder, document, reference, detail]
  const fixed = { authority, date, authenticity, rooted, scope, executeFrom, reverses, served, received }
  return canonicalJson({
    ...fixed,
    application,
    effect: detail.effect,
    commitment: seal?.commitment ?? null,
    shown,
  })
}

function orderFault(
  was: OrderRecord | null,
  is: OrderRecord | null,
  before: Before,
  at: Instant,
): string | null {
  if (is === null) return 'an order that vanishes'
  const goes = is.state !== 'returned' && waitsForWindow(is.detail.effect)
  if (is.seal !== null && goes) return 'a sealed order that takes something away'
  if (was === null) return is.state === 'received' || is.state === 'returned' ? null : 'an order unexamined'
  const hidden = was.seal !== null && was.seal.opened === null
  if (fixedOf(was, hidden) !== fixedOf(is, hidden)) return 'an order that says something else than before'
  if (hasEnded(was) && is.state !== was.state) return 'an order that had ended'
  if (is.published !== null && was.published === null && is.published.at !== at)
    return 'a text that was public before it was logged'
  if (is.notified !== null && was.notified === null && is.notified !== at)
    return 'a notice that was before it was logged'
  if (is.state === 'expired' && was.state !== 'expired' && (was.until === null || was.until > at))
    return 'an order that ends before its end'
  const longer = is.seal !== null && is.seal.until !== was.seal?.until
  if (longer && is.seal.until > addSeconds(at, MAX_SEAL_SECONDS)) return 'a seal of more than twelve months'
  const runs = is.state === 'executed' || is.state === 'varied'
  if (!runs) return null
  if (was.executed !== is.executed) return executionFault(was, is, before, at)
  return was.until === is.until ? null : lapseFault(is, before)
}

/** A hold of an authority that is no court lapses, unless a court varied it or the law that it rests on says otherwise. */
function lapseFault(
  { detail, authority: name, executed, until, variedBy }: OrderRecord,
  before: Before,
): string | null {
  if (detail.effect !== 'hold' || executed === null) return null
  const authority = authorityBefore(name, before)
  if (authority?.terms.kind === 'court') return null
  const by = variedBy === null ? null : orderBefore(variedBy, before)
  if (by !== null && authorityBefore(by.authority, before)?.terms.kind === 'court') return null
  const lapses = addSeconds(executed, authority?.terms.holdSeconds ?? ADMINISTRATIVE_HOLD_SECONDS)
  return until === null || until > lapses ? 'an administrative hold that does not lapse' : null
}

function authorityBefore(handle: string, before: Before): Authority | null {
  const key = authorityKey(handle)
  return asObject('authority', key, before(key))
}
function orderBefore(handle: string, before: Before): OrderRecord | null {
  const key = orderKey(handle)
  return asObject('order', key, before(key))
}

function executionFault(was: OrderRecord, is: OrderRecord, before: Before, at: Instant): string | null {
  if (is.executed !== at || is.verified === null || is.checklist === null) return 'an order unverified'
  const court = authorityBefore(is.authority, before)?.terms.kind === 'court'
  const items = court ? CHECKLIST : [...CHECKLIST, NOT_FOR_OPERATOR]
  const { checklist } = is
  if (!items.every((item) => checklist[item] === 'yes')) return 'an order of which a fact is missing'
  if (waitsForWindow(is.detail.effect)) return windowFault(was, at)
  return lapseFault(is, before)
}

function windowFault(was: OrderRecord, at: Instant): string | null {
  const { state, notified, windowEnd, executeFrom, published, rooted } = was
  if (state !== 'window' && state !== 'conflict') return 'an execution without a window'
  if (notified === null) return 'an execution before the notice'
  const earliest = executeFrom ?? addSeconds(notified, ORDER_WINDOW_SECONDS)
  if (windowEnd === null || windowEnd > at || earliest > at) return 'a window that was shortened'
  const isPublic = published !== null && addSeconds(published.at, ORDER_WINDOW_SECONDS) <= at
  return rooted || isPublic ? null : 'an execution on a text that was not public'
}

/** Entries of orders on a registration are written by acts on these orders alone, and a hold is as its order says. */
function notedFault(key: RecordKey, old: unknown, next: Json, effects: readonly Effect[]): string | null {
  const [was, is] = [notedIn(key, old), notedIn(key, next)]
  for (const handle of new Set([...was, ...is].map(({ order }) => order))) {
    const mine = (noted: NotedOrder): boolean => noted.order === handle
    const [had, has] = [was.filter(mine), is.filter(mine)]
    if (canonicalJson(had) === canonicalJson(has)) continue
    const written = effects.find(({ key }) => key === orderKey(handle))
    const order = written === undefined ? null : asObject('order', written.key, written.next)
    if (order === null) return `${handle} comes or goes without an act on it`
    const runs = order.state === 'executed' || order.state === 'varied'
    for (const noted of has) {
      if (noted.holds && !runs) return `${handle} holds without being in force`
      if (noted.holds && (order.detail.effect !== 'hold' || noted.until !== order.until))
        return `${handle} holds otherwise than ordered`
      const stated = order.scope.some(({ range }) => range === noted.range)
      if (!stated) return `${handle} is noted on numbers that it does not state`
    }
  }
  return null
}

function notedIn(key: RecordKey, record: unknown): readonly NotedOrder[] {
  return asObject('notes', key, record)?.orders ?? []
}

function authorityFault(
  key: RecordKey,
  next: Json,
  effects: readonly Effect[],
  before: Before,
  at: Instant,
): string | null {
  const was = asObject('authority', key, before(key))
  const is = asObject('authority', key, next)
  if (is === null) return 'an authority that vanishes'
  if (was === null)
    return is.noticedUntil >= addSeconds(at, AUTHORITY_NOTICE_SECONDS) ? null : 'an authority without notice'
  if (was.ended !== null || was.noticedUntil !== is.noticedUntil) return 'an authority that is rewritten'
  const inNotice = is.ended !== null && was.noticedUntil > at
  const application = effects.find(({ key: other }) => other === `obj/application/${is.application}`)
  const old =
    application === undefined ? null : asObject('application', application.key, before(application.key))
  const noticed = (old?.notice?.windowSeconds ?? 0) >= AUTHORITY_NOTICE_SECONDS
  return inNotice || noticed ? null : 'a change of an authority without its notice'
}

function deskFault(old: unknown, next: Json): string | null {
  const [was, is] = [asObject('desk', DESK_KEY, old), asObject('desk', DESK_KEY, next)]
  if (is === null) return 'the desk vanishes'
  if (was === null) return null
  if (canonicalJson(was.roots) !== canonicalJson(is.roots)) return 'roots after genesis'
  return is.served < was.served ? 'an order that is not counted any more' : null
}

/** The numbers of one registration before and after an act, as far as it writes cells that hold it. */
type Held = {
  readonly space: NumberSpace
  readonly was: Registration[]
  readonly pieces: Registration[]
}

function spaceOf(key: RecordKey): NumberSpace | null {
  return NUMBER_SPACES.find((name) => key.startsWith(`${name}/`)) ?? null
}

function cellsHeld(effects: readonly Effect[], before: Before): ReadonlyMap<string, Held> {
  const held = new Map<string, Held>()
  for (const { key, next } of effects) {
    const space = spaceOf(key)
    if (space === null) continue
    const entry = ({ id }: Registration): Held => {
      const known = held.get(id) ?? { space, was: [], pieces: [] }
      held.set(id, known)
      return known
    }
    for (const registration of cellOf(before(key)).registrations) entry(registration).was.push(registration)
    for (const registration of cellOf(next).registrations) entry(registration).pieces.push(registration)
  }
  return held
}

/** Numbers, registrations and services that an act changes on the basis of an order that does not state them (I8). */
function outsideScope(effects: readonly Effect[], before: Before): string | null {
  const order = effects.flatMap(({ basis }) => basis).find((basis) => basis.kind === 'order')
  if (order === undefined) {
    const onOrder = effects.some(({ key }) => key.startsWith('obj/order/'))
    const cell = effects.find(({ key }) => !key.startsWith('obj/'))
    return onOrder && cell !== undefined ? `${cell.key}: written without the order` : null
  }
  for (const { key, next, basis } of effects) {
    if (key.startsWith('obj/holder/') && basis.includes(order) && key !== `obj/holder/${order.holder}`)
      return `${key}: not the holder that the order names`
    if (spaceOf(key) !== null && servicesLost(cellOf(before(key)), cellOf(next), order))
      return `${key}: services that the order does not concern`
  }
  const detail = orderBefore(order.order, before)?.detail ?? null
  for (const [id, held] of cellsHeld(effects, before)) {
    const fault = held.was.length === 0 ? gainFault(held, order, detail) : lossFault(held, order)
    if (fault !== null) return `${id}: ${fault}`
  }
  return null
}

/** A new registration lies in the scope, and is for whom the order says. */
function gainFault({ space, pieces }: Held, { scope }: Order, detail: OrderDetail | null): string | null {
  const receiver = detail?.effect === 'transferTo' ? detail.receiver : null
  const stated = scope.map(({ range }) => rangeOfText(range))
  const lies = (piece: Registration): boolean =>
    stated.some((range) => contains(range, registrationRange(piece, space)))
  if (!pieces.every(lies)) return 'not stated'
  return pieces.every(({ holder }) => holder === receiver) ? null : 'not for whom the order says'
}

function lossFault({ space, was, pieces }: Held, order: Order): string | null {
  const kept = pieces.map((piece) => registrationRange(piece, space))
  for (const registration of was) {
    const lost = subtract(registrationRange(registration, space), kept)
    if (!lost.every((range) => isStated(range, registration, order))) return 'more than stated'
  }
  const correctable = order.effect === 'correct'
  const known = new Set(was.map((registration) => declared(registration, correctable)))
  return pieces.every((piece) => known.has(declared(piece, correctable)))
    ? null
    : 'changed otherwise than ordered'
}

function isStated(range: Range, was: Registration, { scope, effect }: Order): boolean {
  return scope.some(
    (item) =>
      contains(rangeOfText(item.range), range) &&
      (item.id === was.id || (effect === 'cancelToPool' && isChild(was.kind))),
  )
}

/** All of a registration but its extent, and but what a correction may change. */
function declared({ first: _, last: __, ...rest }: Registration, correctable: boolean): string {
  return canonicalJson(correctable ? { ...rest, country: null, registered: null, status: '' } : rest)
}

/** Whether services end in a cell whose own registration the order does not name, nor cancel with what it names. */
function servicesLost(was: Cell, is: Cell, { scope, effect }: Order): boolean {
  const own = was.registrations.at(-1)
  if (own === undefined || scope.some(({ id }) => id === own.id)) return false
  if (effect === 'cancelToPool' && isChild(own.kind)) return false
  const mine = ({ rdns, routes, roas }: Cell): readonly string[] =>
    [rdns, ...routes, ...roas].flatMap((one) => (one?.under === own.id ? [canonicalJson(one)] : []))
  const kept = new Set(mine(is))
  return mine(was).some((one) => !kept.has(one))
}
