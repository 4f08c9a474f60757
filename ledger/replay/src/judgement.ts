/** Comparing what an entry says with what its procedure decides: byte for byte, and in words where they differ. */

import { type Effect, type Executed, lossesOf, type StateSource } from '@cadastre/procedures'
import {
  asRecordKey,
  canonicalJson,
  isArray,
  isObject,
  type Json,
  type LoggedEffect,
  type LoggedInput,
  type OpEntry,
} from '@cadastre/records'
import { type FaultCode, short } from './faults.ts'
import { fitting } from './op-entries.ts'

export type Finding = { readonly code: FaultCode; readonly detail: string }

/**
 * Whether two values have the same canonical text. One of them was read from canonical text, so equal values are
 * equal bytes.
 */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
    return one.every((item, index) => sameJson(item, other[index]))
  }
  const names = Object.keys(one)
  if (names.length !== Object.keys(other).length) return false
  return names.every(
    (name) => Object.hasOwn(other, name) && sameJson(Reflect.get(one, name), Reflect.get(other, name)),
  )
}

/** Whether the entry says exactly what was executed. */
export function agrees(entry: OpEntry, { inputs, outcome }: Executed): boolean {
  if (!sameJson(entry.inputs, inputs)) return false
  if (entry.outcome.accepted !== outcome.accepted) return false
  if (entry.outcome.accepted) return outcome.accepted && sameJson(entry.outcome.effects, outcome.effects)
  return !outcome.accepted && sameJson(entry.outcome.refusals, outcome.refusals)
}

/**
 * What is wrong with an entry in whose place `right` was executed: nothing where they agree, or where what was executed
 * does not fit an entry and the entry says what then stands in its place.
 */
export function compare(entry: OpEntry, right: Executed, state: StateSource): readonly Finding[] {
  if (agrees(entry, right)) return []
  let fitted: Executed
  try {
    fitted = fitting(entry, right).executed
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return [{ code: 'decision-impossible', detail: error.message }]
  }
  return agrees(entry, fitted) ? [] : differences(entry, fitted, state)
}

/** What differs between the entry and what would be right. `state` is the state before the act. */
function differences(entry: OpEntry, right: Executed, state: StateSource): readonly Finding[] {
  const found: Finding[] = []
  const outcome = outcomeDifference(entry.outcome, right.outcome)
  if (outcome !== null) found.push(outcome)
  if (entry.outcome.accepted) found.push(...ungroundedLosses(entry.outcome.effects, right, state))
  const inputs = firstDifference(entry.inputs, right.inputs, inputText)
  if (inputs !== null) found.push({ code: 'inputs-differ', detail: `Input ${inputs}` })
  return found
}

function outcomeDifference(logged: OpEntry['outcome'], right: Executed['outcome']): Finding | null {
  if (logged.accepted && right.accepted) {
    const effects = firstDifference(logged.effects, right.effects, effectText)
    return effects === null ? null : { code: 'effects-differ', detail: `Effect ${effects}` }
  }
  if (logged.accepted && !right.accepted)
    return {
      code: 'accepted-wrongly',
      detail: `The entry accepts; to refuse with ${right.refusals.join()} would be right.`,
    }
  if (!logged.accepted && right.accepted) {
    const keys = right.effects.map(({ key }) => key).join()
    const detail = `The entry refuses with ${logged.refusals.join()}; to accept, with effects on ${short(keys)}, would be right.`
    return { code: 'refused-wrongly', detail }
  }
  if (logged.accepted || right.accepted || sameJson(logged.refusals, right.refusals)) return null
  const detail = `The entry refuses with ${logged.refusals.join()}; ${right.refusals.join()} would be right.`
  return { code: 'refusal-differs', detail }
}

/** What the entry takes from holders that the right outcome does not take. */
function ungroundedLosses(
  logged: readonly LoggedEffect[],
  right: Executed,
  state: StateSource,
): readonly Finding[] {
  const granted = right.outcome.accepted ? lossesIn(right.outcome.effects, state) : []
  return lossesIn(logged, state)
    .filter((loss) => !granted.includes(loss))
    .map((loss) => ({
      code: 'loss-without-basis',
      detail: `The entry takes ${loss}, which no consent, order or instrument in it allows.`,
    }))
}

function lossesIn(logged: readonly LoggedEffect[], state: StateSource): readonly string[] {
  const effects = logged.flatMap(({ key: text, next }): Effect[] => {
    const key = asRecordKey(text)
    return key === null ? [] : [{ key, next, basis: [] }]
  })
  try {
    const losses = lossesOf(effects, (key) => state.record(key).value)
    return losses.map(({ key, holder, what }) => `${what} at ${key} from ${holder}`)
  } catch (error) {
    // A forged record need not be one; that the effects differ says enough.
    if (!(error instanceof TypeError)) throw error
    return []
  }
}

function inputText({ key, q, hash }: LoggedInput): string {
  return `${q} of ${key} with hash ${hash ?? 'null'}`
}

function effectText({ key, prev, next }: LoggedEffect): string {
  return `on ${key} after ${prev ?? 'null'}: ${short(canonicalJson(next))}`
}

/** The first place where two lists differ, in words; null where they are equal. */
function firstDifference<T>(
  logged: readonly T[],
  right: readonly T[],
  text: (item: T) => string,
): string | null {
  for (let index = 0; index < Math.max(logged.length, right.length); index++) {
    const [given, expected] = [logged[index], right[index]]
    if (sameJson(given, expected)) continue
    const says = given === undefined ? 'is missing' : `is ${text(given)}`
    const place = pointer(given, expected)
    const at = place === '' ? '' : ` (they differ at ${place})`
    return `${index} ${says}; ${expected === undefined ? 'none' : text(expected)} would be right${at}.`
  }
  return null
}

/** JSON pointer of the first difference inside two values. */
function pointer(given: unknown, expected: unknown): string {
  const [one, other] = [given as Json | undefined, expected as Json | undefined]
  const both = (isObject(one) && isObject(other)) || (isArray(one) && isArray(other))
  if (!both) return ''
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const [left, right] = [Reflect.get(one, name), Reflect.get(other, name)]
    if (!sameJson(left, right)) return `/${name}${pointer(left, right)}`
  }
  return ''
}
