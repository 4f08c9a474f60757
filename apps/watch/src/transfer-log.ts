/**
 * NRO transfer logs, JSON, versions 4.0 and 5.0 (whose own schema says 4.0). Organisations' names stay out: a name may
 * be a person's, and nothing personal is put where it can never be taken out again (ledger.md section 5). What is kept
 * of a transfer is one row:
 *
 *     transfer|registered|day|type|status|status day|from|to|from country|to country|numbers
 *
 * with numbers as `ip4:192.0.2.0-192.0.2.255`, comma between; long lists go on in rows of the same head.
 */

import {
  type Asn,
  asn,
  formatAddress,
  NUMBER_SPACES,
  parseNumber,
  type Range,
  type Result,
  range,
} from '@cadastre/numbers'
import { isArray, isObject, type Json, type JsonObject, parseDate } from '@cadastre/records'
import { lenientAddress } from './iana-file.ts'
import type { PublishedTransfer } from './model.ts'
import { type Notes, type Refusal, refusal } from './notes.ts'
import type { RowList } from './row-list.ts'

const RANGES_A_ROW = 200
const WORD = /^[A-Za-z0-9_.-]{1,40}$/

function textIn(object: JsonObject, name: string): string {
  const value = object[name]
  return typeof value === 'string' ? value : ''
}

function wordIn(object: JsonObject, name: string): string {
  const text = textIn(object, name).replaceAll(/\s+/g, '')
  return WORD.test(text) ? text : ''
}

function dayIn(object: JsonObject, name: string): string {
  return parseDate(textIn(object, name).slice(0, 10)) ?? ''
}

function numberIn(object: JsonObject, ...names: readonly string[]): Asn | null {
  for (const name of names) {
    const value = object[name]
    const found = typeof value === 'number' ? asn(value) : null
    if (found?.ok === true) return found.value
  }
  return null
}

function asnRange(item: Json): Range | null {
  if (!isObject(item)) return null
  const first = numberIn(item, 'start', 'start_as_number')
  const last = numberIn(item, 'end', 'end_as_number')
  if (first === null || last === null) return null
  const found = range('asn', BigInt(first), BigInt(last))
  return found.ok ? found.value : null
}

function addressRange(item: Json): Range | null {
  if (!isObject(item)) return null
  const first = lenientAddress(textIn(item, 'start_address') || textIn(item, 'start'))
  const last = lenientAddress(textIn(item, 'end_address') || textIn(item, 'end'))
  if (!first.ok || !last.ok || first.value.space !== last.value.space) return null
  const found = range(first.value.space, first.value.value, last.value.value)
  return found.ok ? found.value : null
}

/** The numbers of `transfer_set`; null where one of them cannot be read. */
function transferred(transfer: JsonObject): readonly Range[] | null {
  const found: (Range | null)[] = []
  for (const name of ['asns', 'ip4nets', 'ipv4nets', 'ip6nets']) {
    const sets = transfer[name]
    const set = isObject(sets) ? sets['transfer_set'] : null
    for (const item of isArray(set ?? null) ? (set as readonly Json[]) : [])
      found.push(name === 'asns' ? asnRange(item) : addressRange(item))
  }
  const whole = found.filter((each) => each !== null)
  return whole.length === 0 || whole.length < found.length ? null : whole
}

function rangeText({ space, first, last }: Range): string {
  return `${space}:${formatAddress(space, first)}-${formatAddress(space, last)}`
}

function transferRows(transfer: JsonObject, ranges: readonly Range[]): string[] {
  const country = (name: string): string => {
    const organisation = transfer[name]
    const code = isObject(organisation) ? textIn(organisation, 'country_code') : ''
    return /^[A-Z]{2}$/.test(code) ? code : ''
  }
  const head = [
    'transfer',
    dayIn(transfer, 'source_registration_date'),
    dayIn(transfer, 'transfer_date'),
    wordIn(transfer, 'type'),
    wordIn(transfer, 'status'),
    dayIn(transfer, 'status_date'),
    wordIn(transfer, 'source_rir').toLowerCase(),
    wordIn(transfer, 'recipient_rir').toLowerCase(),
    country('source_organization'),
    country('recipient_organization'),
  ].join('|')
  const rows: string[] = []
  for (let at = 0; at < ranges.length; at += RANGES_A_ROW)
    rows.push(
      `${head}|${ranges
        .slice(at, at + RANGES_A_ROW)
        .map(rangeText)
        .join(',')}`,
    )
  return rows
}

/** Reads a transfer log. Null where the JSON is none. */
export function readTransferLog(json: Json, notes: Notes): Result<RowList, Refusal> | null {
  if (!isObject(json) || !isObject(json['version']) || !isArray(json['transfers'])) return null
  const { version, transfers } = json
  if (!isObject(version) || !isArray(transfers)) return null
  const stats = textIn(version, 'stats_version')
  if (!/^[45]\./.test(stats))
    return refusal('unknown-format', `Transfer logs of version "${stats}" are not read.`)
  const registry = wordIn(version, 'producer').toLowerCase()
  if (registry === '') return refusal('header-missing', 'The transfer log names no producer.')
  const day = parseDate(textIn(version, 'production_date').slice(0, 10))
  if (day === null) return refusal('day-unknown', 'The transfer log does not say when it was produced.')
  const rows: string[] = []
  for (const transfer of transfers) {
    const ranges = isObject(transfer) ? transferred(transfer) : null
    if (ranges === null || !isObject(transfer))
      notes.add('row-unreadable', () => 'a transfer whose numbers cannot be read')
    else rows.push(...transferRows(transfer, ranges))
  }
  const source = `transfers/${registry}`
  const header = `${stats} ${textIn(version, 'production_date')}`
  const identity = { source, kind: 'transfers', registry, day, header, headerRows: null } as const
  return { ok: true, value: { identity, rows } }
}

/** A row of a transfer read again; null where it is none. `addedBy` is the entry that logged it. */
export function readTransferRow(raw: string, source: string, addedBy: number): PublishedTransfer | null {
  const fields = raw.split('|')
  if (fields[0] !== 'transfer' || fields.length !== 11) return null
  const [
    ,
    ,
    day = '',
    type = '',
    status = '',
    statusDay = '',
    from,
    to,
    fromCountry,
    toCountry,
    numbers = '',
  ] = fields
  const ranges: Range[] = []
  for (const text of numbers.split(',')) {
    const match = /^(ip4|ip6|asn):([^-]*)-([^-]*)$/.exec(text)
    const space = NUMBER_SPACES.find((each) => each === match?.[1])
    if (space === undefined) return null
    const [first, last] = [parseNumber(space, match?.[2] ?? ''), parseNumber(space, match?.[3] ?? '')]
    const found = first.ok && last.ok ? range(space, first.value, last.value) : null
    if (found?.ok !== true) return null
    ranges.push(found.value)
  }
  return {
    source,
    ranges,
    day: parseDate(day) ?? parseDate(statusDay),
    type,
    status: status || null,
    fromRegistry: from || null,
    toRegistry: to || null,
    fromCountry: fromCountry || null,
    toCountry: toCountry || null,
    addedBy,
  }
}
