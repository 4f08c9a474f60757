/**
 * The procedures of a genesis. They are too many for one entry, so the genesis names the hash of each part, and the
 * parts follow it in that order: entry 0 still fixes every word. Until the last is in nothing else is possible.
 */

import {
  array,
  type Calendar,
  type CalendarRecord,
  calendar,
  canonicalJson,
  handle,
  hash32,
  isCalendar,
  type Json,
  type JsonObject,
  object,
  type ProcedureRecord,
  type Profile,
  type RecordKey,
  type Registry,
  type Schema,
  utf8Length,
} from '@cadastre/records'
import { calendarKey, calendarNamed } from './business-days.ts'
import { type Asked, objectAt, procedureKey, REGISTRY_KEY, recordNeed, registryOf } from './common.ts'
import { accept, put, refuse } from './effects.ts'
import type { Decision, Effect, Inputs, Need } from './procedure.ts'
import { type Parameters, PROFILES, parametersFit, withCalendar } from './profiles.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds } from './staff.ts'
import { parameterMap, procedureId } from './terms.ts'
import { WEEKDAYS, WEEKDAYS_HASH } from './weekdays.ts'

/** `text`: SHA-256 of the published page, standard base64. */
export type FoundedProcedure = {
  readonly id: string
  readonly text: string
  readonly parameters: Parameters
}

export type PartBody = {
  readonly step: 'procedures'
  /** Handle of the operator that signs. */
  readonly staff: string
  readonly procedures: readonly FoundedProcedure[]
  /** Calendars that these procedures name by their hashes, and that no earlier part brought. */
  readonly calendars: readonly Calendar[]
}

/** The members of a part beside its `step`. */
export const partMembers: Schema<Omit<PartBody, 'step'>> = object({
  staff: handle,
  procedures: array(object({ id: procedureId, text: hash32, parameters: parameterMap }), 64, 1),
  calendars: array(calendar, 4),
})

/** Parts that a genesis may name. */
export const MAX_PARTS = 16
/** Canonical bytes of the procedures of one part; with records and inputs beside them they fit an entry. */
const PART_BYTES = 8_000

/** The procedures and parameters of a profile; `textHash` gives the hash of each page, `calendar` names its calendar. */
export function proceduresOfProfile(
  profile: Profile,
  textHash: (id: string) => string,
  calendarHash: string = WEEKDAYS_HASH,
): readonly FoundedProcedure[] {
  return Object.entries(PROFILES[profile]).map(([id, parameters]) => ({
    id,
    text: textHash(id),
    parameters: withCalendar(parameters, calendarHash),
  }))
}

/** The procedures in as few parts as entries hold. */
export function genesisParts(
  procedures: readonly FoundedProcedure[],
): readonly (readonly FoundedProcedure[])[] {
  const parts: FoundedProcedure[][] = []
  let bytes = 0
  for (const procedure of procedures) {
    const size = utf8Length(canonicalJson(procedure)) + 1
    const last = parts.at(-1)
    if (last === undefined || bytes + size > PART_BYTES) {
      parts.push([procedure])
      bytes = size
    } else {
      last.push(procedure)
      bytes += size
    }
  }
  return parts
}

/**
 * The bodies of all acts that found a registry, in order: `founding` with the parts' hashes, then the parts.
 *
 * @param founding all of the genesis but its step and procedures
 * @param staff the operator that signs
 * @param memberHash as requests name members ({@link Inputs.memberHash})
 * @param calendars those that the procedures may name
 */
export function genesisBodies(
  founding: JsonObject,
  parts: readonly (readonly FoundedProcedure[])[],
  staff: string,
  memberHash: (member: Json) => string,
  calendars: readonly Calendar[] = [WEEKDAYS],
): readonly [JsonObject, ...JsonObject[]] {
  const hashed = calendars.map((one) => ({ one, hash: memberHash(one) }))
  const named = parts.map((part) => new Set(part.map(calendarNamed)))
  const bringing = (index: number): readonly Calendar[] =>
    hashed.filter(({ hash }) => named.findIndex((names) => names.has(hash)) === index).map(({ one }) => one)
  return [
    { ...founding, step: 'found', procedures: parts.map((part) => memberHash(part)) },
    ...parts.map((procedures, index) => ({
      step: 'procedures',
      staff,
      procedures,
      calendars: bringing(index),
    })),
  ]
}

/** Keys of the calendars that these procedures name, each once. */
function namedBy({ procedures }: PartBody): readonly RecordKey[] {
  const named = new Set(procedures.flatMap((procedure) => calendarNamed(procedure) ?? []))
  return [...named].map(calendarKey)
}

export function partNeeds(part: PartBody): readonly Need[] {
  const keys = new Set([...part.procedures.map(({ id }) => procedureKey(id)), ...namedBy(part)])
  return [recordNeed(REGISTRY_KEY), ...staffNeeds([part.staff]), ...[...keys].map(recordNeed)]
}

/** Entry 0 fixes the procedures, and these the calendars: every one that is new to the log, and no other. */
function calendarsRefusal(part: PartBody, inputs: Inputs): RefusalCode | null {
  if (!part.calendars.every(isCalendar)) return 'calendar-not-possible'
  const brought = part.calendars.map((one) => calendarKey(inputs.memberHash(one)))
  const missing = namedBy(part).filter((key) => objectAt('calendar', key, inputs) === null)
  const all = missing.every((key) => brought.includes(key))
  return all && brought.length === missing.length ? null : 'calendar-unknown'
}

function partRefusal(from: Asked<PartBody>, registry: Registry, inputs: Inputs): RefusalCode | null {
  if (from.request.origin !== registry.origin) return 'wrong-origin'
  if (from.request.expires < from.received) return 'request-expired'
  const { staff, procedures } = from.body
  const unsigned = signedByStaff(from, [staff], ['operator'], inputs)
  if (unsigned !== null) return unsigned
  const [next] = registry.awaitedParts
  const hash = inputs.memberHash(from.request.body['procedures'] ?? null)
  if (next !== hash) return 'part-unexpected'
  const known = procedures.some(({ id }) => objectAt('procedure', procedureKey(id), inputs) !== null)
  if (known || new Set(procedures.map(({ id }) => id)).size !== procedures.length) return 'procedure-unknown'
  return procedures.every(({ id, parameters }) => parametersFit(id, parameters))
    ? calendarsRefusal(from.body, inputs)
    : 'procedure-unknown'
}

export function decidePart(from: Asked<PartBody>, inputs: Inputs): Decision {
  const registry = registryOf(inputs)
  if (registry === null) return refuse('genesis-missing')
  const refusal = partRefusal(from, registry, inputs)
  if (refusal !== null) return refuse(refusal)
  const procedures = from.body.procedures.map((procedure): Effect => {
    // In force since the genesis, which named them: however they were parted, the records are the same.
    const record: ProcedureRecord = { v: 1, ...procedure, revisions: [], since: registry.since }
    return put(procedureKey(procedure.id), record)
  })
  const calendars = from.body.calendars.map((one) => calendarEffect(one, registry.since, inputs))
  const next: Registry = { ...registry, awaitedParts: registry.awaitedParts.slice(1) }
  return accept([put(REGISTRY_KEY, next), ...calendars, ...procedures])
}

/** The record of a calendar, under its hash. */
export function calendarEffect(one: Calendar, since: number, inputs: Pick<Inputs, 'memberHash'>): Effect {
  const record: CalendarRecord = { v: 1, calendar: one, since }
  return put(calendarKey(inputs.memberHash(one)), record)
}
