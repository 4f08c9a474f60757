/**
 * The production store: a schema of a PostgreSQL database (15 or later), with plain SQL over `pg`. Replication, backup
 * and failover are PostgreSQL's own; readers may sit on replicas.
 *
 * A writer has three kinds of connection: one that only holds the fence, one that writes, and a few that read. Erased
 * openings leave the tables with the commit, and the disk with PostgreSQL's vacuum, write-ahead log and backups.
 */

import type { StatementHook, StoreReader, StoreWriter } from '@cadastre/store-port'
import { PostgresReader } from './reader.ts'
import { PostgresWriter } from './writer.ts'

export type PostgresOptions = {
  /** Schema of the database that holds the store; `cadastre` where absent. A writer makes it. */
  readonly schema?: string
}
export type PostgresWriterOptions = PostgresOptions & {
  /** For tests of faults. */
  readonly onStatement?: StatementHook
}

const DEFAULT_SCHEMA = 'cadastre'

/** Opens the store for reading. Throws where the server cannot be reached, or `SchemaVersionError`. */
export async function openPostgresReader(
  url: string,
  { schema = DEFAULT_SCHEMA }: PostgresOptions = {},
): Promise<StoreReader> {
  return PostgresReader.open({ url, schema })
}

/**
 * Opens the store for writing, and makes it where there is none. Throws `StoreLockedError` where another writer has it
 * open, `SchemaVersionError` where a newer version of the program has migrated it.
 */
export async function openPostgresWriter(
  url: string,
  { schema = DEFAULT_SCHEMA, onStatement }: PostgresWriterOptions = {},
): Promise<StoreWriter> {
  return PostgresWriter.take({ url, schema }, onStatement)
}
