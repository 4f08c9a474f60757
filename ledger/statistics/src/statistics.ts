/** Statistics of a log, taken while it is followed. */

import type { Crypto } from '@cadastre/crypto'
import { procedureById } from '@cadastre/procedures'
import {
  addSeconds,
  type Holder,
  type Instant,
  isArray,
  type LoggedEffect,
  type OpEntry,
  type RecordKey,
  type Staff,
  type StateEntry,
  secondsOf,
} from '@cadastre/records'
import type { TrieState } from '@cadastre/replay'
import type { FollowListener } from '@cadastre/why'
import { lossBases } from './adverse.ts'
import { type Flag, flagsOf } from './flags.ts'
import { Holdings } from './holdings.ts'
import { NoticeCounts, type NoticesReport } from './notices.ts'
import { OrderCounts, type OrdersReport } from './orders.ts'
import { regionOf } from './regions.ts'
import { Sanctions, type SanctionsQuarter } from './sanctions.ts'
import { Tally, type TallyReport } from './tally.ts'

/**
 * How decisions are grouped, beside their procedure. `region`: of the country. `path`: whether an attestor signed too, or
 * the holder alone.
 */
export const GROUPINGS = ['country', 'region', 'size', 'path'] as const

/** What section E asks for and a log cannot give, and why. */
export const NOT_COMPUTED: readonly { readonly by: string; readonly why: string }[] = [
  {
    by: 'language',
    why: 'no request, record or message states one: the registry speaks one language to everybody',
  },
  {
    by: 'broker',
    why: 'no request names one, and no procedure may ask: a broker signs nothing. The path (self or attested) is what a log shows of help',
  },
]
type Grouping = (typeof GROUPINGS)[number]

type ByGroup = { readonly [G in Grouping]: { readonly [group: string]: TallyReport } }

/** All decisions of one month. */
export type MonthStatistics = TallyReport & {
  /** `2026-11`, in UTC. */
  readonly month: string
  readonly inversions: number
  readonly late: number
  readonly by: ByGroup
}

export type ProcedureStatistics = TallyReport & {
  readonly procedure: string
  readonly by: ByGroup
}

export type StatisticsReport = {
  /** Entries of the log that were read. */
  readonly size: number
  /** Time of the first and last decision counted; null without any. */
  readonly from: Instant | null
  readonly until: Instant | null
  /** All requests together. */
  readonly all: TallyReport
  readonly procedures: readonly ProcedureStatistics[]
  /** Requests decided before one that had been received earlier: 0 in an honest log. */
  readonly inversions: number
  /** Requests decided after their deadline. */
  readonly late: number
  /** What accepted acts took from holders, by the kind of basis; `lacking`: 0 in an honest log. */
  readonly adverse: { readonly bases: { readonly [basis: string]: number }; readonly lacking: number }
  readonly flags: readonly Flag[]
  /** The latest first. */
  readonly months: readonly MonthStatistics[]
  /** Acts on legal acts of the seat by quarter, the latest first. */
  readonly sanctions: readonly SanctionsQuarter[]
  readonly notices: NoticesReport
  /** The transparency report on orders of authorities. */
  readonly orders: OrdersReport
  readonly notComputed: typeof NOT_COMPUTED
}

type Asker = { readonly [G in Grouping]: string }

/** Decisions of one procedure or month, all and by group. */
class Counted {
  readonly tally = new Tally()
  readonly by: { readonly [G in Grouping]: Map<string, Tally> } = {
    country: new Map(),
    region: new Map(),
    size: new Map(),
    path: new Map(),
  }

  add(asker: Asker, refusals: readonly string[] | null, seconds: number): void {
    this.tally.add(refusals, seconds)
    for (const grouping of GROUPINGS) {
      const group = this.by[grouping].get(asker[grouping]) ?? new Tally()
      this.by[grouping].set(asker[grouping], group)
      group.add(refusals, seconds)
    }
  }

  report(): TallyReport & { readonly by: ByGroup } {
    const { country, region, size, path } = this.by
    return {
      ...this.tally.report(),
      by: {
        country: reportsOf(country),
        region: reportsOf(region),
        size: reportsOf(size),
        path: reportsOf(path),
      },
    }
  }
}

class CountedMonth extends Counted {
  inversions = 0
  late = 0
}

const UNKNOWN = 'undeclared'

export class Statistics implements FollowListener {
  readonly #crypto: Crypto
  /** Whether decisions of this time are counted. */
  readonly #counts: (at: Instant) => boolean
  readonly #all = new Tally()
  readonly #procedures = new Map<string, Counted>()
  readonly #months = new Map<string, CountedMonth>()
  readonly #sanctions = new Sanctions()
  readonly #notices = new NoticeCounts()
  readonly #orders = new OrderCounts()
  readonly #holdings = new Holdings()
  /** Holders and staff by `<alg> <key>`. */
  readonly #holderOf = new Map<string, string>()
  readonly #staff = new Set<string>()
  readonly #bases = new Map<string, number>()
  #size = 0
  #seq = 0
  #inversions = 0
  #late = 0
  #from: Instant | null = null
  #until: Instant | null = null

  constructor(crypto: Crypto, counts: (at: Instant) => boolean = () => true) {
    this.#crypto = crypto
    this.#counts = counts
  }

  op(entry: OpEntry, index: number, before: TrieState): void {
    this.#size = index + 1
    this.#orders.add(entry)
    if (this.#counts(entry.at)) {
      this.#sanctions.add(entry)
      this.#notices.add(entry, before)
      for (const basis of lossBases(this.#crypto, entry, before))
        this.#bases.set(basis, (this.#bases.get(basis) ?? 0) + 1)
      if (entry.received !== null) this.#count(entry, entry.received, before)
    }
    if (entry.received !== null) this.#seq = Math.max(this.#seq, entry.received.seq)
    if (entry.outcome.accepted) for (const effect of entry.outcome.effects) this.#follow(effect, before)
  }

  state({ at }: Pick<StateEntry, 'at'>, index: number): void {
    this.#orders.state(at)
    this.#size = index + 1
  }

  #count(entry: OpEntry, received: NonNullable<OpEntry['received']>, before: TrieState): void {
    const { at, procedure, outcome } = entry
    const month = made(this.#months, at.slice(0, 7), () => new CountedMonth())
    if (received.seq < this.#seq) {
      this.#inversions += 1
      month.inversions += 1
    }
    const allowed = procedureById(procedure)?.deadlineSeconds
    if (allowed !== undefined && at > addSeconds(received.at, allowed)) {
      this.#late += 1
      month.late += 1
    }
    this.#from ??= at
    this.#until = at
    const refusals = outcome.accepted ? null : outcome.refusals
    const seconds = secondsOf(at) - secondsOf(received.at)
    this.#all.add(refusals, seconds)
    const asker = this.#asker(entry, before)
    made(this.#procedures, procedure, () => new Counted()).add(asker, refusals, seconds)
    month.add(asker, refusals, seconds)
  }

  /** Who asked: joined here, after the decision. No procedure sees any of it. */
  #asker({ evidence, request }: OpEntry, before: TrieState): Asker {
    const names = evidence.map(({ alg, key }) => `${alg} ${key}`)
    const handle =
      names.map((name) => this.#holderOf.get(name)).find((holder) => holder !== undefined) ?? null
    const holder =
      handle === null ? null : (before.record(`obj/holder/${handle}` as RecordKey).value as Holder | null)
    const declared = request?.body['country']
    const attestors = request?.body['attestors']
    const attested =
      names.some((name) => this.#staff.has(name)) || (isArray(attestors) && attestors.length > 0)
    const country = holder?.country ?? (typeof declared === 'string' ? declared : UNKNOWN)
    return {
      country,
      region: country === UNKNOWN ? UNKNOWN : regionOf(country),
      size: this.#holdings.classOf(handle),
      path: attested ? 'attested' : 'self',
    }
  }

  #follow(effect: LoggedEffect, before: TrieState): void {
    const { key, next } = effect
    if (key.startsWith('ip4/')) this.#holdings.change(effect, before.record(key as RecordKey).value)
    if (next === null) return
    const record: unknown = next
    if (key.startsWith('obj/holder/')) {
      const { handle, policy } = record as Holder
      for (const one of policy?.keys ?? []) this.#holderOf.set(`${one.alg} ${one.key}`, handle)
    }
    if (key.startsWith('obj/staff/')) {
      const { alg, key: staffKey } = record as Staff
      this.#staff.add(`${alg} ${staffKey}`)
    }
  }

  report(): StatisticsReport {
    const { lacking = 0, ...bases } = Object.fromEntries(this.#bases)
    const sorted = [...this.#procedures].sort(([one], [other]) => (one < other ? -1 : 1))
    return {
      size: this.#size,
      from: this.#from,
      until: this.#until,
      all: this.#all.report(),
      procedures: sorted.map(([procedure, counted]) => ({ procedure, ...counted.report() })),
      inversions: this.#inversions,
      late: this.#late,
      adverse: { bases, lacking },
      flags: sorted.flatMap(([procedure, { by }]) =>
        GROUPINGS.flatMap((grouping) => flagsOf(procedure, grouping, by[grouping])),
      ),
      months: [...this.#months]
        .map(([month, counted]) => ({
          month,
          inversions: counted.inversions,
          late: counted.late,
          ...counted.report(),
        }))
        .reverse(),
      sanctions: this.#sanctions.report(),
      notices: this.#notices.report(),
      orders: this.#orders.report(this.#counts),
      notComputed: NOT_COMPUTED,
    }
  }
}

function made<T>(map: Map<string, T>, name: string, make: () => T): T {
  const known = map.get(name) ?? make()
  map.set(name, known)
  return known
}

function reportsOf(groups: ReadonlyMap<string, Tally>): { readonly [group: string]: TallyReport } {
  const sorted = [...groups].sort(([, one], [, other]) => other.n - one.n)
  return Object.fromEntries(sorted.map(([name, tally]) => [name, tally.report()]))
}
