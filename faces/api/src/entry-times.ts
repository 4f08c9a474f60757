/** Times of entries. An entry never changes, so what was read once is kept, within bounds. */

import type { RegistryReader } from '@cadastre/reader'

const KEPT_MAX = 20_000

export class EntryTimes {
  readonly #reader: RegistryReader
  readonly #kept = new Map<number, string>()

  constructor(reader: RegistryReader) {
    this.#reader = reader
  }

  /** `at` of the entry; null where the log has no entry of this index. */
  async at(index: number): Promise<string | null> {
    const kept = this.#kept.get(index)
    if (kept !== undefined) return kept
    const [bytes] = await this.#reader.store.entries(index, 1)
    if (bytes === undefined) return null
    const { at }: { readonly at: string } = JSON.parse(Buffer.from(bytes).toString('utf8'))
    if (this.#kept.size >= KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value ?? index)
    this.#kept.set(index, at)
    return at
  }
}
