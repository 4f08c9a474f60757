/** What stands before every route: limits, the body's type, size and form. */

import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ApiContext } from './context.ts'
import { BODY_BYTES_MAX } from './envelope.ts'
import { jsonFault } from './json-fault.ts'
import { type LimitClass, RateLimiter, sourcePrefix } from './limits.ts'
import { problem } from './problems.ts'

function limitClass(c: Context): LimitClass {
  if (c.req.method !== 'POST') return 'read'
  // Confirming and ending send nothing.
  if (c.req.path === '/api/subscriptions') return 'subscribe'
  return c.req.path.endsWith('/dry-run') ? 'dry-run' : 'submit'
}

/** 429 with `Retry-After` where the source prefix has used up its bucket. */
export function limited({ reader, options, limits }: ApiContext): MiddlewareHandler {
  const limiter = new RateLimiter(limits)
  return async (c, next) => {
    const kind = limitClass(c)
    const wait = limiter.take(kind, sourcePrefix(options.clientAddress(c)), options.now())
    if (wait === 0) return next()
    const { perSecond, burst } = limits[kind]
    const detail = `At most ${perSecond} requests a second and ${burst} at once from one source prefix; see /api/limits.`
    return problem(reader.info.baseUrl, 'rate-limited', { detail }, { 'Retry-After': String(wait) })
  }
}

/** 413, 415 and 400 before a schema looks at the body. */
export function jsonBody({ reader }: ApiContext): MiddlewareHandler {
  const base = reader.info.baseUrl
  const bounded = bodyLimit({
    maxSize: BODY_BYTES_MAX,
    onError: () => problem(base, 'too-large', { detail: `A body has at most ${BODY_BYTES_MAX} bytes.` }),
  })
  return async (c, next) => {
    const type = c.req.header('content-type') ?? ''
    if (!/^application\/json[ \t]*(?:;.*)?$/i.test(type)) {
      const detail = 'The body must be JSON.'
      return problem(base, 'unsupported-media-type', { detail, value: type, expected: 'application/json' })
    }
    return bounded(c, async () => {
      const refused = await malformed(c, base)
      if (refused === null) await next()
      else c.res = refused
    })
  }
}

async function malformed(c: Context, base: string): Promise<Response | null> {
  const text = await c.req.text()
  const fault = jsonFault(text)
  if (fault === null) return null
  const { position, expected } = fault
  return problem(base, 'malformed-json', {
    detail: `The body stops being JSON at character ${position}.`,
    value: position < text.length ? text.slice(position, position + 40) : 'the end of the text',
    expected,
  })
}
