/**
 * The fence: one writer at a time. It is a second, empty database beside the first, held in an exclusive transaction
 * as long as the writer lives. The operating system lets go of the lock when the process dies, however it dies, and
 * readers of the store never meet it.
 */

import { DatabaseSync } from 'node:sqlite'
import { StoreLockedError } from '@cadastre/store-port'
import { makePrivate } from './connection.ts'

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5

/** Released once; again does nothing. */
export type Fence = { release(): void }

/** Takes the fence of the store at `path`; throws {@link StoreLockedError} where another writer holds it. */
export function takeFence(path: string): Fence {
  // Whoever could open it could hold it, and keep the writer out.
  makePrivate(`${path}-lock`)
  const lock = new DatabaseSync(`${path}-lock`, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!(error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)) throw error
    throw new StoreLockedError(`another process is writing to the store ${path}`, { cause: error })
  }
  return {
    release: () => {
      if (lock.isOpen) lock.close()
    },
  }
}
