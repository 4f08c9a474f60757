/** The log read from its first entry into a history. */

import { parseStateEntry } from '@cadastre/answers'
import { decodeUtf8 } from '@cadastre/crypto'
import type { StateEntry } from '@cadastre/records'
import type { StoreReader } from '@cadastre/store-port'
import { DamagedWatchError, History } from './history.ts'
import { readObservedEntry } from './observed-entry.ts'

const ENTRIES_A_READ = 512

/** Reads one entry into the history; gives it where it is a state entry. */
export function followEntry(history: History, bytes: Uint8Array): StateEntry | null {
  const observed = readObservedEntry(bytes)
  if (observed !== null) {
    history.observed(observed)
    return null
  }
  const text = decodeUtf8(bytes)
  const state = text === null ? null : parseStateEntry(text)
  if (state === null) throw new DamagedWatchError(`entry ${history.size} is neither observed nor state`)
  history.state()
  return state
}

/** Reads the first `size` entries; gives the last state entry met. */
export async function followLog(
  store: Pick<StoreReader, 'entries'>,
  size: number,
  progress?: (entries: number, size: number) => void,
): Promise<{ readonly history: History; readonly state: StateEntry | null }> {
  const history = new History()
  let state: StateEntry | null = null
  while (history.size < size) {
    const entries = await store.entries(history.size, Math.min(ENTRIES_A_READ, size - history.size))
    if (entries.length === 0) throw new DamagedWatchError(`the store ends at entry ${history.size}`)
    for (const bytes of entries) state = followEntry(history, bytes) ?? state
    progress?.(history.size, size)
  }
  return { history, state }
}
