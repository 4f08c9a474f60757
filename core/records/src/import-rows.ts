/**
 * The data rows of an import file: the file's text, and 48 bytes a row beside it. They compare without a bigint.
 */

import type { NumberSpace, Range } from '@cadastre/numbers'
import type { DelegationStatus } from './delegated-row.ts'

const SPACES: readonly NumberSpace[] = ['ip4', 'ip6', 'asn']
const STATUSES: readonly DelegationStatus[] = ['allocated', 'assigned', 'available', 'reserved']
/** First and last number as 128-bit big-endian; a 32-bit number stands in the first word of its half. */
const HALF = 16
/** Then where the row begins in the text and how long it is, its line, and its space and status. */
const START = 32
const LENGTH = 36
const LINE = 40
const SHAPE = 44
const ROW_BYTES = 48
/** Rows lie in pages, so that a growing list leaves no copies of itself behind. */
const PAGE_SHIFT = 12
const PAGE_ROWS = 2 ** PAGE_SHIFT

export class ImportRows {
  readonly #text: string
  readonly #pages: DataView[] = []
  #count = 0

  /** `text`: the file, of which every row is a part. */
  constructor(text: string) {
    this.#text = text
  }

  /** How many rows there are. */
  get count(): number {
    return this.#count
  }

  /** Adds the row that stands in the text from `start` up to `end`, on this line. */
  add(start: number, end: number, line: number, range: Range, status: DelegationStatus): void {
    const index = this.#count
    if ((index & (PAGE_ROWS - 1)) === 0)
      this.#pages.push(new DataView(new ArrayBuffer(PAGE_ROWS * ROW_BYTES)))
    this.#count += 1
    const page = this.#page(index)
    const at = offset(index)
    writeNumber(page, at, range.space, range.first)
    writeNumber(page, at + HALF, range.space, range.last)
    page.setUint32(at + START, start)
    page.setUint32(at + LENGTH, end - start)
    page.setUint32(at + LINE, line)
    page.setUint8(at + SHAPE, SPACES.indexOf(range.space) * STATUSES.length + STATUSES.indexOf(status))
  }

  #page(index: number): DataView {
    return this.#pages[index >>> PAGE_SHIFT] ?? outOfRange(index)
  }

  raw(index: number): string {
    const [page, at] = [this.#page(index), offset(index)]
    const start = page.getUint32(at + START)
    return this.#text.slice(start, start + page.getUint32(at + LENGTH))
  }
  /** Line number in the file, from 1. */
  line(index: number): number {
    return this.#page(index).getUint32(offset(index) + LINE)
  }
  space(index: number): NumberSpace {
    return SPACES[this.#spaceOrder(index)] ?? outOfRange(index)
  }
  status(index: number): DelegationStatus {
    return STATUSES[this.#shape(index) % STATUSES.length] ?? outOfRange(index)
  }
  sameSpace(a: number, b: number): boolean {
    return this.#spaceOrder(a) === this.#spaceOrder(b)
  }
  #shape(index: number): number {
    return this.#page(index).getUint8(offset(index) + SHAPE)
  }
  #spaceOrder(index: number): number {
    return Math.floor(this.#shape(index) / STATUSES.length)
  }

  /** Order of an import: by space, first number, longer range first, line. */
  compare(a: number, b: number): number {
    return (
      this.#spaceOrder(a) - this.#spaceOrder(b) ||
      this.#compareNumbers(a, 0, b, 0) ||
      this.#compareNumbers(b, HALF, a, HALF) ||
      a - b
    )
  }
  /** Whether both state the same numbers. */
  sameRange(a: number, b: number): boolean {
    return (
      this.sameSpace(a, b) &&
      this.#compareNumbers(a, 0, b, 0) === 0 &&
      this.#compareNumbers(a, HALF, b, HALF) === 0
    )
  }
  /** Whether `a` ends before `b` begins; both of one space. */
  endsBefore(a: number, b: number): boolean {
    return this.#compareNumbers(a, HALF, b, 0) < 0
  }
  /** Whether `a` ends where `b` ends or later; both of one space. */
  reachesEndOf(a: number, b: number): boolean {
    return this.#compareNumbers(a, HALF, b, HALF) >= 0
  }

  /** Compares the first (0) or the last ({@link HALF}) number of one row with one of another. */
  #compareNumbers(a: number, halfOfA: number, b: number, halfOfB: number): number {
    const [pageA, pageB] = [this.#page(a), this.#page(b)]
    const [atA, atB] = [offset(a) + halfOfA, offset(b) + halfOfB]
    for (let word = 0; word < HALF; word += 4) {
      const difference = pageA.getUint32(atA + word) - pageB.getUint32(atB + word)
      if (difference !== 0) return difference
    }
    return 0
  }
}

/** Where a row begins in its page. */
function offset(index: number): number {
  return (index & (PAGE_ROWS - 1)) * ROW_BYTES
}

function writeNumber(page: DataView, at: number, space: NumberSpace, value: bigint): void {
  if (space !== 'ip6') {
    page.setUint32(at, Number(value))
    return
  }
  page.setBigUint64(at, value >> 64n)
  page.setBigUint64(at + 8, value)
}

function outOfRange(index: number): never {
  throw new RangeError(`no row ${index}`)
}
