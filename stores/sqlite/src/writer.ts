import type { Due, Instant } from '@cadastre/records'
import {
  type Batch,
  type CommitResult,
  checkBatch,
  checkIntake,
  dueIn,
  FencedError,
  type IntakeItem,
  intakeIn,
  joinHashes,
  KEPT_CHECKPOINTS,
  numberIn,
  type PublishedCheckpoint,
  project,
  type RebuildReport,
  type StatementHook,
  type StoreWriter,
  textIn,
} from '@cadastre/store-port'
import { Connection } from './connection.ts'
import { type Fence, takeFence } from './fence.ts'
import { migrate } from './migrate.ts'
import { SqliteReader } from './reader.ts'
import { rebuildProjections } from './rebuild.ts'
import { writeProjection, writeTileHashes, writeTouched } from './write-projection.ts'

/** What a writer holds: the fence, and a connection of its own, so that reads never see an uncommitted batch. */
export type Held = { readonly fence: Fence; readonly connection: Connection; readonly epoch: number }

/** Takes the fence, migrates, and counts this writer: from now on a writer with an earlier epoch cannot commit. */
export function takeStore(path: string, hook?: StatementHook): Held {
  const fence = takeFence(path)
  let connection: Connection | undefined
  try {
    connection = Connection.writer(path, hook)
    migrate(connection, path)
    // What a crash left there may hold openings erased since.
    connection.emptyWriteAheadLog()
    connection.run('UPDATE head SET epoch = epoch + 1')
    const row = connection.get('SELECT epoch FROM head')
    if (row === undefined) throw new Error(`the store ${path} has lost its head row`)
    return { fence, connection, epoch: numberIn(row, 'epoch') }
  } catch (error) {
    connection?.close()
    fence.release()
    throw error
  }
}

export class SqliteWriter extends SqliteReader implements StoreWriter {
  readonly #path: string
  readonly #held: Held
  /** An opening was erased, and its bytes may still stand in the write-ahead log: tried again after each commit. */
  #erasing = false

  constructor(path: string, held: Held) {
    super(path)
    this.#path = path
    this.#held = held
  }

  async intake(items: readonly IntakeItem[]): Promise<void> {
    const { connection } = this.#held
    connection.transaction(() => {
      this.#requireEpoch()
      const last = connection.get('SELECT max(seq) AS seq FROM intake')
      checkIntake(items, last === undefined || last['seq'] === null ? null : numberIn(last, 'seq'))
      for (const item of items) {
        connection.run(
          'INSERT INTO intake VALUES (?, ?, ?, ?, ?, ?, NULL)',
          item.seq,
          item.at,
          item.request,
          item.evidence,
          item.requestHash,
          item.receipt,
        )
        for (const { commitment, opening, field, value } of item.openings)
          connection.run(
            'INSERT INTO openings VALUES (?, ?, ?, ?, ?)',
            commitment,
            item.seq,
            opening,
            field,
            value,
          )
      }
    })
  }

  async undecided(): Promise<readonly IntakeItem[]> {
    const { connection } = this.#held
    const rows = connection.all(
      'SELECT seq, at, request, evidence, request_hash, receipt FROM intake WHERE decided IS NULL ORDER BY seq',
    )
    return rows.map((row) => {
      const openings = connection.all(
        'SELECT commitment, opening, field, value FROM openings WHERE seq = ? ORDER BY commitment',
        numberIn(row, 'seq'),
      )
      return intakeIn(row, openings)
    })
  }

  async commit(batch: Batch): Promise<CommitResult> {
    checkBatch(batch)
    const projection = project(batch.records)
    const { connection, epoch } = this.#held
    const { head, expectedSize } = batch
    let erased = 0
    const result = connection.transaction((): CommitResult => {
      this.#requireEpoch()
      const moved = connection.run(
        'UPDATE head SET size = ?, root = ?, at = ?, compact = ? WHERE size = ? AND epoch = ?',
        head.size,
        head.root,
        head.at,
        joinHashes(head.compactRange),
        expectedSize,
        epoch,
      )
      if (moved === 0) return 'stale'
      let index = expectedSize
      for (const { bytes, leafHash } of batch.entries) {
        connection.run('INSERT INTO log VALUES (?, ?)', index, bytes)
        connection.run('INSERT INTO tile_hashes VALUES (0, ?, ?)', index, leafHash)
        index++
      }
      writeTileHashes(connection, '', batch.tileHashes)
      writeProjection(connection, '', projection)
      writeTouched(connection, '', batch.touched)
      erased = this.#settle(batch)
      return 'committed'
    })
    if (erased > 0) this.#erasing = true
    if (this.#erasing) this.#erasing = !connection.emptyWriteAheadLog()
    return result
  }

  async due(at: Instant, limit: number): Promise<readonly Due[]> {
    const rows = this.#held.connection.all(
      'SELECT at, procedure, key FROM due WHERE at <= ? ORDER BY at, key LIMIT ?',
      at,
      limit,
    )
    return rows.map(dueIn)
  }

  async nextDue(): Promise<Instant | null> {
    const row = this.#held.connection.get('SELECT at FROM due ORDER BY at LIMIT 1')
    return row === undefined ? null : (textIn(row, 'at') as Instant)
  }

  async savePublished({ size, note, at }: PublishedCheckpoint): Promise<void> {
    const { connection } = this.#held
    connection.transaction(() => {
      this.#requireEpoch()
      connection.run(
        'INSERT INTO checkpoints VALUES (?, ?, ?) ON CONFLICT (size) DO UPDATE SET note = excluded.note, at = excluded.at',
        size,
        note,
        at,
      )
      connection.run(
        'DELETE FROM checkpoints WHERE size NOT IN (SELECT size FROM checkpoints ORDER BY size DESC LIMIT ?)',
        KEPT_CHECKPOINTS,
      )
    })
  }

  async rebuild(progress: (entries: number) => void): Promise<RebuildReport> {
    const { connection } = this.#held
    return connection.transaction(() => {
      this.#requireEpoch()
      return rebuildProjections(connection, progress)
    })
  }

  override async close(): Promise<void> {
    await super.close()
    this.#held.connection.close()
    this.#held.fence.release()
  }

  #requireEpoch(): void {
    const row = this.#held.connection.get('SELECT epoch FROM head')
    if (row?.['epoch'] !== this.#held.epoch)
      throw new FencedError(`another process has taken over the store ${this.#path}`)
  }

  /**
   * Marks what was decided and deletes what is to be erased; gives the number of openings deleted. What was decided
   * stands in the log: only its receipt is kept.
   */
  #settle(batch: Batch): number {
    const { connection } = this.#held
    let deleted = 0
    for (const { seq, index, refused } of batch.decided) {
      const decided = connection.run(
        'UPDATE intake SET decided = ?, request = NULL, evidence = NULL WHERE seq = ? AND decided IS NULL',
        index,
        seq,
      )
      if (decided !== 1) throw new RangeError(`receipt ${seq} is not waiting for a decision`)
      if (refused) deleted += connection.run('DELETE FROM openings WHERE seq = ?', seq)
    }
    for (const commitment of batch.erased)
      deleted += connection.run('DELETE FROM openings WHERE commitment = ?', commitment)
    return deleted
  }
}
