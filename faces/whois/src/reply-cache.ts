/** Values of one log position, kept while the log stands still, at most about {@link CHARACTERS_MAX} characters of them. */

const CHARACTERS_MAX = 16_000_000

export class ReplyCache<V> {
  #size = -1
  #characters = 0
  #values = new Map<string, V>()
  /** Those of the generation before, from which what is asked again moves up. */
  #older = new Map<string, V>()

  get(size: number, key: string): V | undefined {
    if (size !== this.#size) return undefined
    return this.#values.get(key) ?? this.#older.get(key)
  }

  /** `characters`: about how much memory the entry takes. A newer position forgets all others. */
  set(size: number, key: string, value: V, characters: number): void {
    if (size !== this.#size) {
      this.#size = size
      this.#older = new Map()
      this.#values = new Map()
      this.#characters = 0
    }
    if (this.#characters > CHARACTERS_MAX / 2) {
      this.#older = this.#values
      this.#values = new Map()
      this.#characters = 0
    }
    this.#values.set(key, value)
    this.#characters += characters
  }
}
