/** The state's roots a second time, by the ledger's own trie, which is fed with nothing but what has changed. */

import { encodeUtf8, encodeUtf8Into } from '@cadastre/crypto'
import type { RecordKey } from '@cadastre/records'
import { labelOf } from '@cadastre/replay'
import { createTrieMemory, HASHED_SPACES, TrieWriter, type Version } from '@cadastre/trie'
import { base64Of } from './digest.ts'
import type { FastState } from './fast-state.ts'

/** Records are smaller than the entries that they come in. */
const SCRATCH_BYTES = 32 * 1024

type Changed = ReturnType<typeof labelOf> & { readonly text: string | null }

export class RootCheck {
  readonly #state: FastState
  readonly #trie: TrieWriter
  #version: Version | null = null
  /** What stands at the keys that were written since the last comparison: texts, or null. */
  readonly #changed = new Map<RecordKey, string | null>()
  readonly #scratch = new Uint8Array(SCRATCH_BYTES)

  constructor(state: FastState) {
    this.#state = state
    this.#trie = new TrieWriter(
      createTrieMemory({ poolBytes: 2 ** 28, recordBytes: 2 ** 30 }),
      state.port.crypto,
    )
  }

  /** A record's canonical text, as it was written; null where it was deleted. */
  changed(key: RecordKey, text: string | null): void {
    this.#changed.set(key, text)
  }

  /** What differs; null where nothing does. */
  compare(): string | null {
    for (const { space, label, length, text } of this.#inOrder())
      this.#trie.set(space, label, length, text === null ? null : this.#utf8(text))
    this.#changed.clear()
    const version = this.#trie.commit()
    if (this.#version !== null) this.#trie.release(this.#version)
    this.#version = version
    const { hashes } = version
    const roots = this.#state.roots()
    for (const space of HASHED_SPACES) {
      const [ours, theirs] = [base64Of(roots[space]), base64Of(hashes[space])]
      if (ours !== theirs) return `the root of ${space} is ${ours}; ledger/trie gives ${theirs}`
    }
    return null
  }

  /** The trie takes neighbours one after the other several times as fast. */
  #inOrder(): readonly Changed[] {
    const changed: Changed[] = []
    for (const [key, text] of this.#changed) changed.push({ ...labelOf(this.#state.port.crypto, key), text })
    return changed.sort(
      (one, other) =>
        Number(one.space > other.space) - Number(one.space < other.space) ||
        Buffer.compare(one.label, other.label) ||
        one.length - other.length,
    )
  }

  #utf8(text: string): Uint8Array {
    const length = encodeUtf8Into(text, this.#scratch)
    return length === null ? encodeUtf8(text) : this.#scratch.subarray(0, length)
  }
}
