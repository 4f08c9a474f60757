/**
 * Evidence of an answer that contradicts the record: the answer as it was served, and proofs of every record that
 * judging it takes, all of the log position that the answer names. Whoever has the log's key finds the same
 * contradiction in it, offline. That it was served rests on whoever kept it, and on asking again.
 */

import type { VerifiedAnswer } from '@cadastre/answers'
import type { Block } from '@cadastre/numbers'
import { blockKey, parseBlockKey } from '@cadastre/numbers'
import {
  type Cell,
  type CoveringCell,
  type CoveringRegistration,
  type Instant,
  type ObjectRecords,
  objectKey,
  type RecordKey,
} from '@cadastre/records'
import type { ParsedEntry } from '@cadastre/replay'
import { type Concern, concernOf, subjectsOf } from './concerns.ts'
import type { Known, ServedRecord } from './record.ts'

/** Notes which records are looked at. */
export class RecordNotes implements ServedRecord {
  readonly #record: ServedRecord
  readonly #times: boolean
  readonly keys: Set<RecordKey> = new Set()
  /** Entries whose time is told. */
  readonly entries: Set<number> = new Set()

  /** `times`: whether times of entries are told, which take the entries themselves. */
  constructor(record: ServedRecord, times: boolean) {
    this.#record = record
    this.#times = times
  }

  get size(): number {
    return this.#record.size
  }
  get at(): Instant {
    return this.#record.at
  }
  path(block: Block): readonly CoveringCell[] {
    this.keys.add(blockKey(block) as RecordKey)
    return this.#record.path(block)
  }
  hasInside(block: Block): boolean {
    this.keys.add(blockKey(block) as RecordKey)
    return this.#record.hasInside(block)
  }
  object<T extends keyof ObjectRecords>(type: T, handle: string): ObjectRecords[T] | null {
    this.keys.add(objectKey(type, handle))
    return this.#record.object(type, handle)
  }
  concerns(subject: string): readonly Concern[] {
    const found = this.#record.concerns(subject)
    this.stated(found)
    return found
  }
  stated(concerns: readonly Concern[]): void {
    for (const { type, handle } of concerns) this.keys.add(objectKey(type, handle))
  }
  timeOf(entry: number): Instant | null {
    if (!this.#times) return null
    this.entries.add(entry)
    return this.#record.timeOf(entry)
  }
  /** A holder's cells may be too many for one file: what it does not prove is not judged by it. */
  holdings(handle: string): Known<CoveringRegistration> {
    const items = this.#record.holdings(handle).items.slice(0, CELLS_PROVED)
    for (const { block } of items) this.keys.add(blockKey(block) as RecordKey)
    return { items, all: false }
  }
  routed(origin: number): Known<Block> {
    return { items: this.#record.routed(origin).items.slice(0, CELLS_PROVED), all: false }
  }
}

/** Cells of one holder, or of one origin, that an evidence file proves at most. */
const CELLS_PROVED = 24

/** What is looked at is not among the proofs. */
export class UnprovedError extends Error {
  override readonly name: string = 'UnprovedError'
}

/** The record as proofs of one log position show it. */
export class ProvedRecords implements ServedRecord {
  readonly size: number
  readonly at: Instant
  readonly #answers: ReadonlyMap<string, VerifiedAnswer>

  readonly #entries: ReadonlyMap<number, ParsedEntry>

  constructor(
    first: VerifiedAnswer,
    answers: readonly VerifiedAnswer[],
    entries: ReadonlyMap<number, ParsedEntry>,
  ) {
    this.size = first.size
    this.at = first.at
    this.#entries = entries
    this.#answers = new Map(answers.map((answer) => [answer.query.key, answer]))
  }

  path(block: Block): readonly CoveringCell[] {
    return cellsOf(this.#proved(blockKey(block)))
  }
  hasInside(block: Block): boolean {
    return this.#proved(blockKey(block)).moreSpecific === 'exists'
  }
  object<T extends keyof ObjectRecords>(type: T, handle: string): ObjectRecords[T] | null {
    const record: unknown = this.#proved(objectKey(type, handle)).covering[0]?.record ?? null
    return record as ObjectRecords[T] | null
  }
  /** Those that are proved: others may be about it too, which an answer that names them takes to prove. */
  concerns(subject: string): readonly Concern[] {
    return [...this.#answers.keys()].flatMap((key) => {
      const concern = concernOf(key)
      if (concern === null) return []
      const { type, handle } = concern
      return subjectsOf(type, this.object(type, handle)).includes(subject) ? [concern] : []
    })
  }
  stated(concerns: readonly Concern[]): void {
    for (const { type, handle } of concerns) this.#proved(objectKey(type, handle))
  }
  timeOf(entry: number): Instant | null {
    return this.#entries.get(entry)?.entry.at ?? null
  }
  holdings(handle: string): Known<CoveringRegistration> {
    const items = this.#cells().flatMap(({ block, cell }) =>
      cell.registrations
        .filter(({ holder }) => holder === handle)
        .map((registration) => ({ block, registration })),
    )
    return { items, all: false }
  }
  routed(origin: number): Known<Block> {
    const cells = this.#cells().filter(({ cell }) => cell.routes.some((route) => route.origin === origin))
    return { items: cells.map(({ block }) => block), all: false }
  }

  #proved(key: string): VerifiedAnswer {
    const found = this.#answers.get(key)
    if (found === undefined) throw new UnprovedError(`There is no proof of ${key}.`)
    return found
  }

  /** Cells whose own path is proved, each once. */
  #cells(): readonly CoveringCell[] {
    return [...this.#answers.values()].flatMap((answer) => {
      const last = answer.query.space === 'obj' ? undefined : cellsOf(answer).at(-1)
      return last !== undefined && blockKey(last.block) === answer.query.key ? [last] : []
    })
  }
}

function cellsOf({ covering }: VerifiedAnswer): readonly CoveringCell[] {
  return covering.flatMap((found) => {
    const block = parseBlockKey(found.key)
    const record: unknown = found.record
    return block.ok ? [{ block: block.value, cell: record as Cell }] : []
  })
}
