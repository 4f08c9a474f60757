/** The face over HTTP: as a Hono app, and straight on `node:http` where every microsecond counts. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RegistryReader } from '@cadastre/reader'
import { type Context, Hono } from 'hono'
import type { RdapAnswer } from './answer.ts'
import { CachedRdapHandler, type RdapHandler, type RdapOptions } from './handler.ts'

/** The last one answers what is not offered: 501, or 400 for nothing at all. */
export const RDAP_ROUTES: readonly string[] = [
  '/rdap/ip/*',
  '/rdap/autnum/*',
  '/rdap/domain/*',
  '/rdap/entity/*',
  '/rdap/help',
  '/rdap/*',
]

const MOUNT = '/rdap'

/** One handler, and so one cache, for both ways of serving. */
export function createRdapHandler(reader: RegistryReader, options: RdapOptions = {}): RdapHandler {
  return new CachedRdapHandler(reader, options)
}

/** The face as a Hono app with its full paths: mount it at the root. */
export function createRdap(readerOrHandler: RegistryReader | RdapHandler, options: RdapOptions = {}): Hono {
  const handler = 'handle' in readerOrHandler ? readerOrHandler : createRdapHandler(readerOrHandler, options)
  const app = new Hono()
  for (const route of RDAP_ROUTES)
    app.all(route, async (context: Context) => {
      const { method, url } = context.req
      const answer = await handler.handle(method, targetOf(url))
      return new Response(method === 'HEAD' ? null : answer.text, {
        status: answer.status,
        headers: pairs(answer.headers),
      })
    })
  return app
}

/** What follows `/rdap` in an absolute address, as it was sent. */
function targetOf(url: string): string {
  return url.slice(url.indexOf('/', url.indexOf('//') + 2) + MOUNT.length)
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = []
  for (let index = 0; index < flat.length; index += 2) found.push([flat[index] ?? '', flat[index + 1] ?? ''])
  return found
}

/**
 * Answers a request whose path begins with `/rdap` (followed by `/`, `?` or nothing) and says so; leaves every other
 * request untouched. To be asked before a framework is.
 */
export function answerRdap(
  handler: RdapHandler,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { url = '', method = 'GET' } = request
  if (!url.startsWith(MOUNT)) return false
  const next = url.charCodeAt(MOUNT.length)
  // `/`, `?`, or the end.
  if (next !== 47 && next !== 63 && url.length !== MOUNT.length) return false
  const answer = handler.handle(method, url.slice(MOUNT.length))
  if (answer instanceof Promise)
    answer.then(
      (ready) => send(response, method, ready),
      (error: unknown) => response.destroy(asError(error)),
    )
  else send(response, method, answer)
  return true
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function send(response: ServerResponse, method: string, { status, headers, text }: RdapAnswer): void {
  response.writeHead(status, [...headers])
  if (method === 'HEAD') response.end()
  // Headers and body leave in one write when both are text.
  else response.end(text, 'latin1')
}
