/**
 * Intake: requests are kept durably, in groups, and only then get their receipts. The same request with the same
 * evidence gets the receipt that it already has.
 */

import { type Crypto, encodeUtf8 } from '@cadastre/crypto'
import type { IntakeItem, StoreWriter } from '@cadastre/store-port'
import type { MonotoneClock } from './clock.ts'
import type { Problem, ReadSubmission, SubmitResult } from './desk.ts'
import type { ReceiptChain } from './receipts.ts'
import { earlierAnswer } from './repeats.ts'
import { Sleep } from './sleep.ts'
import type { Checked } from './verification.ts'

/** A request with its receipt, and the check of its signatures, which may still be under way. */
export type Received = {
  readonly seq: number
  readonly at: IntakeItem['at']
  /** SHA-256 of the request's text. */
  readonly hash: Uint8Array
  /** Whether another copy of the request came before it. */
  readonly mayRepeat: boolean
  readonly read: Pick<ReadSubmission, 'request' | 'evidence' | 'requestText' | 'evidenceText'>
  readonly checked: Promise<Checked>
}

export type IntakeOptions = {
  readonly crypto: Crypto
  readonly store: Pick<StoreWriter, 'intake' | 'areReceived' | 'receiptsByRequest' | 'entries'>
  readonly clock: MonotoneClock
  readonly receipts: ReceiptChain
  readonly check: (read: ReadSubmission) => Promise<Checked>
  /** Hears of what was kept, in order of receipt, before the receipts are handed out. */
  readonly received: (items: readonly Received[]) => void
  /** The store did not keep a group, or nobody knows whether it did: the registrar must stop. */
  readonly failed: (error: unknown) => void
}

type Waiting = {
  readonly read: ReadSubmission
  readonly hash: Uint8Array
  readonly mayRepeat: boolean
  readonly checked: Promise<Checked>
  readonly resolve: (result: SubmitResult) => void
}

/** At most this many requests are kept in one transaction. */
const MAX_GROUP = 1000
/** Between two transactions; whoever comes when nothing is under way does not wait. */
const PAUSE_MILLISECONDS = 20

export const CLOSED: Problem = { code: 'closed', detail: 'The registry is not taking requests now.' }
const NOT_KEPT: Problem = { code: 'closed', detail: 'The request could not be kept; it has no receipt.' }

export class Intake {
  readonly #options: IntakeOptions
  #waiting: Waiting[] = []
  /** Results by request and evidence, until they are decided. */
  readonly #undecided = new Map<string, Promise<SubmitResult>>()
  /** How many copies of a request, with whatever evidence, are under way. */
  readonly #copies = new Map<string, number>()
  #running: Promise<void> | null = null
  #closed = false
  readonly #pause = new Sleep()

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  submit(read: ReadSubmission): Promise<SubmitResult> {
    const copy = `${read.requestText}\n${read.evidenceText}`
    const known = this.#undecided.get(copy)
    if (known !== undefined) return known
    const result = this.#submitNew(read, this.#options.crypto.sha256(encodeUtf8(read.requestText)))
    this.#undecided.set(copy, result)
    void result.then(
      ({ ok }) => (ok ? undefined : this.decided(read)),
      () => this.decided(read),
    )
    return result
  }

  /** A copy that has its receipt from before a restart, and waits for its decision. */
  resume(
    { requestText, evidenceText }: Pick<ReadSubmission, 'requestText' | 'evidenceText'>,
    result: SubmitResult,
  ): void {
    this.#undecided.set(`${requestText}\n${evidenceText}`, Promise.resolve(result))
    this.#copies.set(requestText, (this.#copies.get(requestText) ?? 0) + 1)
  }

  /** The copy is no longer under way: the log answers for it, or nothing was kept. */
  decided({ requestText, evidenceText }: Pick<ReadSubmission, 'requestText' | 'evidenceText'>): void {
    this.#undecided.delete(`${requestText}\n${evidenceText}`)
    this.#forgetCopy(requestText)
  }

  #forgetCopy(requestText: string): void {
    const copies = this.#copies.get(requestText) ?? 0
    if (copies > 1) this.#copies.set(requestText, copies - 1)
    else this.#copies.delete(requestText)
  }

  #submitNew(read: ReadSubmission, hash: Uint8Array): Promise<SubmitResult> {
    const copies = this.#copies.get(read.requestText) ?? 0
    this.#copies.set(read.requestText, copies + 1)
    if (this.#closed) return Promise.resolve({ ok: false, problem: CLOSED })
    const checked = this.#options.check(read)
    return new Promise((resolve) => {
      this.#waiting.push({ read, hash, mayRepeat: copies > 0, checked, resolve })
      this.#running ??= this.#run()
    })
  }

  /** Ends, and says so, in one step with finding nothing to do: nobody may come in between and be forgotten. */
  async #run(): Promise<void> {
    // Those who submit in the same moment belong into the same group.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP)
      const kept = await this.#keep(group)
      if (!kept) this.#closed = true
      if (!kept) for (const { resolve } of this.#waiting.splice(0)) resolve({ ok: false, problem: NOT_KEPT })
      // Those who come meanwhile share one transaction, and one wait for the disk.
      if (!this.#closed) await this.#pause.milliseconds(PAUSE_MILLISECONDS)
    }
    this.#running = null
  }

  /** Keep a group and hand out its receipts; false where that failed. */
  async #keep(group: readonly Waiting[]): Promise<boolean> {
    const { store, received, failed } = this.#options
    try {
      const kept = await this.#receipted(await this.#unanswered(group))
      if (kept.length > 0) await store.intake(kept.map(({ item }) => item))
      received(
        kept.map(({ item: { seq, at }, waiting }): Received => {
          const { hash, mayRepeat, read, checked } = waiting
          return { seq, at, hash, mayRepeat, read, checked }
        }),
      )
      for (const { item, waiting } of kept)
        waiting.resolve({ ok: true, seq: item.seq, receipt: item.receipt })
      return true
    } catch (error) {
      failed(error)
      for (const { resolve } of group) resolve({ ok: false, problem: NOT_KEPT })
      return false
    }
  }

  /** Those of the group that no earlier receipt answers; the others get that one. */
  async #unanswered(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const { store } = this.#options
    const known = await store.areReceived(group.map(({ hash }) => hash))
    const unanswered: Waiting[] = []
    for (const [index, waiting] of group.entries()) {
      const answer =
        known[index] === true ? await earlierAnswer(store, waiting.hash, waiting.read.evidenceText) : null
      if (answer === null) unanswered.push(known[index] === true ? { ...waiting, mayRepeat: true } : waiting)
      else {
        this.decided(waiting.read)
        waiting.resolve({ ok: true, seq: answer.seq, receipt: answer.receipt })
      }
    }
    return unanswered
  }

  async #receipted(
    group: readonly Waiting[],
  ): Promise<readonly { readonly waiting: Waiting; readonly item: IntakeItem }[]> {
    const { clock, receipts } = this.#options
    const at = clock.now()
    const issued = group.map(({ read, hash }) => receipts.issue(hash, at, read.deadlineSeconds))
    return Promise.all(
      issued.map(async ({ seq, text }, index) => {
        const waiting = group[index]
        if (waiting === undefined) throw new Error('one receipt for each request')
        const { requestText: request, evidenceText: evidence, openings } = waiting.read
        const receipt = await receipts.sign(text)
        return { waiting, item: { seq, at, request, evidence, requestHash: waiting.hash, receipt, openings } }
      }),
    )
  }

  /** Take nothing more; resolves when what was being kept is kept. */
  async close(): Promise<void> {
    this.#closed = true
    this.#pause.end()
    while (this.#running !== null) await this.#running
  }
}
