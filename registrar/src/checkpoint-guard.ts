/**
 * The last signed checkpoint, fsynced outside the store before anybody sees it. A restored backup would otherwise
 * grow another tree of the same size: a fork. The registrar compares at boot and refuses to sign.
 */

import { bytesEqual, type Crypto } from '@cadastre/crypto'
import { parseCheckpoint, parseNote } from '@cadastre/notes'
import type { StoreReader } from '@cadastre/store-port'
import { PRIVATE_MODE, readIfThere, writeDurably } from './durable-file.ts'
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

/** A guard in a private file of its own, not beside the database file it guards in any backup of it. */
export function fileGuard(file: string): CheckpointGuard {
  return { keep: (note) => writeDurably(file, note, PRIVATE_MODE), last: () => readIfThere(file) }
}

/** The head that a checkpoint signs. */
export type SignedHead = { readonly size: number; readonly root: Uint8Array; readonly note: string }

/**
 * Throw unless the store holds the whole tree of this checkpoint, which the registry signed before. `where` it was
 * found: "The kept checkpoint", "The public checkpoint". Gives its head; null where there is none.
 */
export async function refuseFork(
  crypto: Crypto,
  store: Pick<StoreReader, 'head' | 'tileHashes'>,
  origin: string,
  where: string,
  note: string | null,
): Promise<SignedHead | null> {
  if (note === null) return null
  const parsed = parseNote(note)
  const signed = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  if (!signed.ok) throw refused(`${where} cannot be read.`, 'Restore it from a copy.')
  const { size, root } = signed.value
  if (signed.value.origin !== origin)
    throw refused(
      `${where} is of the log ${signed.value.origin}, not of ${origin}.`,
      'Each registry needs a directory of its own.',
    )
  const head = await store.head()
  const end = head?.size ?? 0
  if (end < size)
    throw refused(
      `${where} has size ${size}, but the store ends at size ${end}: the store is older than what was published.`,
      'Restore the newer store.',
    )
  if (!bytesEqual(await rootAt(crypto, store, size), root))
    throw refused(
      `${where} of size ${size} signs another tree than the store holds.`,
      'Restore the store that was published.',
    )
  return { size, root, note }
}

function refused(what: string, remedy: string): ForkRefusedError {
  return new ForkRefusedError(`${what} Nothing is signed, so that no two histories are. ${remedy}`)
}
