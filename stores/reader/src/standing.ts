/** All that stands on a registration or a holder by order, or is under way about it, from its notes and the orders. */

import type { Notes } from '@cadastre/records'
import { type ActOn, actOf } from './acts.ts'
import { type OrderOn, ordersOn, type RepresentativeBy, representativeBy, stayedOn } from './orders.ts'
import type { Snapshot } from './published.ts'

export type Standing = {
  readonly orders: readonly OrderOn[]
  readonly acts: readonly ActOn[]
  readonly representatives: readonly RepresentativeBy[]
}

export const NOTHING_STANDS: Standing = { orders: [], acts: [], representatives: [] }

type State = Pick<Snapshot, 'publication' | 'underWay'>

/** `about`: a registration's id with its notes, or a holder's handle. */
export function standingOn(snapshot: State, about: string, notes: Notes | null = null): Standing {
  const { at } = snapshot.publication
  const noted = ordersOn(notes, at)
  const found = snapshot.underWay(about)
  if (found.length === 0) return noted.length === 0 ? NOTHING_STANDS : { ...NOTHING_STANDS, orders: noted }
  const named = found.flatMap((one) => (one.type === 'order' ? [one] : []))
  const stayed = named.flatMap((order) => stayedOn(order, about, at))
  // What is to be executed is noted all the while, stayed or not.
  const going = noted.filter(({ order }) => !stayed.some((one) => one.order === order))
  return {
    orders: [...going, ...stayed],
    acts: found.flatMap((one) => (one.type === 'application' ? (actOf(one, at) ?? []) : [])),
    representatives: named.flatMap((order) =>
      order.holder === about ? (representativeBy(order, at) ?? []) : [],
    ),
  }
}
