/**
 * The fence: one writer at a time. A session-level advisory lock, held on a connection that does nothing else, so
 * that the server lets go of it when the writer dies. A writer whose connection was cut cannot know whether another
 * has taken over: it stops, and the epoch of the head row stops it if it does not.
 */

import { FencedError, StoreLockedError } from '@cadastre/store-port'
import { type Place, Session } from './session.ts'

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
      const row = await session.get(
        `SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken, current_database() AS name`,
        `cadastre ${place.schema}`,
      )
      if (row?.['taken'] !== true) {
        throw new StoreLockedError(
          `another process is writing to the store: schema ${place.schema} of database ${String(row?.['name'])}`,
        )
      }
      return new Fence(session, place.schema)
    } catch (error) {
      await session.close()
      throw error
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
