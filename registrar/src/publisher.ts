/**
 * Publication: tiles, then the checkpoint kept, signed and cosigned, then shown. It always publishes the newest
 * committed state; while one checkpoint is under way, batches go on, and what they add is published next.
 */

import type { Crypto } from '@cadastre/crypto'
import { TILE_WIDTH } from '@cadastre/merkle'
import { formatCheckpoint, type NoteSigner, signNote } from '@cadastre/notes'
import type { Instant } from '@cadastre/records'
import type { Publication, StoreWriter } from '@cadastre/store-port'
import type { Version } from '@cadastre/trie'
import { type CheckpointGuard, ForkRefusedError, type SignedHead } from './checkpoint-guard.ts'
import type { LogTail } from './log-tail.ts'
import type { PublicFiles } from './public-files.ts'
import { Sleep } from './sleep.ts'
import { proveConsistency, proveInclusion } from './tree-nodes.ts'
import type { Witnesses } from './witnesses.ts'

/** A committed state that may be published. */
export type Committed = {
  readonly size: number
  readonly root: Uint8Array
  readonly at: Instant
  readonly stateText: string
  readonly version: Version
}

export type PublisherOptions = {
  readonly crypto: Crypto
  readonly store: Pick<StoreWriter, 'savePublished'>
  /** The committed log. */
  readonly log: LogTail
  readonly files: PublicFiles
  readonly guard: CheckpointGuard
  readonly origin: string
  readonly signers: readonly NoteSigner[]
  readonly witnesses: Witnesses | null
  /** Hears of each publication, in order. */
  readonly published: (publication: Publication) => void
  /** Hears that a state will never be published, since a newer one takes its place. */
  readonly superseded: (committed: Committed) => void
  /** Hears that witnesses do not answer; publication waits. */
  readonly waiting: (reasons: readonly string[]) => void
  /** Hears, once, that signing was refused or writing failed: nothing is published any more. */
  readonly failed: (error: Error) => void
  readonly retryMilliseconds: number
  /** How often the witnesses are asked to cosign the last checkpoint again, so that it does not look old. */
  readonly refreshMilliseconds: number
}

export class Publisher {
  readonly #options: PublisherOptions
  /** What the store held at boot, until the witnesses have confirmed that it is not an old store. */
  #unconfirmed: Committed | null = null
  #last: Committed | null = null
  /** Tiles and entries are public up to this size; superfluous partial ones are deleted up to the other. */
  #written: number
  #tidied: number
  /** Size of the last checkpoint that the guard was given. */
  #guarded = 0
  #next: Committed | null = null
  #running: Promise<void> | null = null
  #failure: Error | null = null
  #givenUp = false
  #stopped = false
  readonly #sleep = new Sleep()
  #refreshTimer: ReturnType<typeof setTimeout> | null = null

  /** `written`: size of the checkpoint that the public files show; 0 where there is none. */
  constructor(options: PublisherOptions, written: number) {
    this.#options = options
    this.#written = written
    this.#tidied = written
  }

  /** Size of the last checkpoint that this process has published. */
  get publishedSize(): number {
    return this.#last?.size ?? 0
  }

  /** False while nobody but this store says that the store is not an old one: nothing new may be promised. */
  get confirmed(): boolean {
    return this.#unconfirmed === null
  }

  /** Set once signing has been refused for good; nothing is published any more. */
  get failure(): Error | null {
    return this.#failure
  }

  get #witnessed(): boolean {
    return this.#options.witnesses?.configured === true
  }

  /**
   * Finish at boot what a crash may have left: show what the store holds, and ask the witnesses whether it is the
   * newest. Until they have answered nothing else is signed: a store restored from a backup would grow a fork.
   * Throws ForkRefusedError where they know of a newer or another log.
   */
  async start(committed: Committed, shown: SignedHead | null): Promise<void> {
    const witnessed = this.#witnessed
    if (shown?.size === committed.size) await this.#show(committed, shown.note)
    else if (!witnessed) return this.offer(committed)
    if (!witnessed) return
    this.#unconfirmed = committed
    if (!(await this.#publish(committed))) this.#start()
  }

  /** Publish this state, or a newer one that follows before its turn comes. */
  offer(committed: Committed): void {
    if (this.#next !== null) this.#options.superseded(this.#next)
    this.#next = committed
    this.#start()
  }

  /** Resolves when everything offered has been published, or signing has been refused. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  /** Publish what can be published at once; do not wait for witnesses that do not answer. Ends the refreshing. */
  giveUpWaiting(): void {
    this.#givenUp = true
    this.#sleep.end()
    if (this.#refreshTimer !== null) clearTimeout(this.#refreshTimer)
  }

  /** Begin no further publication: the store may belong to another process now. */
  stop(): void {
    this.#stopped = true
    this.giveUpWaiting()
  }

  #start(): void {
    this.#running ??= this.#run()
  }

  /** Ends, and says so, in one step with finding nothing to do: an offer in between would be forgotten. */
  async #run(): Promise<void> {
    await Promise.resolve()
    try {
      for (;;) {
        const committed = this.#take()
        if (committed === null || this.#stopped) break
        if (await this.#publish(committed)) continue
        this.#putBack(committed)
        if (this.#givenUp) break
        await this.#sleep.milliseconds(this.#options.retryMilliseconds)
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      this.#options.failed(this.#failure)
    }
    this.#running = null
  }

  #take(): Committed | null {
    if (this.#unconfirmed !== null) return this.#unconfirmed
    const committed = this.#next
    this.#next = null
    return committed
  }

  #putBack(committed: Committed): void {
    if (committed === this.#unconfirmed) return
    if (this.#next === null) this.#next = committed
    else this.#options.superseded(committed)
  }

  /** False where the witnesses have not made a quorum. */
  async #publish(committed: Committed): Promise<boolean> {
    const { crypto, log, files, guard, origin, signers, witnesses } = this.#options
    const { size, root } = committed
    const text = formatCheckpoint({ origin, size, root })
    let note = signNote(text, signers)
    // Both before anybody outside sees the signature: its tiles must be there, and a store restored from before this
    // point must not sign again. Neither is left running when the other fails.
    const done = await Promise.allSettled([
      size > this.#written ? files.grow(log, this.#written, size) : undefined,
      size > this.#guarded ? guard.keep(note) : undefined,
    ])
    for (const result of done) if (result.status === 'rejected') throw result.reason
    this.#written = size
    this.#guarded = size
    if (witnesses?.configured === true) {
      const cosigned = await witnesses.cosign(note, size, (old) => proveConsistency(crypto, log, old, size))
      if (cosigned.kind === 'stop') throw new ForkRefusedError(cosigned.reason)
      if (cosigned.kind === 'waiting') {
        this.#options.waiting(cosigned.reasons)
        return false
      }
      note = cosigned.note
      this.#unconfirmed = null
    }
    await files.checkpoint(note)
    await this.#show(committed, note)
    log.published(size - (size % TILE_WIDTH))
    await files.dropPartials(this.#tidied, size)
    this.#tidied = size
    this.#refreshLater()
    return true
  }

  /** The checkpoint is public: remember it, and let readers move on to it. */
  async #show(committed: Committed, note: string): Promise<void> {
    const { crypto, store, log } = this.#options
    const { size, at, stateText, version } = committed
    await store.savePublished({ size, note, at })
    const inclusion = await proveInclusion(crypto, log, size - 1, size)
    this.#last = committed
    this.#options.published({ size, at, note, stateText, inclusion, version })
  }

  /** No ops, no state entry: the same size is cosigned again (ledger.md, Invariant). */
  #refreshLater(): void {
    if (!this.#witnessed || this.#givenUp) return
    if (this.#refreshTimer !== null) clearTimeout(this.#refreshTimer)
    this.#refreshTimer = setTimeout(() => {
      if (this.#last !== null && this.#next === null) this.offer(this.#last)
    }, this.#options.refreshMilliseconds)
    this.#refreshTimer.unref()
  }
}
