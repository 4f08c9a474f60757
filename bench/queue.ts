/**
 * A pool's queue, worked where no clerk is needed (issue 3: 100,000 applications at >= 1,000/s): so many applications
 * wait for an address each in a pool of which nothing is free. Then the holder of all of it gives it back, the
 * withdrawal period and the quarantine end, and the registrar serves the queue with due ops, from the first decision
 * to the last checkpoint that is published, on the embedded store.
 *
 * Run: `node bench/queue.ts [applications, default 100000]`.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import {
  asRecordKey,
  type Cell,
  DAY_SECONDS,
  type JsonObject,
  type Pool,
  type Request,
} from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { foundTestRegistry, openTestRegistry, type TestHolder, testIdentity } from '@cadastre/simulator'
import { VerifyPool } from '../apps/cadastre/src/writer/verify-pool.ts'
import { report } from './figures.ts'

const APPLICATIONS = Number(process.argv[2] ?? 100_000)
const APPLICATIONS_A_HOLDER = 100
const IN_FLIGHT = 1_500
const LIMIT = 1_000
/** The smallest block with an address for everybody. */
const LENGTH = 32 - Math.ceil(Math.log2(APPLICATIONS))
const POOL = `10.0.0.0/${LENGTH}`
const CELL = `ip4/${POOL}`
/** return/1 of every profile: 14 days to withdraw, then 180 of quarantine. */
const [WITHDRAWAL, QUARANTINE] = [14 * DAY_SECONDS, 180 * DAY_SECONDS]

const directory = mkdtempSync(join(tmpdir(), 'cadastre-bench-'))
const pool = new VerifyPool(1)
const published = { size: 0, batches: 0, reached: (_size: number): void => undefined }
const registry = await openTestRegistry(directory, testIdentity(), {
  verify: (checks) => pool.verify(checks),
  judgeKeys: (keys) => pool.judgeKeys(keys),
  batchMilliseconds: 100,
  onPublished: ({ size }) => {
    published.size = size
    published.batches += 1
    published.reached(size)
  },
})
const { registrar } = registry

/** All of them, so many at a time; each is decided and published when this ends. */
async function submitAll(acts: readonly (() => readonly [Request, TestHolder['signer']])[]): Promise<void> {
  let next = 0
  const submitter = async (): Promise<void> => {
    for (let n = next++; n < acts.length; n = next++) {
      const [request, signer] = acts[n]?.() ?? []
      if (request === undefined || signer === undefined) throw new Error('no such act')
      const result = await registry.submit(request, [signer])
      if (!result.ok) throw new Error(result.problem.detail)
      await registrar.settled(result.seq, 60_000)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, submitter))
}

async function record(key: string): Promise<unknown> {
  const name = asRecordKey(key)
  if (name === null) throw new Error(`${key} is no key`)
  const text = await registry.reader.store.record(name)
  return text === null ? null : JSON.parse(text)
}

/** Something is asked for, so that the registrar looks at its clock again. */
async function afterwards(seconds: number): Promise<void> {
  registry.advance(seconds)
  const signer = generateEd25519Signer()
  const result = await registry.submit(registry.identification('Passer-by', signer), [signer])
  if (!result.ok) throw new Error(result.problem.detail)
  await registrar.settled(result.seq, 60_000)
}

async function wait(applicants: readonly TestHolder[]): Promise<void> {
  const body = (holder: string): JsonObject => ({ holder, pool: 'IP4', length: 32, block: null })
  await submitAll(
    Array.from({ length: APPLICATIONS }, (_, n) => () => {
      const applicant = applicants[n % applicants.length]
      if (applicant === undefined) throw new Error('no applicants')
      return [registry.request('allocate/1', body(applicant.handle)), applicant.signer]
    }),
  )
}

async function giveBack(first: TestHolder): Promise<void> {
  const cell = (await record(CELL)) as Cell
  const registration = cell.registrations.at(-1)
  if (registration === undefined) throw new Error('nothing was allocated')
  const { id } = registration
  const request = registry.request(
    'return/1',
    { step: 'offer', holder: first.handle, registration: { key: CELL, id }, range: POOL },
    [{ member: `${CELL}#${id}`, hash: memberHashOf(nodeCrypto, registration) }],
  )
  await registry.accepted(request, [first.signer])
  await afterwards(WITHDRAWAL + 1)
}

async function measure(): Promise<void> {
  await foundTestRegistry(registry, { pools: [{ handle: 'IP4', space: 'ip4', range: POOL, open: true }] })
  const first = await registry.holder('First Networks')
  const whole = { holder: first.handle, pool: 'IP4', length: LENGTH, block: null }
  await registry.accepted(registry.request('allocate/1', whole), [first.signer])
  const applicants: TestHolder[] = []
  const count = Math.ceil(APPLICATIONS / APPLICATIONS_A_HOLDER)
  await Promise.all(
    Array.from({ length: count }, async (_, n) => applicants.push(await registry.holder(`Applicant ${n}`))),
  )
  await wait(applicants)
  await giveBack(first)
  const queue = ((await record('obj/pool/IP4')) as Pool).queues['32']
  if (queue === undefined) throw new Error('nobody waits')

  const [from, batches] = [registrar.size, published.batches]
  const { promise, resolve } = Promise.withResolvers<void>()
  published.reached = (size) => {
    // Each application is an entry, and so are the quarantine's end and each batch's state.
    if (size - from > APPLICATIONS) resolve()
  }
  const cpu = process.threadCpuUsage()
  const began = performance.now()
  const passing = afterwards(QUARANTINE + 1)
  await promise
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.threadCpuUsage(cpu)
  await passing
  await registrar.publishedAll()
  const left = ((await record('obj/pool/IP4')) as Pool).queues
  if (Object.keys(left).length > 0) throw new Error(`still waiting: ${JSON.stringify(left)}`)
  const what = `queue of ${APPLICATIONS} applications, served and published`
  report({ what, value: APPLICATIONS / seconds, unit: '/s', limit: { atLeast: LIMIT } })
  report({
    what: `${what}: processor time of the writer’s thread`,
    value: (user + system) / APPLICATIONS,
    unit: 'µs each',
    limit: null,
  })
  console.log(`${published.batches - batches} checkpoints, ${seconds.toFixed(1)} s`)
}

try {
  await measure()
} finally {
  await registry.stop()
  await pool.close()
  rmSync(directory, { recursive: true, force: true })
}
