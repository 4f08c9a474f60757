/** Signature checks, and judgements of keys, in other threads; gathered for a moment so that a message carries many. */

import { Worker } from 'node:worker_threads'
import type { EnrolledKeyBytes } from '@cadastre/registrar'
import type { Check } from '@cadastre/signatures'
import { type Answer, packQuestions, type Question } from './verify-message.ts'

type Asked = {
  readonly questions: readonly Question[]
  readonly resolve: (answers: readonly Answer[]) => void
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
      worker.on('message', (reply: { id: number; answers: readonly Answer[] }) => this.#answer(reply))
      worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
      worker.unref()
      this.#workers.push(worker)
    }
  }

  /** Whether each check passes, in order. */
  async verify(checks: readonly Check[]): Promise<readonly boolean[]> {
    const answers = await this.#ask(checks.map((check) => ({ check })))
    return answers.map((answer) => answer === true)
  }

  /** Why each key may not be enrolled, in order; null where it may. */
  async judgeKeys(keys: readonly EnrolledKeyBytes[]): Promise<readonly (string | null)[]> {
    const answers = await this.#ask(keys.map((key) => ({ key })))
    return answers.map((answer) => (typeof answer === 'string' ? answer : null))
  }

  #ask(questions: readonly Question[]): Promise<readonly Answer[]> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      if (this.#gathered.length === 0) setImmediate(() => this.#send())
      this.#gathered.push({ questions, resolve, reject })
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
    const packed = packQuestions(asked.flatMap(({ questions }) => questions))
    worker.postMessage({ id, packed }, [packed.bytes.buffer])
  }

  #answer({ id, answers }: { readonly id: number; readonly answers: readonly Answer[] }): void {
    const batch = this.#waiting.get(id)
    if (batch === undefined) throw new Error('an answer to nothing')
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) for (const worker of this.#workers) worker.unref()
    let at = 0
    for (const { questions, resolve } of batch.asked) {
      resolve(answers.slice(at, at + questions.length))
      at += questions.length
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
