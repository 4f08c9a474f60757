/** A thread that checks signatures and judges keys: 70% of the work of an act, and independent of everything else. */

import { parentPort } from 'node:worker_threads'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Answer, type Packed, type Question, unpackQuestions } from './verify-message.ts'

if (parentPort === null) throw new Error('verify-worker runs as a worker thread')
const port = parentPort

function answer(question: Question): Answer {
  if ('key' in question) return nodeCrypto.enrolmentProblem(question.key.algorithm, question.key.publicKey)
  const { algorithm, key, message, signature } = question.check
  return nodeCrypto.verify(algorithm, key, message, signature)
}

port.on('message', ({ id, packed }: { id: number; packed: Packed }) => {
  port.postMessage({ id, answers: unpackQuestions(packed).map(answer) })
})
