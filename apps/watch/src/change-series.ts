/**
 * A series of daily changes: one JSON object a line, `{"date","hdr","n","del":[rows],"add":[rows]}`, after a first one
 * that describes the file they start from (`"base":true`). That is how long series are kept where the daily files
 * would repeat themselves; base plus changes are the files' rows, without their order.
 */

import type { Result } from '@cadastre/numbers'
import { isArray, isObject, type Json } from '@cadastre/records'
import type { CurrentRows } from './current-rows.ts'
import { type Difference, type FileIdentity, identifyDelegated, type NewRow } from './delegated-file.ts'
import { type Notes, type Refusal, refusal } from './notes.ts'
import { isCidr, readObservedRow } from './row-reading.ts'

export type SeriesStep = {
  readonly line: number
  readonly header: string
  readonly rows: number
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

export type ChangeSeries = {
  /** What the series starts from. */
  readonly base: FileIdentity & { readonly rows: number }
  readonly steps: readonly SeriesStep[]
}

const textsIn = (value: Json | undefined): readonly string[] | null => {
  if (!isArray(value)) return null
  const texts = value.filter((each) => typeof each === 'string')
  return texts.length === value.length ? texts : null
}

function parseLine(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Reads a whole series; refused where one line of it cannot be read. `name` is that of the file. */
export function readSeries(text: string, name: string): Result<ChangeSeries, Refusal> {
  const lines = text.split('\n')
  const last = lines.pop()
  if (last !== '') return refusal('truncated', 'The series ends within a line.')
  const steps: SeriesStep[] = []
  let base: ChangeSeries['base'] | null = null
  for (const [index, line] of lines.entries()) {
    const json = parseLine(line)
    const [header, rows] = isObject(json) ? [json['hdr'], json['n']] : []
    if (!isObject(json) || typeof header !== 'string' || typeof rows !== 'number')
      return refusal('unreadable', `Line ${index + 1} of the series is no object with hdr and n.`)
    if (index === 0) {
      const identity = identifyDelegated(`${header}\n`, name)
      if (!identity.ok) return identity
      base = { ...identity.value, rows }
      continue
    }
    const [removed, added] = [textsIn(json['del']), textsIn(json['add'])]
    if (removed === null || added === null)
      return refusal('unreadable', `Line ${index + 1} of the series lacks its rows.`)
    steps.push({ line: index + 1, header, rows, removed, added })
  }
  return base === null ? refusal('empty', 'The series has no lines.') : { ok: true, value: { base, steps } }
}

/** One step against what the source says now; refused where it does not go on from there. */
export function compareStep(step: SeriesStep, known: CurrentRows, notes: Notes): Result<Difference, Refusal> {
  const absent = step.removed.find((raw) => !known.has(raw))
  if (absent !== undefined)
    return refusal('does-not-fit', `Line ${step.line} removes a row that is not there: ${absent}`)
  const removed = new Set(step.removed)
  const added: NewRow[] = []
  for (const raw of step.added) {
    if (known.has(raw) && !removed.has(raw))
      return refusal('does-not-fit', `Line ${step.line} adds a row that is there already: ${raw}`)
    const read = readObservedRow(raw)
    if (!read.ok) return refusal('unreadable', `Line ${step.line}: ${read.error.code}: ${raw}`)
    added.push({ raw, row: read.value })
    if (read.value.range.space === 'ip4' && !isCidr(read.value.range)) notes.add('not-cidr', () => raw)
  }
  const rows = known.count - removed.size + added.length
  if (rows !== step.rows)
    return refusal('does-not-fit', `Line ${step.line} counts ${step.rows} rows; there are ${rows}.`)
  const counted = step.header.split('|')[3] ?? ''
  if (counted !== String(rows))
    notes.add('header-count', () => `the header says ${counted}, the file has ${rows} rows`)
  if (known.count > 100 && rows < known.count / 2)
    notes.add('shrunk', () => `${rows} rows after ${known.count} the day before`)
  return { ok: true, value: { rows, removed: step.removed, added } }
}
