/** A thread that checks signatures: 70% of the work of an act, and independent of everything else. */

import { parentPort } from 'node:worker_threads'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { Check } from '@cadastre/signatures'

if (parentPort === null) throw new Error('verify-worker runs as a worker thread')
const port = parentPort

port.on('message', ({ id, checks }: { id: number; checks: readonly Check[] }) => {
  const passed = checks.map(({ algorithm, key, message, signature }) =>
    nodeCrypto.verify(algorithm, key, message, signature),
  )
  port.postMessage({ id, passed })
})
