/**
 * One row of delegated statistics (RIR statistics exchange format), plain or extended, or of a prefix list. `decide`
 * reads the raw rows that entries carry with these functions, so an auditor reads them again the same way.
 */

import {
  blockRange,
  err,
  ok,
  parseNumber,
  parsePrefix,
  type Range,
  type Result,
  rangeOfCount,
} from '@cadastre/numbers'
import type { RegistrationKind } from './cell.ts'
import { type CalendarDate, parseDate } from './time.ts'

export const DELEGATION_STATUSES = ['allocated', 'assigned', 'available', 'reserved'] as const
export type DelegationStatus = (typeof DELEGATION_STATUSES)[number]

/** What a row says. */
export type DelegatedRow = {
  /** Name of the registry in the row; empty in a prefix list. */
  readonly registry: string
  readonly range: Range
  readonly status: DelegationStatus
  /** As declared; null for an empty code and for `ZZ` (ISO 3166-1 user-assigned: unknown). */
  readonly country: string | null
  /** Null for an empty or all-zero date, and for a day that does not exist. */
  readonly registered: CalendarDate | null
  /** Stable for one holder within one file, no more. */
  readonly opaqueId: string | null
}

export type RowErrorCode =
  | 'row-too-long'
  | 'row-not-printable'
  | 'field-count'
  | 'bad-registry'
  | 'bad-country'
  | 'bad-type'
  | 'bad-start'
  | 'bad-value'
  | 'bad-date'
  | 'bad-status'
  | 'bad-opaque-id'

/** Why a row cannot be read: the offending value, at most 80 characters of it, and what would be right. */
export type RowError = { readonly code: RowErrorCode; readonly value: string; readonly expected: string }

/** Longest row, in characters; the longest that is published has about 110. */
export const MAX_ROW_LENGTH = 300
const MAX_OPAQUE_LENGTH = 100

const PRINTABLE = /^[ -~]*$/
const REGISTRY = /^[A-Za-z][A-Za-z0-9.-]{0,31}$/
const COUNTRY = /^[A-Z]{2}$/
const OPAQUE = /^[!-~]*$/
const COUNT = /^[1-9][0-9]{0,9}$/

function rowError(code: RowErrorCode, value: string, expected: string): Result<never, RowError> {
  return err({ code, value: value.length > 80 ? `${value.slice(0, 77)}...` : value, expected })
}

/**
 * Reads one data row: `registry|cc|type|start|value|date|status[|opaque-id[|extension...]]`. Seven fields or more;
 * extensions are not looked at.
 */
export function readRow(raw: string): Result<DelegatedRow, RowError> {
  const fault = textFault(raw)
  if (fault !== null) return fault
  const [registry = '', cc = '', type = '', start = '', value = '', date = '', status, opaque = ''] =
    raw.split('|', 8)
  if (status === undefined)
    return rowError('field-count', raw, 'registry|cc|type|start|value|date|status[|opaque-id]')
  if (!REGISTRY.test(registry)) return rowError('bad-registry', registry, 'the name of a registry')
  const country = readCountry(cc)
  if (!country.ok) return country
  const range = readResource(type, start, value)
  if (!range.ok) return range
  const registered = readDate(date)
  if (!registered.ok) return registered
  const known = DELEGATION_STATUSES.find((name) => name === status)
  if (known === undefined) return rowError('bad-status', status, 'allocated, assigned, available or reserved')
  const opaqueId = readOpaque(opaque)
  if (!opaqueId.ok) return opaqueId
  return ok({
    registry,
    range: range.value,
    status: known,
    country: country.value,
    registered: registered.value,
    opaqueId: opaqueId.value,
  })
}

/**
 * Reads one row of a prefix list, `prefix,cc,asn`; country and AS number may be empty. The AS number stands for the
 * holder, as `AS64496`.
 */
export function readPrefixRow(raw: string): Result<DelegatedRow, RowError> {
  const fault = textFault(raw)
  if (fault !== null) return fault
  const first = raw.indexOf(',')
  const second = raw.indexOf(',', first + 1)
  if (first < 0 || second < 0 || raw.includes(',', second + 1))
    return rowError('field-count', raw, 'prefix,cc,asn')
  const prefix = parsePrefix(raw.slice(0, first))
  if (!prefix.ok) return rowError('bad-start', prefix.error.value, prefix.error.expected)
  const country = readCountry(raw.slice(first + 1, second))
  if (!country.ok) return country
  const asn = raw.slice(second + 1)
  if (asn !== '') {
    const number = parseNumber('asn', asn)
    if (!number.ok) return rowError('bad-opaque-id', asn, number.error.expected)
  }
  return ok({
    registry: '',
    range: blockRange(prefix.value),
    status: 'assigned',
    country: country.value,
    registered: null,
    opaqueId: asn === '' ? null : `AS${asn}`,
  })
}

/** Reads a row of either kind; they are told apart by their separator. */
export function readImportRow(raw: string): Result<DelegatedRow, RowError> {
  return raw.includes('|') ? readRow(raw) : readPrefixRow(raw)
}

/** What a row of this status is recorded as. */
export function kindOfStatus(status: DelegationStatus): RegistrationKind {
  if (status === 'available') return 'pool'
  return status === 'reserved' ? 'reserved' : 'holding'
}

function textFault(raw: string): Result<never, RowError> | null {
  if (raw.length > MAX_ROW_LENGTH)
    return rowError('row-too-long', raw, `at most ${MAX_ROW_LENGTH} characters`)
  return PRINTABLE.test(raw) ? null : rowError('row-not-printable', raw, 'printable ASCII')
}

function readCountry(cc: string): Result<string | null, RowError> {
  if (cc === '' || cc === 'ZZ') return ok(null)
  return COUNTRY.test(cc) ? ok(cc) : rowError('bad-country', cc, 'two capital letters, or nothing')
}

function readResource(type: string, start: string, value: string): Result<Range, RowError> {
  if (type === 'ipv6') {
    const prefix = parsePrefix(`${start}/${value}`)
    if (prefix.ok && prefix.value.space === 'ip6') return ok(blockRange(prefix.value))
    const code = !prefix.ok && prefix.error.code === 'bad-length' ? 'bad-value' : 'bad-start'
    return rowError(code, `${start}/${value}`, prefix.ok ? 'an IPv6 prefix' : prefix.error.expected)
  }
  if (type !== 'ipv4' && type !== 'asn') return rowError('bad-type', type, 'asn, ipv4 or ipv6')
  const space = type === 'ipv4' ? 'ip4' : 'asn'
  const first = parseNumber(space, start)
  if (!first.ok) return rowError('bad-start', start, first.error.expected)
  if (!COUNT.test(value)) return rowError('bad-value', value, 'a count from 1 to 4294967296')
  const range = rangeOfCount(space, first.value, BigInt(value))
  return range.ok ? range : rowError('bad-value', value, `a count that stays inside the space from ${start}`)
}

/** `YYYYMMDD`; empty, and any number of zeros, mean that the date is not known. */
function readDate(date: string): Result<CalendarDate | null, RowError> {
  if (date === '' || /^0+$/.test(date)) return ok(null)
  if (!/^[0-9]{8}$/.test(date)) return rowError('bad-date', date, 'YYYYMMDD, 00000000 or nothing')
  return ok(parseDate(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`))
}

function readOpaque(opaque: string): Result<string | null, RowError> {
  if (opaque === '') return ok(null)
  if (opaque.length <= MAX_OPAQUE_LENGTH && OPAQUE.test(opaque)) return ok(opaque)
  return rowError('bad-opaque-id', opaque, `at most ${MAX_OPAQUE_LENGTH} characters without spaces`)
}
