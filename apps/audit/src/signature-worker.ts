/** A worker thread: bundles of entries in, results of their signatures out. */

import { parentPort } from 'node:worker_threads'
import { nodeCrypto } from '@cadastre/crypto/node'
import { decodeBundle } from '@cadastre/merkle'
import { checkSignatures } from './signature-checks.ts'
import type { SignatureJob, SignatureResult } from './signature-pool.ts'

const port = parentPort
if (port === null) throw new Error('this file is a worker thread')

port.on('message', ({ id, bytes, width, relyingParty }: SignatureJob) => {
  const entries = decodeBundle(bytes, width)
  const results = entries.ok
    ? checkSignatures(nodeCrypto, entries.value, relyingParty)
    : new Uint8Array(width)
  const reply: SignatureResult = { id, results }
  port.postMessage(reply, [results.buffer])
})
