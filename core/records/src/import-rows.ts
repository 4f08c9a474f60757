/**
 * The data rows of an import file, in columns: a million rows fit in some 120 bytes each, and they compare without
 * a bigint.
 */

import type { NumberSpace, Range } from '@cadastre/numbers'
import type { DelegationStatus } from './delegated-row.ts'

const SPACES: readonly NumberSpace[] = ['ip4', 'ip6', 'asn']
const STATUSES: readonly DelegationStatus[] = ['allocated', 'assigned', 'available', 'reserved']
/** First and last number as 128-bit big-endian; a 32-bit number stands in the first word of its half. */
const ROW_BYTES = 32
const HALF = 16

export class ImportRows {
  readonly #raws: string[] = []
  readonly #lines: number[] = []
  readonly #shapes: number[] = []
  #numbers = new DataView(new ArrayBuffer(1024 * ROW_BYTES))

  /** How many rows there are. */
  get count(): number {
    return this.#raws.length
  }

  add(raw: string, line: number, range: Range, status: DelegationStatus): void {
    const index = this.#raws.length
    if ((index + 1) * ROW_BYTES > this.#numbers.byteLength)
      this.#numbers = new DataView(this.#numbers.buffer.transfer(this.#numbers.byteLength * 2))
    this.#raws.push(raw)
    this.#lines.push(line)
    this.#shapes.push(SPACES.indexOf(range.space) * STATUSES.length + STATUSES.indexOf(status))
    this.#write(index * ROW_BYTES, range.space, range.first)
    this.#write(index * ROW_BYTES + HALF, range.space, range.last)
  }

  #write(at: number, space: NumberSpace, value: bigint): void {
    if (space !== 'ip6') {
      this.#numbers.setUint32(at, Number(value))
      return
    }
    this.#numbers.setBigUint64(at, value >> 64n)
    this.#numbers.setBigUint64(at + 8, value)
  }

  raw(index: number): string {
    return this.#raws[index] ?? outOfRange(index)
  }
  /** Line number in the file, from 1. */
  line(index: number): number {
    return this.#lines[index] ?? outOfRange(index)
  }
  space(index: number): NumberSpace {
    return SPACES[Math.floor(this.#shape(index) / STATUSES.length)] ?? outOfRange(index)
  }
  status(index: number): DelegationStatus {
    return STATUSES[this.#shape(index) % STATUSES.length] ?? outOfRange(index)
  }
  sameSpace(a: number, b: number): boolean {
    return this.#spaceOrder(a) === this.#spaceOrder(b)
  }
  #shape(index: number): number {
    return this.#shapes[index] ?? outOfRange(index)
  }
  #spaceOrder(index: number): number {
    return Math.floor(this.#shape(index) / STATUSES.length)
  }

  /** Order of an import: by space, first number, longer range first, line. */
  compare(a: number, b: number): number {
    return (
      this.#spaceOrder(a) - this.#spaceOrder(b) ||
      this.#compareNumbers(a * ROW_BYTES, b * ROW_BYTES) ||
      this.#compareNumbers(b * ROW_BYTES + HALF, a * ROW_BYTES + HALF) ||
      a - b
    )
  }
  /** Whether both state the same numbers. */
  sameRange(a: number, b: number): boolean {
    return (
      this.sameSpace(a, b) &&
      this.#compareNumbers(a * ROW_BYTES, b * ROW_BYTES) === 0 &&
      this.#compareNumbers(a * ROW_BYTES + HALF, b * ROW_BYTES + HALF) === 0
    )
  }
  /** Whether `a` ends before `b` begins; both of one space. */
  endsBefore(a: number, b: number): boolean {
    return this.#compareNumbers(a * ROW_BYTES + HALF, b * ROW_BYTES) < 0
  }
  /** Whether `a` ends where `b` ends or later; both of one space. */
  reachesEndOf(a: number, b: number): boolean {
    return this.#compareNumbers(a * ROW_BYTES + HALF, b * ROW_BYTES + HALF) >= 0
  }

  #compareNumbers(a: number, b: number): number {
    const numbers = this.#numbers
    for (let word = 0; word < HALF; word += 4) {
      const difference = numbers.getUint32(a + word) - numbers.getUint32(b + word)
      if (difference !== 0) return difference
    }
    return 0
  }
}

function outOfRange(index: number): never {
  throw new RangeError(`no row ${index}`)
}
