/** The states of an order, from its verification to its end. */

import type { Application, HolderNotes, Instant, KeyPolicy, NotedOrder, OrderRecord } from '@cadastre/records'
import { after } from './business-days.ts'
import { awaitNotice } from './examined.ts'
import { saveNotes } from './handing.ts'
import {
  hasEnded,
  isLasting,
  isLive,
  isThere,
  itemsOf,
  namedBy,
  scopeFault,
  waitsForWindow,
} from './order-checks.ts'
import { contradicting } from './order-conflicts.ts'
import { execute } from './order-effects.ts'
import { later, parameters } from './verdict.ts'
import { close, moved } from './windows.ts'
import type { World } from './world.ts'

const ADMINISTRATIVE_HOLD = 30 * 86_400
const TEXT_PUBLIC = 14 * 86_400

export const saveOrder = (world: World, order: OrderRecord): void =>
  world.put('order', order.handle, { ...order, due: nextDue(order) })

/** The next instant at which something happens by itself. */
function nextDue(order: OrderRecord): Instant | null {
  const { state, seal, stayed, until, windowEnd, askAgain } = order
  const times: (Instant | null)[] = []
  if (seal !== null && seal.opened === null && !seal.overdue) times.push(seal.until)
  if (state !== 'received' && isLive(order)) {
    if (isLasting(order)) times.push(until)
    if (state === 'window' || state === 'conflict') times.push(windowEnd)
    if (state === 'executed' || state === 'varied') times.push(askAgain)
    if (state === 'stayed') times.push(stayed?.until ?? null)
  }
  return times.filter((time) => time !== null).sort()[0] ?? null
}

export function returned(world: World, order: OrderRecord, reason: string): void {
  note(world, order, null)
  const application = world.application(order.application)
  if (application?.state === 'examining' || application?.state === 'noticed')
    close(world, application, 'failed', reason)
  saveOrder(world, {
    ...order,
    state: 'returned',
    reason,
    ended: world.at as Instant,
    windowEnd: null,
    askAgain: null,
  })
}

/** What the notes of the registrations say of an order: what is to be executed, what holds; null: nothing any more. */
function note(world: World, order: OrderRecord, holds: boolean | null): void {
  for (const { id, range } of order.scope) {
    if (holds === null) forget(world, id, order)
    const notes = world.notes(id)
    const others = notes.orders.filter((one) => one.order !== order.handle || one.range !== range)
    const { effect } = order.detail
    if (effect === 'outside') continue
    if (effect === 'annotate' && holds !== null) continue
    const own: NotedOrder = { order: order.handle, effect, range, holds: holds === true, until: order.until }
    saveNotes(world, { ...notes, orders: holds === null ? others : [...others, own] })
  }
}

/** Takes away that an authority has ordered something. */
function forget(world: World, id: string, { handle }: OrderRecord): void {
  const notes = world.notes(id)
  const annotations = notes.annotations.filter(({ by }) => by !== handle)
  if (annotations.length < notes.annotations.length) saveNotes(world, { ...notes, annotations })
}
/** A note that says that an authority has ordered something. */
function annotate(world: World, { scope, handle, document, seal, until }: OrderRecord): void {
  for (const { id } of scope) {
    const notes = world.notes(id)
    const facts = document ?? seal?.commitment ?? ''
    const known = {
      id: `N-${world.index}`,
      kind: 'order',
      by: handle,
      facts,
      evidence: facts,
      until,
    } as const
    saveNotes(world, { ...notes, annotations: [...notes.annotations, { ...known, since: world.index }] })
  }
}
/** The answers that count, by question. */
function majority({ examination }: Application): NonNullable<OrderRecord['checklist']> {
  const given = (examination?.calls ?? []).filter(({ answers, missed }) => answers !== null && !missed)
  const saysYes = (question: string): boolean =>
    given.filter(({ answers }) => answers?.[question] === 'yes').length * 2 > given.length
  return Object.fromEntries((examination?.questions ?? []).map((one) => [one, saysYes(one) ? 'yes' : 'no']))
}
/** The attestors have answered something with no, or nobody is left to decide between two. */
export function notVerified(
  world: World,
  order: OrderRecord,
  application: Application,
  reason: string,
): void {
  returned(world, { ...order, checklist: majority(application) }, reason)
}
/** The attestors have answered everything with yes. */
export function verified(world: World, order: OrderRecord, application: Application): void {
  const checklist = majority(application)
  const now = { ...order, checklist, verified: world.at as Instant, state: 'verified' as const }
  const isNow = !waitsForWindow(order) && (order.executeFrom === null || order.executeFrom <= world.at)
  const fault = isNow ? stopped(world, order) : null
  if (fault !== null) {
    returned(world, now, fault)
    return
  }
  const isSecret = order.seal !== null && order.seal.opened === null && order.seal.until > world.at
  if (order.holder !== null && !isSecret)
    awaitNotice(world, application, [order.holder], { seconds: 0, days: [] })
  else close(world, application, 'effected')
  if (waitsForWindow(now)) {
    note(world, now, false)
    saveOrder(world, now)
    return
  }
  attempt(world, now)
}

/** What an order names is looked for first, then conflicts, in which it waits, then everything else. */
function stopped(world: World, order: OrderRecord): string | null {
  if (!isThere(world, order)) return 'resource-moved'
  return contradicting(world, order).length > 0 ? null : scopeFault(world, order)
}
/** Executes where nothing stands in the way. */
function attempt(world: World, order: OrderRecord): void {
  const terms = parameters(world, 'serve-order/1', order.received)
  if (!isThere(world, order)) {
    returned(world, order, 'resource-moved')
    return
  }
  const conflicts = contradicting(world, order)
  if (conflicts.length > 0) {
    const windowEnd = after(world, world.at, terms, 'conflict') as Instant
    for (const handle of conflicts) saysSo(world, handle, order.handle)
    saveOrder(world, { ...order, state: 'conflict', conflicts, windowEnd, asked: world.at as Instant })
    return
  }
  if (order.executeFrom !== null && order.executeFrom > world.at) {
    saveOrder(world, { ...order, state: 'window', windowEnd: order.executeFrom, opened: world.at as Instant })
    return
  }
  const fault = scopeFault(world, order)
  if (fault === null) done(world, order)
  else returned(world, order, fault)
}

/** An order that has ended contradicts no other any more. */
function contradictsNone(world: World, { handle, conflicts }: OrderRecord): void {
  for (const one of conflicts) {
    const order = world.get('order', one)
    if (order !== null)
      world.put('order', one, { ...order, conflicts: order.conflicts.filter((other) => other !== handle) })
  }
}
/** The records of both say that they contradict each other. */
function saysSo(world: World, handle: string, other: string): void {
  const order = world.get('order', handle)
  if (order !== null && !order.conflicts.includes(other))
    world.put('order', handle, { ...order, conflicts: [...order.conflicts, other] })
}

function done(world: World, order: OrderRecord): void {
  const until = sooner(order.until, administrativeEnd(world, order))
  const lasting = { ...order, until }
  note(
    world,
    lasting,
    isLasting(order) && order.detail.effect !== 'appointRepresentative'
      ? order.detail.effect === 'hold'
      : null,
  )
  if (order.detail.effect === 'annotate') annotate(world, lasting)
  execute(world, lasting)
  const { askAgainSeconds = 0 } = parameters(world, 'serve-order/1', order.received)
  const asks = isLasting(order) && until === null
  const askAgain = asks ? (later(world.at, askAgainSeconds) as Instant) : null
  saveOrder(world, {
    ...lasting,
    state: 'executed',
    executed: world.at as Instant,
    conflicts: [],
    windowEnd: null,
    askAgain,
  })
  const named = namedBy(order)
  const other = named === null ? null : world.get('order', named)
  if (other !== null) onOther(world, order, other)
  const reversed = order.reverses === null ? null : world.get('order', order.reverses)
  // One that has ended in the meantime stays as it ended.
  if (reversed !== null && !hasEnded(reversed)) ends(world, reversed, 'reversed')
}
const sooner = (one: Instant | null, other: Instant | null): Instant | null =>
  one === null || (other !== null && other < one) ? other : one
function administrativeEnd(world: World, { detail, authority }: OrderRecord): Instant | null {
  if (detail.effect !== 'hold') return null
  const terms = world.get('authority', authority)?.terms
  if (terms === undefined || (terms.kind === 'court' && terms.holdSeconds === null)) return null
  return later(world.at, terms.holdSeconds ?? ADMINISTRATIVE_HOLD) as Instant
}

/** An order about another one. */
function onOther(world: World, { detail, handle, until }: OrderRecord, other: OrderRecord): void {
  if (detail.effect === 'stay') rests(world, other, handle, until)
  if (detail.effect === 'lift' && detail.what === 'order') ends(world, other, 'lifted')
  if (detail.effect === 'lift' && detail.what === 'stay') resume(world, other)
  if (detail.effect === 'vary') {
    const seal =
      other.seal !== null && detail.sealUntil !== null
        ? { ...other.seal, until: detail.sealUntil }
        : other.seal
    saveOrder(world, {
      ...other,
      until: detail.until,
      seal,
      variedBy: handle,
      state: other.state === 'executed' ? 'varied' : other.state,
    })
  }
}
/** A stayed order waits; a hold and an annotation rest. `by`: the order that stays it, or null for an appeal. */
export function rests(world: World, order: OrderRecord, by: string | null, until: Instant | null): void {
  note(world, order, waitsForWindow(order) ? false : null)
  const stayed = { by, from: order.state, until }
  saveOrder(world, { ...order, state: 'stayed', stayed, windowEnd: null })
}
/** What a stay or an appeal no longer stops goes on; a window begins anew. */
function resume(world: World, order: OrderRecord): void {
  const { stayed } = order
  if (stayed === null) return
  const free = { ...order, state: stayed.from, stayed: null }
  if (stayed.from !== 'executed' && stayed.from !== 'varied') {
    const terms = parameters(world, 'serve-order/1', order.received)
    const windowEnd = after(world, world.at, terms, 'window') as Instant
    saveOrder(
      world,
      waitsForWindow(order) ? { ...free, state: 'window', windowEnd, opened: world.at as Instant } : free,
    )
    return
  }
  if (order.detail.effect === 'annotate') annotate(world, free)
  else note(world, free, order.detail.effect === 'hold')
  saveOrder(world, free)
}

function ends(world: World, order: OrderRecord, state: 'expired' | 'lifted' | 'reversed'): void {
  note(world, order, null)
  contradictsNone(world, order)
  if (order.detail.effect === 'appointRepresentative' && order.executed !== null) restore(world, order)
  saveOrder(world, {
    ...order,
    state,
    ended: world.at as Instant,
    stayed: null,
    windowEnd: null,
    askAgain: null,
  })
}
function restore(world: World, { holder: handle }: OrderRecord): void {
  const holder = world.holder(handle)
  const notes: HolderNotes | null = holder === null ? null : world.holderNotes(holder.handle)
  const policy: KeyPolicy | null = notes?.representative?.restores ?? null
  if (holder === null || notes === null) return
  world.put('holder', holder.handle, { ...holder, policy })
  world.put('notes', holder.handle, { ...notes, representative: null })
}

/** Nothing of what it names is there any more, or its authority was struck from the register in its first notice. */
function baseless(world: World, order: OrderRecord): string | null {
  if (itemsOf(world, order) === null) return 'resource-moved'
  const authority = world.get('authority', order.authority)
  const isStruck = authority?.ended != null && authority.ended < authority.noticedUntil
  return isStruck ? 'authority-unknown' : null
}

/** An attempt to tell the holder was logged. */
export function told(world: World, order: OrderRecord, application: Application): void {
  close(world, application, 'effected')
  const now = { ...order, notified: order.notified ?? (world.at as Instant) }
  if (now.state === 'verified') openWindow(world, now)
  else saveOrder(world, now)
}
/** Its text is public. */
export function shown(world: World, order: OrderRecord): void {
  if (order.state === 'noticed') openWindow(world, order)
  else saveOrder(world, order)
}
/** The window runs from the notice; a text that no root vouches for must have been public as long. */
function openWindow(world: World, order: OrderRecord): void {
  const { notified, published, rooted, executeFrom, received } = order
  if (notified === null || (!rooted && published === null)) {
    saveOrder(world, { ...order, state: 'noticed' })
    return
  }
  const terms = parameters(world, 'serve-order/1', received)
  const own = executeFrom ?? after(world, notified, terms, 'window')
  const text = rooted || published === null ? '' : textPublic(world, published.at, terms)
  const windowEnd = (own > text ? own : text) as Instant
  saveOrder(world, { ...order, state: 'window', windowEnd, opened: world.at as Instant })
}

/** Ten business days, and never less than two weeks. */
function textPublic(world: World, from: string, terms: ReturnType<typeof parameters>): string {
  const [least, days] = [later(from, TEXT_PUBLIC), after(world, from, terms, 'window')]
  return least > days ? least : days
}

type Step = { readonly at: Instant | null; readonly step: (world: World, order: OrderRecord) => void }
/** What may fall due in an order in the state that it is in. */
function stepsOf(order: OrderRecord): readonly Step[] {
  const { seal, until, state, windowEnd, askAgain, stayed } = order
  const isEnding = isLive(order) && isLasting(order) && state !== 'received'
  return [
    { at: isEnding ? until : null, step: (world, one) => ends(world, one, 'expired') },
    { at: state === 'stayed' ? (stayed?.until ?? null) : null, step: resume },
    { at: state === 'window' || state === 'conflict' ? windowEnd : null, step: windowEnds },
    { at: seal !== null && seal.opened === null && !seal.overdue ? seal.until : null, step: sealEnds },
    { at: askAgain, step: asksAgain },
  ]
}
/** What falls due, or changes by itself: each by an act of its own, in this order. */
export function advance(world: World, order: OrderRecord): void {
  if (order.state === 'noticed') {
    openWindow(world, order)
    return
  }
  const first = stepsOf(order).find(({ at }) => at !== null && at <= world.at)
  if (first === undefined) saveOrder(world, order)
  else first.step(world, order)
}
/** The desk has not opened it: its holder is told all the same. */
function sealEnds(world: World, order: OrderRecord): void {
  const application = world.application(order.application)
  if (order.holder !== null && application?.state === 'effected')
    awaitNotice(world, application, [order.holder], { seconds: 0, days: [] })
  if (order.seal !== null) saveOrder(world, { ...order, seal: { ...order.seal, overdue: true } })
}
/** A pause lengthens a window, and not what an order fixes or what is done at verification. */
function windowEnds(world: World, order: OrderRecord): void {
  const { opened, pausedSeconds, windowEnd: due } = order
  const isWindow = waitsForWindow(order) && order.executeFrom === null
  const later = isWindow ? moved(world, { opened, due, pausedSeconds }) : null
  if (later === null) attempt(world, order)
  else saveOrder(world, { ...order, windowEnd: later.due, pausedSeconds: later.pausedSeconds })
}
function asksAgain(world: World, order: OrderRecord): void {
  const { askAgainSeconds = 0 } = parameters(world, 'serve-order/1', order.received)
  const fault = baseless(world, order)
  if (fault !== null) returned(world, order, fault)
  else {
    const askAgain = later(world.at, askAgainSeconds) as Instant
    saveOrder(world, { ...order, asked: world.at as Instant, askAgain })
  }
}
