/** The form of evidence (docs/misbehaviour.md): one JSON object, of which nothing is believed until it is proved. */

import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import { DOCUMENT_MAX, type EntryRange } from '@cadastre/why'
import { type Checked, refuse } from './refusals.ts'
import { isRule, type MisbehaviourRule } from './rules.ts'

export const MISBEHAVIOUR_FORMAT = 'cadastre-misbehaviour/v1'

export const KINDS = ['decision', 'entries', 'record', 'roots', 'fork', 'receipts', 'served'] as const
export type Kind = (typeof KINDS)[number]

/** Evidence as read: its kind, the rule that it is to show broken, and the members of that kind. */
export type Evidence = { readonly kind: Kind; readonly rule: MisbehaviourRule; readonly members: JsonObject }

/** The text of evidence. */
export function formatEvidence(kind: Kind, rule: MisbehaviourRule, members: JsonObject): string {
  return `${JSON.stringify({ format: MISBEHAVIOUR_FORMAT, kind, rule, ...members })}\n`
}

export function readEvidence(text: string): Checked<Evidence> {
  const json = text.length > DOCUMENT_MAX ? undefined : parse(text)
  if (!isObject(json) || json['format'] !== MISBEHAVIOUR_FORMAT)
    return refuse('malformed-document', `The document is no ${MISBEHAVIOUR_FORMAT}.`)
  const { format: _, kind: named, rule, ...members } = json
  const kind = KINDS.find((one) => one === named)
  if (kind === undefined || !isRule(rule))
    return refuse('malformed-document', 'kind or rule is none of those that this verifier knows.')
  return { ok: true, value: { kind, rule, members } }
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

const PROOF_MAX = 128
const ENTRIES_MAX = 100_000

/** Entries side by side with their proof: texts where they are UTF-8, else `{"base64"}`. */
export function stretchJson({ first, bytes, proof }: EntryRange): JsonObject {
  return { first, entries: bytes.map(entryJson), proof }
}

function entryJson(bytes: Uint8Array): Json {
  return decodeUtf8(bytes) ?? { base64: encodeBase64(bytes) }
}

export function readStretch(json: Json | undefined): EntryRange | null {
  if (!isObject(json)) return null
  const { first, entries, proof } = json
  if (typeof first !== 'number' || !Number.isSafeInteger(first) || first < 0) return null
  if (!isArray(entries) || entries.length === 0 || entries.length > ENTRIES_MAX) return null
  const bytes = entries.map(readEntryJson)
  const hashes = readTexts(proof, PROOF_MAX)
  const whole = bytes.flatMap((one) => (one === null ? [] : [one]))
  return hashes === null || whole.length !== bytes.length ? null : { first, bytes: whole, proof: hashes }
}

function readEntryJson(json: Json): Uint8Array | null {
  if (typeof json === 'string') return json.isWellFormed() ? encodeUtf8(json) : null
  const base64 = isObject(json) ? json['base64'] : undefined
  return typeof base64 === 'string' ? decodeBase64(base64) : null
}

/** A list of texts; null where it is none, or too long. */
export function readTexts(json: Json | undefined, max: number): readonly string[] | null {
  if (!isArray(json) || json.length > max) return null
  const texts = json.filter((item): item is string => typeof item === 'string' && item.isWellFormed())
  return texts.length === json.length ? texts : null
}

/** Hashes of 32 bytes, decoded; null where one is none. */
export function readHashes(json: Json | undefined, max: number = PROOF_MAX): readonly Uint8Array[] | null {
  const texts = readTexts(json, max)
  const hashes = texts?.flatMap((text) => decodeBase64(text) ?? [])
  return hashes === undefined || hashes.length !== texts?.length ? null : hashes
}
