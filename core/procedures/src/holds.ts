/** Holds that an order has put on a registration: they stop what moves the numbers away, and nothing else. */

import { overlaps, parseRange, type Range } from '@cadastre/numbers'
import type { Instant, NotedOrder, Notes } from '@cadastre/records'
import { notesRecord } from './notes.ts'
import type { RefusalCode } from './refusals.ts'

/** The range of what an order concerns. Only what was read as a range is ever noted. */
export function rangeOfText(text: string): Range {
  const parsed = parseRange(text)
  if (!parsed.ok) throw new TypeError(`not a range: ${text}`)
  return parsed.value
}

/** Whether an entry is in force: what falls due counts as due, though it is not written yet. */
export function isInForce({ holds, until }: NotedOrder, at: Instant): boolean {
  return holds && (until === null || until > at)
}

/** `held`, where a hold is in force on some number of the range; null otherwise. */
export function heldRefusal(notes: Notes | null, range: Range, at: Instant): RefusalCode | null {
  const held = (notes?.orders ?? []).some(
    (noted) => isInForce(noted, at) && overlaps(rangeOfText(noted.range), range),
  )
  return held ? 'held' : null
}

/** Notes without the entries of this order; null where nothing is left to note. */
export function withoutOrder(notes: Notes, order: string): Notes | null {
  return notesRecord({
    ...notes,
    orders: notes.orders.filter((noted) => noted.order !== order),
    annotations: notes.annotations.filter(({ kind, by }) => kind !== 'order' || by !== order),
  })
}
