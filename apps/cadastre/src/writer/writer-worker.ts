/** The writer's thread: synchronous commits happen here and stall no face. */

import { parentPort, workerData } from 'node:worker_threads'
import type { Registrar } from '@cadastre/registrar'
import { foundDemonstration } from '../data/create.ts'
import { DataDirectory } from '../data/data-directory.ts'
import { notifierPlan } from '../data/notifier.ts'
import { systemNow } from '../data/system-now.ts'
import type { FromWriter, ToWriter, WriterData } from './messages.ts'
import { openRegistrar, registryVkeys } from './open-registrar.ts'
import { VerifyPool } from './verify-pool.ts'

if (parentPort === null) throw new Error('writer-worker runs as a worker thread')
const port = parentPort

function tell(message: FromWriter): void {
  port.postMessage(message)
}

async function start(data: WriterData): Promise<void> {
  const directory = new DataDirectory(data.directory)
  const pool = new VerifyPool(1)
  const { registrar, keys, policy } = await openRegistrar({
    directory,
    registry: data.registry,
    databaseUrl: data.databaseUrl,
    memory: data.memory,
    verify: (checks) => pool.verify(checks),
    judgeKeys: (keys) => pool.judgeKeys(keys),
    published: (publication) => tell({ kind: 'published', publication }),
    stopped: fail,
    report: (message, error) => tell({ kind: 'report', message, error: error?.stack ?? null }),
    progress: (done) => tell({ kind: 'progress', phase: 'loading', done, total: null }),
  })
  const vkeys = registryVkeys(data.registry.origin, keys)
  tell({ kind: 'opened', logVkey: vkeys.log, receiptVkey: vkeys.receipts, policy })
  port.on('message', (message: ToWriter) => {
    void answer(registrar, pool, message).catch(fail)
  })
  if (data.registry.demonstration)
    await foundDemonstration(
      registrar,
      { registry: data.registry, operator: keys.operator, now: systemNow },
      policy,
      await notifierPlan(directory),
      (done, total) => tell({ kind: 'progress', phase: 'importing', done, total }),
    )
  await registrar.publishedAll()
  const problem = notServable(registrar)
  if (problem === null) tell({ kind: 'ready' })
  else {
    await registrar.drain()
    tell({ kind: 'failed', name: 'FoundingError', message: problem })
  }
}

/** Why there is nothing to serve yet; null where there is. */
function notServable({ registry, publishedSize }: Registrar): string | null {
  if (registry === null)
    return 'This registry was never founded: its genesis is missing. Run "cadastre init" in an empty directory.'
  const { importing } = registry
  if (importing !== null)
    return `The import of ${importing.source} is unfinished (${importing.done} of ${importing.rows} rows). Import that same file again to go on: cadastre import FILE --source ${importing.source}`
  return publishedSize === 0 ? 'Nothing could be published: see the log for what the witnesses answer.' : null
}

async function answer(registrar: Registrar, pool: VerifyPool, message: ToWriter): Promise<void> {
  switch (message.kind) {
    case 'submit':
      return tell({ kind: 'reply', id: message.id, value: await registrar.submit(message.submission) })
    case 'dry-run':
      return tell({ kind: 'reply', id: message.id, value: await registrar.dryRun(message.request) })
    case 'settled':
      await registrar.settled(message.seq, message.milliseconds)
      return tell({ kind: 'reply', id: message.id, value: null })
    case 'drain':
      await registrar.drain()
      await pool.close()
      return tell({ kind: 'reply', id: message.id, value: null })
  }
}

function fail(error: unknown): void {
  const known = error instanceof Error ? error : new Error(String(error))
  const code = 'code' in known ? known.code : null
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    tell({ kind: 'failed', name: 'ConnectionError', message: `PostgreSQL does not answer: ${known.message}` })
  else tell({ kind: 'failed', name: known.name, message: known.message })
}

start(workerData as WriterData).catch(fail)
