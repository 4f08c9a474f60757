/** What stands on a registration by order of an authority, in words that every face shows alike. */

import type { Instant, Notes } from '@cadastre/records'

export type OrderOn = {
  /** `O-41` */
  readonly order: string
  readonly effect: string
  readonly range: string
  /** Whether the numbers cannot be moved away now. */
  readonly holds: boolean
  readonly until: Instant | null
  readonly says: string
}

/** Path of an order's page. */
export function orderPath(order: string): string {
  return `/orders/${order}`
}

const NONE: readonly OrderOn[] = []

/** Orders on the registration at `at`: holds in force, orders that wait to be executed, and notes of orders. */
export function ordersOn(notes: Notes | null, at: Instant): readonly OrderOn[] {
  if (notes === null) return NONE
  const found: OrderOn[] = []
  for (const { order, effect, range, holds, until } of notes.orders) {
    // What falls due counts as due, though it is not written yet.
    if (holds && until !== null && until <= at) continue
    found.push({ order, effect, range, holds, until, says: saysOf({ order, effect, range, holds, until }) })
  }
  for (const { kind, by, until } of notes.annotations) {
    if (kind !== 'order' || (until !== null && until <= at)) continue
    const one = { order: by, effect: 'annotate', range: 'the whole registration', holds: false, until }
    found.push({ ...one, says: saysOf(one) })
  }
  return found
}

function saysOf({ order, effect, range, holds, until }: Omit<OrderOn, 'says'>): string {
  const end = until === null ? '' : `, until ${until}`
  if (holds) return `Order ${order} holds ${range}: it cannot be moved away${end}; every service goes on.`
  if (effect === 'annotate') return `Order ${order} is noted on ${range}${end}.`
  return `Order ${order} (${effect}) on ${range} is to be executed.`
}
