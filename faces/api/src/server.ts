/** The room as a Hono app. */

import type { RegistryReader } from '@cadastre/reader'
import type { Desk } from '@cadastre/registrar'
import { OpenAPIHono } from '@hono/zod-openapi'
import { type Context, Hono } from 'hono'
import type { ApiContext, ApiOptions } from './context.ts'
import { mountDescription } from './description.ts'
import { pathOf, pointerTo } from './expected.ts'
import { jsonBody, limited } from './guards.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { createPortal } from './portal.ts'
import { problem } from './problems.ts'
import { mountProcedures } from './procedures.ts'
import { mountArchive } from './routes-archive.ts'
import { mountExtract } from './routes-extract.ts'
import { mountOrders } from './routes-orders.ts'
import { mountQueues } from './routes-queue.ts'
import { mountReads } from './routes-read.ts'
import { mountRegister } from './routes-register.ts'
import { mountRequests } from './routes-requests.ts'
import { mountSubscriptions } from './routes-subscriptions.ts'

/** Every path that is mounted, as Hono spells it, and the methods that it answers. */
const METHODS = {
  '/api/requests': 'POST',
  '/api/requests/:seq': 'GET, HEAD',
  '/api/requests/by-hash/:hash': 'GET, HEAD',
  '/api/dry-run': 'POST',
  '/api/lookup': 'GET, HEAD',
  '/api/history': 'GET, HEAD',
  '/api/extract': 'GET, HEAD',
  '/api/log/entries/:index': 'GET, HEAD',
  '/api/why/:index': 'GET, HEAD',
  '/api/stats': 'GET, HEAD',
  '/api/holders/:handle': 'GET, HEAD',
  '/api/applications': 'GET, HEAD',
  '/api/applications/:handle': 'GET, HEAD',
  '/api/pools': 'GET, HEAD',
  '/api/queue': 'GET, HEAD',
  '/api/service-level': 'GET, HEAD',
  '/api/registry': 'GET, HEAD',
  '/api/transits': 'GET, HEAD',
  '/api/incidents': 'GET, HEAD',
  '/api/complaints': 'GET, HEAD',
  '/api/orders': 'GET, HEAD',
  '/api/orders/:handle': 'GET, HEAD',
  '/api/authorities': 'GET, HEAD',
  '/api/subscriptions': 'POST',
  '/api/subscriptions/confirm': 'POST',
  '/api/subscriptions/end': 'POST',
  '/api/procedures': 'GET, HEAD',
  '/api/procedures/:kind/:version': 'GET, HEAD',
  '/api/openapi.json': 'GET, HEAD',
  '/api/limits': 'GET, HEAD',
  '/api/problems/:code': 'GET, HEAD',
} as const

export const API_ROUTES: readonly string[] = Object.keys(METHODS)

/** The face as a Hono app; mount it at the root. It reads no cookie, so that any page may use it (CORS). */
export function createApi(reader: RegistryReader, desk: Desk, options: ApiOptions): Hono {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const context: ApiContext = { reader, desk, options, limits, portal: createPortal(reader) }
  const base = reader.info.baseUrl
  const app = new OpenAPIHono({
    defaultHook: async (result, c) => {
      if (result.success) return undefined
      const { target, error } = result
      const [issue] = error.issues
      const path = pathOf(issue)
      const value = valueAt(await sentTo(c, target), path)
      const where = target === 'json' ? 'body' : 'address'
      return problem(base, target === 'json' ? 'malformed-body' : 'bad-query', {
        detail: `${partOf(where, path)} ${value === undefined ? 'is missing' : 'does not fit'}.`,
        pointer: pointerTo(path),
        ...(value === undefined ? {} : { value: JSON.stringify(value) }),
        expected: issue?.message ?? 'what /api/openapi.json says',
      })
    },
  })
  app.onError((error) => {
    options.failed(error)
    return problem(base, 'internal', { detail: 'The fault has been recorded.' })
  })
  app.use('/api/*', limited(context), anyOrigin)
  for (const [path, methods] of Object.entries(METHODS))
    if (methods === 'POST') app.on('POST', path, jsonBody(context))
  mountRequests(app, context)
  mountReads(app, context)
  mountExtract(app, context)
  mountArchive(app, context)
  mountQueues(app, context)
  mountRegister(app, context)
  mountOrders(app, context)
  mountSubscriptions(app, context)
  mountProcedures(app, context)
  mountDescription(app, context)
  for (const [path, methods] of Object.entries(METHODS)) app.all(path, (c) => otherMethod(c, base, methods))
  app.all('/api/*', (c) =>
    problem(base, 'not-found', {
      detail: 'There is no such address.',
      value: c.req.path,
      expected: 'one that /api/openapi.json describes',
    }),
  )
  return new Hono().route('/', app)
}

function partOf(where: 'body' | 'address', path: readonly PropertyKey[]): string {
  if (path.length === 0) return `The ${where}`
  return where === 'body' ? `In the body, ${pointerTo(path)}` : `The parameter ${path.map(String).join('/')}`
}

/** What the schema looked at. */
function sentTo(c: Context, target: string): unknown {
  if (target === 'json') return c.req.json()
  return target === 'query' ? c.req.query() : c.req.param()
}

/** What stands at the path of what was sent; undefined where nothing does. */
function valueAt(sent: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = sent
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = Reflect.get(value, name)
  }
  return value
}

async function anyOrigin(c: Context, next: () => Promise<void>): Promise<void> {
  await next()
  c.header('Access-Control-Allow-Origin', '*')
  c.header('X-Content-Type-Options', 'nosniff')
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-cache')
}

/** A preflight (Fetch standard, section 3.2.2), or 405 with what is allowed (RFC 9110 section 15.5.6). */
function otherMethod(c: Context, base: string, methods: string): Response {
  const allowed = `${methods}, OPTIONS`
  if (c.req.method !== 'OPTIONS')
    return problem(
      base,
      'method-not-allowed',
      { detail: `This address answers ${methods}, and OPTIONS.`, value: c.req.method, expected: allowed },
      { Allow: allowed },
    )
  const headers = {
    Allow: allowed,
    'Access-Control-Allow-Methods': allowed,
    'Access-Control-Allow-Headers': 'Content-Type',
    'Access-Control-Max-Age': '86400',
  }
  return new Response(null, { status: 204, headers })
}
