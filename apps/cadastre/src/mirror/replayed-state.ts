/** The record as the mirror's own execution of the log makes it, in memory that readers share. */

import { bytesEqual, type Crypto, decodeBase64, encodeBase64 } from '@cadastre/crypto'
import { CompactRange } from '@cadastre/merkle'
import type { Instant, RecordKey, Registry } from '@cadastre/records'
import {
  type CheckedSignatures,
  type Fault,
  Replayer,
  type ReplayOptions,
  type SavedReplay,
} from '@cadastre/replay'
import { KEPT_CHECKPOINTS, type StoredRecord } from '@cadastre/store-port'
import type { TrieMemory, TrieView, Version } from '@cadastre/trie'

/** Readers in the midst of an answer look at an older state for a moment. */
const SLACK = 8

/** What is known beside the records: with them, where to go on. Plain JSON. */
export type SavedState = {
  readonly replay: SavedReplay
  /** Roots of the complete subtrees of the log, largest first, base64. */
  readonly range: readonly string[]
}

/** New memory, and for whose log. */
export type StateMemory = { readonly crypto: Crypto; readonly origin: string; readonly memory: TrieMemory }

/** Versions of the state that readers may look at: those of the last published sizes. */
class PublishedVersions {
  #kept: readonly Version[] = []

  /** A later version follows; whether it may be released. */
  mayGo(version: Version): boolean {
    return !this.#kept.some(({ id }) => id === version.id)
  }

  /** One more is published; those that nobody may look at any more. */
  add(version: Version): readonly Version[] {
    if (!this.mayGo(version)) return []
    const all = [...this.#kept, version]
    const gone = all.slice(0, Math.max(0, all.length - KEPT_CHECKPOINTS - SLACK))
    this.#kept = all.slice(gone.length)
    return gone
  }
}

export class ReplayedState {
  readonly #replayer: Replayer
  readonly #range: CompactRange
  readonly #versions: PublishedVersions

  private constructor(replayer: Replayer, range: CompactRange, versions: PublishedVersions) {
    this.#replayer = replayer
    this.#range = range
    this.#versions = versions
  }

  /** Before the first entry. */
  static fresh(memory: StateMemory): ReplayedState {
    const [range, versions] = [new CompactRange(memory.crypto), new PublishedVersions()]
    const replayer: Replayer = new Replayer(optionsOf(memory, range, versions, () => replayer))
    return new ReplayedState(replayer, range, versions)
  }

  /**
   * Where another stood: its records come from elsewhere and are believed for their roots. Rejects with a
   * SavedStateError where those are not the ones of the last state entry; the memory is spent then.
   */
  static async resumed(
    memory: StateMemory,
    saved: SavedState,
    records: AsyncIterable<readonly StoredRecord[]>,
  ): Promise<ReplayedState> {
    const hashes = saved.range.map((hash) => decodeBase64(hash) ?? new Uint8Array(0))
    const range = new CompactRange(memory.crypto, saved.replay.size, hashes)
    const versions = new PublishedVersions()
    const options = optionsOf(memory, range, versions, () => replayer)
    const replayer: Replayer = await Replayer.resumed(options, saved.replay, async ({ state }) => {
      for await (const page of records) for (const { key, text } of page) state.put(key, text)
    })
    return new ReplayedState(replayer, range, versions)
  }

  /** At a published position: what {@link ReplayedState.resumed} goes on from. */
  saved(): SavedState {
    return { replay: this.#replayer.saved(), range: this.#range.hashes.map(encodeBase64) }
  }

  /** Entries executed so far. */
  get size(): number {
    return this.#replayer.size
  }
  /** Root of the tree of these entries. */
  get root(): Uint8Array {
    return this.#range.root()
  }
  get at(): Instant | null {
    return this.#replayer.lastState?.at ?? null
  }
  get registry(): Registry | null {
    return this.#replayer.registry
  }

  /** Execute the next entry; what is wrong with the log there. */
  step(bytes: Uint8Array, leaf: Uint8Array, checked: CheckedSignatures | null): readonly Fault[] {
    const faults = this.#replayer.step(this.#replayer.size, bytes, checked)
    this.#range.append(leaf)
    return faults
  }

  /** What is wrong with a log that ends here, under a checkpoint of this root. */
  finish(root: Uint8Array): readonly Fault[] {
    if (!bytesEqual(root, this.root)) throw new Error('entries that were proved make another root')
    return this.#replayer.finish()
  }

  record(key: RecordKey): unknown {
    return this.#replayer.state.record(key).value
  }

  /** The state at one of the last two state entries, until the next entry; null for any other size. */
  stateAt(size: number): TrieView | null {
    return this.#replayer.stateAt(size)
  }

  /** The state as it stands, kept for readers. The last entry must be a state entry. */
  publish(): Version {
    const { version } = this.#replayer
    if (version === null) throw new Error('nothing has been executed yet')
    for (const gone of this.#versions.add(version)) this.#replayer.trie.release(gone)
    return version
  }
}

function optionsOf(
  { crypto, origin, memory }: StateMemory,
  range: CompactRange,
  versions: PublishedVersions,
  replayer: () => Replayer,
): ReplayOptions {
  return {
    crypto,
    origin,
    memory,
    keepIndex: true,
    audit: true,
    root: () => range.root(),
    superseded: (version) => {
      if (versions.mayGo(version)) replayer().trie.release(version)
    },
  }
}
