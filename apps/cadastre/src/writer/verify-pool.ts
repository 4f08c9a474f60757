/** Signature checks in other threads, gathered for a moment so that a message carries many. */

import { Worker } from 'node:worker_threads'
import type { Check } from '@cadastre/signatures'

type Asked = {
  readonly checks: readonly Check[]
  readonly resolve: (passed: readonly boolean[]) => void
  readonly reject: (error: Error) => void
}

export class VerifyPool {
  readonly #workers: Worker[] = []
  readonly #waiting = new Map<number, { readonly asked: readonly Asked[]; readonly worker: number }>()
  #gathered: Asked[] = []
  #next = 0
  #failure: Error | null = null

  constructor(threads: number) {
    for (let index = 0; index < threads; index++) {
      const worker = new Worker(new URL('./verify-worker.ts', import.meta.url))
      worker.on('message', (reply: { id: number; passed: readonly boolean[] }) => this.#answer(reply))
      worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
      worker.unref()
      this.#workers.push(worker)
    }
  }

  /** Whether each check passes, in order. */
  verify(checks: readonly Check[]): Promise<readonly boolean[]> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      if (this.#gathered.length === 0) setImmediate(() => this.#send())
      this.#gathered.push({ checks, resolve, reject })
    })
  }

  #send(): void {
    const asked = this.#gathered
    this.#gathered = []
    const index = this.#next % this.#workers.length
    const worker = this.#workers[index]
    if (worker === undefined) throw new Error('a pool has at least one thread')
    const id = this.#next++
    this.#waiting.set(id, { asked, worker: index })
    worker.ref()
    worker.postMessage({ id, checks: asked.flatMap(({ checks }) => checks) })
  }

  #answer({ id, passed }: { readonly id: number; readonly passed: readonly boolean[] }): void {
    const batch = this.#waiting.get(id)
    if (batch === undefined) throw new Error('an answer to nothing')
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) for (const worker of this.#workers) worker.unref()
    let at = 0
    for (const { checks, resolve } of batch.asked) {
      resolve(passed.slice(at, at + checks.length))
      at += checks.length
    }
  }

  #fail(error: Error): void {
    this.#failure = error
    for (const { asked } of this.#waiting.values()) for (const { reject } of asked) reject(error)
    this.#waiting.clear()
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}
