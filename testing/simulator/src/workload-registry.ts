/**
 * A registry reduced to what decides: a naive state, a clock, and acts run one after another through `execute` and
 * `apply`. Observers see every act before and after it is applied, with all that it was decided on.
 */

import { createHash } from 'node:crypto'
import {
  type Act,
  type Executed,
  execute,
  genesis,
  genesisBodies,
  genesisParts,
  PROCEDURES,
  PROFILES,
  type Procedure,
  type StateSource,
} from '@cadastre/procedures'
import {
  addSeconds,
  dueOf,
  type Instant,
  instantFromSeconds,
  type Json,
  type JsonObject,
  type Profile,
  type RecordKey,
  type Replaced,
  type SignatureAlgorithmName,
} from '@cadastre/records'
import { MemoryState } from './memory-state.ts'
import { SMALL_POOLS } from './small-pools.ts'

export const WORKLOAD_ORIGIN = 'registry.example/log'
export const OPERATOR = 'OP-1'
/** Two attestors, the second one outside the operator. */
export const ATTESTORS: readonly string[] = ['CL-1', 'CL-2']
/** The key of the notices service. */
export const NOTIFIER = 'NOTIFIER'
const BEGIN_SECONDS = 1_900_000_000

export type Signer = { readonly alg: SignatureAlgorithmName; readonly key: string }
/** Signatures as if they had been verified: nothing here signs. */
type Signed = Extract<Act, { readonly kind: 'request' }>['signatures']
/** The records of the state, by key. */
export type Records = ReadonlyMap<RecordKey, Json>

/** What is asked of the registry, and by whose keys it is signed. */
export type Wish = {
  readonly procedure: string
  readonly body: JsonObject
  readonly replaces: readonly Replaced[]
  readonly by: readonly Signer[]
  readonly origin?: string
  readonly expires?: Instant
  /** Why the request must be refused; null where it may be accepted. */
  readonly hostile: string | null
}

/** One act as it was decided. */
export type Step = {
  readonly index: number
  readonly at: Instant
  readonly procedure: Procedure
  readonly act: Act
  readonly hostile: string | null
  readonly before: Records
  /** The state before the act; only while it is being decided. */
  readonly source: StateSource
  readonly executed: Executed
}
export type Applied = Step & { readonly after: Records }

/** What watches a history. A string says what is wrong. */
export interface Observer {
  readonly name: string
  /** Before the effects are applied: `source` still is the state on which the act was decided. */
  decided?(step: Step): string | null
  /** After an accepted act. */
  applied?(step: Applied): string | null
}

export class Violation extends Error {
  readonly observer: string
  readonly step: Step

  constructor(observer: string, message: string, step: Step) {
    super(
      `${observer}: ${message} [entry ${step.index}, ${step.procedure.id}, ${JSON.stringify(step.act).slice(0, 900)}]`,
    )
    this.observer = observer
    this.step = step
  }
}

export type WorkloadOptions = {
  readonly profile: Profile
  readonly observers?: readonly Observer[]
  /** Procedures that stand in place of the real ones: for tests that break one on purpose. */
  readonly broken?: readonly Procedure[]
  /** Changes what execution gave before it is observed and applied. */
  readonly tamper?: (executed: Executed) => Executed
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
const base64Of = (text: string): string => createHash('sha256').update(text).digest('base64')

/** The key of this name: its bytes are a hash, which nothing here checks. */
export function signerOf(name: string): Signer {
  return { alg: 'ed25519', key: base64Of(`key of ${name}`) }
}
/** A commitment, as a contact or a person's identifier holds one. */
export const commitmentOf: (text: string) => string = base64Of

export class WorkloadRegistry {
  readonly state: MemoryState = new MemoryState(sha256)
  readonly profile: Profile
  at: Instant = instantFromSeconds(BEGIN_SECONDS)
  index = 0
  #nonce = 0
  #records: Records = new Map()
  readonly #options: WorkloadOptions
  readonly #procedures: { readonly [id: string]: Procedure }

  constructor(options: WorkloadOptions) {
    this.profile = options.profile
    this.#options = options
    const broken = (options.broken ?? []).map((procedure) => [procedure.id, procedure] as const)
    this.#procedures = { ...PROCEDURES, ...Object.fromEntries(broken) }
    this.#found()
  }

  get records(): Records {
    return this.#records
  }

  /** Decide a request; the refusal code, or null where it was accepted. Throws a {@link Violation}. */
  ask(wish: Wish): string | null {
    const { body, replaces, by, origin = WORKLOAD_ORIGIN } = wish
    const expires = wish.expires ?? addSeconds(this.at, 3600)
    const nonce = Buffer.from(String(this.#nonce++).padStart(16, '0')).toString('base64')
    const request = { v: 1, origin, procedure: wish.procedure, body, replaces, expires, nonce } as const
    const signatures = { keys: by } as Signed
    return this.#run(
      wish.procedure,
      { kind: 'request', request, signatures, received: this.at },
      wish.hostile,
    )
  }

  /** Move the clock. */
  later(seconds: number): void {
    this.at = addSeconds(this.at, seconds)
  }

  /** Decide what has fallen due, the earliest first, as often as something has; at most `limit` acts. */
  settle(limit: number): void {
    for (let count = 0; count < limit; count++) {
      const next = this.#nextDue()
      if (next === null) return
      this.#run(next.procedure, { kind: 'due', subject: next.key }, null)
    }
  }

  #nextDue(): { readonly procedure: string; readonly key: RecordKey } | null {
    let next: ReturnType<typeof dueOf> = null
    for (const [key, record] of this.#records) {
      const due = dueOf(key, record)
      if (due === null || due.at > this.at) continue
      if (next === null || due.at < next.at || (due.at === next.at && due.key < next.key)) next = due
    }
    return next
  }

  #run(id: string, act: Act, hostile: string | null): string | null {
    const procedure = this.#procedures[id]
    if (procedure === undefined) throw new TypeError(`no procedure ${id}`)
    const { at, index } = this
    const before = this.#records
    const decided = execute(procedure, act, this.state, at, index)
    const executed = this.#options.tamper?.(decided) ?? decided
    const step: Step = { index, at, procedure, act, hostile, before, source: this.state, executed }
    const observers = this.#options.observers ?? []
    for (const observer of observers) check(observer, step, observer.decided?.(step) ?? null)
    this.index += 1
    if (!executed.outcome.accepted) return executed.outcome.refusals.join(' ')
    this.state.apply(executed.outcome.stamped)
    this.#records = new Map([...this.state.records].map(([key, { value }]) => [key, value]))
    for (const observer of observers)
      check(observer, step, observer.applied?.({ ...step, after: this.#records }) ?? null)
    return null
  }

  #found(): void {
    const staff = [OPERATOR, ...ATTESTORS, NOTIFIER].map((handle, place) => ({
      handle,
      role: place === 0 ? 'operator' : handle === NOTIFIER ? 'notifier' : 'clerk',
      ...signerOf(handle),
      outside: place === 2,
    }))
    const body = {
      name: 'Example Registry',
      origin: WORKLOAD_ORIGIN,
      seat: 'CH',
      profile: this.profile,
      demonstration: true,
      relyingParty: { id: 'sign.registry.example', origins: ['https://sign.registry.example'] },
      staff,
      pools: SMALL_POOLS[this.profile],
      reserved: ['203.0.113.240/28'],
      witnessPolicy: 'quorum none\n',
      roots: [],
      statement: '',
    }
    const parts = genesisParts(parametersOf(this.profile))
    const hash = (member: Json): string => this.state.memberHash(member)
    for (const step of genesisBodies(body, parts, OPERATOR, hash)) this.#asOperator(genesis.id, step)
    const source = { staff: OPERATOR, source: 'EXAMPLE' }
    const file = { file: 'delegated-example', sha256: base64Of('file'), attribution: 'Example' }
    this.#asOperator('import/1', { ...source, ...file, step: 'manifest', rows: ROWS.length, nested: true })
    const rows = ROWS.map((raw, line) => ({ line: line + 1, raw }))
    this.#asOperator('import/1', { ...source, step: 'chunk', from: 0, rows })
    this.#asOperator('import/1', { ...source, step: 'end' })
    this.later(31 * 86400)
    this.#asOperator('open/1', { staff: OPERATOR })
  }

  #asOperator(procedure: string, body: JsonObject): void {
    const refusal = this.ask({ procedure, body, replaces: [], by: [signerOf(OPERATOR)], hostile: null })
    if (refusal !== null) throw new Error(`${procedure} is refused: ${refusal}`)
  }
}

function check(observer: Observer, step: Step, wrong: string | null): void {
  if (wrong !== null) throw new Violation(observer.name, wrong, step)
}

/** Holders who never claimed what was imported: nobody may touch it. */
const ROWS: readonly string[] = [
  'example|CH|ipv4|192.0.2.0|192|20130501|allocated|A1',
  'example|CH|ipv4|192.0.2.64|32|20140501|assigned|A2',
  'example|BR|ipv4|203.0.113.16|16|20130501|allocated|A3',
  'example|BR|asn|64500|1|20130501|assigned|A3',
]

/** The profile's parameters; `national` with more sizes and a shorter hold, so that there is something to cut. */
function parametersOf(profile: Profile): Parameters<typeof genesisParts>[0] {
  return Object.entries(PROFILES[profile]).map(([id, parameters]) => {
    const sizes = { ip4Min: 22, quotaIp4: 4096, holdSeconds: 20 * 86400 }
    const changed = profile === 'national' && id === 'allocate/1' ? { ...parameters, ...sizes } : parameters
    return { id, text: base64Of(id), parameters: changed }
  })
}
