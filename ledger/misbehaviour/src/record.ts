/** Evidence of kind `record`: what the state holds at one key, proved under state entries of the signed log. */

import { keyQuery, type ProvedPath, pathJson, verifyPath } from '@cadastre/answers'
import type { Crypto } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import { REGISTRY_KEY } from '@cadastre/procedures'
import { asRecordKey, isArray, isObject, type Json, type JsonObject, type RecordKey } from '@cadastre/records'
import { labelOf } from '@cadastre/replay'
import { batchStart, makeEntryRange, type TrustedCheckpoint } from '@cadastre/why'
import type { Conviction } from './conviction.ts'
import { type Evidence, formatEvidence, stretchJson } from './document.ts'
import { readProved, signedCheckpoint, stateOf } from './proved-entries.ts'
import { type ProvedStateEntry, RECORD_RULES, type RecordGiven } from './record-rules.ts'
import { type Checked, refuse } from './refusals.ts'
import type { MisbehaviourRule } from './rules.ts'
import { NoEvidenceError, type Sources } from './sources.ts'

const STATES_MAX = 2
const PATHS_MAX = 8

export function verifyRecord(
  crypto: Crypto,
  trust: Policy,
  { rule, members }: Evidence,
): Checked<Conviction> {
  const checkpoint = signedCheckpoint(crypto, trust, members['checkpoint'])
  if (!checkpoint.ok) return checkpoint
  const key = typeof members['key'] === 'string' ? asRecordKey(members['key']) : null
  const { states: list } = members
  if (key === null || !isArray(list) || list.length === 0 || list.length > STATES_MAX)
    return refuse('malformed-document', 'key or states are of another shape.')
  const states: ProvedStateEntry[] = []
  for (const one of list) {
    const state = readState(crypto, checkpoint.value, one)
    if (!state.ok) return state
    states.push(state.value)
  }
  const says = broken(rule, { checkpoint: checkpoint.value, key, states })
  if (says === null) return refuse('nothing-shown', `The record at ${key} does not show ${rule}.`)
  const { origin, size } = checkpoint.value
  const index = states.at(-1)?.index ?? null
  return { ok: true, value: { kind: 'record', rule, basis: 'signed', origin, size, index, says: [says] } }
}

/** A forged record need not be one: then its rule is not the one that is shown. */
function broken(rule: MisbehaviourRule, given: RecordGiven): string | null {
  try {
    return RECORD_RULES[rule]?.(given) ?? null
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return null
  }
}

function readState(
  crypto: Crypto,
  checkpoint: TrustedCheckpoint,
  json: Json | undefined,
): Checked<ProvedStateEntry> {
  const { entry, paths } = isObject(json) ? json : {}
  const stretch = readProved(crypto, checkpoint, entry)
  if (!stretch.ok) return stretch
  const [first, ...others] = stretch.value
  const state = stateOf(first)
  if (first === undefined || state === null || others.length > 0)
    return refuse('malformed-entry', 'The entry of a state is no state entry.')
  if (!isObject(paths) || Object.keys(paths).length > PATHS_MAX)
    return refuse('malformed-document', 'paths are of another shape.')
  const proved = new Map<string, ProvedPath>()
  for (const [key, path] of Object.entries(paths)) {
    const query = keyQuery(crypto, key)
    if (query === null || !isObject(path)) return refuse('wrong-path', `${key} is no key.`)
    const checked = verifyPath(crypto, query, path, state.roots[query.space])
    if (!checked.ok) return refuse('wrong-path', `${key}: ${checked.error.detail}`)
    proved.set(key, checked.value)
  }
  return { ok: true, value: { index: first.index, state, paths: proved } }
}

/** Evidence about the record at `key` in the state of the entry at `index`, and in the state before it. */
export async function makeRecord(
  sources: Sources,
  rule: MisbehaviourRule,
  index: number,
  key: RecordKey,
): Promise<string> {
  const previous = rule === 'due-undone' || rule === 'number-lost' ? await previousState(sources, index) : []
  const states: JsonObject[] = []
  for (const [at, keys] of [
    ...previous.map((state) => [state, [REGISTRY_KEY, key]] as const),
    [index, [key]] as const,
  ])
    states.push(await stateJson(sources, at, keys))
  return formatEvidence('record', rule, { checkpoint: sources.checkpoint, key, states })
}

async function previousState({ log }: Sources, index: number): Promise<readonly number[]> {
  const { state } = await batchStart(log, index)
  if (state === null) throw new NoEvidenceError(`There is no state before that of entry ${index}.`)
  return [state]
}

async function stateJson(
  { crypto, log, size, stateAt }: Sources,
  index: number,
  keys: readonly RecordKey[],
): Promise<JsonObject> {
  const view = await stateAt(index + 1)
  const paths = Object.fromEntries(
    keys.map((key) => {
      const place = labelOf(crypto, key)
      return [key, pathJson(view.prove(place.space, place.label, place.length))]
    }),
  )
  return { entry: stretchJson(await makeEntryRange(crypto, log, index, index + 1, size)), paths }
}
