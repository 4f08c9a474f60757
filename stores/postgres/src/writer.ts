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
import type { Pool } from 'pg'
import { byteaArray, int8Array, textArray } from './binary-array.ts'
import { Fence } from './fence.ts'
import { migrate } from './migrate.ts'
import { openReading, PostgresReader } from './reader.ts'
import { rebuildProjections } from './rebuild.ts'
import { type Place, Session } from './session.ts'
import { writeProjection, writeTileHashes, writeTouched } from './write-projection.ts'

/** What a writer holds: the fence, a connection of its own for writing, and its number among writers. */
type Held = { readonly fence: Fence; readonly session: Session; readonly epoch: number }

/** Takes the fence, migrates, and counts this writer: from now on a writer with an earlier epoch cannot commit. */
async function takeStore(place: Place, hook: StatementHook | undefined): Promise<Held> {
  const fence = await Fence.take(place)
  let session: Session | undefined
  try {
    session = await Session.open(place, hook)
    await migrate(session, place)
    await session.run('UPDATE head SET epoch = epoch + 1')
    const row = await session.get('SELECT epoch FROM head')
    if (row === undefined) throw new Error(`the store in schema ${place.schema} has lost its head row`)
    return { fence, session, epoch: numberIn(row, 'epoch') }
  } catch (error) {
    await session?.close()
    await fence.release()
    throw error
  }
}

export class PostgresWriter extends PostgresReader implements StoreWriter {
  readonly #schema: string
  readonly #held: Held
  /** Ends when the last write asked for has ended: the connection holds one transaction at a time. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(pool: Pool, schema: string, held: Held) {
    super(pool)
    this.#schema = schema
    this.#held = held
  }

  static async take(place: Place, hook: StatementHook | undefined): Promise<PostgresWriter> {
    const held = await takeStore(place, hook)
    try {
      return new PostgresWriter(await openReading(place), place.schema, held)
    } catch (error) {
      await held.session.close()
      await held.fence.release()
      throw error
    }
  }

  async intake(items: readonly IntakeItem[]): Promise<void> {
    await this.#write(async (session) => {
      const row = await this.#lockHead('(SELECT max(seq) FROM intake) AS last')
      checkIntake(items, row['last'] === null ? null : numberIn(row, 'last'))
      if (items.length === 0) return
      await session.run(
        `INSERT INTO intake (seq, at, request, evidence, request_hash, receipt)
         SELECT * FROM unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])`,
        int8Array(items.map(({ seq }) => seq)),
        textArray(items.map(({ at }) => at)),
        textArray(items.map(({ request }) => request)),
        textArray(items.map(({ evidence }) => evidence)),
        byteaArray(items.map(({ requestHash }) => requestHash)),
        textArray(items.map(({ receipt }) => receipt)),
      )
      const openings = items.flatMap(({ seq, openings }) => openings.map((opening) => ({ ...opening, seq })))
      if (openings.length === 0) return
      await session.run(
        `INSERT INTO openings (commitment, seq, opening, field, value)
         SELECT * FROM unnest($1::text[], $2::int8[], $3::text[], $4::text[], $5::text[])`,
        textArray(openings.map(({ commitment }) => commitment)),
        int8Array(openings.map(({ seq }) => seq)),
        textArray(openings.map(({ opening }) => opening)),
        textArray(openings.map(({ field }) => field)),
        textArray(openings.map(({ value }) => value)),
      )
    })
  }

  async undecided(): Promise<readonly IntakeItem[]> {
    return this.#inTurn(async (session) => {
      const rows = await session.all(
        'SELECT seq, at, request, evidence, request_hash, receipt FROM intake WHERE decided IS NULL ORDER BY seq',
      )
      const openings = Map.groupBy(
        await session.all(
          `SELECT openings.seq, commitment, opening, field, value FROM openings JOIN intake USING (seq)
           WHERE decided IS NULL ORDER BY commitment`,
        ),
        (row) => row['seq'],
      )
      return rows.map((row) => intakeIn(row, openings.get(row['seq']) ?? []))
    })
  }

  async commit(batch: Batch): Promise<CommitResult> {
    checkBatch(batch)
    const projection = project(batch.records)
    const { expectedSize, head, entries, touched, tileHashes } = batch
    return this.#write(async (session): Promise<CommitResult> => {
      const moved = await session.run(
        'UPDATE head SET size = $1, root = $2, at = $3, compact = $4 WHERE size = $5 AND epoch = $6',
        head.size,
        head.root,
        head.at,
        joinHashes(head.compactRange),
        expectedSize,
        this.#held.epoch,
      )
      if (moved === 0) {
        await this.#lockHead()
        return 'stale'
      }
      await session.run(
        'INSERT INTO log (idx, bytes) SELECT * FROM unnest($1::int8[], $2::bytea[])',
        int8Array(entries.map((_, n) => expectedSize + n)),
        byteaArray(entries.map(({ bytes }) => bytes)),
      )
      const leaves = entries.map(({ leafHash }, n) => ({ level: 0, index: expectedSize + n, hash: leafHash }))
      await writeTileHashes(session, '', [...leaves, ...tileHashes])
      await writeProjection(session, '', projection)
      await writeTouched(session, '', touched)
      await settle(session, batch)
      return 'committed'
    })
  }

  async due(at: Instant, limit: number): Promise<readonly Due[]> {
    return this.#inTurn(async (session) => {
      const sql = 'SELECT at, procedure, key FROM due WHERE at <= $1 ORDER BY at, key LIMIT $2'
      return (await session.all(sql, at, limit)).map(dueIn)
    })
  }

  async nextDue(): Promise<Instant | null> {
    return this.#inTurn(async (session) => {
      const row = await session.get('SELECT at FROM due ORDER BY at LIMIT 1')
      return row === undefined ? null : (textIn(row, 'at') as Instant)
    })
  }

  async savePublished({ size, note, at }: PublishedCheckpoint): Promise<void> {
    await this.#write(async (session) => {
      await this.#lockHead()
      await session.run(
        `INSERT INTO checkpoints (size, note, at) VALUES ($1, $2, $3)
         ON CONFLICT (size) DO UPDATE SET note = excluded.note, at = excluded.at`,
        size,
        note,
        at,
      )
      await session.run(
        'DELETE FROM checkpoints WHERE size NOT IN (SELECT size FROM checkpoints ORDER BY size DESC LIMIT $1)',
        KEPT_CHECKPOINTS,
      )
    })
  }

  async rebuild(progress: (entries: number) => void): Promise<RebuildReport> {
    return this.#write(async (session) => {
      await this.#lockHead()
      return rebuildProjections(session, progress)
    })
  }

  override async close(): Promise<void> {
    await this.#turn
    await super.close()
    await this.#held.session.close()
    await this.#held.fence.release()
  }

  /** Runs the work in a transaction, after all that was asked for before. */
  async #write<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#inTurn((session) => {
      this.#held.fence.require()
      return session.transaction(() => work(session))
    })
  }

  #inTurn<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => work(this.#held.session))
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  /** Locks the head row, so that no other writer can commit meanwhile; throws {@link FencedError} where one has. */
  async #lockHead(columns = 'NULL AS last'): Promise<Readonly<Record<string, unknown>>> {
    const row = await this.#held.session.get(`SELECT epoch, ${columns} FROM head FOR NO KEY UPDATE`)
    if (row?.['epoch'] !== this.#held.epoch)
      throw new FencedError(`another process has taken over the store in schema ${this.#schema}`)
    return row
  }
}

/** Marks what was decided and deletes what is to be erased. What was decided stands in the log: only its receipt is kept. */
async function settle(session: Session, { decided, erased }: Batch): Promise<void> {
  if (decided.length > 0) {
    const settled = await session.run(
      `UPDATE intake SET decided = new.idx, request = NULL, evidence = NULL
       FROM unnest($1::int8[], $2::int8[]) AS new (seq, idx) WHERE intake.seq = new.seq AND decided IS NULL`,
      int8Array(decided.map(({ seq }) => seq)),
      int8Array(decided.map(({ index }) => index)),
    )
    if (settled !== decided.length)
      throw new RangeError('the batch decides a receipt that is not waiting for a decision')
  }
  const refused = decided.flatMap((one) => (one.refused ? [one.seq] : []))
  if (refused.length > 0)
    await session.run('DELETE FROM openings WHERE seq = ANY ($1::int8[])', int8Array(refused))
  if (erased.length > 0)
    await session.run('DELETE FROM openings WHERE commitment = ANY ($1::text[])', textArray(erased))
}
