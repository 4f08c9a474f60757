// A whole registry with web pages over HTTP, and a story in it: an allocation, a transfer of its half, a customer, a
// service, a refusal. What is served is what the server serves; only WHOIS and RDAP, to which pages link, are left out.

import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPortal } from '@cadastre/api'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { createExplorer } from '@cadastre/explorer'
import { parsePrefix } from '@cadastre/numbers'
import { innermost, type Json, type Registration } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { startTestRegistry, type TestHolder, type TestRegistry } from '@cadastre/simulator'
import { Statistics, type StatisticsReport } from '@cadastre/statistics'
import { createTiles } from '@cadastre/tiles'
import { StateFollower } from '@cadastre/why'

export interface Site {
  readonly url: string
  readonly registry: TestRegistry
  /** Faults that the pages reported. */
  readonly failures: readonly unknown[]
  readonly alpha: TestHolder
  readonly beta: TestHolder
  /** Handle of a complaint. */
  readonly complaint: string
  /** Handle of an order, which was returned. */
  readonly order: string
  close(): Promise<void>
}

function held(registry: TestRegistry, text: string): Registration {
  const block = parsePrefix(text)
  const registration = block.ok
    ? innermost(registry.reader.snapshot().chain(block.value))?.registration
    : undefined
  if (registration === undefined) throw new Error(`nobody holds ${text}`)
  return registration
}

function named(
  key: string,
  registration: Registration,
): { member: string; hash: ReturnType<typeof memberHashOf> } {
  return { member: `${key}#${registration.id}`, hash: memberHashOf(nodeCrypto, registration as Json) }
}

/** What happens in the registry before the first visitor comes. */
async function tell(
  registry: TestRegistry,
): Promise<{ alpha: TestHolder; beta: TestHolder; complaint: string; order: string }> {
  const alpha = await registry.holder('Alpha Networks')
  registry.advance(3600)
  const beta = await registry.holder('Beta Ñetworks & Sons <Ltd>')
  const gamma = await registry.holder('Gamma Exchange Association')
  registry.advance(86_400)
  const whole = 'ip4/10.0.0.0/24'
  const wish = { holder: alpha.handle, pool: 'IP4', length: 24, block: whole }
  await registry.accepted(registry.request('allocate/1', wish), [alpha.signer])
  await registry.accepted(
    registry.request('allocate/1', {
      holder: gamma.handle,
      pool: 'IP4',
      length: 10,
      block: 'ip4/10.64.0.0/10',
    }),
    [gamma.signer],
  )
  registry.advance(7200)
  const first = held(registry, '10.0.0.0/24')
  const offer = { step: 'offer', from: alpha.handle, to: beta.handle, services: [] }
  const half = { ...offer, registration: { key: whole, id: first.id }, range: '10.0.0.0/25' }
  await registry.accepted(registry.request('transfer/1', half, [named(whole, first)]), [
    alpha.signer,
    beta.signer,
  ])
  registry.advance(600)
  const kept = held(registry, '10.0.0.128/25')
  const key = 'ip4/10.0.0.128/25'
  const grant = {
    step: 'grant',
    parent: alpha.handle,
    registration: { key, id: kept.id },
    range: '10.0.0.128/28',
    child: gamma.handle,
    kind: 'sub',
    status: 'assigned',
    until: null,
    protected: false,
    country: 'BR',
  }
  await registry.accepted(registry.request('delegate/1', grant, [named(key, kept)]), [alpha.signer])
  const route = { holder: alpha.handle, at: key, service: { kind: 'route', origin: 64512 }, action: 'set' }
  await registry.accepted(registry.request('declare-service/1', route, [named(key, kept)]), [alpha.signer])
  const roa = { ...route, service: { kind: 'roa', asn: 64512, maxLength: 26 } }
  await registry.accepted(registry.request('declare-service/1', roa, [named(key, kept)]), [alpha.signer])
  await registry.act(registry.request('allocate/1', wish), [alpha.signer])
  await registry.accepted(
    registry.request('allocate/1', { holder: beta.handle, pool: 'ASN', length: 32, block: null }),
    [beta.signer],
  )
  const complaint = { step: 'complain', complaint: encodeBase64(new Uint8Array(32)), instrument: null }
  const complained = await registry.accepted(registry.request('complain/1', complaint), [beta.signer])
  await registry.registrar.publishedAll()
  const [record = ''] = complained.keys()
  const order = await orderOfNobody(registry, alpha.handle, kept)
  return { alpha, beta, complaint: record.slice('obj/complaint/'.length), order }
}

/** An order of an authority that nobody has entered: it is on record, and was returned. */
async function orderOfNobody(registry: TestRegistry, holder: string, kept: Registration): Promise<string> {
  const hash = encodeBase64(new Uint8Array(32))
  const order = {
    step: 'serve',
    staff: 'OPERATOR',
    attestor: null,
    authority: 'COURT',
    reference: 'C 12/2026',
    document: hash,
    date: '2026-01-01',
    served: registry.now,
    authenticity: { means: 'bailiff', record: hash, callBack: hash },
    order: { effect: 'hold' },
    scope: [{ key: 'ip4/10.0.0.128/25', id: kept.id, range: '10.0.0.128/25' }],
    holder,
    until: null,
    executeFrom: null,
    seal: null,
    reverses: null,
  }
  const effects = await registry.accepted(registry.request('serve-order/1', order), [registry.operator])
  const key = [...effects.keys()].find((one) => one.startsWith('obj/order/')) ?? ''
  await registry.registrar.publishedAll()
  return key.slice('obj/order/'.length)
}

function procedures(): ReadonlyMap<string, string> {
  const directory = new URL('../../docs/procedures/', import.meta.url)
  const names = readdirSync(directory).filter((name) => name.endsWith('.md'))
  return new Map(names.map((name) => [name.slice(0, -3), readFileSync(new URL(name, directory), 'utf8')]))
}

/** As `cadastre stats` computes them, from the whole log. */
async function statisticsOf({ reader }: TestRegistry): Promise<StatisticsReport> {
  const statistics = new Statistics(nodeCrypto)
  const follower = new StateFollower(nodeCrypto, statistics)
  const { size } = reader.snapshot().publication
  for (const entry of await reader.store.entries(0, size)) follower.step(entry)
  return statistics.report()
}

/** An app in Fetch's terms: what a Hono app is. */
type Answer = (path: string) => Response | Promise<Response>

/** Node's requests to Fetch-style apps: enough of an adapter for GET. */
function serve(answer: Answer): Server {
  return createServer((request, response) => {
    void Promise.resolve(answer(request.url ?? '/')).then(async (reply) => {
      response.writeHead(reply.status, Object.fromEntries(reply.headers))
      response.end(Buffer.from(await reply.arrayBuffer()))
    })
  })
}

export async function startSite(): Promise<Site> {
  const clerks = ['CL-1', 'CL-2'].map((handle, place) => ({
    handle,
    signer: generateEd25519Signer(),
    outside: place === 0,
  }))
  const registry = await startTestRegistry({ demonstration: true, clerks })
  const { alpha, beta, complaint, order } = await tell(registry)
  const { info } = registry.reader
  const failures: unknown[] = []
  const description = { log: { origin: info.origin, vkey: info.logVkey }, witnessPolicy: info.policy }
  const tiles = createTiles(registry.reader, { logDirectory: registry.logDirectory })
  const explorer = createExplorer({
    info,
    ...createPortal(registry.reader),
    statistics: async () => ({ kind: 'ready', value: await statisticsOf(registry) }),
    why: async (index) => ({ kind: 'none', detail: `No decision ${index} here.` }),
    procedures: procedures(),
    examples: [
      { query: '10.0.0.5', says: 'an address' },
      { query: 'AS64512', says: 'an AS number' },
      { query: '10.0.0.0/8', says: 'a pool to allocate from' },
    ],
    failed: (error) => failures.push(error),
  })
  const server = serve((path) => {
    if (path === '/.well-known/cadastre.json') return Response.json(description)
    return /^\/(?:proof|log)\//.test(path) ? tiles.request(path) : explorer.request(path)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    registry,
    failures,
    alpha,
    beta,
    complaint,
    order,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await registry.close()
    },
  }
}
