/**
 * Intake: requests are kept durably, in groups, and only then get their receipts. The same request with the same
 * evidence gets the receipt that it already has.
 */

import { type Crypto, encodeUtf8 } from '@cadastre/crypto'
import type { IntakeItem, StoreWriter } from '@cadastre/store-port'
import type { MonotoneClock } from './clock.ts'
import type { Problem, ReadSubmission, SubmitResult } from './desk.ts'
import type { ReceiptChain } from './receipts.ts'
import { earlierCopies } from './repeats.ts'
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
  readonly store: Pick<StoreWriter, 'intake' | 'receiptsByRequest' | 'entries'>
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

  async #submitNew(read: ReadSubmission, hash: Uint8Array): Promise<SubmitResult> {
    const copies = this.#copies.get(read.requestText) ?? 0
    this.#copies.set(read.requestText, copies + 1)
    const { any, answer } = await earlierCopies(this.#options.store, hash, read.evidenceText)
    if (answer !== null) {
      this.decided(read)
      return { ok: true, seq: answer.seq, receipt: answer.receipt }
    }
    if (this.#closed) return { ok: false, problem: CLOSED }
    const checked = this.#options.check(read)
    return new Promise((resolve) => {
      this.#waiting.push({ read, hash, mayRepeat: any || copies > 0, checked, resolve })
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
    }
    this.#running = null
  }

  async #keep(group: readonly Waiting[]): Promise<boolean> {
    const { clock, receipts, store, received, failed } = this.#options
    const at = clock.now()
    const issued = group.map(({ read, hash }) => receipts.issue(hash, at, read.deadlineSeconds))
    const items: IntakeItem[] = []
    try {
      const signed = await Promise.all(issued.map(({ text }) => receipts.sign(text)))
      for (const [index, { read, hash }] of group.entries()) {
        const { requestText: request, evidenceText: evidence, openings } = read
        const [seq, receipt] = [issued[index]?.seq, signed[index]]
        if (seq === undefined || receipt === undefined) throw new Error('one receipt for each request')
        items.push({ seq, at, request, evidence, requestHash: hash, receipt, openings })
      }
      await store.intake(items)
    } catch (error) {
      failed(error)
      for (const { resolve } of group) resolve({ ok: false, problem: NOT_KEPT })
      return false
    }
    const pairs = group.map((waiting, index) => {
      const item = items[index]
      if (item === undefined) throw new Error('one item for each request')
      return { waiting, item }
    })
    received(
      pairs.map(
        ({ item: { seq }, waiting: { hash, mayRepeat, read, checked } }): Received => ({
          seq,
          at,
          hash,
          mayRepeat,
          read,
          checked,
        }),
      ),
    )
    for (const { item, waiting } of pairs) waiting.resolve({ ok: true, seq: item.seq, receipt: item.receipt })
    return true
  }

  /** Take nothing more; resolves when what was being kept is kept. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#running !== null) await this.#running
  }
}
