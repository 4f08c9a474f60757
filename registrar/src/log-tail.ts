/**
 * The end of the log, in memory: what was just committed is published next, and need not be read back from the store.
 */

import type { StoreReader } from '@cadastre/store-port'

type Source = Pick<StoreReader, 'entries' | 'tileHashes'>
type Leaf = { readonly bytes: Uint8Array; readonly leafHash: Uint8Array }

/** Bytes of entries kept beyond the last full tile that was published: enough for a second of busy writing. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024

export class LogTail implements Source {
  readonly #store: Source
  /** Index of the first kept entry. */
  #start = 0
  #kept: Leaf[] = []
  #bytes = 0

  constructor(store: Source) {
    this.#store = store
  }

  /** Entries that the store has committed at this index and after. */
  append(index: number, entries: readonly Leaf[]): void {
    if (index !== this.#start + this.#kept.length) {
      this.#start = index
      this.#kept = []
      this.#bytes = 0
    }
    for (const entry of entries) {
      this.#kept.push(entry)
      this.#bytes += entry.bytes.length
    }
    let [count, bytes] = [0, this.#bytes]
    while (bytes > MAX_KEPT_BYTES) bytes -= this.#kept[count++]?.bytes.length ?? bytes
    if (count > 0) this.#drop(this.#start + count)
  }

  /** Entries before this index are published in full tiles, and asked for no more. */
  published(index: number): void {
    if (index > this.#start) this.#drop(index)
  }

  #drop(index: number): void {
    for (const { bytes } of this.#kept.splice(0, index - this.#start)) this.#bytes -= bytes.length
    this.#start = index
  }

  #slice(from: number, count: number): readonly Leaf[] | null {
    const at = from - this.#start
    return at < 0 || at + count > this.#kept.length ? null : this.#kept.slice(at, at + count)
  }

  async entries(from: number, count: number): Promise<readonly Uint8Array[]> {
    return this.#slice(from, count)?.map(({ bytes }) => bytes) ?? this.#store.entries(from, count)
  }

  async tileHashes(level: number, from: number, count: number): Promise<readonly Uint8Array[]> {
    const kept = level === 0 ? this.#slice(from, count) : null
    return kept?.map(({ leafHash }) => leafHash) ?? this.#store.tileHashes(level, from, count)
  }
}
