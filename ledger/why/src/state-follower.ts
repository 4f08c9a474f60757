/** The state that a log makes, taken from its entries' effects: nothing is decided again, but every root is compared. */

import { type Crypto, decodeUtf8, encodeBase64 } from '@cadastre/crypto'
import { canonicalJson, type OpEntry, type RecordKey, type StateEntry } from '@cadastre/records'
import { parseEntry, TrieState } from '@cadastre/replay'
import { createTrieMemory, HASHED_SPACES, type TrieMemory, TrieWriter, type Version } from '@cadastre/trie'

/** The log's own state entry does not fit its effects: no proof can be made from it. */
export class LogFaultError extends Error {
  override readonly name: string = 'LogFaultError'
}

/** Hears of each entry, with the state before it. */
export type FollowListener = {
  readonly op?: (entry: OpEntry, index: number, before: TrieState) => void
  readonly state?: (entry: StateEntry, index: number) => void
}

export class StateFollower {
  readonly trie: TrieWriter
  readonly state: TrieState
  readonly #listener: FollowListener
  #version: Version | null = null
  #size = 0

  constructor(crypto: Crypto, listener: FollowListener = {}, memory: TrieMemory = createTrieMemory()) {
    this.trie = new TrieWriter(memory, crypto)
    this.state = new TrieState(this.trie, crypto)
    this.#listener = listener
  }

  /** Number of entries followed. */
  get size(): number {
    return this.#size
  }

  /** The next entry. Throws a {@link LogFaultError} where it is none, or its roots are not those of the effects. */
  step(bytes: Uint8Array): void {
    const parsed = parseEntry(bytes)
    if (parsed === null)
      throw new LogFaultError(`entry ${this.#size} is none: ${decodeUtf8(bytes)?.slice(0, 80)}`)
    if (parsed.kind === 'op') this.#op(parsed.entry)
    else this.#state(parsed.entry)
    this.#size += 1
  }

  #op(entry: OpEntry): void {
    this.#listener.op?.(entry, this.#size, this.state)
    if (!entry.outcome.accepted) return
    for (const { key, next } of entry.outcome.effects)
      this.state.put(key as RecordKey, next === null ? null : canonicalJson(next))
  }

  #state(entry: StateEntry): void {
    const version = this.trie.commit()
    if (this.#version !== null) this.trie.release(this.#version)
    this.#version = version
    for (const space of HASHED_SPACES)
      if (encodeBase64(version.hashes[space]) !== entry.roots[space])
        throw new LogFaultError(
          `the root of ${space} in state entry ${this.#size} is not that of the effects`,
        )
    this.#listener.state?.(entry, this.#size)
  }
}
