/**
 * The one writer. Requests come in through the desk, are kept durably and receipted, and are decided in order of
 * arrival, in batches; what falls due is done first in each batch. Commit, then publish.
 */

import { setImmediate } from 'node:timers/promises'
import type { Crypto } from '@cadastre/crypto'
import type { NoteSigner } from '@cadastre/notes'
import { type Executed, REGISTRY_KEY, WITNESSES_KEY } from '@cadastre/procedures'
import {
  type Due,
  type Instant,
  parseCanonicalJson,
  type Registry,
  type Request,
  readRequest,
} from '@cadastre/records'
import { requiredPolicies, type TrieState } from '@cadastre/replay'
import { readEvidence } from '@cadastre/signatures'
import type { IntakeItem, Publication, StoreWriter } from '@cadastre/store-port'
import type { TrieMemory, TrieWriter } from '@cadastre/trie'
import { BatchBuilder, type Decided, type LogPosition, type Pending } from './batch.ts'
import { type Loaded, loadState } from './boot.ts'
import { type CheckpointGuard, refuseFork, type SignedHead } from './checkpoint-guard.ts'
import { MonotoneClock } from './clock.ts'
import {
  type Desk,
  type DryRunResult,
  type Problem,
  readRequestText,
  readSubmission,
  type Submission,
  type SubmitResult,
} from './desk.ts'
import { dryRun } from './dry-run.ts'
import { type JudgeKeys, judgeHere, unusableKey } from './enrolled-keys.ts'
import { firstEntryRefusal } from './first-entry.ts'
import { CLOSED, Intake, type Received } from './intake.ts'
import { LogTail } from './log-tail.ts'
import type { PublicFiles } from './public-files.ts'
import { type Committed, Publisher } from './publisher.ts'
import { ReceiptChain } from './receipts.ts'
import { wasAccepted } from './repeats.ts'
import { Settlements } from './settlements.ts'
import { type Checked, checkSignatures, type Verify } from './verification.ts'
import { VersionKeeper } from './version-keeper.ts'
import type { Witnesses } from './witnesses.ts'

export type RegistrarOptions = {
  readonly crypto: Crypto
  readonly store: StoreWriter
  readonly memory: TrieMemory
  readonly origin: string
  readonly logSigner: NoteSigner
  readonly receiptSigner: NoteSigner
  readonly files: PublicFiles
  readonly guard: CheckpointGuard
  readonly witnesses: Witnesses | null
  /** The time now; UTC, whole seconds. */
  readonly now: () => Instant
  readonly verify: Verify
  /** Judges keys before they are enrolled; in this thread where it is absent. */
  readonly judgeKeys?: JudgeKeys
  readonly published: (publication: Publication) => void
  /** Something that the operator must see. */
  readonly report: (message: string, error?: Error) => void
  /** The registrar has stopped for good: the process should end and be started again. */
  readonly stopped?: (error: Error) => void
  /** How long a batch gathers requests, at most 200. */
  readonly batchMilliseconds: number
  /** After how long witnesses that did not make a quorum are asked again. */
  readonly retryMilliseconds: number
  /** After how long without a new checkpoint the witnesses are asked to cosign the last one again; 5 minutes. */
  readonly refreshMilliseconds?: number
}

/** A founding act: done by the operator on its own machine, without receipt, before the registry opens. */
export type FoundingAct = { readonly request: string; readonly evidence: string }

const MAX_BATCH = 1000
/** A few milliseconds of work. */
const DECIDED_AT_ONCE = 32
const MAX_BATCH_MILLISECONDS = 200
/** So many requests are worth a batch of their own: nobody else is waited for. */
const ENOUGH = 256
/** Due ops in one batch; what fell due later goes into the next, which has a later time. */
const MAX_DUE = 2000
/**
 * Follow-up due ops in one batch (serving a pool's queue); the rest goes into the next batch. Requests are decided after
 * them, and must not wait for long: these take a tenth of a second.
 */
const MAX_FOLLOW_UPS = 500
const REFRESH_MILLISECONDS = 300_000
/** Timers take at most 2^31 - 1 ms; an hour is often enough to look again. */
const MAX_SLEEP_MILLISECONDS = 3_600_000

const UNCONFIRMED: Problem = {
  code: 'closed',
  detail: 'The registry has just started and waits for its witnesses to confirm its log. Try again soon.',
}

const HANDED_OVER: Problem = {
  code: 'closed',
  detail: 'This registry was handed over; its successor takes requests.',
}

type Work = { readonly at: Instant; readonly due: readonly Due[]; readonly taken: readonly Received[] }

export class Registrar implements Desk {
  readonly #options: RegistrarOptions
  readonly #clock: MonotoneClock
  readonly #publisher: Publisher
  readonly #intake: Intake
  readonly #versions: VersionKeeper
  readonly #log: LogTail
  readonly #settlements: Settlements
  readonly #trie: TrieWriter
  readonly #state: TrieState
  #position: LogPosition
  #lastAt: Instant | null
  #ready: Received[] = []
  #batching: Promise<void> = Promise.resolve()
  #timer: ReturnType<typeof setTimeout> | null = null
  #dueTimer: ReturnType<typeof setTimeout> | null = null
  #closed = false
  #failure: Error | null = null

  private constructor(
    options: RegistrarOptions,
    loaded: Loaded,
    shown: SignedHead | null,
    last: { readonly seq: number; readonly receipt: string } | null,
    undecided: readonly IntakeItem[],
  ) {
    const { crypto, store, receiptSigner, origin } = options
    this.#options = options
    this.#trie = loaded.trie
    this.#state = loaded.state
    this.#position = {
      range: loaded.range,
      previousState: loaded.head === null ? null : loaded.head.size - 1,
    }
    this.#lastAt = loaded.head?.at ?? null
    this.#clock = new MonotoneClock(options.now)
    if (loaded.head !== null) this.#clock.notBefore(loaded.head.at)
    for (const { at } of undecided) this.#clock.notBefore(at)
    // Decisions are made in order: all before the first undecided one are in the log.
    this.#settlements = new Settlements((undecided[0]?.seq ?? (last?.seq ?? 0) + 1) - 1)
    this.#versions = new VersionKeeper((version) => this.#trie.release(version))
    this.#intake = new Intake({
      crypto,
      store,
      clock: this.#clock,
      receipts: new ReceiptChain(crypto, receiptSigner, origin, last),
      check: (read) => this.#check(read.requestText, read.evidence),
      received: (items) => this.#receive(items),
      failed: (error) => this.#fail(error),
    })
    this.#log = new LogTail(store)
    this.#publisher = new Publisher(
      {
        ...options,
        log: this.#log,
        signers: [options.logSigner],
        published: (publication) => this.#onPublished(publication),
        superseded: ({ version }) => this.#versions.superseded(version),
        waiting: (reasons) => options.report(`waiting for witnesses: ${reasons.join('; ')}`),
        failed: (error) => this.#fail(error),
        refreshMilliseconds: options.refreshMilliseconds ?? REFRESH_MILLISECONDS,
      },
      shown?.size ?? 0,
    )
  }

  /**
   * Load the state, refuse where signing would fork, finish publishing what was committed, and take up the requests
   * that were received and not decided. Throws ForkRefusedError or DamagedStoreError; the store stays open then.
   */
  static async open(options: RegistrarOptions, progress?: (records: number) => void): Promise<Registrar> {
    const { crypto, store, origin, guard, files } = options
    await refuseFork(crypto, store, origin, 'The kept checkpoint', await guard.last())
    const shown = await refuseFork(crypto, store, origin, 'The public checkpoint', await files.published())
    const loaded = await loadState(crypto, store, options.memory, progress)
    const undecided = await store.undecided()
    const registrar = new Registrar(options, loaded, shown, await store.lastReceipt(), undecided)
    try {
      await registrar.#start(loaded, shown)
      registrar.#receive(undecided.map((item) => registrar.#resumed(item)))
    } catch (error) {
      registrar.#publisher.stop()
      throw error
    }
    registrar.#schedule(0)
    return registrar
  }

  async #start({ head, stateText, version }: Loaded, shown: SignedHead | null): Promise<void> {
    if (head === null || stateText === null) return
    const { size, root, at } = head
    this.#versions.committed(version, size)
    this.#settlements.committed(size, [])
    this.#requireWitnesses(at)
    if (this.#isQuiet) return
    await this.#publisher.start({ size, root, at, stateText, version }, shown)
  }

  /** The registry's record, in the working state; null before genesis. */
  get registry(): Registry | null {
    return this.#state.record(REGISTRY_KEY).value as Registry | null
  }
  /** Size of the committed log. */
  get size(): number {
    return this.#position.range.size
  }
  /** Size of the last checkpoint published since the start; 0 before the first. */
  get publishedSize(): number {
    return this.#publisher.publishedSize
  }
  /** Why the registrar has stopped for good; null while it works. */
  get failure(): Error | null {
    return this.#failure
  }
  /** How many versions of the state are held in memory for readers. */
  get heldVersions(): number {
    return this.#versions.count
  }
  /** Nothing is published: an import is under way, or this log is still its predecessor's. */
  get #isQuiet(): boolean {
    const { registry } = this
    return registry !== null && (registry.importing !== null || registry.origin !== this.#options.origin)
  }
  get #isHandedOver(): boolean {
    return this.registry?.state === 'handed-over'
  }

  async submit(submission: Submission): Promise<SubmitResult> {
    const early = this.#shut()
    if (early !== null) return { ok: false, problem: early }
    const read = readSubmission(this.#options.crypto, submission)
    if (!read.ok) return read
    const unusable = await this.#unusableKey(read.value.request)
    // Judging may have taken a moment, in which the registrar was closed.
    if (unusable !== null) return { ok: false, problem: unusable }
    return this.#closed ? { ok: false, problem: CLOSED } : this.#intake.submit(read.value)
  }

  /** Why no request is taken now; null where requests are taken. */
  #shut(): Problem | null {
    if (this.#closed || this.failure !== null) return CLOSED
    if (this.#isHandedOver) return HANDED_OVER
    return this.#publisher.confirmed ? null : UNCONFIRMED
  }

  #unusableKey({ body }: Request): Promise<Problem | null> {
    return unusableKey(this.#options.judgeKeys ?? judgeHere(this.#options.crypto), body)
  }

  /** A request that a crash left between receipt and decision. */
  #resumed(item: IntakeItem): Received {
    const request = readRequest(parseCanonicalJson(item.request))
    const evidence = readEvidence(parseCanonicalJson(item.evidence))
    if (!request.ok || !evidence.ok) throw new Error(`the intake holds no request at ${item.seq}`)
    const checked = this.#check(item.request, evidence.value)
    const read = {
      request: request.value,
      evidence: evidence.value,
      requestText: item.request,
      evidenceText: item.evidence,
    }
    this.#intake.resume(read, { ok: true, seq: item.seq, receipt: item.receipt })
    return { seq: item.seq, at: item.at, hash: item.requestHash, mayRepeat: true, read, checked }
  }

  #check(requestText: string, evidence: Pending['evidence']): Promise<Checked> {
    const { crypto, verify } = this.#options
    const party = evidence.some(({ alg }) => alg === 'webauthn')
      ? (this.registry?.relyingParty ?? null)
      : null
    const checked = checkSignatures(crypto, verify, requestText, evidence, party)
    // Whoever takes the request into a batch hears of it too; until then it must not count as unhandled.
    checked.catch((error: unknown) => this.#fail(error))
    return checked
  }

  #receive(items: readonly Received[]): void {
    for (const item of items) this.#ready.push(item)
    if (this.#ready.length >= ENOUGH) this.#schedule(0)
    else if (items.length > 0)
      this.#schedule(Math.min(this.#options.batchMilliseconds, MAX_BATCH_MILLISECONDS))
  }

  #schedule(milliseconds: number): void {
    if (this.#closed || this.failure !== null) return
    if (this.#timer !== null && milliseconds > 0) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = null
      void this.#enqueue(() => this.#batch())
    }, milliseconds)
  }

  /** One thing at a time, in order. What goes wrong ends the registrar: after an error nobody knows what was kept. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#batching = this.#batching.then(work).catch((error: unknown) => this.#fail(error))
    return this.#batching
  }

  async #batch(): Promise<void> {
    if (this.failure !== null) return
    const work = await this.#nextWork()
    const pending = await Promise.all(
      work.taken.map(async ({ seq, at, hash, mayRepeat, read, checked }): Promise<Pending> => {
        return {
          received: { seq, at },
          request: read.request,
          requestText: read.requestText,
          evidence: read.evidence,
          checked: await checked,
          name: String.fromCharCode(...hash),
          repeated: mayRepeat && (await wasAccepted(this.#options.store, hash)),
        }
      }),
    )
    const decided = await this.#decide(work, pending)
    for (const { read } of work.taken) this.#intake.decided(read)
    if (this.#ready.length > 0) this.#schedule(0)
    else await this.#sleepUntilDue(decided === null)
  }

  /**
   * What falls due, then requests in order of arrival. Where too much is due at once, the batch's time is that of the
   * last it can take, since a state entry later than a due time must come after its op.
   */
  async #nextWork(): Promise<Work> {
    const now = this.#clock.now()
    const due = await this.#options.store.due(now, MAX_DUE + 1)
    const last = due[MAX_DUE - 1]
    if (due.length <= MAX_DUE || last === undefined)
      return { at: now, due, taken: this.#ready.splice(0, MAX_BATCH) }
    const at = this.#lastAt !== null && this.#lastAt > last.at ? this.#lastAt : last.at
    const later = this.#ready.findIndex((item) => item.at > at)
    const count = later < 0 ? this.#ready.length : later
    return { at, due: due.slice(0, MAX_DUE), taken: this.#ready.splice(0, Math.min(MAX_BATCH, count)) }
  }

  /** Decide and commit; null where there was nothing to do. */
  async #decide(work: Pick<Work, 'at' | 'due'>, pending: readonly Pending[]): Promise<Decided | null> {
    if (this.failure !== null) throw this.failure
    const { at } = work
    const decided = await this.#build(work, pending)
    if (decided === null) return null
    if ((await this.#options.store.commit(decided.batch)) === 'stale')
      throw new Error(
        'The log has grown by another hand. This process stops; the requests are decided by the other.',
      )
    this.#advance(decided, at)
    return decided
  }

  /** The thread is left to others now and then: intake and publication must not wait for a whole batch. */
  async #build({ at, due }: Pick<Work, 'at' | 'due'>, pending: readonly Pending[]): Promise<Decided | null> {
    const { crypto, report } = this.#options
    const builder = new BatchBuilder(crypto, this.#trie, this.#state, at, this.#position)
    try {
      let decided = 0
      const turn = (): Promise<void> | null => (++decided % DECIDED_AT_ONCE === 0 ? setImmediate() : null)
      for (const _ of builder.due(due, MAX_FOLLOW_UPS)) await turn()
      for (const item of pending) {
        builder.request(item)
        await turn()
      }
      for (const fault of builder.faults) report('a request met a bug and was refused', fault)
      return builder.finish()
    } catch (error) {
      this.#trie.rollback()
      throw error
    }
  }

  /** Witnesses that the registry's own record names count from its next checkpoint on. */
  #requireWitnesses(at: Instant): void {
    const { crypto, witnesses } = this.#options
    witnesses?.require(requiredPolicies(crypto, this.#state.record(WITNESSES_KEY).value, at))
  }

  #advance({ batch, range, stateText, version }: Decided, at: Instant): void {
    const { size, root } = batch.head
    this.#requireWitnesses(at)
    this.#log.append(batch.expectedSize, batch.entries)
    this.#position = { range, previousState: size - 1 }
    this.#lastAt = at
    this.#settlements.committed(size, batch.decided)
    this.#versions.committed(version, size)
    this.#offer({ size, root, at, stateText, version })
  }

  /** Faces publish only after an import's end (design.md section 4, Founding). */
  #offer(committed: Committed): void {
    if (this.#isQuiet) this.#versions.forgetAllBut(committed.version)
    else this.#publisher.offer(committed)
  }

  #onPublished(publication: Publication): void {
    this.#versions.published(publication.version, publication.size)
    this.#options.published(publication)
    this.#settlements.published(publication.size)
  }

  /** `idle`: the last batch found nothing to do, so that what looks due cannot be done at once. */
  async #sleepUntilDue(idle: boolean): Promise<void> {
    const next = this.#isHandedOver ? null : await this.#options.store.nextDue()
    if (this.#dueTimer !== null) clearTimeout(this.#dueTimer)
    this.#dueTimer = null
    if (next === null) return
    const milliseconds = Date.parse(next) - Date.parse(this.#options.now())
    const bounded = Math.min(Math.max(milliseconds, idle ? 1000 : 0), MAX_SLEEP_MILLISECONDS)
    this.#dueTimer = setTimeout(() => this.#schedule(0), bounded)
    this.#dueTimer.unref()
  }

  settled(seq: number, milliseconds: number): Promise<void> {
    return this.#settlements.wait(seq, milliseconds)
  }

  /** Do founding acts now, in one batch. Their order is the log's. */
  async found(acts: readonly FoundingAct[]): Promise<readonly Executed['outcome'][]> {
    const pending: Pending[] = []
    for (const act of acts) {
      const request = readRequest(parseCanonicalJson(act.request))
      const evidence = readEvidence(parseCanonicalJson(act.evidence))
      if (!request.ok)
        throw new TypeError(`not a request: ${request.error.pointer} ${request.error.expected}`)
      if (!evidence.ok)
        throw new TypeError(`not evidence: ${evidence.error.pointer} ${evidence.error.expected}`)
      const checked = await this.#check(act.request, evidence.value)
      const read = { request: request.value, requestText: act.request, evidence: evidence.value }
      pending.push({ received: null, ...read, checked, name: null, repeated: false })
    }
    let outcomes: readonly Executed['outcome'][] = []
    await this.#enqueue(async () => {
      const at = this.#clock.now()
      const refusal = this.size === 0 ? firstEntryRefusal(this.#state, pending, at) : null
      if (refusal !== null) {
        outcomes = [refusal]
        return
      }
      const due = await this.#options.store.due(at, MAX_DUE)
      outcomes = (await this.#decide({ at, due }, pending))?.outcomes ?? []
    })
    if (this.failure !== null) throw this.failure
    return outcomes
  }

  async dryRun(requestText: string): Promise<DryRunResult> {
    const read = readRequestText(requestText)
    if (!read.ok) return { ok: false, problem: read.problem }
    const unusable = await this.#unusableKey(read.value.request)
    if (unusable !== null) return { ok: false, problem: unusable }
    // Between batches: the working state is the committed one.
    const run = this.#batching.then(() =>
      dryRun(this.#state, requestText, read.value.request, this.#clock.now(), this.size),
    )
    this.#batching = run.then(
      () => undefined,
      () => undefined,
    )
    return run
  }

  #fail(error: unknown): void {
    if (this.#failure !== null) return
    this.#failure = error instanceof Error ? error : new Error(String(error))
    this.#settlements.end()
    this.#publisher.stop()
    this.#options.report('the registrar has stopped', this.#failure)
    this.#options.stopped?.(this.#failure)
  }

  /** Stop taking requests, decide what has a receipt, publish, and let go of the store. */
  async drain(): Promise<void> {
    this.#closed = true
    for (const timer of [this.#timer, this.#dueTimer]) if (timer !== null) clearTimeout(timer)
    await this.#intake.close()
    await this.#batching
    while (this.#ready.length > 0 && this.failure === null) await this.#enqueue(() => this.#batch())
    if (this.#dueTimer !== null) clearTimeout(this.#dueTimer)
    this.#publisher.giveUpWaiting()
    await this.#publisher.idle()
    await this.#options.store.close()
  }

  /** Resolves when everything committed has been published; throws where signing was refused. */
  async publishedAll(): Promise<void> {
    await this.#batching
    await this.#publisher.idle()
    if (this.failure !== null) throw this.failure
  }
}
