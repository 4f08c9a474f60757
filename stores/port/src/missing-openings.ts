/**
 * Whether what opens the commitments of current records is still there. Erasing takes a commitment out of the holder's
 * record by an op; one that stands in a record and has lost its opening without such an op is a fault of the store.
 */

import { commitmentsOf, type Holder, type RecordKey } from '@cadastre/records'
import type { StoreReader } from './index.ts'

export type MissingOpening = { readonly key: RecordKey; readonly commitment: string }

/** Commitments asked for at a time. */
const CHUNK = 500

/** Every commitment of a current holder's record that nothing opens any more. */
export async function missingOpenings(
  store: Pick<StoreReader, 'records' | 'openings'>,
): Promise<readonly MissingOpening[]> {
  const missing: MissingOpening[] = []
  let waiting: MissingOpening[] = []
  const ask = async (): Promise<void> => {
    const found = await store.openings(waiting.map(({ commitment }) => commitment))
    const open = new Set(found.map(({ commitment }) => commitment))
    missing.push(...waiting.filter(({ commitment }) => !open.has(commitment)))
    waiting = []
  }
  for await (const page of store.records())
    for (const { key, text } of page) {
      if (!key.startsWith('obj/holder/')) continue
      const holder: Holder = JSON.parse(text)
      waiting.push(...commitmentsOf(holder).map((commitment) => ({ key, commitment })))
      if (waiting.length >= CHUNK) await ask()
    }
  if (waiting.length > 0) await ask()
  return missing
}
