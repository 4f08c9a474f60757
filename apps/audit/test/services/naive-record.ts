/** A naive record for judging answers: a map of all records, looked through from end to end. */

import { type Block, blockKey, compareBlock, contains, parseBlockKey } from '@cadastre/numbers'
import type {
  Cell,
  CoveringCell,
  CoveringRegistration,
  Instant,
  Json,
  ObjectRecords,
  RecordKey,
} from '@cadastre/records'
import { type Concern, concernOf, subjectsOf } from '../../src/services/concerns.ts'
import type { Known, ServedRecord } from '../../src/services/record.ts'

export class NaiveRecord implements ServedRecord {
  readonly size: number
  readonly at: Instant
  readonly #records: ReadonlyMap<RecordKey, Json>
  readonly #times: (entry: number) => Instant
  readonly cells: readonly CoveringCell[]

  constructor(
    records: ReadonlyMap<RecordKey, Json>,
    position: { readonly size: number; readonly at: Instant },
    times: (entry: number) => Instant,
  ) {
    this.size = position.size
    this.at = position.at
    this.#records = records
    this.#times = times
    this.cells = [...records]
      .flatMap(([key, record]) => {
        const block = parseBlockKey(key)
        const cell: unknown = record
        return block.ok ? [{ block: block.value, cell: cell as Cell }] : []
      })
      .sort((one, other) => compareBlock(one.block, other.block))
  }

  path(block: Block): readonly CoveringCell[] {
    return this.cells
      .filter((one) => one.block.space === block.space && contains(one.block, block))
      .sort((one, other) => one.block.length - other.block.length)
  }
  hasInside(block: Block): boolean {
    return this.cells.some(
      (one) =>
        one.block.space === block.space &&
        contains(block, one.block) &&
        blockKey(block) !== blockKey(one.block),
    )
  }
  object<T extends keyof ObjectRecords>(type: T, handle: string): ObjectRecords[T] | null {
    const found: unknown = this.#records.get(`obj/${type}/${handle}` as RecordKey) ?? null
    return found as ObjectRecords[T] | null
  }
  concerns(subject: string): readonly Concern[] {
    return [...this.#records].flatMap(([key, record]) => {
      const concern = concernOf(key)
      const served: unknown = record
      if (concern === null) return []
      return subjectsOf(concern.type, served as ObjectRecords['order' | 'application']).includes(subject)
        ? [concern]
        : []
    })
  }
  stated(): void {
    // All of the record is at hand.
  }
  timeOf(entry: number): Instant {
    return this.#times(entry)
  }
  holdings(handle: string): Known<CoveringRegistration> {
    const items = this.cells.flatMap(({ block, cell }) =>
      cell.registrations
        .filter(({ holder }) => holder === handle)
        .map((registration) => ({ block, registration })),
    )
    return { items, all: true }
  }
  routed(origin: number): Known<Block> {
    const cells = this.cells.filter(({ cell }) => cell.routes.some((route) => route.origin === origin))
    return { items: cells.map(({ block }) => block), all: true }
  }
}
