import { numberIn, type Row, SchemaVersionError } from '@cadastre/store-port'
import { escapeIdentifier } from 'pg'
import { MIGRATIONS } from './schema.ts'
import type { Place, Session } from './session.ts'

/** What both a session and a pool can do. */
type Asking = (sql: string) => Promise<Row | undefined>

async function versionOf(ask: Asking): Promise<number> {
  // Without a schema name: the search path leads to the store's own schema only.
  const table = await ask(`SELECT to_regclass('schema_version') AS name`)
  if (table?.['name'] === null) return 0
  const row = await ask('SELECT version FROM schema_version')
  return row === undefined ? 0 : numberIn(row, 'version')
}

function refuseNewer(version: number, { schema }: Place): void {
  if (version > MIGRATIONS.length) {
    throw new SchemaVersionError(
      `the store in schema ${schema} has schema version ${version}, made by a newer version; this one knows up to ${MIGRATIONS.length}`,
    )
  }
}

/** Brings the store to the newest schema, each migration in a transaction of its own. Call with the fence held. */
export async function migrate(session: Session, place: Place): Promise<void> {
  const encoding = await session.get(`SELECT current_setting('server_encoding') AS name`)
  if (encoding?.['name'] !== 'UTF8')
    throw new SchemaVersionError(
      `the database has encoding ${String(encoding?.['name'])}; a store needs UTF8`,
    )
  const found = await versionOf((sql) => session.get(sql))
  refuseNewer(found, place)
  for (let version = found; version < MIGRATIONS.length; version++) {
    await session.transaction(async () => {
      if (version === 0) {
        await session.exec(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(place.schema)}`)
        await session.exec('CREATE TABLE schema_version (version int4 NOT NULL)')
      }
      await session.exec(MIGRATIONS[version] ?? '')
      await session.run('DELETE FROM schema_version')
      await session.run('INSERT INTO schema_version VALUES ($1)', version + 1)
    })
  }
}

/** A reader cannot migrate: throws {@link SchemaVersionError} unless the schema is the one this version knows. */
export async function requireSchema(ask: Asking, place: Place): Promise<void> {
  const version = await versionOf(ask)
  refuseNewer(version, place)
  if (version === 0) throw new SchemaVersionError(`schema ${place.schema} holds no store yet`)
  if (version < MIGRATIONS.length) {
    throw new SchemaVersionError(
      `the store in schema ${place.schema} has schema version ${version} of ${MIGRATIONS.length}; the registry migrates it when it starts`,
    )
  }
}
