/** What the rendering of a registration needs, gathered from a snapshot. */

import {
  type ActOn,
  NOTHING_STANDS,
  type OrderOn,
  type RepresentativeBy,
  type Snapshot,
  standingOn,
} from '@cadastre/reader'
import {
  type CoveringCell,
  type CoveringRegistration,
  type Holder,
  type Instant,
  NEW_HOLDER,
  type Notes,
  type Transit,
} from '@cadastre/records'
import { commitmentsOf, type Needs } from './facts.ts'
import { holderOf, notesOf, pendingProcedure, transitOf } from './objects.ts'
import { type Registered, registered, type Zone } from './subject.ts'

export type RegistrationView = Registered & {
  readonly holder: Holder | null
  readonly notes: Notes | null
  /** What stands on it by order of an authority. */
  readonly orders: readonly OrderOn[]
  /** Claims and successions in their window, of it or of its holder's whole record. */
  readonly acts: readonly ActOn[]
  /** Who acts for its holder by order of an authority. */
  readonly representatives: readonly RepresentativeBy[]
  /** Procedure of the act under way on it, such as `transfer/1`. */
  readonly pending: string | null
  /** The move to another registry that is under way. */
  readonly transit: Transit | null
  /** Attribution of the file from which it was imported. */
  readonly source: string | null
}

export type ZoneView = { readonly zone: Zone; readonly under: RegistrationView }

/**
 * `path` leads to the block in which the registration was found, or deeper. `below`: the object that it is shown in; what
 * concerns a holder's whole record is said once, where the holder is at the top.
 */
export function viewRegistration(
  snapshot: Snapshot,
  path: readonly CoveringCell[],
  found: CoveringRegistration,
  below: 'holder' | null = null,
): RegistrationView {
  const subject = registered(snapshot, path, found)
  const { id, holder, provenance } = subject.registration
  // Acts are under way, and locks hold, on what somebody holds.
  const notes = holder === null ? null : notesOf(snapshot, id)
  const own = holder === null ? NOTHING_STANDS : standingOn(snapshot, id, notes)
  const whole = holder === null || below === 'holder' ? NOTHING_STANDS : standingOn(snapshot, holder)
  const from =
    provenance === null ? undefined : snapshot.registry.sources.find(({ source }) => source === provenance)
  return {
    ...subject,
    holder: holderOf(snapshot, holder),
    notes,
    orders: own.orders,
    acts: whole.acts.length === 0 ? own.acts : [...own.acts, ...whole.acts],
    representatives: whole.representatives,
    pending: pendingProcedure(snapshot, notes),
    transit: transitOf(snapshot, notes),
    source: from === undefined ? null : `${from.file} (${from.attribution})`,
  }
}

export function viewZone(snapshot: Snapshot, zone: Zone): ZoneView {
  return { zone, under: viewRegistration(snapshot, zone.path, zone.under) }
}

export function needsOf({ registration, holder }: RegistrationView): Needs {
  return { entries: [registration.since], commitments: commitmentsOf(holder) }
}

export function needsOfZone({ zone, under }: ZoneView): Needs {
  const { entries, commitments } = needsOf(under)
  return { entries: [...entries, zone.rdns.since], commitments }
}

/**
 * Whether no transfer of all of it can happen at `at`: the holder's own lock or freeze, recovered keys, a hold after
 * allocation, a hold by order. A remark says which of its numbers an order holds.
 */
export function isTransferHeld(
  { holder, notes, orders }: Pick<RegistrationView, 'holder' | 'notes' | 'orders'>,
  at: Instant,
): boolean {
  if (orders.some(({ holds }) => holds)) return true
  const { lockedUntil, frozenUntil, transferableFrom } = holder ?? NEW_HOLDER
  return [lockedUntil, frozenUntil, transferableFrom, notes?.heldUntil].some(
    (until) => until !== null && until !== undefined && until > at,
  )
}
