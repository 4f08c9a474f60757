/** What the files of one registry show between two days: as data, as text, as CSV. */

import { formatPrefix, formatRange, type Range, rangeToBlock } from '@cadastre/numbers'
import type { CalendarDate, Json } from '@cadastre/records'
import { csvLine } from './csv.ts'
import { daysBetween } from './days.ts'
import { type Holdings, holdingsByMonth } from './holdings.ts'
import {
  CHANGE_KINDS,
  type Change,
  type ChangeKind,
  type ObservedDay,
  type SourceId,
  type WatchReader,
  type WatchSource,
} from './model.ts'
import { WatchError } from './open.ts'
import { sourcesOfRegistry } from './source-choice.ts'

export type Gap = { readonly after: CalendarDate; readonly before: CalendarDate; readonly days: number }

/** A delegation that ended, and when its numbers came back to the same holder. */
export type EndedDelegation = {
  readonly day: CalendarDate
  readonly previous: CalendarDate | null
  readonly numbers: string
  readonly holder: string | null
  readonly becomes: Change['becomes']
  /** The row was replaced by a free one of the same start and count. */
  readonly sameRow: boolean
  readonly row: string
  readonly backOn: CalendarDate | null
  readonly daysUntilBack: number | null
}

/** Numbers in the files of two registries at once. */
export type DoubleDelegation = {
  readonly numbers: string
  readonly registries: readonly [string, string]
  readonly from: CalendarDate
  /** First day on which one of them delegated the numbers no more; null where both still do. */
  readonly until: CalendarDate | null
  readonly rows: readonly string[]
}

export type WatchReport = {
  readonly registry: string
  readonly source: string
  readonly from: CalendarDate
  readonly to: CalendarDate
  readonly days: number
  readonly gaps: readonly Gap[]
  /** Remarks on the files, by code. */
  readonly notes: Readonly<Record<string, number>>
  readonly changes: Readonly<Partial<Record<ChangeKind, number>>>
  readonly byMonth: readonly {
    readonly month: string
    readonly changes: Readonly<Partial<Record<ChangeKind, number>>>
  }[]
  readonly holdings: readonly Holdings[]
  /**
   * Resources as published (one row, its start and count): whose delegated row was replaced by a reserved or available
   * one, and of these, whose free row was replaced by a delegated one of the same opaque-id.
   */
  readonly resources: { readonly ended: number; readonly backToSameHolder: number }
  /** Numbers that this registry and another delegated at the same time, in these days. */
  readonly conflicts: readonly DoubleDelegation[]
  /** All ended delegations, also those whose numbers were taken up in other rows. */
  readonly ended: readonly EndedDelegation[]
}

export type ReportOptions = {
  readonly registry: string
  /** One of its sources; the one that tells most where absent. */
  readonly source?: SourceId
  readonly from?: CalendarDate
  readonly to?: CalendarDate
}

/** Numbers as people write them: a prefix where they are one, else the first and the last. */
export function numbersText(of: Range): string {
  const block = of.space === 'asn' ? null : rangeToBlock(of)
  return block === null ? formatRange(of) : formatPrefix(block)
}

function sourceOf(reader: WatchReader, { registry, source }: ReportOptions): WatchSource {
  const all = sourcesOfRegistry(reader, registry)
  const best = source === undefined ? all[0] : all.find(({ id }) => id === source)
  if (best !== undefined) return best
  if (all.length > 0)
    throw new WatchError(`No files "${source}" are logged. There are: ${all.map(({ id }) => id).join(', ')}.`)
  const known = [...new Set(reader.sources().map((source) => source.registry))].join(', ')
  throw new WatchError(`No files of "${registry}" are logged. There are: ${known === '' ? 'none' : known}.`)
}

function gapsIn(days: readonly ObservedDay[]): Gap[] {
  return days.flatMap(({ day, previous }) => {
    const missing = previous === null ? 0 : daysBetween(previous, day) - 1
    return previous === null || missing < 1 ? [] : [{ after: previous, before: day, days: missing }]
  })
}

function countKinds(changes: readonly Change[]): Partial<Record<ChangeKind, number>> {
  const counts: Partial<Record<ChangeKind, number>> = {}
  for (const kind of CHANGE_KINDS) {
    const count = changes.filter((change) => change.kind === kind).length
    if (count > 0) counts[kind] = count
  }
  return counts
}

function byMonth(changes: readonly Change[]): WatchReport['byMonth'] {
  const months = new Map<string, Change[]>()
  for (const change of changes) {
    const month = change.day.slice(0, 7)
    const known = months.get(month)
    if (known === undefined) months.set(month, [change])
    else known.push(change)
  }
  return Array.from(months, ([month, these]) => ({ month, changes: countKinds(these) }))
}

function endedList(changes: readonly Change[]): EndedDelegation[] {
  const backs = new Map<number, Change>()
  for (const change of changes) {
    const [last] = change.before
    if (change.kind === 'same-holder-again' && last !== undefined && !backs.has(last.id))
      backs.set(last.id, change)
  }
  return changes
    .filter(({ kind }) => kind === 'ended')
    .map((change) => {
      const [row] = change.before
      const back = row === undefined ? undefined : backs.get(row.id)
      return {
        day: change.day,
        previous: change.previous,
        numbers: numbersText(change.range),
        holder: change.fromHolder,
        becomes: change.becomes,
        sameRow: change.sameRow,
        row: row?.raw ?? '',
        backOn: back?.day ?? null,
        daysUntilBack: back?.daysBetween ?? null,
      }
    })
}

/** Conflicts in which the registry is one of the two, whichever was logged first. */
function conflictsOf(
  reader: WatchReader,
  registry: string,
  from: CalendarDate,
  to: CalendarDate | undefined,
): DoubleDelegation[] {
  const concerns = (change: Change): boolean =>
    change.registry === registry || change.otherRegistry === registry
  const ends = reader.changes({ kinds: ['conflict-over'] }).filter(concerns)
  return reader
    .changes({ kinds: ['conflict'], ...(to === undefined ? {} : { to }) })
    .filter(concerns)
    .map((begun) => {
      const over = ends.find(
        (end) => end.day >= begun.day && numbersText(end.range) === numbersText(begun.range),
      )
      return {
        numbers: numbersText(begun.range),
        registries: [begun.registry, begun.otherRegistry ?? ''] as const,
        from: begun.day,
        until: over?.day ?? null,
        rows: begun.after.map(({ raw }) => raw),
      }
    })
    .filter(({ until }) => until === null || until >= from)
}

/** The report. Throws a {@link WatchError} where nothing of the registry is logged. */
export function reportOf(reader: WatchReader, options: ReportOptions): WatchReport {
  const source = sourceOf(reader, options)
  const from = options.from ?? source.firstDay
  const to = options.to ?? source.lastDay
  const within = ({ day }: { readonly day: CalendarDate }): boolean => from <= day && day <= to
  const days = reader.days(source.id).filter(within)
  const changes = reader.changes({ source: source.id, from, to })
  const notes: Record<string, number> = {}
  for (const day of days) for (const { code, count } of day.notes) notes[code] = (notes[code] ?? 0) + count
  const same = (kind: ChangeKind): number =>
    changes.filter((change) => change.kind === kind && change.sameRow).length
  return {
    registry: source.registry,
    source: source.id,
    from,
    to,
    days: days.length,
    gaps: gapsIn(days),
    notes,
    changes: countKinds(changes),
    byMonth: byMonth(changes),
    holdings: holdingsByMonth(reader, source.id).filter(within),
    resources: { ended: same('ended'), backToSameHolder: same('same-holder-again') },
    // The other registry's file may be of a day later than the last one here.
    conflicts: conflictsOf(reader, source.registry, from, options.to),
    ended: endedList(changes),
  }
}

const NAMES: Readonly<Record<ChangeKind, string>> = {
  'first-delegation': 'delegated for the first time',
  'same-holder-again': 'delegated again to the same holder',
  'other-holder-later': 'delegated later to another holder',
  'new-holder': 'another published holder',
  ended: 'no longer delegated',
  split: 'split into several rows',
  merge: 'merged into one row',
  're-cut': 'rows of one holder cut differently',
  're-key': 'the same under another opaque-id',
  country: 'another country',
  status: 'another status',
  date: 'another date',
  spelling: 'another spelling',
  moved: 'moved between registries',
  conflict: 'delegated by two registries: begun',
  'conflict-over': 'delegated by two registries: over',
  contradiction: 'two rows of one file for the same numbers',
  'free-space-re-cut': 'free numbers in other pieces',
  'free-space': 'free numbers listed otherwise',
}

/** The report in words. */
export function reportText(report: WatchReport, listed = 20): string {
  const { ended, resources } = report
  const missing = report.gaps.reduce((sum, { days }) => sum + days, 0)
  const longest = report.gaps.reduce((most, gap) => (gap.days > most.days ? gap : most), {
    days: 0,
    after: '',
    before: '',
  })
  const lines = [
    `${report.source}, ${report.from} to ${report.to}: ${report.days} ${report.days === 1 ? 'day' : 'days'} of files.`,
    missing === 0
      ? 'No day is missing.'
      : `${missing} days without a file, in ${report.gaps.length} gaps; the longest has ${longest.days} days, after ${longest.after}.`,
    '',
    'Changes, by what the files show:',
    ...CHANGE_KINDS.flatMap((kind) => {
      const count = report.changes[kind] ?? 0
      return count === 0 ? [] : [`  ${String(count).padStart(7)}  ${NAMES[kind]} (${kind})`]
    }),
    '',
    `Delegated resources that became reserved or available: ${resources.ended}.`,
    `Of these, back to the same holder by the published opaque-ids: ${resources.backToSameHolder}.`,
    `With numbers that were taken up in other rows: ${ended.length} ended, ${ended.filter(({ backOn }) => backOn !== null).length} back.`,
    'The files give no procedure for any of these.',
  ]
  const shown = ended.slice(-listed)
  if (shown.length > 0) lines.push('', `The last ${shown.length} that ended (--json and --csv have all):`)
  for (const each of shown) {
    const back = each.backOn === null ? '' : `; back on ${each.backOn}, ${each.daysUntilBack} days later`
    lines.push(`  ${each.day}  ${each.numbers}  ${each.holder ?? '-'} -> ${each.becomes ?? '-'}${back}`)
  }
  if (report.conflicts.length > 0) lines.push('', 'Delegated by two registries at once, as their files say:')
  for (const { numbers, registries, from, until } of report.conflicts)
    lines.push(
      `  ${numbers}  ${registries.join(' and ')}, from ${from} ${until === null ? 'on' : `until ${until}`}`,
    )
  const notes = Object.entries(report.notes)
  if (notes.length > 0)
    lines.push('', `Remarks on the files: ${notes.map(([code, count]) => `${code} ${count}`).join(', ')}.`)
  return lines.join('\n')
}

const CSV_COLUMNS = [
  'day',
  'previous_day',
  'kind',
  'numbers',
  'from_holder',
  'to_holder',
  'becomes',
  'same_row',
  'days_between',
  'transfer_day',
  'other_registry',
  'rows_before',
  'rows_after',
  'text',
] as const

function changeLine(change: Change): string {
  return csvLine([
    change.day,
    change.previous,
    change.kind,
    numbersText(change.range),
    change.fromHolder,
    change.toHolder,
    change.becomes,
    change.sameRow,
    change.daysBetween,
    change.transfer?.day ?? null,
    change.otherRegistry,
    change.before.map(({ raw }) => raw).join(' ; '),
    change.after.map(({ raw }) => raw).join(' ; '),
    change.text,
  ])
}

const LINES_AT_ONCE = 1000

/** Changes as CSV (RFC 4180), a header line first, in pieces: all changes of all registries are tens of megabytes. */
export function* changesCsvPieces(changes: readonly Change[]): Generator<string> {
  yield csvLine(CSV_COLUMNS)
  for (let at = 0; at < changes.length; at += LINES_AT_ONCE)
    yield changes
      .slice(at, at + LINES_AT_ONCE)
      .map(changeLine)
      .join('')
}

/** Changes as CSV in one text. */
export function changesCsv(changes: readonly Change[]): string {
  return [...changesCsvPieces(changes)].join('')
}

/** A change as JSON: ranges as text, rows as published with their days. */
export function changeJson(change: Change): Json {
  const rows = (list: Change['before']): Json =>
    list.map(({ raw, source, from, until, addedBy, removedBy }) => ({
      row: raw,
      source,
      from,
      until,
      addedBy,
      removedBy,
    }))
  const { transfer } = change
  return {
    day: change.day,
    previous: change.previous,
    kind: change.kind,
    source: change.source,
    numbers: numbersText(change.range),
    fromHolder: change.fromHolder,
    toHolder: change.toHolder,
    becomes: change.becomes,
    sameRow: change.sameRow,
    daysBetween: change.daysBetween,
    transfer:
      transfer === null
        ? null
        : {
            source: transfer.source,
            day: transfer.day,
            type: transfer.type,
            status: transfer.status,
            numbers: transfer.ranges.map(numbersText),
          },
    otherRegistry: change.otherRegistry,
    before: rows(change.before),
    after: rows(change.after),
    text: change.text,
  }
}
