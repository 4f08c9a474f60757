import { encodeHex } from '@cadastre/crypto'
import type { ObjectType, RecordKey } from '@cadastre/records'
import {
  bytesIn,
  checkpointIn,
  type Head,
  headIn,
  numberIn,
  type Opening,
  objectBounds,
  openingIn,
  type PublishedCheckpoint,
  type ReceiptStatus,
  type Row,
  receiptIn,
  recordIn,
  type StoredRecord,
  type StoreReader,
  type StoreSnapshot,
  searchTerm,
  sortKey,
  type TouchedKey,
  textIn,
} from '@cadastre/store-port'
import type { Pool, PoolClient } from 'pg'
import { byteaArray, textArray } from './binary-array.ts'
import { requireSchema } from './migrate.ts'
import { openPool, type Place } from './session.ts'

/** Records a page: a few MB. */
const PAGE_RECORDS = 4096
const READING_CONNECTIONS = 4

const HEAD = 'SELECT size, root, at, compact FROM head'

export class PostgresReader implements StoreReader {
  readonly #pool: Pool
  #closed = false

  protected constructor(pool: Pool) {
    this.#pool = pool
  }

  /** Throws where the server cannot be reached or the schema holds no store of this version. */
  static async open(place: Place): Promise<PostgresReader> {
    return new PostgresReader(await openReading(place))
  }

  async head(): Promise<Head | null> {
    return headIn(await this.#get(HEAD))
  }

  async entries(from: number, count: number): Promise<readonly Uint8Array[]> {
    const rows = await this.#all(
      'SELECT bytes FROM log WHERE idx >= $1 AND idx < $2 ORDER BY idx',
      from,
      from + count,
    )
    return rows.map((row) => bytesIn(row, 'bytes'))
  }

  async tileHashes(level: number, from: number, count: number): Promise<readonly Uint8Array[]> {
    const rows = await this.#all(
      'SELECT hash FROM tile_hashes WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx',
      level,
      from,
      from + count,
    )
    return rows.map((row) => bytesIn(row, 'hash'))
  }

  async snapshot(): Promise<StoreSnapshot> {
    const client = await this.#pool.connect()
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY')
      const { rows } = await client.query(HEAD)
      return {
        head: headIn(rows[0]),
        records: () => recordPages(client),
        close: async () => endSnapshot(client),
      }
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async *records(): AsyncIterable<readonly StoredRecord[]> {
    const snapshot = await this.snapshot()
    try {
      yield* snapshot.records()
    } finally {
      await snapshot.close()
    }
  }

  async record(key: RecordKey): Promise<string | null> {
    const row = await this.#get('SELECT text FROM records WHERE sort = $1', sortKey(key))
    return row === undefined ? null : textIn(row, 'text')
  }

  async objects(type: ObjectType, after: string | null, limit: number): Promise<readonly StoredRecord[]> {
    const sql = 'SELECT key, text FROM records WHERE sort > $1 AND sort < $2 ORDER BY sort LIMIT $3'
    return (await this.#all(sql, ...objectBounds(type, after), limit)).map(recordIn)
  }

  async touched(keys: readonly string[], before: number, limit: number): Promise<readonly TouchedKey[]> {
    // The newest of each key, then the newest of all: a busy key costs no more than `limit` rows.
    const rows = await this.#all(
      `SELECT newest.key, newest.idx
       FROM unnest($1::text[]) AS asked (key), LATERAL (
         SELECT key, idx FROM touched
         WHERE touched.key = asked.key AND idx < $2 ORDER BY idx DESC LIMIT $3
       ) AS newest
       ORDER BY newest.idx DESC, newest.key LIMIT $3`,
      textArray([...new Set(keys)]),
      before,
      limit,
    )
    return rows.map((row) => ({ key: textIn(row, 'key'), index: numberIn(row, 'idx') }))
  }

  async receiptBySeq(seq: number): Promise<ReceiptStatus | null> {
    return receiptIn(await this.#get('SELECT seq, receipt, decided FROM intake WHERE seq = $1', seq))
  }

  async receiptsByRequest(requestHash: Uint8Array): Promise<readonly ReceiptStatus[]> {
    const sql = 'SELECT seq, receipt, decided FROM intake WHERE request_hash = $1 ORDER BY seq'
    return (await this.#all(sql, requestHash)).flatMap((row) => receiptIn(row) ?? [])
  }

  async areReceived(requestHashes: readonly Uint8Array[]): Promise<readonly boolean[]> {
    const sql = 'SELECT request_hash FROM intake WHERE request_hash = ANY ($1::bytea[])'
    const rows = await this.#all(sql, byteaArray(requestHashes))
    const found = new Set(rows.map((row) => encodeHex(bytesIn(row, 'request_hash'))))
    return requestHashes.map((hash) => found.has(encodeHex(hash)))
  }

  async lastReceipt(): Promise<{ readonly seq: number; readonly receipt: string } | null> {
    const row = await this.#get('SELECT seq, receipt FROM intake ORDER BY seq DESC LIMIT 1')
    return row === undefined ? null : { seq: numberIn(row, 'seq'), receipt: textIn(row, 'receipt') }
  }

  async openings(commitments: readonly string[]): Promise<readonly Opening[]> {
    const rows = await this.#all(
      `SELECT DISTINCT ON (asked.n) openings.commitment, opening, field, value
       FROM unnest($1::text[]) WITH ORDINALITY AS asked (commitment, n)
       JOIN openings ON openings.commitment = asked.commitment
       ORDER BY asked.n, openings.seq`,
      textArray([...new Set(commitments)]),
    )
    return rows.map(openingIn)
  }

  async holdersMatching(text: string, limit: number): Promise<readonly string[]> {
    const term = searchTerm(text)
    if (term === null) return []
    const rows = await this.#all(
      'SELECT handle FROM holders WHERE strpos(folded, $1) > 0 ORDER BY handle LIMIT $2',
      term,
      limit,
    )
    return rows.map((row) => textIn(row, 'handle'))
  }

  async checkpoints(): Promise<readonly PublishedCheckpoint[]> {
    return (await this.#all('SELECT size, note, at FROM checkpoints ORDER BY size')).map(checkpointIn)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#pool.end()
  }

  async #all(sql: string, ...values: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#pool.query({ text: sql, values })).rows
  }

  async #get(sql: string, ...values: readonly unknown[]): Promise<Row | undefined> {
    return (await this.#all(sql, ...values))[0]
  }
}

/** A pool on a store of this version. */
export async function openReading(place: Place): Promise<Pool> {
  const pool = openPool(place, READING_CONNECTIONS)
  try {
    await requireSchema(async (sql) => (await pool.query(sql)).rows[0], place)
    return pool
  } catch (error) {
    await pool.end()
    throw error
  }
}

async function* recordPages(client: PoolClient): AsyncIterable<readonly StoredRecord[]> {
  let after: Uint8Array = new Uint8Array(0)
  for (;;) {
    const { rows } = await client.query({
      name: 'records',
      text: 'SELECT key, text FROM records WHERE sort > $1 ORDER BY sort LIMIT $2',
      values: [after, PAGE_RECORDS],
    })
    const page = rows.map(recordIn)
    const last = page.at(-1)
    if (last === undefined) return
    after = sortKey(last.key)
    yield page
  }
}

async function endSnapshot(client: PoolClient): Promise<void> {
  try {
    await client.query('COMMIT')
  } catch (error) {
    client.release(true)
    throw error
  }
  client.release()
}
