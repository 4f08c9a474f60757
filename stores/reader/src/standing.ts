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
  const stayed: OrderOn[] = []
  const acts: ActOn[] = []
  const representatives: RepresentativeBy[] = []
  for (const one of found) {
    if (one.type === 'application') {
      const act = actOf(one, at)
      if (act !== null) acts.push(act)
      continue
    }
    stayed.push(...stayedOn(one, about, at))
    const by = one.holder === about ? representativeBy(one, at) : null
    if (by !== null) representatives.push(by)
  }
  if (noted.length === 0) return { orders: stayed, acts, representatives }
  // What is to be executed is noted all the while, stayed or not.
  const going = noted.filter(({ order }) => !stayed.some((one) => one.order === order))
  return { orders: [...going, ...stayed], acts, representatives }
}
