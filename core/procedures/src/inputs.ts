/** The gathered inputs of one decision, and the loop that gathers them. */

import type { Block } from '@cadastre/numbers'
import {
  type CoveringCell,
  cellKey,
  type InputQuery,
  type Json,
  type LoggedInput,
  type RecordKey,
} from '@cadastre/records'
import { objectAt } from './common.ts'
import type { Act, Inputs, Need, Pin, Procedure, Subtree } from './procedure.ts'

/** Reads the state that holds before the act: the preceding state entry plus the earlier effects of the batch. */
export interface StateSource {
  record(key: RecordKey): { readonly value: unknown; readonly hash: string | null }
  chain(key: RecordKey): { readonly cells: readonly CoveringCell[]; readonly hash: string | null }
  subtree(key: RecordKey): Subtree
  digest(text: string): string
  memberHash(member: Json): string
}

/** A decision may look at this many inputs; more is a bug in a procedure's `needs`. */
const MAX_INPUTS = 512
const MAX_ROUNDS = 64

class Gathered implements Inputs {
  readonly logged: LoggedInput[] = []
  pin: Pin = null
  readonly #records = new Map<RecordKey, unknown>()
  readonly #chains = new Map<RecordKey, readonly CoveringCell[]>()
  readonly #subtrees = new Map<RecordKey, Subtree>()
  readonly #source: StateSource

  constructor(source: StateSource) {
    this.#source = source
  }

  add({ key, q }: Need): void {
    if (q === 'record') {
      const { value, hash } = this.#source.record(key)
      this.#records.set(key, value)
      this.logged.push({ key, q, hash })
    } else if (q === 'chain') {
      const { cells, hash } = this.#source.chain(key)
      this.#chains.set(key, cells)
      this.logged.push({ key, q, hash })
    } else {
      const subtree = this.#source.subtree(key)
      this.#subtrees.set(key, subtree)
      this.logged.push({ key, q, hash: subtree.hash })
    }
  }

  has({ key, q }: Need): boolean {
    if (q === 'record') return this.#records.has(key)
    return q === 'chain' ? this.#chains.has(key) : this.#subtrees.has(key)
  }

  record(key: RecordKey): unknown {
    const value = this.#records.get(key)
    if (value === undefined) throw undeclared('record', key)
    return value
  }
  chain(block: Block): readonly CoveringCell[] {
    const key = cellKey(block)
    const cells = this.#chains.get(key)
    if (cells === undefined) throw undeclared('chain', key)
    return cells
  }
  subtree(block: Block): Subtree {
    const key = cellKey(block)
    const subtree = this.#subtrees.get(key)
    if (subtree === undefined) throw undeclared('subtree', key)
    return subtree
  }
  digest(text: string): string {
    return this.#source.digest(text)
  }
  memberHash(member: Json): string {
    return this.#source.memberHash(member)
  }
}

function undeclared(q: InputQuery, key: RecordKey): Error {
  return new Error(`input was not declared: ${q} ${key}`)
}

/** Gather everything that the procedure needs, in the order in which it asks: that order is part of the entry. */
export function gather(
  procedure: Procedure,
  act: Act,
  source: StateSource,
): { readonly inputs: Inputs; readonly logged: readonly LoggedInput[] } {
  const gathered = new Gathered(source)
  if (act.kind === 'due') gathered.add({ key: act.subject, q: subjectQuery(act.subject) })
  gathered.pin = pinOf(act, gathered)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const missing = procedure.needs(act, gathered).filter((need) => !gathered.has(need))
    if (missing.length === 0) return { inputs: gathered, logged: gathered.logged }
    for (const need of missing) if (!gathered.has(need)) gathered.add(need)
    if (gathered.logged.length > MAX_INPUTS) throw new Error(`${procedure.id} asks for too many inputs`)
  }
  throw new Error(`${procedure.id} does not stop asking for inputs`)
}

/** What waits as an application or on its way goes by the terms under which it was recorded. */
function pinOf(act: Act, gathered: Gathered): Pin {
  if (act.kind === 'request') return { received: act.received }
  const { subject } = act
  if (subject.startsWith('obj/application/')) return recordedAt(objectAt('application', subject, gathered))
  if (subject.startsWith('obj/transit/')) return recordedAt(objectAt('transit', subject, gathered))
  if (subject.startsWith('obj/order/')) return recordedAt(objectAt('order', subject, gathered))
  return null
}
function recordedAt(record: { readonly since: number } | null): Pin {
  return record === null ? null : { recorded: record.since }
}

/** The first input of a due op is the record that fell due: for a cell its chain, which holds it and what covers it. */
function subjectQuery(key: RecordKey): InputQuery {
  return key.startsWith('obj/') ? 'record' : 'chain'
}
