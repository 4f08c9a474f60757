/**
 * Reads PDF syntax (ISO 32000-2 sections 7.2 and 7.3) at one place of a file, strictly: what a viewer would repair is
 * not read. The libraries that we know rebuild a broken file by searching it for objects, as viewers do, which is what
 * attacks on signed PDFs live on. Every method gives null for what is malformed.
 */

import { LIMITS } from '../limits.ts'
import { isSpace } from './search.ts'
import type { PdfDictionary, PdfValue } from './values.ts'

/** Work that is left for one document, shared by all that read it. */
export type Budget = { left: number }

const isDelimiter = (byte: number): boolean => '()<>[]{}/%'.includes(String.fromCharCode(byte))
const isRegular = (byte: number | undefined): boolean =>
  byte !== undefined && !isSpace(byte) && !isDelimiter(byte)

const HEX: Int8Array = new Int8Array(256).fill(-1)
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit
}
const hexDigit = (byte: number | undefined): number => (byte === undefined ? -1 : (HEX[byte] ?? -1))

/** Longest word that is one: names have at most 127 bytes, numbers fewer. */
const WORD_MAX = 400
const NUMBER = /^[+-]?(?:\d{1,15}|\d{0,15}\.\d{0,15})$/
const COUNT = /^\d{1,12}$/

export class PdfReader {
  readonly #bytes: Uint8Array
  readonly #budget: Budget
  position: number

  constructor(bytes: Uint8Array, position: number, budget: Budget) {
    this.#bytes = bytes
    this.position = position
    this.#budget = budget
  }

  /** Past white space and comments. */
  skip(): void {
    for (;;) {
      const byte = this.#bytes[this.position]
      if (isSpace(byte)) this.position += 1
      else if (byte === 0x25) this.#skipComment()
      else return
    }
  }

  #skipComment(): void {
    while (this.position < this.#bytes.length) {
      const byte = this.#bytes[this.position]
      if (byte === 10 || byte === 13) return
      this.position += 1
    }
  }

  /** The next word of regular characters, empty where none is next. */
  word(): string {
    this.skip()
    const from = this.position
    while (isRegular(this.#bytes[this.position]) && this.position - from < WORD_MAX) this.position += 1
    return String.fromCharCode(...this.#bytes.subarray(from, this.position))
  }

  /** Whether the next word is this one; then it is passed. */
  keyword(expected: string): boolean {
    const before = this.position
    if (this.word() === expected) return true
    this.position = before
    return false
  }

  /** The next word as a whole number that is not negative. */
  count(): number | null {
    const word = this.word()
    return COUNT.test(word) ? Number(word) : null
  }

  /** The value here. */
  value(depth = 0): PdfValue | null {
    this.#budget.left -= 1
    if (depth > LIMITS.pdfDepth || this.#budget.left < 0) return null
    this.skip()
    const byte = this.#bytes[this.position]
    const next = this.#bytes[this.position + 1]
    if (byte === 0x2f) return this.#name()
    if (byte === 0x28) return this.#literal()
    if (byte === 0x5b) return this.#array(depth)
    if (byte === 0x3c) return next === 0x3c ? this.#dictionary(depth) : this.#hex()
    return this.#word()
  }

  #word(): PdfValue | null {
    const word = this.word()
    if (word === 'null') return { kind: 'null' }
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true' }
    if (COUNT.test(word)) return this.#reference(Number(word)) ?? { kind: 'number', value: Number(word) }
    const isNumber = NUMBER.test(word) && /\d/.test(word)
    return isNumber ? { kind: 'number', value: Number(word) } : null
  }

  #reference(number: number): PdfValue | null {
    const before = this.position
    const generation = this.count()
    if (generation !== null && this.keyword('R')) return { kind: 'reference', number, generation }
    this.position = before
    return null
  }

  #name(): PdfValue | null {
    this.position += 1
    let value = ''
    while (isRegular(this.#bytes[this.position])) {
      const byte = this.#bytes[this.position] ?? 0
      if (value.length >= WORD_MAX) return null
      if (byte === 0x23) {
        const [high, low] = [
          hexDigit(this.#bytes[this.position + 1]),
          hexDigit(this.#bytes[this.position + 2]),
        ]
        if (high < 0 || low < 0) return null
        value += String.fromCharCode(high * 16 + low)
        this.position += 3
      } else {
        value += String.fromCharCode(byte)
        this.position += 1
      }
    }
    return { kind: 'name', value }
  }

  /** `(…)`: escapes are kept as they stand, since these texts are only compared. */
  #literal(): PdfValue | null {
    const from = this.position
    let open = 0
    do {
      const byte = this.#bytes[this.position]
      if (byte === undefined) return null
      if (byte === 0x5c) this.position += 1
      else if (byte === 0x28) open += 1
      else if (byte === 0x29) open -= 1
      this.position += 1
    } while (open > 0)
    const to = this.position
    if (to > this.#bytes.length) return null
    return { kind: 'string', bytes: this.#bytes.subarray(from + 1, to - 1), plainHex: false, from, to }
  }

  #hex(): PdfValue | null {
    const from = this.position
    const end = this.#bytes.indexOf(0x3e, from)
    if (end < 0) return null
    const bytes = new Uint8Array(Math.ceil((end - from - 1) / 2))
    let digits = 0
    for (let at = from + 1; at < end; at++) {
      const byte = this.#bytes[at]
      if (isSpace(byte)) continue
      const digit = hexDigit(byte)
      if (digit < 0) return null
      bytes[digits >> 1] = (bytes[digits >> 1] ?? 0) | (digits % 2 === 0 ? digit << 4 : digit)
      digits += 1
    }
    this.position = end + 1
    const plainHex = digits === end - from - 1 && digits % 2 === 0
    return {
      kind: 'string',
      bytes: bytes.subarray(0, Math.ceil(digits / 2)),
      plainHex,
      from,
      to: end + 1,
    }
  }

  #array(depth: number): PdfValue | null {
    this.position += 1
    const items: PdfValue[] = []
    for (;;) {
      this.skip()
      if (this.#bytes[this.position] === 0x5d) break
      const item = this.value(depth + 1)
      if (item === null) return null
      items.push(item)
    }
    this.position += 1
    return { kind: 'array', items }
  }

  /** A name that stands twice would let two readers see two dictionaries: it is malformed. */
  #dictionary(depth: number): PdfDictionary | null {
    this.position += 2
    const entries = new Map<string, PdfValue>()
    for (;;) {
      this.skip()
      if (this.#bytes[this.position] === 0x3e && this.#bytes[this.position + 1] === 0x3e) break
      if (this.#bytes[this.position] !== 0x2f) return null
      const name = this.#name()
      const value = this.value(depth + 1)
      if (name?.kind !== 'name' || value === null || entries.has(name.value)) return null
      entries.set(name.value, value)
    }
    this.position += 2
    return { kind: 'dictionary', entries }
  }

  /** Past `stream` and its line end, to the first byte of a stream; false where none is here. */
  startStream(): boolean {
    if (!this.keyword('stream')) return false
    if (this.#bytes[this.position] === 13) this.position += 1
    if (this.#bytes[this.position] !== 10) return false
    this.position += 1
    return true
  }
}
