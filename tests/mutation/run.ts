// Judges every mutant of a plan, in one or more worker processes, each watched: one that does not answer is ended.

import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Verdict } from './campaign.ts'
import type { Mutant } from './instrument.ts'
import type { Plan } from './plan.ts'
import type { FromWorker } from './worker.ts'

const WORKER = join(import.meta.dirname, 'worker.ts')
/** A mutant has this many times the time its tests take without it, and so many seconds besides. */
const TIME_FACTOR = 5
const TIME_MIN_MS = 10_000
const HEAP_MAX_MB = 1024

/** A worker process, with the mutant it has at the moment. */
class Worker {
  readonly #child: ChildProcess
  #waiting: ((message: FromWorker | null) => void) | null = null
  readonly #messages: (FromWorker | null)[] = []

  constructor(planPath: string) {
    this.#child = fork(WORKER, [planPath], {
      execArgv: [`--max-old-space-size=${HEAP_MAX_MB}`],
      silent: true,
    })
    this.#child.on('message', (message: FromWorker) => this.#put(message))
    this.#child.on('exit', () => this.#put(null))
  }

  #put(message: FromWorker | null): void {
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting === null) this.#messages.push(message)
    else waiting(message)
  }

  /** The next message; null where the process has ended or does not answer in time. */
  async next(timeoutMs: number): Promise<FromWorker | null> {
    const there = this.#messages.shift()
    if (there !== undefined) return there
    return await new Promise((resolve) => {
      const timer = setTimeout(() => this.#waiting?.(null), timeoutMs)
      this.#waiting = (message) => {
        clearTimeout(timer)
        this.#waiting = null
        resolve(message)
      }
    })
  }

  ask(id: string): void {
    this.#child.send(id)
  }
  end(): void {
    this.#child.removeAllListeners()
    this.#child.kill('SIGKILL')
  }
}

const START_MAX_MS = 120_000

async function started(planPath: string): Promise<Worker> {
  const worker = new Worker(planPath)
  const first = await worker.next(START_MAX_MS)
  if (first?.kind === 'ready') return worker
  worker.end()
  throw new Error(first?.kind === 'unfit' ? first.message : 'the worker did not start')
}

/** The worker's verdict; null where it died over the mutant or was too slow. */
async function judged(worker: Worker, id: string): Promise<Verdict | null> {
  worker.ask(id)
  const begun = await worker.next(TIME_MIN_MS)
  if (begun?.kind !== 'begun') return null
  const answer = await worker.next(TIME_MIN_MS + TIME_FACTOR * begun.expectedMs)
  return answer?.kind === 'verdict' ? answer.verdict : null
}

/**
 * Judge these mutants of the plan.
 *
 * @throws Error where a test fails without any mutant
 */
export async function judgeAll(
  plan: Plan,
  mutants: readonly Mutant[],
  jobs: number,
  onVerdict: (verdict: Verdict) => void,
): Promise<readonly Verdict[]> {
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-mutation-'))
  const planPath = join(directory, 'plan.json')
  writeFileSync(planPath, JSON.stringify(plan))
  const verdicts: Verdict[] = []
  const waiting = mutants.map(({ id }) => id)
  // Interrupted, it ends with what it has.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      waiting.length = 0
    })
  const work = async (): Promise<void> => {
    let worker: Worker | null = null
    try {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        worker ??= await started(planPath)
        const given = await judged(worker, id)
        const verdict = given ?? { id, status: 'endless', by: null }
        if (given === null) {
          worker.end()
          worker = null
        }
        verdicts.push(verdict)
        onVerdict(verdict)
      }
    } finally {
      worker?.end()
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, work))
  } finally {
    rmSync(directory, { recursive: true })
  }
  return verdicts
}
