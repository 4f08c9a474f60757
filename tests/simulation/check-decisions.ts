// I4: a decision is a pure function of its declared inputs. I5: it is pinned to the procedure's version. I8: no order
// exists yet. I9: the log's effects alone rebuild the state. And what is hostile is refused.

import { createHash } from 'node:crypto'
import {
  type Act,
  apply,
  type Decision,
  type Executed,
  execute,
  gather,
  outcomeJson,
  type StampedEffect,
  type StateSource,
  type Subtree,
} from '@cadastre/procedures'
import {
  type Application,
  canonicalJson,
  dueOf,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  parseCanonicalJson,
  type RecordKey,
  type Registration,
} from '@cadastre/records'
import { type Applied, MemoryState, type Observer, type Step } from '@cadastre/simulator'
import { agreementTo, objectAt } from './agreement.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

const bytesOf = (executed: Executed): string =>
  canonicalJson({ inputs: executed.inputs, outcome: outcomeJson(executed) } as Json)

function execution(step: Step, act: Act, source: StateSource): string {
  return bytesOf(execute(step.procedure, act, source, step.at, step.index))
}

/** A copy that is frozen through and through, so that a decision that writes to its inputs throws. */
function frozen<T>(value: T): T {
  const copy = structuredClone(value)
  freeze(copy)
  return copy
}
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const member of Object.values(value)) freeze(member)
  Object.freeze(value)
}

/** Answers only what the entry logged, from frozen copies; anything else throws. */
class LoggedInputsOnly implements StateSource {
  readonly #source: StateSource
  readonly #logged: ReadonlySet<string>

  constructor(source: StateSource, executed: Executed) {
    this.#source = source
    this.#logged = new Set(executed.inputs.map(({ q, key }) => `${q} ${key}`))
  }
  #only<T>(name: string, answer: T): T {
    if (!this.#logged.has(name)) throw new Error(`${name} is not among the logged inputs`)
    return frozen(answer)
  }
  record(key: RecordKey): { readonly value: unknown; readonly hash: string | null } {
    return this.#only(`record ${key}`, this.#source.record(key))
  }
  chain(key: RecordKey): ReturnType<StateSource['chain']> {
    return this.#only(`chain ${key}`, this.#source.chain(key))
  }
  subtree(key: RecordKey): Subtree {
    return this.#only(`subtree ${key}`, this.#source.subtree(key))
  }
  digest(text: string): string {
    return this.#source.digest(text)
  }
  memberHash(member: Json): string {
    return this.#source.memberHash(member)
  }
}

/** The decision; null where it wrote to what is frozen. */
function unlessItWrites(decide: () => Decision): Decision | null {
  try {
    return decide()
  } catch (error) {
    if (error instanceof TypeError && error.message.includes('read only')) return null
    throw error
  }
}

const textsOf = (effects: readonly StampedEffect[]): string =>
  effects.map(({ key, text }) => `${key} ${text}`).join('\n')

export const pureDecision: Observer = {
  name: 'I4: a pure function of the logged inputs',
  decided(step: Step): string | null {
    const { procedure, act, source, at, executed, index } = step
    const first = bytesOf(executed)
    if (execution(step, act, source) !== first) return 'decided again, it differs'
    const { inputs, logged } = gather(procedure, act, new LoggedInputsOnly(source, executed))
    if (canonicalJson(logged as Json) !== canonicalJson(executed.inputs as Json))
      return 'it asks for other inputs'
    const decision = unlessItWrites(() => procedure.decide(frozen(act), inputs, at))
    if (decision === null) return 'it writes to its inputs'
    const said = decision.accepted ? textsOf(apply(decision.effects, index)) : decision.refusals.join()
    const { outcome } = executed
    if (said !== (outcome.accepted ? textsOf(outcome.stamped) : outcome.refusals.join()))
      return 'from the logged inputs alone, it differs'
    return null
  },
}

/** What stands in place of a declared value. */
type Mask = { readonly country: (member: Json) => Json; readonly registered: Json; readonly name: Json }
const OTHERS: Mask = {
  country: (member) => (member === null ? 'FR' : null),
  registered: '1999-01-01',
  name: 'Somebody Else',
}
const BLANK: Mask = { country: () => null, registered: null, name: null }

/** The same record with every declared country, date and name another one. */
function masked(value: Json, mask: Mask): Json {
  if (isArray(value)) return value.map((item) => masked(item, mask))
  if (!isObject(value)) return value
  const result: Record<string, Json> = {}
  for (const [name, member] of Object.entries(value)) {
    if (name === 'country') result[name] = mask.country(member)
    else if (name === 'registered') result[name] = mask.registered
    else if (name === 'name' && 'policy' in value && member !== null) result[name] = mask.name
    else result[name] = masked(member, mask)
  }
  return result
}
const disguised = (value: Json): Json => masked(value, OTHERS)

/** Hashes of members as requests name them, to the members that the disguised state has in their place. */
function memberHashes(before: ReadonlyMap<RecordKey, Json>, state: MemoryState): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const add = (member: Json): void =>
    void found.set(state.memberHash(member), state.memberHash(disguised(member)))
  for (const [key, record] of before) {
    if (key.startsWith('obj/holder/')) for (const member of Object.values(record as JsonObject)) add(member)
    if (key.startsWith('obj/')) continue
    const { registrations, rdns } = record as { readonly registrations: readonly Json[]; readonly rdns: Json }
    for (const registration of registrations) add(registration)
    if (rdns !== null) add(rdns)
  }
  return found
}

/** An application remembers the hash of the member that its change replaces: in disguise it is another one. */
function waitingInDisguise(record: Json, replaced: (hash: string | null) => string | null): Json {
  const body = isObject(record) ? record['body'] : undefined
  if (!isObject(record) || !isObject(body) || typeof body['replaces'] !== 'string') return record
  return { ...record, body: { ...body, replaces: replaced(body['replaces']) } }
}

export const blindDecision: Observer = {
  name: 'I4: names, countries and dates change no decision',
  decided(step: Step): string | null {
    const { act, before, executed } = step
    if (step.index % 3 !== 0 || step.index < 5) return null
    const state = new MemoryState(sha256)
    const hashes = memberHashes(before, state)
    const replaced = (hash: string | null): string | null =>
      hash === null ? null : (hashes.get(hash) ?? hash)
    for (const [key, record] of before) state.set(key, waitingInDisguise(disguised(record), replaced))
    const inDisguise: Act =
      act.kind === 'due'
        ? act
        : {
            ...act,
            request: {
              ...act.request,
              body: disguised(act.request.body) as JsonObject,
              replaces: act.request.replaces.map((one) => ({ ...one, hash: replaced(one.hash) })),
            },
          }
    const other = execute(step.procedure, inDisguise, state, step.at, step.index).outcome
    const { outcome } = executed
    if (!outcome.accepted || !other.accepted) {
      const said = (one: typeof outcome): string => (one.accepted ? 'accepted' : one.refusals.join())
      return said(outcome) === said(other) ? null : `${said(outcome)}, but in disguise ${said(other)}`
    }
    const print = (one: typeof outcome): string => {
      const records = one.stamped.map(({ key, next }) => ({ key, next: masked(next, BLANK) }))
      return canonicalJson(
        records.map(({ key, next }) => ({ key, next: waitingInDisguise(next, () => null) })) as Json,
      )
    }
    return print(outcome) === print(other) ? null : 'in disguise it does something else'
  },
}

/** Due ops on cells and holders end what was fixed when it began: terms, quarantines, notice to former contacts. */
const isTerm = ({ act }: Step): boolean =>
  act.kind === 'due' && (!act.subject.startsWith('obj/') || act.subject.startsWith('obj/holder/'))

const DEADLINES: { readonly [state: string]: string } = {
  examining: 'attest/1',
  'to-notify': 'record-notice/1',
}

export const pinnedVersion: Observer = {
  name: 'I5: pinned to the version',
  applied(step: Applied): string | null {
    const { procedure, act, executed, before, after, index } = step
    if (act.kind === 'request' && act.request.procedure !== procedure.id)
      return `${act.request.procedure} was asked for`
    const subject = act.kind === 'due' ? objectAt<Application>(before, act.subject) : null
    if (
      act.kind === 'due' &&
      act.subject.startsWith('obj/application/') &&
      subject?.procedure !== procedure.id &&
      // A deadline of the registry is due while it stands in the way of the applicant: of attestors, of a notice.
      DEADLINES[subject?.state ?? ''] !== procedure.id
    )
      return `it was applied for under ${subject?.procedure}`
    const record = `obj/procedure/${procedure.id.toUpperCase().replace('/', '-')}`
    if (procedure.id !== 'genesis/1' && !isTerm(step) && !executed.inputs.some(({ key }) => key === record))
      return 'the version in force is no input'
    for (const [key, value] of after) {
      if (before.get(key) === value) continue
      for (const made of recorded(key, value))
        if (made.since === index && made.procedure !== undefined && made.procedure !== procedure.id)
          return `${key} says that ${made.procedure} made it`
    }
    return null
  },
}

type Made = { readonly since: number; readonly procedure?: string }
/** What the record says of the procedures that made it, or its parts. Pieces that stay keep theirs. */
function recorded(key: string, value: Json): readonly Made[] {
  const record: unknown = value
  if (key.startsWith('obj/application/') || key.startsWith('obj/holder/')) return [record as Made]
  return key.startsWith('obj/')
    ? []
    : (record as { readonly registrations: readonly Registration[] }).registrations
}

/** Bases are consents of holders that did consent, or terms that have ended; the other two kinds have no act yet. */
export const truthfulBasis: Observer = {
  name: 'I1, I8: every stated basis is true, and none is an order',
  decided(step: Step): string | null {
    if (!step.executed.outcome.accepted) return null
    const { inputs } = gather(step.procedure, step.act, step.source)
    const decision = step.procedure.decide(step.act, inputs, step.at)
    if (!decision.accepted) return 'decided again, it differs'
    const { full, routing, technical } = agreementTo(step)
    for (const { key, basis } of decision.effects)
      for (const one of basis) {
        if (one.kind !== 'consent') return `${key}: an ${one.kind}`
        if (one.by === 'term' && step.act.kind === 'due') continue
        const gave = full.has(one.holder) || routing.has(one.holder) || technical.has(one.holder)
        if (!gave) return `${key}: ${one.holder} did not consent`
      }
    return null
  },
}

/** A second state, built from what the log says alone: keys, hashes before, values after. */
export class Projection implements Observer {
  readonly name = 'I9: the log rebuilds the state'
  readonly #state = new MemoryState(sha256)

  applied({ executed, after }: Applied): string | null {
    if (!executed.outcome.accepted) return null
    for (const { key, prev, next } of executed.outcome.effects) {
      const name = key as RecordKey
      if (this.#state.record(name).hash !== prev) return `${key}: its hash before is not ${prev}`
      const parsed = parseCanonicalJson(canonicalJson(next))
      if (parsed === null && next !== null) return `${key}: ${canonicalJson(next)} cannot be read`
      this.#state.set(name, parsed)
    }
    if (this.#state.records.size !== after.size) return 'the log knows another number of records'
    for (const [key, value] of after) {
      if (this.#state.records.get(key)?.text !== canonicalJson(value))
        return `${key} is not what the log says`
      const [said, due] = [dueOf(key, this.#state.get(key)), dueOf(key, value)]
      if (JSON.stringify(said) !== JSON.stringify(due)) return `${key} falls due at another time`
    }
    return null
  }
}

export const hostileRefused: Observer = {
  name: 'what is hostile is refused',
  applied: ({ hostile }: Applied): string | null => hostile,
}
