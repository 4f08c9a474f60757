/** What stops numbers from moving away: locks, holds, delays, acts that are pending. The same for every way out. */

import type { Holder, HolderNotes, NotedOrder, Notes } from '@cadastre/records'
import { common, type Span, spanOf, touches } from './numbers.ts'
import type { Parcel, World } from './world.ts'

const runs = (until: string | null, at: string): boolean => until !== null && until > at

export function lockFault(world: World, holder: Holder): string | null {
  const { at } = world
  if (runs(holder.lockedUntil, at)) return 'locked'
  if (runs(holder.frozenUntil, at)) return 'frozen'
  return runs(holder.transferableFrom, at) ? 'recovered-recently' : null
}
export function noteFault(world: World, parcel: Parcel): string | null {
  const { heldUntil, delayedUntil } = world.notes(parcel.entry.id)
  if (runs(heldUntil, world.at)) return 'hold-after-allocation'
  return runs(delayedUntil, world.at) ? 'delayed' : null
}
/** Whether a legal act forbids this kind of act to the holder, or a delay on a name alone runs. */
export function isBlocked(world: World, handle: string, kind: 'allocate' | 'transfer'): boolean {
  return blocksOf(world, handle, kind).length > 0
}
export function blocksOf(
  world: World,
  handle: string,
  kind: 'allocate' | 'transfer',
): HolderNotes['blocked'] {
  return world
    .holderNotes(handle)
    .blocked.filter(({ kinds, until }) => kinds.includes(kind) && (until === null || until > world.at))
}

/** Orders on the notes of a registration that hold some of these numbers. */
export function holdsOn(world: World, parcel: Parcel, span: Span): readonly NotedOrder[] {
  return world.notes(parcel.entry.id).orders.filter((order) => {
    const range = spanOf(order.range)
    return order.holds && runs(order.until ?? '9999', world.at) && range !== null && touches(range, span)
  })
}
/** Whether an order holds some of the registration's numbers that the span names. */
export function isHeld(world: World, parcel: Parcel, span: Span): boolean {
  const both = common(parcel, span)
  if (both === null) return false
  return [parcel, ...world.over(both), ...world.within(both)].some(
    (one) => holdsOn(world, one, both).length > 0,
  )
}

export function setPending(world: World, id: string, pending: string | null): void {
  world.put('notes', id, { ...world.notes(id), pending })
}
/** Takes notes away that say nothing any more. */
export function clearPending(world: World, id: string): void {
  saveNotes(world, { ...world.notes(id), pending: null })
}
export function saveNotes(world: World, notes: Notes): void {
  if (saysNothing(notes)) world.drop('notes', notes.registration)
  else world.put('notes', notes.registration, notes)
}
export function saveHolderNotes(world: World, notes: HolderNotes): void {
  const { blocked, delayed, representative, dissolution, filed, holder } = notes
  if (
    blocked.length === 0 &&
    [delayed, representative, dissolution ?? null, filed ?? null].every((one) => one === null)
  )
    world.drop('notes', holder)
  else world.put('notes', holder, notes)
}
function saysNothing(notes: Notes): boolean {
  return (
    notes.pending === null &&
    notes.heldUntil === null &&
    notes.annotations.length === 0 &&
    notes.delayedUntil === null &&
    notes.pastFacts.length === 0 &&
    notes.orders.length === 0 &&
    (notes.claims ?? []).length === 0
  )
}

/** Notes and holds go with numbers that get another registration's id. */
export function moveNotes(world: World, from: string, to: string): void {
  const old = world.notes(from)
  const heldUntil = runs(old.heldUntil, world.at) ? old.heldUntil : null
  // What an authority noted is of the registration that it named.
  const annotations = old.annotations.filter(({ kind }) => kind !== 'order')
  const notes = {
    ...old,
    heldUntil,
    annotations,
    orders: [],
    registration: to,
    pending: null,
    since: world.index,
  }
  if (!saysNothing(notes)) world.put('notes', to, notes)
}
