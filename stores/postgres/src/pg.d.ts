// The part of `pg` that this room uses; the package carries no types of its own.

declare module 'pg' {
  export interface QueryConfig {
    readonly text: string
    readonly values?: readonly unknown[]
    readonly name?: string
  }
  export interface QueryResult {
    readonly rows: Record<string, unknown>[]
    readonly rowCount: number | null
  }
  export type TypeParser = (value: string) => unknown
  export interface ClientConfig {
    readonly connectionString: string
    readonly application_name?: string
    readonly keepAlive?: boolean
    readonly types?: { getTypeParser(oid: number, format?: 'text' | 'binary'): TypeParser }
  }
  export class Client {
    constructor(config: ClientConfig)
    connect(): Promise<void>
    query(config: string | QueryConfig): Promise<QueryResult>
    end(): Promise<void>
    on(event: 'error', listener: (error: Error) => void): this
    on(event: 'end', listener: () => void): this
  }
  export interface PoolClient extends Client {
    release(destroy?: boolean | Error): void
  }
  export interface PoolConfig extends ClientConfig {
    readonly max?: number
    readonly onConnect?: (client: Client) => Promise<void>
  }
  export class Pool {
    constructor(config: PoolConfig)
    connect(): Promise<PoolClient>
    query(config: string | QueryConfig): Promise<QueryResult>
    end(): Promise<void>
    on(event: 'error', listener: (error: Error) => void): this
  }
  export const types: { getTypeParser(oid: number, format?: 'text' | 'binary'): TypeParser }
  export function escapeIdentifier(text: string): string
}
