/** What Watch knows and what its readers ask: sources, their days, rows with the days between which they stood. */

import type { Block, Range } from '@cadastre/numbers'
import type { CalendarDate, DelegationStatus, Instant } from '@cadastre/records'

/** Sorts of published files. `delegated` files hold rows that say who has numbers; the others are kept beside. */
export const SOURCE_KINDS = ['delegated', 'delegated-extended', 'iana', 'transfers'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/** One series of files that one publisher overwrites day after day: `delegated-extended/afrinic`, `transfers/apnic`. */
export type SourceId = string

export type WatchSource = {
  readonly id: SourceId
  readonly kind: SourceKind
  /** As the files name it, in small letters: `afrinic`, `ripencc`, `iana`. */
  readonly registry: string
  readonly firstDay: CalendarDate
  readonly lastDay: CalendarDate
  /** Days that were logged. */
  readonly days: number
  /** Rows of the last day. */
  readonly rows: number
}

/** One logged day of a source. */
export type ObservedDay = {
  readonly source: SourceId
  readonly day: CalendarDate
  /** The day logged before it; null for the first. More than a day earlier: a gap. */
  readonly previous: CalendarDate | null
  readonly rows: number
  readonly removed: number
  readonly added: number
  /** SHA-256 of the file as published (unpacked), hex; null where only its changes were given. */
  readonly file: string | null
  /** Where only its changes were given: SHA-256 of the series, hex, and the line in it. */
  readonly series: { readonly sha256: string; readonly line: number } | null
  /** What was wrong with the file, by code, with counts. */
  readonly notes: readonly { readonly code: string; readonly count: number }[]
  /** Index of the entry that ends the day. The state entry that follows it is at {@link ObservedDay.stateIndex}. */
  readonly index: number
  readonly stateIndex: number
}

/** A row of a file, read, with the published days between which it stood there. */
export type WatchedRow = {
  /** Position in the order of logging; stable. */
  readonly id: number
  readonly source: SourceId
  readonly registry: string
  /** The row as published. */
  readonly raw: string
  readonly range: Range
  readonly status: DelegationStatus
  /** Whether it says that somebody has the numbers: allocated or assigned. */
  readonly delegated: boolean
  readonly country: string | null
  readonly registered: CalendarDate | null
  readonly opaqueId: string | null
  /** First published day with the row. */
  readonly from: CalendarDate
  /** First published day without it; null while it stands. */
  readonly until: CalendarDate | null
  /** Indexes of the entries that logged it, and its absence. */
  readonly addedBy: number
  readonly removedBy: number | null
}

/** Kinds of changes; docs/watch.md has the rule of each. */
export const CHANGE_KINDS = [
  'first-delegation',
  'same-holder-again',
  'other-holder-later',
  'new-holder',
  'ended',
  'split',
  'merge',
  're-cut',
  're-key',
  'country',
  'status',
  'date',
  'spelling',
  'moved',
  'conflict',
  'conflict-over',
  'contradiction',
  'free-space-re-cut',
  'free-space',
] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/** A published transfer (NRO transfer log) that names the numbers. Organisations are left out: see docs/watch.md. */
export type PublishedTransfer = {
  readonly source: SourceId
  readonly ranges: readonly Range[]
  readonly day: CalendarDate | null
  readonly type: string
  readonly status: string | null
  readonly fromRegistry: string | null
  readonly toRegistry: string | null
  readonly fromCountry: string | null
  readonly toCountry: string | null
  /** Index of the entry that logged it. */
  readonly addedBy: number
}

/** One change, with the rows that show it. Never a cause: the files give none. */
export type Change = {
  readonly kind: ChangeKind
  readonly source: SourceId
  readonly registry: string
  readonly day: CalendarDate
  /** The published day before: the change happened after it. */
  readonly previous: CalendarDate | null
  /** The numbers concerned. */
  readonly range: Range
  /** Rows before, rows after: the evidence. */
  readonly before: readonly WatchedRow[]
  readonly after: readonly WatchedRow[]
  readonly fromHolder: string | null
  readonly toHolder: string | null
  /** `ended`: what the file says of the numbers now. */
  readonly becomes: 'available' | 'reserved' | 'unlisted' | 'mixed' | null
  /** `ended`, `same-holder-again`: one row was replaced by one of the same start and count. */
  readonly sameRow: boolean
  /** `same-holder-again`, `other-holder-later`, `moved`: days since the earlier delegation was last published. */
  readonly daysBetween: number | null
  /** `new-holder`, `moved`: a transfer published for these numbers within 60 days. */
  readonly transfer: PublishedTransfer | null
  /** `moved`, `conflict`, `conflict-over`: the other registry. */
  readonly otherRegistry: string | null
  /** One sentence in English. */
  readonly text: string
}

export type ChangeFilter = {
  readonly registry?: string
  readonly source?: SourceId
  readonly from?: CalendarDate
  readonly to?: CalendarDate
  readonly kinds?: readonly ChangeKind[]
  /** Changes whose numbers overlap these. */
  readonly within?: Range
  /** Opaque id, in a registry. */
  readonly holder?: { readonly registry: string; readonly opaqueId: string }
}

export type WatchInfo = {
  readonly origin: string
  /** C2SP tlog-policy text. */
  readonly policy: string
  readonly size: number
  /** When the last entry was logged; null before the first. */
  readonly at: Instant | null
  /** The checkpoint as published; null before the first. */
  readonly checkpoint: string | null
}

/**
 * The watched world, read-only, at one log position. `day` null asks for what stands now: the last logged day of each
 * source. A past day is answered by the last day logged on or before it; before the first day of a source it says
 * nothing.
 */
export interface WatchReader {
  readonly info: WatchInfo
  sources(): readonly WatchSource[]
  /** The logged days of a source, oldest first. */
  days(source: SourceId): readonly ObservedDay[]
  /** The day of the file that answers for `day`: the last one on or before it. Null where there is none. */
  dayFor(source: SourceId, day: CalendarDate | null): ObservedDay | null
  /** Rows that hold all of the block, outermost first, over all sources of delegations. */
  covering(block: Block, day: CalendarDate | null): readonly WatchedRow[]
  /** Rows that share a number with the range, in order of numbers. `limit` 1 or more. */
  overlapping(range: Range, day: CalendarDate | null, limit: number): readonly WatchedRow[]
  /** The same rows one after the other, none of them kept: of the whole space there are hundreds of thousands. */
  eachOverlapping(range: Range, day: CalendarDate | null, visit: (row: WatchedRow) => void): void
  /** Every row of any day that shares a number with the range, by first day and then number; the last `limit` of them. */
  history(range: Range, limit?: number): readonly WatchedRow[]
  /** Rows of a source on a day, in order of numbers. */
  rows(source: SourceId, day: CalendarDate | null): Iterable<WatchedRow>
  /** Every row of a source, of any day, in order of logging. */
  allRows(source: SourceId): Iterable<WatchedRow>
  /** Rows of a holder by the published opaque id, of every day (filter by {@link standsOn}). */
  holder(registry: string, opaqueId: string): readonly WatchedRow[]
  /** Opaque ids that begin with the text, at most `limit`. */
  holdersMatching(text: string, limit: number): readonly { registry: string; opaqueId: string }[]
  /** All changes, oldest first; computed once, on first use. */
  changes(filter?: ChangeFilter): readonly Change[]
  /** Published transfers that name numbers of the range. */
  transfers(range: Range): readonly PublishedTransfer[]
  /** Proof of the state now, a standard answer that `cadastre verify` checks. */
  prove(block: Block): Promise<string>
  /** Proof of what was published on a day by a source (docs/watch.md, Proofs); null where nothing was logged by then. */
  proveAt(block: Block, source: SourceId, day: CalendarDate): Promise<string | null>
  /** Proof of one entry, a tlog-proof whose `extra` is the entry. */
  proveEntry(index: number): Promise<string | null>
  close(): Promise<void>
}
