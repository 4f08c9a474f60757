/**
 * A delegated or delegated-extended file, compared with what its source said before. Rows that were there before are
 * recognised by their text and not read again, so that the file of a day costs what changed in it.
 */

import type { Result } from '@cadastre/numbers'
import type { CalendarDate, DelegatedRow } from '@cadastre/records'
import type { CurrentRows } from './current-rows.ts'
import { compactDay } from './days.ts'
import type { SourceId, SourceKind } from './model.ts'
import { type Notes, type Refusal, refusal } from './notes.ts'
import { isCidr, readObservedRow } from './row-reading.ts'

/** `row`: what it says of numbers; null for a published transfer, which says nothing of who has them now. */
export type NewRow = { readonly raw: string; readonly row: DelegatedRow | null }

/** What one file says that its source did not say before. */
export type Difference = {
  readonly rows: number
  readonly removed: readonly string[]
  readonly added: readonly NewRow[]
}

/** What a file says it is, from its head and its name. */
export type FileIdentity = {
  readonly source: SourceId
  readonly kind: SourceKind
  readonly registry: string
  readonly day: CalendarDate
  /** The header line as published. */
  readonly header: string
  readonly headerRows: number | null
}

const HEADER = /^2(\.[0-9]+)?\|/
const HEADER_FORM = '2|registry|serial|records|startdate|enddate|UTCoffset'
/** Of the rows that the header counts, the part that may be missing before the file counts as cut. */
const MISSING_MAX = 0.1
/** Part of the rows that may be unreadable before the file as a whole is. */
const UNREADABLE_MAX = 0.01

/** Calls `take` for each line that is neither empty nor a comment; gives whether the last line has an end. */
function eachLine(text: string, take: (line: string) => void): boolean {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  for (;;) {
    const end = text.indexOf('\n', at)
    const stop = end < 0 ? text.length : end
    const last = stop > at && text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop
    if (last > at && text.charCodeAt(at) !== 35) take(text.slice(at, last))
    if (end < 0) return stop === at
    at = end + 1
  }
}

/** The first line that is neither empty nor a comment. */
function headOf(text: string): readonly [string, string] {
  const lines: string[] = []
  for (const line of text.slice(0, 65_536).split('\n')) {
    const bare = line.replace(/\r$/, '').replace(/^\uFEFF/, '')
    if (bare === '' || bare.startsWith('#') || (lines.length > 0 && bare.endsWith('|summary'))) continue
    if (lines.push(bare) === 2) break
  }
  return [lines[0] ?? '', lines[1] ?? '']
}

/**
 * The day a file is of: the header's end date; else a serial that is a date or a Unix time (RIPE NCC); else eight
 * digits in the file's name.
 */
function dayIn(fields: readonly string[], name: string): CalendarDate | null {
  const [, , serial = '', , , end = ''] = fields
  const named = /(?:^|[^0-9])((?:19|20)[0-9]{6})(?:[^0-9]|$)/.exec(name)?.[1] ?? ''
  const unix = /^[0-9]{9,10}$/.test(serial)
    ? new Date(Number(serial) * 1000).toISOString().slice(0, 10).replaceAll('-', '')
    : ''
  return compactDay(end) ?? compactDay(serial) ?? compactDay(unix) ?? compactDay(named)
}

/** Reads what the file is. `name` decides only what the file does not say itself. */
export function identifyDelegated(text: string, name: string): Result<FileIdentity, Refusal> {
  const [header, firstRow] = headOf(text)
  if (header === '') return refusal('empty', 'The file has no rows.')
  const fields = header.split('|')
  if (!HEADER.test(header) || fields.length < 6)
    return refusal('header-missing', `The first line is no header (${HEADER_FORM}): ${header.slice(0, 80)}`)
  const registry = (fields[1] ?? '').toLowerCase()
  if (!/^[a-z][a-z0-9.-]{0,31}$/.test(registry))
    return refusal('header-missing', `The header names no registry: ${header.slice(0, 80)}`)
  const day = dayIn(fields, name)
  if (day === null) return refusal('day-unknown', `Neither header nor name say of which day the file is.`)
  const extended =
    firstRow.split('|').length > 7 || /\|(available|reserved)\|?/.test(text) || /extended/i.test(name)
  const kind = registry === 'iana' ? 'iana' : extended ? 'delegated-extended' : 'delegated'
  const source = registry === 'iana' ? 'iana/numbers' : `${kind}/${registry}`
  const count = fields[3] ?? ''
  const headerRows = /^[0-9]{1,9}$/.test(count) ? Number(count) : null
  return { ok: true, value: { source, kind, registry, day, header, headerRows } }
}

class Comparison {
  readonly added: NewRow[] = []
  readonly notes: Notes
  readonly summaries: Map<string, string> = new Map()
  readonly counts: Record<string, number> = { asn: 0, ip4: 0, ip6: 0 }
  readonly #fresh: Set<string> = new Set()
  readonly #known: CurrentRows
  readonly #registry: string
  rows = 0
  unreadable = 0

  constructor(known: CurrentRows, registry: string, notes: Notes) {
    this.#known = known
    this.#registry = registry
    this.notes = notes
  }

  line(line: string): void {
    const known = this.#known.meet(line)
    if (known === null) this.#newLine(line)
    else if (known === 'twice') this.notes.add('row-twice', () => line)
    else {
      this.rows++
      if (known.space !== null) this.#count(known.space, known.isCidr, line)
    }
  }

  #newLine(line: string): void {
    if (line.endsWith('|summary')) {
      const [, , type = '', , count = ''] = line.split('|')
      this.summaries.set(type, count)
      return
    }
    if (this.#fresh.has(line)) {
      this.notes.add('row-twice', () => line)
      return
    }
    const read = readObservedRow(line)
    if (!read.ok) {
      this.unreadable++
      this.notes.add('row-unreadable', () => `${read.error.code}: ${line}`)
      return
    }
    // A slice would keep the whole file in memory.
    const raw = Buffer.from(line, 'latin1').toString('latin1')
    this.#fresh.add(raw)
    this.added.push({ raw, row: read.value })
    this.rows++
    const { range, registry, registered } = read.value
    this.#count(range.space, isCidr(range), line)
    if (registry.toLowerCase() !== this.#registry)
      this.notes.add('registry-differs', () => `${registry} in a file of ${this.#registry}`)
    if (registered === null && !/^[^|]*\|[^|]*\|[^|]*\|[^|]*\|[^|]*\|0*(\||$)/.test(line))
      this.notes.add('date-not-real', () => line)
  }

  #count(space: string, cidr: boolean, line: string): void {
    this.counts[space] = (this.counts[space] ?? 0) + 1
    if (!cidr && space === 'ip4') this.notes.add('not-cidr', () => line)
  }
}

const SPACE_OF: Readonly<Record<string, string>> = { asn: 'asn', ipv4: 'ip4', ipv6: 'ip6' }

function checkCounts(comparison: Comparison, { headerRows, header }: FileIdentity): void {
  const { notes, summaries, counts, rows } = comparison
  if (headerRows !== rows)
    notes.add(
      'header-count',
      () => `the header says ${header.split('|')[3] ?? ''}, the file has ${rows} rows`,
    )
  if (summaries.size === 0) notes.add('summary-missing', () => 'no summary lines')
  for (const [type, count] of summaries) {
    const real = counts[SPACE_OF[type] ?? '']
    if (String(real) !== count)
      notes.add('summary-count', () => `${type}: the summary says ${count}, the file has ${real ?? 0} rows`)
  }
  const [, , serial = '', , , end = ''] = header.split('|')
  if (compactDay(serial) !== null && compactDay(end) !== null && serial > end)
    notes.add('serial-ahead', () => `serial ${serial}, end date ${end}`)
}

/**
 * Compares the file with what the source said before. Warnings go to `notes`; refused is a file that is cut off or
 * mostly unreadable: everything it lacks would look as if it had ended.
 */
export function compareDelegated(
  text: string,
  identity: FileIdentity,
  known: CurrentRows,
  notes: Notes,
): Result<Difference, Refusal> {
  known.begin()
  const comparison = new Comparison(known, identity.registry, notes)
  let started = false
  const terminated = eachLine(text, (line) => {
    if (started) comparison.line(line)
    else started = true
  })
  if (text.charCodeAt(0) === 0xfeff) notes.add('byte-order-mark', () => 'the file begins with U+FEFF')
  const { rows, unreadable, added } = comparison
  const { headerRows } = identity
  if (rows === 0 && terminated) return refusal('empty', 'The file has a header and no rows.')
  const missing = headerRows === null ? 0 : headerRows - rows - unreadable
  const isCut = headerRows !== null && (terminated ? missing > headerRows * MISSING_MAX : rows < headerRows)
  if (isCut)
    return refusal(
      'truncated',
      `The header counts ${headerRows} rows; the file has ${rows}${terminated ? '' : ' and ends within a line'}.`,
    )
  if (rows === 0) return refusal('empty', 'The file has a header and no rows.')
  if (unreadable > Math.max(10, rows * UNREADABLE_MAX))
    return refusal('unreadable', `${unreadable} rows of ${rows + unreadable} cannot be read.`)
  if (!terminated) notes.add('no-final-newline', () => 'the last line has no end')
  checkCounts(comparison, identity)
  const removed = known.missing()
  if (known.count > 100 && rows < known.count / 2)
    notes.add('shrunk', () => `${rows} rows after ${known.count} the day before`)
  return { ok: true, value: { rows, removed, added } }
}
