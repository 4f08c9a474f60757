/**
 * The port between the registry and its database. Reading and writing are different types: faces receive a
 * {@link StoreReader}; only the registrar's process opens a {@link StoreWriter}, which is fenced, so that there is one.
 *
 * The log rows are the record. Every other table is a projection of them: current records, which entry touched which
 * key, what falls due, which numbers are occupied, holders by name. {@link StoreWriter.rebuild} recreates them all
 * from the log, byte for byte. Not projections, because the log does not hold them: the intake (requests between
 * receipt and decision), the openings of commitments (erasable personal data), published checkpoints.
 */

import type { Due, Instant, ObjectType, RecordKey } from '@cadastre/records'

export { checkBatch, checkIntake } from './check-batch.ts'
export { bytesIn, numberIn, type Row, textIn } from './columns.ts'
export { joinHashes } from './head-bytes.ts'
export { type MissingOpening, missingOpenings } from './missing-openings.ts'
export {
  foldForSearch,
  type HolderRow,
  type OccupancyRow,
  PROJECTED_TABLES,
  type ProjectedTable,
  type Projection,
  project,
  searchTerm,
} from './projections.ts'
export type { Publication } from './publication.ts'
export { DamagedLogError, LogReplay, type Replayed } from './replay-log.ts'
export { checkpointIn, dueIn, headIn, intakeIn, openingIn, receiptIn, recordIn } from './rows.ts'
export { objectBounds, sortKey } from './sort-keys.ts'

/** The tree head: what the last committed batch made of the log. */
export type Head = {
  /** Number of entries. */
  readonly size: number
  /** Root hash of the log, 32 bytes (RFC 6962 section 2.1). */
  readonly root: Uint8Array
  /** `at` of the last state entry. */
  readonly at: Instant
  /** Roots of the complete subtrees of the log, largest first, 32 bytes each: the compact range [0, size). */
  readonly compactRange: readonly Uint8Array[]
}

/** A request between its durable intake and its decision. */
export type IntakeItem = {
  readonly seq: number
  readonly at: Instant
  /** Canonical text of the request. */
  readonly request: string
  /** Canonical text of the list of evidence items. */
  readonly evidence: string
  /** SHA-256 of the request's text, 32 bytes. */
  readonly requestHash: Uint8Array
  /** The receipt, a signed note. */
  readonly receipt: string
  /** Openings of the commitments in the request: kept apart from the log, erasable. */
  readonly openings: readonly Opening[]
}

/** Opens one commitment (ledger.md section 5). */
export type Opening = {
  /** Standard base64 of the commitment. */
  readonly commitment: string
  /** 32 random bytes, standard base64. */
  readonly opening: string
  readonly field: string
  readonly value: string
}

/** What became of a received request. */
export type ReceiptStatus = {
  readonly seq: number
  readonly receipt: string
  /** Index of the op entry that decided it; null while it waits. */
  readonly index: number | null
}

export type TouchedKey = { readonly key: string; readonly index: number }
export type StoredRecord = { readonly key: RecordKey; readonly text: string }
export type PublishedCheckpoint = {
  readonly size: number
  /** The checkpoint with its signatures, a signed note. */
  readonly note: string
  readonly at: Instant
}

/** One moment of the store: a head and the records at exactly that head, however the writer goes on. */
export interface StoreSnapshot {
  /** Null before genesis. */
  readonly head: Head | null
  /**
   * All current records in pages, for boot: by space (asn, ip4, ip6, obj), cells in order of first number and then
   * shorter prefix, objects in order of their key. To be read once, before {@link StoreSnapshot.close}.
   */
  records(): AsyncIterable<readonly StoredRecord[]>
  /** Holding a snapshot keeps the database from reclaiming space. */
  close(): Promise<void>
}

export interface StoreReader {
  /** Null before genesis. */
  head(): Promise<Head | null>
  /** Raw entries `from` ≤ index < `from + count`, fewer at the end of the log. */
  entries(from: number, count: number): Promise<readonly Uint8Array[]>
  /** Leaf hashes `from` ≤ index < `from + count` of one tile level (0 = entries, 1 = every 256th subtree, …). */
  tileHashes(level: number, from: number, count: number): Promise<readonly Uint8Array[]>
  /** For boot beside a writer: see {@link StoreSnapshot}. */
  snapshot(): Promise<StoreSnapshot>
  /** {@link StoreSnapshot.records} of a snapshot taken on the first read, and closed after the last. */
  records(): AsyncIterable<readonly StoredRecord[]>
  record(key: RecordKey): Promise<string | null>
  /** Current objects of a type in order of handle, after the handle `after` (null: from the first), at most `limit`. */
  objects(type: ObjectType, after: string | null, limit: number): Promise<readonly StoredRecord[]>
  /** Which entries touched any of these keys, newest first and then by key, `index < before`. */
  touched(keys: readonly string[], before: number, limit: number): Promise<readonly TouchedKey[]>
  receiptBySeq(seq: number): Promise<ReceiptStatus | null>
  /** Receipts of the request with this hash, in order: the same request may come again with other evidence. */
  receiptsByRequest(requestHash: Uint8Array): Promise<readonly ReceiptStatus[]>
  /** The last receipt issued, so that the chain goes on; null before the first. */
  lastReceipt(): Promise<{ readonly seq: number; readonly receipt: string } | null>
  /** Openings still held for these commitments. */
  openings(commitments: readonly string[]): Promise<readonly Opening[]>
  /**
   * Handles of holders whose handle or legal name contains the text, in order of handle. Neither case nor Unicode
   * compatibility forms count ({@link foldForSearch}).
   */
  holdersMatching(text: string, limit: number): Promise<readonly string[]>
  /** The last 64 published checkpoints, oldest first. */
  checkpoints(): Promise<readonly PublishedCheckpoint[]>
  /** Lets go of files and connections; a second call does nothing. */
  close(): Promise<void>
}

/** One batch: all or nothing, in one transaction. */
export type Batch = {
  /** The size the log must have now: compare-and-swap. */
  readonly expectedSize: number
  readonly entries: readonly { readonly bytes: Uint8Array; readonly leafHash: Uint8Array }[]
  /** Completed subtree roots at tile levels ≥ 1 that the batch adds, so that tiles can be served. */
  readonly tileHashes: readonly {
    readonly level: number
    readonly index: number
    readonly hash: Uint8Array
  }[]
  /** The final state of each key that the batch touched; null = deleted. */
  readonly records: readonly { readonly key: RecordKey; readonly text: string | null }[]
  readonly touched: readonly TouchedKey[]
  /** Which received requests the batch decided; of a refused one the openings are deleted, since nothing recorded them. */
  readonly decided: readonly { readonly seq: number; readonly index: number; readonly refused?: true }[]
  /** Openings to delete (erasure). */
  readonly erased: readonly string[]
  readonly head: Head
}

export type CommitResult = 'committed' | 'stale'

/** Thrown when another process has taken the store over: this writer must stop at once. */
export class FencedError extends Error {
  override readonly name: string = 'FencedError'
}
/** Thrown on opening a store that another writer holds. */
export class StoreLockedError extends Error {
  override readonly name: string = 'StoreLockedError'
}

/** Thrown on opening a store whose schema this version of the program does not know, or has not migrated yet. */
export class SchemaVersionError extends Error {
  override readonly name: string = 'SchemaVersionError'
}

/**
 * Called before and after each statement that a writer sends, with its text. For tests of faults: throwing from
 * `before` is a step that failed, from `after` one that failed and yet was done.
 */
export type StatementHook = (statement: string, when: 'before' | 'after') => void

export type RebuildReport = {
  readonly entries: number
  readonly records: number
  /**
   * Projections that differed from what the log says, by table; empty when all were equal byte for byte. At most
   * {@link REPORTED_DIFFERENCES} a table.
   */
  readonly differences: readonly { readonly table: string; readonly key: string }[]
}

export interface StoreWriter extends StoreReader {
  /**
   * Durably keep received requests, all or none: on return they survive a crash. Sequence numbers go on without a
   * gap from {@link StoreReader.lastReceipt}; the first of all is free. A gap is a bug and throws.
   */
  intake(items: readonly IntakeItem[]): Promise<void>
  /** Whether a request with this hash has been received before, for each: one question for a whole group. */
  areReceived(requestHashes: readonly Uint8Array[]): Promise<readonly boolean[]>
  /** Received and not yet decided, in order of sequence. */
  undecided(): Promise<readonly IntakeItem[]>
  /**
   * Commit a batch; `stale` and nothing written where the log has another size. After any error the batch may or may
   * not have been committed: close, open again and look at the head.
   */
  commit(batch: Batch): Promise<CommitResult>
  /** What is due at or before `at`, in order of (at, key). */
  due(at: Instant, limit: number): Promise<readonly Due[]>
  /** When something falls due next; null when nothing waits. */
  nextDue(): Promise<Instant | null>
  /** Remember a published checkpoint, keeping the last 64. */
  savePublished(checkpoint: PublishedCheckpoint): Promise<void>
  /**
   * Recompute every projection from the log and compare it with what is stored; write the recomputed ones. `progress`
   * is called with the number of entries read.
   */
  rebuild(progress: (entries: number) => void): Promise<RebuildReport>
}

/** How many published checkpoints are kept: `/proof/…?size=` answers for these. */
export const KEPT_CHECKPOINTS = 64

/** At most this many differences of one table are named in a {@link RebuildReport}. */
export const REPORTED_DIFFERENCES = 1000
