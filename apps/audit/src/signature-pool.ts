/** Worker threads that check signatures while the main thread replays. */

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { RelyingParty } from '@cadastre/signatures'

export type SignatureJob = {
  readonly id: number
  /** An entry bundle (C2SP tlog-tiles) of `width` entries. */
  readonly bytes: Uint8Array
  readonly width: number
  readonly relyingParty: RelyingParty | null
}
/** One byte for each entry: see `signature-checks.ts`. */
export type SignatureResult = { readonly id: number; readonly results: Uint8Array }

type Waiting = {
  readonly resolve: (results: Uint8Array) => void
  readonly reject: (error: Error) => void
}

export class SignaturePool {
  readonly #workers: readonly Worker[]
  readonly #waiting = new Map<number, Waiting>()
  #failure: Error | null = null
  #next = 0

  constructor(size: number = availableParallelism()) {
    this.#workers = Array.from({ length: size }, () => this.#start())
  }

  get size(): number {
    return this.#workers.length
  }

  #start(): Worker {
    const worker = new Worker(new URL('./signature-worker.ts', import.meta.url))
    worker.on('message', ({ id, results }: SignatureResult) => {
      this.#waiting.get(id)?.resolve(results)
      this.#waiting.delete(id)
    })
    worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
    return worker
  }

  #fail(error: Error): void {
    this.#failure = error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  /** Results for a bundle; its bytes stay the caller's. */
  check(bytes: Uint8Array, width: number, relyingParty: RelyingParty | null): Promise<Uint8Array> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    const id = this.#next
    this.#next += 1
    const copy = new Uint8Array(bytes)
    const job: SignatureJob = { id, bytes: copy, width, relyingParty }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#workers[id % this.#workers.length]?.postMessage(job, [copy.buffer])
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}
