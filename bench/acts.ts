// node bench/acts.ts [acts] [in flight]: signed acts through the submit port, to their published checkpoint. Each has
// one signature, made beforehand. The registrar runs in a thread with the limits that the server gives its writer, and
// signatures are checked by one thread beside it. A third identifies a new holder, a third changes one's contacts, a
// third declares a route. PostgreSQL where CADASTRE_TEST_POSTGRES is set.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, Worker } from 'node:worker_threads'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import type { Cell, JsonObject, Replaced, Request } from '@cadastre/records'
import { parseCanonicalJson } from '@cadastre/records'
import type { Submission } from '@cadastre/registrar'
import { evidenceText, memberHashOf, requestText, signRequest } from '@cadastre/signatures'
import {
  foundTestRegistry,
  type OpenStore,
  openTestRegistry,
  type TestRegistry,
  testIdentity,
} from '@cadastre/simulator'
import { openPostgresReader, openPostgresWriter } from '@cadastre/store-postgres'
import { VerifyPool } from '../apps/cadastre/src/writer/verify-pool.ts'
import { WRITER_LIMITS } from '../apps/cadastre/src/writer/writer-client.ts'
import { record } from './figures.ts'

const ACTS = Number(process.argv[2] ?? 60_000)
const IN_FLIGHT = Number(process.argv[3] ?? 1_500)
/** A cell has room for 16 routes. */
const ROUTES_A_HOLDER = 15

type Holder = {
  readonly handle: string
  readonly signer: Signer
  key: string
  replaces: readonly Replaced[]
  contacts: readonly JsonObject[]
}

function signed(request: Request, signer: Signer): Submission {
  const text = requestText(request)
  return { request: text, evidence: evidenceText([signRequest(text, signer)]), openings: [] }
}

/** Submit all, so many at a time, each until it is published; milliseconds that each took. */
async function submitAll(registry: TestRegistry, acts: readonly Submission[]): Promise<Float64Array> {
  const took = new Float64Array(acts.length)
  let next = 0
  const submitter = async (): Promise<void> => {
    for (let n = next++; n < acts.length; n = next++) {
      const began = performance.now()
      const act = acts[n]
      if (act === undefined) throw new Error('no such act')
      const result = await registry.registrar.submit(act)
      if (!result.ok) throw new Error(result.problem.detail)
      await registry.registrar.settled(result.seq, 60_000)
      took[n] = performance.now() - began
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, submitter))
  return took
}

async function entriesOf(registry: TestRegistry, from: number): Promise<readonly JsonObject[]> {
  const bytes = await registry.reader.store.entries(from, registry.registrar.size - from)
  return bytes.map((entry) => parseCanonicalJson(Buffer.from(entry).toString()) as JsonObject)
}

/** Effects of the accepted entries from `from` on, by key. */
async function effectsSince(registry: TestRegistry, from: number): Promise<readonly [string, unknown][]> {
  const effects: [string, unknown][] = []
  for (const entry of await entriesOf(registry, from)) {
    const outcome = entry['outcome'] as { effects?: readonly { key: string; next: unknown }[] } | undefined
    for (const { key, next } of outcome?.effects ?? []) effects.push([key, next])
  }
  return effects
}

async function holders(registry: TestRegistry, count: number): Promise<readonly Holder[]> {
  const signers = new Map(
    Array.from({ length: count }, () => {
      const signer = generateEd25519Signer()
      return [encodeBase64(signer.publicKey), signer] as const
    }),
  )
  const from = registry.registrar.size
  await submitAll(
    registry,
    [...signers.values()].map((signer, n) => signed(registry.identification(`Holder ${n}`, signer), signer)),
  )
  const made: Holder[] = []
  for (const [key, next] of await effectsSince(registry, from)) {
    if (!key.startsWith('obj/holder/')) continue
    const { policy, handle } = next as { policy: { keys: { key: string }[] }; handle: string }
    const signer = signers.get(policy.keys[0]?.key ?? '')
    if (signer !== undefined) made.push({ handle, signer, key: '', replaces: [], contacts: [] })
  }
  await allocate(registry, made)
  return made
}

async function allocate(registry: TestRegistry, made: readonly Holder[]): Promise<void> {
  const byHandle = new Map(made.map((holder) => [holder.handle, holder]))
  const from = registry.registrar.size
  await submitAll(
    registry,
    made.map(({ handle, signer }) =>
      signed(
        registry.request('allocate/1', { holder: handle, pool: 'IP4', length: 24, block: null }),
        signer,
      ),
    ),
  )
  for (const [key, next] of await effectsSince(registry, from)) {
    const registration = key.startsWith('ip4/') ? (next as Cell).registrations.at(-1) : undefined
    const holder = byHandle.get(registration?.holder ?? '')
    if (holder === undefined || registration === undefined) continue
    holder.key = key
    holder.replaces = [{ member: `${key}#${registration.id}`, hash: memberHashOf(nodeCrypto, registration) }]
  }
}

/** Each change names the contacts that the one before has left. */
function changedContacts(registry: TestRegistry, holder: Holder, n: number): Submission {
  const fields = { email: encodeBase64(nodeCrypto.sha256(Buffer.from(`contact ${n}`))) }
  const contacts = [{ role: 'technical', kind: 'group', fields }]
  const before = {
    member: `obj/holder/${holder.handle}#contacts`,
    hash: memberHashOf(nodeCrypto, holder.contacts),
  }
  holder.contacts = contacts
  const body = { change: 'contacts', holder: holder.handle, contacts }
  return signed(registry.request('update-holder/1', body, [before]), holder.signer)
}

function prepare(registry: TestRegistry, made: readonly Holder[]): readonly Submission[] {
  return Array.from({ length: ACTS }, (_, n) => {
    const holder = made[Math.floor(n / 3) % made.length]
    if (holder === undefined) throw new Error('no holders')
    if (n % 3 === 0) {
      const signer = generateEd25519Signer()
      return signed(registry.identification(`Another ${n}`, signer), signer)
    }
    if (n % 3 === 1) return changedContacts(registry, holder, n)
    const origin = 64_500 + Math.floor(n / 3 / made.length)
    const body = {
      holder: holder.handle,
      at: holder.key,
      service: { kind: 'route', origin },
      action: 'set',
    }
    return signed(registry.request('declare-service/1', body, holder.replaces), holder.signer)
  })
}

async function refusalsSince(registry: TestRegistry, from: number): Promise<string> {
  const counts = new Map<string, number>()
  for (const { outcome } of await entriesOf(registry, from)) {
    const { refusals } = (outcome ?? {}) as { refusals?: readonly string[] }
    for (const code of refusals ?? []) counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  return counts.size === 0 ? '0' : [...counts].map(([code, count]) => `${code} ${count}`).join()
}

function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

async function measure(name: string, limit: number, openStore: OpenStore | null): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-bench-'))
  const pool = new VerifyPool(1)
  const registry = await openTestRegistry(directory, testIdentity(), {
    verify: (checks) => pool.verify(checks),
    judgeKeys: (keys) => pool.judgeKeys(keys),
    batchMilliseconds: 100,
    ...(openStore === null ? {} : { openStore }),
  })
  try {
    await foundTestRegistry(registry)
    const made = await holders(registry, Math.ceil(ACTS / 3 / ROUTES_A_HOLDER))
    const acts = prepare(registry, made)
    const from = registry.registrar.size
    const cpu = process.threadCpuUsage()
    const began = performance.now()
    const took = await submitAll(registry, acts)
    const { user, system } = process.threadCpuUsage(cpu)
    const seconds = (performance.now() - began) / 1000
    const rate = ACTS / seconds
    took.sort()
    const [median, p99] = [quantile(took, 0.5), quantile(took, 0.99)]
    const refused = await refusalsSince(registry, from)
    const say = (what: string, figure: string, ratio: string): void =>
      console.log(`${name.padEnd(11)}${what.padEnd(44)}${figure.padStart(20)}   ${ratio}`)
    say(
      `${ACTS} acts, ${IN_FLIGHT} in flight`,
      `${rate.toFixed(0)} acts/s`,
      `>= ${limit}: ${(rate / limit).toFixed(2)} times`,
    )
    say('processor time of the writer’s thread', `${((user + system) / ACTS).toFixed(0)} µs an act`, '')
    record({ what: `acts, ${name}`, value: rate, unit: 'acts/s', limit: { atLeast: limit } })
    record({ what: `acts, ${name}: p99 to published`, value: p99, unit: 'ms', limit: { atMost: 500 } })
    say('to published: median', `${median.toFixed(0)} ms`, '')
    say('to published: p99', `${p99.toFixed(0)} ms`, `<= 500 ms: ${(p99 / 500).toFixed(2)} times`)
    say('refused, which should be none', refused, '')
  } finally {
    await registry.stop()
    await pool.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function main(): Promise<void> {
  await measure('SQLite', 5_000, null)
  const url = process.env['CADASTRE_TEST_POSTGRES']
  if (url === undefined) return
  const schema = `bench_${randomBytes(6).toString('hex')}`
  await measure('PostgreSQL', 3_000, async () => ({
    writer: await openPostgresWriter(url, { schema }),
    reader: await openPostgresReader(url, { schema }),
  }))
  console.log(`the schema ${schema} stays behind in the cluster`)
}

if (isMainThread)
  new Worker(import.meta.filename, { argv: process.argv.slice(2), resourceLimits: WRITER_LIMITS })
else await main()
