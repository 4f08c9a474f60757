/** The closed shapes of op and state entries. */

import {
  array,
  hash32,
  type Instant,
  instant,
  integer,
  type Json,
  type LoggedEffect,
  type LoggedInput,
  nullable,
  type OpEntry,
  object,
  oneOf,
  recordKey,
  requestSchema,
  type Schema,
  type StateEntry,
  text,
} from '@cadastre/records'
import { isEvidence, readEvidence } from '@cadastre/signatures'

const INDEX_MAX = Number.MAX_SAFE_INTEGER

function literal<const T extends string | number | boolean>(value: T): Schema<T> {
  return {
    json: { const: value },
    fits: (given) => given === value,
    read: (given, pointer) =>
      given === value
        ? { ok: true, value }
        : { ok: false, error: { pointer, value: JSON.stringify(given ?? null), expected: String(value) } },
  }
}

/** An op that falls due has none. */
const evidence: Schema<OpEntry['evidence']> = {
  json: {},
  fits: (value) => (Array.isArray(value) && value.length === 0) || isEvidence(value),
  read: (value, _pointer) =>
    Array.isArray(value) && value.length === 0 ? { ok: true, value: [] } : readEvidence(value ?? null),
}
/** Any value, but there must be one: a member left out would be a second spelling of null. */
const anyJson: Schema<Json> = {
  json: {},
  fits: (value) => value !== undefined,
  read: (value, pointer) =>
    value === undefined
      ? { ok: false, error: { pointer, value: 'nothing', expected: 'a record, or null' } }
      : { ok: true, value },
}

const input: Schema<LoggedInput> = object({
  key: recordKey,
  q: oneOf(['record', 'chain', 'subtree']),
  hash: nullable(hash32),
})
const effect: Schema<LoggedEffect> = object({ key: recordKey, prev: nullable(hash32), next: anyJson })
const received: Schema<{ readonly seq: number; readonly at: Instant }> = object({
  seq: integer(1, INDEX_MAX),
  at: instant,
})

const accepted: Schema<{ readonly accepted: true; readonly effects: readonly LoggedEffect[] }> = object({
  accepted: literal(true),
  effects: array(effect, 4096),
})
const refused: Schema<{ readonly accepted: false; readonly refusals: readonly string[] }> = object({
  accepted: literal(false),
  refusals: array(text({ expected: 'a refusal code', maxLength: 60, pattern: '^[a-z0-9-]+$' }), 64, 1),
})
const outcome: Schema<OpEntry['outcome']> = {
  json: { oneOf: [accepted.json, refused.json] },
  fits: (value) => accepted.fits?.(value) === true || refused.fits?.(value) === true,
  read(value, pointer) {
    const first = accepted.read(value, pointer)
    return first.ok ? first : refused.read(value, pointer)
  },
}

export const opShape: Schema<OpEntry> = object({
  t: literal('op'),
  v: literal(1),
  at: instant,
  received: nullable(received),
  procedure: text({ expected: 'a procedure id', maxLength: 40, pattern: '^[a-z-]+/[1-9][0-9]{0,3}$' }),
  request: nullable(requestSchema),
  evidence,
  inputs: array(input, 1024),
  outcome,
})

export const stateShape: Schema<StateEntry> = object({
  t: literal('state'),
  v: literal(1),
  at: instant,
  ops: integer(1, INDEX_MAX),
  prev: nullable(integer(0, INDEX_MAX)),
  roots: object({ asn: hash32, ip4: hash32, ip6: hash32, obj: hash32 }),
})
