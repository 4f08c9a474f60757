/**
 * What a batch makes of the tables that follow from records: pure functions, shared by both engines and by
 * `rebuild`, so that no engine can project differently from another or from its own past.
 */

import {
  type Cell,
  canFallDue,
  type Due,
  dueOf,
  type Holder,
  isOccupying,
  type Json,
  type RecordKey,
} from '@cadastre/records'
import type { Batch } from './index.ts'
import { type Extent, extentOf, parsedKey, sortKey } from './sort-keys.ts'

type RecordRow = {
  readonly key: RecordKey
  readonly sort: Uint8Array
  /** Null = deleted. */
  readonly text: string | null
}
/** The numbers that one cell's own block occupies, whatever range its registration states. */
export type OccupancyRow = Extent & { readonly key: RecordKey }
export type HolderRow = { readonly handle: string; readonly name: string | null; readonly folded: string }

/** Rows to write. Of each table with two members, every row of `…Keys` is to be deleted before any is inserted. */
export type Projection = {
  readonly records: readonly RecordRow[]
  /** Records that may have something due. */
  readonly dueKeys: readonly RecordKey[]
  readonly due: readonly Due[]
  /** Cells that may occupy numbers. */
  readonly occupancyKeys: readonly OccupancyRow[]
  readonly occupancy: readonly OccupancyRow[]
  /** Handles of holders. */
  readonly holderKeys: readonly string[]
  readonly holders: readonly HolderRow[]
}

/** The tables that `rebuild` recomputes, in the order in which it reports them. */
export const PROJECTED_TABLES = [
  'head',
  'tile_hashes',
  'records',
  'touched',
  'due',
  'occupancy',
  'holders',
] as const
export type ProjectedTable = (typeof PROJECTED_TABLES)[number]

/** What follows from the final states of the keys that a batch touched. Each key at most once. */
export function project(records: Batch['records']): Projection {
  const rows: RecordRow[] = []
  const dueKeys: RecordKey[] = []
  const due: Due[] = []
  const occupancyKeys: OccupancyRow[] = []
  const occupancy: OccupancyRow[] = []
  const holderKeys: string[] = []
  const holders: HolderRow[] = []
  for (const { key, text } of records) {
    const parsed = parsedKey(key)
    const sort = sortKey(key, parsed)
    rows.push({ key, sort, text })
    const value: Json = text === null ? null : JSON.parse(text)
    if (canFallDue(key)) {
      dueKeys.push(key)
      const next = value === null ? null : dueOf(key, value)
      if (next !== null) due.push(next)
    }
    const extent = extentOf(parsed, sort)
    if (extent !== null) {
      const row = { ...extent, key }
      occupancyKeys.push(row)
      for (let count = occupyingRegistrations(value); count > 0; count--) occupancy.push(row)
    } else if (parsed.kind === 'object' && parsed.type === 'holder') {
      holderKeys.push(parsed.handle)
      if (value !== null) holders.push(holderRow(parsed.handle, value))
    }
  }
  return { records: rows, dueKeys, due, occupancyKeys, occupancy, holderKeys, holders }
}

/** One row for each occupying registration: two of them at one cell collide in the database, as they must. */
function occupyingRegistrations(value: Json): number {
  if (value === null) return 0
  let count = 0
  for (const registration of (value as Cell).registrations) if (isOccupying(registration.kind)) count++
  return count
}

function holderRow(handle: string, value: Json): HolderRow {
  const { name } = value as Holder
  return { handle, name, folded: foldForSearch(name === null ? handle : `${handle}\n${name}`) }
}

/**
 * Text as searches compare it: Unicode compatibility form in upper case. Upper case, because it is the one that
 * unites ß with SS and the two lower-case sigmas (Unicode 5.18); compatibility form for full-width letters.
 */
export function foldForSearch(text: string): string {
  return text.normalize('NFKC').toUpperCase().normalize('NFKC')
}

/**
 * The folded text to look for in {@link HolderRow.folded}; null where no handle or legal name can contain it (control
 * characters, among them the separator of the two, and lone surrogates).
 */
export function searchTerm(text: string): string | null {
  return !text.isWellFormed() || /\p{Cc}/u.test(text) ? null : foldForSearch(text)
}
