/** Files that are no lists of lines (IANA's registries, transfer logs): their rows in our words, compared as a set. */

import type { CurrentRows } from './current-rows.ts'
import type { Difference, FileIdentity, NewRow } from './delegated-file.ts'
import type { Notes } from './notes.ts'
import { isCidr, readObservedRow } from './row-reading.ts'

export type RowList = { readonly identity: FileIdentity; readonly rows: readonly string[] }

/** Compares a list of rows with what the source said before. Rows of transfers are kept as they are. */
export function compareRows(list: RowList, known: CurrentRows, notes: Notes): Difference {
  known.begin()
  const added: NewRow[] = []
  const fresh = new Set<string>()
  let rows = 0
  for (const raw of list.rows) {
    const met = known.meet(raw)
    if (met === 'twice' || fresh.has(raw)) {
      notes.add('row-twice', () => raw)
      continue
    }
    if (met === null) {
      const row = list.identity.kind === 'transfers' ? null : readObservedRow(raw)
      if (row !== null && !row.ok) {
        notes.add('row-unreadable', () => `${row.error.code}: ${raw}`)
        continue
      }
      fresh.add(raw)
      added.push({ raw, row: row === null ? null : row.value })
      if (row !== null && row.value.range.space === 'ip4' && !isCidr(row.value.range))
        notes.add('not-cidr', () => raw)
    }
    rows++
  }
  return { rows, removed: known.missing(), added }
}
