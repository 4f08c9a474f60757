/** One connection to SQLite: statements prepared once each, rows read with their types checked. */

import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { Row, StatementHook } from '@cadastre/store-port'

/** Milliseconds to wait for another process that is in the middle of a write (a backup, a shell). */
const BUSY_TIMEOUT = 10_000

/**
 * Bytes a page. Entries are up to 32 KiB and records a few hundred bytes: twice SQLite's default halves the overflow
 * pages of the former and keeps the latter out of them.
 */
const PAGE_BYTES = 8192
/** Pages of the write-ahead log after which it is moved into the database: 32 MB, a dozen import batches. */
const CHECKPOINT_PAGES = 4000
/** Inner pages of all indexes; leaves come from the system's own cache, and four times as much made nothing faster. */
const CACHE_KIB = 16_384
/** Openings of personal data are inside: its owner alone reads and writes it. */
const PRIVATE = 0o600

/** Makes the file if there is none. SQLite gives the files beside it (`-wal`, `-shm`) the same mode. */
export function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', PRIVATE))
}

export class Connection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #hook: StatementHook | undefined

  private constructor(database: DatabaseSync, hook?: StatementHook) {
    this.#database = database
    this.#hook = hook
  }

  /** Opens the file for reading; other threads and processes may write to it. */
  static reader(path: string): Connection {
    const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT })
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
    return new Connection(database)
  }

  /** Opens the file for writing and makes it if there is none. Every commit is on disk when it returns. */
  static writer(path: string, hook?: StatementHook): Connection {
    makePrivate(path)
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT })
    try {
      // secure_delete: an erased opening must not stay behind in free space (ledger.md section 5).
      database.exec(`
        PRAGMA page_size = ${PAGE_BYTES};
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = ON;
        PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
        PRAGMA journal_size_limit = ${PAGE_BYTES * CHECKPOINT_PAGES};
        PRAGMA cache_size = -${CACHE_KIB};`)
    } catch (error) {
      database.close()
      throw error
    }
    return new Connection(database, hook)
  }

  /** Runs statements without parameters. */
  exec(sql: string): void {
    this.#hook?.(sql, 'before')
    this.#database.exec(sql)
    this.#hook?.(sql, 'after')
  }

  /** Runs one statement; gives the number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    this.#hook?.(sql, 'before')
    const { changes } = this.#prepared(sql).run(...values)
    this.#hook?.(sql, 'after')
    return Number(changes)
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values)
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values)
  }

  /**
   * Moves the write-ahead log into the database and empties it, without waiting; false where a reader is in the way.
   */
  emptyWriteAheadLog(): boolean {
    this.#database.exec('PRAGMA busy_timeout = 0')
    const row = this.get('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`)
    return row?.['busy'] === 0
  }

  /** Runs the work in one transaction: committed as a whole when it returns, undone when it throws. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk makes SQLite roll back by itself; a commit that failed after the fact leaves nothing to undo.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** May be called twice. */
  close(): void {
    this.#statements.clear()
    if (this.#database.isOpen) this.#database.close()
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
