/**
 * One act, from inputs to the entry's outcome: the only path by which the registrar decides, and by which an auditor
 * decides again. Same state, same act, same `at`, same index: same bytes.
 */

import type { Instant, Json, LoggedEffect, LoggedInput, RecordKey } from '@cadastre/records'
import { beyondBounds } from './bounds.ts'
import { apply, isDraftKey, type StampedEffect } from './effects.ts'
import { gather, type StateSource } from './inputs.ts'
import { adverseWithoutBasis } from './invariants.ts'
import type { Act, Decision, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

export type Executed = {
  readonly inputs: readonly LoggedInput[]
  readonly outcome:
    | {
        readonly accepted: true
        /** As logged. */
        readonly effects: readonly LoggedEffect[]
        /** As stored. */
        readonly stamped: readonly StampedEffect[]
      }
    | { readonly accepted: false; readonly refusals: readonly RefusalCode[] }
}

/** Gather, decide, check, stamp. `index` is the entry's index in the log. */
export function execute(
  procedure: Procedure,
  act: Act,
  source: StateSource,
  at: Instant,
  index: number,
): Executed {
  const { inputs, logged } = gather(procedure, act, source)
  const decision: Decision = procedure.decide(act, inputs, at)
  if (!decision.accepted) return { inputs: logged, outcome: decision }
  const before = (key: RecordKey): unknown => (isDraftKey(key) ? null : source.record(key).value)
  const fault = adverseWithoutBasis(decision.effects, before, at, (key) => source.chain(key).cells)
  if (fault !== null) throw new Error(`${procedure.id} lessens without a basis: ${fault}`)
  const beyond = beyondBounds(decision.effects, before, at)
  if (beyond !== null) throw new Error(`${procedure.id} goes beyond its bounds: ${beyond}`)
  const stamped = apply(decision.effects, index)
  const keys = new Set(stamped.map((effect) => effect.key))
  if (keys.size !== stamped.length) throw new Error(`${procedure.id} writes one key twice`)
  const effects = stamped.map((effect) => ({
    key: effect.key,
    prev: source.record(effect.key).hash,
    next: effect.next,
  }))
  return { inputs: logged, outcome: { accepted: true, effects, stamped } }
}

/** The outcome when what was decided does not fit an entry: the act is refused, with the inputs it looked at. */
export function tooLarge(executed: Executed): Executed {
  return { inputs: executed.inputs, outcome: { accepted: false, refusals: ['entry-too-large'] } }
}

/** The signatures do not verify: refused before anything is looked at. */
export const SIGNATURE_INVALID: Executed = {
  inputs: [],
  outcome: { accepted: false, refusals: ['signature-invalid'] },
}
/**
 * The procedure's own code failed on this request: a bug. One bad request must not stop the registry for all, so it is
 * refused; the fault is deterministic, so every auditor meets it again.
 */
export const PROCEDURE_FAULT: Executed = {
  inputs: [],
  outcome: { accepted: false, refusals: ['procedure-fault'] },
}

/**
 * The same request was accepted by an earlier entry. Evidence is no part of a request, so a refused one may come again
 * with other signatures; an accepted one is never executed twice.
 */
export const ALREADY_ACCEPTED: Executed = {
  inputs: [],
  outcome: { accepted: false, refusals: ['already-accepted'] },
}

/** The registry was handed over: its log has ended, and nothing but the successor's taking over goes on with it. */
export const HANDED_OVER: Executed = {
  inputs: [],
  outcome: { accepted: false, refusals: ['handed-over'] },
}

/** The procedure's id names none that the software knows. */
export const PROCEDURE_UNKNOWN: Executed = {
  inputs: [],
  outcome: { accepted: false, refusals: ['procedure-unknown'] },
}

/** The outcome as it stands in an entry. */
export function outcomeJson(executed: Executed): Json {
  const { outcome } = executed
  return outcome.accepted
    ? { accepted: true, effects: outcome.effects }
    : { accepted: false, refusals: outcome.refusals }
}
