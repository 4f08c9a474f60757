/** The record as the mirror's own execution of the log makes it, in memory that readers share. */

import { bytesEqual, type Crypto } from '@cadastre/crypto'
import { CompactRange } from '@cadastre/merkle'
import type { Instant, RecordKey, Registry } from '@cadastre/records'
import { type CheckedSignatures, type Fault, Replayer } from '@cadastre/replay'
import { KEPT_CHECKPOINTS } from '@cadastre/store-port'
import type { TrieMemory, TrieView, Version } from '@cadastre/trie'

/** Readers in the midst of an answer look at an older state for a moment. */
const SLACK = 8

export class ReplayedState {
  readonly #replayer: Replayer
  readonly #range: CompactRange
  /** Versions at published sizes, oldest first. */
  #published: { readonly size: number; readonly version: Version }[] = []

  constructor(crypto: Crypto, origin: string, memory: TrieMemory) {
    this.#range = new CompactRange(crypto)
    this.#replayer = new Replayer({
      crypto,
      origin,
      memory,
      keepIndex: true,
      audit: true,
      root: () => this.#range.root(),
      superseded: (version) => {
        if (!this.#published.some((one) => one.version.id === version.id))
          this.#replayer.trie.release(version)
      },
    })
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
    if (this.#published.at(-1)?.version.id === version.id) return version
    this.#published.push({ size: this.size, version })
    const old = this.#published.slice(0, Math.max(0, this.#published.length - KEPT_CHECKPOINTS - SLACK))
    this.#published = this.#published.slice(old.length)
    for (const one of old) this.#replayer.trie.release(one.version)
    return version
  }
}
