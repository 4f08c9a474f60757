/** The state's roots a second time, by the ledger's own trie, which is fed with nothing but what has changed. */

import type { RecordKey } from '@cadastre/records'
import { labelOf } from '@cadastre/replay'
import { createTrieMemory, HASHED_SPACES, TrieWriter, type Version } from '@cadastre/trie'
import { base64Of } from './digest.ts'
import type { FastState } from './fast-state.ts'

const utf8 = new TextEncoder()
const FIRST_ROOM = 2 ** 20

/** Where a record's text stands; null where it was deleted. */
type Written = { readonly from: number; readonly to: number } | null
type Changed = ReturnType<typeof labelOf> & { readonly written: Written }

export class RootCheck {
  readonly #state: FastState
  readonly #trie: TrieWriter
  #version: Version | null = null
  /** What was written since the last comparison. */
  readonly #changed = new Map<RecordKey, Written>()
  /** Texts as bytes, one after the other: as strings the collector would carry all of them about. */
  #bytes = new Uint8Array(FIRST_ROOM)
  #end = 0

  constructor(state: FastState) {
    this.#state = state
    this.#trie = new TrieWriter(
      createTrieMemory({ poolBytes: 2 ** 28, recordBytes: 2 ** 30 }),
      state.port.crypto,
    )
  }

  /** A record's canonical text, as it was written; null where it was deleted. */
  changed(key: RecordKey, text: string | null): void {
    this.#changed.set(key, text === null ? null : this.#write(text))
  }

  #write(text: string): Written {
    while (this.#end + 3 * text.length > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#bytes.length)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    const from = this.#end
    this.#end += utf8.encodeInto(text, this.#bytes.subarray(from)).written
    return { from, to: this.#end }
  }

  /** What differs; null where nothing does. */
  compare(): string | null {
    for (const { space, label, length, written } of this.#inOrder()) {
      const record = written === null ? null : this.#bytes.subarray(written.from, written.to)
      this.#trie.set(space, label, length, record)
    }
    this.#changed.clear()
    this.#end = 0
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
    for (const [key, written] of this.#changed)
      changed.push({ ...labelOf(this.#state.port.crypto, key), written })
    return changed.sort(
      (one, other) =>
        Number(one.space > other.space) - Number(one.space < other.space) ||
        Buffer.compare(one.label, other.label) ||
        one.length - other.length,
    )
  }
}
