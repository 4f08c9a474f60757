/**
 * The fence: one writer at a time. A session-level advisory lock, held on a connection that does nothing else, so
 * that the server lets go of it when the writer dies. A writer whose connection was cut cannot know whether another
 * has taken over: it stops, and the epoch of the head row stops it if it does not.
 */

import { FencedError, StoreLockedError } from '@cadastre/store-port'
import { type Place, Session } from './session.ts'

/** SQLSTATE of a lock that was not to be had in time (PostgreSQL, appendix A). */
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * A second of patience, because the server may notice a moment late that the last holder has died; and probes of the
 * connection, so that it notices within half a minute where a holder's machine has vanished from the network.
 */
const SETTINGS = `
  SET lock_timeout = '1s';
  SET tcp_keepalives_idle = 10;
  SET tcp_keepalives_interval = 5;
  SET tcp_keepalives_count = 4;`

export class Fence {
  readonly #session: Session
  readonly #schema: string

  private constructor(session: Session, schema: string) {
    this.#session = session
    this.#schema = schema
  }

  /** Takes the fence of the store; throws {@link StoreLockedError} where another writer holds it. */
  static async take(place: Place): Promise<Fence> {
    const session = await Session.open(place)
    try {
      await session.exec(SETTINGS)
      await session.get('SELECT pg_advisory_lock(hashtextextended($1, 0))', `cadastre ${place.schema}`)
      return new Fence(session, place.schema)
    } catch (error) {
      await session.close()
      if (!(error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE)) throw error
      throw new StoreLockedError(`another process is writing to the store in schema ${place.schema}`, {
        cause: error,
      })
    }
  }

  /** Throws {@link FencedError} once the connection that held the lock is gone. */
  require(): void {
    const { lost } = this.#session
    if (lost !== null)
      throw new FencedError(`the writer's lock on schema ${this.#schema} was lost`, { cause: lost })
  }

  async release(): Promise<void> {
    await this.#session.close()
  }
}
