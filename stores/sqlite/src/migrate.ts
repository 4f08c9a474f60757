import { numberIn, SchemaVersionError } from '@cadastre/store-port'
import type { Connection } from './connection.ts'
import { MIGRATIONS } from './schema.ts'

function versionOf(connection: Connection): number {
  const table = connection.get(`SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'`)
  if (table === undefined) return 0
  const row = connection.get('SELECT version FROM schema_version')
  return row === undefined ? 0 : numberIn(row, 'version')
}

function refuseNewer(version: number, path: string): void {
  if (version > MIGRATIONS.length) {
    throw new SchemaVersionError(
      `the store ${path} has schema ${version}, made by a newer version; this one knows up to ${MIGRATIONS.length}`,
    )
  }
}

/** Brings the store to the newest schema, each migration in a transaction of its own. */
export function migrate(connection: Connection, path: string): void {
  const found = versionOf(connection)
  refuseNewer(found, path)
  for (let version = found; version < MIGRATIONS.length; version++) {
    connection.transaction(() => {
      if (version === 0) connection.exec('CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT')
      connection.exec(MIGRATIONS[version] ?? '')
      connection.run('DELETE FROM schema_version')
      connection.run('INSERT INTO schema_version VALUES (?)', version + 1)
    })
  }
}

/** A reader cannot migrate: throws {@link SchemaVersionError} unless the schema is the one this version knows. */
export function requireSchema(connection: Connection, path: string): void {
  const version = versionOf(connection)
  refuseNewer(version, path)
  if (version === 0) throw new SchemaVersionError(`${path} holds no store yet`)
  if (version < MIGRATIONS.length) {
    throw new SchemaVersionError(
      `the store ${path} has schema ${version} of ${MIGRATIONS.length}; the registry migrates it when it starts`,
    )
  }
}
