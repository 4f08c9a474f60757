/**
 * `rebuild`: the log read from its first entry into temporary tables, these compared with the stored ones row by
 * row, and whatever differs replaced. All inside one transaction of the caller.
 */

import { nodeCrypto } from '@cadastre/crypto/node'
import {
  bytesIn,
  DamagedLogError,
  type Head,
  joinHashes,
  LogReplay,
  numberIn,
  PROJECTED_TABLES,
  type ProjectedTable,
  project,
  REPORTED_DIFFERENCES,
  type RebuildReport,
  textIn,
} from '@cadastre/store-port'
import type { Connection } from './connection.ts'
import { writeProjection, writeTileHashes, writeTouched } from './write-projection.ts'

/** Entries read at a time: at most 8 MB of them. */
const CHUNK_ENTRIES = 256

/** Columns to compare, and the name of a row in the report. */
const TABLES: Readonly<Record<ProjectedTable, { readonly columns: string; readonly name: string }>> = {
  head: { columns: 'one, size, root, at, compact', name: `'head'` },
  tile_hashes: { columns: 'level, idx, hash', name: `level || '/' || idx` },
  records: { columns: 'sort, key, text', name: 'key' },
  touched: { columns: 'key, idx', name: `key || '@' || idx` },
  due: { columns: 'key, at, procedure', name: 'key' },
  occupancy: { columns: 'space, first, last, key', name: 'key' },
  holders: { columns: 'handle, name, folded', name: 'handle' },
}

/** Recomputes, compares, replaces. Throws `DamagedLogError` on a row that is no entry, or a gap. */
export function rebuildProjections(
  connection: Connection,
  progress: (entries: number) => void,
): RebuildReport {
  makeTemporaryTables(connection)
  try {
    const size = replay(connection, progress)
    const differences = PROJECTED_TABLES.flatMap((table) => {
      const found = compare(connection, table)
      if (found.length > 0) replace(connection, table)
      return found
    })
    const records = connection.get('SELECT count(*) AS n FROM records')
    return { entries: size, records: records === undefined ? 0 : numberIn(records, 'n'), differences }
  } finally {
    for (const table of PROJECTED_TABLES) connection.exec(`DROP TABLE IF EXISTS temp.rebuilt_${table}`)
  }
}

function makeTemporaryTables(connection: Connection): void {
  // The columns of the stored tables without their checks: what the log says is compared first, checked when stored.
  const make = (table: ProjectedTable, columns: string): void =>
    connection.exec(`CREATE TEMP TABLE rebuilt_${table} (${columns}) STRICT, WITHOUT ROWID`)
  make('head', 'one INTEGER PRIMARY KEY, size INTEGER, root BLOB, at TEXT, compact BLOB')
  make('tile_hashes', 'level INTEGER, idx INTEGER, hash BLOB, PRIMARY KEY (level, idx)')
  make('records', 'sort BLOB PRIMARY KEY, key TEXT, text TEXT')
  make('touched', 'key TEXT, idx INTEGER, PRIMARY KEY (key, idx)')
  make('due', 'key TEXT PRIMARY KEY, at TEXT, procedure TEXT')
  make('occupancy', 'space TEXT, first BLOB, last BLOB, key TEXT, PRIMARY KEY (space, first)')
  make('holders', 'handle TEXT PRIMARY KEY, name TEXT, folded TEXT')
}

/** Reads the whole log into the temporary tables; gives its size. */
function replay(connection: Connection, progress: (entries: number) => void): number {
  const log = new LogReplay(nodeCrypto)
  for (;;) {
    const rows = connection.all(
      'SELECT idx, bytes FROM log WHERE idx >= ? ORDER BY idx LIMIT ?',
      log.size,
      CHUNK_ENTRIES,
    )
    if (rows.length === 0) break
    for (const row of rows) {
      if (row['idx'] !== log.size) throw new DamagedLogError(`entry ${log.size} is missing`)
      log.add(bytesIn(row, 'bytes'))
    }
    const { records, touched, tileHashes } = log.take()
    writeProjection(connection, 'temp.rebuilt_', project(records))
    writeTouched(connection, 'temp.rebuilt_', touched)
    writeTileHashes(connection, 'temp.rebuilt_', tileHashes)
    progress(log.size)
  }
  writeHead(connection, log.head())
  return log.size
}

function writeHead(connection: Connection, head: Head | null): void {
  connection.run(
    'INSERT INTO temp.rebuilt_head VALUES (1, ?, ?, ?, ?)',
    head?.size ?? 0,
    head?.root ?? null,
    head?.at ?? null,
    joinHashes(head?.compactRange ?? []),
  )
}

/** Rows of either table that the other does not hold byte for byte. */
function compare(connection: Connection, table: ProjectedTable): RebuildReport['differences'] {
  const { columns, name } = TABLES[table]
  const equal = columns.split(', ').map((column) => `b.${column} IS a.${column}`)
  const keys = new Set<string>()
  for (const [one, other] of [
    [`main.${table}`, `temp.rebuilt_${table}`],
    [`temp.rebuilt_${table}`, `main.${table}`],
  ]) {
    const rows = connection.all(
      `SELECT ${name} AS name FROM ${one} AS a
       WHERE NOT EXISTS (SELECT 1 FROM ${other} AS b WHERE ${equal.join(' AND ')}) LIMIT ?`,
      REPORTED_DIFFERENCES,
    )
    for (const row of rows) keys.add(textIn(row, 'name'))
  }
  return Array.from(keys, (key) => ({ table, key })).slice(0, REPORTED_DIFFERENCES)
}

function replace(connection: Connection, table: ProjectedTable): void {
  const { columns } = TABLES[table]
  if (table === 'head') {
    // The epoch is no projection: it counts writers.
    connection.exec(
      'UPDATE head SET (size, root, at, compact) = (SELECT size, root, at, compact FROM temp.rebuilt_head)',
    )
    return
  }
  connection.exec(`DELETE FROM main.${table}`)
  connection.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM temp.rebuilt_${table}`)
}
