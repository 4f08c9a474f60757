// Ways to break a procedure on purpose: it sees something else than there is, writes something else than it should, or
// takes signatures, windows and refusals for what they are not.

import type { Signatures, Verified } from '@cadastre/evidence'
import type { Block } from '@cadastre/numbers'
import {
  type Act,
  type Decision,
  type Effect,
  type Inputs,
  type Need,
  type Pin,
  PROCEDURES,
  type Procedure,
  type Subtree,
} from '@cadastre/procedures'
import type { CoveringCell, Instant, Json, JsonObject, RecordKey, Registration } from '@cadastre/records'
import { addSeconds } from '@cadastre/records'

export function real(id: string): Procedure {
  const procedure = PROCEDURES[id]
  if (procedure === undefined) throw new TypeError(`no procedure ${id}`)
  return procedure
}

type Changes = {
  /** What it sees in place of the record at a key. */
  readonly record?: (key: RecordKey, value: JsonObject) => object | null
  /** What it sees in place of each registration of a cell. */
  readonly registration?: (registration: Registration) => Registration | null
  readonly pin?: Pin
}

/** Inputs through glasses. */
export class Glasses implements Inputs {
  readonly pin: Pin
  readonly #inputs: Inputs
  readonly #changes: Changes

  constructor(inputs: Inputs, changes: Changes) {
    this.#inputs = inputs
    this.#changes = changes
    this.pin = changes.pin === undefined ? inputs.pin : changes.pin
  }
  has(need: Need): boolean {
    return this.#inputs.has(need)
  }
  record(key: RecordKey): unknown {
    const value = this.#inputs.record(key)
    if (value === null || this.#changes.record === undefined) return value
    return this.#changes.record(key, value as JsonObject)
  }
  chain(block: Block): readonly CoveringCell[] {
    return this.#cells(this.#inputs.chain(block))
  }
  subtree(block: Block): Subtree {
    const subtree = this.#inputs.subtree(block)
    return { ...subtree, cells: this.#cells(subtree.cells) }
  }
  digest(text: string): string {
    return this.#inputs.digest(text)
  }
  memberHash(member: Json): string {
    return this.#inputs.memberHash(member)
  }
  #cells(cells: readonly CoveringCell[]): readonly CoveringCell[] {
    const { registration: change } = this.#changes
    if (change === undefined) return cells
    return cells.map(({ block, cell }) => {
      const registrations = cell.registrations.map(change).filter((one) => one !== null)
      return { block, cell: { ...cell, registrations } }
    })
  }
}

/** The procedure that sees something else, whenever it looks. */
export function seeing(id: string, changes: Changes): Procedure {
  const procedure = real(id)
  return {
    ...procedure,
    needs: (act, known) => procedure.needs(act, new Glasses(known, changes)),
    decide: (act, inputs, at) => procedure.decide(act, new Glasses(inputs, changes), at),
  }
}

/** It sees records of these types with some members other ones. */
export function seeingAs(id: string, types: string, members: object): Procedure {
  const starts = types.split(' ').map((type) => `obj/${type}/`)
  return seeing(id, {
    record: (key, value) =>
      starts.some((start) => key.startsWith(start)) ? { ...value, ...members } : value,
  })
}

/** The procedure that sees something else, depending on what is asked. */
export function seeingFor(id: string, changes: (act: Act, inputs: Inputs) => Changes): Procedure {
  const procedure = real(id)
  return {
    ...procedure,
    decide: (act, inputs, at) => procedure.decide(act, new Glasses(inputs, changes(act, inputs)), at),
  }
}
export const bodyOf = (act: Act): JsonObject => (act.kind === 'request' ? act.request.body : {})

/** It decides what falls due as if so much time had passed. */
export function early(id: string, seconds: number): Procedure {
  const procedure = real(id)
  return {
    ...procedure,
    decide: (act, inputs, at) =>
      procedure.decide(act, inputs, act.kind === 'due' ? addSeconds(at, seconds) : at),
  }
}

export function changed(
  id: string,
  change: (decision: Decision, act: Act, inputs: Inputs, at: Instant) => Decision,
): Procedure {
  const procedure = real(id)
  return {
    ...procedure,
    decide: (act, inputs, at) => change(procedure.decide(act, inputs, at), act, inputs, at),
  }
}

/** What it accepts has other effects; null drops one. */
export function otherwise(
  id: string,
  change: (effect: Effect, act: Act, at: Instant) => Effect | null,
): Procedure {
  return changed(id, (decision, act, _, at) => {
    if (!decision.accepted) return decision
    return { accepted: true, effects: decision.effects.flatMap((effect) => change(effect, act, at) ?? []) }
  })
}

/** Records of one type are written with some members other ones. */
export function writing(
  id: string,
  type: string,
  members: (record: JsonObject, act: Act, at: Instant) => object,
): Procedure {
  return otherwise(id, (effect, act, at) => {
    if (!effect.key.startsWith(`obj/${type}/`) || effect.next === null) return effect
    const record = effect.next as JsonObject
    return { ...effect, next: { ...record, ...members(record, act, at) } as Json }
  })
}

/** Cells are written with other registrations; null leaves one out. */
export function registering(
  id: string,
  change: (one: Registration, act: Act) => Registration | null,
): Procedure {
  return otherwise(id, (effect, act) => {
    if (effect.key.startsWith('obj/') || effect.next === null) return effect
    const cell = effect.next as JsonObject & { readonly registrations: readonly Registration[] }
    const registrations = cell.registrations.map((one) => change(one, act)).filter((one) => one !== null)
    return { ...effect, next: { ...cell, registrations } as Json }
  })
}

/** A refusal that is not said, with what is written instead. */
export function insteadOf(
  id: string,
  code: string,
  effects: (body: JsonObject, inputs: Inputs, at: Instant) => readonly Effect[],
): Procedure {
  return changed(id, (decision, act, inputs, at) => {
    if (decision.accepted || act.kind !== 'request' || !decision.refusals.some((one) => one === code))
      return decision
    return { accepted: true, effects: effects(act.request.body, inputs, at) }
  })
}

type Key = Signatures['keys'][number]

/** Every text in a body. */
function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((member: Json) => textsIn(member))
}

/** Keys of whoever the body names: holders, staff, and keys that it states. */
function keysNamed(texts: readonly string[], inputs: Inputs): readonly Key[] {
  return texts.flatMap((text): readonly Key[] => {
    const own: Key[] = /^[A-Za-z0-9+/]{43}=$/.test(text)
      ? [
          { alg: 'ed25519', key: text },
          { alg: 'sshsig', key: text },
        ]
      : []
    const at = (type: string): JsonObject | null => {
      const key = `obj/${type}/${text}` as RecordKey
      return inputs.has({ key, q: 'record' }) ? (inputs.record(key) as JsonObject | null) : null
    }
    const policy = at('holder')?.['policy'] as { readonly keys: readonly Key[] } | null | undefined
    const staff = at('staff') as Key | null
    return [...own, ...(policy?.keys ?? []), ...(staff === null ? [] : [staff])]
  })
}

/** The signatures of everybody whom the request names are taken for granted. */
export function ignoringSignatures(id: string): Procedure {
  const procedure = real(id)
  return {
    ...procedure,
    decide(act, inputs, at) {
      if (act.kind !== 'request') return procedure.decide(act, inputs, at)
      const application = act.request.body['application']
      const key = `obj/application/${String(application)}` as RecordKey
      const recorded = inputs.has({ key, q: 'record' }) ? (inputs.record(key) as Json) : null
      const keys = [
        ...act.signatures.keys,
        ...keysNamed([...textsIn(act.request.body), ...textsIn(recorded)], inputs),
      ]
      const all = { ...act.signatures, keys } as Verified<Signatures>
      return procedure.decide({ ...act, signatures: all }, inputs, at)
    },
  }
}

/** A veto or a withdrawal is forgotten: what was ended waits on, and is due. */
export function forgettingEnds(id: string, state: 'cooling' | 'noticed' = 'cooling'): Procedure {
  return seeing(id, {
    record: (key, value) => {
      const ended = value['state'] === 'vetoed' || value['state'] === 'withdrawn'
      return key.startsWith('obj/application/') && ended ? { ...value, state, due: value['opened'] } : value
    },
  })
}
