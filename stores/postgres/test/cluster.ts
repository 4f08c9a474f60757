/** The PostgreSQL cluster that tests use, and schemas of their own in it. */

import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

/** Connection string of a superuser; `npm test` starts a cluster and sets it. */
export const URL_OF_CLUSTER: string | undefined = process.env['CADASTRE_TEST_POSTGRES']

/** Why the tests are left out, as node's test runner wants it; false where they run. */
export const LEFT_OUT: string | false =
  URL_OF_CLUSTER === undefined ? 'CADASTRE_TEST_POSTGRES names no PostgreSQL cluster' : false

if (LEFT_OUT !== false && process.env['CI'] !== undefined) throw new Error(`${LEFT_OUT}, and CI is set`)

/** A name for a schema that nobody else has. */
export function freshSchema(): string {
  return `test_${randomBytes(8).toString('hex')}`
}

/** Runs SQL in the schema as somebody who goes around the store; gives the rows of the last statement. */
export async function aside(schema: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: URL_OF_CLUSTER ?? '' })
  await client.connect()
  try {
    await client.query(`SET search_path TO "${schema}"`)
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
