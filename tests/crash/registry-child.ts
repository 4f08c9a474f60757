/**
 * The registry that the tests kill: `node registry-child.ts <directory> <schema, or - for SQLite> <keys> <seed>`. It
 * goes on where the directory stands, takes requests as fast as it can, and says on standard output each receipt and
 * each checkpoint that it hands out, one JSON object a line, before it goes on.
 */

import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import {
  addSeconds,
  type Cell,
  instantFromSeconds,
  type JsonObject,
  type Registration,
} from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import {
  foundTestRegistry,
  type OpenStore,
  openTestRegistry,
  type TestIdentity,
  type TestRegistry,
} from '@cadastre/simulator'
import { openPostgresReader, openPostgresWriter } from '@cadastre/store-postgres'
import { Seeded } from './seeded.ts'

export const REGISTRY_CHILD: string = import.meta.filename

/** Submitters at the same time, and the pause of each: enough to have something under way at every moment. */
const SUBMITTERS = 6
const PAUSE_MILLISECONDS = 8

/** The identity of a registry from one secret, so that each child and the parent have the same; the real clock. */
export function identityOf(secret: string): TestIdentity {
  const signer = (role: string): Signer =>
    ed25519SignerFromSeed(nodeCrypto.sha256(Buffer.from(`${secret} ${role}`)))
  return {
    operator: signer('operator'),
    logKey: signer('log'),
    receiptKey: signer('receipts'),
    clock: {
      get now() {
        return instantFromSeconds(Math.floor(Date.now() / 1000))
      },
      nonce: Math.floor(Math.random() * 2 ** 48),
    },
  }
}

export function postgres(schema: string): OpenStore {
  const url = process.env['CADASTRE_TEST_POSTGRES'] ?? ''
  return async () => ({
    writer: await openPostgresWriter(url, { schema }),
    reader: await openPostgresReader(url, { schema }),
  })
}

/** What the child says, one a line. */
export type Said =
  | { readonly kind: 'started' }
  | { readonly kind: 'receipt'; readonly note: string }
  | { readonly kind: 'checkpoint'; readonly note: string }

/** On return it is in the pipe, where a SIGKILL does not reach it. */
function say(said: Said): void {
  const bytes = Buffer.from(`${JSON.stringify(said)}\n`)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    }
  }
}

class Load {
  readonly #registry: TestRegistry
  readonly #random: Seeded
  #holder: { readonly handle: string; readonly signer: Signer } | null = null
  #parent: { readonly key: string; readonly registration: Registration } | null = null

  constructor(registry: TestRegistry, random: Seeded) {
    this.#registry = registry
    this.#random = random
  }

  async run(): Promise<never> {
    const submitters = Array.from({ length: SUBMITTERS }, () => this.#submitForEver())
    await this.#prepareLeases()
    await Promise.all(submitters)
    throw new Error('nobody submits any more')
  }

  async #submitForEver(): Promise<void> {
    for (;;) {
      await this.#submitOne()
      await sleep(this.#random.below(2 * PAUSE_MILLISECONDS))
    }
  }

  async #submitOne(): Promise<void> {
    const registry = this.#registry
    const choice = this.#random.below(4)
    const signer = generateEd25519Signer()
    if (choice === 0) return this.#receipt(registry.identification('Holder', signer), signer)
    if (choice === 1 && this.#holder !== null && this.#parent !== null)
      return this.#receipt(this.#lease(this.#holder.handle, this.#parent), this.#holder.signer)
    // Refused, and a decision all the same.
    return this.#receipt(registry.request('confirm/1', { holder: 'H-1' }), signer)
  }

  async #receipt(request: Parameters<TestRegistry['submit']>[0], signer: Signer): Promise<void> {
    const result = await this.#registry.submit(request, [signer])
    if (!result.ok) throw new Error(result.problem.detail)
    say({ kind: 'receipt', note: result.receipt })
  }

  /** A holder with a block, inside which leases begin and end within seconds. */
  async #prepareLeases(): Promise<void> {
    const registry = this.#registry
    const holder = await registry.holder('Lessor')
    const effects = await registry.accepted(
      registry.request('allocate/1', { holder: holder.handle, pool: 'IP4', length: 24, block: null }),
      [holder.signer],
    )
    const [key, cell] = [...effects].find(([candidate]) => candidate.startsWith('ip4/')) ?? []
    const registration = (cell as Cell | undefined)?.registrations.at(-1)
    if (key === undefined || registration === undefined) return
    this.#holder = holder
    this.#parent = { key, registration }
  }

  #lease(
    parent: string,
    { key, registration }: { readonly key: string; readonly registration: Registration },
  ) {
    const network = registration.first.slice(0, registration.first.lastIndexOf('.'))
    const body: JsonObject = {
      step: 'grant',
      parent,
      registration: { key, id: registration.id },
      range: `${network}.${this.#random.below(256)}/32`,
      child: null,
      kind: 'lease',
      status: 'assigned',
      until: addSeconds(this.#registry.now, 1 + this.#random.below(2)),
      protected: false,
      country: null,
    }
    const hash = memberHashOf(nodeCrypto, registration)
    return this.#registry.request('delegate/1', body, [{ member: `${key}#${registration.id}`, hash }])
  }
}

async function main(directory: string, schema: string, secret: string, seed: number): Promise<never> {
  say({ kind: 'started' })
  const identity = identityOf(secret)
  const registry = await openTestRegistry(directory, identity, {
    ...(schema === '-' ? {} : { openStore: postgres(schema) }),
    onPublished: ({ note }) => say({ kind: 'checkpoint', note }),
  })
  await foundTestRegistry(registry)
  return new Load(registry, new Seeded(seed)).run()
}

if (import.meta.main) {
  const [directory = '', schema = '', secret = '', seed = ''] = process.argv.slice(2)
  await main(directory, schema, secret, Number(seed))
}
