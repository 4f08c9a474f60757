/** Statistics of a log, taken while it is followed. */

import type { Crypto } from '@cadastre/crypto'
import { procedureById } from '@cadastre/procedures'
import { addSeconds, type Instant, type OpEntry, type StateEntry, secondsOf } from '@cadastre/records'
import type { TrieState } from '@cadastre/replay'
import type { FollowListener } from '@cadastre/why'
import { Accuracy, type AccuracyReport } from './accuracy.ts'
import { lossBases } from './adverse.ts'
import { Applications, type OpenReport } from './applications.ts'
import { Askers } from './askers.ts'
import { type Flag, flagsOf } from './flags.ts'
import { type Asker, type ByGroup, Counted, GROUPINGS, made } from './groups.ts'
import { NoticeCounts, type NoticesReport } from './notices.ts'
import { OrderCounts, type OrdersReport } from './orders.ts'
import { Sanctions, type SanctionsQuarter } from './sanctions.ts'
import { type End, Tally, type TallyReport } from './tally.ts'

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
/** All requests that ended in one month. */
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

/**
 * Ops by where they are counted. `all` is the sum of the others. Of the whole log, what holders decided and recorded is
 * what ended and what is open; of staff likewise.
 */
export type Places = {
  readonly all: number
  /** Requests of holders that were granted or refused at once. */
  readonly decided: number
  /** Those that an application was recorded for. */
  readonly recorded: number
  readonly steps: number
  readonly staffDecided: number
  readonly staffRecorded: number
  /** Without a request: something fell due. */
  readonly due: number
  /** Acts of the founding, which nobody receives. */
  readonly founding: number
}
type Place = Exclude<keyof Places, 'all'>

export type StatisticsReport = {
  /** Entries of the log that were read. */
  readonly size: number
  /** Time of the first and last decision or end counted; null without any. */
  readonly from: Instant | null
  readonly until: Instant | null
  /** Every op in exactly one place. */
  readonly ops: Places
  /** All requests of holders together: what is decided at once, and applications when they end. */
  readonly all: TallyReport
  readonly procedures: readonly ProcedureStatistics[]
  /** Requests of holders about an application that was recorded before: withdrawals, vetoes. No request of their own. */
  readonly steps: TallyReport
  /** Acts of staff, in no group. */
  readonly staff: {
    readonly all: TallyReport
    readonly procedures: readonly (TallyReport & { readonly procedure: string })[]
  }
  /** Applications that have not ended at the last entry that was read, whatever period is asked for. */
  readonly open: {
    /** Of holders. */
    readonly n: number
    readonly procedures: readonly OpenReport[]
    readonly ofStaff: number
    readonly staffProcedures: readonly OpenReport[]
  }
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
  /** How recent the holders' own word is, at the last entry that was read, whatever period is asked for. */
  readonly accuracy: AccuracyReport
  /** The transparency report on orders of authorities. */
  readonly orders: OrdersReport
  readonly notComputed: typeof NOT_COMPUTED
}

class CountedMonth extends Counted {
  inversions = 0
  late = 0
}

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
  readonly #askers = new Askers()
  readonly #accuracy = new Accuracy()
  readonly #applications = new Applications()
  readonly #steps = new Tally()
  readonly #staff = new Tally()
  readonly #staffProcedures = new Map<string, Tally>()
  readonly #ops: { [P in Place]: number } = {
    decided: 0,
    recorded: 0,
    steps: 0,
    staffDecided: 0,
    staffRecorded: 0,
    due: 0,
    founding: 0,
  }
  readonly #bases = new Map<string, number>()
  #size = 0
  #seq = 0
  #inversions = 0
  #late = 0
  #from: Instant | null = null
  #until: Instant | null = null
  /** Of the last entry that was read. */
  #now: Instant | null = null

  constructor(crypto: Crypto, counts: (at: Instant) => boolean = () => true) {
    this.#crypto = crypto
    this.#counts = counts
  }

  op(entry: OpEntry, index: number, before: TrieState): void {
    this.#size = index + 1
    this.#now = entry.at
    this.#orders.add(entry)
    const place = this.#placeOf(entry)
    const asker = place === 'decided' || place === 'recorded' ? this.#askers.groupsOf(entry, before) : null
    if (this.#counts(entry.at)) {
      this.#sanctions.add(entry)
      this.#notices.add(entry, before)
      for (const basis of lossBases(this.#crypto, entry, before))
        this.#bases.set(basis, (this.#bases.get(basis) ?? 0) + 1)
      this.#ops[place] += 1
      if (entry.received !== null) this.#decision(entry, entry.received, place, asker)
    }
    for (const { procedure, asker: whose, end } of this.#applications.follow(entry, asker))
      if (this.#counts(entry.at)) this.#end(procedure, whose, end, entry.at)
    if (entry.received !== null) this.#seq = Math.max(this.#seq, entry.received.seq)
    if (entry.outcome.accepted)
      for (const effect of entry.outcome.effects) {
        this.#askers.follow(effect, before)
        this.#accuracy.follow(effect)
      }
  }

  state({ at }: Pick<StateEntry, 'at'>, index: number): void {
    this.#orders.state(at)
    this.#now = at
    this.#size = index + 1
  }

  #placeOf(entry: OpEntry): Place {
    if (entry.request === null) return 'due'
    if (entry.received === null) return 'founding'
    const records = this.#applications.isRecording(entry)
    if (this.#askers.isStaffs(entry)) return records ? 'staffRecorded' : 'staffDecided'
    if (records) return 'recorded'
    return typeof entry.request.body['application'] === 'string' ? 'steps' : 'decided'
  }

  /** A request's decision: whether it kept its turn and its deadline, and how it ended, if that is its end. */
  #decision(
    { at, procedure, outcome }: OpEntry,
    received: NonNullable<OpEntry['received']>,
    place: Place,
    asker: Asker | null,
  ): void {
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
    this.#during(at)
    if (place === 'recorded' || place === 'staffRecorded') return
    const seconds = secondsOf(at) - secondsOf(received.at)
    const end: End = outcome.accepted
      ? { kind: 'accepted', codes: [], seconds, examinationSeconds: null }
      : { kind: 'refused', codes: outcome.refusals, seconds, examinationSeconds: null }
    if (place === 'steps') this.#steps.add(end)
    else this.#end(procedure, asker, end, at)
  }

  /** One request more has ended; nobody's groups: an act of staff. */
  #end(procedure: string, asker: Asker | null, end: End, at: Instant): void {
    this.#during(at)
    if (asker === null) {
      this.#staff.add(end)
      made(this.#staffProcedures, procedure, () => new Tally()).add(end)
      return
    }
    this.#all.add(end)
    made(this.#procedures, procedure, () => new Counted()).add(asker, end)
    made(this.#months, at.slice(0, 7), () => new CountedMonth()).add(asker, end)
  }

  #during(at: Instant): void {
    this.#from ??= at
    this.#until = at
  }

  report(): StatisticsReport {
    const { lacking = 0, ...bases } = Object.fromEntries(this.#bases)
    const sorted = byName(this.#procedures)
    return {
      size: this.#size,
      from: this.#from,
      until: this.#until,
      ops: { all: Object.values(this.#ops).reduce((sum, n) => sum + n, 0), ...this.#ops },
      all: this.#all.report(),
      procedures: sorted.map(([procedure, counted]) => ({ procedure, ...counted.report() })),
      steps: this.#steps.report(),
      staff: {
        all: this.#staff.report(),
        procedures: byName(this.#staffProcedures).map(([procedure, tally]) => ({
          procedure,
          ...tally.report(),
        })),
      },
      open: this.#openReport(),
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
      accuracy: this.#accuracy.report(this.#now),
      orders: this.#orders.report(this.#counts),
      notComputed: NOT_COMPUTED,
    }
  }

  #openReport(): StatisticsReport['open'] {
    const procedures = this.#applications.report(this.#now, false)
    const staffProcedures = this.#applications.report(this.#now, true)
    return { n: sumOf(procedures), procedures, ofStaff: sumOf(staffProcedures), staffProcedures }
  }
}

function sumOf(reports: readonly OpenReport[]): number {
  return reports.reduce((sum, { n }) => sum + n, 0)
}

function byName<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1))
}
