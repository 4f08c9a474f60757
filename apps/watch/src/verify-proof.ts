/** Verifying the proofs of a watch log, from nothing but their text and the keys trusted: no I/O, no clock. */

import { parseStateEntry, type Query, verifyPath } from '@cadastre/answers'
import { type Crypto, decodeBase64, decodeUtf8, encodeUtf8 } from '@cadastre/crypto'
import { leafHash, verifyInclusion } from '@cadastre/merkle'
import { checkPolicy, type Policy, parseProof } from '@cadastre/notes'
import type { Result } from '@cadastre/numbers'
import {
  type CalendarDate,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  parseDate,
  type StateEntry,
} from '@cadastre/records'
import { FORM, sourceQuery } from './proof-form.ts'

/** What was proved. */
export type ProvedDay = {
  readonly origin: string
  /** Log size of the checkpoint. */
  readonly size: number
  readonly witnesses: readonly string[]
  readonly query: Query
  readonly source: string
  readonly day: CalendarDate
  /** Day of the file that answers: the last logged on or before the day asked for. */
  readonly fileDay: CalendarDate
  /** SHA-256 of that file, hex; null where only its changes were given. */
  readonly file: string | null
  /** The next day logged; null where none is in this checkpoint. */
  readonly nextDay: CalendarDate | null
  /** When the state was logged. */
  readonly at: string
  /** Rows of the source that hold all of the query, outermost first, with the cells where they stand. */
  readonly rows: readonly {
    readonly key: string
    readonly row: string
    readonly since: string
    readonly entry: number
  }[]
  /** Whether anything at all, of any source, stands strictly inside the query. */
  readonly moreSpecific: 'none' | 'exists'
}

export type ProofRefusal = { readonly code: string; readonly detail: string }

type Checked<T> = Result<T, ProofRefusal>

function refuse(code: string, detail: string): { readonly ok: false; readonly error: ProofRefusal } {
  return { ok: false, error: { code, detail } }
}

type Head = { readonly root: Uint8Array; readonly size: number }

/** A state entry that stands in the tree; null where it does not. */
function includedState(
  crypto: Crypto,
  head: Head,
  text: Json | undefined,
  index: number,
  proof: readonly Uint8Array[],
): StateEntry | null {
  if (typeof text !== 'string' || !text.isWellFormed()) return null
  const leaf = leafHash(crypto, encodeUtf8(text))
  if (!verifyInclusion(crypto, leaf, index, head.size, proof, head.root)) return null
  return parseStateEntry(text)
}

type SourceSays = {
  readonly day: CalendarDate
  readonly entry: number
  readonly previousEntry: number | null
  readonly file: string | null
}

/** What the state says of the source: of which day it is. */
function provedSource(
  crypto: Crypto,
  state: StateEntry,
  source: string,
  path: Json | undefined,
): Checked<SourceSays | null> {
  if (!isObject(path)) return refuse('malformed', 'The path to the source is missing.')
  const proved = verifyPath(crypto, sourceQuery(crypto, source), path, state.roots.obj)
  if (!proved.ok) return proved
  const record = proved.value.covering.at(-1)?.record
  if (record === undefined) return { ok: true, value: null }
  const { day, entry, previousEntry, file, source: named } = record
  const parsed = parseDate(typeof day === 'string' ? day : '')
  if (parsed === null || named !== source) return refuse('wrong-source', 'The record is of another source.')
  return {
    ok: true,
    value: {
      day: parsed,
      entry: typeof entry === 'number' ? entry : -1,
      previousEntry: typeof previousEntry === 'number' ? previousEntry : null,
      file: typeof file === 'string' ? file : null,
    },
  }
}

function hashesIn(value: Json | undefined): readonly Uint8Array[] {
  if (!isArray(value)) return []
  const hashes = value.map((each) => (typeof each === 'string' ? decodeBase64(each) : null))
  const whole = hashes.filter((each) => each?.length === 32)
  return whole.length === hashes.length && whole.length <= 63 ? whole.filter((each) => each !== null) : []
}

/** The day after the proved one that the source was logged for; null where the checkpoint has none. */
function provedNext(
  crypto: Crypto,
  head: Head,
  extra: JsonObject,
  at: { readonly index: number; readonly entry: number },
): Checked<CalendarDate | null> {
  const { later, source } = extra
  // The state is the checkpoint's last entry: nothing later is in it.
  if (later === null && at.index === head.size - 1) return { ok: true, value: null }
  if (!isObject(later) || typeof source !== 'string')
    return refuse('not-last', 'It is not shown that no later file had come by the day asked for.')
  const index = typeof later['index'] === 'number' ? later['index'] : -1
  if (index <= at.index) return refuse('not-last', 'The later state is not later.')
  const state = includedState(crypto, head, later['state'], index, hashesIn(later['inclusion']))
  if (state === null) return refuse('not-included', 'The later state is not in the log.')
  const says = provedSource(crypto, state, source, later['of'])
  if (!says.ok) return says
  if (says.value?.previousEntry === at.entry) return { ok: true, value: says.value.day }
  if (says.value?.entry === at.entry && index === head.size - 1) return { ok: true, value: null }
  return refuse('not-last', 'The later state does not follow the day that is shown.')
}

/** Takes the document apart, and checks that a log of the policy has signed it. */
function openDocument(
  crypto: Crypto,
  trust: Policy,
  text: string,
): Checked<{
  readonly extra: JsonObject
  readonly index: number
  readonly proof: readonly Uint8Array[]
  readonly head: Head
  readonly origin: string
  readonly witnesses: readonly string[]
}> {
  const document = parseProof(text)
  if (!document.ok) return refuse('malformed', `The text is not a proof document (${document.error}).`)
  const { extra: bytes, index, proof, checkpoint } = document.value
  const opened = checkPolicy(crypto, trust, checkpoint)
  if (!opened.ok) return refuse(opened.error, 'The policy does not accept the checkpoint.')
  const extra = parseExtra(bytes)
  if (extra === null) return refuse('malformed', 'The proof has no data of this form.')
  const { origin, size, root } = opened.value.checkpoint
  const witnesses = [...new Set(opened.value.cosigned.map(({ witness }) => witness.name))]
  return { ok: true, value: { extra, index, proof, head: { root, size }, origin, witnesses } }
}

function parseExtra(bytes: Uint8Array | null): JsonObject | null {
  const text = bytes === null ? null : decodeUtf8(bytes)
  if (text === null) return null
  try {
    const json: Json = JSON.parse(text)
    return isObject(json) ? json : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Whether a document is a proof of this form, rather than an answer about now. */
export function isDayProof(text: string): boolean {
  const document = parseProof(text)
  return document.ok && parseExtra(document.value.extra)?.['form'] === FORM
}

/** Whether a document is of a watch log: a proof of a day, or an answer whose records are rows as published. */
export function isWatchProof(text: string): boolean {
  const document = parseProof(text)
  const extra = document.ok ? parseExtra(document.value.extra) : null
  if (extra?.['form'] === FORM) return true
  const records = extra?.['records']
  return (
    isArray(records) &&
    records.some((record) => typeof record === 'string' && record.startsWith('{"observed":'))
  )
}

/**
 * Verifies the proof of what a source published for a number on a day, from nothing but its text and the keys trusted.
 * Total: any text gives what was proved, or one refusal.
 */
export function verifyDayProof(
  crypto: Crypto,
  trust: Policy,
  asked: { readonly query: Query; readonly source?: string; readonly day?: CalendarDate },
  text: string,
): Checked<ProvedDay> {
  const opened = openDocument(crypto, trust, text)
  if (!opened.ok) return opened
  const { extra, index, proof, head, origin, witnesses } = opened.value
  const { source, key } = extra
  const day = parseDate(typeof extra['day'] === 'string' ? extra['day'] : '')
  if (extra['form'] !== FORM || typeof source !== 'string' || day === null || !/^[!-~]{1,100}$/.test(source))
    return refuse('malformed', 'The proof is of another form.')
  if (key !== asked.query.key) return refuse('other-question', `The proof is about ${JSON.stringify(key)}.`)
  if ((asked.source ?? source) !== source || (asked.day ?? day) !== day)
    return refuse('other-question', `The proof is about ${source} on ${day}.`)
  const state = includedState(crypto, head, extra['state'], index, proof)
  if (state === null) return refuse('not-included', 'The state is not in the log.')
  const says = provedSource(crypto, state, source, extra['of'])
  if (!says.ok) return says
  if (says.value === null) return refuse('wrong-source', 'The state knows nothing of the source.')
  if (says.value.day > day) return refuse('wrong-day', `The state is of ${says.value.day}, after ${day}.`)
  const next = provedNext(crypto, head, extra, { index, entry: says.value.entry })
  if (!next.ok) return next
  if (next.value !== null && next.value <= day)
    return refuse('not-last', `The file of ${next.value} had come by ${day}.`)
  const number = extra['number']
  if (!isObject(number)) return refuse('malformed', 'The path to the number is missing.')
  const path = verifyPath(crypto, asked.query, number, state.roots[asked.query.space])
  if (!path.ok) return path
  const { covering, moreSpecific } = path.value
  return {
    ok: true,
    value: {
      origin,
      size: head.size,
      witnesses,
      query: asked.query,
      source,
      day,
      fileDay: says.value.day,
      file: says.value.file,
      nextDay: next.value,
      at: state.at,
      rows: covering.flatMap(({ key: cell, record }) =>
        rowsOf(record, source).map((row) => ({ key: cell, ...row })),
      ),
      moreSpecific,
    },
  }
}

function rowsOf(record: JsonObject, source: string): { row: string; since: string; entry: number }[] {
  const { observed } = record
  const found: { row: string; since: string; entry: number }[] = []
  for (const claim of isArray(observed ?? null) ? (observed as readonly Json[]) : []) {
    if (!isObject(claim) || claim['source'] !== source) continue
    const { row, since, entry } = claim
    if (typeof row === 'string' && typeof since === 'string' && typeof entry === 'number')
      found.push({ row, since, entry })
  }
  return found
}

/** Verifies the proof of one entry; gives its text. */
export function verifyEntryProof(
  crypto: Crypto,
  trust: Policy,
  text: string,
): Checked<{
  readonly index: number
  readonly entry: string
  readonly origin: string
  readonly size: number
}> {
  const document = parseProof(text)
  if (!document.ok) return refuse('malformed', `The text is not a proof document (${document.error}).`)
  const { extra, index, proof, checkpoint } = document.value
  const opened = checkPolicy(crypto, trust, checkpoint)
  if (!opened.ok) return refuse(opened.error, 'The policy does not accept the checkpoint.')
  const entry = extra === null ? null : decodeUtf8(extra)
  if (extra === null || entry === null) return refuse('malformed', 'The proof holds no entry.')
  const { root, size, origin } = opened.value.checkpoint
  if (!verifyInclusion(crypto, leafHash(crypto, extra), index, size, proof, root))
    return refuse('not-included', 'The entry is not in the log.')
  return { ok: true, value: { index, entry, origin, size } }
}
