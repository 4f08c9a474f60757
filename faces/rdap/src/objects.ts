/** Objects of the state by type; the store holds them as the registrar wrote them, checked by `apply`. */

import { type RepresentativeBy, representativeBy, type Snapshot } from '@cadastre/reader'
import {
  type Application,
  type Holder,
  type Identity,
  type Notes,
  type OrderRecord,
  parseHandle,
  type Transit,
} from '@cadastre/records'

export function holderOf(snapshot: Snapshot, handle: string | null): Holder | null {
  return handle === null ? null : (snapshot.object('holder', handle) as Holder | null)
}

export function identityOf(snapshot: Snapshot, holder: Holder): Identity | null {
  return holder.identity === null ? null : (snapshot.object('identity', holder.identity) as Identity | null)
}

export function notesOf(snapshot: Snapshot, registration: string): Notes | null {
  return snapshot.object('notes', registration) as Notes | null
}

/** The move to another registry that is under way on a registration; null without one. */
export function transitOf(snapshot: Snapshot, notes: Notes | null): Transit | null {
  const handle = notes?.pending ?? null
  if (handle === null || parseHandle(handle) !== handle) return null
  return snapshot.object('transit', handle) as Transit | null
}

/** The procedure of the act that is under way on a registration, such as `transfer/1`; null where none is. */
export function pendingProcedure(snapshot: Snapshot, notes: Notes | null): string | null {
  const handle = notes?.pending ?? null
  if (handle === null || parseHandle(handle) !== handle) return null
  if (transitOf(snapshot, notes) !== null) return 'move-out/1'
  return (snapshot.object('application', handle) as Application | null)?.procedure ?? null
}

/** Who acts for a holder by the order of this handle; null where it is no order, or appoints nobody now. */
export function representativeOf(snapshot: Snapshot, handle: string | null): RepresentativeBy | null {
  if (handle === null || !/^O-[0-9]+$/.test(handle)) return null
  const order = snapshot.object('order', handle) as OrderRecord | null
  return order === null
    ? null
    : representativeBy({ type: 'order', ...order, effect: order.detail.effect }, snapshot.publication.at)
}
