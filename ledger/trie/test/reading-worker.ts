/** Answers each version posted to it with the number of records that it reads whole, and the root hash. */
import { parentPort, workerData } from 'node:worker_threads'
import { TrieReader, type Version } from '../src/index.ts'

const reader = new TrieReader(workerData)
parentPort?.on('message', (message: Version | 'end') => {
  if (message === 'end') {
    parentPort?.close()
    return
  }
  const view = reader.at(message)
  const found = view.inside('ip4', new Uint8Array(4), 0, { limit: 1_000_000 })
  const whole = found.filter(
    ({ label, record }) => record.length === 400 && record.every((byte) => byte === label[1]),
  )
  parentPort?.postMessage({
    id: message.id,
    count: whole.length,
    root: Buffer.from(view.rootHash('ip4')).toString('hex'),
  })
})
