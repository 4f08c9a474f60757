/** What stands on a registration by order of an authority, in words that every face shows alike. */

import type { Instant, Notes } from '@cadastre/records'
import type { OrderUnderWay } from '@cadastre/replay'

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

/**
 * A stayed order on what it names of this registration, or of this holder: it is not among the notes, because it has no
 * effect while it is stayed. `about`: id or handle.
 */
export function stayedOn(order: OrderUnderWay, about: string, at: Instant): readonly OrderOn[] {
  const { handle, effect, ranges, holder, state, stayed, until } = order
  if (state !== 'stayed' || (until !== null && until <= at)) return NONE
  const named = ranges.length === 0 && holder === about ? [about] : ranges
  const by = stayed === null || stayed.by === null ? 'an appeal' : `order ${stayed.by}`
  const end = stayed === null || stayed.until === null ? '' : `, until ${stayed.until}`
  const once = named.length === 1 ? named : [...new Set(named)]
  return once.map((range) => ({
    order: handle,
    effect,
    range,
    holds: false,
    until,
    says: `Order ${handle} (${effect}) on ${range} is stayed by ${by}${end}: it has no effect meanwhile.`,
  }))
}

/** Who acts for a holder by order of an authority. */
export type RepresentativeBy = { readonly order: string; readonly holder: string; readonly says: string }

/** The representative that an order appoints at `at`; null where it appoints none, or is stayed or over. */
export function representativeBy(
  { handle, effect, holder, state, until }: Omit<OrderUnderWay, 'ranges'>,
  at: Instant,
): RepresentativeBy | null {
  if (effect !== 'appointRepresentative' || holder === null) return null
  if ((state !== 'executed' && state !== 'varied') || (until !== null && until <= at)) return null
  const end = until === null ? '' : `, until ${until}`
  const says = `Order ${handle} appoints a representative of ${holder}, whose keys act for it${end}; its own keys come back when that ends.`
  return { order: handle, holder, says }
}
