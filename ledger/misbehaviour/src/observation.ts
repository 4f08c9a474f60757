/** What somebody saw a service give out: the part of evidence that is their word. */

import { decodeBase64, encodeBase64 } from '@cadastre/crypto'
import { type Instant, isObject, type JsonObject, parseInstant } from '@cadastre/records'

/** What was asked and what came, in the words of whoever asked. */
export type Observation = {
  /** `log` for its published files; `rdap`, `whois` and others as their judges are named. */
  readonly service: string
  /** What was asked for: a path below the log's prefix, an address, a line. */
  readonly query: string
  readonly at: Instant
  /** Where it was asked from: a source address, a network; null where that is not told. */
  readonly from: string | null
  /** HTTP status; null where the service has none. */
  readonly status: number | null
  /** The answer's body; null where nothing came. */
  readonly bytes: Uint8Array | null
  /** The log size that the answer names; null where it names none. */
  readonly size: number | null
}

export function observationJson({ service, query, at, from, status, bytes, size }: Observation): JsonObject {
  const observed = { at, from, status, bytes: bytes === null ? null : encodeBase64(bytes) }
  return { service, query, observed, size }
}

export function readObservation({ service, query, observed, size = null }: JsonObject): Observation | null {
  const { at: time, from = null, status = null, bytes: body } = isObject(observed) ? observed : {}
  const at = typeof time === 'string' ? parseInstant(time) : null
  const bytes = typeof body === 'string' ? decodeBase64(body) : null
  if (typeof service !== 'string' || typeof query !== 'string' || at === null) return null
  if ((body !== null && bytes === null) || (from !== null && typeof from !== 'string')) return null
  if ((status !== null && typeof status !== 'number') || (size !== null && typeof size !== 'number'))
    return null
  return { service, query, at, from, status, bytes, size }
}
