/** What several procedures share: reading bodies, holders, parameters, members; each check lives in one place. */

import { type Consent, consentOf, type Signatures, type Verified } from '@cadastre/evidence'
import { type Block, err, ok, type Range, type Result, rangeToBlocks } from '@cadastre/numbers'
import {
  type Application,
  asObject,
  cellKey,
  type Holder,
  type Instant,
  type Json,
  type KeyRole,
  type Notes,
  type ObjectRecords,
  objectKey,
  type Pool,
  type ProcedureRecord,
  type ProcedureTerms,
  parseHandle,
  type RecordKey,
  type Registration,
  type Registry,
  type Request,
  registrationRange,
  type Schema,
} from '@cadastre/records'
import type { Act, Inputs, Need, Pin } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

export const REGISTRY_KEY: RecordKey = objectKey('registry', 'REGISTRY')

/** An act of a holder or of staff, with its body read; what nearly every procedure starts from. */
export type Asked<Body> = {
  readonly body: Body
  readonly request: Request
  readonly signatures: Verified<Signatures>
  readonly received: Instant
}

/** Bodies by act, with the schema that read them: each is asked for in every round of needs, and to decide. */
const read = new WeakMap<Act, { readonly schema: unknown; readonly asked: Asked<unknown> | null }>()

/** The act with its body read, or null where it is a due act or the body does not fit. */
export function asked<Body>(act: Act, schema: Schema<Body>): Asked<Body> | null {
  if (act.kind !== 'request') return null
  const known = read.get(act)
  if (known?.schema === schema) return known.asked as Asked<Body> | null
  const { request, signatures, received } = act
  const body = schema.read(request.body, '')
  const found = body.ok ? { body: body.value, request, signatures, received } : null
  read.set(act, { schema, asked: found })
  return found
}

export function recordNeed(key: RecordKey): Need {
  return { key, q: 'record' }
}
export function chainNeed(block: Block): Need {
  return { key: cellKey(block), q: 'chain' }
}
export function subtreeNeed(block: Block): Need {
  return { key: cellKey(block), q: 'subtree' }
}

/** Handle of the record of a procedure's version: `transfer/1` is `TRANSFER-1`. */
export function procedureHandle(id: string): string {
  return id.toUpperCase().replace('/', '-')
}
export function procedureKey(id: string): RecordKey {
  return objectKey('procedure', procedureHandle(id))
}
/** Inputs of every procedure: the registry and the procedure's own record. */
export function baseNeeds(id: string): readonly Need[] {
  return [recordNeed(REGISTRY_KEY), recordNeed(procedureKey(id))]
}

/** The object at a key of this type; null where there is none, and under a key of another type. */
export function objectAt<T extends keyof ObjectRecords>(
  type: T,
  key: RecordKey,
  inputs: Inputs,
): ObjectRecords[T] | null {
  return asObject(type, key, inputs.record(key))
}

export function registryOf(inputs: Inputs): Registry | null {
  return objectAt('registry', REGISTRY_KEY, inputs)
}
/** The procedure with the terms that bind this act, or what `pin` says; null where no such version is in force. */
export function procedureOf(inputs: Inputs, id: string, pin: Pin = inputs.pin): ProcedureRecord | null {
  const record = objectAt('procedure', procedureKey(id), inputs)
  return record === null ? null : { ...record, ...termsAt(record, pin) }
}

/** Terms of a record as {@link Pin} says. */
export function termsAt({ text, parameters, revisions }: ProcedureRecord, pin: Pin): ProcedureTerms {
  const binding = revisions.findLast(
    ({ from, since }) => pin === null || ('received' in pin ? from <= pin.received : since < pin.recorded),
  )
  return binding === undefined ? { text, parameters } : { text: binding.text, parameters: binding.parameters }
}

/**
 * Every terms that a holding may use: those that bind the act first, then the others that were in force at some time
 * since it was recorded. A change of terms never narrows what somebody holds already.
 */
export function termsFor(
  inputs: Inputs,
  id: string,
  holding: Pick<Registration, 'since'>,
): readonly ProcedureTerms[] {
  const record = objectAt('procedure', procedureKey(id), inputs)
  if (record === null) return []
  const { text, parameters, revisions } = record
  const all: readonly (ProcedureTerms & { readonly since: number })[] = [
    { text, parameters, since: record.since },
    ...revisions,
  ]
  const others = all.filter((_, index) => {
    const next = all[index + 1]
    return next === undefined || next.since > holding.since
  })
  return [termsAt(record, inputs.pin), ...others]
}
/**
 * A protective period as long as by any terms since this was recorded: whoever changes terms never shortens the time in
 * which somebody may stop what would take something away from it.
 */
export function longestFor(
  inputs: Inputs,
  id: string,
  recorded: Pick<Registration, 'since'>,
  name: string,
): number {
  return Math.max(...termsFor(inputs, id, recorded).map((terms) => numberParameter(terms, name)))
}
/** A numeric parameter of the version in force; a record without it is a bug of genesis. */
export function numberParameter({ parameters }: Pick<ProcedureTerms, 'parameters'>, name: string): number {
  const value = parameters[name]
  if (typeof value !== 'number') throw new TypeError(`no parameter ${name}`)
  return value
}
export function booleanParameter(record: ProcedureRecord, name: string): boolean {
  const value = record.parameters[name]
  if (typeof value !== 'boolean') throw new TypeError(`${record.id} has no parameter ${name}`)
  return value
}

/**
 * What is refused before anything else, in order: a request for another registry, an expired one, a version that is
 * not in force, a registry that is not open, or paused. Null where nothing stands against it.
 */
export function commonRefusal(asked: Asked<unknown>, inputs: Inputs, id: string): RefusalCode | null {
  const registry = registryOf(inputs)
  const refusal = staffRefusal(asked, inputs, id)
  if (refusal !== null || registry === null) return refusal
  // A pause that has ended counts as ended, though its op is not written yet.
  return registry.paused !== null && asked.received < registry.paused.until ? 'paused' : null
}

/** The request, read, which stands behind everything that {@link commonRefusal} refuses; or why it does not. */
export function admitted<Body>(
  act: Act,
  schema: Schema<Body>,
  inputs: Inputs,
  id: string,
): Result<Asked<Body>, RefusalCode> {
  const from = asked(act, schema)
  if (from === null) return err('body-malformed')
  const refusal = commonRefusal(from, inputs, id)
  return refusal === null ? ok(from) : err(refusal)
}

/** The same for acts of staff, which a pause does not stop. */
export function staffRefusal(asked: Asked<unknown>, inputs: Inputs, id: string): RefusalCode | null {
  const registry = registryOf(inputs)
  if (registry === null || procedureOf(inputs, id) === null) return 'procedure-unknown'
  if (registry.origin !== asked.request.origin) return 'wrong-origin'
  if (asked.request.expires < asked.received) return 'request-expired'
  return registry.state === 'open' ? null : 'still-founding'
}

export function holderKey(handle: string): RecordKey {
  return objectKey('holder', handle)
}
export function holderOf(inputs: Inputs, handle: string): Holder | null {
  return objectAt('holder', holderKey(handle), inputs)
}
export function applicationKey(handle: string): RecordKey {
  return objectKey('application', handle)
}
export function applicationOf(inputs: Inputs, handle: string): Application | null {
  return objectAt('application', applicationKey(handle), inputs)
}
export function poolKey(handle: string): RecordKey {
  return objectKey('pool', handle)
}
export function poolOf(inputs: Inputs, handle: string): Pool | null {
  return objectAt('pool', poolKey(handle), inputs)
}

/** Notes on a registration: `obj/notes/R-41`. */
export function notesKey(registration: string): RecordKey {
  return objectKey('notes', registration)
}
export function notesOf(inputs: Inputs, registration: string): Notes | null {
  return objectAt('notes', notesKey(registration), inputs)
}

/** Whether the text can stand in a key: a schema's `handle` guarantees it, a stored record's members too. */
export function isHandle(text: string): boolean {
  return parseHandle(text) === text
}

/** The holder's consent to this request, or null. */
export function consent(holder: Holder, asked: Asked<unknown>, role: KeyRole): Consent | null {
  return consentOf(holder, asked.signatures, role)
}

/** Whether the request names this member at this hash; `null` member = there must be none yet. */
export function namesMember(
  asked: Asked<unknown>,
  member: string,
  value: Json | object,
  inputs: Inputs,
): boolean {
  const hash = value === null ? null : inputs.memberHash(value as Json)
  return asked.request.replaces.some((replaced) => replaced.member === member && replaced.hash === hash)
}

/** Name of the member that is a registration: `<cell key>#<id>`, at its first minimal block. */
export function registrationMember(registration: Registration, space: Block['space']): string {
  const first = blocksOf(registration, space)[0]
  if (first === undefined) throw new Error('a range has at least one block')
  return `${cellKey(first)}#${registration.id}`
}

/** The minimal blocks of a registration's range, ascending. */
export function blocksOf(registration: Registration, space: Block['space']): readonly Block[] {
  return rangeToBlocks(registrationRange(registration, space))
}

/** More minimal blocks than this never fit an entry of 32 KiB. */
export const MAX_BLOCKS = 62

/** The minimal blocks of a range, or null where there are too many to write in one entry. */
export function fewBlocks(range: Range): readonly Block[] | null {
  const blocks = rangeToBlocks(range)
  return blocks.length > MAX_BLOCKS ? null : blocks
}
