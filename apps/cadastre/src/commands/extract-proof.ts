/** An extract document against its own proof: offline, and on arrival. */

import { keyQuery, type VerifiedAnswer } from '@cadastre/answers'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { Policy } from '@cadastre/notes'
import { canonicalJson, isObject, type Json, type JsonObject, type RecordKey } from '@cadastre/records'
import { verified } from '../client/registry-client.ts'
import { CommandError } from './output.ts'

const EVIDENCE = 'Keep it: it is evidence.'

/** The extract in a text; null where the text is none, such as a bare proof document. */
export function extractIn(text: string): JsonObject | null {
  if (!text.trimStart().startsWith('{')) return null
  let read: Json
  try {
    read = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  return isObject(read) && typeof read['key'] === 'string' && typeof read['proof'] === 'string' ? read : null
}

/**
 * Verify the proof of an extract that must be about `key`, and that it shows exactly what is proved: registry, log size,
 * time, record and what covers it. Throws where it does not. What its proof does not say, as the history, is not looked
 * at.
 */
export function verifiedExtract(extract: JsonObject, key: RecordKey, trust: Policy): VerifiedAnswer {
  if (extract['key'] !== key)
    throw new CommandError(`The extract is of ${String(extract['key'])}; expected ${key}.`)
  const query = keyQuery(nodeCrypto, key)
  if (query === null) throw new Error('a subject has a key')
  const answer = verified(String(extract['proof']), query, trust)
  const covering = answer.covering.map(({ key: at, record }): Json => ({ key: at, record }))
  if (canonicalJson(extract['covering'] ?? []) !== canonicalJson(covering))
    throw new CommandError(`The extract shows other records than its own proof. ${EVIDENCE}`)
  const proved: JsonObject | null = answer.covering.find((record) => record.key === key)?.record ?? null
  if (canonicalJson(proved) !== canonicalJson(extract['record'] ?? null))
    throw new CommandError(`The extract shows another record than its own proof. ${EVIDENCE}`)
  const { registry, size, at } = extract
  const origin = isObject(registry) ? registry['origin'] : undefined
  if (origin !== answer.origin || size !== answer.size || at !== answer.at)
    throw new CommandError(
      `The extract states another registry, log size or time than its own proof. ${EVIDENCE}`,
    )
  return answer
}
