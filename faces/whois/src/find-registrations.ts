/** Registrations by id: an id names the entry that recorded it, and the entry names the cells. */

import { parseBlockKey } from '@cadastre/numbers'
import type { RegistryReader, Snapshot } from '@cadastre/reader'
import { registrationsOf } from './lookup.ts'
import type { Found } from './match.ts'
import { readOp } from './origins.ts'

const ID = /^R-(\d{1,15})(?:-\d{1,6})?$/

/** What of a registration is in force; nothing where the text is no id, or nothing is left of it. */
export async function findRegistrations(
  store: RegistryReader['store'],
  snapshot: Snapshot,
  id: string,
): Promise<readonly Found[]> {
  const index = Number(ID.exec(id)?.[1] ?? Number.NaN)
  if (!(index < snapshot.publication.size)) return []
  const [bytes] = await store.entries(index, 1)
  const outcome = bytes === undefined ? undefined : readOp(bytes)?.outcome
  if (outcome === undefined || !outcome.accepted) return []
  const parsed = outcome.effects
    .filter(({ key }) => !key.startsWith('obj/'))
    .map(({ key }) => parseBlockKey(key))
  return registrationsOf(
    snapshot,
    id,
    parsed.flatMap((one) => (one.ok ? [one.value] : [])),
  )
}
