/** The thread that reads the whole log for answers that need it: no face waits for it. */

import { parentPort, workerData } from 'node:worker_threads'
import { nodeCrypto } from '@cadastre/crypto/node'
import { Statistics } from '@cadastre/statistics'
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
const statistics = new Statistics(nodeCrypto)
/** Of the statistics: the log is read once, and then only what was added. */
const counted = new StateFollower(nodeCrypto, statistics)

async function follow(state: StateFollower, to: number, progress: (done: number) => void): Promise<void> {
  const log = await store
  while (state.size < to) {
    for (const entry of await log.entries(state.size, Math.min(PAGE, to - state.size))) state.step(entry)
    if (state.size % PROGRESS_EVERY < PAGE) progress(state.size)
  }
}

type WhyMessage = Extract<ToArchive, { kind: 'why' }>

async function why({ id, index, note, size }: WhyMessage): Promise<string> {
  return makeWhy(
    {
      crypto: nodeCrypto,
      log: await store,
      checkpoint: note,
      size,
      page: (procedure, recorded) => recordedPage(pages, procedure, recorded),
      stateAt: async (until) => {
        if (follower.size > until) follower = new StateFollower(nodeCrypto)
        await follow(follower, until, (done) => tell({ kind: 'progress', id, done, total: until }))
        return follower.trie.working()
      },
    },
    index,
  )
}

async function stats(id: number, size: number): Promise<string> {
  await follow(counted, size, (done) => tell({ kind: 'progress', id, done, total: size }))
  return JSON.stringify(statistics.report())
}

async function answer(message: ToArchive): Promise<void> {
  const { id } = message
  try {
    const value = await (message.kind === 'why' ? why(message) : stats(id, message.size))
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
