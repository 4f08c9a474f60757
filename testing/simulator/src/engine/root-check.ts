/** The state's roots a second time, by the ledger's own trie, which is fed with nothing but what has changed. */

import { canonicalJson, type RecordKey } from '@cadastre/records'
import { TrieState } from '@cadastre/replay'
import { createTrieMemory, HASHED_SPACES, TrieWriter } from '@cadastre/trie'
import { base64Of } from './digest.ts'
import type { FastState } from './fast-state.ts'

export class RootCheck {
  readonly #state: FastState
  readonly #trie: TrieWriter
  readonly #copy: TrieState
  readonly #changed = new Set<RecordKey>()

  constructor(state: FastState) {
    this.#state = state
    this.#trie = new TrieWriter(
      createTrieMemory({ poolBytes: 2 ** 28, recordBytes: 2 ** 30 }),
      state.port.crypto,
    )
    this.#copy = new TrieState(this.#trie, state.port.crypto)
  }

  changed(key: RecordKey): void {
    this.#changed.add(key)
  }

  /** What differs; null where nothing does. */
  compare(): string | null {
    for (const key of this.#changed) {
      const record = this.#state.get(key)
      this.#copy.put(key, record === undefined ? null : canonicalJson(record))
    }
    this.#changed.clear()
    const { hashes } = this.#trie.commit()
    const roots = this.#state.roots()
    for (const space of HASHED_SPACES) {
      const [ours, theirs] = [base64Of(roots[space]), base64Of(hashes[space])]
      if (ours !== theirs) return `the root of ${space} is ${ours}; ledger/trie gives ${theirs}`
    }
    return null
  }
}
