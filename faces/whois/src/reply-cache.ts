/** Values of one log position, kept while the log stands still, at most about {@link CHARACTERS_MAX} characters of them. */

const CHARACTERS_MAX = 16_000_000

export class ReplyCache<V> {
  #size = -1
  #characters = 0
  #values = new Map<string, V>()
  /** The generation before, dropped when the next one is full. */
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

/**
 * Remembers roughly which lines were asked lately. Most addresses are asked once: to keep their answers would cost the
 * garbage collector more than they took to make.
 */
export class Doorkeeper {
  readonly #slots = new Int32Array(1 << 16)

  /** Whether the line was asked before. May forget; two lines of one hash are taken for each other, which is harmless. */
  knows(line: string): boolean {
    let hash = 0x811c9dc5
    for (let index = 0; index < line.length; index++)
      hash = Math.imul(hash ^ line.charCodeAt(index), 0x01000193)
    const slot = (hash ^ (hash >>> 16)) & 0xffff
    if (this.#slots[slot] === hash) return true
    this.#slots[slot] = hash
    return false
  }
}

/** The same text in one piece: text made by appending is a tree until something looks into it. */
export function flat(text: string): string {
  text.charCodeAt(0)
  return text
}
