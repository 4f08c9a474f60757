/**
 * Executes a log from its first entry: what each entry must say, given the state before it. After a difference the
 * state follows the log, so that later entries are judged by what the log says and one forgery is not a thousand.
 */

import { type Crypto, encodeBase64 } from '@cadastre/crypto'
import type { Signatures, Verified } from '@cadastre/evidence'
import {
  type Act,
  type Executed,
  execute,
  PROCEDURE_FAULT,
  PROCEDURE_UNKNOWN,
  procedureById,
  REGISTRY_KEY,
  SIGNATURE_INVALID,
  type StampedEffect,
} from '@cadastre/procedures'
import {
  asRecordKey,
  canonicalJson,
  type Due,
  dueOf,
  type EvidenceItem,
  type Instant,
  type Json,
  NotCanonicalError,
  type OpEntry,
  type RecordKey,
  type Registry,
  type Request,
  type StateEntry,
} from '@cadastre/records'
import { type Check, verifiedBy, verifyEvidence } from '@cadastre/signatures'
import {
  createTrieMemory,
  HASHED_SPACES,
  type HashedSpace,
  type TrieMemory,
  TrieWriter,
  type Version,
} from '@cadastre/trie'
import { Arrivals } from './arrivals.ts'
import { DueQueue } from './due-queue.ts'
import { type EntryError, entryText, readEntry, readUnchecked } from './entries.ts'
import { type Fault, type FaultCode, short } from './faults.ts'
import { agrees, differences, type Finding } from './judgement.ts'
import { fitting, opEntryText } from './op-entries.ts'
import { TrieState } from './trie-state.ts'

export type ReplayOptions = {
  readonly crypto: Crypto
  /** The origin under which the log is signed; genesis must name it. Null: any. */
  readonly origin: string | null
  /** After this many faults more are counted but not described. Default 1000. */
  readonly maxFaults?: number
  /** Memory for the state; default: new, without limits of its own. */
  readonly memory?: TrieMemory
  /** Keep the index of holders' cells, as a successor's readers want it. Default false. */
  readonly keepIndex?: boolean
  /** Called after each state entry. */
  readonly onProgress?: (entries: number) => void
}

/** Whether all signatures of an op hold, as another thread found with {@link relyingPartyText} of that time. */
export type CheckedSignatures = { readonly valid: boolean; readonly relyingParty: string }

/** Counts of what was replayed. */
export type Tally = { ops: number; states: number; accepted: number; refused: number; signatures: number }

const MAX_FAULTS = 1000

/** What should stand in place of an op. */
type Judged = {
  /** Null where that cannot be said. */
  readonly executed: Executed | null
  /** What is wrong with the op whatever was decided. */
  readonly found: readonly Finding[]
  /** Canonical text of the request; null where there is none. */
  readonly request: string | null
  /** The request is no canonical JSON of the ledger. */
  readonly deep: boolean
}

export class Replayer {
  readonly trie: TrieWriter
  readonly state: TrieState
  readonly tally: Tally = { ops: 0, states: 0, accepted: 0, refused: 0, signatures: 0 }
  readonly #options: ReplayOptions
  readonly #arrivals: Arrivals
  readonly #dueQueue = new DueQueue()
  readonly #maxFaults: number
  #found: Fault[] = []
  #faultCount = 0
  #size = 0
  #at: Instant | null = null
  /** `at` of the batch's first op; null between batches. */
  #batchAt: Instant | null = null
  #batchOps = 0
  /** An entry of the batch could not be read: how many ops there are is not known. */
  #batchUnsure = false
  #previousState: number | null = null
  #lastState: StateEntry | null = null
  #version: Version | null = null
  /** Spaces whose root has differed since it last agreed: told once. */
  readonly #differing = new Set<HashedSpace>()

  constructor(options: ReplayOptions) {
    this.#options = options
    this.#maxFaults = options.maxFaults ?? MAX_FAULTS
    this.#arrivals = new Arrivals(options.crypto)
    this.trie = new TrieWriter(options.memory ?? createTrieMemory(), options.crypto)
    this.state = new TrieState(this.trie, options.crypto, { keepIndex: options.keepIndex ?? false })
  }

  /** Number of entries replayed. */
  get size(): number {
    return this.#size
  }
  /** Number of faults so far, those beyond the limit included. */
  get faultCount(): number {
    return this.#faultCount
  }
  /** The last state entry; null before the first. */
  get lastState(): StateEntry | null {
    return this.#lastState
  }
  /** The state at the last state entry, for readers; null before the first. */
  get version(): Version | null {
    return this.#version
  }
  /** The registry's record; null before genesis. */
  get registry(): Registry | null {
    return this.state.record(REGISTRY_KEY).value as Registry | null
  }

  /**
   * The next entry. `checked`: its signatures, where another thread has checked them already; otherwise they are
   * checked here. Gives what is wrong with the log at this entry. Entries must come in order: anything else throws.
   */
  step(index: number, bytes: Uint8Array, checked: CheckedSignatures | null = null): readonly Fault[] {
    if (index !== this.#size) throw new RangeError(`entry ${index} after ${this.#size - 1}`)
    this.#found = []
    const read = readUnchecked(bytes)
    if (!read.ok) this.#unreadable(read.error)
    else if (read.value.kind === 'op') this.#op(read.value.entry, read.value.text, bytes, checked)
    else if (entryText(read.value.entry) === read.value.text) this.#stateEntry(read.value.entry)
    else this.#notCanonical(bytes)
    this.#size += 1
    return this.#found
  }

  /** The log ends here: what is wrong with that. */
  finish(): readonly Fault[] {
    this.#found = []
    if (this.#batchOps > 0 || this.#batchUnsure) {
      this.#size -= 1
      this.#fault('batch-open', 'The log ends in an op; a state entry after it would be right.')
      this.#size += 1
    }
    return this.#found
  }

  #fault(code: FaultCode, detail: string): void {
    this.#faultCount += 1
    if (this.#faultCount <= this.#maxFaults)
      this.#found.push({ index: this.#size, code, detail: short(detail, 2000) })
  }

  #unreadable({ code, detail }: EntryError): void {
    this.#fault(code, detail)
    this.#batchUnsure = true
  }

  /** The entry is of the right shape, but its text is not the one that was to be expected. */
  #notCanonical(bytes: Uint8Array): boolean {
    const read = readEntry(bytes)
    if (!read.ok) this.#unreadable(read.error)
    return !read.ok
  }

  #op(entry: OpEntry, text: string, bytes: Uint8Array, checked: CheckedSignatures | null): void {
    const judged = entry.request === null ? this.#due(entry) : this.#request(entry, entry.request, checked)
    const right = judged.executed
    // What is equal to a text made of canonical parts is canonical, and says what is right.
    const agreed = right !== null && !judged.deep && opEntryText(entry, judged.request, right) === text
    if (!agreed && this.#notCanonical(bytes)) return
    this.tally.ops += 1
    this.tally.signatures += entry.evidence.length
    this.#time(entry.at, this.#batchAt)
    this.#batchAt ??= entry.at
    this.#batchOps += 1
    if (this.#size === 0) this.#genesis(entry)
    for (const { code, detail } of judged.found) this.#fault(code, detail)
    if (entry.request !== null && judged.request !== null)
      for (const { code, detail } of this.#arrivals.arrive(entry, entry.request, judged.request))
        this.#fault(code, detail)
    this.#follow(entry, agreed ? right : this.#compare(entry, right))
    if (entry.outcome.accepted) this.tally.accepted += 1
    else this.tally.refused += 1
  }

  #time(at: Instant, batchAt: Instant | null): void {
    if (this.#at !== null && at < this.#at)
      this.#fault('time-decreases', `at is ${at} after ${this.#at}; no earlier time would be right.`)
    if (batchAt !== null && at !== batchAt)
      this.#fault(
        'time-differs-in-batch',
        `at is ${at}; ${batchAt}, as in the batch's first op, would be right.`,
      )
    if (this.#at === null || at > this.#at) this.#at = at
  }

  #genesis({ procedure, outcome, request }: OpEntry): void {
    if (procedure !== 'genesis/1' || !outcome.accepted)
      this.#fault(
        'genesis-not-first',
        `The log begins with ${procedure}; an accepted genesis/1 would be right.`,
      )
    const { origin } = this.#options
    if (origin !== null && request !== null && request.origin !== origin)
      this.#fault(
        'origin-differs',
        `Genesis names ${request.origin}; ${origin}, which signs, would be right.`,
      )
  }

  /** What was executed, where the entry says the same; null where it does not, and why. */
  #compare(entry: OpEntry, right: Executed | null): Executed | null {
    if (right === null || agrees(entry, right)) return right
    try {
      // What was decided may not have fitted an entry.
      const { executed } = fitting(entry, right)
      if (agrees(entry, executed)) return null
      for (const { code, detail } of differences(entry, executed, this.state)) this.#fault(code, detail)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#fault('decision-impossible', error.message)
    }
    return null
  }

  #due(entry: OpEntry): Judged {
    const found: Finding[] = []
    if (entry.received !== null || entry.evidence.length > 0)
      found.push({
        code: 'op-malformed',
        detail: 'An op without a request has a receipt or evidence; neither would be right.',
      })
    let executed: Executed | null = null
    try {
      executed = this.#executeDue(entry, found)
    } catch (error) {
      // Procedures are total on records that procedures wrote; a forged record may make them throw.
      if (!(error instanceof Error)) throw error
      found.push({ code: 'decision-impossible', detail: error.message })
    }
    return { executed, found, request: null, deep: false }
  }

  #executeDue(entry: OpEntry, found: Finding[]): Executed | null {
    const key = asRecordKey(entry.inputs[0]?.key ?? '')
    if (key === null) {
      found.push({ code: 'not-due', detail: 'The op names no record that fell due as its first input.' })
      return null
    }
    const due = dueOf(key, this.state.record(key).value)
    if (due === null || due.at > entry.at || due.procedure !== entry.procedure) {
      const right = due === null ? 'nothing falls due there' : `${due.procedure} falls due there at ${due.at}`
      found.push({ code: 'not-due', detail: `${entry.procedure} on ${key} at ${entry.at}; ${right}.` })
    }
    const procedure = procedureById(entry.procedure)
    if (procedure === null) throw new Error(`no such procedure: ${entry.procedure}`)
    return execute(procedure, { kind: 'due', subject: key }, this.state, entry.at, this.#size)
  }

  #request(entry: OpEntry, request: Request, checked: CheckedSignatures | null): Judged {
    const found: Finding[] = []
    if (entry.evidence.length === 0)
      found.push({
        code: 'op-malformed',
        detail: 'A request stands without evidence; at least one signature would be right.',
      })
    if (entry.procedure !== request.procedure) {
      const detail = `The entry says ${entry.procedure}; ${request.procedure}, as requested, would be right.`
      found.push({ code: 'op-malformed', detail })
    }
    const text = requestText(request)
    if (text === null) {
      found.push({ code: 'entry-not-canonical', detail: 'The request is no canonical JSON.' })
      return { executed: null, found, request: null, deep: true }
    }
    try {
      const executed = this.#decide(entry, request, this.#signatures(text, entry.evidence, checked))
      return { executed, found, request: text, deep: false }
    } catch (error) {
      // The registrar refuses what its own code fails on, and the same code fails here.
      if (!(error instanceof Error)) throw error
      return { executed: PROCEDURE_FAULT, found, request: text, deep: false }
    }
  }

  #decide(entry: OpEntry, request: Request, signatures: Verified<Signatures> | null): Executed {
    if (signatures === null) return SIGNATURE_INVALID
    const procedure = procedureById(request.procedure)
    if (procedure === null) return PROCEDURE_UNKNOWN
    const act: Act = { kind: 'request', request, signatures, received: entry.received?.at ?? entry.at }
    return execute(procedure, act, this.state, entry.at, this.#size)
  }

  #signatures(
    text: string,
    evidence: readonly EvidenceItem[],
    checked: CheckedSignatures | null,
  ): Verified<Signatures> | null {
    const bound = evidence.some(({ alg }) => alg === 'webauthn')
    const party = bound ? (this.registry?.relyingParty ?? null) : null
    if (checked !== null && (!bound || checked.relyingParty === relyingPartyText(party)))
      return verifiedBy(evidence, evidence.map(placeholder), () => checked.valid)
    return verifyEvidence(text, evidence, party, this.#options.crypto)
  }

  /** The state after the entry, as the log has it. */
  #follow(entry: OpEntry, executed: Executed | null): void {
    if (!entry.outcome.accepted) return
    const stamped =
      executed?.outcome.accepted === true ? executed.outcome.stamped : this.#logged(entry.outcome.effects)
    this.state.write(stamped)
    for (const { key, next } of stamped)
      this.#dueQueue.set(key, executed === null ? dueIfAny(key, next) : dueIn(key, next))
  }

  #logged(
    effects: readonly { readonly key: string; readonly next: StampedEffect['next'] }[],
  ): readonly StampedEffect[] {
    return effects.flatMap(({ key: name, next }) => {
      const key = asRecordKey(name)
      return key === null ? [] : [{ key, next, text: next === null ? null : canonicalJson(next) }]
    })
  }

  #stateEntry(entry: StateEntry): void {
    this.tally.states += 1
    this.#time(entry.at, this.#batchAt)
    if (this.#size === 0) this.#fault('genesis-not-first', 'The log begins with a state entry.')
    if (!this.#batchUnsure) {
      if (this.#batchOps === 0) this.#fault('batch-without-ops', 'The state entry follows no op.')
      if (entry.ops !== this.#batchOps)
        this.#fault('ops-miscounted', `ops is ${entry.ops}; ${this.#batchOps} would be right.`)
      if (entry.prev !== this.#previousState)
        this.#fault('previous-state-wrong', `prev is ${entry.prev}; ${this.#previousState} would be right.`)
    }
    for (const { code, detail } of this.#arrivals.ignored(entry.at)) this.#fault(code, detail)
    for (const { key, procedure, at } of this.#dueQueue.takeBefore(entry.at))
      this.#fault('due-undone', `${procedure} on ${key} fell due at ${at} and is not done at ${entry.at}.`)
    this.#roots(entry)
    this.#previousState = this.#size
    this.#lastState = entry
    this.#batchAt = null
    this.#batchOps = 0
    this.#batchUnsure = false
    this.#options.onProgress?.(this.#size + 1)
  }

  #roots(entry: StateEntry): void {
    const version = this.trie.commit()
    if (this.#version !== null) this.trie.release(this.#version)
    this.#version = version
    for (const space of HASHED_SPACES) {
      const right = encodeBase64(version.hashes[space])
      if (entry.roots[space] === right) this.#differing.delete(space)
      else if (!this.#differing.has(space)) {
        this.#differing.add(space)
        this.#fault('roots-differ', `The root of ${space} is ${entry.roots[space]}; ${right} would be right.`)
      }
    }
  }
}

function dueIn(key: RecordKey, next: Json): Due | null {
  return next === null ? null : dueOf(key, next)
}

/** The same of a record that a forged effect wrote: it need not be one, and then nothing falls due in it. */
function dueIfAny(key: RecordKey, next: Json): Due | null {
  try {
    return dueIn(key, next)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return null
  }
}

/** The relying party as text, by which results of other threads say what they were computed with. */
export function relyingPartyText(party: Registry['relyingParty'] | null): string {
  return party === null ? '' : canonicalJson({ id: party.id, origins: party.origins })
}

/** The canonical text of a request; null where it is no JSON of the ledger, or nested deeper than that allows. */
function requestText(request: Request): string | null {
  if (isDeep(request.body, MAX_BODY_DEPTH)) return null
  try {
    return canonicalJson(request)
  } catch (error) {
    if (!(error instanceof NotCanonicalError)) throw error
    return null
  }
}

/** Canonical JSON of the ledger nests 32 deep; a body stands two deep in its entry. */
const MAX_BODY_DEPTH = 30

function isDeep(value: Json, left: number): boolean {
  if (left < 0) return true
  if (typeof value !== 'object' || value === null) return false
  for (const item of Object.values(value)) if (isDeep(item, left - 1)) return true
  return false
}

/** Stands for a check whose result is known. */
function placeholder(): Check {
  return { algorithm: 'ed25519', key: NOTHING, message: NOTHING, signature: NOTHING }
}
const NOTHING: Uint8Array = new Uint8Array(0)
