/**
 * Files of delegated statistics of all five registries, plain and extended, with what is really in them, and prefix
 * lists. A file is read whole before anything is taken from it: what contradicts itself only in its counts is warned
 * about, a row that cannot be read refuses the file.
 */

import type { Result } from '@cadastre/numbers'
import { type DelegatedRow, type RowError, readPrefixRow, readRow } from './delegated-row.ts'
import { ImportRows } from './import-rows.ts'
import { parseHandle } from './keys.ts'

/** `2|2.3|registry|serial|records|startdate|enddate|UTCoffset` */
export type DelegatedHeader = {
  readonly version: string
  readonly registry: string
  readonly serial: string
  /** How many data rows the file says it has. */
  readonly records: number | null
  readonly start: string
  readonly end: string
  readonly offset: string
}

/** A remark on one line. Warnings never fail an import; any error refuses the whole file. */
export type FileNote = {
  readonly line: number
  readonly code: string
  readonly value: string
  readonly expected: string
}

export type DelegatedFile = {
  /** Null for a prefix list, and where there is none (an error, then). */
  readonly header: DelegatedHeader | null
  readonly rows: ImportRows
  readonly warnings: readonly FileNote[]
  /** The first {@link MAX_NOTES} of them. */
  readonly errors: readonly FileNote[]
}

/** So many remarks of each sort are kept. */
export const MAX_NOTES = 1000

const SUMMARY_TYPES: { readonly [type: string]: string } = { asn: 'asn', ipv4: 'ip4', ipv6: 'ip6' }

class FileReader {
  header: DelegatedHeader | null = null
  headerLine = 0
  readonly rows: ImportRows
  readonly warnings: FileNote[] = []
  readonly errors: FileNote[] = []
  readonly summaries: { readonly line: number; readonly type: string; readonly count: string }[] = []
  readonly counts: Map<string, number> = new Map()
  /** Upper-cased opaque ids, with the spelling first met. */
  readonly #opaque: Map<string, string> = new Map()
  readonly #read: (raw: string) => Result<DelegatedRow, RowError>

  constructor(text: string, read: (raw: string) => Result<DelegatedRow, RowError>) {
    this.rows = new ImportRows(text)
    this.#read = read
  }

  warn(line: number, code: string, value: string, expected: string): void {
    if (this.warnings.length < MAX_NOTES) this.warnings.push({ line, code, value, expected })
  }
  fail(line: number, code: string, value: string, expected: string): void {
    if (this.errors.length < MAX_NOTES) this.errors.push({ line, code, value, expected })
  }

  /** `start`: where the row begins in the text. */
  row(raw: string, line: number, start: number): void {
    const row = this.#read(raw)
    if (!row.ok) {
      this.fail(line, row.error.code, row.error.value, row.error.expected)
      return
    }
    const { range, status, registry } = row.value
    this.rows.add(start, start + raw.length, line, range, status)
    this.counts.set(range.space, (this.counts.get(range.space) ?? 0) + 1)
    if (this.header !== null && registry !== this.header.registry)
      this.warn(line, 'registry-differs', registry, `${this.header.registry}, as in the header`)
    if (row.value.registered === null && !/\|0*\|[a-z]+(\||$)/.test(raw) && this.header !== null)
      this.warn(line, 'date-not-real', raw.split('|')[5] ?? '', 'a day that exists')
    if (row.value.opaqueId !== null) this.#checkOpaque(row.value.opaqueId, line)
  }

  /** An opaque id becomes part of a handle, in capitals: what cannot stand in one, and what would fall together. */
  #checkOpaque(opaqueId: string, line: number): void {
    const upper = opaqueId.toUpperCase()
    const known = this.#opaque.get(upper)
    if (known === opaqueId) return
    if (known !== undefined) this.warn(line, 'opaque-id-case', opaqueId, `${known}, as in an earlier row`)
    else if (parseHandle(`IMP-X-${opaqueId}`) === null)
      this.warn(line, 'opaque-id-unusable', opaqueId, 'letters, digits, dots, hyphens; the row has no holder')
    this.#opaque.set(upper, opaqueId)
  }
}

/**
 * Reads a delegated or delegated-extended file: its text, or its lines without their ends. Comments (`#`) and empty
 * lines may stand anywhere; a byte order mark and CR LF are tolerated.
 */
export function readDelegatedFile(source: string | Iterable<string>): DelegatedFile {
  const whole = textOf(source)
  const reader = new FileReader(whole, readRow)
  const last = readLines(whole, (text, line, start) => {
    if (reader.header === null) readHeader(reader, text, line)
    else if (text.endsWith('|summary')) readSummary(reader, text, line)
    else reader.row(text, line, start)
  })
  if (reader.header === null && reader.errors.length === 0)
    reader.fail(last.line, 'header-missing', '', '2|registry|serial|records|startdate|enddate|UTCoffset')
  checkCounts(reader)
  checkEnd(reader, last)
  return reader
}

/** Reads a prefix list (`prefix,cc,asn`): its text, or its lines without their ends. */
export function readPrefixList(source: string | Iterable<string>): DelegatedFile {
  const whole = textOf(source)
  const reader = new FileReader(whole, readPrefixRow)
  const last = readLines(whole, (text, line, start) => reader.row(text, line, start))
  if (!last.terminated) reader.warn(last.line, 'no-final-newline', '', 'a line end after the last row')
  return reader
}

type LastLine = { readonly line: number; readonly terminated: boolean }

function textOf(source: string | Iterable<string>): string {
  return typeof source === 'string' ? source : Array.from(source, (line) => `${line}\n`).join('')
}

/** Calls `take` for each line that is neither empty nor a comment, with its number and where in the text it begins. */
function readLines(source: string, take: (text: string, line: number, start: number) => void): LastLine {
  let line = 0
  const each = (from: number, end: number): void => {
    line += 1
    const start = line === 1 && source.startsWith('\uFEFF') ? from + 1 : from
    const text = source.slice(start, source.endsWith('\r', end) ? Math.max(start, end - 1) : end)
    if (text !== '' && !text.startsWith('#')) take(text, line, start)
  }
  let at = 0
  for (let end = source.indexOf('\n'); end >= 0; end = source.indexOf('\n', at)) {
    each(at, end)
    at = end + 1
  }
  const terminated = at === source.length
  if (!terminated) each(at, source.length)
  return { line, terminated }
}

function readHeader(reader: FileReader, text: string, line: number): void {
  const fields = text.split('|')
  const [version = '', registry = '', serial = '', records = '', start = '', end = '', offset = ''] = fields
  if (!/^2(\.[0-9]+)?$/.test(version) || fields.length < 6) {
    if (reader.errors.length === 0)
      reader.fail(
        line,
        'header-missing',
        text.slice(0, 80),
        '2|registry|serial|records|startdate|enddate|UTCoffset',
      )
    return
  }
  const count = /^[0-9]{1,9}$/.test(records) ? Number(records) : null
  if (count === null) reader.warn(line, 'header-count', records, 'the number of rows')
  reader.header = { version, registry, serial, records: count, start, end, offset }
  reader.headerLine = line
  // A serial is any number that grows; where it is a date, it should be the end date.
  if (/^(19|20)[0-9]{6}$/.test(serial) && /^[0-9]{8}$/.test(end) && serial > end)
    reader.warn(line, 'serial-ahead', serial, `the end date, ${end}`)
}

function readSummary(reader: FileReader, text: string, line: number): void {
  const [, , type = '', , count = ''] = text.split('|')
  reader.summaries.push({ line, type, count })
}

function checkCounts(reader: FileReader): void {
  const { header, rows } = reader
  if (header === null) return
  if (header.records !== null && header.records !== rows.count)
    reader.warn(
      reader.headerLine,
      'header-count',
      String(header.records),
      `${rows.count}, the number of rows`,
    )
  for (const { line, type, count } of reader.summaries) {
    const space = SUMMARY_TYPES[type]
    const real = space === undefined ? null : String(reader.counts.get(space) ?? 0)
    if (real === null) reader.warn(line, 'summary-type', type, 'asn, ipv4 or ipv6')
    else if (real !== count) reader.warn(line, 'summary-count', count, `${real}, the number of ${type} rows`)
  }
  if (reader.summaries.length === 0)
    reader.warn(reader.headerLine, 'summary-missing', '', 'a summary line for each type')
}

/** A download that was cut: no line end after the last line, and fewer rows than the header counts. */
function checkEnd(reader: FileReader, last: LastLine): void {
  if (last.terminated) return
  const { header, rows } = reader
  if (header?.records !== null && header?.records !== undefined && rows.count < header.records)
    reader.fail(last.line, 'truncated', '', `${header.records} rows and a line end; the file was cut`)
  else reader.warn(last.line, 'no-final-newline', '', 'a line end after the last row')
}
