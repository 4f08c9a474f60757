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
  readonly #values = new Map<string, unknown>()
  readonly #source: StateSource

  constructor(source: StateSource) {
    this.#source = source
  }

  add(need: Need): void {
    const { key, q } = need
    if (q === 'record') {
      const { value, hash } = this.#source.record(key)
      this.#remember(need, value, hash)
    } else if (q === 'chain') {
      const { cells, hash } = this.#source.chain(key)
      this.#remember(need, cells, hash)
    } else {
      const subtree = this.#source.subtree(key)
      this.#remember(need, subtree, subtree.hash)
    }
  }

  #remember({ key, q }: Need, value: unknown, hash: string | null): void {
    this.#values.set(`${q} ${key}`, value)
    this.logged.push({ key, q, hash })
  }

  has(need: Need): boolean {
    return this.#values.has(`${need.q} ${need.key}`)
  }

  #get(q: InputQuery, key: RecordKey): unknown {
    const name = `${q} ${key}`
    if (!this.#values.has(name)) throw new Error(`input was not declared: ${name}`)
    return this.#values.get(name)
  }

  record(key: RecordKey): unknown {
    return this.#get('record', key)
  }
  chain(block: Block): readonly CoveringCell[] {
    return this.#get('chain', cellKey(block)) as readonly CoveringCell[]
  }
  subtree(block: Block): Subtree {
    return this.#get('subtree', cellKey(block)) as Subtree
  }
  digest(text: string): string {
    return this.#source.digest(text)
  }
  memberHash(member: Json): string {
    return this.#source.memberHash(member)
  }
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
