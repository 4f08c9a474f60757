/** Where execution stood when a position was published: what was saved, as far as the log itself shows it. */

import { bytesEqual } from '@cadastre/crypto'
import { canonicalJson } from '@cadastre/records'
import { parseEntry, SavedStateError } from '@cadastre/replay'
import type { AuthenticLog } from './authentic-log.ts'
import type { CopyFiles } from './copy-files.ts'
import type { LogIndex } from './log-index.ts'
import { ReplayedState, type SavedState, type StateMemory } from './replayed-state.ts'

/**
 * The state at the size of this log; null where nothing was saved there, or something else than the log says. Throws a
 * SavedStateError where the kept records are not those of the state: they and what was saved are gone then.
 */
export async function resumedState(
  log: AuthenticLog,
  memory: StateMemory,
  { files, index }: { readonly files: CopyFiles; readonly index: LogIndex },
): Promise<ReplayedState | null> {
  const { size, root } = log.checkpoint
  const text = await files.saved()
  const saved = text === null ? null : (JSON.parse(text) as SavedState)
  if (saved?.replay.size !== size) return null
  const [last] = await log.reader().entries(size - 1, 1)
  const records = await index.recordsAt(size)
  const shown = last === undefined ? null : parseEntry(last)
  if (records === null || shown?.kind !== 'state') return null
  if (canonicalJson(shown.entry) !== canonicalJson(saved.replay.lastState)) return null
  try {
    const state = await ReplayedState.resumed(memory, saved, records)
    if (bytesEqual(state.root, root)) return state
    throw new SavedStateError('it is of another log')
  } catch (error) {
    if (error instanceof SavedStateError) {
      // The memory is spent: the next start makes all of it again from the files.
      await files.forgetSaved()
      await index.discard()
    }
    throw error
  }
}
