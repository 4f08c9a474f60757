/** The server's side of the archive's thread: started when it is first needed, asked one thing at a time. */

import { Worker } from 'node:worker_threads'
import type { ArchiveData, FromArchive, ToArchive } from './messages.ts'

export type ArchiveJob =
  | { readonly kind: 'making'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly value: string }
  | { readonly kind: 'none'; readonly detail: string }

export type ArchiveQuestion = ToArchive extends infer M
  ? M extends ToArchive
    ? Omit<M, 'id'>
    : never
  : never

/** A state of millions of records is not kept for a question an hour. */
const IDLE_MILLISECONDS = 10 * 60 * 1000

export class ArchiveClient {
  readonly #data: ArchiveData
  readonly #failed: (error: string) => void
  readonly #waiting = new Map<number, (message: FromArchive) => void>()
  #worker: Worker | null = null
  #idle: NodeJS.Timeout | null = null
  #next = 0

  constructor(data: ArchiveData, failed: (error: string) => void) {
    this.#data = data
    this.#failed = failed
  }

  /** Ask; `update` hears of the progress and of the end. */
  ask(message: ArchiveQuestion, update: (job: ArchiveJob) => void): void {
    const id = this.#next++
    this.#waiting.set(id, (reply) => {
      if (reply.kind === 'progress') return update({ kind: 'making', done: reply.done, total: reply.total })
      this.#waiting.delete(id)
      this.#restLater()
      if (reply.kind === 'done') return update({ kind: 'done', value: reply.value })
      if (reply.kind === 'failed') this.#failed(reply.error)
      update({ kind: 'none', detail: reply.kind === 'none' ? reply.detail : 'It could not be made.' })
    })
    this.#worker ??= this.#start()
    this.#worker.postMessage({ ...message, id } as ToArchive)
  }

  /**
   * Lets go of the thread, and with it of its copies of the state, unless something is asked of it. The next question
   * starts it again and reads the log anew.
   */
  async rest(): Promise<void> {
    if (this.#waiting.size > 0) return
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
  }

  #restLater(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.rest(), IDLE_MILLISECONDS)
    this.#idle.unref()
  }

  #start(): Worker {
    const worker = new Worker(new URL('../archive-worker.ts', import.meta.url), { workerData: this.#data })
    worker.unref()
    worker.on('message', (message: FromArchive) => this.#waiting.get(message.id)?.(message))
    worker.on('error', (error) => {
      this.#worker = null
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      for (const [id, reply] of [...this.#waiting]) reply({ kind: 'failed', id, error: text })
    })
    return worker
  }

  async close(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle)
    await this.#worker?.terminate()
  }
}
