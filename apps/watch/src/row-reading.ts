/** Rows of delegated files as Watch reads them: those of the registries, and those of IANA, which have no status. */

import { type Range, type Result, rangeToBlock } from '@cadastre/numbers'
import { DELEGATION_STATUSES, type DelegatedRow, type RowError, readRow } from '@cadastre/records'
import type { SourceKind } from './model.ts'

/**
 * Reads one row. IANA's (`iana|ZZ|asn|1|1876|19920101|arin`) name in the status field the registry that has the
 * numbers: read as allocated to a holder of that name; `ietf` as reserved, `iana` as available.
 */
export function readObservedRow(raw: string): Result<DelegatedRow, RowError> {
  if (!raw.startsWith('iana|')) return readRow(raw)
  const fields = raw.split('|', 8)
  const holder = fields[6] ?? ''
  if (fields.length > 7 || DELEGATION_STATUSES.some((status) => status === holder)) return readRow(raw)
  const status = holder === 'ietf' ? 'reserved' : holder === 'iana' ? 'available' : 'allocated'
  return readRow([...fields.slice(0, 6), status, holder].join('|'))
}

/** Whether the row says that somebody has the numbers. */
export function isDelegated({ status }: Pick<DelegatedRow, 'status'>): boolean {
  return status === 'allocated' || status === 'assigned'
}

/** Whether the range is one aligned block. */
export function isCidr(range: Range): boolean {
  return rangeToBlock(range) !== null
}

/** Whether files of this kind say who has numbers now; transfer logs say what happened. */
export function isNumberKind(kind: SourceKind): boolean {
  return kind !== 'transfers'
}
