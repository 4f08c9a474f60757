/** What a mirror answers beside the faces: the door, its cosignature, and the files that convict the log. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sourcePrefix } from '@cadastre/api'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Policy, witnessCheckpointPath } from '@cadastre/notes'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, Hono } from 'hono'
import type { Door, DoorReply } from '../door/door.ts'
import type { Cosigner } from './cosigner.ts'

export type MirrorRouteParts = {
  readonly origin: string
  readonly policy: Policy
  /** The checkpoint as published, a signed note. */
  readonly published: () => string
  readonly door: Door
  /** Null: this mirror cosigns nothing. */
  readonly cosigner: Cosigner | null
  /** Folder of the files that convict the log. */
  readonly evidence: string
}

/** As in routes.txt of tests/walls; the last one stands only where the mirror cosigns. */
export const MIRROR_ROUTES = [
  '/request',
  '/requests',
  '/evidence',
  '/evidence/:file',
  '/add-checkpoint',
  '/:log{[0-9a-f]{64}}/checkpoint',
] as const

/** The longest body: a request of 32 KiB as a JSON string, with its evidence. */
const BODY_BYTES_MAX = 128 * 1024
const PLAIN = 'text/plain; charset=utf-8'

export function mountMirror(app: Hono, parts: MirrorRouteParts): void {
  app.post('/request', async (c) => {
    const body = await bodyOf(c)
    if (body === null) return plain(c, 413, 'request too long\n')
    return reply(await parts.door.handIn(body, sourcePrefix(getConnInfo(c).remote.address ?? null)))
  })
  app.get('/requests', (c) => reply(parts.door.list(c.req.query('after') ?? null)))
  app.get('/evidence', async (c) => {
    c.header('cache-control', 'no-store')
    return c.json({ files: await evidenceFiles(parts.evidence) })
  })
  app.get('/evidence/:file', async (c) => {
    const file = c.req.param('file')
    if (!(await evidenceFiles(parts.evidence)).includes(file)) return plain(c, 404, 'no such file\n')
    return c.body(new Uint8Array(await readFile(join(parts.evidence, file))), 200, {
      'content-type': 'application/json',
    })
  })
  mountCosigner(app, parts)
  for (const [path, allow] of [
    ['/request', 'POST'],
    ['/requests', 'GET, HEAD'],
    ['/evidence', 'GET, HEAD'],
    ['/evidence/:file', 'GET, HEAD'],
    ['/add-checkpoint', 'POST'],
  ] as const)
    app.all(path, (c) =>
      c.text(`Only ${allow} is answered here.\n`, 405, { allow, 'cache-control': 'no-store' }),
    )
}

function mountCosigner(app: Hono, { cosigner, origin, policy, published }: MirrorRouteParts): void {
  app.post('/add-checkpoint', async (c) => {
    if (cosigner === null) return plain(c, 404, 'This mirror cosigns nothing.\n')
    const body = await bodyOf(c)
    if (body === null) return plain(c, 413, 'request too long\n')
    const { status, contentType, body: text } = cosigner.answer(policy, published(), body)
    return new Response(text, { status, headers: { 'content-type': contentType } })
  })
  app.get('/:log{[0-9a-f]{64}}/checkpoint', (c) => {
    const held = cosigner?.held ?? null
    const path = witnessCheckpointPath(nodeCrypto, origin)
    if (held === null || c.req.path !== `/${path}`) return plain(c, 404, 'not found\n')
    return c.text(held, 200, { 'content-type': PLAIN, 'cache-control': 'no-store' })
  })
}

function reply({ status, contentType, body }: DoorReply): Response {
  return new Response(body, { status, headers: { 'content-type': contentType, 'cache-control': 'no-store' } })
}

function plain(c: Context, status: 404 | 413, text: string): Response {
  return c.text(text, status, { 'cache-control': 'no-store' })
}

/** The body, or null where it is too long. */
async function bodyOf(c: Context): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of c.req.raw.body ?? []) {
    length += part.length
    if (length > BODY_BYTES_MAX) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

async function evidenceFiles(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => /^[a-z0-9-]+\.json$/.test(name)).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
