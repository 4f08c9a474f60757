/**
 * The embedded store: one SQLite file (`node:sqlite`), in WAL mode with `synchronous = FULL`, so that a commit that
 * returned is on disk. Beside it stand SQLite's own `-wal` and `-shm` files and `-lock`, the fence of the one writer.
 *
 * Calls do their work before they return (SQLite has no other way), so the writer belongs in a thread of its own.
 * Readers, in any thread or process, never wait for it. The file must be on a local disk: the locks of network file
 * systems are not to be trusted (sqlite.org/howtocorrupt.html, section 2).
 */

import type { StatementHook, StoreReader, StoreWriter } from '@cadastre/store-port'
import { SqliteReader } from './reader.ts'
import { SqliteWriter, takeStore } from './writer.ts'

export type SqliteWriterOptions = {
  /** For tests of faults. */
  readonly onStatement?: StatementHook
}

/** Opens the store in the file for reading. Throws where there is none, or `SchemaVersionError`. */
export async function openSqliteReader(path: string): Promise<StoreReader> {
  return new SqliteReader(path)
}

/**
 * Opens the store in the file for writing, and makes it where there is none. Throws `StoreLockedError` where another
 * writer has it open, `SchemaVersionError` where a newer version of the program has migrated it.
 */
export async function openSqliteWriter(
  path: string,
  { onStatement }: SqliteWriterOptions = {},
): Promise<StoreWriter> {
  const held = takeStore(path, onStatement)
  try {
    return new SqliteWriter(path, held)
  } catch (error) {
    held.connection.close()
    held.fence.release()
    throw error
  }
}
