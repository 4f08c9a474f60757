/**
 * The last signed checkpoint, fsynced outside the store before anybody sees it. A restored backup would otherwise
 * grow another tree of the same size: a fork. The registrar compares at boot and refuses to sign.
 */

import type { Crypto } from '@cadastre/crypto'
import { bytesEqual } from '@cadastre/crypto'
import { parseCheckpoint, parseNote } from '@cadastre/notes'
import type { StoreReader } from '@cadastre/store-port'
import { readIfThere, writeDurably } from './public-files.ts'
import { rootAt } from './tree-nodes.ts'

/** Thrown where signing would contradict a checkpoint that was published: the operator must restore the newer store. */
export class ForkRefusedError extends Error {
  override readonly name: string = 'ForkRefusedError'
}

export interface CheckpointGuard {
  /** Keep the checkpoint durably; on return it may be shown. */
  keep(note: string): Promise<void>
  /** The checkpoint kept last; null where there is none. */
  last(): Promise<string | null>
}

/** A guard in a file of its own, not beside the database file it guards in any backup of it. */
export function fileGuard(file: string): CheckpointGuard {
  return { keep: (note) => writeDurably(file, note), last: () => readIfThere(file) }
}

/** Throw unless the store holds the whole tree of the checkpoint that was kept last. */
export async function refuseFork(crypto: Crypto, store: StoreReader, guard: CheckpointGuard): Promise<void> {
  const note = await guard.last()
  if (note === null) return
  const parsed = parseNote(note)
  const kept = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  if (!kept.ok) throw new ForkRefusedError('The kept checkpoint cannot be read; nothing is signed until it is restored.')
  const head = await store.head()
  const size = head?.size ?? 0
  if (size < kept.value.size)
    throw new ForkRefusedError(
      `The store ends at size ${size}, but a checkpoint of size ${kept.value.size} has been published: the store is older. Nothing is signed. Restore the newer store.`,
    )
  const root = await rootAt(crypto, store, kept.value.size)
  if (!bytesEqual(root, kept.value.root))
    throw new ForkRefusedError(
      `The store holds another tree than the checkpoint of size ${kept.value.size} that has been published. Nothing is signed. Restore the right store.`,
    )
}
