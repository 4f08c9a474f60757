/**
 * The writer of a watch log. Days are added whole: a day's entries, its state and its state entry go into one batch, a
 * batch into one transaction, so that a crash never leaves half a day. Checkpoints are signed for what was committed
 * last when their turn comes; each day has a state entry of its own, so that each can be proved.
 */

import { formatStateEntry } from '@cadastre/answers'
import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { CompactRange, leafHash } from '@cadastre/merkle'
import { noteSigner, type Policy } from '@cadastre/notes'
import type { Instant } from '@cadastre/records'
import {
  type Committed,
  fileGuard,
  LogTail,
  type PostCheckpoint,
  PublicFiles,
  Publisher,
  refuseFork,
  Witnesses,
} from '@cadastre/registrar'
import type { Batch, StatementHook, StoreWriter } from '@cadastre/store-port'
import { openSqliteWriter } from '@cadastre/store-sqlite'
import { HASHED_SPACES, type TrieWriter, type Version } from '@cadastre/trie'
import { CurrentRows } from './current-rows.ts'
import type { Difference } from './delegated-file.ts'
import { followLog } from './follow-log.ts'
import { DamagedWatchError, type History } from './history.ts'
import type { ObservedDay } from './model.ts'
import { endEntry, partEntries } from './observed-entry.ts'
import type { DayFile } from './published-file.ts'
import { isNumberKind, readObservedRow } from './row-reading.ts'
import { removeClaim, setSource } from './state-cells.ts'
import { addClaims, buildState, type RangedClaim, sourceRecord } from './state-of.ts'
import type { WatchDirectory } from './watch-directory.ts'

const TILE_HEIGHT = 8
/** Entries' bytes after which a batch is committed, whatever its days. */
const BATCH_BYTES = 8 * 1024 * 1024
/** Days after which a batch is committed: as many are lost, at most, by a crash in the middle of a long series. */
const BATCH_DAYS = 64
const RETRY_MILLISECONDS = 1000
const REFRESH_MILLISECONDS = 300_000

export type WatchLogOptions = {
  readonly directory: WatchDirectory
  readonly origin: string
  readonly signer: Signer
  readonly policy: Policy
  /** The time now; UTC, whole seconds. */
  readonly now: () => Instant
  readonly postCheckpoint: PostCheckpoint
  /** Something that the operator must see. */
  readonly report: (message: string) => void
  readonly progress?: (entries: number, size: number) => void
  /** For tests of faults: called around each statement, and around each write of a public file. */
  readonly onStatement?: StatementHook
  readonly files?: PublicFiles
}

type OpenBatch = {
  readonly expectedSize: number
  readonly entries: { readonly bytes: Uint8Array; readonly leafHash: Uint8Array }[]
  readonly tileHashes: Batch['tileHashes'][number][]
  bytes: number
  days: number
  stateText: string
  at: Instant
  version: Version
}

export class WatchLog {
  readonly history: History
  readonly #options: WatchLogOptions
  readonly #store: StoreWriter
  readonly #trie: TrieWriter
  readonly #range: CompactRange
  readonly #tail: LogTail
  readonly #publisher: Publisher
  #previousState: number | null
  #lastAt: Instant | null
  #batch: OpenBatch | null = null
  #shown: Version | null = null
  #failure: Error | null = null

  private constructor(
    options: WatchLogOptions,
    store: StoreWriter,
    loaded: { history: History; trie: TrieWriter; range: CompactRange; at: Instant | null },
    written: number,
  ) {
    this.#options = options
    this.#store = store
    this.history = loaded.history
    this.#trie = loaded.trie
    this.#range = loaded.range
    this.#lastAt = loaded.at
    this.#previousState = loaded.range.size === 0 ? null : loaded.range.size - 1
    this.#tail = new LogTail(store)
    const { directory, origin, signer, policy, postCheckpoint, report } = options
    this.#publisher = new Publisher(
      {
        crypto: nodeCrypto,
        store,
        log: this.#tail,
        files: options.files ?? new PublicFiles(directory.log),
        guard: fileGuard(directory.guard),
        origin,
        signers: [noteSigner(nodeCrypto, origin, signer)],
        witnesses: new Witnesses(policy, nodeCrypto, postCheckpoint),
        published: ({ version }) => this.#onPublished(version),
        superseded: ({ version }) => this.#trie.release(version),
        waiting: (reasons) => report(`waiting for witnesses: ${reasons.join('; ')}`),
        failed: (error) => {
          this.#failure = error
        },
        retryMilliseconds: RETRY_MILLISECONDS,
        refreshMilliseconds: REFRESH_MILLISECONDS,
      },
      written,
    )
  }

  /**
   * Opens the log for writing: reads it into memory, refuses where signing would fork, checks that the state is the one
   * that was logged, and finishes publishing what a crash left. Throws ForkRefusedError, DamagedWatchError or
   * StoreLockedError.
   */
  static async open(options: WatchLogOptions): Promise<WatchLog> {
    const { directory, origin, onStatement, progress } = options
    const store = await openSqliteWriter(directory.database, onStatement === undefined ? {} : { onStatement })
    try {
      const files = options.files ?? new PublicFiles(directory.log)
      const kept = await fileGuard(directory.guard).last()
      await refuseFork(nodeCrypto, store, origin, 'The kept checkpoint', kept)
      const shown = await refuseFork(
        nodeCrypto,
        store,
        origin,
        'The public checkpoint',
        await files.published(),
      )
      const head = await store.head()
      const { history, state } = await followLog(store, head?.size ?? 0, progress)
      const trie = buildState(history, nodeCrypto, history.size)
      const version = trie.commit()
      const range = new CompactRange(nodeCrypto, head?.size ?? 0, head?.compactRange ?? [])
      const log = new WatchLog(
        options,
        store,
        { history, trie, range, at: head?.at ?? null },
        shown?.size ?? 0,
      )
      if (head === null || state === null) return log
      for (const space of HASHED_SPACES)
        if (encodeBase64(version.hashes[space]) !== state.roots[space])
          throw new DamagedWatchError(`The rows of the log do not make the state of ${space} that it names.`)
      const { size, root, at } = head
      await log.#publisher.start({ size, root, at, stateText: formatStateEntry(state), version }, shown)
      return log
    } catch (error) {
      await store.close()
      throw error
    }
  }

  get size(): number {
    return this.#range.size
  }

  /** What the source's last logged file has; empty for a new source. */
  current(source: string): CurrentRows {
    return this.history.source(source)?.current ?? new CurrentRows()
  }

  lastDay(source: string): ObservedDay | null {
    return this.history.source(source)?.days.at(-1) ?? null
  }

  /** Adds one day to the open batch. After an error nothing more may be added: open the log anew. */
  addDay(file: DayFile, difference: Difference): void {
    if (this.#failure !== null) throw this.#failure
    const { source, day, kind } = file.identity
    const frame = { source, day, file: file.sha256 }
    const previous = this.lastDay(source)?.day ?? null
    const parts = partEntries(
      frame,
      difference.removed,
      difference.added.map(({ raw }) => raw),
    )
    const expectedSize = this.size
    const entries = parts.map(({ bytes }) => bytes)
    const claims: RangedClaim[] = []
    const rowOf = new Map(difference.added.map(({ raw, row }) => [raw, row]))
    for (const [part, { removed, added }] of parts.entries()) {
      for (const raw of removed) if (isNumberKind(kind)) this.#removeRow(source, raw)
      for (const raw of added) {
        const row = rowOf.get(raw)
        if (row == null) continue
        const claim = { source, row: raw, since: day, entry: expectedSize + part }
        claims.push({ range: row.range, claim })
      }
      this.history.observed({ ...frame, part, removed, added })
    }
    addClaims(this.#trie, claims)
    const end = {
      parts: parts.length,
      rows: difference.rows,
      removed: difference.removed.length,
      added: difference.added.length,
      previous,
      registry: file.identity.registry,
      kind,
      header: file.identity.header.slice(0, 300),
      name: file.name.slice(-200),
      bytes: file.bytes,
      notes: file.notes.list().map(({ code, count }) => [code, count] as const),
      series: file.series,
    }
    entries.push(endEntry(frame, end))
    this.history.observed({ ...frame, end })
    const logged = this.lastDay(source)
    const owner = this.history.source(source)
    if (logged === null || owner === null) throw new Error(`${source} was just logged`)
    setSource(this.#trie, nodeCrypto, sourceRecord(owner, logged))
    this.#endDay(entries)
  }

  #removeRow(source: string, raw: string): void {
    const row = readObservedRow(raw)
    if (!row.ok) throw new Error(`a row that was read before: ${raw}`)
    removeClaim(this.#trie, row.value.range, source, raw)
  }

  /** The state entry, and all of the day into the batch. */
  #endDay(entries: Uint8Array[]): void {
    const version = this.#trie.commit()
    const now = this.#options.now()
    const at = this.#lastAt !== null && this.#lastAt > now ? this.#lastAt : now
    const [asn, ip4, ip6, obj] = (['asn', 'ip4', 'ip6', 'obj'] as const).map((space) =>
      encodeBase64(version.hashes[space]),
    )
    if (asn === undefined || ip4 === undefined || ip6 === undefined || obj === undefined)
      throw new Error('four spaces have roots')
    const stateText = formatStateEntry({
      t: 'state',
      v: 1,
      at,
      ops: entries.length,
      prev: this.#previousState,
      roots: { asn, ip4, ip6, obj },
    })
    const open = this.#batch
    // Nobody was told of the version of the day before.
    if (open !== null) this.#trie.release(open.version)
    const batch = open ?? {
      expectedSize: this.size,
      entries: [],
      tileHashes: [],
      bytes: 0,
      days: 0,
      stateText,
      at,
      version,
    }
    for (const bytes of [...entries, encodeUtf8(stateText)]) {
      const leaf = leafHash(nodeCrypto, bytes)
      batch.entries.push({ bytes, leafHash: leaf })
      batch.bytes += bytes.length
      this.#range.append(leaf, (level, index, hash) => {
        if (level > 0 && level % TILE_HEIGHT === 0)
          batch.tileHashes.push({ level: level / TILE_HEIGHT, index, hash })
      })
    }
    this.history.state()
    batch.days++
    Object.assign(batch, { stateText, at, version })
    this.#batch = batch
    this.#lastAt = at
    this.#previousState = this.size - 1
  }

  /** Commits the open batch where it is large enough. */
  async flushIfFull(): Promise<void> {
    if (this.#batch !== null && (this.#batch.bytes >= BATCH_BYTES || this.#batch.days >= BATCH_DAYS))
      await this.flush()
  }

  /** Commits the open batch: on return its days survive a crash. Publication follows by itself. */
  async flush(): Promise<void> {
    const batch = this.#batch
    if (this.#failure !== null) throw this.#failure
    if (batch === null) return
    this.#batch = null
    const { expectedSize, entries, tileHashes, stateText, at, version } = batch
    const [size, root] = [this.size, this.#range.root()]
    const head = { size, root, at, compactRange: this.#range.hashes }
    try {
      const result = await this.#store.commit({
        expectedSize,
        entries,
        tileHashes,
        records: [],
        touched: [],
        decided: [],
        erased: [],
        head,
      })
      if (result === 'stale') throw new Error('The log has grown by another hand. This process stops.')
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      this.#publisher.stop()
      throw error
    }
    this.#tail.append(expectedSize, entries)
    const committed: Committed = { size, root, at, stateText, version }
    this.#publisher.offer(committed)
  }

  #onPublished(version: Version): void {
    if (this.#shown !== null && this.#shown.id !== version.id) this.#trie.release(this.#shown)
    this.#shown = version
  }

  /** Resolves when all that was committed has been published; throws where signing was refused or writing failed. */
  async publishedAll(): Promise<void> {
    await this.#publisher.idle()
    if (this.#failure !== null) throw this.#failure
  }

  /** Commits and publishes what is left, and lets go of the store. Witnesses that do not answer are not waited for. */
  async close(): Promise<void> {
    try {
      if (this.#failure === null) await this.flush()
    } finally {
      this.#publisher.giveUpWaiting()
      await this.#publisher.idle()
      await this.#store.close()
    }
  }
}
