/** What stands in the way of numbers passing from their holder to somebody else, here or in another registry. */

import type { Holder, HolderNotes, Instant, Notes } from '@cadastre/records'
import { holderBar } from './holder-locks.ts'
import { delayEnd, isBlocked } from './notes.ts'
import type { RefusalCode } from './refusals.ts'

/**
 * Null where nothing does. `notes`: of the registration; `parties`: notes on those between whom it passes; `pending`:
 * the handle of the act that is to be the pending one, null where none may be.
 */
export function movableRefusal(
  holder: Holder,
  notes: Notes | null,
  parties: readonly (HolderNotes | null)[],
  pending: string | null,
  at: Instant,
): RefusalCode | null {
  const bar = holderBar(holder, at)
  if (bar !== null) return bar
  if (notes !== null && notes.heldUntil !== null && notes.heldUntil > at) return 'hold-after-allocation'
  if (delayEnd(notes, at) !== null) return 'delayed'
  if (parties.some((party) => isBlocked(party, 'transfer', at))) return 'act-blocked'
  return (notes?.pending ?? null) === pending ? null : 'act-pending'
}
