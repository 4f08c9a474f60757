import type { Batch, OccupancyRow, Projection } from '@cadastre/store-port'
import { byteaArray, int8Array, textArray } from './binary-array.ts'
import type { Session } from './session.ts'

/** Prefix of the tables to write: none for the store's own, or that of the tables `rebuild` compares with. */
export type TablePrefix = '' | 'rebuilt_'

/** Writes what follows from records. Deletions come first: two records may trade numbers within one batch. */
export async function writeProjection(
  session: Session,
  to: TablePrefix,
  { records, dueKeys, due, occupancyKeys, occupancy, holderKeys, holders }: Projection,
): Promise<void> {
  await writeRecords(session, to, records)
  if (dueKeys.length > 0)
    await session.run(`DELETE FROM ${to}due WHERE key = ANY ($1::text[])`, textArray(dueKeys))
  if (due.length > 0)
    await session.run(
      `INSERT INTO ${to}due (key, at, procedure) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])`,
      textArray(due.map(({ key }) => key)),
      textArray(due.map(({ at }) => at)),
      textArray(due.map(({ procedure }) => procedure)),
    )
  if (occupancyKeys.length > 0)
    await session.run(
      `DELETE FROM ${to}occupancy WHERE key = ANY ($1::text[])`,
      textArray(occupancyKeys.map(({ key }) => key)),
    )
  if (occupancy.length > 0) await writeOccupancy(session, to, occupancy)
  if (holderKeys.length > 0)
    await session.run(`DELETE FROM ${to}holders WHERE handle = ANY ($1::text[])`, textArray(holderKeys))
  if (holders.length > 0)
    await session.run(
      `INSERT INTO ${to}holders (handle, name, folded) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])`,
      textArray(holders.map(({ handle }) => handle)),
      textArray(holders.map(({ name }) => name)),
      textArray(holders.map(({ folded }) => folded)),
    )
}

async function writeRecords(
  session: Session,
  to: TablePrefix,
  records: Projection['records'],
): Promise<void> {
  const deleted = records.filter(({ text }) => text === null)
  if (deleted.length > 0)
    await session.run(
      `DELETE FROM ${to}records WHERE sort = ANY ($1::bytea[])`,
      byteaArray(deleted.map(({ sort }) => sort)),
    )
  const kept = deleted.length === 0 ? records : records.filter(({ text }) => text !== null)
  if (kept.length > 0)
    await session.run(
      `INSERT INTO ${to}records (sort, key, text) SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[])
       ON CONFLICT (sort) DO UPDATE SET text = excluded.text`,
      byteaArray(kept.map(({ sort }) => sort)),
      textArray(kept.map(({ key }) => key)),
      textArray(kept.map(({ text }) => text)),
    )
}

/** The number in the four bytes of an AS number. */
const asNumber = (bytes: Uint8Array): number => Buffer.from(bytes).readUInt32BE(0)

async function writeOccupancy(
  session: Session,
  to: TablePrefix,
  rows: readonly OccupancyRow[],
): Promise<void> {
  // The key of an IP cell is its space, a slash, and a prefix as PostgreSQL reads it.
  const addresses = rows.filter(({ space }) => space !== 'asn').map(({ key }) => key)
  if (addresses.length > 0)
    await session.run(
      `INSERT INTO ${to}occupancy (key, prefix) SELECT key, substr(key, 5)::inet FROM unnest($1::text[]) AS new (key)`,
      textArray(addresses),
    )
  const numbers = rows.filter(({ space }) => space === 'asn')
  if (numbers.length > 0)
    await session.run(
      `INSERT INTO ${to}occupancy (key, numbers) SELECT key, int8range(first, last, '[]')
       FROM unnest($1::text[], $2::int8[], $3::int8[]) AS new (key, first, last)`,
      textArray(numbers.map(({ key }) => key)),
      int8Array(numbers.map(({ first }) => asNumber(first))),
      int8Array(numbers.map(({ last }) => asNumber(last))),
    )
}

export async function writeTouched(
  session: Session,
  to: TablePrefix,
  touched: Batch['touched'],
): Promise<void> {
  if (touched.length === 0) return
  await session.run(
    `INSERT INTO ${to}touched (key, idx) SELECT * FROM unnest($1::text[], $2::int8[]) ON CONFLICT DO NOTHING`,
    textArray(touched.map(({ key }) => key)),
    int8Array(touched.map(({ index }) => index)),
  )
}

export async function writeTileHashes(
  session: Session,
  to: TablePrefix,
  hashes: Batch['tileHashes'],
): Promise<void> {
  if (hashes.length === 0) return
  await session.run(
    `INSERT INTO ${to}tile_hashes (level, idx, hash) SELECT * FROM unnest($1::int8[], $2::int8[], $3::bytea[])`,
    int8Array(hashes.map(({ level }) => level)),
    int8Array(hashes.map(({ index }) => index)),
    byteaArray(hashes.map(({ hash }) => hash)),
  )
}
