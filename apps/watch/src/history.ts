/**
 * Every row that was ever logged, with the days between which it stood: read from the log, held in columns, and found
 * by its numbers through one interval tree a space. What stands now and what stood on a past day are the same question
 * with another day, so they cost the same.
 */

import type { Range } from '@cadastre/numbers'
import type { CalendarDate, DelegatedRow } from '@cadastre/records'
import { CurrentRows } from './current-rows.ts'
import { dayNumber, dayOf, daysBetween } from './days.ts'
import { IntervalTree, type Visit } from './interval-tree.ts'
import { type ObservedDay, SOURCE_KINDS, type SourceId, type SourceKind, type WatchedRow } from './model.ts'
import type { ObservedEntry } from './observed-entry.ts'
import { isCidr, isDelegated, readObservedRow } from './row-reading.ts'

/** Thrown on a log whose entries do not go on from one another: it is not one that Watch wrote. */
export class DamagedWatchError extends Error {
  override readonly name: string = 'DamagedWatchError'
}

/** "Still there" among day numbers. */
const NEVER = 2 ** 31 - 1

/** For so many days a file speaks where none follows it. */
const KNOWN_DAYS_MAX = 31

/** Position of the first day after this one, in days in order. */
export function firstAfter(days: readonly ObservedDay[], day: CalendarDate): number {
  let [low, high] = [0, days.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((days[middle]?.day ?? '') <= day) low = middle + 1
    else high = middle
  }
  return low
}

export type SourceHistory = {
  readonly id: SourceId
  readonly kind: SourceKind
  readonly registry: string
  readonly days: ObservedDay[]
  readonly current: CurrentRows
  /** Ids of its rows, in order of logging. */
  readonly rows: number[]
}

type Trees = {
  readonly ip4: IntervalTree<number>
  readonly asn: IntervalTree<number>
  readonly ip6: IntervalTree<bigint>
}

const newTrees = (): Trees => ({
  ip4: new IntervalTree(),
  asn: new IntervalTree(),
  ip6: new IntervalTree(),
})

/** Adds a range to the tree of its space. */
function addTo(trees: Trees, { space, first, last }: Range, id: number): void {
  if (space === 'ip6') trees.ip6.add(first, last, id)
  else trees[space].add(Number(first), Number(last), id)
}

export class History {
  readonly #sources: Map<SourceId, SourceHistory> = new Map()
  readonly #raw: string[] = []
  readonly #source: SourceHistory[] = []
  readonly #from: number[] = []
  readonly #until: number[] = []
  readonly #addedBy: number[] = []
  readonly #removedBy: number[] = []
  readonly #trees: Trees = newTrees()
  /** Days whose state entry has not been met yet. */
  #open: { readonly source: SourceHistory; readonly at: number }[] = []
  /** Number of entries read. */
  #size = 0

  get size(): number {
    return this.#size
  }
  /** How many rows there have ever been. */
  get rowCount(): number {
    return this.#raw.length
  }

  sources(): readonly SourceHistory[] {
    return Array.from(this.#sources.values())
  }
  source(id: SourceId): SourceHistory | null {
    return this.#sources.get(id) ?? null
  }

  /** All is read: questions come, and no entry any more. What only the next entry would be compared with is let go. */
  settle(): void {
    for (const { current } of this.#sources.values()) current.clear()
    for (const space of ['ip4', 'ip6', 'asn'] as const) this.#trees[space].settle()
  }

  /** The next entry of the log, an `observed` one. Throws {@link DamagedWatchError} where it does not follow. */
  observed(entry: ObservedEntry): void {
    const index = this.#size++
    const source = this.#sourceOf(entry)
    const day = dayNumber(entry.day)
    if ('end' in entry) {
      const { end } = entry
      if (source.current.count !== end.rows)
        throw new DamagedWatchError(
          `entry ${index}: ${entry.source} has ${source.current.count} rows, not ${end.rows}`,
        )
      source.days.push({
        source: source.id,
        day: entry.day,
        previous: end.previous,
        rows: end.rows,
        removed: end.removed,
        added: end.added,
        file: entry.file,
        series: end.series,
        notes: end.notes.map(([code, count]) => ({ code, count })),
        index,
        stateIndex: -1,
      })
      this.#open.push({ source, at: source.days.length - 1 })
      return
    }
    for (const raw of entry.removed) {
      const id = source.current.remove(raw)
      if (id === null) throw new DamagedWatchError(`entry ${index} removes a row that is not there: ${raw}`)
      this.#until[id] = day
      this.#removedBy[id] = index
    }
    for (const raw of entry.added) this.#add(source, raw, day, index)
  }

  /** The next entry of the log, a state entry. */
  state(): void {
    const index = this.#size++
    for (const { source, at } of this.#open) {
      const open = source.days[at]
      if (open !== undefined) source.days[at] = { ...open, stateIndex: index }
    }
    this.#open = []
  }

  #sourceOf(entry: ObservedEntry): SourceHistory {
    const known = this.#sources.get(entry.source)
    if (known !== undefined) return known
    const [form = '', registry = ''] = entry.source.split('/')
    const kind = SOURCE_KINDS.find((each) => each === form)
    if (kind === undefined) throw new DamagedWatchError(`no kind of source: ${entry.source}`)
    const made: SourceHistory = {
      id: entry.source,
      kind,
      registry: kind === 'iana' ? 'iana' : registry,
      days: [],
      current: new CurrentRows(),
      rows: [],
    }
    this.#sources.set(entry.source, made)
    return made
  }

  #add(source: SourceHistory, raw: string, day: number, index: number): void {
    const id = this.#raw.length
    if (source.current.has(raw)) throw new DamagedWatchError(`entry ${index} adds a row twice: ${raw}`)
    const row = source.kind === 'transfers' ? null : readObservedRow(raw)
    if (row?.ok === false) throw new DamagedWatchError(`entry ${index} has an unreadable row: ${raw}`)
    this.#raw.push(raw)
    this.#source.push(source)
    this.#from.push(day)
    this.#until.push(NEVER)
    this.#addedBy.push(index)
    this.#removedBy.push(-1)
    source.rows.push(id)
    const range = row?.value.range ?? null
    source.current.add(raw, id, range?.space ?? null, range === null || isCidr(range))
    if (range !== null) addTo(this.#trees, range, id)
  }

  /** The row with this id, read. Throws a RangeError where there is none or it is a transfer's. */
  row(id: number): WatchedRow {
    const [raw, source] = [this.raw(id), this.#source[id]]
    if (source === undefined) throw new RangeError(`no row ${id}`)
    const read = readObservedRow(raw)
    if (!read.ok) throw new RangeError(`row ${id} is none of numbers`)
    return this.#watched(id, raw, source, read.value)
  }

  #watched(id: number, raw: string, source: SourceHistory, row: DelegatedRow): WatchedRow {
    const [from = 0, until = NEVER] = [this.#from[id], this.#until[id]]
    const [addedBy = -1, removedBy = -1] = [this.#addedBy[id], this.#removedBy[id]]
    return {
      id,
      source: source.id,
      registry: source.registry,
      raw,
      range: row.range,
      status: row.status,
      // IANA's rows say which registry has numbers to give, not who has them.
      delegated: source.kind !== 'iana' && isDelegated(row),
      country: row.country,
      registered: row.registered,
      opaqueId: row.opaqueId,
      from: dayOf(from),
      until: until === NEVER ? null : dayOf(until),
      addedBy,
      removedBy: removedBy < 0 ? null : removedBy,
    }
  }

  raw(id: number): string {
    const raw = this.#raw[id]
    if (raw === undefined) throw new RangeError(`no row ${id}`)
    return raw
  }
  sourceOf(id: number): SourceHistory {
    const source = this.#source[id]
    if (source === undefined) throw new RangeError(`no row ${id}`)
    return source
  }
  addedBy(id: number): number {
    return this.#addedBy[id] ?? -1
  }
  /** Index of the entry that logged the row's absence; -1 while it stands. */
  removedBy(id: number): number {
    return this.#removedBy[id] ?? -1
  }
  /** The first day with the row, as a number. */
  fromNumber(id: number): number {
    return this.#from[id] ?? 0
  }
  fromDay(id: number): CalendarDate {
    return dayOf(this.#from[id] ?? 0)
  }

  /** The first day without the row, as a number; infinite while it stands. */
  untilNumber(id: number): number {
    const until = this.#until[id] ?? NEVER
    return until === NEVER ? Number.POSITIVE_INFINITY : until
  }

  /** Whether the row stood on the day; null asks about now. */
  stands(id: number, day: number | null): boolean {
    const until = this.#until[id] ?? 0
    return day === null ? until === NEVER : (this.#from[id] ?? NEVER) <= day && day < until
  }

  /**
   * Whether the files say that the row stood on the day: one of at most {@link KNOWN_DAYS_MAX} days before has it, or
   * the next one after still does. A registry that was followed years ago says nothing about today.
   */
  isKnownOn(id: number, day: number): boolean {
    if (!this.stands(id, day)) return false
    const { days } = this.sourceOf(id)
    const text = dayOf(day)
    const next = firstAfter(days, text)
    const last = days[next - 1]
    if (last !== undefined && daysBetween(last.day, text) <= KNOWN_DAYS_MAX) return true
    const after = days[next]
    return after !== undefined && this.untilNumber(id) > dayNumber(after.day)
  }

  /**
   * Ids of all rows that share a number with the range, whatever their days, in order of first numbers, until `visit`
   * answers `false`.
   */
  overlapping({ space, first, last }: Range, visit: Visit): void {
    if (space === 'ip6') this.#trees.ip6.overlapping(first, last, visit)
    else this.#trees[space].overlapping(Number(first), Number(last), visit)
  }
}
