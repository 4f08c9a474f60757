/**
 * Entries of kind `observed`: what one published file says that the one before it did not. A day is some parts with
 * rows, removed ones first, and an end; each entry is canonical JSON (RFC 8785) of at most 32 KiB. docs/watch.md gives
 * the form.
 */

import { decodeUtf8, encodeUtf8 } from '@cadastre/crypto'
import {
  type CalendarDate,
  canonicalJson,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  parseDate,
} from '@cadastre/records'

/** Largest entry of a log (ledger.md section 5). */
const ENTRY_BYTES_MAX = 32_768

export type DayEnd = {
  /** Entries with rows before this one. */
  readonly parts: number
  /** Rows of the file. */
  readonly rows: number
  readonly removed: number
  readonly added: number
  /** The day logged before; null for the first. */
  readonly previous: CalendarDate | null
  readonly registry: string
  readonly kind: string
  /** Header line as published. */
  readonly header: string
  readonly name: string
  readonly bytes: number
  /** Remarks on the file: code and count. */
  readonly notes: readonly (readonly [string, number])[]
  /** Where only changes were given: SHA-256 of the series, hex, and the line in it. */
  readonly series: { readonly sha256: string; readonly line: number } | null
}

export type ObservedEntry = {
  readonly source: string
  readonly day: CalendarDate
  /** SHA-256 of the unpacked file, hex. */
  readonly file: string | null
} & (
  | {
      readonly part: number
      readonly removed: readonly string[]
      readonly added: readonly string[]
    }
  | { readonly end: DayEnd }
)

export type Frame = Pick<ObservedEntry, 'source' | 'day' | 'file'>

const frameJson = ({ source, day, file }: Frame): JsonObject => ({ t: 'observed', v: 1, source, day, file })

/** Bytes that a row takes inside its list: rows are printable ASCII, of which two characters are escaped. */
function rowBytes(row: string): number {
  let bytes = row.length + 3
  for (let at = 0; at < row.length; at++) {
    const code = row.charCodeAt(at)
    if (code === 34 || code === 92) bytes++
    else if (code < 32 || code > 126) bytes += 5
  }
  return bytes
}

/** One entry with rows, and the rows that are in it. */
export type PartEntry = {
  readonly bytes: Uint8Array
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** The entries of a day with rows: removed ones first, each entry as full as 32 KiB allow. */
export function partEntries(frame: Frame, removed: readonly string[], added: readonly string[]): PartEntry[] {
  const entries: PartEntry[] = []
  const room = ENTRY_BYTES_MAX - canonicalJson(frameJson(frame)).length - 64
  let part: { removed: string[]; added: string[] } = { removed: [], added: [] }
  let used = 0
  const close = (): void => {
    if (used === 0) return
    const bytes = encodeUtf8(canonicalJson({ ...frameJson(frame), part: entries.length, ...part }))
    entries.push({ bytes, ...part })
    part = { removed: [], added: [] }
    used = 0
  }
  for (const [list, rows] of [
    ['removed', removed],
    ['added', added],
  ] as const)
    for (const row of rows) {
      const bytes = rowBytes(row)
      if (used + bytes > room) close()
      part[list].push(row)
      used += bytes
    }
  close()
  return entries
}

/** The entry that ends a day. */
export function endEntry(frame: Frame, end: DayEnd): Uint8Array {
  const bytes = encodeUtf8(canonicalJson({ ...frameJson(frame), end }))
  if (bytes.length > ENTRY_BYTES_MAX) throw new RangeError(`the end of a day has ${bytes.length} bytes`)
  return bytes
}

/** Reads an entry of the watch log that is no state entry. Null where it is none. */
export function readObservedEntry(bytes: Uint8Array): ObservedEntry | null {
  const text = decodeUtf8(bytes)
  if (text === null) return null
  let json: Json
  try {
    json = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (!isObject(json) || json['t'] !== 'observed' || json['v'] !== 1) return null
  const { source, file, part, removed, added, end } = json
  const day = parseDate(typeof json['day'] === 'string' ? json['day'] : '')
  if (typeof source !== 'string' || day === null || (file !== null && typeof file !== 'string')) return null
  const frame = { source, day, file: file ?? null }
  if (isObject(end)) {
    const read = readEnd(end)
    return read === null ? null : { ...frame, end: read }
  }
  if (typeof part !== 'number' || !isTexts(removed) || !isTexts(added)) return null
  return { ...frame, part, removed, added }
}

function isTexts(value: Json | undefined): value is readonly string[] {
  return isArray(value) && value.every((each) => typeof each === 'string')
}

function isNote(value: Json): value is readonly [string, number] {
  return isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number'
}

function readEnd(json: JsonObject): DayEnd | null {
  const number = (name: string): number => (typeof json[name] === 'number' ? json[name] : -1)
  const text = (name: string): string => (typeof json[name] === 'string' ? json[name] : '')
  const { notes, series } = json
  const remarks = isArray(notes) ? notes.filter(isNote) : []
  const [parts, rows, removed, added] = [number('parts'), number('rows'), number('removed'), number('added')]
  if (Math.min(parts, rows, removed, added) < 0) return null
  return {
    parts,
    rows,
    removed,
    added,
    previous: parseDate(text('previous')),
    registry: text('registry'),
    kind: text('kind'),
    header: text('header'),
    name: text('name'),
    bytes: number('bytes'),
    notes: remarks,
    series:
      isObject(series) && typeof series['sha256'] === 'string' && typeof series['line'] === 'number'
        ? { sha256: series['sha256'], line: series['line'] }
        : null,
  }
}
