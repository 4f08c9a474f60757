/**
 * What answers need beside the state itself: which entry touched what, holders by name, lists. An index over the
 * mirror's own files, in a database that may be thrown away at any time: it is made again from them.
 */

import { rm } from 'node:fs/promises'
import { bytesEqual, type Crypto } from '@cadastre/crypto'
import { leafHash } from '@cadastre/merkle'
import type { Checkpoint } from '@cadastre/notes'
import { rootAt } from '@cadastre/registrar'
import {
  type Batch,
  LogReplay,
  type StatementHook,
  type StoredRecord,
  type StoreWriter,
} from '@cadastre/store-port'
import { openSqliteWriter } from '@cadastre/store-sqlite'
import type { LogReader } from '@cadastre/why'

/** Entries read from the files at a time, and at least so many in one transaction. */
const STEP = 1024

export class LogIndex {
  readonly #crypto: Crypto
  readonly #file: string
  readonly #onStatement: StatementHook | undefined
  #store: StoreWriter
  /** Null until it is known that what stands in the database is of this log. */
  #replay: LogReplay | null = null
  #size = 0

  private constructor(crypto: Crypto, file: string, store: StoreWriter, onStatement?: StatementHook) {
    this.#crypto = crypto
    this.#file = file
    this.#store = store
    this.#onStatement = onStatement
  }

  /** Open it; nobody else has it open. Throws StoreLockedError. */
  static async open(crypto: Crypto, file: string, onStatement?: StatementHook): Promise<LogIndex> {
    return new LogIndex(crypto, file, await openStore(file, onStatement), onStatement)
  }

  /** Throw away an index of another log, or of more of it than the checkpoint covers. */
  async #fit(log: LogReader, { size, root }: Checkpoint): Promise<LogReplay> {
    const head = await this.#store.head()
    const fits =
      head !== null &&
      head.size <= size &&
      bytesEqual(head.root, head.size === size ? root : await rootAt(this.#crypto, log, head.size))
    if (fits) {
      this.#size = head.size
      return new LogReplay(this.#crypto, head)
    }
    if (head !== null) await this.discard()
    return new LogReplay(this.#crypto)
  }

  /** Throw everything away: it is made again from the files. */
  async discard(): Promise<void> {
    await this.#store.close()
    for (const end of ['', '-wal', '-shm']) await rm(`${this.#file}${end}`, { force: true })
    this.#store = await openStore(this.#file, this.#onStatement)
    this.#replay = null
    this.#size = 0
  }

  /** The records of exactly this many entries, in pages; null where the index is of another position. */
  async recordsAt(size: number): Promise<AsyncIterable<readonly StoredRecord[]> | null> {
    const head = await this.#store.head()
    return head?.size === size ? this.#store.records() : null
  }

  /** Take in what the files hold up to this checkpoint, each batch in one transaction. */
  async catchUp(
    log: LogReader,
    checkpoint: Checkpoint,
    progress: (entries: number, size: number) => void = () => undefined,
  ): Promise<void> {
    const { size, root } = checkpoint
    this.#replay ??= await this.#fit(log, checkpoint)
    const replay = this.#replay
    let entries: Batch['entries'][number][] = []
    while (replay.size < size) {
      const from = replay.size
      for (const bytes of await log.entries(from, Math.min(STEP, size - from))) {
        replay.add(bytes)
        entries.push({ bytes, leafHash: leafHash(this.#crypto, bytes) })
        const ended = isStateEntry(bytes) && (entries.length >= STEP || replay.size === size)
        if (!ended) continue
        await this.#commit(replay, entries)
        entries = []
      }
      progress(this.#size, size)
    }
    const head = await this.#store.head()
    if (head === null || head.size !== size || !bytesEqual(head.root, root))
      throw new Error('the index of files that were proved has another root')
  }

  async #commit(replay: LogReplay, entries: Batch['entries']): Promise<void> {
    const head = replay.head()
    if (head === null) throw new Error('a batch ends in a state entry')
    const { records, touched, tileHashes } = replay.take()
    const batch: Batch = {
      expectedSize: this.#size,
      entries,
      records,
      touched,
      // Level 0 stands with the entries themselves.
      tileHashes: tileHashes.filter(({ level }) => level > 0),
      decided: [],
      erased: [],
      head,
    }
    if ((await this.#store.commit(batch)) === 'stale') throw new Error('the index has another writer')
    this.#size = head.size
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}

function openStore(file: string, onStatement: StatementHook | undefined): Promise<StoreWriter> {
  return openSqliteWriter(file, onStatement === undefined ? {} : { onStatement })
}

/** Members of canonical JSON stand in order: after `at`, a state entry has `ops`, an op `evidence`. */
const STATE_BEGINS = /^\{"at":"[^"]*","ops":/

function isStateEntry(bytes: Uint8Array): boolean {
  return STATE_BEGINS.test(
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(64, bytes.length)).toString('latin1'),
  )
}
