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
import { Connection } from './connection.ts'
import { requireSchema } from './migrate.ts'

/** Records a page: a few MB. */
const PAGE_RECORDS = 4096

export class SqliteReader implements StoreReader {
  readonly #path: string
  readonly #connection: Connection

  /** Throws where the file is absent or no store of this version. */
  constructor(path: string) {
    this.#path = path
    this.#connection = openReading(path)
  }

  async head(): Promise<Head | null> {
    return readHead(this.#connection)
  }

  async entries(from: number, count: number): Promise<readonly Uint8Array[]> {
    const rows = this.#connection.all(
      'SELECT bytes FROM log WHERE idx >= ? AND idx < ? ORDER BY idx',
      from,
      from + count,
    )
    return rows.map((row) => bytesIn(row, 'bytes'))
  }

  async tileHashes(level: number, from: number, count: number): Promise<readonly Uint8Array[]> {
    const rows = this.#connection.all(
      'SELECT hash FROM tile_hashes WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx',
      level,
      from,
      from + count,
    )
    return rows.map((row) => bytesIn(row, 'hash'))
  }

  async snapshot(): Promise<StoreSnapshot> {
    const connection = openReading(this.#path)
    // A transaction in WAL mode sees one moment, from its first read on.
    connection.exec('BEGIN')
    return {
      head: readHead(connection),
      records: () => recordPages(connection),
      close: async () => connection.close(),
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
    const row = this.#connection.get('SELECT text FROM records WHERE sort = ?', sortKey(key))
    return row === undefined ? null : textIn(row, 'text')
  }

  async objects(type: ObjectType, after: string | null, limit: number): Promise<readonly StoredRecord[]> {
    const sql = 'SELECT key, text FROM records WHERE sort > ? AND sort < ? ORDER BY sort LIMIT ?'
    return this.#connection.all(sql, ...objectBounds(type, after), limit).map(recordIn)
  }

  async touched(keys: readonly string[], before: number, limit: number): Promise<readonly TouchedKey[]> {
    // The newest of each key, then the newest of all: a busy key costs no more than `limit` rows.
    const found: TouchedKey[] = []
    for (const key of new Set(keys)) {
      const rows = this.#connection.all(
        'SELECT idx FROM touched WHERE key = ? AND idx < ? ORDER BY idx DESC LIMIT ?',
        key,
        before,
        limit,
      )
      for (const row of rows) found.push({ key, index: numberIn(row, 'idx') })
    }
    found.sort((a, b) => b.index - a.index || (a.key < b.key ? -1 : 1))
    return found.slice(0, limit)
  }

  async receiptBySeq(seq: number): Promise<ReceiptStatus | null> {
    return receiptIn(this.#connection.get('SELECT seq, receipt, decided FROM intake WHERE seq = ?', seq))
  }

  async receiptsByRequest(requestHash: Uint8Array): Promise<readonly ReceiptStatus[]> {
    const sql = 'SELECT seq, receipt, decided FROM intake WHERE request_hash = ? ORDER BY seq'
    return this.#connection.all(sql, requestHash).flatMap((row) => receiptIn(row) ?? [])
  }

  async areReceived(requestHashes: readonly Uint8Array[]): Promise<readonly boolean[]> {
    const sql = 'SELECT 1 FROM intake WHERE request_hash = ? LIMIT 1'
    return requestHashes.map((hash) => this.#connection.get(sql, hash) !== undefined)
  }

  async lastReceipt(): Promise<{ readonly seq: number; readonly receipt: string } | null> {
    const row = this.#connection.get('SELECT seq, receipt FROM intake ORDER BY seq DESC LIMIT 1')
    return row === undefined ? null : { seq: numberIn(row, 'seq'), receipt: textIn(row, 'receipt') }
  }

  async openings(commitments: readonly string[]): Promise<readonly Opening[]> {
    const found: Opening[] = []
    for (const commitment of new Set(commitments)) {
      const row = this.#connection.get(
        'SELECT commitment, opening, field, value FROM openings WHERE commitment = ? ORDER BY seq LIMIT 1',
        commitment,
      )
      if (row !== undefined) found.push(openingIn(row))
    }
    return found
  }

  async holdersMatching(text: string, limit: number): Promise<readonly string[]> {
    const term = searchTerm(text)
    if (term === null) return []
    const rows = this.#connection.all(
      'SELECT handle FROM holders WHERE instr(folded, ?) > 0 ORDER BY handle LIMIT ?',
      term,
      limit,
    )
    return rows.map((row) => textIn(row, 'handle'))
  }

  async checkpoints(): Promise<readonly PublishedCheckpoint[]> {
    const rows = this.#connection.all('SELECT size, note, at FROM checkpoints ORDER BY size')
    return rows.map(checkpointIn)
  }

  async close(): Promise<void> {
    this.#connection.close()
  }
}

function openReading(path: string): Connection {
  const connection = Connection.reader(path)
  try {
    requireSchema(connection, path)
  } catch (error) {
    connection.close()
    throw error
  }
  return connection
}

function readHead(connection: Connection): Head | null {
  return headIn(connection.get('SELECT size, root, at, compact FROM head'))
}

async function* recordPages(connection: Connection): AsyncIterable<readonly StoredRecord[]> {
  let after: Uint8Array = new Uint8Array(0)
  for (;;) {
    // The sort key follows from the key: selecting it would make an array of bytes for each row.
    const page = connection
      .all('SELECT key, text FROM records WHERE sort > ? ORDER BY sort LIMIT ?', after, PAGE_RECORDS)
      .map(recordIn)
    const last = page.at(-1)
    if (last === undefined) return
    after = sortKey(last.key)
    yield page
  }
}
