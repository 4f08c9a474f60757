/** Attempts to tell somebody, and the windows that they let begin, as the log says. */

import { recordNotice } from '@cadastre/procedures'
import { asObject, type OpEntry, type RecordKey, secondsOf } from '@cadastre/records'
import type { TrieState } from '@cadastre/replay'
import { Histogram } from './histogram.ts'

export type NoticesReport = {
  /** Attempts by the class of the reply. */
  readonly attempts: { readonly [reply: string]: number }
  /** Windows that began with a logged attempt. */
  readonly begun: number
  /** Seconds from the entry that owed the attempt to the one that logs it. */
  readonly medianSeconds: number | null
  readonly p95Seconds: number | null
  /** Deadlines of the registry that passed without one. */
  readonly overdue: number
}

export class NoticeCounts {
  readonly #attempts = new Map<string, number>()
  readonly #seconds = new Histogram()
  #begun = 0
  #overdue = 0

  add({ procedure, request, outcome, at }: OpEntry, before: TrieState): void {
    if (procedure !== recordNotice.id || !outcome.accepted) return
    if (request === null) this.#overdue += 1
    const body = recordNotice.body.read(request?.body ?? {}, '')
    for (const { reply } of body.ok ? body.value.attempts : [])
      this.#attempts.set(reply, (this.#attempts.get(reply) ?? 0) + 1)
    for (const { key, next } of outcome.effects) {
      if (asObject('application', key, next)?.state !== 'noticed') continue
      this.#begun += 1
      const owed = asObject('application', key, before.record(key as RecordKey).value)
      if (owed !== null) this.#seconds.add(secondsOf(at) - secondsOf(owed.opened))
    }
  }

  report(): NoticesReport {
    return {
      attempts: Object.fromEntries([...this.#attempts].sort(([one], [other]) => (one < other ? -1 : 1))),
      begun: this.#begun,
      medianSeconds: this.#seconds.quantile(0.5),
      p95Seconds: this.#seconds.quantile(0.95),
      overdue: this.#overdue,
    }
  }
}
