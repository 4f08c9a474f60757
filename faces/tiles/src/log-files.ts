/** The checkpoint, and the static files that the registrar writes. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTilePath, TILE_WIDTH, type TilePath } from '@cadastre/merkle'
import type { RegistryReader } from '@cadastre/reader'
import { IMMUTABLE, NO_STORE, plain } from './replies.ts'

/** The last published checkpoint, with its cosignatures. */
export function answerCheckpoint(reader: RegistryReader): Response {
  return plain(200, reader.snapshot().publication.note, { 'Cache-Control': NO_STORE })
}

/**
 * A tile or an entry bundle; `path` is what follows `/log/`. 404 for every path that is not spelled exactly as C2SP
 * tlog-tiles spells it, for what the published checkpoint does not cover, and for partial tiles that are gone: a
 * client then asks for the full tile, as the specification says.
 */
export async function answerTile(reader: RegistryReader, directory: string, path: string): Promise<Response> {
  const parsed = parseTilePath(path)
  if (parsed === null || !isPublished(parsed, reader.snapshot().publication.size)) return notFound()
  const bytes = await readIfThere(join(directory, path))
  if (bytes === null) return notFound()
  return new Response(bytes, {
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(bytes.length),
      'Cache-Control': IMMUTABLE,
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

/** Whether a log of `size` entries has all that the tile holds: files are written before their checkpoint. */
function isPublished(path: TilePath, size: number): boolean {
  const { index, width } = path.kind === 'tile' ? path.tile : path.bundle
  let nodes = size
  const levels = path.kind === 'tile' ? path.tile.level : 0
  for (let level = 0; level < levels && nodes > 0; level++) nodes = Math.floor(nodes / TILE_WIDTH)
  return index * TILE_WIDTH + width <= nodes
}

function notFound(): Response {
  return plain(404, 'No such tile in the published log.\n', { 'Cache-Control': NO_STORE })
}

async function readIfThere(file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await readFile(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return null
    throw error
  }
}
