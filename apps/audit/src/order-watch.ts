/** The report on orders, counted again from the few entries that touch one. */

import type { Instant, LoggedEffect } from '@cadastre/records'
import { parseEntry } from '@cadastre/replay'
import { OrderCounts, type OrdersReport } from '@cadastre/statistics'

/** What an entry about an order, an authority or the count of orders names. */
const ORDER_KEYS = ['obj/order/', 'obj/authority/', 'obj/desk/']
const ORDER_NEEDLES = ORDER_KEYS.map((key) => `"${key}`)

export class OrderWatch {
  readonly #counts = new OrderCounts()
  /** The last effect on each record that counts. */
  readonly #last = new Map<string, LoggedEffect>()

  /** The bytes of an entry. */
  add(bytes: Uint8Array): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (!ORDER_NEEDLES.some((key) => text.includes(key))) return
    const parsed = parseEntry(bytes)
    if (parsed?.kind !== 'op' || !parsed.entry.outcome.accepted) return
    this.restore(
      parsed.entry.outcome.effects.filter(({ key }) => ORDER_KEYS.some((start) => key.startsWith(start))),
    )
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
