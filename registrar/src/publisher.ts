/**
 * Publication: tiles, then the checkpoint kept, signed and cosigned, then shown. It always publishes the newest
 * committed state; while one checkpoint is under way, batches go on, and what they add is published next.
 */

import type { Crypto } from '@cadastre/crypto'
import { formatCheckpoint, type NoteSigner, signNote } from '@cadastre/notes'
import type { Instant } from '@cadastre/records'
import type { Publication, StoreWriter } from '@cadastre/store-port'
import type { Version } from '@cadastre/trie'
import { type CheckpointGuard, ForkRefusedError } from './checkpoint-guard.ts'
import type { PublicFiles } from './public-files.ts'
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
  readonly store: StoreWriter
  readonly files: PublicFiles
  readonly guard: CheckpointGuard
  readonly origin: string
  readonly signers: readonly NoteSigner[]
  readonly witnesses: Witnesses | null
  /** Hears of each publication, in order. */
  readonly published: (publication: Publication) => void
  /** Hears that witnesses do not answer; publication waits. */
  readonly waiting: (reasons: readonly string[]) => void
  readonly retryMilliseconds: number
}

export class Publisher {
  readonly #options: PublisherOptions
  #publishedSize: number
  #next: Committed | null = null
  #running: Promise<void> | null = null
  #failure: Error | null = null
  #givenUp = false

  constructor(options: PublisherOptions, publishedSize: number) {
    this.#options = options
    this.#publishedSize = publishedSize
  }

  get publishedSize(): number {
    return this.#publishedSize
  }

  /** Set once signing has been refused for good; nothing is published any more. */
  get failure(): Error | null {
    return this.#failure
  }

  /** Publish this state, or a newer one that follows before its turn comes. */
  offer(committed: Committed): void {
    this.#next = committed
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
  }

  /** Resolves when everything offered has been published, or signing has been refused. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  /** Publish what can be published at once; do not wait for witnesses that do not answer. */
  giveUpWaiting(): void {
    this.#givenUp = true
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const committed = this.#next
        if (committed === null || this.#failure !== null) return
        this.#next = null
        const done = await this.#publish(committed)
        if (!done) {
          if (this.#givenUp) return
          this.#next ??= committed
          await new Promise((resolve) => setTimeout(resolve, this.#options.retryMilliseconds))
        }
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  /** False where the witnesses have not made a quorum. */
  async #publish(committed: Committed): Promise<boolean> {
    const { crypto, store, files, guard, origin, signers, witnesses } = this.#options
    const { size, root, at, stateText, version } = committed
    await files.grow(store, Math.min(this.#publishedSize, size), size)
    const text = formatCheckpoint({ origin, size, root })
    let note = signNote(text, signers)
    // Before anybody outside sees the signature: a store restored from before this point must not sign again.
    await guard.keep(note)
    if (witnesses?.configured === true) {
      const cosigned = await witnesses.cosign(note, size, (old) => proveConsistency(crypto, store, old, size))
      if (cosigned.kind === 'stop') throw new ForkRefusedError(cosigned.reason)
      if (cosigned.kind === 'waiting') {
        this.#options.waiting(cosigned.reasons)
        return false
      }
      note = cosigned.note
      await guard.keep(note)
    }
    await files.checkpoint(note)
    await store.savePublished({ size, note, at })
    const inclusion = await proveInclusion(crypto, store, size - 1, size)
    this.#publishedSize = size
    this.#options.published({ size, at, note, stateText, inclusion, version })
    return true
  }
}
