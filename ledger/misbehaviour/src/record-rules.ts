/** Rules that a record breaks by standing in a state, or in two states one after the other. */

import type { ProvedPath } from '@cadastre/answers'
import { parseBlockKey } from '@cadastre/numbers'
import { REGISTRY_KEY } from '@cadastre/procedures'
import {
  asObject,
  type Cell,
  type CoveringCell,
  dueOf,
  type RecordKey,
  type Registry,
  type StateEntry,
} from '@cadastre/records'
import { misplaced } from '@cadastre/replay'
import type { TrustedCheckpoint } from '@cadastre/why'
import type { MisbehaviourRule } from './rules.ts'

/** A state entry, and paths proved in the state that it sums up. */
export type ProvedStateEntry = {
  readonly index: number
  readonly state: StateEntry
  readonly paths: ReadonlyMap<string, ProvedPath>
}

export type RecordGiven = {
  readonly checkpoint: TrustedCheckpoint
  readonly key: RecordKey
  readonly states: readonly ProvedStateEntry[]
}

/** Says what is wrong, or null. May throw a TypeError on a record that is none. */
type Rule = (given: RecordGiven) => string | null

/** The record at exactly this key; undefined where the document does not say. */
function recordAt({ paths }: ProvedStateEntry, key: string): unknown {
  const path = paths.get(key)
  return path === undefined ? undefined : (path.covering.find((one) => one.key === key)?.record ?? null)
}

function registryAt(state: ProvedStateEntry | undefined): Registry | null {
  const record = state === undefined ? undefined : recordAt(state, REGISTRY_KEY)
  return record == null ? null : asObject('registry', REGISTRY_KEY, record)
}

function pathAt({ paths }: ProvedStateEntry, key: string): readonly CoveringCell[] | null {
  return (
    paths.get(key)?.covering.map(({ key: at, record }): CoveringCell => {
      const block = parseBlockKey(at)
      if (!block.ok) throw new TypeError(`no cell: ${at}`)
      const cell: unknown = record
      return { block: block.value, cell: cell as Cell }
    }) ?? null
  )
}

/** Two state entries, the second of which names the first as the previous one. */
function successive({ states }: RecordGiven): readonly [ProvedStateEntry, ProvedStateEntry] | null {
  const [one, other] = states
  return one !== undefined && other !== undefined && other.state.prev === one.index ? [one, other] : null
}

export const RECORD_RULES: { readonly [rule in MisbehaviourRule]?: Rule } = {
  'due-undone': (given) => {
    const two = successive(given)
    // Nothing falls due in a log that was handed over.
    const state = registryAt(two?.[0])?.state ?? 'handed-over'
    if (two === null || state === 'handed-over') return null
    const [, { index, state: entry, paths }] = two
    const record = recordAt({ index, state: entry, paths }, given.key)
    const due = record == null ? null : dueOf(given.key, record)
    if (due === null || due.at >= entry.at) return null
    return `In the state of entry ${index}, of ${entry.at}, ${given.key} still stands as it did: ${due.procedure} fell due in it at ${due.at}.`
  },

  'origin-differs': ({ checkpoint, states }) => {
    const [last] = states
    const registry = registryAt(last)
    if (registry === null || last?.index !== checkpoint.size - 1) return null
    if (registry.origin === checkpoint.origin) return null
    return `The record of the registry is of ${registry.origin}; ${checkpoint.origin} signs the log.`
  },

  'number-misplaced': ({ key, states }) => {
    const [last] = states
    const path = last === undefined ? null : pathAt(last, key)
    const what = path === null ? null : misplaced(path)
    return what === null ? null : `In the state of entry ${last?.index}, at ${key}: ${what}.`
  },

  'number-lost': (given) => {
    const two = successive(given)
    if (two === null || (registryAt(two[0])?.state ?? 'founding') === 'founding') return null
    const block = parseBlockKey(given.key)
    const width = block.ok && block.value.space === 'ip6' ? 128 : 32
    const [was, is] = two.map((state) => pathAt(state, given.key))
    if (!block.ok || block.value.length !== width || was == null || is == null) return null
    const registered = (path: readonly CoveringCell[]): boolean =>
      path.some(({ cell }) => cell.registrations.length > 0)
    if (!registered(was) || registered(is)) return null
    return `${given.key} was registered in the state of entry ${two[0].index}, and nothing is registered there in the next one, of entry ${two[1].index}.`
  },
}
