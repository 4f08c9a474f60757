/**
 * What falls due about orders, in nobody's hand: the attestors have answered, the holder was notified, a window has
 * passed, an end has come, a stay is over, an authority is to be asked again, a seal has ended.
 */

import { answersOf } from '@cadastre/evidence'
import {
  type Application,
  addSeconds,
  asObject,
  type Examination,
  type Instant,
  isLasting,
  isLive,
  type Notes,
  nextDue,
  type OrderEffect,
  type OrderRecord,
  type RecordKey,
  waitsForWindow,
} from '@cadastre/records'
import { endApplication } from './applications.ts'
import { applicationKey, notesKey, notesOf, objectAt, recordNeed } from './common.ts'
import { accept, put, refuse } from './effects.ts'
import { fitsEntry } from './entry-room.ts'
import { emptyNotes } from './notes.ts'
import { execution, executionNeeds, hasMovedOn, returned, withEnd } from './order-execution.ts'
import {
  authorityAt,
  closed,
  deskSeconds,
  orderAt,
  orderHandleOf,
  orderKey,
  owedNotice,
  putOrder,
  resumed,
  undone,
  windowNeeds,
  withWindow,
} from './orders.ts'
import { lengthened } from './pauses.ts'
import type { Decision, Effect, Inputs, Need } from './procedure.ts'
import { MAX_NOTED_ORDERS } from './scoped-edits.ts'
import { noticeNeeds } from './to-notify.ts'

export function dueNeeds(subject: RecordKey, known: Inputs): readonly Need[] {
  if (subject.startsWith('obj/order/')) {
    const order = objectAt('order', subject, known)
    if (order === null) return []
    const first = [recordNeed(applicationKey(order.application)), ...windowNeeds(order, known)]
    return [...first, ...(order.seal === null ? [] : noticeNeeds()), ...executionNeeds(order, known)]
  }
  const application = objectAt('application', subject, known)
  if (application === null) return []
  const key = recordNeed(orderKey(orderHandleOf(application)))
  const order = known.has(key) ? objectAt('order', key.key, known) : null
  if (order === null) return [key]
  const first = [key, ...noticeNeeds(), ...windowNeeds(order, known)]
  return order.verified !== null ? first : [...first, ...executionNeeds(order, known)]
}

/** The attestors have answered, or the attempt to notify the holder was logged. */
export function decideApplicationDue(application: Application | null, inputs: Inputs, at: Instant): Decision {
  if (application?.state !== 'noticed' || application.due === null || application.due > at)
    return refuse('not-due')
  const order = orderAt(orderHandleOf(application), inputs)
  if (order === null) throw new Error('an order and its application are recorded by one entry')
  if (order.verified === null) return accept(answered(order, application, inputs, at))
  const notified: OrderRecord = { ...order, notified: order.notified ?? at }
  const next = order.state === 'verified' ? withWindow(notified, inputs, at) : notified
  return accept([putOrder(next), endApplication(application, 'effected')])
}

/** The answers that count, by question: those of the majority. */
function checklistOf({ questions, calls }: Examination): NonNullable<OrderRecord['checklist']> {
  const given = calls.filter(({ answers }) => answers !== null)
  return Object.fromEntries(
    questions.map((question) => {
      const yes = given.filter(({ answers }) => answers?.[question] === 'yes').length
      return [question, 2 * yes > given.length ? 'yes' : 'no']
    }),
  )
}

function answered(
  order: OrderRecord,
  application: Application,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  const { examination } = application
  if (examination === null) throw new Error('an order is examined')
  const answers = answersOf(examination)
  const known: OrderRecord = { ...order, checklist: checklistOf(examination) }
  if (answers !== 'positive') {
    const code = answers === null ? 'attestors-unavailable' : 'examination-negative'
    return [putOrder(closed(known, 'returned', code, at)), endApplication(application, 'failed', code)]
  }
  const verified: OrderRecord = { ...known, state: 'verified', verified: at }
  const effects = verifiedEffects(verified, application, inputs, at)
  const written = effects.find(({ key }) => key === orderKey(order.handle))
  const next = written === undefined ? null : asObject('order', written.key, written.next)
  if (next?.state === 'returned') {
    const failed: Application = { ...application, state: 'failed', reason: next.reason, due: null }
    return [...effects, put(applicationKey(application.handle), failed)]
  }
  return [...effects, afterwards(verified, application, inputs, at)]
}

/** The holder is told what was ordered, unless the order is sealed; then it is told when the seal ends, opened or not. */
function afterwards(
  { seal, holder }: OrderRecord,
  application: Application,
  inputs: Inputs,
  at: Instant,
): Effect {
  return seal === null || seal.until <= at
    ? owedNotice(application, holder, inputs, at)
    : endApplication(application, 'effected')
}

/** Inputs besides those that the order asks for. */
const LOOKED = 4

/** A verified order is executed at once, at the time that it fixes, or waits for its notice and its window. */
function verifiedEffects(
  order: OrderRecord,
  application: Application,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  const { detail, executeFrom } = order
  if (detail.effect === 'outside') throw new Error('it was returned when it was served')
  if (waitsForWindow(detail.effect)) {
    const notes = pendingNotes(order, detail.effect, inputs)
    if (notes === null) return returned(order, 'notes-full', inputs, at)
    const effects = [...notes, putOrder(order), owedNotice(application, order.holder, inputs, at)]
    const looked = LOOKED + dueNeeds(applicationKey(application.handle), inputs).length
    return fitsEntry(effects, looked)
      ? [...notes, putOrder(order)]
      : returned(order, 'entry-too-large', inputs, at)
  }
  if (executeFrom !== null && executeFrom > at)
    return [putOrder({ ...order, state: 'window', windowEnd: executeFrom, opened: at })]
  return execution(order, application, inputs, at)
}

/** Everybody sees on the registrations that an order is about to be executed. It stops nothing. */
function pendingNotes(
  { handle, scope }: OrderRecord,
  effect: OrderEffect,
  inputs: Inputs,
): readonly Effect[] | null {
  const next = new Map<string, Notes>()
  for (const { id, range } of scope) {
    const notes = next.get(id) ?? notesOf(inputs, id) ?? emptyNotes(id)
    if (notes.orders.length >= MAX_NOTED_ORDERS) return null
    const pending = { order: handle, effect, range, holds: false, until: null }
    next.set(id, { ...notes, orders: [...notes.orders, pending] })
  }
  return [...next].map(([id, notes]) => put(notesKey(id), notes))
}

/** Of an order: the first of what has fallen due, in this order; the rest falls due again at once. */
export function decideOrderDue(order: OrderRecord | null, inputs: Inputs, at: Instant): Decision {
  if (order === null) return refuse('not-due')
  const due = nextDue(order)
  if (due === null || due > at) return refuse('not-due')
  const { seal, until, stayed, windowEnd, state } = order
  const passed = (instant: Instant | null): boolean => instant !== null && instant <= at
  if (isLive(order) && isLasting(order.detail.effect) && state !== 'received' && passed(until))
    return accept(withEnd(closed(order, 'expired', null, at), order, inputs, at))
  if ((!isLive(order) || state === 'stayed') && passed(windowEnd))
    return accept(undone({ ...order, windowEnd: null }, order, inputs, at))
  if (passed(stayed?.until ?? null)) return accept([putOrder(resumed(order, inputs, at))])
  if ((state === 'window' || state === 'conflict') && passed(windowEnd))
    return accept(atWindowEnd(order, inputs, at))
  if (seal !== null && seal.opened === null && !seal.overdue && passed(seal.until))
    return accept([
      putOrder({ ...order, seal: { ...seal, overdue: true } }),
      ...toldAtLast(order, inputs, at),
    ])
  if (hasMovedOn(order, inputs)) return accept(returned(order, 'resource-moved', inputs, at))
  // An authority that was struck during its first notice has never been one.
  const authority = authorityAt(order.authority, inputs)
  if (authority === null || (authority.ended !== null && authority.ended < authority.noticedUntil))
    return accept(returned(order, 'authority-unknown', inputs, at))
  const askAgain = addSeconds(at, deskSeconds(inputs, 'askAgainSeconds'))
  return accept([putOrder({ ...order, asked: at, askAgain })])
}

/** The seal has ended, and nobody has opened it: whom the order names in public is told all the same. */
function toldAtLast(
  { application: name, holder }: OrderRecord,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  const application = objectAt('application', applicationKey(name), inputs)
  const waits = holder !== null && application?.state === 'effected'
  return waits ? [owedNotice(application, holder, inputs, at)] : []
}

/** A window is as much longer as was paused meanwhile; what the order itself fixes is not. */
function atWindowEnd(order: OrderRecord, inputs: Inputs, at: Instant): readonly Effect[] {
  const { windowEnd, opened, pausedSeconds, executeFrom, detail } = order
  if (windowEnd !== null && executeFrom === null && waitsForWindow(detail.effect)) {
    const longer = lengthened({ due: windowEnd, opened, pausedSeconds }, inputs, at)
    if (longer !== null)
      return [putOrder({ ...order, windowEnd: longer.due, pausedSeconds: longer.pausedSeconds })]
  }
  const application = objectAt('application', applicationKey(order.application), inputs)
  if (application === null) throw new Error('an order and its application are recorded by one entry')
  return execution(order, application, inputs, at)
}
