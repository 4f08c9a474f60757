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

/** Orders on the registration at `at`: holds in force, orders that wait to be executed, and notes of orders. */
export function ordersOn(notes: Notes | null, at: Instant): readonly OrderOn[] {
  if (notes === null) return []
  const { orders, annotations } = notes
  if (orders.length === 0 && annotations.length === 0) return []
  const noted = orders
    // What falls due counts as due, though it is not written yet.
    .filter(({ holds, until }) => !holds || until === null || until > at)
    .map((one): OrderOn => ({ ...one, says: saysOf(one) }))
  const annotated = annotations
    .filter(({ kind, until }) => kind === 'order' && (until === null || until > at))
    .map(({ by, until }): OrderOn => {
      const one = { order: by, effect: 'annotate', range: 'the whole registration', holds: false, until }
      return { ...one, says: saysOf(one) }
    })
  return [...noted, ...annotated]
}

function saysOf({ order, effect, range, holds, until }: Omit<OrderOn, 'says'>): string {
  const end = until === null ? '' : `, until ${until}`
  if (holds) return `Order ${order} holds ${range}: it cannot be moved away${end}; every service goes on.`
  if (effect === 'annotate') return `Order ${order} is noted on ${range}${end}.`
  return `Order ${order} (${effect}) on ${range} is to be executed.`
}
