/**
 * The watched world as the faces read a registry: one {@link RegistryReader} for now, and one for each past day that
 * is asked for. Read-only, like everything here: a watch has no desk, no holders' keys and no procedures.
 */

import type { HistoryItem, RegistryInfo, RegistryReader, Snapshot } from '@cadastre/reader'
import type { CalendarDate } from '@cadastre/records'
import type { ObservedDay, WatchReader } from '../model.ts'
import { holderHandle } from './cells.ts'
import { type HolderNames, holderNames, midnight, WatchedSnapshot } from './watched-snapshot.ts'

/** Past days whose readers are kept: those of one person who looks around. */
const KEPT_DAYS = 32

export type WorldOptions = {
  readonly baseUrl: string
  readonly whois: RegistryInfo['whois']
  readonly version: string
  readonly logVkey: string
}

/** A day as the faces read a registry. */
export type DayReader = RegistryReader & { readonly day: CalendarDate | null }

/** What takes long to make and stays as it is while the log does: reports of registries, maps of days. */
const KEPT_MADE = 16

export class WatchedWorld {
  readonly #made = new Map<string, unknown>()
  readonly watch: WatchReader
  readonly #options: WorldOptions
  readonly #days = new Map<CalendarDate | null, DayReader>()
  #names: HolderNames | null = null
  /** Logged days in the order of the log. */
  #ends: ObservedDay[] | null = null

  constructor(watch: WatchReader, options: WorldOptions) {
    this.watch = watch
    this.#options = options
  }

  /** What `make` makes, made once while it is asked for now and then; `key` names what it is of. */
  kept<T>(key: string, make: () => T): T {
    const made = this.#made.has(key) ? (this.#made.get(key) as T) : make()
    this.#made.delete(key)
    this.#made.set(key, made)
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= KEPT_MADE) break
      this.#made.delete(oldest)
    }
    return made
  }

  /** The published holders of any day, by handle. */
  names(): HolderNames {
    this.#names ??= holderNames(this.watch)
    return this.#names
  }

  /** The world on a past day, or (null) as it was last published. */
  at(day: CalendarDate | null): DayReader {
    const kept = this.#days.get(day)
    if (kept !== undefined) {
      this.#days.delete(day)
      this.#days.set(day, kept)
      return kept
    }
    const made = this.#reader(day)
    this.#days.set(day, made)
    for (const oldest of this.#days.keys()) {
      if (this.#days.size <= KEPT_DAYS) break
      this.#days.delete(oldest)
    }
    return made
  }

  #reader(day: CalendarDate | null): DayReader {
    const snapshot: Snapshot = new WatchedSnapshot(this.watch, day, () => this.names())
    return {
      day,
      info: this.#info(day),
      snapshot: () => snapshot,
      snapshotAt: (size) => (size === snapshot.publication.size ? snapshot : null),
      history: () => Promise.resolve<readonly HistoryItem[]>([]),
      store: this.#store(),
    }
  }

  #info(day: CalendarDate | null): RegistryInfo {
    const { origin, policy } = this.watch.info
    const { baseUrl, whois, version, logVkey } = this.#options
    return {
      origin,
      name: 'Watch of published statistics',
      seat: 'ZZ',
      profile: 'community',
      demonstration: labelOf(this.watch, day),
      noticeTitle: 'Watched',
      wrongData:
        'Wrong data is mended by the registry that publishes the file. Here it stands as it was published, and its next file beside it.',
      logVkey,
      receiptVkey: '',
      policy,
      // What is linked from an answer about a past day is about that day too.
      baseUrl: day === null ? baseUrl : `${baseUrl}${dayPath(day)}`,
      whois,
      version,
    }
  }

  /** What faces ask a store for: times of entries, and the holders that a text names. There are no receipts or openings. */
  #store(): RegistryReader['store'] {
    const none = (): Promise<null> => Promise.resolve(null)
    const nothing = (): Promise<[]> => Promise.resolve([])
    return {
      head: none,
      entries: (from, count) => Promise.resolve(this.#entryTimes(from, count)),
      tileHashes: nothing,
      snapshot: () => Promise.reject(new Error('a watch boots from its log')),
      records: noRecords,
      record: none,
      objects: nothing,
      touched: nothing,
      receiptBySeq: none,
      receiptsByRequest: nothing,
      lastReceipt: none,
      openings: nothing,
      holdersMatching: (text, limit) => Promise.resolve(this.#holdersMatching(text, limit)),
      checkpoints: nothing,
    }
  }

  /**
   * Faces read the time of an entry from its `at`. An entry of kind `observed` has a day instead, at which its rows were
   * published: that is the time that a reader of the row wants, so it is given for it.
   */
  #entryTimes(from: number, count: number): readonly Uint8Array[] {
    const times: Uint8Array[] = []
    for (let index = from; index < Math.min(from + count, this.watch.info.size); index++) {
      const day = this.#dayOfEntry(index)
      times.push(new TextEncoder().encode(day === null ? '{}' : `{"at":"${midnight(day)}"}`))
    }
    return times
  }

  /** The day that an entry is of: days are logged one after the other, each with its rows before its end. */
  #dayOfEntry(index: number): CalendarDate | null {
    this.#ends ??= this.watch
      .sources()
      .flatMap(({ id }) => this.watch.days(id))
      .sort((a, b) => a.index - b.index)
    let [low, high] = [0, this.#ends.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#ends[middle]?.index ?? 0) < index) low = middle + 1
      else high = middle
    }
    return this.#ends[low]?.day ?? null
  }

  #holdersMatching(text: string, limit: number): readonly string[] {
    const wanted = text.toUpperCase()
    const found: string[] = []
    for (const [handle, { registry, opaqueId }] of this.names()) {
      if (!handle.includes(wanted) && !opaqueId.toUpperCase().includes(wanted)) continue
      found.push(holderHandle(registry, opaqueId))
      if (found.length === limit) break
    }
    return found.sort()
  }
}

async function* noRecords(): AsyncIterable<never> {
  // State of a watch is read from its entries.
}

/** The world of a past day in addresses: what follows is asked `?at=` that day. */
function dayPath(day: CalendarDate): string {
  return `/at/${day}`
}

/** So many files are named one by one. */
const NAMED_MAX = 3

function filesOf(parts: readonly { readonly id: string; readonly day: CalendarDate }[]): string {
  if (parts.length === 0) return 'no file of that day or before'
  if (parts.length <= NAMED_MAX) return parts.map((part) => `${part.id} of ${part.day}`).join(', ')
  const days = parts.map((part) => part.day).sort()
  return `${parts.length} files, each of its own day, from ${days[0]} to ${days.at(-1)}; the answer names its file, and /registries lists all`
}

/** What every face says first: whose files these are, of which day, and what this is not. */
function labelOf(watch: WatchReader, day: CalendarDate | null): string {
  const parts = watch.sources().flatMap(({ id, kind }) => {
    if (kind === 'transfers') return []
    const observed = watch.dayFor(id, day)
    return observed === null ? [] : [{ id, day: observed.day }]
  })
  const files = filesOf(parts)
  const when = day === null ? 'as last published' : `as published on ${day}`
  return `Watched, ${when}: ${files}. This is a copy of what registries publish, not a registry; the files give no reasons, and neither does this page.`
}
