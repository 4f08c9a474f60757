/** The API over a whole registry, with a clock of its own for limits. */

import type { Desk } from '@cadastre/registrar'
import { startTestRegistry, type TestRegistry, type TestRegistryOptions } from '@cadastre/simulator'
import type { Hono } from 'hono'
import type { ApiOptions } from '../src/index.ts'
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
