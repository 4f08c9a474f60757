/**
 * kill -9 at random moments under load, on each store: no receipted act is lost, no published checkpoint is
 * contradicted (design.md section 8). CADASTRE_CRASHES: how many moments a store; CADASTRE_CRASH_SEED: which.
 */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkRegistry, openTestRegistry, TEST_ORIGIN, type TestRegistryOptions } from '@cadastre/simulator'
import { aside, freshSchema, LEFT_OUT } from '../../stores/postgres/test/cluster.ts'
import { Child } from './children.ts'
import { identityOf, postgres, REGISTRY_CHILD, type Said } from './registry-child.ts'
import { Seeded } from './seeded.ts'

const CRASHES = Number(process.env['CADASTRE_CRASHES'] ?? (process.env['CI'] === 'true' ? 200 : 12))
const SEED = Number(process.env['CADASTRE_CRASH_SEED'] ?? Date.now() % 2 ** 31)
/** Each registry lives through so many, so that what one leaves behind meets the next. */
const CRASHES_A_REGISTRY = 8
const REGISTRIES_AT_ONCE = 3
/** Milliseconds within which a child is killed, from its start or its first receipt on. */
const MOMENT_LIMIT = 800

type Totals = { crashes: number; receipts: number; checkpoints: number; entries: number }

async function liveAndCrash(schema: string, crashes: number, seed: number, totals: Totals): Promise<void> {
  const random = new Seeded(seed)
  const directory = await mkdtemp(join(tmpdir(), 'cadastre-crash-'))
  const secret = `secret ${seed}`
  const receipts: string[] = []
  const checkpoints: string[] = []
  try {
    for (let crash = 0; crash < crashes; crash++) {
      const child = new Child(REGISTRY_CHILD, [directory, schema, secret, `${random.below(2 ** 31)}`])
      // One in three is killed while it opens, or soon after; the others under load.
      const from = random.below(3) === 0 ? '"started"' : '"receipt"'
      await child.line((line) => line.includes(from))
      await sleep(random.below(MOMENT_LIMIT))
      assert.equal(child.exitCode, null, 'the child has ended by itself')
      await child.kill()
      for (const line of child.lines) {
        const said: Said = JSON.parse(line)
        if (said.kind === 'receipt') receipts.push(said.note)
        if (said.kind === 'checkpoint') checkpoints.push(said.note)
      }
    }
    const options: TestRegistryOptions = schema === '-' ? {} : { openStore: postgres(schema) }
    const registry = await openTestRegistry(directory, identityOf(secret), options)
    try {
      await registry.registrar.settled((await registry.reader.store.lastReceipt())?.seq ?? 0, 20_000)
      await registry.registrar.publishedAll()
      // Killed before it was founded: there is nothing to check.
      if (registry.registrar.size === 0) return assert.equal(receipts.length + checkpoints.length, 0)
      const { logVkey, receiptVkey, logDirectory } = registry
      const store = registry.reader.store
      const seen = { origin: TEST_ORIGIN, logVkey, receiptVkey, logDirectory, store, receipts, checkpoints }
      const { size } = await checkRegistry(seen)
      totals.entries += size
    } finally {
      await registry.stop()
    }
    totals.receipts += receipts.length
    totals.checkpoints += checkpoints.length
    totals.crashes += crashes
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function crashes(seed: number, newSchema: () => string, drop: (schema: string) => Promise<void>) {
  const totals: Totals = { crashes: 0, receipts: 0, checkpoints: 0, entries: 0 }
  let left = CRASHES
  let next = seed
  const live = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(CRASHES_A_REGISTRY, left)
      left -= count
      const schema = newSchema()
      const registrySeed = next++
      try {
        await liveAndCrash(schema, count, registrySeed, totals)
      } catch (error) {
        throw new Error(`the registry of seed ${registrySeed} (CADASTRE_CRASH_SEED=${seed})`, {
          cause: error,
        })
      } finally {
        await drop(schema)
      }
    }
  }
  await Promise.all(Array.from({ length: REGISTRIES_AT_ONCE }, live))
  return totals
}

const title = `kill -9 at ${CRASHES} random moments under load`

test(`${title}, SQLite (seed ${SEED})`, async (t) => {
  const totals = await crashes(
    SEED,
    () => '-',
    async () => undefined,
  )
  t.diagnostic(JSON.stringify(totals))
  assert.ok(totals.receipts > 0 && totals.checkpoints > 0)
})

test(`${title}, PostgreSQL (seed ${SEED})`, { skip: LEFT_OUT }, async (t) => {
  const totals = await crashes(SEED, freshSchema, async (schema) => {
    await aside(schema, `DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
  })
  t.diagnostic(JSON.stringify(totals))
  assert.ok(totals.receipts > 0 && totals.checkpoints > 0)
})
