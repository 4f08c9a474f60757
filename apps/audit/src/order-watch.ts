/** The report on orders, counted again from the few entries that touch one. */

import type { Instant, LoggedEffect } from '@cadastre/records'
import { OrderCounts, type OrdersReport } from '@cadastre/statistics'

/** What an entry about an order, an authority or the count of orders names. */
const ORDER_KEYS = ['obj/order/', 'obj/authority/', 'obj/desk/']

export class OrderWatch {
  readonly #counts = new OrderCounts()
  /** The last effect on each record that counts. */
  readonly #last = new Map<string, LoggedEffect>()

  /** The effects of an accepted entry. */
  add(effects: readonly LoggedEffect[]): void {
    const about = effects.filter(({ key }) => ORDER_KEYS.some((start) => key.startsWith(start)))
    if (about.length > 0) this.restore(about)
  }

  /** Go on from what {@link OrderWatch.saved} gave. */
  restore(effects: readonly LoggedEffect[]): void {
    for (const effect of effects) this.#last.set(effect.key, effect)
    this.#counts.add({ outcome: { accepted: true, effects } })
  }

  saved(): readonly LoggedEffect[] {
    return [...this.#last.values()]
  }

  report(at: Instant | null): OrdersReport {
    if (at !== null) this.#counts.state(at)
    return this.#counts.report()
  }
}
