/** Routes of the log and of proofs. */

import type { RegistryReader } from '@cadastre/reader'
import { type Context, Hono } from 'hono'
import { answerLogIndex, answerProofIndex } from './indexes.ts'
import { answerCheckpoint, answerTile } from './log-files.ts'
import { answerAutnumProof, answerIpProof, answerObjectProof } from './proofs.ts'
import { NO_STORE, plain, READ_METHODS } from './replies.ts'

export const TILE_ROUTES = [
  '/log/',
  '/log/checkpoint',
  '/log/tile/*',
  '/proof/',
  '/proof/ip/*',
  '/proof/autnum/*',
  '/proof/object/*',
] as const

export type TilesOptions = {
  /** Where the registrar writes the public files: `checkpoint`, `tile/…`. */
  readonly logDirectory: string
}

type Handler = (c: Context) => Response | Promise<Response>

/** The face as a Hono app; mount it at the root. Anybody's page may read it (CORS), nobody may write. */
export function createTiles(reader: RegistryReader, options: TilesOptions): Hono {
  const app = new Hono()
  const handlers: { readonly [R in (typeof TILE_ROUTES)[number]]: Handler } = {
    '/log/': () => answerLogIndex(reader),
    '/log/checkpoint': () => answerCheckpoint(reader),
    '/log/tile/*': (c) => answerTile(reader, options.logDirectory, c.req.path.slice('/log/'.length)),
    '/proof/': answerProofIndex,
    '/proof/ip/*': (c) => answerIpProof(reader, c.req.path.slice('/proof/ip/'.length), c.req.query('size')),
    '/proof/autnum/*': (c) =>
      answerAutnumProof(reader, c.req.path.slice('/proof/autnum/'.length), c.req.query('size')),
    '/proof/object/*': (c) =>
      answerObjectProof(reader, c.req.path.slice('/proof/object/'.length), c.req.query('size')),
  }
  for (const route of TILE_ROUTES) {
    app.get(route, handlers[route])
    app.options(route, () => new Response(null, { status: 204, headers: PREFLIGHT }))
    app.all(route, (c) =>
      plain(405, `${c.req.method} is not answered here; GET and HEAD are.\n`, {
        Allow: READ_METHODS,
        'Cache-Control': NO_STORE,
      }),
    )
  }
  return app
}

const PREFLIGHT = {
  Allow: READ_METHODS,
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': READ_METHODS,
  'Access-Control-Max-Age': '86400',
}
