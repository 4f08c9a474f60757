/**
 * Succession from public files alone: a predecessor's whole log is read, verified, decided again and kept, in an empty
 * store, so that a successor goes on where it ends.
 */

import { bytesEqual, type Crypto, decodeUtf8 } from '@cadastre/crypto'
import { leafHash } from '@cadastre/merkle'
import { type Checkpoint, checkPolicy, type Policy } from '@cadastre/notes'
import type { RecordKey } from '@cadastre/records'
import { labelOf, Replayer } from '@cadastre/replay'
import { type Batch, LogReplay, type StoreWriter } from '@cadastre/store-port'
import type { TrieProof } from '@cadastre/trie'
import { proveInclusion } from './tree-nodes.ts'

/** The log is not what its checkpoint says, or not what its procedures decide. The store is to be thrown away. */
export class ContinuationRefusedError extends Error {
  override readonly name: string = 'ContinuationRefusedError'
}

export type PredecessorLog = {
  /** The last checkpoint, with its cosignatures: a signed note. */
  readonly checkpoint: string
  /** Whose signatures make it valid. */
  readonly policy: Policy
  /** Entries in order, from the first. */
  readonly entries: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** At least so many entries in one transaction. */
const BATCH_ENTRIES = 1000

/** What the predecessor's last checkpoint proves, to be said again in the successor's first entry. */
export type Continued = {
  readonly checkpoint: Checkpoint
  /** What all its answers share: the last state entry, its inclusion proof, the checkpoint verbatim. */
  readonly frame: {
    readonly state: string
    readonly inclusion: readonly Uint8Array[]
    readonly checkpoint: string
  }
  readonly prove: (key: RecordKey) => TrieProof
  /** A record of the state that was taken over; null where there is none. */
  readonly record: (key: RecordKey) => unknown
}

/** Fill an empty store with a predecessor's log. Every state root is that of the records that are kept. */
export async function continueLog(
  crypto: Crypto,
  store: Pick<StoreWriter, 'head' | 'commit' | 'tileHashes' | 'entries'>,
  log: PredecessorLog,
  progress: (entries: number, total: number) => void = () => undefined,
): Promise<Continued> {
  const opened = checkPolicy(crypto, log.policy, log.checkpoint)
  if (!opened.ok) throw new ContinuationRefusedError(`the checkpoint is not valid: ${opened.error}`)
  const { checkpoint } = opened.value
  if ((await store.head()) !== null) throw new ContinuationRefusedError('the store is not empty')
  const keeper = new Keeper(crypto, store, checkpoint)
  for await (const bytes of log.entries) {
    if (keeper.size === checkpoint.size) break
    await keeper.add(bytes)
    progress(keeper.size, checkpoint.size)
  }
  await keeper.finish()
  const { size } = checkpoint
  const [last] = await store.entries(size - 1, 1)
  const state = last === undefined ? null : decodeUtf8(last)
  if (state === null) throw new Error('the last entry has just been kept')
  const inclusion = await proveInclusion(crypto, store, size - 1, size)
  return { checkpoint, frame: { state, inclusion, checkpoint: log.checkpoint }, ...keeper.state }
}

class Keeper {
  readonly #crypto: Crypto
  readonly #store: Pick<StoreWriter, 'commit'>
  readonly #checkpoint: Checkpoint
  readonly #replayer: Replayer
  readonly #log: LogReplay
  #entries: Batch['entries'][number][] = []
  #committed = 0

  constructor(crypto: Crypto, store: Pick<StoreWriter, 'commit'>, checkpoint: Checkpoint) {
    this.#crypto = crypto
    this.#store = store
    this.#checkpoint = checkpoint
    const root = (): Uint8Array => this.#log.head()?.root ?? crypto.sha256()
    this.#replayer = new Replayer({ crypto, origin: checkpoint.origin, root })
    this.#log = new LogReplay(crypto)
  }

  get size(): number {
    return this.#replayer.size
  }

  get state(): Pick<Continued, 'prove' | 'record'> {
    const { state } = this.#replayer
    return {
      record: (key) => state.record(key).value,
      prove: (key) => {
        const { space, label, length } = labelOf(this.#crypto, key)
        return state.view.prove(space, label, length)
      },
    }
  }

  async add(bytes: Uint8Array): Promise<void> {
    const state = this.#replayer.lastState
    this.#refuseFaults(this.#replayer.step(this.size, bytes))
    this.#log.add(bytes)
    this.#entries.push({ bytes, leafHash: leafHash(this.#crypto, bytes) })
    const ended = this.#replayer.lastState !== state
    if (ended && (this.#entries.length >= BATCH_ENTRIES || this.size === this.#checkpoint.size))
      await this.#commit()
  }

  #refuseFaults(faults: ReturnType<Replayer['step']>): void {
    const [first] = faults
    if (first !== undefined)
      throw new ContinuationRefusedError(`entry ${first.index}: ${first.code}: ${first.detail}`)
  }

  async #commit(): Promise<void> {
    const head = this.#log.head()
    if (head === null) throw new Error('a batch ends in a state entry')
    if (head.size === this.#checkpoint.size && !bytesEqual(head.root, this.#checkpoint.root))
      throw new ContinuationRefusedError('the entries do not make the root that the checkpoint signs')
    const batch: Batch = {
      expectedSize: this.#committed,
      entries: this.#entries,
      ...this.#withoutLeaves(),
      decided: [],
      erased: [],
      head,
    }
    if ((await this.#store.commit(batch)) === 'stale')
      throw new ContinuationRefusedError('the store is not empty')
    this.#committed = head.size
    this.#entries = []
  }

  /** Level 0 stands with the entries themselves. */
  #withoutLeaves(): Pick<Batch, 'records' | 'touched' | 'tileHashes'> {
    const { records, touched, tileHashes } = this.#log.take()
    return { records, touched, tileHashes: tileHashes.filter(({ level }) => level > 0) }
  }

  async finish(): Promise<void> {
    this.#refuseFaults(this.#replayer.finish())
    if (this.#committed !== this.#checkpoint.size)
      throw new ContinuationRefusedError(
        `${this.size} entries; the checkpoint covers ${this.#checkpoint.size}`,
      )
  }
}
