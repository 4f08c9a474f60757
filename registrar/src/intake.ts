/**
 * Intake: requests are kept durably, in groups, and only then get their receipts. The same request gets the receipt
 * that it already has.
 */

import { type Crypto, encodeUtf8 } from '@cadastre/crypto'
import type { IntakeItem, StoreWriter } from '@cadastre/store-port'
import type { MonotoneClock } from './clock.ts'
import type { Problem, ReadSubmission, SubmitResult } from './desk.ts'
import type { ReceiptChain } from './receipts.ts'
import type { Checked } from './verification.ts'

/** A request with its receipt, and the check of its signatures, which may still be under way. */
export type Received = {
  readonly seq: number
  readonly at: IntakeItem['at']
  readonly read: Pick<ReadSubmission, 'request' | 'evidence'>
  readonly checked: Promise<Checked>
}

export type IntakeOptions = {
  readonly crypto: Crypto
  readonly store: Pick<StoreWriter, 'intake' | 'receiptByRequest'>
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
  readonly #byHash = new Map<string, Promise<SubmitResult>>()
  #running: Promise<void> | null = null
  #closed = false

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  submit(read: ReadSubmission): Promise<SubmitResult> {
    const hash = this.#options.crypto.sha256(encodeUtf8(read.requestText))
    const name = String.fromCharCode(...hash)
    const known = this.#byHash.get(name)
    if (known !== undefined) return known
    const forget = (): void => {
      this.#byHash.delete(name)
    }
    const result = this.#submitNew(read, hash)
    this.#byHash.set(name, result)
    void result.then(forget, forget)
    return result
  }

  async #submitNew(read: ReadSubmission, hash: Uint8Array): Promise<SubmitResult> {
    const earlier = await this.#options.store.receiptByRequest(hash)
    if (earlier !== null) return { ok: true, seq: earlier.seq, receipt: earlier.receipt }
    if (this.#closed) return { ok: false, problem: CLOSED }
    const checked = this.#options.check(read)
    return new Promise((resolve) => {
      this.#waiting.push({ read, hash, checked, resolve })
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
    const items = group.map(({ read, hash }): IntakeItem => {
      const { seq, receipt } = receipts.issue(hash, at, read.deadlineSeconds)
      const { requestText: request, evidenceText: evidence, openings } = read
      return { seq, at, request, evidence, requestHash: hash, receipt, openings }
    })
    try {
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
      pairs.map(({ item: { seq }, waiting: { read, checked } }): Received => ({ seq, at, read, checked })),
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
