/** Rows of a nested import that came to lie inside a holding of another source: taken in, as parts of it. */

import { blockKey, rangeToBlocks } from '@cadastre/numbers'
import { type Cell, type Json, readImportRow } from '@cadastre/records'

type Row = { readonly line: number; readonly raw: string }
type ChunkOf<R> = { readonly source: string; readonly from: number; readonly rows: readonly R[] }

/**
 * `outermost`: whether the row of this ordinal lies in no other row of its own file, so that what it was made a part of
 * can only be from elsewhere.
 */
export function underOthers<R extends Row>(
  { source, from, rows }: ChunkOf<R>,
  effects: readonly { readonly key: string; readonly next: Json }[],
  outermost: (ordinal: number) => boolean,
): readonly R[] {
  const cells = new Map(effects.map(({ key, next }) => [key, next as Cell | null]))
  return rows.filter(({ raw }, index) => {
    if (!outermost(from + index)) return false
    const row = readImportRow(raw)
    const [block] = row.ok ? rangeToBlocks(row.value.range) : []
    const registrations = (block === undefined ? null : cells.get(blockKey(block)))?.registrations ?? []
    return registrations.some(({ kind, provenance }) => kind === 'sub' && provenance === source)
  })
}
