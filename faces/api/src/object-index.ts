/**
 * Applications, moves between registries, incidents, complaints, orders and authorities in the order in which they came. The state is a trie
 * of hashed names and has no such order, so this one is made on the first question and then follows the log.
 */

import { setImmediate } from 'node:timers/promises'
import { parseRange, type Range } from '@cadastre/numbers'
import type { RegistryReader, Snapshot } from '@cadastre/reader'
import {
  type Application,
  type LoggedEffect,
  type OpEntry,
  type OrderRecord,
  type ParsedKey,
  parseKey,
  type StateEntry,
} from '@cadastre/records'

const LISTED_TYPES = [
  'application',
  'transit',
  'incident',
  'complaint',
  'peer',
  'order',
  'authority',
] as const
export type ListedType = (typeof LISTED_TYPES)[number]

/** What is kept of an object; the rest is read from a snapshot when it is shown. */
type Row = {
  readonly handle: string
  readonly since: number
  /** Null for types without one. */
  readonly state: string | null
  /** Of an application, what was asked for, such as `transfer/1`. */
  readonly procedure: string | null
  /** The application after it in its pool's queue. */
  readonly next: string | null
  /** Of an order, what it is asked for by. */
  readonly order: OrderRow | null
}
export type OrderRow = {
  readonly authority: string
  readonly effect: string
  readonly ranges: readonly Range[]
}
/** Rows of one snapshot. */
export type Listing = {
  readonly snapshot: Snapshot
  /** In order of arrival. */
  readonly rows: (type: ListedType) => Iterable<Row>
  /** From `head` on, as a pool's queue is linked. */
  readonly queue: (head: string) => readonly string[]
}

type Stored = Awaited<ReturnType<RegistryReader['store']['objects']>>

const PAGE_OBJECTS = 1000
const PAGE_ENTRIES = 500

export class ObjectIndex {
  readonly #reader: RegistryReader
  /** In order of arrival: a row that changes keeps its place. */
  readonly #rows: { readonly [T in ListedType]: Map<string, Row> }
  /** Every entry below this is taken in; null before the first reading. */
  #size: number | null = null
  #catchingUp: Promise<void> | null = null
  /** Queues by their first application, as of {@link #size}. */
  readonly #queues = new Map<string, readonly string[]>()

  constructor(reader: RegistryReader) {
    this.#reader = reader
    this.#rows = {
      application: new Map(),
      transit: new Map(),
      incident: new Map(),
      complaint: new Map(),
      peer: new Map(),
      order: new Map(),
      authority: new Map(),
    }
  }

  /** The rows at the last published checkpoint; to be read before anything else is awaited. */
  async listing(): Promise<Listing> {
    for (;;) {
      const snapshot = this.#reader.snapshot()
      if (this.#size === snapshot.publication.size)
        return {
          snapshot,
          rows: (type) => this.#rows[type].values(),
          queue: (head) => this.#linked(head),
        }
      this.#catchingUp ??= this.#catchUp().finally(() => {
        this.#catchingUp = null
      })
      await this.#catchingUp
    }
  }

  #linked(head: string): readonly string[] {
    const known = this.#queues.get(head)
    if (known !== undefined) return known
    const handles: string[] = []
    this.#queues.set(head, handles)
    const rows = this.#rows.application
    for (
      let row = rows.get(head);
      row !== undefined;
      row = row.next === null ? undefined : rows.get(row.next)
    )
      // Who has left keeps its link until its turn comes.
      if (row.state === 'waiting') handles.push(row.handle)
    return handles
  }

  async #catchUp(): Promise<void> {
    const { size } = this.#reader.snapshot().publication
    if (this.#size === null) for (const type of LISTED_TYPES) await this.#readAll(type)
    else await this.#follow(this.#size, size)
    this.#queues.clear()
    this.#size = size
  }

  /** Names come from the store, records from the newest snapshot: what changes meanwhile is followed from the entries. */
  async #readAll(type: ListedType): Promise<void> {
    const rows: Row[] = []
    const start = `obj/${type}/`.length
    let after: string | null = null
    do {
      const page: Stored = await this.#reader.store.objects(type, after, PAGE_OBJECTS)
      const snapshot = this.#reader.snapshot()
      for (const { key } of page) {
        const record = snapshot.object(type, key.slice(start))
        if (record !== null) rows.push(rowOf(type, key.slice(start), record))
      }
      after = page.length < PAGE_OBJECTS ? null : (page.at(-1)?.key.slice(start) ?? null)
      // An embedded store answers at once: others are served between the pages.
      await setImmediate()
    } while (after !== null)
    rows.sort((one, other) => one.since - other.since || (one.handle < other.handle ? -1 : 1))
    for (const row of rows) this.#rows[type].set(row.handle, row)
  }

  async #follow(from: number, to: number): Promise<void> {
    for (let index = from; index < to; index += PAGE_ENTRIES) {
      const entries = await this.#reader.store.entries(index, Math.min(PAGE_ENTRIES, to - index))
      for (const { key, next } of entries.flatMap(effectsOf)) {
        const parsed = parseKey(key)
        if (parsed?.kind !== 'object' || !isListed(parsed.type)) continue
        if (next === null) this.#rows[parsed.type].delete(parsed.handle)
        else this.#rows[parsed.type].set(parsed.handle, rowOf(parsed.type, parsed.handle, next))
      }
      await setImmediate()
    }
  }
}

function isListed(type: Extract<ParsedKey, { kind: 'object' }>['type']): type is ListedType {
  return LISTED_TYPES.some((listed) => listed === type)
}

function rowOf(type: ListedType, handle: string, record: unknown): Row {
  const asked = record as Partial<Application> & { readonly since: number }
  const { since, state = null, next = null } = asked
  const procedure = type === 'application' ? (asked.procedure ?? null) : null
  const order = type === 'order' ? orderRow(record as OrderRecord) : null
  return { handle, since, state, procedure, next, order }
}

function orderRow({ authority, detail, scope }: OrderRecord): OrderRow {
  const ranges = scope.flatMap(({ range }) => {
    const parsed = parseRange(range)
    return parsed.ok ? [parsed.value] : []
  })
  return { authority, effect: detail.effect, ranges }
}

function effectsOf(bytes: Uint8Array): readonly LoggedEffect[] {
  const entry: OpEntry | StateEntry = JSON.parse(Buffer.from(bytes).toString('utf8'))
  return entry.t === 'op' && entry.outcome.accepted ? entry.outcome.effects : []
}

const INDEXES = new WeakMap<object, ObjectIndex>()

/** One index a reader: routes and pages share it. */
export function objectIndex(reader: RegistryReader): ObjectIndex {
  const index = INDEXES.get(reader) ?? new ObjectIndex(reader)
  INDEXES.set(reader, index)
  return index
}
