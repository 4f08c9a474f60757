/** What this room is given: the answers of `/api/lookup` and `/api/history`, and what the registry says of itself. */

import type {
  Applications,
  Authorities,
  Complaints,
  History,
  HistoryItem,
  Incidents,
  Lookup,
  Orders,
  Pause,
  Queues,
  Register,
  ServiceLevel,
  Transits,
} from '../../api/src/generated/lookup-types.ts'
import type { Site } from './site.ts'
import type { AskApi, SubscribeChannels } from './subscribe.ts'

export type * from '../../api/src/generated/lookup-types.ts'

/** A question that has no answer: it cannot be read, or names an object that is not there. */
export type LookupFault = {
  readonly kind: 'not-understood' | 'not-found'
  /** The offending part of what was asked. */
  readonly value: string
  /** What would be right. */
  readonly expected: string
}

export type LookupResult =
  | { readonly ok: true; readonly value: Lookup }
  | { readonly ok: false; readonly error: LookupFault }

/** The part of the registry's description that pages show. */
export type ExplorerInfo = {
  readonly name: string
  readonly origin: string
  /** The notice of a demonstration registry; null otherwise. */
  readonly demonstration: string | null
  /** What that notice is called where it is another one: `Mirror`. */
  readonly noticeTitle?: string
  readonly whois: { readonly host: string; readonly port: number }
  readonly version: string
}

export type ExplorerOptions = {
  readonly info: ExplorerInfo
  /** Answers what was typed; `after` is a record key from `inside.after`. */
  readonly lookup: (
    text: string,
    page: { readonly limit: number; readonly after: string | null },
  ) => Promise<LookupResult>
  /** Entries that touched the record key or what covers it, newest first; null where the key is none. */
  readonly history: (
    key: string,
    page: { readonly limit: number; readonly before: number | null },
  ) => Promise<History | null>
  /** The pause in force, the same for everyone. */
  readonly pause: () => Pause | null
  /** Who waits where: one queue by its name, or the beginning of each; null where there is none of this name. */
  readonly queues: (
    name: string | null,
    page: { readonly from: number; readonly limit: number },
  ) => Promise<Queues | null>
  /** Applications that fit, the newest first; null where `before` is none. */
  readonly applications: (filter: ApplicationFilter, page: ListPosition) => Promise<Applications | null>
  /** How long decisions and examinations take. */
  readonly serviceLevel: () => Promise<ServiceLevel>
  /** The register itself. */
  readonly register: () => Promise<Register>
  /** Moves between registries, incidents and complaints, the newest first; null where `before` is none. */
  readonly transits: (page: ListPosition) => Promise<Transits | null>
  readonly incidents: (page: ListPosition) => Promise<Incidents | null>
  readonly complaints: (page: ListPosition) => Promise<Complaints | null>
  /** Orders that fit, the newest first; null where `before` is none of them, or `resource` no numbers. */
  readonly orders: (filter: OrderFilter, page: ListPosition) => Promise<Orders | null>
  /** The register of authorities, the newest first; null where `before` is none. */
  readonly authorities: (page: ListPosition) => Promise<Authorities | null>
  /** Statistics of the whole log. */
  readonly statistics: () => Promise<StatisticsResult>
  /** A certified extract of what was typed. */
  readonly extract: (
    text: string,
  ) => Promise<
    { readonly ok: true; readonly value: Extract } | { readonly ok: false; readonly error: LookupFault }
  >
  /** Why an entry decided as it did, verified. */
  readonly why: (index: number) => Promise<WhyResult>
  /** The published pages of procedures by kind (`transfer`), Markdown. */
  readonly procedures: ReadonlyMap<string, string>
  /** Things to try, shown on the empty page. */
  readonly examples: readonly Example[]
  /** What the same site says beside the register. */
  readonly site?: Site
  /** Hears of faults of the room itself. */
  readonly failed: (error: unknown) => void
  /** Hands what a subscription page was asked to the API; without it those pages only explain. */
  readonly subscribe?: AskApi
  /** By which something can be sent from here; both where absent. */
  readonly channels?: SubscribeChannels
}

/** A certified extract, as `/api/extract` gives it. */
export type Extract = {
  readonly registry: { readonly name: string; readonly origin: string; readonly seat: string }
  readonly key: string
  readonly subject: string
  readonly size: number
  readonly at: string
  /** JSON; null where nothing is recorded. */
  readonly record: unknown
  /** Every record that covers the key, outermost first. */
  readonly covering: readonly { readonly key: string; readonly record: unknown }[]
  readonly address: string
  readonly history: readonly HistoryItem[]
  readonly historyIsComplete: boolean
  readonly proof: string
  readonly policy: string
  readonly verify: string
}

export type WhyResult =
  | { readonly kind: 'ready'; readonly value: Explained }
  /** The log is being read. */
  | { readonly kind: 'making'; readonly done: number; readonly total: number }
  | { readonly kind: 'none'; readonly detail: string }

/** A decision in plain words. */
export type Explained = {
  readonly index: number
  readonly size: number
  readonly at: string
  readonly procedure: string
  readonly title: string
  readonly seq: number | null
  readonly received: string | null
  readonly deadline: string | null
  readonly askedBy: readonly { readonly key: string; readonly party: string | null }[]
  readonly outcome: 'accepted' | 'refused'
  readonly summary: string
  readonly preconditions: readonly {
    readonly code: string
    readonly when: string
    readonly result: 'met' | 'failed' | 'unreached'
  }[]
  readonly inputs: readonly { readonly key: string; readonly q: string; readonly words: string }[]
  readonly effects: readonly { readonly key: string; readonly words: string }[]
  readonly verified: boolean
  readonly checked: readonly string[]
  readonly unchecked: readonly string[]
}

/** What is asked of the list of applications: no states and a null procedure ask for nothing. */
export type ApplicationFilter = {
  readonly states: readonly Applications['items'][number]['state'][]
  readonly procedure: string | null
}

/** What is asked of the list of orders: null members ask for nothing. */
export type OrderFilter = {
  readonly authority: string | null
  readonly effect: string | null
  readonly state: string | null
  readonly resource: string | null
}

type ListPosition = { readonly before: string | null; readonly limit: number }

type StatisticsResult =
  | { readonly kind: 'ready'; readonly value: StatisticsShown }
  /** The log is being read. */
  | { readonly kind: 'making'; readonly done: number; readonly total: number }
  | { readonly kind: 'none'; readonly detail: string }

type Counts = { readonly [name: string]: number }

/** Of `/api/stats`, what the page shows of one group of requests. */
export type TallyShown = {
  readonly n: number
  readonly vetoed: number
  readonly withdrawn: number
  readonly passRate: number
  readonly medianSeconds: number | null
  readonly p95Seconds: number | null
  readonly examination: { readonly medianSeconds: number | null }
  readonly failures: Counts
  readonly refusals: Counts
}
type Groups = { readonly [group: string]: TallyShown }

type NoticeShown = { readonly executed: number; readonly noticed: number; readonly share: number | null }
type TimesShown = { readonly medianSeconds: number | null }

/** Of `/api/stats`, the report on orders. */
export type OrdersShown = {
  readonly served: number
  readonly counted: number
  readonly effects: Counts
  readonly outcomes: Counts
  readonly authorities: readonly {
    readonly authority: string
    readonly kind: string | null
    readonly served: number
    readonly effects: Counts
    readonly outcomes: Counts
  }[]
  readonly returned: Counts
  readonly noticeBeforeEffect: { readonly all: NoticeShown; readonly takes: NoticeShown }
  readonly times: {
    readonly servedToReceived: TimesShown
    readonly receivedToVerified: TimesShown
    readonly verifiedToNotified: TimesShown
    readonly verifiedToExecuted: TimesShown
  }
  readonly activeHolds: readonly {
    readonly order: string
    readonly authority: string
    readonly ranges: readonly string[]
    readonly since: string
    readonly ageSeconds: number
    readonly until: string | null
  }[]
  readonly seals: { readonly now: number; readonly ever: number; readonly overdue: number }
  readonly reversed: number
  readonly objections: { readonly made: number; readonly upheld: number }
  readonly conflicts: number
}

type OpenShown = {
  readonly procedure: string
  readonly n: number
  readonly states: Counts
  readonly medianSeconds: number | null
  readonly oldestSeconds: number | null
}

/** Of `/api/stats`, what the page shows. */
export type StatisticsShown = {
  readonly size: number
  readonly from: string | null
  readonly until: string | null
  readonly procedures: readonly (TallyShown & { readonly procedure: string })[]
  readonly ops: {
    readonly all: number
    readonly decided: number
    readonly recorded: number
    readonly staffDecided: number
    readonly staffRecorded: number
    readonly due: number
    readonly founding: number
  }
  readonly steps: { readonly n: number }
  readonly accuracy: {
    readonly holders: number
    readonly imported: number
    readonly withinYear: number
    readonly longerAgo: number
    readonly never: number
  }
  readonly staff: { readonly procedures: readonly (TallyShown & { readonly procedure: string })[] }
  readonly open: { readonly procedures: readonly OpenShown[]; readonly staffProcedures: readonly OpenShown[] }
  readonly months: readonly (TallyShown & {
    readonly month: string
    readonly by: {
      readonly country: Groups
      readonly region: Groups
      readonly size: Groups
      readonly path: Groups
    }
  })[]
  readonly inversions: number
  readonly late: number
  readonly adverse: { readonly bases: { readonly [basis: string]: number }; readonly lacking: number }
  readonly flags: readonly {
    readonly procedure: string
    readonly by: string
    readonly group: string
    readonly kind: 'pass-rate' | 'times' | 'examination-times'
    readonly n: number
    readonly value: number
  }[]
  readonly sanctions: readonly {
    readonly quarter: string
    readonly blocks: number
    readonly delays: number
    readonly releases: number
    readonly lapsed: number
  }[]
  readonly orders: OrdersShown
  readonly notComputed: readonly { readonly by: string; readonly why: string }[]
}

export type Example = { readonly query: string; readonly says: string }
