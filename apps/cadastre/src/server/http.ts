/** All HTTP faces on one port: RDAP straight on node:http for speed, everything else through Hono. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Archive, createApi } from '@cadastre/api'
import { createExplorer, type ExplorerOptions } from '@cadastre/explorer'
import type { Notices } from '@cadastre/notices'
import { answerRdap, createRdapHandler, type RdapHandler } from '@cadastre/rdap'
import type { PublishedReader } from '@cadastre/reader'
import type { Json } from '@cadastre/records'
import type { Desk } from '@cadastre/registrar'
import { createTiles } from '@cadastre/tiles'
import { whoisText } from '@cadastre/whois'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import { apiOptions, explorerOptions } from './faces-options.ts'
import type { Metrics } from './metrics.ts'
import { wellKnown } from './well-known.ts'

export type Health = {
  readonly ready: boolean
  readonly phase: string
  readonly writer: string | null
  /** Of a mirror: what it holds and what is wrong. */
  readonly mirror?: Json
}

/** What a mirror answers otherwise, and beside. */
type MirrorFaces = {
  readonly wellKnown: (webhookKey: string | null) => Json
  readonly mount: (app: Hono) => void
}

export type HttpParts = {
  readonly reader: PublishedReader
  readonly writer: Desk
  readonly logDirectory: string
  readonly archive: Archive
  /** The published pages of procedures, by kind. */
  readonly pages: ReadonlyMap<string, string>
  readonly notices: Notices
  readonly metrics: Metrics
  readonly logger: Logger
  readonly health: () => Health
  readonly mirror?: MirrorFaces
}

/** Every face but RDAP and `/healthz`, which are answered before a framework is asked. */
export function createFaces(parts: HttpParts): Hono {
  const { reader, writer, logDirectory, archive, pages, notices, metrics, logger, mirror } = parts
  const app = new Hono()
  app.get('/metrics', async (c) => {
    c.header('content-type', metrics.registry.contentType)
    return c.body(await metrics.registry.metrics())
  })
  app.get('/.well-known/cadastre.json', (c) => {
    c.header('access-control-allow-origin', '*')
    return c.json(mirror?.wellKnown(notices.webhookKey) ?? wellKnown(reader, notices.webhookKey))
  })
  app.get('/whois', async (c) => {
    const query = c.req.query('q') ?? ''
    c.header('access-control-allow-origin', '*')
    c.header('cache-control', 'no-store')
    return c.text(await whoisText(reader, query), query === '' ? 400 : 200)
  })
  for (const path of ['/metrics', '/.well-known/cadastre.json', '/whois'])
    app.all(path, (c) =>
      c.text('Only GET and HEAD are answered here.\n', 405, {
        allow: 'GET, HEAD',
        'cache-control': 'no-store',
      }),
    )
  mirror?.mount(app)
  app.route('/', createTiles(reader, { logDirectory }))
  const api = createApi(reader, writer, apiOptions(reader, logger, archive, pages, notices))
  app.route('/', api)
  const subscribe: ExplorerOptions['subscribe'] = async (c, path, body) => {
    const headers = { 'content-type': 'application/json' }
    return api.request(path, { method: 'POST', headers, body: JSON.stringify(body) }, c.env)
  }
  app.route(
    '/',
    createExplorer({
      ...explorerOptions(reader, logger, archive, pages),
      subscribe,
      channels: notices.channels,
    }),
  )
  app.onError((error, c) => {
    logger.error({ err: error, path: c.req.path }, 'a request met a bug')
    return c.text('The server met a bug with this request; it has been logged.\n', 500)
  })
  return app
}

const FACES = [
  'rdap',
  'log',
  'proof',
  'api',
  'whois',
  'metrics',
  'healthz',
  'request',
  'requests',
  'evidence',
]

/** The face that a path belongs to, as metrics name it. */
function faceOf(path: string): string {
  const first = path.split(/[/?]/, 2)[1] ?? ''
  return FACES.includes(first) ? first : 'explorer'
}

/** The server, not yet listening. Until the registry is ready, everything but `/healthz` answers 503. */
export function createHttpServer(parts: () => HttpParts | null, health: () => Health): Server {
  let faces: { readonly rdap: RdapHandler; readonly listener: ReturnType<typeof getRequestListener> } | null =
    null
  const open = (): typeof faces => {
    const ready = parts()
    if (faces === null && ready !== null && ready.reader.ready)
      faces = {
        rdap: createRdapHandler(ready.reader, {
          onError: (error) => ready.logger.error({ err: error }, 'rdap met a bug'),
        }),
        listener: getRequestListener(createFaces(ready).fetch),
      }
    return faces
  }
  return createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/'
    if (path === '/healthz') {
      const state = health()
      response.writeHead(state.ready ? 200 : 503, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      })
      response.end(JSON.stringify(state))
      return
    }
    const opened = open()
    const current = parts()
    if (opened === null || current === null) {
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '2' })
      response.end(`The registry is starting (${health().phase}); try again in a moment.\n`)
      return
    }
    const started = performance.now()
    response.once('finish', () =>
      current.metrics.request(faceOf(path), response.statusCode, (performance.now() - started) / 1000),
    )
    if (answerRdap(opened.rdap, request, response)) return
    void opened.listener(request, response)
  })
}
