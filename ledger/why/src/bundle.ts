/** The document by which one decision is checked alone (docs/ledger.md, "One decision"): its form, and reading it. */

import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import { type LogRange, rangeJson, readRange } from './log-range.ts'
import { type Checked, refuse } from './refusals.ts'

export const WHY_FORMAT = 'cadastre-why/v1'

/** A cell's key and its record's text. */
export type CellText = readonly [string, string]

export type WhyBundle = {
  /** A signed note: the checkpoint under which all entries are proved. */
  readonly checkpoint: string
  /** The preceding state entry (none in the first batch of all), the earlier ops of the same batch, the entry itself. */
  readonly log: LogRange
  /** For each key that the decision looks at or writes, the path to it in the preceding state: an answer's members. */
  readonly paths: { readonly [key: string]: JsonObject }
  /** For each `subtree` input, all cells inside its key; null where there are too many to send. */
  readonly subtrees: { readonly [key: string]: readonly CellText[] | null }
  /** For a refusal as `already-accepted`, the entry that accepted the request. */
  readonly earlier: LogRange | null
  /** The published page of the procedure; null where whoever made the document had none. */
  readonly page: string | null
}

const MEMBERS = 'checkpoint,earlier,format,log,page,paths,subtrees'
/** Longest document that is read: a batch of a thousand ops and their inputs stay below. */
export const DOCUMENT_MAX = 64_000_000
const KEYS_MAX = 2048

export function formatWhy({ checkpoint, log, paths, subtrees, earlier, page }: WhyBundle): string {
  return `${JSON.stringify({
    format: WHY_FORMAT,
    checkpoint,
    log: rangeJson(log),
    paths,
    subtrees,
    earlier: earlier === null ? null : rangeJson(earlier),
    page,
  })}\n`
}

/**
 * Any JSON; undefined where the text is none. Of a member named twice the last counts: whatever a document says is
 * either proved or refused, so that two readings cannot both stand.
 */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

/** Read a document; nothing in it is believed yet. Total. */
export function parseWhy(text: string): Checked<WhyBundle> {
  const malformed = (what: string): Checked<never> => refuse('malformed-document', what)
  if (text.length > DOCUMENT_MAX) return malformed('The document is too long.')
  const json = parseJson(text)
  if (!isObject(json) || Object.keys(json).sort().join() !== MEMBERS || json['format'] !== WHY_FORMAT)
    return malformed(`The document is no ${WHY_FORMAT} with the members ${MEMBERS}.`)
  const { checkpoint, page } = json
  const log = readRange(json['log'])
  const earlier = json['earlier'] === null ? null : readRange(json['earlier'])
  if (typeof checkpoint !== 'string' || log === null)
    return malformed('checkpoint or log are of another shape.')
  if (json['earlier'] !== null && earlier === null) return malformed('earlier is of another shape.')
  if (page !== null && (typeof page !== 'string' || !page.isWellFormed()))
    return malformed('page is neither a text nor null.')
  const paths = readPaths(json['paths'])
  const subtrees = readSubtrees(json['subtrees'])
  if (paths === null || subtrees === null) return malformed('paths or subtrees are of another shape.')
  return { ok: true, value: { checkpoint, log, paths, subtrees, earlier, page } }
}

function readPaths(json: Json | undefined): { readonly [key: string]: JsonObject } | null {
  if (!isObject(json)) return null
  const found: [string, JsonObject][] = []
  for (const [key, path] of Object.entries(json)) {
    if (!isObject(path) || found.length === KEYS_MAX) return null
    found.push([key, path])
  }
  return Object.fromEntries(found)
}

function readSubtrees(json: Json | undefined): WhyBundle['subtrees'] | null {
  if (!isObject(json)) return null
  const found: [string, readonly CellText[] | null][] = []
  for (const [key, list] of Object.entries(json)) {
    const cells = list === null ? null : readCells(list)
    if (cells === undefined || found.length === KEYS_MAX) return null
    found.push([key, cells])
  }
  return Object.fromEntries(found)
}

function readCells(json: Json): readonly CellText[] | undefined {
  if (!isArray(json) || json.length > KEYS_MAX) return undefined
  const cells: CellText[] = []
  for (const cell of json) {
    if (!isArray(cell) || cell.length !== 2) return undefined
    const [key, text] = cell
    if (typeof key !== 'string' || typeof text !== 'string' || !text.isWellFormed()) return undefined
    cells.push([key, text])
  }
  return cells
}
