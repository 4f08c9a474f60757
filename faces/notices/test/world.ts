/** A whole registry with a holder whose contacts have mail addresses, and the room's database beside it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { commitmentOf, evidenceText, requestText, signRequest } from '@cadastre/signatures'
import {
  startTestRegistry,
  type TestHolder,
  type TestRegistry,
  type TestRegistryOptions,
} from '@cadastre/simulator'

export type World = {
  readonly registry: TestRegistry
  /** Path for the room's database. */
  readonly database: string
  /** Identify a holder with contacts of these addresses. */
  readonly holder: (name: string, addresses: readonly string[]) => Promise<TestHolder>
  /** Allocate a /24; the key of its cell. */
  readonly allocate: (holder: TestHolder) => Promise<string>
  readonly close: () => Promise<void>
}

/** Openings need not be random here: 32 bytes that say which they are. */
function opening(n: number): Uint8Array {
  return new Uint8Array(32).fill(n)
}

async function identify(
  registry: TestRegistry,
  name: string,
  addresses: readonly string[],
): Promise<TestHolder> {
  const signer: Signer = generateEd25519Signer()
  const openings = addresses.map((value, index) => ({
    commitment: commitmentOf(nodeCrypto, opening(index), 'email', value),
    opening: encodeBase64(opening(index)),
    field: 'email',
    value,
  }))
  const contacts = openings.map(({ commitment }) => ({
    role: 'technical',
    kind: 'group',
    fields: { email: commitment },
  }))
  const request = registry.identification(name, signer)
  const text = requestText({ ...request, body: { ...request.body, contacts } })
  const evidence = evidenceText([signRequest(text, signer)])
  const result = await registry.registrar.submit({ request: text, evidence, openings })
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.detail}`)
  await registry.registrar.settled(result.seq, 20_000)
  const status = await registry.reader.store.receiptBySeq(result.seq)
  return { handle: `H-${status?.index}`, signer }
}

export async function world(options: TestRegistryOptions = {}): Promise<World> {
  const registry = await startTestRegistry(options)
  const directory = await mkdtemp(join(tmpdir(), 'cadastre-notices-'))
  return {
    registry,
    database: join(directory, 'notices.sqlite'),
    holder: (name, addresses) => identify(registry, name, addresses),
    allocate: async ({ handle, signer }) => {
      const body = { holder: handle, pool: 'IP4', length: 24, block: null }
      const effects = await registry.accepted(registry.request('allocate/1', body), [signer])
      const key = [...effects.keys()].find((one) => one.startsWith('ip4/') && one.endsWith('/24'))
      if (key === undefined) throw new Error('nothing was allocated')
      return key
    },
    close: async () => {
      await registry.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
