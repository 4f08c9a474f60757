/** What the earlier ops of a batch wrote. A batch may have a thousand of them, so they are read no further than that. */

import { isArray, isObject, type Json, parseCanonicalJson, type RecordKey } from '@cadastre/records'
import { parseJson } from './bundle.ts'

type Written = { readonly key: string; readonly next: Json }

/**
 * What a batch left at the keys that concern somebody, as the last of its ops that wrote there says; null where a text
 * is no op. `concerns` gives null for what is no key.
 */
export function lastWritten(
  ops: readonly string[],
  concerns: (key: string) => boolean | null,
): ReadonlyMap<RecordKey, Json> | null {
  const last = new Map<RecordKey, Json>()
  for (const text of ops.toReversed()) {
    const effects = effectsOf(text)
    if (effects === null) return null
    const before = last.size
    for (const { key, next } of effects.toReversed()) {
      const concerned = concerns(key)
      if (concerned === null) return null
      if (concerned && !last.has(key as RecordKey)) last.set(key as RecordKey, next)
    }
    if (last.size > before && parseCanonicalJson(text) === null) return null
  }
  return last
}

/**
 * The effects of an op, in order; null where the text is no op, or can be read in two ways. The order of members can
 * not change what it says: whoever uses an effect asks for canonical form, and audit of every entry.
 */
function effectsOf(text: string): readonly Written[] | null {
  const entry = parseJson(text)
  if (!isObject(entry) || entry['t'] !== 'op') return null
  if (JSON.stringify(entry) !== text && parseCanonicalJson(text) === null) return null
  const outcome = entry['outcome']
  if (!isObject(outcome)) return null
  const { accepted, effects } = outcome
  if (accepted !== true) return accepted === false ? [] : null
  if (!isArray(effects)) return null
  const read: Written[] = []
  for (const effect of effects) {
    const { key, next } = isObject(effect) ? effect : {}
    if (typeof key !== 'string' || next === undefined) return null
    read.push({ key, next })
  }
  return read
}
