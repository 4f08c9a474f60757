/**
 * The audit of a watch log, from its public files alone: every hash of the tree, every state made again from the rows
 * before it, and that each file's entries go on from the one before.
 */

import { bytesEqual, type Crypto, encodeBase64 } from '@cadastre/crypto'
import { CompactRange, decodeBundle, entriesPath, leafHash, TILE_WIDTH } from '@cadastre/merkle'
import { checkPolicy, type Policy } from '@cadastre/notes'
import type { Result } from '@cadastre/numbers'
import type { Instant, StateEntry } from '@cadastre/records'
import { HASHED_SPACES } from '@cadastre/trie'
import { followEntry } from './follow-log.ts'
import { DamagedWatchError, History } from './history.ts'
import { type ObservedEntry, readObservedEntry } from './observed-entry.ts'
import { StateFollower } from './state-of.ts'

/** Reads one of the log's public files; null where it is not there. */
export type ReadPublic = (path: string) => Promise<Uint8Array | null>

export type WatchAudit = {
  readonly origin: string
  readonly size: number
  readonly files: number
  readonly rows: number
  readonly at: Instant | null
}

type Fault = { readonly index: number | null; readonly detail: string }

const fault = (index: number | null, detail: string): { readonly ok: false; readonly error: Fault } => ({
  ok: false,
  error: { index, detail },
})

class Auditor {
  readonly history: History = new History()
  readonly range: CompactRange
  files = 0
  at: Instant | null = null
  readonly #crypto: Crypto
  readonly #state: StateFollower
  #previousState: number | null = null
  /** Entries since the last state entry, and the parts met of the file that is open. */
  #ops = 0
  #parts = 0

  constructor(crypto: Crypto) {
    this.#crypto = crypto
    this.range = new CompactRange(crypto)
    this.#state = new StateFollower(this.history, crypto)
  }

  /** The next entry; what is wrong with it, or null. */
  entry(bytes: Uint8Array): string | null {
    this.range.append(leafHash(this.#crypto, bytes))
    const observed = readObservedEntry(bytes)
    try {
      if (observed !== null) return this.#observed(observed, bytes)
      const state = followEntry(this.history, bytes)
      return state === null ? 'it is no entry of a watch log' : this.#stateEntry(state)
    } catch (error) {
      if (error instanceof DamagedWatchError) return error.message
      throw error
    }
  }

  #observed(entry: ObservedEntry, bytes: Uint8Array): string | null {
    const last = this.history.source(entry.source)?.days.at(-1)
    if (last !== undefined && entry.day < last.day) return `${entry.day} after ${last.day}`
    followEntry(this.history, bytes)
    this.#state.observed(entry, this.history.size - 1)
    this.#ops++
    if (!('end' in entry)) return entry.part === this.#parts++ ? null : `part ${entry.part} out of order`
    const parts = this.#parts
    this.#parts = 0
    this.files++
    if (entry.end.parts !== parts) return `the file has ${parts} parts, its end says ${entry.end.parts}`
    return (last?.day ?? null) === entry.end.previous ? null : 'it names another day before it'
  }

  #stateEntry(state: StateEntry): string | null {
    if (this.#parts > 0) return 'a state in the middle of a file'
    if (state.ops !== this.#ops) return `the state counts ${state.ops} entries, there are ${this.#ops}`
    if (state.prev !== this.#previousState) return 'it names another state before it'
    if (this.at !== null && state.at < this.at) return 'its time is before that of the last state'
    this.#ops = 0
    this.#previousState = this.range.size - 1
    this.at = state.at
    const hashes = this.#state.roots()
    const wrong = HASHED_SPACES.find((space) => encodeBase64(hashes[space]) !== state.roots[space])
    return wrong === undefined ? null : `the rows do not make the root of ${wrong}`
  }
}

/** Audits the log whose public files `read` gives, up to its checkpoint, under the policy. */
export async function auditWatchLog(
  crypto: Crypto,
  policy: Policy,
  read: ReadPublic,
  progress?: (entries: number, size: number) => void,
): Promise<Result<WatchAudit, Fault>> {
  const note = await read('checkpoint')
  if (note === null) return fault(null, 'There is no checkpoint.')
  const opened = checkPolicy(crypto, policy, note)
  if (!opened.ok) return fault(null, `The policy does not accept the checkpoint: ${opened.error}.`)
  const { size, root, origin } = opened.value.checkpoint
  const auditor = new Auditor(crypto)
  for (let bundle = 0; bundle * TILE_WIDTH < size; bundle++) {
    const width = Math.min(TILE_WIDTH, size - bundle * TILE_WIDTH)
    const bytes = await read(entriesPath(bundle, width))
    const entries = bytes === null ? null : decodeBundle(bytes, width)
    if (entries?.ok !== true)
      return fault(bundle * TILE_WIDTH, `${entriesPath(bundle, width)} is missing or damaged.`)
    for (const entry of entries.value) {
      const wrong = auditor.entry(entry)
      if (wrong !== null) return fault(auditor.range.size - 1, `Entry ${auditor.range.size - 1}: ${wrong}.`)
    }
    progress?.(auditor.range.size, size)
  }
  if (!bytesEqual(auditor.range.root(), root))
    return fault(null, 'The entries do not make the root of the checkpoint.')
  const { files, at, history } = auditor
  return { ok: true, value: { origin, size, files, rows: history.rowCount, at } }
}
