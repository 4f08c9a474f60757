/** The thread that reads the whole log for answers that need it: no face waits for it. */

import { parentPort, workerData } from 'node:worker_threads'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { StoreReader } from '@cadastre/store-port'
import { makeWhy, NoDecisionError, StateFollower } from '@cadastre/why'
import type { ArchiveData, FromArchive, ToArchive } from './archive/messages.ts'
import { recordedPage } from './archive/pages.ts'
import { DataDirectory } from './data/data-directory.ts'
import { openReader } from './writer/open-registrar.ts'

if (parentPort === null) throw new Error('archive-worker runs as a worker thread')
const port = parentPort
const { directory, databaseUrl, pages } = workerData as ArchiveData

const PAGE = 256
const PROGRESS_EVERY = 4096

function tell(message: FromArchive): void {
  port.postMessage(message)
}

const store: Promise<StoreReader> = openReader(new DataDirectory(directory), databaseUrl)
/** Goes forward only: a question about an earlier state begins anew. */
let follower = new StateFollower(nodeCrypto)

async function follow(to: number, progress: (done: number) => void): Promise<void> {
  if (follower.size > to) follower = new StateFollower(nodeCrypto)
  const log = await store
  while (follower.size < to) {
    for (const entry of await log.entries(follower.size, Math.min(PAGE, to - follower.size)))
      follower.step(entry)
    if (follower.size % PROGRESS_EVERY < PAGE) progress(follower.size)
  }
}

async function answer({ id, index, note, size }: ToArchive): Promise<void> {
  try {
    const value = await makeWhy(
      {
        crypto: nodeCrypto,
        log: await store,
        checkpoint: note,
        size,
        page: (procedure, recorded) => recordedPage(pages, procedure, recorded),
        stateAt: async (until) => {
          await follow(until, (done) => tell({ kind: 'progress', id, done, total: until }))
          return follower.trie.working()
        },
      },
      index,
    )
    tell({ kind: 'done', id, value })
  } catch (error) {
    if (error instanceof NoDecisionError) tell({ kind: 'none', id, detail: error.message })
    else
      tell({
        kind: 'failed',
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
  }
}

/** One after the other: all of them use one state. */
let turn: Promise<void> = Promise.resolve()
port.on('message', (message: ToArchive) => {
  turn = turn.then(() => answer(message))
})
