/**
 * Rows of published files in the shape that the faces read: cells with registrations. A row that says that somebody has
 * the numbers is a holding, `available` a pool, `reserved` a reservation; what IANA gave a registry is that one's pool.
 * Nothing is added to what the row says.
 */

import { type Block, compareBlock, contains, formatAddress, rangeToBlocks } from '@cadastre/numbers'
import { type CoveringCell, EMPTY_CELL, type Registration } from '@cadastre/records'
import type { WatchedRow } from '../model.ts'

/** The procedure that watched registrations name: it is no act, and its page is docs/watch.md. */
export const OBSERVED = 'observed/1'

/** Handle of whoever a row names: `IMP-AFRINIC-F36B9F4B`, as an import of the same file would make it. */
export function holderHandle(registry: string, opaqueId: string): string {
  return `IMP-${registry}-${opaqueId}`.toUpperCase()
}

function kindOf({ delegated, status }: WatchedRow): Registration['kind'] {
  if (delegated) return 'holding'
  return status === 'reserved' ? 'reserved' : 'pool'
}

function registrationOf(row: WatchedRow): Registration {
  const { range, status, country, registered, opaqueId, registry, source, addedBy, id } = row
  return {
    id: `W-${id}`,
    kind: kindOf(row),
    first: formatAddress(range.space, range.first),
    last: formatAddress(range.space, range.last),
    holder: row.delegated && opaqueId !== null ? holderHandle(registry, opaqueId) : null,
    status,
    country,
    registered,
    until: null,
    protected: false,
    provenance: source,
    procedure: OBSERVED,
    since: addedBy,
  }
}

/** Cells of the rows at their minimal blocks, of which only those are wanted that pass; in the order of blocks. */
export function cellsOf(
  rows: readonly WatchedRow[],
  wanted: (block: Block) => boolean,
): readonly CoveringCell[] {
  const cells = new Map<string, { readonly block: Block; readonly registrations: Registration[] }>()
  for (const row of rows) {
    const registration = registrationOf(row)
    for (const block of rangeToBlocks(row.range)) {
      if (!wanted(block)) continue
      const key = `${block.first}/${block.length}`
      const cell = cells.get(key) ?? { block, registrations: [] }
      cells.set(key, cell)
      cell.registrations.push(registration)
    }
  }
  return [...cells.values()]
    .sort((a, b) => compareBlock(a.block, b.block))
    .map(({ block, registrations }) => ({ block, cell: { ...EMPTY_CELL, registrations } }))
}

/** Cells of the rows at the blocks that hold all of this one. */
export function cellsCovering(rows: readonly WatchedRow[], block: Block): readonly CoveringCell[] {
  return cellsOf(rows, (candidate) => candidate.length <= block.length && contains(candidate, block))
}

/** Cells of the rows at this block and inside it. */
export function cellsInside(rows: readonly WatchedRow[], block: Block): readonly CoveringCell[] {
  return cellsOf(rows, (candidate) => contains(block, candidate))
}
