/**
 * The one writer. Requests come in through the desk, are kept durably and receipted, and are decided in order of
 * arrival, in batches; what falls due is done first in each batch. Commit, then publish.
 */

import { type Crypto, encodeUtf8 } from '@cadastre/crypto'
import type { Executed } from '@cadastre/procedures'
import { execute, procedureById, REGISTRY_KEY } from '@cadastre/procedures'
import {
  type Instant,
  type Json,
  parseCanonicalJson,
  preAuthenticationEncoding,
  type Registry,
  readRequest,
} from '@cadastre/records'
import type { TrieState } from '@cadastre/replay'
import { type Check, checksOf, readEvidence, requestMessage, verifiedBy } from '@cadastre/signatures'
import type { IntakeItem, Publication, StoreWriter } from '@cadastre/store-port'
import type { TrieMemory, TrieWriter, Version } from '@cadastre/trie'
import type { NoteSigner } from '@cadastre/notes'
import { BatchBuilder, type Decided, type LogPosition, type Pending } from './batch.ts'
import { loadState } from './boot.ts'
import { type CheckpointGuard, refuseFork } from './checkpoint-guard.ts'
import {
  type Desk,
  type DryRunResult,
  type ReadSubmission,
  type RecordChange,
  readRequestText,
  readSubmission,
  type Submission,
  type SubmitResult,
} from './desk.ts'
import { signaturesOfParties } from './dry-run.ts'
import type { PublicFiles } from './public-files.ts'
import { Publisher } from './publisher.ts'
import { publishedSizeOf } from './published-size.ts'
import { ReceiptChain } from './receipts.ts'
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
  /** Checks signatures, in the order given; may use other threads. */
  readonly verify: (checks: readonly Check[]) => Promise<readonly boolean[]>
  readonly published: (publication: Publication) => void
  /** Something that the operator must see. */
  readonly report: (message: string, error?: Error) => void
  /** How long a batch gathers requests, at most 200. */
  readonly batchMilliseconds: number
  readonly retryMilliseconds: number
}

/** A founding act: done by the operator on its own machine, without receipt, before the registry opens. */
export type FoundingAct = { readonly request: string; readonly evidence: string }

type Waiting = { readonly read: ReadSubmission; readonly hash: Uint8Array; readonly resolve: (result: SubmitResult) => void }
type Ready = { readonly seq: number; readonly pending: Promise<Pending> }

const MAX_BATCH = 2000
const MAX_INTAKE = 1000
/** Follow-up due ops in one batch (serving a pool's queue); the rest goes into the next batch. */
const MAX_FOLLOW_UPS = 2000
const MAX_DUE = 100_000
const GATHER_MILLISECONDS = 10

export class Registrar implements Desk {
  readonly #options: RegistrarOptions
  readonly #publisher: Publisher
  readonly #versions: VersionKeeper
  readonly #receipts: ReceiptChain
  readonly #trie: TrieWriter
  readonly #state: TrieState
  #position: LogPosition
  #lastAt: Instant | null
  readonly #waiting: Waiting[] = []
  readonly #byHash = new Map<string, Promise<SubmitResult>>()
  readonly #ready: Ready[] = []
  readonly #settlers: { readonly seq: number; readonly resolve: () => void }[] = []
  #decidedSeq = 0
  /** Highest decided seq at each committed size that is not published yet. */
  #unpublished: { size: number; seq: number }[] = []
  #settledSeq = 0
  #intaking: Promise<void> | null = null
  #batching: Promise<void> = Promise.resolve()
  #timer: ReturnType<typeof setTimeout> | null = null
  #closed = false
  #failure: Error | null = null

  private constructor(
    options: RegistrarOptions,
    loaded: Awaited<ReturnType<typeof loadState>>,
    publishedSize: number,
    receipts: ReceiptChain,
  ) {
    this.#options = options
    this.#trie = loaded.trie
    this.#state = loaded.state
    this.#position = { range: loaded.range, previousState: loaded.head === null ? null : loaded.head.size - 1 }
    this.#lastAt = loaded.head?.at ?? null
    this.#receipts = receipts
    this.#versions = new VersionKeeper((version) => this.#trie.release(version))
    this.#publisher = new Publisher(
      {
        crypto: options.crypto,
        store: options.store,
        files: options.files,
        guard: options.guard,
        origin: options.origin,
        signers: [options.logSigner],
        witnesses: options.witnesses,
        published: (publication) => this.#onPublished(publication),
        waiting: (reasons) => options.report(`waiting for witnesses: ${reasons.join('; ')}`),
        retryMilliseconds: options.retryMilliseconds,
      },
      publishedSize,
    )
  }

  /**
   * Load the state, refuse where signing would fork, finish publishing what was committed, and take up the requests
   * that were received and not decided. Throws ForkRefusedError or DamagedStoreError.
   */
  static async open(options: RegistrarOptions, progress?: (records: number) => void): Promise<Registrar> {
    const { crypto, store } = options
    await refuseFork(crypto, store, options.guard)
    const loaded = await loadState(crypto, store, options.memory, progress)
    const published = publishedSizeOf(await options.files.published(), loaded.head?.size ?? 0)
    const receipts = new ReceiptChain(crypto, options.receiptSigner, options.origin, await store.lastReceipt())
    const registrar = new Registrar(options, loaded, published, receipts)
    if (loaded.head !== null && loaded.stateText !== null) {
      registrar.#versions.committed(loaded.version, loaded.head.size)
      registrar.#offer(loaded.head.size, loaded.head.root, loaded.head.at, loaded.stateText, loaded.version)
    }
    for (const item of await store.undecided()) registrar.#resume(item)
    registrar.#schedule(0)
    return registrar
  }

  /** The registry's record, in the working state; null before genesis. */
  get registry(): Registry | null {
    return this.#state.record(REGISTRY_KEY).value as Registry | null
  }
  get size(): number {
    return this.#position.range.size
  }
  get publishedSize(): number {
    return this.#publisher.publishedSize
  }
  /** Why the registrar has stopped for good; null while it works. */
  get failure(): Error | null {
    return this.#failure ?? this.#publisher.failure
  }

  submit(submission: Submission): Promise<SubmitResult> {
    if (this.#closed || this.failure !== null)
      return Promise.resolve({ ok: false, problem: { code: 'closed', detail: 'The registry is not taking requests now.' } })
    const read = readSubmission(this.#options.crypto, submission)
    if (!read.ok) return Promise.resolve({ ok: false, problem: read.problem })
    const hash = this.#options.crypto.sha256(encodeUtf8(submission.request))
    const name = String.fromCharCode(...hash)
    const known = this.#byHash.get(name)
    if (known !== undefined) return known
    const result = this.#submitNew(read.value, hash)
    this.#byHash.set(name, result)
    void result.then(
      () => this.#byHash.delete(name),
      () => this.#byHash.delete(name),
    )
    return result
  }

  async #submitNew(read: ReadSubmission, hash: Uint8Array): Promise<SubmitResult> {
    // The same request gets the receipt it already has.
    const earlier = await this.#options.store.receiptByRequest(hash)
    if (earlier !== null) return { ok: true, seq: earlier.seq, receipt: earlier.receipt }
    return new Promise((resolve) => {
      this.#waiting.push({ read, hash, resolve })
      this.#intaking ??= this.#intake().finally(() => {
        this.#intaking = null
      })
    })
  }

  /** Keep received requests durably, in groups, then hand out their receipts. */
  async #intake(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_INTAKE)
      const received = this.#now()
      const items = group.map(({ read, hash }): IntakeItem => {
        const { seq, receipt } = this.#receipts.issue(hash, received, read.deadlineSeconds)
        return {
          seq,
          at: received,
          request: read.requestText,
          evidence: read.evidenceText,
          requestHash: hash,
          receipt,
          openings: read.openings,
        }
      })
      try {
        await this.#options.store.intake(items)
      } catch (error) {
        this.#fail(error)
        for (const { resolve } of group)
          resolve({ ok: false, problem: { code: 'closed', detail: 'The request could not be kept; it has no receipt.' } })
        return
      }
      for (const [index, { read, resolve }] of group.entries()) {
        const item = items[index]
        if (item === undefined) throw new Error('one item for each request')
        this.#enqueue(item, read)
        resolve({ ok: true, seq: item.seq, receipt: item.receipt })
      }
      this.#schedule(GATHER_MILLISECONDS)
    }
  }

  #enqueue(item: IntakeItem, read: Pick<ReadSubmission, 'request' | 'evidence' | 'requestText'>): void {
    const received = { seq: item.seq, at: item.at }
    this.#ready.push({ seq: item.seq, pending: this.#verify(read, received) })
  }

  /** A request that a crash left between receipt and decision. */
  #resume(item: IntakeItem): void {
    const request = readRequest(parseCanonicalJson(item.request))
    const evidence = readEvidence(parseCanonicalJson(item.evidence))
    if (!request.ok || !evidence.ok) throw new Error(`the intake holds no request at ${item.seq}`)
    this.#enqueue(item, { request: request.value, evidence: evidence.value, requestText: item.request })
  }

  async #verify(
    read: Pick<ReadSubmission, 'request' | 'evidence' | 'requestText'>,
    received: Pending['received'],
  ): Promise<Pending> {
    const { crypto, verify } = this.#options
    const message = requestMessage(read.requestText)
    const checks = checksOf(message, read.evidence, this.registry?.relyingParty ?? null, crypto)
    const passed = checks === null ? [] : await verify(checks)
    const signatures = verifiedBy(read.evidence, checks, (_check, index) => passed[index] === true)
    return { received, request: read.request, evidence: read.evidence, signatures }
  }

  #now(): Instant {
    const now = this.#options.now()
    return this.#lastAt !== null && now < this.#lastAt ? this.#lastAt : now
  }

  #schedule(milliseconds: number): void {
    if (this.#timer !== null || this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#batching = this.#batching.then(() => this.#batch()).catch((error: unknown) => this.#fail(error))
    }, milliseconds)
  }

  async #batch(): Promise<void> {
    if (this.failure !== null) return
    const taken = this.#ready.splice(0, MAX_BATCH)
    const pending = await Promise.all(taken.map((ready) => ready.pending))
    await this.#decide(pending)
    if (this.#ready.length > 0) this.#schedule(0)
    else await this.#sleepUntilDue()
  }

  /** Decide and commit; the outcomes in order. After a lost compare-and-swap nothing is known: that ends the writer. */
  async #decide(pending: readonly Pending[]): Promise<readonly Executed['outcome'][]> {
    const { crypto, store } = this.#options
    const at = this.#now()
    const builder = new BatchBuilder(crypto, this.#trie, this.#state, at, this.#position)
    const decided = await this.#build(builder, at, pending)
    if (decided === null) return []
    const result = await store.commit(decided.batch)
    if (result === 'stale')
      throw new Error('The log has grown by another hand. This process stops; the requests are decided by the other.')
    this.#advance(decided, at)
    return decided.outcomes
  }

  async #build(builder: BatchBuilder, at: Instant, pending: readonly Pending[]): Promise<Decided | null> {
    try {
      builder.due(await this.#options.store.due(at, MAX_DUE), MAX_FOLLOW_UPS)
      for (const item of pending) builder.request(item)
      for (const fault of builder.faults) this.#options.report('a request met a bug and was refused', fault)
      return builder.finish()
    } catch (error) {
      this.#trie.rollback()
      throw error
    }
  }

  #advance(decided: Decided, at: Instant): void {
    const { head } = decided.batch
    this.#position = { range: decided.range, previousState: head.size - 1 }
    this.#lastAt = at
    this.#decidedSeq = Math.max(this.#decidedSeq, ...decided.batch.decided.map(({ seq }) => seq).slice(-1))
    this.#unpublished.push({ size: head.size, seq: this.#decidedSeq })
    this.#versions.committed(decided.version, head.size)
    this.#offer(head.size, head.root, at, decided.stateText, decided.version)
  }

  /** Faces publish only after an import's end (design.md section 4, Founding). */
  #offer(size: number, root: Uint8Array, at: Instant, stateText: string, version: Version): void {
    if (this.registry?.importing != null) this.#versions.forgetAllBut(version)
    else this.#publisher.offer({ size, root, at, stateText, version })
  }

  #onPublished(publication: Publication): void {
    this.#versions.published(publication.version, publication.size)
    for (const { size, seq } of this.#unpublished) if (size <= publication.size) this.#settledSeq = seq
    this.#unpublished = this.#unpublished.filter(({ size }) => size > publication.size)
    this.#options.published(publication)
    const settled = this.#settlers.filter(({ seq }) => seq <= this.#settledSeq)
    for (const settler of settled) {
      this.#settlers.splice(this.#settlers.indexOf(settler), 1)
      settler.resolve()
    }
  }

  async #sleepUntilDue(): Promise<void> {
    const next = await this.#options.store.nextDue()
    if (next === null) return
    const milliseconds = Math.max(0, Date.parse(next) - Date.parse(this.#options.now()))
    // Timers take at most 2^31 - 1 ms; an hour is often enough to look again.
    this.#dueTimer(Math.min(milliseconds, 3_600_000))
  }

  #dueTimer(milliseconds: number): void {
    const timer = setTimeout(() => this.#schedule(0), milliseconds)
    timer.unref()
  }

  settled(seq: number, milliseconds: number): Promise<void> {
    if (seq <= this.#settledSeq) return Promise.resolve()
    return new Promise((resolve) => {
      const settler = {
        seq,
        resolve: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      const timer = setTimeout(() => {
        this.#settlers.splice(this.#settlers.indexOf(settler), 1)
        resolve()
      }, milliseconds)
      this.#settlers.push(settler)
    })
  }

  /** Do founding acts now, in one batch. Their order is the log's. */
  async found(acts: readonly FoundingAct[]): Promise<readonly Executed['outcome'][]> {
    const pending: Pending[] = []
    for (const act of acts) {
      const request = readRequest(parseCanonicalJson(act.request))
      const evidence = readEvidence(parseCanonicalJson(act.evidence))
      if (!request.ok) throw new TypeError(`not a request: ${request.error.pointer} ${request.error.expected}`)
      if (!evidence.ok) throw new TypeError(`not evidence: ${evidence.error.pointer} ${evidence.error.expected}`)
      const read = { request: request.value, evidence: evidence.value, requestText: act.request }
      pending.push(await this.#verify(read, null))
    }
    const run = this.#batching.then(() => this.#decide(pending))
    this.#batching = run.then(
      () => undefined,
      (error: unknown) => this.#fail(error),
    )
    return run
  }

  dryRun(requestText: string): Promise<DryRunResult> {
    const read = readRequestText(requestText)
    if (!read.ok) return Promise.resolve({ ok: false, problem: read.problem })
    const run = this.#batching.then((): DryRunResult => this.#dryRun(requestText, read.value.request))
    this.#batching = run.then(
      () => undefined,
      () => undefined,
    )
    return run
  }

  #dryRun(requestText: string, request: Pending['request']): DryRunResult {
    const procedure = procedureById(request.procedure)
    if (procedure === null) throw new Error('checked by readRequestText')
    const at = this.#now()
    const everybody = signaturesOfParties(this.#state, request.body)
    const act = { kind: 'request', request, signatures: everybody, received: at } as const
    const executed = execute(procedure, act, this.#state, at, this.size)
    const toSign = preAuthenticationEncoding(requestText, encodeUtf8(requestText).length)
    if (!executed.outcome.accepted) return { ok: true, toSign, outcome: executed.outcome }
    const changes = executed.outcome.stamped.map(
      ({ key, next }): RecordChange => ({ key, before: this.#state.record(key).value as Json, after: next }),
    )
    return { ok: true, toSign, outcome: { accepted: true, changes } }
  }

  #fail(error: unknown): void {
    this.#failure = error instanceof Error ? error : new Error(String(error))
    this.#options.report('the registrar has stopped', this.#failure)
  }

  /** Stop taking requests, decide what has a receipt, publish, and let go of the store. */
  async drain(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    while (this.#intaking !== null) await this.#intaking
    await this.#batching
    while (this.#ready.length > 0 && this.failure === null) {
      this.#batching = this.#batching.then(() => this.#batch()).catch((error: unknown) => this.#fail(error))
      await this.#batching
    }
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
