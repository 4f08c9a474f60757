/**
 * Numbers on their way between two registries. The source alone decides whether they move: its record becomes final or
 * cancelled, once and for ever. The recipient binds itself first, and afterwards does what the source's record says. So
 * the numbers are never held in both and never lost between them, whoever stops wherever
 * (docs/decisions/0010-transfers-between-registries.md).
 */

import { equalRange, err, ok, type Range, type Result } from '@cadastre/numbers'
import {
  array,
  bool,
  country,
  handle,
  hash32,
  instant,
  integer,
  isObject,
  nullable,
  object,
  objectKey,
  oneOf,
  type RecordKey,
  range,
  type Schema,
  TRANSIT_STATES,
  type Transit,
  type TransitState,
  text,
} from '@cadastre/records'
import { type Asked, objectAt } from './common.ts'
import { originText, peerHandle, statementOn } from './peers.ts'
import type { Inputs } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

const word = (maxLength: number): Schema<string> =>
  text({ expected: 'printable text', maxLength, pattern: '^[\\x20-\\x7e]*$' })
const party = object({ origin: originText, holder: handle })
const version: Schema<1> = {
  json: { const: 1 },
  read: (value, pointer) =>
    value === 1 ? ok(value) : err({ pointer, value: JSON.stringify(value ?? null), expected: '1' }),
}

/** The handle of a record in the source. */
export const transitHandle: Schema<string> = text({
  expected: 'the handle of a record of the source, such as T-41',
  maxLength: 30,
  pattern: '^T-(?:0|[1-9][0-9]*)$',
})

const transit: Schema<Transit> = object({
  v: version,
  handle,
  state: oneOf(TRANSIT_STATES),
  source: party,
  recipient: party,
  range: word(90),
  status: word(40),
  country: nullable(country),
  registered: nullable(word(10)),
  registration: object({ key: word(60), id: word(30) }),
  returning: bool,
  consents: array(handle, 4),
  notBefore: nullable(instant),
  due: nullable(instant),
  opened: instant,
  pausedSeconds: integer(0, Number.MAX_SAFE_INTEGER),
  statement: nullable(hash32),
  since: integer(0, Number.MAX_SAFE_INTEGER),
})

export function transitKey(name: string): RecordKey {
  return objectKey('transit', name)
}
export function transitOf(inputs: Inputs, name: string): Transit | null {
  return objectAt('transit', transitKey(name), inputs)
}

/** The handle that the recipient gives to what comes as `name` from this source: there can be no second one. */
export function arrivalHandle(source: string, name: string, inputs: Pick<Inputs, 'digest'>): string {
  return `${peerHandle(source, inputs)}.${name}`
}

/** What the numbers on their way are, as their record says. */
export function rangeOf({ range: said }: Pick<Transit, 'range'>): Range {
  const read = range.read(said, '')
  if (!read.ok) throw new TypeError(`no range: ${said}`)
  return read.value
}

/** What the other registry must say, and under which policy. */
export type Expected = {
  readonly origin: string
  readonly policy: string
  readonly handle: string
  readonly states: readonly TransitState[]
  readonly source: Transit['source'] | null
  readonly recipient: Transit['recipient']
  readonly range: Range
}

/** The other registry's record of the same way, and the hash of its statement; or why it does not suffice. */
export function counterpart(
  from: Asked<unknown>,
  expected: Expected,
): Result<{ readonly transit: Transit; readonly hash: string }, RefusalCode> {
  const key = transitKey(expected.handle)
  const statement = statementOn(from, expected.origin, expected.policy, key)
  if (statement === null) return err('statement-missing')
  const read = isObject(statement.record) ? transit.read(statement.record, '') : null
  if (read?.ok !== true) return err('statement-differs')
  const { state, source, recipient, range: said, handle: name } = read.value
  const same =
    name === expected.handle &&
    expected.states.includes(state) &&
    (expected.source === null || sameParty(source, expected.source)) &&
    sameParty(recipient, expected.recipient) &&
    sameRange(said, expected.range)
  return same ? ok({ transit: read.value, hash: statement.hash }) : err('statement-differs')
}

function sameRange(said: string, expected: Range): boolean {
  const read = range.read(said, '')
  return read.ok && equalRange(read.value, expected)
}

function sameParty(one: Transit['source'], other: Transit['source']): boolean {
  return one.origin === other.origin && one.holder === other.holder
}
