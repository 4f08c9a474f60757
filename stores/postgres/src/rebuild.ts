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
import type { Session } from './session.ts'
import { writeProjection, writeTileHashes, writeTouched } from './write-projection.ts'

/** Entries read at a time: at most 8 MB of them. */
const CHUNK_ENTRIES = 256

/** Columns to compare, the name of a row in the report, and what a temporary table needs to be written fast. */
const TABLES: Readonly<
  Record<ProjectedTable, { readonly columns: string; readonly name: string; readonly index: string }>
> = {
  head: { columns: 'one, size, root, at, compact', name: `'head'`, index: 'one' },
  tile_hashes: { columns: 'level, idx, hash', name: `level || '/' || idx`, index: 'level, idx' },
  records: { columns: 'sort, key, text', name: 'key', index: 'sort' },
  touched: { columns: 'key, idx', name: `key || '@' || idx`, index: 'key, idx' },
  due: { columns: 'key, at, procedure', name: 'key', index: 'key' },
  occupancy: { columns: 'key, prefix, numbers', name: 'key', index: 'key' },
  holders: { columns: 'handle, name, folded', name: 'handle', index: 'handle' },
}

/** Recomputes, compares, replaces. Throws `DamagedLogError` on a row that is no entry, or a gap. */
export async function rebuildProjections(
  session: Session,
  progress: (entries: number) => void,
): Promise<RebuildReport> {
  for (const table of PROJECTED_TABLES) await makeTemporaryTable(session, table)
  const entries = await replay(session, progress)
  const differences: { table: string; key: string }[] = []
  for (const table of PROJECTED_TABLES) {
    const keys = await compare(session, table)
    if (keys.length > 0) await replace(session, table)
    for (const key of keys) differences.push({ table, key })
  }
  const count = await session.get('SELECT count(*) AS n FROM records')
  return { entries, records: count === undefined ? 0 : numberIn(count, 'n'), differences }
}

async function makeTemporaryTable(session: Session, table: ProjectedTable): Promise<void> {
  // Columns without their checks: what the log says is compared first, and checked when it is stored.
  const { columns, index } = TABLES[table]
  await session.exec(
    `CREATE TEMPORARY TABLE rebuilt_${table} ON COMMIT DROP AS SELECT ${columns} FROM ${table} WITH NO DATA`,
  )
  const unique = table === 'occupancy' ? '' : 'UNIQUE'
  await session.exec(`CREATE ${unique} INDEX ON rebuilt_${table} (${index})`)
}

/** Reads the whole log into the temporary tables; gives its size. */
async function replay(session: Session, progress: (entries: number) => void): Promise<number> {
  const log = new LogReplay(nodeCrypto)
  for (;;) {
    const rows = await session.all(
      'SELECT idx, bytes FROM log WHERE idx >= $1 ORDER BY idx LIMIT $2',
      log.size,
      CHUNK_ENTRIES,
    )
    if (rows.length === 0) break
    for (const row of rows) {
      if (row['idx'] !== log.size) throw new DamagedLogError(`entry ${log.size} is missing`)
      log.add(bytesIn(row, 'bytes'))
    }
    const { records, touched, tileHashes } = log.take()
    await writeProjection(session, 'rebuilt_', project(records))
    await writeTouched(session, 'rebuilt_', touched)
    await writeTileHashes(session, 'rebuilt_', tileHashes)
    progress(log.size)
  }
  await writeHead(session, log.head())
  return log.size
}

async function writeHead(session: Session, head: Head | null): Promise<void> {
  await session.run(
    'INSERT INTO rebuilt_head (one, size, root, at, compact) VALUES (1, $1, $2, $3, $4)',
    head?.size ?? 0,
    head?.root ?? null,
    head?.at ?? null,
    joinHashes(head?.compactRange ?? []),
  )
}

/** Names of the rows of either table that the other does not hold byte for byte. */
async function compare(session: Session, table: ProjectedTable): Promise<readonly string[]> {
  const { columns, name } = TABLES[table]
  const only = (one: string, other: string): string =>
    `SELECT ${name} AS name FROM (SELECT ${columns} FROM ${one} EXCEPT ALL SELECT ${columns} FROM ${other}) AS x`
  const rows = await session.all(
    `${only(table, `rebuilt_${table}`)} UNION ${only(`rebuilt_${table}`, table)} LIMIT $1`,
    REPORTED_DIFFERENCES,
  )
  return rows.map((row) => textIn(row, 'name'))
}

async function replace(session: Session, table: ProjectedTable): Promise<void> {
  const { columns } = TABLES[table]
  if (table === 'head') {
    // The epoch is no projection: it counts writers.
    await session.exec(
      'UPDATE head SET size = new.size, root = new.root, at = new.at, compact = new.compact FROM rebuilt_head AS new',
    )
    return
  }
  await session.exec(`DELETE FROM ${table}`)
  await session.exec(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM rebuilt_${table}`)
}
