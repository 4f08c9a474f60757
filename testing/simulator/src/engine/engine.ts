/**
 * A registry reduced to what decides, made for millions of acts: the state in memory with indexed look-ups, a queue of
 * what falls due, and every act through core's own `execute`. What happens is a function of what is asked, in order.
 */

import {
  type Act,
  ALREADY_ACCEPTED,
  type Executed,
  execute,
  genesis,
  HANDED_OVER,
  PROCEDURE_UNKNOWN,
  PROCEDURES,
  type Procedure,
  REGISTRY_KEY,
  SIGNATURE_INVALID,
  type StampedEffect,
} from '@cadastre/procedures'
import {
  addSeconds,
  type EvidenceItem,
  type Instant,
  instantFromSeconds,
  type Json,
  type LoggedEffect,
  type Profile,
  type RecordKey,
  type Registry,
  type Request,
} from '@cadastre/records'
import { assumeSigned } from '@cadastre/signatures'
import {
  type Applied,
  type Observer,
  type Records,
  type Signer,
  type Step,
  Violation,
  type Wish,
  WORKLOAD_ORIGIN,
} from '../workload-registry.ts'
import { type Digest, fakeDigest } from './digest.ts'
import { DueHeap } from './due-heap.ts'
import { FastState } from './fast-state.ts'
import { found } from './founding.ts'
import { Lists } from './lists.ts'
import { LiveRecords, RecordsBefore } from './live-records.ts'
import { RootCheck } from './root-check.ts'
import { fakeSignatures, type SignaturePort } from './signature-port.ts'
import type { WorldSize } from './world.ts'

const BEGIN_SECONDS = 1_900_000_000

/** A wish, and the documents of others that come along with it. */
export type Asking = Wish & {
  readonly documents?: readonly EvidenceItem[]
  /** The very request of an earlier act, sent again. */
  readonly again?: Request
  /** A signature does not verify. */
  readonly forged?: true
}

/** One thing that happened: enough to let it happen again, alone or with others left out. */
export type HistoryEvent = {
  readonly index: number
  readonly at: Instant
} & (
  | { readonly due: RecordKey; readonly procedure: string }
  | {
      readonly request: Request
      readonly by: readonly Signer[]
      readonly documents?: readonly EvidenceItem[]
      readonly hostile: string | null
      readonly again?: true
      readonly forged?: true
    }
)

/** An act as it was decided, for whoever writes a log of it. */
export type Acted = {
  readonly index: number
  readonly at: Instant
  readonly procedure: string
  readonly request: Request | null
  readonly by: readonly Signer[]
  readonly documents: readonly EvidenceItem[]
  readonly founding: boolean
  /** A signature is none over this request. */
  readonly forged: boolean
  readonly executed: Executed
}

export type EngineOptions = {
  readonly profile: Profile
  readonly size?: WorldSize
  readonly fees?: boolean
  readonly digest?: Digest
  readonly signatures?: SignaturePort
  readonly observers?: readonly Observer[]
  /** Procedures that stand in place of the real ones: for tests that break one on purpose. */
  readonly broken?: readonly Procedure[]
  /** Changes what execution gave before it is observed and applied. */
  readonly tamper?: (executed: Executed) => Executed
  /** False: nothing is founded, and the state is what {@link Engine.follow} makes it. */
  readonly found?: boolean
  /** True: mistakes are made while it is founded. */
  readonly clumsy?: boolean
  /** Compare the roots with ledger/trie's after so many acts; 0: never. */
  readonly rootsEvery?: number
  /** Is told every act before it is applied, and may say that something else was decided. */
  readonly onAct?: (acted: Acted) => Executed
  /** Is told that the clock is about to move: whoever writes a log ends its batch, which takes an index. */
  readonly onLater?: (engine: Engine) => void
  /** Is told every event, the founding apart. */
  readonly onEvent?: (event: HistoryEvent) => void
}

/** A request as it comes in. */
type Received = {
  readonly request: Request
  readonly by: readonly Signer[]
  readonly documents: readonly EvidenceItem[]
  readonly hostile: string | null
  readonly again: boolean
  readonly forged: boolean
}

/** Requests that were accepted lately: a thief of the wire sends one again. */
const REMEMBERED = 64

export class Engine {
  readonly state: FastState
  readonly profile: Profile
  readonly size: WorldSize
  readonly fees: boolean
  readonly signatures: SignaturePort
  readonly lists: Lists = new Lists()
  /** The state as observers are given it; it follows every act. */
  readonly records: Records
  /**
   * Acts by what became of them: `transfer/1 accepted`, `transfer/1 locked`, `transfer/1 due`; and codes that an act wrote
   * into an application or an order: `attest/1 recorded examination-negative`.
   */
  readonly counts: Map<string, number> = new Map()
  at: Instant = instantFromSeconds(BEGIN_SECONDS)
  /** Index of the next entry. */
  index = 0
  acts = 0
  readonly recent: Request[] = []
  #nonce = 0
  #hour: { readonly at: Instant; readonly end: Instant } = { at: this.at, end: addSeconds(this.at, 3600) }
  #founding = true
  readonly #due = new DueHeap()
  readonly #options: EngineOptions
  readonly #observers: readonly Observer[]
  readonly #procedures: { readonly [id: string]: Procedure }
  readonly #roots: RootCheck | null

  constructor(options: EngineOptions) {
    this.#options = options
    this.profile = options.profile
    this.size = options.size ?? 'small'
    this.fees = options.fees ?? false
    this.signatures = options.signatures ?? fakeSignatures
    this.state = new FastState(options.digest ?? fakeDigest)
    this.records = new LiveRecords(this.state)
    this.#observers = options.observers ?? []
    this.#roots = (options.rootsEvery ?? 0) > 0 ? new RootCheck(this.state) : null
    const broken = (options.broken ?? []).map((procedure) => [procedure.id, procedure] as const)
    this.#procedures = { ...PROCEDURES, ...Object.fromEntries(broken) }
    if (options.found !== false) found(this, options.clumsy ?? false)
    this.#founding = false
  }

  get registry(): Registry | null {
    const record: unknown = this.state.get(REGISTRY_KEY) ?? null
    return record as Registry | null
  }

  signer(name: string): Signer {
    return this.signatures.signer(name)
  }

  get(key: string): Json | undefined {
    return this.state.get(key as RecordKey)
  }

  /** Move the clock. */
  later(seconds: number): void {
    this.#options.onLater?.(this)
    this.at = addSeconds(this.at, seconds)
  }

  /** When the next thing falls due; null where nothing does. */
  nextDue(): Instant | null {
    return this.#due.earliest()
  }

  /** Decide a request; the refusal code, or null where it was accepted. Throws a {@link Violation}. */
  ask(wish: Asking): string | null {
    const { documents = [], hostile, again, forged = false } = wish
    const by = this.#evident(wish.by)
    return this.#request({
      request: again ?? this.#requestOf(wish),
      by,
      documents,
      hostile,
      forged,
      again: again !== undefined,
    })
  }

  /** What the door lets in: each key once, and at least one. */
  #evident(by: readonly Signer[]): readonly Signer[] {
    if (by.length === 0) return [this.signer('nobody')]
    const [one, other] = by
    if (by.length === 1 || (by.length === 2 && one?.key !== other?.key)) return by
    return by.filter(({ key }, place) => by.findIndex((signer) => signer.key === key) === place)
  }

  #requestOf({ body, replaces, procedure, origin = WORKLOAD_ORIGIN, expires }: Asking): Request {
    // Sixteen bytes in base64, of which the last character has four bits that must be zero.
    const nonce = `${String(this.#nonce++).padStart(21, '0')}A==`
    return { v: 1, origin, procedure, body, replaces, expires: expires ?? this.#expires(), nonce }
  }

  /** An hour from now. */
  #expires(): Instant {
    if (this.#hour.at !== this.at) this.#hour = { at: this.at, end: addSeconds(this.at, 3600) }
    return this.#hour.end
  }

  #request({ request, by, documents, hostile, again, forged }: Received): string | null {
    if (!this.#founding)
      this.#options.onEvent?.({
        index: this.index,
        at: this.at,
        request,
        by,
        hostile,
        ...(documents.length > 0 ? { documents } : {}),
        ...(again ? { again } : {}),
        ...(forged ? { forged } : {}),
      })
    const procedure = this.#procedures[request.procedure]
    const signed = forged ? null : this.signatures.verified(request, by, documents)
    const instead =
      again && request.expires >= this.at
        ? ALREADY_ACCEPTED
        : signed === null
          ? SIGNATURE_INVALID
          : this.registry?.state === 'handed-over' && request.procedure !== 'take-over/1'
            ? HANDED_OVER
            : procedure === undefined
              ? PROCEDURE_UNKNOWN
              : null
    const signatures = signed ?? assumeSigned([])
    const act: Act = { kind: 'request', request, signatures, received: this.at }
    const named = procedure ?? { ...genesis, id: request.procedure }
    const refusal = this.#run(named, act, hostile, by, documents, instead, forged)
    if (refusal === null && !this.#founding) {
      if (this.recent.length < REMEMBERED) this.recent.push(request)
      else this.recent[this.acts % REMEMBERED] = request
    }
    return refusal
  }

  /** The request that a wish would be, and whose keys sign it. */
  prepare(wish: Asking): { readonly request: Request; readonly by: readonly Signer[] } {
    return { request: wish.again ?? this.#requestOf(wish), by: this.#evident(wish.by) }
  }

  /** Take over what another registry's log says of one entry; null for a state entry. */
  follow(effects: readonly LoggedEffect[] | null): void {
    this.index += 1
    for (const { key, next } of effects ?? []) {
      const name = key as RecordKey
      this.lists.replace(name, this.state.get(name), next)
      this.state.set(name, next)
      this.#due.set(name, next)
    }
  }

  /** Decide what has fallen due, the earliest first, as often as something has; at most `limit` acts. */
  settle(limit: number): void {
    for (let count = 0; count < limit; count++) {
      if (this.registry?.state === 'handed-over') return
      const next = this.#due.next(this.at)
      if (next === null) return
      this.#dueAct(next.procedure, next.key)
    }
  }

  #dueAct(id: string, key: RecordKey): void {
    const procedure = this.#procedures[id]
    if (procedure === undefined) throw new TypeError(`no procedure ${id}`)
    this.#options.onEvent?.({ index: this.index, at: this.at, due: key, procedure: id })
    const act: Act = { kind: 'due', subject: key }
    const refusal = this.#run(procedure, act, null, [], [], null)
    if (refusal !== null)
      throw new ProcedureFault(id, this.index - 1, act, new Error(`it refuses what is due: ${refusal}`))
  }

  /** Let an event of another history happen here: nothing where what was due then is not due now. */
  replay(event: HistoryEvent): void {
    this.index = event.index
    this.at = event.at
    if ('due' in event) {
      const due = this.#due.dueAt(event.due)
      if (due !== null && due.at <= this.at) this.#dueAct(due.procedure, due.key)
      return
    }
    const { request, by, documents = [], hostile, again = false, forged = false } = event
    this.#request({ request, by, documents, hostile, again, forged })
  }

  #run(
    procedure: Procedure,
    act: Act,
    hostile: string | null,
    by: readonly Signer[],
    documents: readonly EvidenceItem[],
    instead: Executed | null,
    forged = false,
  ): string | null {
    const { at, index, state } = this
    const decided = instead ?? this.#execute(procedure, act)
    let executed = this.#options.tamper?.(decided) ?? decided
    if (this.#options.onAct !== undefined) {
      const request = act.kind === 'request' ? act.request : null
      const founding = this.#founding
      executed = this.#options.onAct({
        index,
        at,
        procedure: procedure.id,
        request,
        by,
        documents,
        founding,
        forged,
        executed,
      })
    }
    const observed = this.#observers.length > 0 && instead === null
    const step: Step = { index, at, procedure, act, hostile, before: this.records, source: state, executed }
    if (observed)
      for (const observer of this.#observers) check(observer, step, observer.decided?.(step) ?? null)
    this.index += 1
    this.acts += 1
    const refusal = executed.outcome.accepted ? null : executed.outcome.refusals.join(' ')
    this.#count(`${procedure.id} ${refusal ?? (act.kind === 'due' ? 'due' : 'accepted')}`)
    if (executed.outcome.accepted) this.#apply(procedure.id, executed.outcome.stamped, observed ? step : null)
    if (this.#roots !== null && this.acts % (this.#options.rootsEvery ?? 1) === 0) {
      const wrong = this.#roots.compare()
      if (wrong !== null) throw new Violation('roots', wrong, step)
    }
    return refusal
  }

  /** Where the procedure's own code fails the registrar refuses with `procedure-fault`; here that is what is sought. */
  #execute(procedure: Procedure, act: Act): Executed {
    const { at, index, state } = this
    try {
      return execute(procedure, act, state, at, index)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      throw new ProcedureFault(procedure.id, index, act, error)
    }
  }

  #apply(id: string, stamped: readonly StampedEffect[], step: Step | null): void {
    const { state } = this
    const old = step === null ? null : new Map<RecordKey, Json | undefined>()
    for (const { key, next, text } of stamped) {
      const before = state.get(key)
      old?.set(key, before)
      const reason = reasonOf(key, next)
      if (reason !== null && reason !== reasonOf(key, before)) this.#count(`${id} recorded ${reason}`)
      this.lists.replace(key, before, next)
      state.set(key, next, text)
      this.#due.set(key, next)
      this.#roots?.changed(key, text)
    }
    if (step === null || old === null) return
    const applied: Applied = { ...step, before: new RecordsBefore(this.records, old), after: this.records }
    for (const observer of this.#observers) check(observer, step, observer.applied?.(applied) ?? null)
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }
}

/** The code for which an application failed or an order was returned, as its record says; null where there is none. */
function reasonOf(key: RecordKey, record: Json | undefined): string | null {
  if (!key.startsWith('obj/application/') && !key.startsWith('obj/order/')) return null
  const reason = typeof record === 'object' && record !== null && 'reason' in record ? record['reason'] : null
  return typeof reason === 'string' ? reason : null
}

/** A procedure's own code failed, or it refuses what is due. */
export class ProcedureFault extends Error {
  readonly procedure: string

  constructor(id: string, index: number, act: Act, cause: Error) {
    super(`${id}: ${cause.message} [entry ${index}, ${JSON.stringify(act).slice(0, 900)}]`, { cause })
    this.procedure = id
  }
}

function check(observer: Observer, step: Step, wrong: string | null): void {
  if (wrong !== null) throw new Violation(observer.name, wrong, step)
}
