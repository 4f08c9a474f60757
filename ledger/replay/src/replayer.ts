/**
 * Executes a log from its first entry: what each entry must say, given the state before it. After a difference the
 * state follows the log, so that later entries are judged by what the log says and one forgery is not a thousand.
 */

import { type Crypto, encodeBase64 } from '@cadastre/crypto'
import { type Executed, type StampedEffect, takeOver } from '@cadastre/procedures'
import {
  asRecordKey,
  canonicalJson,
  type Due,
  dueOf,
  type Instant,
  type Json,
  type LoggedEffect,
  type OpEntry,
  type RecordKey,
  type Registry,
  type StateEntry,
} from '@cadastre/records'
import { statementsOf } from '@cadastre/signatures'
import {
  createTrieMemory,
  HASHED_SPACES,
  type HashedSpace,
  type TrieMemory,
  TrieReader,
  type TrieView,
  TrieWriter,
  type Version,
} from '@cadastre/trie'
import { Arrivals, type ReceiptCount, type SavedArrivals } from './arrivals.ts'
import { Conservation } from './conservation.ts'
import { DueQueue } from './due-queue.ts'
import { type EntryError, entryText, readEntry, readUnchecked } from './entries.ts'
import { type Fault, type FaultCode, short } from './faults.ts'
import { type CheckedSignatures, Judge } from './judge.ts'
import { agrees, compare } from './judgement.ts'
import { opEntryText } from './op-entries.ts'
import { TrieState } from './trie-state.ts'

export type ReplayOptions = {
  readonly crypto: Crypto
  /** The origin under which the log is signed; genesis must name it. Null: any. */
  readonly origin: string | null
  /** Root of the log's entries before the one that is replayed, to compare with what a predecessor signed. */
  readonly root?: () => Uint8Array
  /** After this many faults more are counted but not described. Default 1000. */
  readonly maxFaults?: number
  /** Memory for the state; default: new, without limits of its own. */
  readonly memory?: TrieMemory
  /** Keep the index of holders' cells, as a successor's readers want it. Default false. */
  readonly keepIndex?: boolean
  /** Given each version of the state that a later one follows; default: it is released at once. */
  readonly superseded?: (version: Version) => void
  /**
   * Look at where numbers are as well, which follows where every decision is right (invariant I2), and keep the state on
   * which the last batch was decided, for {@link Replayer.stateAt}. Default false.
   */
  readonly audit?: boolean
  /** Called after each state entry. */
  readonly onProgress?: (entries: number) => void
}

/** Counts of what was replayed. */
export type Tally = { ops: number; states: number; accepted: number; refused: number; signatures: number }

/** What a replayer knows between two batches, beside the records: plain JSON. */
export type SavedReplay = {
  /** Entries replayed; the last is a state entry. */
  readonly size: number
  readonly lastState: StateEntry
  readonly at: Instant
  readonly founded: string | null
  readonly founding: boolean
  readonly handedOver: boolean
  /** Spaces whose root in the last state entry is not that of the records: a fault that was told. */
  readonly differing: readonly HashedSpace[]
  readonly tally: Tally
  readonly faultCount: number
  readonly due: readonly Due[]
  readonly arrivals: SavedArrivals
}

/** What was saved is not the state of the log. */
export class SavedStateError extends Error {
  override readonly name: string = 'SavedStateError'
}

const MAX_FAULTS = 1000
const NO_EFFECTS: readonly LoggedEffect[] = []

export class Replayer {
  readonly trie: TrieWriter
  readonly state: TrieState
  readonly tally: Tally = { ops: 0, states: 0, accepted: 0, refused: 0, signatures: 0 }
  readonly #options: ReplayOptions
  readonly #arrivals: Arrivals
  readonly #judge: Judge
  readonly #dueQueue = new DueQueue()
  readonly #conservation: Conservation | null
  /** The registry was being founded at the last state entry, or was not there yet. */
  #founding = true
  readonly #maxFaults: number
  #found: Fault[] = []
  #effects: readonly LoggedEffect[] = NO_EFFECTS
  #faultCount = 0
  #size = 0
  #at: Instant | null = null
  /** `at` of the batch's first op; null between batches. */
  #batchAt: Instant | null = null
  #batchOps = 0
  /** An entry of the batch could not be read: how many ops there are is not known. */
  #batchUnsure = false
  /** Whose log it is, as its genesis or the last taking over says. */
  #founded: string | null = null
  /** The registry was handed over at the last state entry: nothing fell due since. */
  #handedOver = false
  #previousState: number | null = null
  #lastState: StateEntry | null = null
  readonly #reader: TrieReader
  #version: Version | null = null
  /** The state at the state entry before the last one, and how many entries made it. */
  #older: { readonly size: number; readonly version: Version } | null = null
  /** Spaces whose root has differed since it last agreed: told once. */
  readonly #differing = new Set<HashedSpace>()

  constructor(options: ReplayOptions) {
    this.#options = options
    this.#maxFaults = options.maxFaults ?? MAX_FAULTS
    this.#arrivals = new Arrivals(options.crypto)
    this.#conservation = options.audit === true ? new Conservation() : null
    const memory = options.memory ?? createTrieMemory()
    this.trie = new TrieWriter(memory, options.crypto)
    this.#reader = new TrieReader(memory)
    this.state = new TrieState(this.trie, options.crypto, { keepIndex: options.keepIndex ?? false })
    this.#judge = new Judge(this.state, options.crypto, (request, text) =>
      this.#arrivals.accepted(request, text),
    )
  }

  /** What the entries so far show of receipts. */
  get receipts(): ReceiptCount {
    return this.#arrivals.count
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
  /**
   * The state that the first `size` entries make, as the log has it: at the last state entry, or (with `audit`) the one
   * before it. Null for any other size. It can be read until the next entry.
   */
  stateAt(size: number): TrieView | null {
    const found = [this.#current, this.#older].find((one) => one?.size === size)
    return found == null ? null : this.#reader.at(found.version)
  }

  get #current(): { readonly size: number; readonly version: Version } | null {
    if (this.#version === null || this.#previousState === null) return null
    return { size: this.#previousState + 1, version: this.#version }
  }
  /** The effects of the last entry, as it has them; none where it is no accepted op. */
  get effects(): readonly LoggedEffect[] {
    return this.#effects
  }
  /** The registry's record; null before genesis. */
  get registry(): Registry | null {
    return this.#judge.registry
  }

  /**
   * The next entry. `checked`: its signatures, where another thread has checked them already; otherwise they are
   * checked here. Gives what is wrong with the log at this entry. Entries must come in order: anything else throws.
   */
  step(index: number, bytes: Uint8Array, checked: CheckedSignatures | null = null): readonly Fault[] {
    if (index !== this.#size) throw new RangeError(`entry ${index} after ${this.#size - 1}`)
    this.#found = []
    this.#effects = NO_EFFECTS
    const read = readUnchecked(bytes)
    if (!read.ok) this.#unreadable(read.error)
    else if (read.value.kind === 'op') this.#op(read.value.entry, read.value.text, bytes, checked)
    else if (entryText(read.value.entry) === read.value.text) this.#stateEntry(read.value.entry)
    else this.#notCanonical(bytes)
    this.#size += 1
    return this.#found
  }

  /** All that is known beside the state's records, between two batches: what {@link Replayer.resumed} goes on from. */
  saved(): SavedReplay {
    const lastState = this.#lastState
    if (lastState === null || this.#previousState !== this.#size - 1)
      throw new RangeError('only after a state entry')
    return {
      size: this.#size,
      lastState,
      at: this.#at ?? lastState.at,
      founded: this.#founded,
      founding: this.#founding,
      handedOver: this.#handedOver,
      differing: [...this.#differing],
      tally: { ...this.tally },
      faultCount: this.#faultCount,
      due: this.#dueQueue.saved(),
      arrivals: this.#arrivals.saved(),
    }
  }

  /**
   * A replayer that goes on where another stood. `fill` writes all records of the state, in any order; they are believed
   * for what their roots are: rejects with a {@link SavedStateError} where those are not the ones of the last state entry.
   */
  static async resumed(
    options: ReplayOptions,
    saved: SavedReplay,
    fill: (into: { readonly trie: TrieWriter; readonly state: TrieState }) => Promise<void> | void,
  ): Promise<Replayer> {
    const replayer = new Replayer(options)
    await fill(replayer)
    replayer.#restore(saved)
    return replayer
  }

  #restore(saved: SavedReplay): void {
    const version = this.trie.commit()
    for (const space of HASHED_SPACES)
      if (
        encodeBase64(version.hashes[space]) !== saved.lastState.roots[space] &&
        !saved.differing.includes(space)
      )
        throw new SavedStateError(
          `the records saved do not make the root of ${space} in entry ${saved.size - 1}`,
        )
    this.#version = version
    this.#size = saved.size
    this.#previousState = saved.size - 1
    this.#lastState = saved.lastState
    this.#at = saved.at
    this.#founded = saved.founded
    this.#founding = saved.founding
    this.#handedOver = saved.handedOver
    for (const space of saved.differing) this.#differing.add(space)
    Object.assign(this.tally, saved.tally)
    this.#faultCount = saved.faultCount
    for (const due of saved.due) this.#dueQueue.set(due.key, due)
    // Those were told.
    this.#dueQueue.takeBefore(saved.lastState.at)
    this.#arrivals.restore(saved.arrivals)
  }

  /** The log ends here: what is wrong with that. */
  finish(): readonly Fault[] {
    this.#found = []
    const { origin } = this.#options
    if (origin !== null && this.#founded !== null && this.#founded !== origin)
      this.#originFault(`The log is of ${this.#founded}; ${origin}, which signs, would be right.`)
    if (this.#batchOps > 0 || this.#batchUnsure) {
      this.#size -= 1
      this.#fault('batch-open', 'The log ends in an op; a state entry after it would be right.')
      this.#size += 1
    }
    return this.#found
  }

  /** Who signs a log is asked of the whole log: a successor's goes on with another's. */
  #originFault(detail: string): void {
    const size = this.#size
    this.#size = 0
    this.#fault('origin-differs', detail)
    this.#size = size
  }

  #fault(code: FaultCode, detail: string, key?: RecordKey): void {
    this.#faultCount += 1
    const fault = { index: this.#size, code, detail: short(detail, 2000) }
    if (this.#faultCount <= this.#maxFaults) this.#found.push(key === undefined ? fault : { ...fault, key })
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
    const judged = this.#judge.judge(entry, this.#size, checked)
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
    if (entry.procedure === takeOver.id && entry.outcome.accepted) this.#takenOver(entry)
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
    this.#founded = request?.origin ?? null
  }

  /** A successor's first entry: after exactly what its predecessor's last checkpoint covers. */
  #takenOver({ request, evidence }: OpEntry): void {
    this.#founded = request?.origin ?? null
    this.#arrivals.takenOver()
    const { crypto, root } = this.#options
    const checkpoint = statementsOf(evidence, crypto)?.[0]?.checkpoint ?? null
    const right = root === undefined ? null : encodeBase64(root())
    if (checkpoint?.size === this.#size && (right === null || checkpoint.root === right)) return
    const signed = checkpoint === null ? 'nothing' : `${checkpoint.size} entries with root ${checkpoint.root}`
    const detail = `The predecessor signed ${signed}; ${this.#size}${right === null ? '' : ` with ${right}`} would be right.`
    this.#fault('predecessor-differs', detail)
  }

  /** What was executed, where the entry says the same; null where it does not, and why. */
  #compare(entry: OpEntry, right: Executed | null): Executed | null {
    if (right === null || agrees(entry, right)) return right
    for (const { code, detail } of compare(entry, right, this.state)) this.#fault(code, detail)
    return null
  }

  /** The state after the entry, as the log has it. */
  #follow(entry: OpEntry, executed: Executed | null): void {
    if (!entry.outcome.accepted) return
    this.#effects = entry.outcome.effects
    const stamped =
      executed?.outcome.accepted === true ? executed.outcome.stamped : this.#logged(entry.outcome.effects)
    if (this.#conservation !== null) for (const { key } of stamped) this.#conservation.touch(key, this.state)
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
    if (!this.#handedOver) this.#undone(entry)
    this.#handedOver = this.#judge.handedOver
    for (const { code, detail, key } of this.#conservation?.check(this.state, this.#founding) ?? [])
      this.#fault(code, detail, key)
    this.#founding = (this.registry?.state ?? 'founding') === 'founding'
    this.#roots(entry)
    this.#previousState = this.#size
    this.#lastState = entry
    this.#batchAt = null
    this.#batchOps = 0
    this.#batchUnsure = false
    this.#options.onProgress?.(this.#size + 1)
  }

  #undone(entry: StateEntry): void {
    for (const { key, procedure, at } of this.#dueQueue.takeBefore(entry.at))
      this.#fault(
        'due-undone',
        `${procedure} on ${key} fell due at ${at} and is not done at ${entry.at}.`,
        key,
      )
  }

  #supersede(version: Version | undefined): void {
    if (version === undefined) return
    if (this.#options.superseded === undefined) this.trie.release(version)
    else this.#options.superseded(version)
  }

  #roots(entry: StateEntry): void {
    const version = this.trie.commit()
    const previous = this.#current
    if (this.#conservation !== null) {
      this.#supersede(this.#older?.version)
      this.#older = previous
    } else this.#supersede(previous?.version)
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
