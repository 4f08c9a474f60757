/** Connections to PostgreSQL: columns as numbers and bytes, statements prepared once each, transactions. */

import type { Row, StatementHook } from '@cadastre/store-port'
import {
  Client,
  type ClientConfig,
  escapeIdentifier,
  Pool,
  type QueryResult,
  type TypeParser,
  types,
} from 'pg'

/** Where a store is: a database, and a schema of it. */
export type Place = { readonly url: string; readonly schema: string }

/** Object identifiers of column types, as in pg_type.dat. */
const BYTEA = 17
const INT8 = 20

function parserOf(oid: number, format?: 'text' | 'binary'): TypeParser {
  if (oid === INT8) return toSafeInteger
  if (oid === BYTEA) return toBytes
  return types.getTypeParser(oid, format)
}

/** int8 holds sizes, indexes and sequence numbers, which the ledger keeps within safe integers. */
function toSafeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${text}`)
  return value
}

/** `\x` and hexadecimal digits (bytea_output = hex, the default since 9.0). */
function toBytes(text: string): Uint8Array {
  const bytes = Buffer.from(text.slice(2), 'hex')
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

function configOf({ url }: Place): ClientConfig {
  return {
    connectionString: url,
    application_name: 'cadastre',
    keepAlive: true,
    types: { getTypeParser: parserOf },
  }
}

function searchPath({ schema }: Place): string {
  return `SET search_path TO ${escapeIdentifier(schema)}`
}

/** Whoever set this off for a whole server did not mean the register. */
const WAIT_FOR_DISK = `
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`

/** Connections for reading, opened as they are needed. */
export function openPool(place: Place, max: number): Pool {
  const pool = new Pool({
    ...configOf(place),
    max,
    onConnect: async (client) => {
      await client.query(searchPath(place))
    },
  })
  // A connection that breaks while idle is replaced by the next one asked for.
  pool.on('error', () => undefined)
  return pool
}

/** One connection. What it does is done in order; only one transaction at a time. */
export class Session {
  readonly #client: Client
  readonly #hook: StatementHook | undefined
  readonly #names = new Map<string, string>()
  #lost: Error | null = null

  private constructor(client: Client, hook: StatementHook | undefined) {
    this.#client = client
    this.#hook = hook
    client.on('error', (error) => {
      this.#lost = error
    })
    client.on('end', () => {
      this.#lost ??= new Error('the connection to PostgreSQL has ended')
    })
  }

  static async open(place: Place, hook?: StatementHook): Promise<Session> {
    const client = new Client(configOf(place))
    const session = new Session(client, hook)
    await client.connect()
    await client.query(`${searchPath(place)};${WAIT_FOR_DISK}`)
    return session
  }

  /** Why the connection is gone; null while it is there. */
  get lost(): Error | null {
    return this.#lost
  }

  /** Runs statements without parameters. */
  async exec(sql: string): Promise<void> {
    this.#hook?.(sql, 'before')
    await this.#client.query(sql)
    this.#hook?.(sql, 'after')
  }

  /** Runs one statement; gives the number of rows changed. */
  async run(sql: string, ...values: readonly unknown[]): Promise<number> {
    this.#hook?.(sql, 'before')
    const { rowCount } = await this.#query(sql, values)
    this.#hook?.(sql, 'after')
    return rowCount ?? 0
  }

  async all(sql: string, ...values: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#query(sql, values)).rows
  }

  async get(sql: string, ...values: readonly unknown[]): Promise<Row | undefined> {
    return (await this.#query(sql, values)).rows[0]
  }

  /** Runs the work in one transaction: committed as a whole when it returns, undone when it throws. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    try {
      await this.exec('BEGIN')
      const result = await work()
      await this.exec('COMMIT')
      return result
    } catch (error) {
      // Where nothing is open PostgreSQL only warns; where the connection is gone there is nothing to undo.
      if (this.#lost === null) await this.#client.query('ROLLBACK')
      throw error
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    if (this.#lost === null) await this.#client.end()
  }

  #query(sql: string, values: readonly unknown[]): Promise<QueryResult> {
    let name = this.#names.get(sql)
    if (name === undefined) {
      name = `s${this.#names.size}`
      this.#names.set(sql, name)
    }
    return this.#client.query({ text: sql, values, name })
  }
}
