/**
 * The changes that the logged files show, each of one kind with the rows that show it. The rules stand in docs/watch.md,
 * in the same order. A pure function of the log: nothing of it is logged, so that better rules need no new log.
 */

import { equalRange, intersection, type Range, subtract } from '@cadastre/numbers'
import { textOf } from './change-texts.ts'
import { besideOver, type Conflict, Conflicts, endedOver, othersOver } from './conflicts.ts'
import { dayNumber, daysBetween } from './days.ts'
import type { History } from './history.ts'
import { HandChanges, Holders } from './holders.ts'
import type { Change, ChangeKind, PublishedTransfer, WatchedRow } from './model.ts'
import { cutTo, type Group, groupsOf, joined, type Stretch, stretchesOf } from './segments.ts'
import { type DayDifference, differences } from './source-days.ts'
import type { TransferIndex } from './transfer-index.ts'

/** A published transfer is taken for a change when its date and the change's are no further apart. */
const TRANSFER_DAYS_MAX = 60

type Found = Partial<Omit<Change, 'kind' | 'range' | 'before' | 'after' | 'text'>>

/** A group with its stretches, made once. */
type Laid = { readonly group: Group; readonly stretches: readonly Stretch[] }

const isFree = (row: WatchedRow | null): boolean => row === null || !row.delegated

const rowsOf = (stretches: readonly Stretch[], side: 'before' | 'after'): WatchedRow[] =>
  [...new Set(stretches.map((stretch) => stretch[side]))].filter((row) => row !== null)

class DayClassifier {
  readonly changes: Change[] = []
  readonly #history: History
  readonly #transfers: TransferIndex
  readonly #holders: Holders
  readonly #conflicts: Conflicts
  readonly #difference: DayDifference
  #rekeyed: ReadonlyMap<string, string> = new Map()

  constructor(
    history: History,
    transfers: TransferIndex,
    holders: Holders,
    conflicts: Conflicts,
    difference: DayDifference,
  ) {
    this.#history = history
    this.#transfers = transfers
    this.#holders = holders
    this.#conflicts = conflicts
    this.#difference = difference
  }

  run(): void {
    const { removed: gone, added: come, isFirst } = this.#difference
    const removed = gone.map((id) => this.#history.row(id))
    const added = come.map((id) => this.#history.row(id))
    if (isFirst) for (const row of added) this.#holders.count(row, 1)
    else this.#compare(removed, added)
    const day = dayNumber(this.#difference.day.day)
    for (const row of removed)
      if (row.delegated)
        for (const { conflict, left } of this.#conflicts.over(row, day))
          this.#conflict('conflict-over', conflict, row, left)
    for (const row of added) this.#contradiction(row, day)
    for (const row of added)
      if (row.delegated)
        for (const conflict of this.#conflicts.begun(row)) this.#conflict('conflict', conflict, row)
  }

  #compare(removed: readonly WatchedRow[], added: readonly WatchedRow[]): void {
    const laid = groupsOf(removed, added).map((group) => ({ group, stretches: stretchesOf(group) }))
    const hands = new HandChanges()
    for (const { stretches } of laid) for (const { before, after } of stretches) hands.note(before, after)
    const before = new Set([...hands.origins.keys()].filter((id) => this.#holders.has(id)))
    for (const row of removed) this.#holders.count(row, -1)
    for (const row of added) this.#holders.count(row, 1)
    this.#rekeyed = this.#holders.rekeyed(hands, (id) => before.has(id))
    for (const each of laid) this.#group(each)
    for (const [from, to] of this.#rekeyed) this.#holders.follow(from, to)
  }

  #add(kind: ChangeKind, range: Range, stretches: readonly Stretch[], found: Found = {}): void {
    this.#push(kind, range, rowsOf(stretches, 'before'), rowsOf(stretches, 'after'), found)
  }

  #push(
    kind: ChangeKind,
    range: Range,
    before: readonly WatchedRow[],
    after: readonly WatchedRow[],
    found: Found = {},
  ): void {
    const { source, day } = this.#difference
    const facts = {
      source: source.id,
      registry: source.registry,
      day: day.day,
      previous: day.previous,
      fromHolder: before.find((row) => row.delegated)?.opaqueId ?? null,
      toHolder: after.find((row) => row.delegated)?.opaqueId ?? null,
      becomes: null,
      sameRow: false,
      daysBetween: null,
      transfer: null,
      otherRegistry: null,
      ...found,
      kind,
      range,
      before,
      after,
    }
    this.changes.push({ ...facts, text: textOf(facts) })
  }

  #conflict(
    kind: 'conflict' | 'conflict-over',
    { registries, range, rows }: Conflict,
    row: WatchedRow,
    left: readonly WatchedRow[] = [],
  ): void {
    const otherRegistry = registries.find((registry) => registry !== row.registry) ?? null
    const [before, after] = kind === 'conflict' ? [[], rows] : [rows, left]
    this.#push(kind, range, before, after, { otherRegistry })
  }

  /** Told once for each pair: by the later row. */
  #contradiction(row: WatchedRow, day: number): void {
    for (const other of besideOver(this.#history, row, row.range, day)) {
      const shared = other.id < row.id ? intersection(other.range, row.range) : null
      if (shared !== null) this.#push('contradiction', shared, [], [other, row])
    }
  }

  #group({ group, stretches }: Laid): void {
    const { before, after } = group
    if (![...before, ...after].some(({ delegated }) => delegated)) {
      this.#freeSpace(group, stretches)
      return
    }
    for (const each of joinedBy(stretches, ({ before: old, after: now }) =>
      !isFree(old) && isFree(now) ? old : null,
    ))
      this.#ended(each.range, each.stretches, after)
    for (const each of joinedBy(stretches, ({ before: old, after: now }) =>
      isFree(old) && !isFree(now) ? now : null,
    ))
      this.#begun(each.range, each.stretches)
    this.#kept(stretches.filter(({ before: old, after: now }) => !isFree(old) && !isFree(now)))
  }

  /** Numbers that nobody had or has. */
  #freeSpace({ before, after }: Group, stretches: readonly Stretch[]): void {
    const isReCut = stretches.every(({ before: old, after: now }) => old?.status === now?.status)
    for (const { range, stretches: these } of joined(stretches)) {
      if (!isReCut) this.#add('free-space', range, these)
      else if (before.length + after.length > 2) this.#add('free-space-re-cut', range, these)
      else this.#add('spelling', range, these)
    }
  }

  /** What another registry delegates now has moved there; the rest has ended. */
  #ended(range: Range, stretches: readonly Stretch[], after: readonly WatchedRow[]): void {
    const day = dayNumber(this.#difference.day.day)
    const [old] = rowsOf(stretches, 'before')
    if (old === undefined) return
    const others = othersOver(this.#history, old, range, day)
    for (const other of others) {
      const part = intersection(range, other.range)
      if (part === null) continue
      const found = { otherRegistry: other.registry, transfer: this.#transfer(part) }
      this.#push('moved', part, [old], [other], found)
    }
    for (const part of subtract(
      range,
      others.map((other) => other.range),
    ))
      this.#endedAlone(part, cutTo(stretches, part), after, old)
  }

  #endedAlone(
    range: Range,
    stretches: readonly Stretch[],
    after: readonly WatchedRow[],
    old: WatchedRow,
  ): void {
    const day = dayNumber(this.#difference.day.day)
    // Rows that stayed: a file may list numbers twice.
    const beside = besideOver(this.#history, old, range, day)
    if (beside.some(({ delegated }) => delegated)) {
      this.#push('re-cut', range, [old], beside)
      return
    }
    const says = new Set(stretches.map(({ after: now }) => now?.status ?? beside[0]?.status ?? 'unlisted'))
    const [only] = says
    const becomes =
      says.size > 1 ? 'mixed' : only === 'available' || only === 'reserved' ? only : ('unlisted' as const)
    const sameRow = after.some((row) => !row.delegated && equalRange(row.range, old.range))
    if (sameRow) this.#holders.replaced.add(old.id)
    const now = new Map([...rowsOf(stretches, 'after'), ...beside].map((row) => [row.id, row]))
    this.#push('ended', range, [old], [...now.values()], { becomes, sameRow })
  }

  /** What another registry delegates too is told as a conflict, and as a move once it is over. */
  #begun(range: Range, stretches: readonly Stretch[]): void {
    const [now] = rowsOf(stretches, 'after')
    if (now === undefined) return
    const others = othersOver(this.#history, now, range, dayNumber(this.#difference.day.day))
    for (const part of subtract(
      range,
      others.map((other) => other.range),
    ))
      this.#begunAlone(part, cutTo(stretches, part), now)
  }

  #begunAlone(range: Range, stretches: readonly Stretch[], now: WatchedRow): void {
    const earlier = endedOver(this.#history, range, dayNumber(this.#difference.day.day))
    const own = earlier.find(({ registry, source }) => registry === now.registry && source === now.source)
    const other = earlier.find(({ registry }) => registry !== now.registry)
    const before = rowsOf(stretches, 'before')
    if (own === undefined && other === undefined) {
      this.#push('first-delegation', range, before, [now])
      return
    }
    const last =
      own === undefined || (other !== undefined && (other.until ?? '') > (own.until ?? '')) ? other : own
    if (last === undefined) return
    const apart = daysBetween(last.until ?? last.from, this.#difference.day.day)
    const found = { daysBetween: apart, fromHolder: last.opaqueId, toHolder: now.opaqueId }
    const evidence = [last, ...before]
    if (last.registry !== now.registry) {
      const transfer = this.#transfer(range)
      this.#push('moved', range, evidence, [now], { ...found, otherRegistry: last.registry, transfer })
      return
    }
    const [free] = before
    const sameRow =
      this.#holders.replaced.has(last.id) &&
      before.length === 1 &&
      free !== undefined &&
      equalRange(free.range, now.range) &&
      equalRange(last.range, now.range)
    const kind = this.#holders.same(last.opaqueId, now.opaqueId) ? 'same-holder-again' : 'other-holder-later'
    this.#push(kind, range, evidence, [now], {
      ...found,
      sameRow: sameRow && equalRange(last.range, now.range),
    })
  }

  /** Numbers that were delegated and still are. */
  #kept(stretches: readonly Stretch[]): void {
    const same = stretches.filter(({ before, after }) => before?.opaqueId === after?.opaqueId)
    for (const linked of linkedRows(same)) this.#sameHolder(linked)
    const other = stretches.filter(({ before, after }) => before?.opaqueId !== after?.opaqueId)
    for (const { range, stretches: these } of joinedBy(other, ({ before, after }) =>
      before === null || after === null ? null : `${before.opaqueId} ${after.opaqueId}`,
    ))
      this.#otherHolder(range, these)
  }

  #sameHolder(stretches: readonly Stretch[]): void {
    const [before, after] = [rowsOf(stretches, 'before'), rowsOf(stretches, 'after')]
    const [old, now] = [before[0], after[0]]
    if (old === undefined || now === undefined) return
    const single = before.length === 1 && after.length === 1
    if (single && equalRange(old.range, now.range)) {
      this.#attributes(old, now)
      return
    }
    const kind =
      single || (before.length > 1 && after.length > 1) ? 're-cut' : after.length > 1 ? 'split' : 'merge'
    for (const { range, stretches: these } of joined(stretches)) this.#add(kind, range, these)
  }

  #attributes(old: WatchedRow, now: WatchedRow): void {
    const kinds: ChangeKind[] = []
    if (old.country !== now.country) kinds.push('country')
    if (old.status !== now.status) kinds.push('status')
    if (old.registered !== now.registered) kinds.push('date')
    for (const kind of kinds.length === 0 ? (['spelling'] as const) : kinds)
      this.#push(kind, now.range, [old], [now])
  }

  #otherHolder(range: Range, stretches: readonly Stretch[]): void {
    const [from, to] = [stretches[0]?.before?.opaqueId ?? null, stretches[0]?.after?.opaqueId ?? null]
    const transfer = this.#transfer(range)
    const isRekey = from === null || to === null || this.#rekeyed.get(from) === to
    this.#add(isRekey && transfer === null ? 're-key' : 'new-holder', range, stretches, { transfer })
  }

  /** The published transfer of these numbers that is nearest to the day. */
  #transfer(range: Range): PublishedTransfer | null {
    const { day } = this.#difference.day
    let nearest: { transfer: PublishedTransfer; days: number } | null = null
    for (const transfer of this.#transfers.overlapping(range)) {
      const days = transfer.day === null ? Number.POSITIVE_INFINITY : Math.abs(daysBetween(transfer.day, day))
      if (days <= TRANSFER_DAYS_MAX && days < (nearest?.days ?? Number.POSITIVE_INFINITY))
        nearest = { transfer, days }
    }
    return nearest?.transfer ?? null
  }
}

/** Stretches with a key, as runs of neighbours of the same key. */
function joinedBy(
  stretches: readonly Stretch[],
  key: (stretch: Stretch) => unknown,
): { readonly range: Range; readonly stretches: Stretch[] }[] {
  const byKey = new Map<unknown, Stretch[]>()
  for (const stretch of stretches) {
    const of = key(stretch)
    if (of === null) continue
    const known = byKey.get(of)
    if (known === undefined) byKey.set(of, [stretch])
    else known.push(stretch)
  }
  return [...byKey.values()].flatMap(joined)
}

/** Stretches that share a row before or after, directly or by others. */
function linkedRows(stretches: readonly Stretch[]): Stretch[][] {
  const linked: { rows: Set<WatchedRow>; stretches: Stretch[] }[] = []
  for (const stretch of stretches) {
    const rows = [stretch.before, stretch.after].filter((row) => row !== null)
    const last = linked.at(-1)
    // Rows are contiguous, so that only the run before can share one.
    if (last !== undefined && rows.some((row) => last.rows.has(row))) {
      for (const row of rows) last.rows.add(row)
      last.stretches.push(stretch)
    } else linked.push({ rows: new Set(rows), stretches: [stretch] })
  }
  return linked.map((each) => each.stretches)
}

/** All changes of a history, oldest day first. */
export function classify(history: History, transfers: TransferIndex): readonly Change[] {
  const changes: Change[] = []
  const conflicts = new Conflicts(history)
  const holders = new Map<string, Holders>()
  for (const difference of differences(history)) {
    const { id } = difference.source
    let ofSource = holders.get(id)
    if (ofSource === undefined) {
      ofSource = new Holders()
      holders.set(id, ofSource)
    }
    const classifier = new DayClassifier(history, transfers, ofSource, conflicts, difference)
    classifier.run()
    changes.push(...classifier.changes)
  }
  return changes
}
