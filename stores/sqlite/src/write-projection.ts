import type { Batch, Projection } from '@cadastre/store-port'
import type { Connection } from './connection.ts'

/** Prefix of the tables to write: none for the store's own, a schema for those that `rebuild` compares with. */
export type TablePrefix = '' | 'temp.rebuilt_'

/** Writes what follows from records. Deletions come first: two records may trade numbers within one batch. */
export function writeProjection(connection: Connection, to: TablePrefix, projection: Projection): void {
  const created = writeRecords(connection, to, projection.records)
  for (const key of projection.dueKeys)
    if (!created.has(key)) connection.run(`DELETE FROM ${to}due WHERE key = ?`, key)
  for (const { key, at, procedure } of projection.due)
    connection.run(`INSERT OR REPLACE INTO ${to}due VALUES (?, ?, ?)`, key, at, procedure)
  writeOccupancy(connection, to, projection, created)
  writeHolders(connection, to, projection)
}

/** Most changes of a cell leave its numbers occupied as they are, and a row that stays costs least. */
function writeOccupancy(
  connection: Connection,
  to: TablePrefix,
  { occupancyKeys, occupancy }: Projection,
  created: ReadonlySet<string>,
): void {
  const wanted = Map.groupBy(occupancy, ({ key }) => key)
  const kept = new Set<string>()
  for (const { space, first, last, key } of occupancyKeys) {
    if (created.has(key)) continue
    const where = 'space = ? AND first = ? AND last = ?'
    if (
      wanted.get(key)?.length === 1 &&
      connection.get(`SELECT 1 FROM ${to}occupancy WHERE ${where} AND key = ?`, space, first, last, key)
    )
      kept.add(key)
    else connection.run(`DELETE FROM ${to}occupancy WHERE ${where}`, space, first, last)
  }
  for (const { space, first, last, key } of occupancy)
    if (!kept.has(key))
      connection.run(`INSERT INTO ${to}occupancy VALUES (?, ?, ?, ?)`, space, first, last, key)
}

function writeHolders(connection: Connection, to: TablePrefix, { holderKeys, holders }: Projection): void {
  const present = new Set(holders.map(({ handle }) => handle))
  for (const handle of holderKeys)
    if (!present.has(handle)) connection.run(`DELETE FROM ${to}holders WHERE handle = ?`, handle)
  for (const { handle, name, folded } of holders)
    connection.run(
      `INSERT INTO ${to}holders VALUES (?, ?, ?) ON CONFLICT (handle) DO UPDATE
       SET name = excluded.name, folded = excluded.folded WHERE folded <> excluded.folded OR name IS NOT excluded.name`,
      handle,
      name,
      folded,
    )
}

/** Gives the keys that had no record: nothing followed from them, which spares an import half of its deletions. */
function writeRecords(connection: Connection, to: TablePrefix, records: Projection['records']): Set<string> {
  const created = new Set<string>()
  for (const { key, sort, text } of records) {
    if (text === null) connection.run(`DELETE FROM ${to}records WHERE sort = ?`, sort)
    else if (connection.run(`INSERT OR IGNORE INTO ${to}records VALUES (?, ?, ?)`, sort, key, text) === 1)
      created.add(key)
    else connection.run(`UPDATE ${to}records SET text = ? WHERE sort = ?`, text, sort)
  }
  return created
}

export function writeTouched(connection: Connection, to: TablePrefix, touched: Batch['touched']): void {
  for (const { key, index } of touched)
    connection.run(`INSERT INTO ${to}touched VALUES (?, ?) ON CONFLICT DO NOTHING`, key, index)
}

export function writeTileHashes(connection: Connection, to: TablePrefix, hashes: Batch['tileHashes']): void {
  for (const { level, index, hash } of hashes)
    connection.run(`INSERT INTO ${to}tile_hashes VALUES (?, ?, ?)`, level, index, hash)
}
