/**
 * Hashes of 32 bytes as words in one array, by number: millions of them live long and change in place, which as objects
 * of their own would be most of what the collector has to do.
 */

const WORDS = 8
const FIRST_ROOM = 4096

/** Number of the hash that is all zero: what stands for a value or a child that is not there. */
export const ABSENT = 0

export class HashWords {
  /** Eight words a hash, most significant first. Another array when it has grown. */
  words: Int32Array = new Int32Array(WORDS * FIRST_ROOM)
  #next = ABSENT + 1
  readonly #free: number[] = []
  readonly #bytes: Buffer = Buffer.alloc(4 * WORDS)

  /** Room for one hash more. */
  allocate(): number {
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#next * WORDS >= this.words.length) {
      const grown = new Int32Array(2 * this.words.length)
      grown.set(this.words)
      this.words = grown
    }
    return this.#next++
  }

  /** The room may be used for another hash. */
  release(number: number): void {
    this.#free.push(number)
  }

  set(number: number, hash: Uint8Array): void {
    for (let word = 0; word < WORDS; word++) {
      const at = 4 * word
      this.words[WORDS * number + word] =
        ((hash[at] as number) << 24) |
        ((hash[at + 1] as number) << 16) |
        ((hash[at + 2] as number) << 8) |
        (hash[at + 3] as number)
    }
  }

  /** Write the hash's bytes into others. */
  copyTo(number: number, bytes: Uint8Array, from: number): void {
    for (let word = 0; word < WORDS; word++) {
      const value = this.words[WORDS * number + word] as number
      const at = from + 4 * word
      bytes[at] = value >>> 24
      bytes[at + 1] = value >>> 16
      bytes[at + 2] = value >>> 8
      bytes[at + 3] = value
    }
  }

  bytesOf(number: number): Uint8Array {
    const bytes = new Uint8Array(4 * WORDS)
    this.copyTo(number, bytes, 0)
    return bytes
  }

  base64(number: number): string {
    this.copyTo(number, this.#bytes, 0)
    return this.#bytes.toString('base64')
  }
}
