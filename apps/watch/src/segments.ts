/**
 * Rows removed and rows added by one file, laid over one another: groups that share numbers, and in each group the
 * stretches of numbers that had one row before and have one row after.
 */

import { compareRange, intersection, type Range, range } from '@cadastre/numbers'
import type { WatchedRow } from './model.ts'

/** Rows of one file's difference that hang together by their numbers. */
export type Group = { readonly before: readonly WatchedRow[]; readonly after: readonly WatchedRow[] }

/** Numbers that one row had before and one row has after; null where none did or does. */
export type Stretch = {
  readonly range: Range
  readonly before: WatchedRow | null
  readonly after: WatchedRow | null
}

/** The groups of a difference, in order of numbers. */
export function groupsOf(removed: readonly WatchedRow[], added: readonly WatchedRow[]): Group[] {
  const rows = [
    ...removed.map((row) => ({ row, isAdded: false })),
    ...added.map((row) => ({ row, isAdded: true })),
  ].sort((a, b) => compareRange(a.row.range, b.row.range) || a.row.id - b.row.id)
  const groups: { before: WatchedRow[]; after: WatchedRow[] }[] = []
  let open: { before: WatchedRow[]; after: WatchedRow[] } | null = null
  let end: Range | null = null
  for (const { row, isAdded } of rows) {
    if (open === null || end === null || row.range.space !== end.space || row.range.first > end.last) {
      open = { before: [], after: [] }
      groups.push(open)
      end = row.range
    } else if (row.range.last > end.last) end = row.range
    open[isAdded ? 'after' : 'before'].push(row)
  }
  return groups
}

function mustRange(space: Range['space'], first: bigint, last: bigint): Range {
  const made = range(space, first, last)
  if (!made.ok) throw new RangeError(`no range ${first} - ${last}`)
  return made.value
}

/** The stretches of a group, in order. Where rows of one side overlap, which they should not, the first counts. */
export function stretchesOf({ before, after }: Group): Stretch[] {
  const [one] = [...before, ...after]
  if (one === undefined) return []
  const { space } = one.range
  const cuts = new Set<bigint>()
  for (const { range: of } of [...before, ...after]) {
    cuts.add(of.first)
    cuts.add(of.last + 1n)
  }
  const sorted = [...cuts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const at = (rows: readonly WatchedRow[], number: bigint): WatchedRow | null =>
    rows.find((row) => row.range.first <= number && number <= row.range.last) ?? null
  const stretches: Stretch[] = []
  for (let index = 0; index + 1 < sorted.length; index++) {
    const [first = 0n, next = 0n] = [sorted[index], sorted[index + 1]]
    const [old, now] = [at(before, first), at(after, first)]
    if (old === null && now === null) continue
    const previous = stretches.at(-1)
    if (previous?.before === old && previous.after === now && previous.range.last + 1n === first)
      stretches[stretches.length - 1] = {
        ...previous,
        range: mustRange(space, previous.range.first, next - 1n),
      }
    else stretches.push({ range: mustRange(space, first, next - 1n), before: old, after: now })
  }
  return stretches
}

/** The parts of the stretches that lie in a range. */
export function cutTo(stretches: readonly Stretch[], range: Range): Stretch[] {
  return stretches.flatMap((stretch) => {
    const part = intersection(stretch.range, range)
    return part === null ? [] : [{ ...stretch, range: part }]
  })
}

/** Stretches that follow one another without a hole, as one range each with its stretches. */
export function joined(
  stretches: readonly Stretch[],
): { readonly range: Range; readonly stretches: Stretch[] }[] {
  const found: { range: Range; stretches: Stretch[] }[] = []
  for (const stretch of stretches) {
    const open = found.at(-1)
    if (open !== undefined && open.range.last + 1n === stretch.range.first) {
      open.range = mustRange(open.range.space, open.range.first, stretch.range.last)
      open.stretches.push(stretch)
    } else found.push({ range: stretch.range, stretches: [stretch] })
  }
  return found
}
