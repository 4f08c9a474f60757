/**
 * Answers that need more than the published state: why an entry decided as it did, and statistics. The state before a recent entry is
 * still in memory; for an older one the archive's thread follows the log up to it.
 */

import type { Archive, ArchiveReply } from '@cadastre/api'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Policy, parsePolicy } from '@cadastre/notes'
import type { PublishedReader } from '@cadastre/reader'
import type { StatisticsReport } from '@cadastre/statistics'
import { type Explanation, explain, makeWhy, NoDecisionError, verifyWhy } from '@cadastre/why'
import type { ArchiveClient, ArchiveJob, ArchiveQuestion } from './archive-client.ts'
import { recordedPage } from './pages.ts'

type Why = { readonly explanation: Explanation; readonly document: string }

/** Answers kept: entries do not change, and one page asks more than once. */
const KEPT_MAX = 64
/** Jobs that may wait for the thread at a time; who comes later is told to ask again. */
const WAITING_MAX = 16
/** How long an asker waits before it is told to ask again, milliseconds. */
const PATIENCE = 1500
const STEP = 50

/** The state before the entry is no longer in memory. */
class NotKeptError extends Error {
  override readonly name: string = 'NotKeptError'
}

export class LogArchive implements Archive {
  readonly #reader: PublishedReader
  readonly #client: Pick<ArchiveClient, 'ask'>
  readonly #pages: ReadonlyMap<string, string>
  readonly #trust: Policy
  readonly #kept = new Map<number, Why>()
  readonly #jobs = new Map<string, ArchiveJob>()
  #statistics: StatisticsReport | null = null

  constructor(
    reader: PublishedReader,
    client: Pick<ArchiveClient, 'ask'>,
    pages: ReadonlyMap<string, string>,
  ) {
    this.#reader = reader
    this.#client = client
    this.#pages = pages
    const policy = parsePolicy(nodeCrypto, reader.info.policy)
    if (!policy.ok) throw new TypeError(`the registry's own policy: ${policy.error.problem}`)
    this.#trust = policy.value
  }

  async why(index: number): Promise<ArchiveReply<Why>> {
    const kept = this.#kept.get(index)
    if (kept !== undefined) return { kind: 'ready', value: kept }
    const { note, size } = this.#reader.snapshot().publication
    if (index >= size)
      return { kind: 'none', detail: `The published log of size ${size} has no entry ${index}.` }
    try {
      return this.#told(index, await this.#recent(index, note, size))
    } catch (error) {
      if (error instanceof NoDecisionError) return { kind: 'none', detail: error.message }
      if (!(error instanceof NotKeptError)) throw error
    }
    return this.#older(index, { note, size })
  }

  #recent(index: number, checkpoint: string, size: number): Promise<string> {
    return makeWhy(
      {
        crypto: nodeCrypto,
        log: this.#reader.store,
        checkpoint,
        size,
        page: (procedure, recorded) => recordedPage(this.#pages, procedure, recorded),
        stateAt: async (until) => {
          const view = this.#reader.viewAt(until)
          if (view === null) throw new NotKeptError(`state ${until}`)
          return view
        },
      },
      index,
    )
  }

  async #older(
    index: number,
    position: { readonly note: string; readonly size: number },
  ): Promise<ArchiveReply<Why>> {
    const job = await this.#done(`why ${index}`, index, { kind: 'why', index, ...position })
    return job.kind === 'done' ? this.#told(index, job.value) : job
  }

  async statistics(): Promise<ArchiveReply<StatisticsReport>> {
    const { size } = this.#reader.snapshot().publication
    if (this.#statistics?.size === size) return { kind: 'ready', value: this.#statistics }
    const job = await this.#done('stats', size, { kind: 'stats', size })
    if (job.kind !== 'done') return job
    this.#statistics = JSON.parse(job.value) as StatisticsReport
    return { kind: 'ready', value: this.#statistics }
  }

  /** Ask the archive's thread, once for all who want the same, and wait a little. */
  async #done(name: string, total: number, question: ArchiveQuestion): Promise<ArchiveJob> {
    if (!this.#jobs.has(name)) {
      if (this.#jobs.size >= WAITING_MAX) return { kind: 'making', done: 0, total }
      this.#jobs.set(name, { kind: 'making', done: 0, total })
      this.#client.ask(question, (job) => this.#jobs.set(name, job))
    }
    for (let waited = 0; ; waited += STEP) {
      const job = this.#jobs.get(name) ?? { kind: 'making', done: 0, total }
      if (job.kind !== 'making') {
        this.#jobs.delete(name)
        return job
      }
      if (waited >= PATIENCE) return job
      await new Promise((resolve) => setTimeout(resolve, STEP))
    }
  }

  /** The registry too believes only what verifies: a document that does not is a fault of the log, or of this program. */
  #told(index: number, document: string): ArchiveReply<Why> {
    const verdict = verifyWhy(nodeCrypto, this.#trust, index, document)
    if (!verdict.ok)
      return {
        kind: 'none',
        detail: `The decision cannot be shown: ${verdict.error.code}: ${verdict.error.detail}`,
      }
    const why: Why = { explanation: explain(verdict.value), document }
    this.#kept.set(index, why)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX) break
      this.#kept.delete(oldest)
    }
    return { kind: 'ready', value: why }
  }
}
