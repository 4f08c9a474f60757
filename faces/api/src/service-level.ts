/**
 * How long decisions and examinations really take, from the log alone: the last entries before the first question, and
 * every one since. Bounded: few entries a question, and times are counted, not kept.
 */

import { ATTEST_ID, procedureById, procedureHandle, RECORD_NOTICE_ID, termsAt } from '@cadastre/procedures'
import type { RegistryReader } from '@cadastre/reader'
import { type Application, type Json, type OpEntry, type ProcedureRecord, secondsOf } from '@cadastre/records'
import { EntryTimes } from './entry-times.ts'
import type { ServiceLevel } from './generated/lookup-types.ts'

/** Procedures whose examination has the deadline of an order. */
const OF_ORDERS: readonly string[] = ['serve-order/1', 'contest-order/1']

/** Entries that one question reads at most, and how far back the first one looks. */
const ENTRIES_A_QUESTION = 10_000
const CHUNK = 500

type Durations = Pick<ServiceLevel['decisions'][number], 'count' | 'median' | 'p95' | 'longest'>

/** Counts of durations; a few thousand different ones at most, since they are rounded to three digits. */
class Counts {
  readonly #counts = new Map<number, number>()
  #total = 0

  add(seconds: number): void {
    const rounded = Number(Math.max(0, seconds).toPrecision(3))
    this.#counts.set(rounded, (this.#counts.get(rounded) ?? 0) + 1)
    this.#total += 1
  }

  /** Nearest rank. */
  durations(): Durations {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b)
    const at = (share: number): number | null => {
      let rank = Math.max(1, Math.ceil(share * this.#total))
      for (const [seconds, count] of sorted) {
        rank -= count
        if (rank <= 0) return seconds
      }
      return null
    }
    return { count: this.#total, median: at(0.5), p95: at(0.95), longest: sorted.at(-1)?.[0] ?? null }
  }
}

type Decisions = { readonly times: Counts; accepted: number; refused: number; late: number }
type Notices = { readonly times: Counts; overdue: number }
type Examinations = { readonly times: Counts; positive: number; negative: number; overdue: number }

class ServiceLevels {
  readonly #reader: RegistryReader
  readonly #times: EntryTimes
  readonly #decisions = new Map<string, Decisions>()
  readonly #examinations = new Map<string, Examinations>()
  readonly #notices = new Map<string, Notices>()
  #from: number | null = null
  #through = 0
  #reading: Promise<void> = Promise.resolve()

  constructor(reader: RegistryReader, times: EntryTimes) {
    this.#reader = reader
    this.#times = times
  }

  /** What has been measured, after a further look at the log up to the published checkpoint. */
  async measure(): Promise<ServiceLevel> {
    const { size } = this.#reader.snapshot().publication
    // One at a time: two questions at once must not count an entry twice. An error is for the one who asked.
    const read = (): Promise<void> => this.#read(size)
    this.#reading = this.#reading.then(read, read)
    await this.#reading
    return {
      from: this.#from ?? 0,
      through: this.#through,
      decisions: listed(this.#decisions).map(([procedure, { times, ...counts }]) => ({
        procedure,
        ...counts,
        ...times.durations(),
        limit: procedureById(procedure)?.deadlineSeconds ?? null,
      })),
      examinations: listed(this.#examinations).map(([procedure, { times, ...counts }]) => ({
        procedure,
        ...counts,
        ...times.durations(),
        limit: null,
        limitDays: this.#parameter(ATTEST_ID, OF_ORDERS.includes(procedure) ? 'orderDays' : 'clerkDays'),
      })),
      notices: listed(this.#notices).map(([procedure, { times, ...counts }]) => ({
        procedure,
        ...counts,
        ...times.durations(),
        limit: this.#parameter(RECORD_NOTICE_ID, 'noticeSeconds'),
      })),
    }
  }

  /** A limit, as the terms in force say; null where they have none. */
  #parameter(procedure: string, name: string): number | null {
    const record = this.#reader.snapshot().object('procedure', procedureHandle(procedure))
    const limit = record === null ? null : termsAt(record as ProcedureRecord, null).parameters[name]
    return typeof limit === 'number' ? limit : null
  }

  async #read(size: number): Promise<void> {
    if (this.#from === null) {
      this.#from = Math.max(0, size - ENTRIES_A_QUESTION)
      this.#through = this.#from
    }
    const until = Math.min(size, this.#through + ENTRIES_A_QUESTION)
    while (this.#through < until) {
      const entries = await this.#reader.store.entries(this.#through, Math.min(CHUNK, until - this.#through))
      if (entries.length === 0) return
      for (const bytes of entries) {
        const entry: OpEntry | { readonly t: 'state' } = JSON.parse(Buffer.from(bytes).toString('utf8'))
        if (entry.t === 'op') await this.#count(entry)
        this.#through += 1
      }
    }
  }

  async #count(entry: OpEntry): Promise<void> {
    if (entry.received !== null) this.#countDecision(entry, secondsOf(entry.received.at))
    if (!entry.outcome.accepted) return
    for (const { key, next } of entry.outcome.effects) {
      if (!key.startsWith('obj/application/')) continue
      if (entry.procedure === ATTEST_ID) await this.#countExamination(entry, next)
      if (entry.procedure === RECORD_NOTICE_ID) await this.#countNotice(entry, next)
    }
  }

  #countDecision({ at, procedure, outcome }: OpEntry, received: number): void {
    const known = kept(this.#decisions, procedure, () => ({
      times: new Counts(),
      accepted: 0,
      refused: 0,
      late: 0,
    }))
    const seconds = secondsOf(at) - received
    known.times.add(seconds)
    if (outcome.accepted) known.accepted += 1
    else known.refused += 1
    if (seconds > (procedureById(procedure)?.deadlineSeconds ?? Number.POSITIVE_INFINITY)) known.late += 1
  }

  /** A window that begins, or a deadline of the registry that passed. */
  async #countNotice({ at, request }: OpEntry, next: Json): Promise<void> {
    const { state, procedure, notice } = next as Application
    const known = kept(this.#notices, procedure, () => ({ times: new Counts(), overdue: 0 }))
    if (request === null) known.overdue += 1
    const owed = state === 'noticed' && notice !== null ? await this.#times.at(notice.since) : null
    if (owed !== null) known.times.add(secondsOf(at) - Date.parse(owed) / 1000)
  }

  /** An act on an application under examination: an end of it, or a deadline that passed. */
  async #countExamination({ at, request }: OpEntry, next: Json): Promise<void> {
    const { state, procedure, since } = next as Application
    const known = kept(this.#examinations, procedure, () => ({
      times: new Counts(),
      positive: 0,
      negative: 0,
      overdue: 0,
    }))
    if (request === null) known.overdue += 1
    const positive = state === 'to-notify' || state === 'noticed'
    if (!positive && state !== 'failed') return
    const begun = await this.#times.at(since)
    if (begun !== null) known.times.add(secondsOf(at) - Date.parse(begun) / 1000)
    if (positive) known.positive += 1
    else known.negative += 1
  }
}

/** Procedures come from the log, where a request may name any: unknown ones are counted together. */
function kept<T>(map: Map<string, T>, procedure: string, make: () => T): T {
  const name = procedureById(procedure) === null ? 'unknown' : procedure
  const known = map.get(name) ?? make()
  map.set(name, known)
  return known
}

function listed<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1))
}

const LEVELS = new WeakMap<object, ServiceLevels>()

/** One measurement a reader: routes and pages share it. */
export function serviceLevels(reader: RegistryReader): ServiceLevels {
  const levels = LEVELS.get(reader) ?? new ServiceLevels(reader, new EntryTimes(reader))
  LEVELS.set(reader, levels)
  return levels
}
