/** What the earlier ops of a batch wrote. A batch may have a thousand of them, so they are read no further than that. */

import { decodeUtf8 } from '@cadastre/crypto'
import {
  asRecordKey,
  isArray,
  isObject,
  type Json,
  parseCanonicalJson,
  type RecordKey,
} from '@cadastre/records'

export type BatchEffects = readonly { readonly key: RecordKey; readonly next: Json }[]

/** The effects of an op, in order; null where the bytes are no op in canonical form. */
export function readEffects(bytes: Uint8Array): BatchEffects | null {
  const entry = parseCanonicalJson(decodeUtf8(bytes) ?? '') ?? undefined
  const outcome = isObject(entry) && entry['t'] === 'op' ? entry['outcome'] : undefined
  if (!isObject(outcome)) return null
  const { accepted, effects } = outcome
  if (accepted !== true) return accepted === false ? [] : null
  if (!isArray(effects)) return null
  const read: { readonly key: RecordKey; readonly next: Json }[] = []
  for (const effect of effects) {
    const { key: text, next } = isObject(effect) ? effect : {}
    const key = typeof text === 'string' ? asRecordKey(text) : null
    if (key === null || next === undefined) return null
    read.push({ key, next })
  }
  return read
}
