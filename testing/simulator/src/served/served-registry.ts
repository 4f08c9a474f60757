/**
 * A real registry with its real faces, and between them and whoever asks a hand that may change one thing: an answer
 * over HTTP, a WHOIS reply, for all or for one source address.
 */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  type AddressInfo,
  connect,
  createServer as createLineServer,
  type Server as LineServer,
  type Socket,
} from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApi } from '@cadastre/api'
import { createRdap } from '@cadastre/rdap'
import type { JsonObject, Replaced } from '@cadastre/records'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import { createTiles } from '@cadastre/tiles'
import { startWhois, type WhoisServer } from '@cadastre/whois'
import { startTestRegistry, type TestHolder, type TestRegistry } from '../test-registry.ts'

export type HttpAnswer = {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: Buffer
  readonly delayMilliseconds?: number
}

/** What the hand makes of an answer; null leaves it as it is. */
export type Tamper = {
  readonly http?: (path: string, from: string, answer: HttpAnswer) => HttpAnswer | null
  readonly whois?: (line: string, from: string, reply: string) => string | null
}

export class ServedRegistry {
  readonly registry: TestRegistry
  readonly url: string
  tamper: Tamper = {}
  readonly #servers: readonly (Server | LineServer)[]
  readonly #whois: WhoisServer
  readonly #sockets: Set<Socket>

  private constructor(parts: {
    readonly registry: TestRegistry
    readonly url: string
    readonly servers: readonly (Server | LineServer)[]
    readonly whois: WhoisServer
    readonly sockets: Set<Socket>
  }) {
    this.registry = parts.registry
    this.url = parts.url
    this.#servers = parts.servers
    this.#whois = parts.whois
    this.#sockets = parts.sockets
  }

  static async start(): Promise<ServedRegistry> {
    const holderOfThis: { served: ServedRegistry | null; faces: Faces | null } = { served: null, faces: null }
    const http = createServer((request, response) => {
      const { served, faces } = holderOfThis
      if (served !== null && faces !== null) void answer(faces, served.tamper, request, response)
    })
    const sockets = new Set<Socket>()
    const lines = createLineServer((socket) => {
      const { served } = holderOfThis
      sockets.add(socket)
      if (served !== null) relay(socket, served.#whois.port, () => served.tamper)
    })
    const [httpPort, whoisPort] = [await listening(http), await listening(lines)]
    const url = `http://127.0.0.1:${httpPort}`
    const registry = await startTestRegistry({
      baseUrl: url,
      whois: { host: '127.0.0.1', port: whoisPort },
      demonstration: true,
    })
    const whois = await startWhois(registry.reader, { host: '127.0.0.1', port: 0 })
    const served = new ServedRegistry({ registry, url, servers: [http, lines], whois, sockets })
    holderOfThis.faces = facesOf(registry, url, whoisPort)
    holderOfThis.served = served
    return served
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close()
    for (const socket of this.#sockets) socket.destroy()
    for (const server of this.#servers) if ('closeAllConnections' in server) server.closeAllConnections()
    await this.#whois.close(100)
    await this.registry.close()
  }

  /** Do an act of one holder; what it wrote, by key. */
  act(
    procedure: string,
    body: JsonObject,
    holder: TestHolder,
    replaces: readonly Replaced[] = [],
  ): ReturnType<TestRegistry['accepted']> {
    return this.registry.accepted(this.registry.request(procedure, body, replaces), [holder.signer])
  }

  /** Submit with the openings of what it commits to. */
  async submitOpened(
    procedure: string,
    body: JsonObject,
    holder: Pick<TestHolder, 'signer'>,
    openings: Parameters<TestRegistry['registrar']['submit']>[0]['openings'],
  ): Promise<void> {
    const text = requestText(this.registry.request(procedure, body))
    const evidence = evidenceText([signRequest(text, holder.signer)])
    const result = await this.registry.registrar.submit({ request: text, evidence, openings })
    if (!result.ok) throw new Error(JSON.stringify(result.problem))
    await this.registry.registrar.settled(result.seq, 20_000)
  }
}

type Faces = { readonly fetch: (request: Request) => Response | Promise<Response> }

/** What is read out of the whole log is not served here. */
const NOT_KEPT = { kind: 'none', detail: 'not here' } as const

function facesOf(registry: TestRegistry, url: string, whoisPort: number): Faces {
  const rdap = createRdap(registry.reader)
  const tiles = createTiles(registry.reader, { logDirectory: registry.logDirectory })
  const api = createApi(registry.reader, registry.registrar, {
    clientAddress: () => null,
    procedureText: () => null,
    render: { rdap: () => null, whois: () => null },
    archive: { why: async () => NOT_KEPT, statistics: async () => NOT_KEPT },
    now: () => 0,
    limits: { read: { perSecond: 1, burst: Number.MAX_SAFE_INTEGER } },
    failed: (error) => {
      throw error
    },
  })
  const { info } = registry.reader
  const wellKnown = {
    v: 1,
    name: info.name,
    log: { origin: info.origin, vkey: info.logVkey },
    receipts: { vkey: info.receiptVkey },
    witnessPolicy: info.policy,
    services: {
      explorer: `${url}/`,
      rdap: `${url}/rdap/`,
      whois: `whois://127.0.0.1:${whoisPort}`,
      log: `${url}/log/`,
      proof: `${url}/proof/`,
      api: `${url}/api/`,
    },
    demonstration: info.demonstration !== null,
    notice: info.demonstration,
  }
  return {
    fetch: (request) => {
      const { pathname } = new URL(request.url)
      if (pathname === '/.well-known/cadastre.json') return Response.json(wellKnown)
      if (pathname.startsWith('/api/')) return api.fetch(request)
      return pathname.startsWith('/rdap/') ? rdap.fetch(request) : tiles.fetch(request)
    },
  }
}

async function answer(
  faces: Faces,
  { http }: Tamper,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? '/'
  const made = await faces.fetch(new Request(`http://registry.example${path}`))
  const own: HttpAnswer = {
    status: made.status,
    headers: Object.fromEntries(made.headers),
    body: Buffer.from(await made.arrayBuffer()),
  }
  const from = (request.socket.remoteAddress ?? '').replace('::ffff:', '')
  const sent = http?.(path, from, own) ?? own
  if (sent.delayMilliseconds !== undefined) await sleep(sent.delayMilliseconds)
  response.writeHead(sent.status, { ...sent.headers, 'content-length': String(sent.body.length) })
  response.end(sent.body)
}

/** Relay lines to the real server, one at a time, and its replies back. */
function relay(socket: Socket, port: number, tamper: () => Tamper): void {
  const server = connect({ port, host: '127.0.0.1' })
  const from = (socket.remoteAddress ?? '').replace('::ffff:', '')
  const lines: string[] = []
  let [input, output, banner] = ['', '', false]
  for (const end of [socket, server]) end.on('error', () => undefined)
  socket.on('data', (bytes: Buffer) => {
    input += bytes.toString('utf8')
    const all = input.split('\n')
    input = all.pop() ?? ''
    for (const line of all) {
      lines.push(line.replace(/^-k /, ''))
      server.write(`${line}\n`)
    }
  })
  server.on('data', (bytes: Buffer) => {
    output += bytes.toString('utf8')
    if (!banner) {
      const end = output.indexOf('\n\n')
      if (end < 0) return
      banner = true
      socket.write(output.slice(0, end + 2))
      output = output.slice(end + 2)
    }
    for (let end = output.indexOf('\n\n\n'); end >= 0; end = output.indexOf('\n\n\n')) {
      const reply = output.slice(0, end + 3)
      output = output.slice(end + 3)
      const line = lines.shift() ?? ''
      socket.write(tamper().whois?.(line, from, reply) ?? reply)
    }
  })
  socket.on('close', () => server.destroy())
  server.on('close', () => socket.destroy())
}

async function listening(server: Server | LineServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
