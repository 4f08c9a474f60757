/** Hands attempts to the registry, a batch at a time. What became of a batch the follower reads in the log. */

import { MAX_ATTEMPTS } from '@cadastre/procedures'
import type { JsonObject } from '@cadastre/records'
import type { Batch, Outbox } from './outbox.ts'

/** The way into the log, which the program gives. */
export type NoticeLog = {
  /** Handle of the notifier. */
  readonly staff: string
  /** A signed request with this body; null where the registry does not know the notifier's key. */
  readonly sign: (body: JsonObject) => { readonly request: string; readonly evidence: string } | null
  /** `later`: not now. `unfit`: never, as it is. What is taken is decided, and stands in the log. */
  readonly submit: (request: string, evidence: string) => Promise<'taken' | 'later' | 'unfit'>
}

/** So long is waited for an answer in the log before the same request goes in again. */
const AGAIN_MILLISECONDS = 5 * 60_000
const FIRST_WAIT_MILLISECONDS = 60_000
const LONGEST_WAIT_MILLISECONDS = 3_600_000

export class Recorder {
  readonly #outbox: Outbox
  readonly #log: NoticeLog
  readonly #now: () => number
  #handed: { readonly id: number; readonly at: number } | null = null
  #refusals = 0
  /** Refusals one after the other. */
  #inRow = 0
  #notBefore = 0

  constructor(outbox: Outbox, log: NoticeLog, now: () => number) {
    this.#outbox = outbox
    this.#log = log
    this.#now = now
    this.#refusals = outbox.refusals
  }

  /** Hands in the batch that is on its way, or the next one; nothing while an answer or the end of a wait is due. */
  async handOver(): Promise<void> {
    const now = this.#now()
    this.#look(now)
    if (now < this.#notBefore) return
    const batch = this.#outbox.open() ?? this.#next()
    if (batch === null) return
    if (this.#handed?.id === batch.id && now < this.#handed.at + AGAIN_MILLISECONDS) return
    const answer = await this.#log.submit(batch.request, batch.evidence)
    if (answer === 'taken') this.#handed = { id: batch.id, at: now }
    else if (answer === 'unfit') this.#outbox.refused(batch.request)
  }

  /** After a refusal the next batch is smaller, and later; after an acceptance all is as before. */
  #look(now: number): void {
    const fresh = this.#outbox.refusals - this.#refusals
    if (fresh > 0) {
      this.#refusals = this.#outbox.refusals
      const wait = Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** this.#inRow)
      this.#inRow += fresh
      this.#notBefore = now + wait
      this.#handed = null
    } else if (this.#handed !== null && this.#outbox.open()?.id !== this.#handed.id) {
      this.#handed = null
      this.#inRow = 0
    }
  }

  #next(): Batch | null {
    const attempts = this.#outbox.next(Math.max(1, MAX_ATTEMPTS >> this.#inRow))
    if (attempts.length === 0) return null
    const signed = this.#log.sign({
      staff: this.#log.staff,
      attempts: attempts.map(({ attempt }) => ({ ...attempt })),
    })
    return signed === null ? null : this.#outbox.keep(signed.request, signed.evidence, attempts)
  }
}
