/**
 * Decisions, each made once: `decide` is a pure function of the act, the inputs that it declares, and the time, so that
 * what was decided on the same inputs is known. Where it was refused and why, or what it did, told by what it changed.
 */

import { execute, type Procedure, type StampedEffect } from '@cadastre/procedures'
import { addSeconds, type Holder, type InputQuery, type Instant, type RecordKey } from '@cadastre/records'
import type { Interned } from './interner.ts'
import { MemoTree, type Seen } from './memo-tree.ts'
import type { Question } from './questions.ts'
import { type Change, changesOf, type SmallState } from './small-state.ts'

export type Decided = {
  /** Why not; null where it was accepted. */
  readonly refused: string | null
  /** Equal for decisions that change the same members of the same records from and to the same values. */
  readonly said: string
  /** The same of whenever it is asked: without instants, and without hashes of what may name them. */
  readonly kind: string
  readonly changes: readonly Change[]
  /** What it looked at. */
  readonly reads: readonly Need[]
  readonly effects: readonly StampedEffect[]
  /** What `execute` refused to write; null where nothing was wrong. */
  readonly fault: string | null
}

/** What was refused, or by the index that stamps it what was accepted. */
type Known = Decided | Map<number, Decided>
export type Need = { readonly key: RecordKey; readonly q: InputQuery }

export class Decisions {
  readonly #procedures: { readonly [id: string]: Procedure }
  #known = new WeakMap<Question, Map<Instant, MemoTree<Need, Known>>>()
  readonly #deltas = new Map<string, string>()
  /** Whatever a question with this id has ever looked at. */
  readonly #reads = new Map<string, Set<string>>()
  made = 0

  constructor(procedures: { readonly [id: string]: Procedure }) {
    this.#procedures = procedures
  }

  decide(question: Question, state: SmallState, at: Instant, index: number): Decided | null {
    const known = this.#known.get(question) ?? new Map<Instant, MemoTree<Need, Known>>()
    this.#known.set(question, known)
    const tree = known.get(at) ?? new MemoTree<Need, Known>()
    known.set(at, tree)
    const found = tree.recall((need) => look(state, need, at))
    const decided = found instanceof Map ? found.get(index) : found
    if (decided !== undefined) return decided
    return this.#make(question, state, at, index, (needs, made) => {
      if (found instanceof Map) found.set(index, made)
      else
        tree.remember(
          needs.map((need) => [need, look(state, need, at)] as const),
          made.refused === null ? new Map([[index, made]]) : made,
        )
    })
  }

  /** Whether it has ever looked where this was written; true also of what was never asked. */
  mayRead({ id }: Question, wrote: ReadonlySet<string>): boolean {
    const reads = this.#reads.get(id)
    if (reads === undefined) return true
    for (const place of wrote) if (reads.has(place)) return true
    return false
  }

  #make(
    question: Question,
    state: SmallState,
    at: Instant,
    index: number,
    remember: (needs: readonly Need[], made: Decided) => void,
  ): Decided | null {
    const procedure = this.#procedures[question.procedure]
    if (procedure === undefined) return null
    this.made += 1
    if (this.made % MOST_REMEMBERED === 0) {
      this.#known = new WeakMap()
      this.#deltas.clear()
    }
    try {
      const { inputs, outcome } = execute(procedure, question.actAt(at), state, at, index)
      const needs: Need[] = inputs.map(({ key, q }) => ({ key: key as RecordKey, q }))
      const effects = outcome.accepted ? outcome.stamped : []
      // What is written over is looked at too.
      for (const { key } of effects) needs.push({ key, q: 'record' }, ...covering(key))
      const reads = this.#reads.get(question.id) ?? new Set<string>()
      this.#reads.set(question.id, reads)
      for (const { key } of needs) reads.add(placeOf(key))
      const changes = changesOf(effects, state.interner)
      const refused = outcome.accepted ? null : outcome.refusals.join()
      const said = refused ?? changes.flatMap((change) => this.#delta(state, change)).join(' ')
      const kind = refused ?? said.replace(TIMED, '')
      const decided = { refused, said, kind, changes, reads: needs, effects, fault: null }
      remember(needs, decided)
      return decided
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return {
        refused: null,
        said: error.message,
        kind: error.message,
        changes: [],
        reads: [],
        effects: [],
        fault: error.message,
      }
    }
  }

  /** What a change says: members that differ, with what they were and are. Where it stands in a queue it does not say. */
  #delta(state: SmallState, { key, next }: Change): readonly string[] {
    if (QUEUES.test(key)) return []
    const was = state.get(key)
    const name = `${key} ${was?.id} ${next?.id}`
    const known = this.#deltas.get(name)
    if (known !== undefined) return [known]
    const made =
      was === null || next === null
        ? `${key} ${was?.id} ${told(next?.text ?? '')}`
        : `${key}${membersChanged(was, next)}`
    this.#deltas.set(name, made)
    return [made]
  }
}

/** The attestors' queues: who is next, and what waits where. */
const QUEUES = /^obj\/(?:roster|call|desk)\//
/** A place in an attestor's queue; and which of the attestors within the operator it is, who are alike. */
const told = (text: string): string => text.replace(/"place":\d+/g, '').replace(/"CL-[13]"/g, '"CL"')

const TIMED = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|[A-Za-z0-9+/]{43}=/g

/** Decisions are forgotten when there are so many. */
const MOST_REMEMBERED = 100_000

const NEW_ENTRY = /(?<=\/[A-Z]-)\d+/
const places = new Map<RecordKey, string>()
/** Where a record stands: under its key, but that records of new entries stand together, and cells by their network. */
export function placeOf(key: RecordKey): string {
  const known = places.get(key)
  if (known !== undefined) return known
  const network = /^ip4\/\d+\.\d+\.\d+/.exec(key)?.[0]
  const space = /^(?:ip6|asn)\//.exec(key)?.[0]
  const made = network ?? space ?? (/^obj\/(?:holder|notes)/.test(key) ? key : key.replace(NEW_ENTRY, 'n'))
  places.set(key, made)
  return made
}

const SILENT = ['active', 'since']

function membersChanged({ value: was }: Interned, { value: is }: Interned): string {
  const [old, next] = [
    was as { readonly [name: string]: unknown },
    is as { readonly [name: string]: unknown },
  ]
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])].filter(
    (name) => !SILENT.includes(name),
  )
  const changed = names.flatMap((name) => {
    const [a, b] = [old[name], next[name]].map((value) => told(JSON.stringify(value) ?? ''))
    return a === b ? [] : [`${name}:${a}>${b}`]
  })
  return JSON.stringify(changed)
}

/** The invariants at run time look at what covers a cell that is written. */
function covering(key: RecordKey): readonly Need[] {
  return key.startsWith('obj/') ? [] : [{ key, q: 'chain' }]
}

const YEAR_SECONDS = 366 * 86400

/** When a holder was last heard of is read for one thing: after two years of silence windows are longer. */
/** Whether this decision would look at something else in the other state. */
export function differs({ reads }: Decided, state: SmallState, other: SmallState, at: Instant): boolean {
  return reads.some((need) => look(state, need, at) !== look(other, need, at))
}

function look(state: SmallState, { key, q }: Need, at: Instant): Seen {
  if (q === 'record') {
    const record = state.get(key)
    if (record === null || !key.startsWith('obj/holder/')) return record
    const value: unknown = record.value
    const { active } = value as Holder
    return active !== null && active > addSeconds(at, -YEAR_SECONDS) ? record.still : record
  }
  return q === 'chain' ? state.chain(key).hash : state.subtree(key).hash
}
