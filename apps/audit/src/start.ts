/** Where an audit begins: at the first entry, or where the last one stood, if that was kept and fits. */

import type { Crypto } from '@cadastre/crypto'
import { type Checkpoint, parseCheckpoint, parseNote } from '@cadastre/notes'
import { Replayer, type ReplayOptions, SavedStateError } from '@cadastre/replay'
import { fillFrom, loadSnapshot, type Snapshot, SnapshotError } from './snapshot.ts'
import { TreeCheck } from './tree-check.ts'

export const MAX_FAULTS = 1000

/** No statement about the log can be made: no checkpoint, or none that the policy accepts. */
export class AuditImpossibleError extends Error {
  override readonly name: string = 'AuditImpossibleError'
}

/** What the last audit kept, or null; and why it is not used, if there is something. */
type Kept = { readonly snapshot: Snapshot | null; readonly why: string | null }

export type Start = Kept & { readonly tree: TreeCheck; readonly replayer: Replayer }

type Options = { readonly crypto: Crypto; readonly resume?: string; readonly maxFaults?: number }

/** From where the last audit stood, if that was kept and fits; else from the first entry. */
export async function startOf(options: Options, checkpoint: Checkpoint): Promise<Start> {
  const { resume } = options
  const { origin } = checkpoint
  const fresh = { snapshot: null, why: null }
  const { snapshot, why } = resume === undefined ? fresh : await kept(resume, checkpoint)
  if (snapshot === null || resume === undefined) return { ...begun(options, origin), why }
  try {
    const tree = new TreeCheck(options.crypto, snapshot.tree)
    const replayer = await Replayer.resumed(replaying(options, origin, tree), snapshot.replay, ({ trie }) =>
      fillFrom(resume, snapshot.replay.size, trie),
    )
    return { snapshot, why: null, tree, replayer }
  } catch (error) {
    // What is no edge of a tree and no key is of no log either.
    const isDamaged = [SavedStateError, SnapshotError, RangeError].some((kind) => error instanceof kind)
    if (!(error instanceof Error) || !isDamaged) throw error
    return { ...begun(options, origin), why: error.message }
  }
}

function begun(options: Options, origin: string): Omit<Start, 'why'> {
  const tree = new TreeCheck(options.crypto)
  return { snapshot: null, tree, replayer: new Replayer(replaying(options, origin, tree)) }
}

function replaying(
  { crypto, maxFaults = MAX_FAULTS }: Options,
  origin: string,
  tree: TreeCheck,
): ReplayOptions {
  return { crypto, origin, root: () => tree.root(), maxFaults, audit: true }
}

async function kept(directory: string, { origin, size }: Checkpoint): Promise<Kept> {
  try {
    const snapshot = await loadSnapshot(directory)
    if (snapshot === null) return { snapshot: null, why: null }
    const before = earlierCheckpoint(snapshot.checkpoint)
    if (before?.origin !== origin) return { snapshot: null, why: `what was kept is of ${before?.origin}` }
    if (snapshot.replay.size > size) return { snapshot: null, why: 'what was kept is of a larger log' }
    return { snapshot, why: null }
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error
    return { snapshot: null, why: error.message }
  }
}

/** The checkpoint in a note that was checked when it was kept. */
export function earlierCheckpoint(note: string | null): Checkpoint | null {
  if (note === null) return null
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : null
  if (checkpoint?.ok !== true) throw new AuditImpossibleError('The earlier checkpoint is no checkpoint.')
  return checkpoint.value
}
