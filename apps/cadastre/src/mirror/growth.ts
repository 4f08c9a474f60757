/**
 * From the state that was reached to a checkpoint: every entry proved, its signatures checked, its decision made again;
 * only then its bundle is kept, and at the end the tiles. Nothing here makes anything public: that is the checkpoint's.
 */

import { setImmediate as turn } from 'node:timers/promises'
import type { SignaturePool } from '@cadastre/audit'
import {
  bundlesForGrowth,
  type EntryBundle,
  entriesPath,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesForGrowth,
} from '@cadastre/merkle'
import type { FoundFault } from '@cadastre/misbehaviour'
import type { OpenedCheckpoint } from '@cadastre/notes'
import { instantFromSeconds, secondsOf } from '@cadastre/records'
import { type CheckedSignatures, type Fault, relyingPartyText } from '@cadastre/replay'
import type { AuthenticBundle, AuthenticLog } from './authentic-log.ts'
import type { CopyFiles } from './copy-files.ts'
import type { Found } from './log-files.ts'
import type { ReplayedState } from './replayed-state.ts'

/** What the log itself does wrong: signed, so that it convicts. */
export type LogFault = FoundFault & { readonly detail: string }

/** Bundles fetched and checked ahead of the one that is executed: bounds both memory and open connections. */
const AHEAD = 12
/** Entries executed before others have their turn: a few milliseconds. */
const TURN_ENTRIES = 16
/** How much later than a cosignature a state may be (design.md section 4, Time). */
const TOLERANCE_SECONDS = 60
/** A byte for each entry, as the audit's threads give it. */
const UNCHECKED = 0
const VALID = 1

type Ready = {
  readonly bundle: EntryBundle
  readonly found: Found<AuthenticBundle>
  readonly checked: Uint8Array | null
  /** The relying party with which the signatures were checked. */
  readonly party: string
}

export type GrowthParts = {
  readonly log: AuthenticLog
  /** Of the checkpoint; none for one that was taken before. */
  readonly cosignatures: OpenedCheckpoint['cosignatures']
  readonly state: ReplayedState
  readonly files: CopyFiles
  /** Null: signatures are checked in this thread. */
  readonly pool: SignaturePool | null
  readonly progress: (entries: number, size: number) => void
  /** Asked between bundles. */
  readonly stopped: () => boolean
}

/** Thrown where the mirror is to end in the midst of it: what was kept is used again. */
export class InterruptedError extends Error {
  override readonly name: string = 'InterruptedError'
}

/**
 * Execute everything up to the checkpoint; the first fault of the log, or null. Throws NoGoodFileError where a file
 * cannot be had as it was signed, and {@link InterruptedError}. On null all files of this size are on disk.
 */
export async function growTo(parts: GrowthParts): Promise<LogFault | null> {
  const { log, state, files, progress } = parts
  const { size, root } = log.checkpoint
  const from = state.size
  for await (const ready of bundles(parts, from)) {
    const fault = await executeBundle(state, ready)
    if (fault !== null) return fault
    const { bundle, found } = ready
    if (!found.held) await files.keep(entriesPath(bundle.index, bundle.width), found.value.bytes)
    await keepTile(parts, { level: 0, ...bundle })
    progress(state.size, size)
  }
  const [unfinished] = state.finish(root)
  const fault = unfinished ?? afterCosignature(parts)
  if (fault !== null) return fault
  await keepUpperTiles(parts, from)
  await files.flush()
  return null
}

/** Bundles in order, some fetched and checked ahead. */
async function* bundles(parts: GrowthParts, from: number): AsyncGenerator<Ready> {
  const ahead: Promise<Ready>[] = []
  for (const bundle of bundlesForGrowth(from, parts.log.checkpoint.size)) {
    if (parts.stopped()) throw new InterruptedError('the mirror was told to stop')
    const fetching = fetchBundle(parts, bundle)
    // What fails is told when its turn comes.
    fetching.catch((error: unknown) => error)
    ahead.push(fetching)
    const next = ahead.length > AHEAD ? ahead.shift() : undefined
    if (next !== undefined) yield await next
  }
  for (const next of ahead) yield await next
}

async function fetchBundle({ log, state, pool }: GrowthParts, bundle: EntryBundle): Promise<Ready> {
  const found = await log.bundle(bundle)
  const party = state.registry?.relyingParty ?? null
  const checked = (await pool?.check(found.value.bytes, bundle.width, party)) ?? null
  return { bundle, found, checked, party: relyingPartyText(party) }
}

async function executeBundle(
  state: ReplayedState,
  { bundle, found, checked, party }: Ready,
): Promise<Fault | null> {
  const first = bundle.index * TILE_WIDTH
  const { entries, leafHashes } = found.value
  for (let at = state.size - first; at < entries.length; at++) {
    const [bytes, leaf] = [entries[at], leafHashes[at]]
    if (bytes === undefined || leaf === undefined) throw new Error(`bundle ${bundle.index} lacks an entry`)
    const [fault] = state.step(bytes, leaf, signaturesOf(checked?.[at], party))
    if (fault !== undefined) return fault
    // A server answers from the same thread.
    if (at % TURN_ENTRIES === TURN_ENTRIES - 1) await turn()
  }
  return null
}

function signaturesOf(result: number | undefined, relyingParty: string): CheckedSignatures | null {
  if (result === undefined || result === UNCHECKED) return null
  return { valid: result === VALID, relyingParty }
}

/** Design.md section 4, Time: `at` lies before the cosignatures' times, with a tolerance. */
function afterCosignature({ log, cosignatures, state }: GrowthParts): LogFault | null {
  const { at } = state
  if (at === null) return null
  for (const { verifier, time } of cosignatures)
    if (secondsOf(at) > time + TOLERANCE_SECONDS) {
      const detail = `The last state entry is of ${at}; ${verifier.name} cosigned at ${instantFromSeconds(time)}.`
      return { index: log.checkpoint.size - 1, code: 'state-after-cosignature', detail }
    }
  return null
}

async function keepTile({ log, files }: GrowthParts, tile: Tile): Promise<void> {
  const { value, held } = await log.tile(tile)
  if (!held) await files.keep(tilePath(tile.level, tile.index, tile.width), value)
}

/** The lowest ones are kept with their bundles. */
async function keepUpperTiles(parts: GrowthParts, from: number): Promise<void> {
  const { size } = parts.log.checkpoint
  for (const tile of tilesForGrowth(from, size)) if (tile.level > 0) await keepTile(parts, tile)
  // Partial tiles above stay as they were where the log has not filled them: a copy that lost one gets it back.
  for (const tile of parts.log.edge()) await keepTile(parts, tile)
}
