/** Moves between registries that are under way, found from the numbers. */

import type { RegistryReader, Snapshot } from '@cadastre/reader'
import type { Notes, Registration, Transit } from '@cadastre/records'
import type { TransitBrief } from './generated/lookup-types.ts'
import { objectIndex } from './object-index.ts'

export function transitAt(snapshot: Snapshot, handle: string): Transit | null {
  return snapshot.object('transit', handle) as Transit | null
}

/** Whether numbers leave this registry or come to it: each side names both. */
function directionOf(transit: Transit, origin: string): 'out' | 'in' {
  return transit.source.origin === origin ? 'out' : 'in'
}

export function transitBrief(transit: Transit, origin: string): TransitBrief {
  const { handle, state, source, recipient, range, opened, since } = transit
  const direction = directionOf(transit, origin)
  const other = direction === 'out' ? recipient.origin : source.origin
  return { handle, state, direction, other, range, opened, since }
}

/**
 * The move that is under way on a registration: of what leaves, the pending act; of what comes, the record that was made
 * with the mark.
 */
export async function transitOn(
  reader: RegistryReader,
  snapshot: Snapshot,
  { kind, procedure, since }: Registration,
  notes: Notes | null,
): Promise<TransitBrief | null> {
  const { origin } = reader.info
  const pending = notes?.pending ?? null
  if (pending !== null) {
    const transit = transitAt(snapshot, pending)
    return transit === null ? null : transitBrief(transit, origin)
  }
  if (kind !== 'moved-out' || !procedure.startsWith('move-in/')) return null
  const { rows } = await objectIndex(reader).listing()
  for (const row of rows('transit')) {
    const transit = row.since === since ? transitAt(snapshot, row.handle) : null
    if (transit !== null) return transitBrief(transit, origin)
  }
  return null
}
