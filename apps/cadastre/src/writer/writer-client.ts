/** The main thread's side of the writer: the desk, publications, and what to tell the operator. */

import { Worker } from 'node:worker_threads'
import type { Desk, DryRunResult, Submission, SubmitResult } from '@cadastre/registrar'
import type { Publication } from '@cadastre/store-port'
import type { FromWriter, Phase, Reply, ToWriter, WriterData } from './messages.ts'

export type WriterEvents = {
  readonly published: (publication: Publication) => void
  readonly progress: (phase: Phase, done: number, total: number | null) => void
  readonly report: (message: string, error: string | null) => void
  /** The writer has stopped for good. */
  readonly failed: (name: string, message: string) => void
}

export type Opened = { readonly logVkey: string; readonly receiptVkey: string; readonly policy: string }

/** An error of the writer's thread, with its name kept. */
class WriterError extends Error {
  override readonly name: string
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

const CLOSED: Reply = {
  ok: false,
  problem: { code: 'closed', detail: 'The registry has stopped taking requests.' },
}

/** Acts are short-lived objects: a larger nursery lets most of them die before they are moved. */
export const WRITER_LIMITS: { readonly maxYoungGenerationSizeMb: number } = { maxYoungGenerationSizeMb: 96 }

type Unnumbered = ToWriter extends infer M ? (M extends ToWriter ? Omit<M, 'id'> : never) : never

export class WriterClient implements Desk {
  readonly opened: Promise<Opened>
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #replies = new Map<number, (value: Reply) => void>()
  #next = 0
  #stopped = false

  constructor(data: WriterData, events: WriterEvents) {
    this.#worker = new Worker(new URL('./writer-worker.ts', import.meta.url), {
      workerData: data,
      resourceLimits: WRITER_LIMITS,
    })
    const opened = Promise.withResolvers<Opened>()
    const ready = Promise.withResolvers<void>()
    this.opened = opened.promise
    this.ready = ready.promise
    const fail = (name: string, message: string): void => {
      this.#stopped = true
      const error = new WriterError(name, message)
      opened.reject(error)
      ready.reject(error)
      for (const reply of this.#replies.values()) reply(CLOSED)
      this.#replies.clear()
      events.failed(name, message)
    }
    this.#worker.on('message', (message: FromWriter) => {
      if (message.kind === 'opened') opened.resolve(message)
      else if (message.kind === 'ready') ready.resolve()
      else if (message.kind === 'published') events.published(message.publication)
      else if (message.kind === 'progress') events.progress(message.phase, message.done, message.total)
      else if (message.kind === 'report') events.report(message.message, message.error)
      else if (message.kind === 'failed') fail(message.name, message.message)
      else this.#reply(message.id, message.value)
    })
    this.#worker.on('error', (error) => {
      fail(
        error instanceof Error ? error.name : 'Error',
        error instanceof Error ? error.message : String(error),
      )
    })
  }

  #reply(id: number, value: Reply): void {
    this.#replies.get(id)?.(value)
    this.#replies.delete(id)
  }

  #ask(message: Unnumbered): Promise<Reply> {
    if (this.#stopped) return Promise.resolve(CLOSED)
    const id = this.#next++
    return new Promise((resolve) => {
      this.#replies.set(id, resolve)
      this.#worker.postMessage({ ...message, id } as ToWriter)
    })
  }

  async submit(submission: Submission): Promise<SubmitResult> {
    return (await this.#ask({ kind: 'submit', submission })) as SubmitResult
  }

  async dryRun(request: string): Promise<DryRunResult> {
    return (await this.#ask({ kind: 'dry-run', request })) as DryRunResult
  }

  async settled(seq: number, milliseconds: number): Promise<void> {
    await this.#ask({ kind: 'settled', seq, milliseconds })
  }

  /** Decide what has a receipt, publish, and end the thread. */
  async drain(): Promise<void> {
    await this.#ask({ kind: 'drain' })
    await this.#worker.terminate()
  }

  /** End the thread at once; what was receipted is decided at the next start. */
  async abandon(): Promise<void> {
    await this.#worker.terminate()
  }
}
