/** Any published file that Watch reads, told apart by what is in it. */

import { createHash } from 'node:crypto'
import { encodeHex } from '@cadastre/crypto'
import type { Result } from '@cadastre/numbers'
import { isObject, type Json } from '@cadastre/records'
import { type ChangeSeries, compareStep, readSeries, type SeriesStep } from './change-series.ts'
import type { CurrentRows } from './current-rows.ts'
import { compareDelegated, type Difference, type FileIdentity, identifyDelegated } from './delegated-file.ts'
import { readBootstrap, readIanaXml } from './iana-file.ts'
import { Notes, type Refusal, refusal } from './notes.ts'
import { compareRows, type RowList } from './row-list.ts'
import { readTransferLog } from './transfer-log.ts'
import { textOfFile, unpack } from './unpack.ts'

/** One published day of one source, read as far as is needed to say what it is. */
export type DayFile = {
  readonly name: string
  readonly identity: FileIdentity
  /** SHA-256 of the unpacked file, hex; null for a step of a series. */
  readonly sha256: string | null
  /** For a step of a series: SHA-256 of the series, and the line in it. */
  readonly series: { readonly sha256: string; readonly line: number } | null
  readonly bytes: number
  readonly compare: (known: CurrentRows, notes: Notes) => Result<Difference, Refusal>
  readonly notes: Notes
}

export type SeriesFile = {
  readonly name: string
  readonly sha256: string
  readonly series: ChangeSeries
}

export type OpenedFile =
  | { readonly kind: 'day'; readonly file: DayFile }
  | { readonly kind: 'series'; readonly file: SeriesFile }

const JSON_START = /^\uFEFF?\s*[{[]/

function parseJson(text: string): Result<Json, Refusal> {
  try {
    return { ok: true, value: JSON.parse(text.replace(/^\uFEFF/, '')) as Json }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return refusal('truncated', `The JSON is cut off or damaged (${error.message.slice(0, 120)}).`)
  }
}

/** Rows of a file that is no list of lines; null where the text is lines. */
function readRowList(text: string, notes: Notes): Result<RowList, Refusal> | null {
  if (/^\uFEFF?\s*<\?xml/.test(text)) return readIanaXml(text, notes)
  if (!JSON_START.test(text)) return null
  const json = parseJson(text)
  if (!json.ok) return json
  return (
    readTransferLog(json.value, notes) ??
    readBootstrap(json.value, notes) ??
    refusal('unknown-format', 'The JSON is neither a transfer log nor a bootstrap file.')
  )
}

function isSeries(text: string): boolean {
  const end = text.indexOf('\n')
  if (end < 0 || !text.startsWith('{')) return false
  const first = parseJson(text.slice(0, end))
  return first.ok && isObject(first.value) && first.value['base'] === true
}

/** Opens a published file. `name` decides only what the file does not say itself. */
export function openPublishedFile(packed: Uint8Array, name: string): Result<OpenedFile, Refusal> {
  const unpacked = unpack(packed)
  if (!unpacked.ok) return unpacked
  const bytes = unpacked.value
  const { text, utf8 } = textOfFile(bytes)
  const sha256 = encodeHex(createHash('sha256').update(bytes).digest())
  if (isSeries(text)) {
    const series = readSeries(text, name)
    return series.ok
      ? { ok: true, value: { kind: 'series', file: { name, sha256, series: series.value } } }
      : series
  }
  const notes = new Notes()
  if (!utf8) notes.add('not-utf8', () => 'the file is not UTF-8; read as Latin-1')
  const frame = { name, sha256, series: null, bytes: bytes.length, notes }
  const list = readRowList(text, notes)
  if (list?.ok === false) return list
  if (list !== null) {
    const { identity } = list.value
    const compare: DayFile['compare'] = (known, into) => ({
      ok: true,
      value: compareRows(list.value, known, into),
    })
    return { ok: true, value: { kind: 'day', file: { ...frame, identity, compare } } }
  }
  const identity = identifyDelegated(text, name)
  if (!identity.ok) return identity
  const compare: DayFile['compare'] = (known, into) => compareDelegated(text, identity.value, known, into)
  return { ok: true, value: { kind: 'day', file: { ...frame, identity: identity.value, compare } } }
}

/** A step of a series as the day it is of, of the source that holds the base. */
export function stepFile(
  { name, sha256 }: SeriesFile,
  step: SeriesStep,
  { source, kind }: Pick<FileIdentity, 'source' | 'kind'>,
): Result<DayFile, Refusal> {
  const identity = identifyDelegated(
    `${step.header}
`,
    name,
  )
  if (!identity.ok) return identity
  const notes = new Notes()
  const file = {
    name,
    identity: { ...identity.value, source, kind },
    sha256: null,
    series: { sha256, line: step.line },
    bytes: 0,
    notes,
    compare: (known: CurrentRows, into: Notes) => compareStep(step, known, into),
  }
  return { ok: true, value: file }
}
