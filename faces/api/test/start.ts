/** The API over a whole registry, with a clock of its own for limits. */

import { nodeCrypto } from '@cadastre/crypto/node'
import { parsePolicy } from '@cadastre/notes'
import type { Desk } from '@cadastre/registrar'
import { startTestRegistry, type TestRegistry, type TestRegistryOptions } from '@cadastre/simulator'
import { Statistics } from '@cadastre/statistics'
import { explain, makeWhy, NoDecisionError, verifyWhy, type WhySources } from '@cadastre/why'
import type { Hono } from 'hono'
import type { ApiOptions, Archive } from '../src/index.ts'
import { createApi } from '../src/index.ts'

export type Started = {
  readonly registry: TestRegistry
  readonly app: Hono
  readonly failures: unknown[]
  readonly get: (path: string, init?: RequestInit) => Promise<Response>
  readonly post: (path: string, body: unknown) => Promise<Response>
}

/** The JSON of a reply, taken to be of the type that the test checks. */
export async function bodyOf<T>(reply: Response | Promise<Response>): Promise<T> {
  return JSON.parse(await (await reply).text())
}

async function why(registry: TestRegistry, index: number): ReturnType<Archive['why']> {
  const { note, size } = registry.reader.snapshot().publication
  const sources = { crypto: nodeCrypto, log: registry.reader.store, checkpoint: note, size, page: () => null }
  const stateAt: WhySources['stateAt'] = async (until) => {
    const view = registry.reader.viewAt(until)
    if (view === null) throw new Error(`state ${until} is not kept`)
    return view
  }
  try {
    const document = await makeWhy({ ...sources, stateAt }, index)
    const trust = parsePolicy(nodeCrypto, registry.reader.info.policy)
    const verdict = trust.ok ? verifyWhy(nodeCrypto, trust.value, index, document) : trust
    if (!verdict.ok) throw new Error(JSON.stringify(verdict.error))
    return { kind: 'ready', value: { explanation: explain(verdict.value), document } }
  } catch (error) {
    if (!(error instanceof NoDecisionError)) throw error
    return { kind: 'none', detail: error.message }
  }
}

export async function start(
  options: TestRegistryOptions = {},
  { desk, ...api }: Partial<ApiOptions> & { readonly desk?: Desk } = {},
): Promise<Started> {
  const registry = await startTestRegistry(options)
  const failures: unknown[] = []
  const app = createApi(registry.reader, desk ?? registry.registrar, {
    clientAddress: () => '192.0.2.1',
    procedureText: (kind) => (kind === 'transfer' ? '# Transfer\n' : null),
    render: {
      rdap: async (snapshot, key) =>
        key.kind === 'cell' ? { covering: snapshot.chain(key.block).length } : null,
      whois: (snapshot, key) =>
        key.kind === 'object' && snapshot.object(key.type, key.handle) !== null ? `${key.handle}\n` : null,
    },
    archive: {
      why: (index) => why(registry, index),
      statistics: async () => ({ kind: 'ready', value: new Statistics(nodeCrypto).report() }),
    },
    now: () => 0,
    failed: (error) => failures.push(error),
    ...api,
  })
  const get = async (path: string, init: RequestInit = {}): Promise<Response> =>
    app.request(`http://registry.example${path}`, init)
  const post = (path: string, body: unknown): Promise<Response> =>
    get(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { registry, app, failures, get, post }
}
