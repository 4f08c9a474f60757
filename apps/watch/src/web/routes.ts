/** Routes of a watch that are no pages: feeds, CSV, JSON, proofs, public files of the log, data of the map. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Block,
  blockRange,
  formatPrefix,
  formatRange,
  parseBlockKey,
  rangeToBlock,
  rangeToBlocks,
} from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import { type Context, Hono } from 'hono'
import { standsOn } from '../days.ts'
import type { Change, WatchedRow } from '../model.ts'
import { changeJson, changesCsvPieces, numbersText } from '../report.ts'
import { sourcesNaming, sourcesOn } from '../source-choice.ts'
import type { WatchedWorld } from '../world/watched-world.ts'
import type { Asset, Assets } from './assets.ts'
import { endedCsv } from './downloads.ts'
import { type FeedFrame, feedOf } from './feeds.ts'
import { TOLD } from './home.ts'
import { mapData } from './map-data.ts'
import { reportIfThere } from './site.ts'
import { dayIn, numbersIn, type Subject, subjectOf } from './subject.ts'

export type RoutesOptions = {
  readonly world: WatchedWorld
  readonly assets: Assets
  /** Directory of the public files of the log. */
  readonly logDirectory: string
  readonly baseUrl: string
}

type Fault = { readonly status: 400 | 404; readonly says: string }

/** Paths of the public files: a checkpoint and tiles (C2SP tlog-tiles), and nothing that climbs. */
const LOG_PATH = /^(?:checkpoint|tile\/(?:entries|\d{1,2})\/(?:x\d{3}\/)*\d{3}(?:\.p\/\d{1,3})?)$/

export function createRoutes(options: RoutesOptions): Hono {
  const app = new Hono()
  app.use('*', async (c, next) => {
    await next()
    c.header('access-control-allow-origin', '*')
  })
  feedRoutes(app, options)
  downloadRoutes(app, options)
  proofRoutes(app, options)
  linkedRoutes(app, options)
  logRoutes(app, options)
  for (const asset of Object.values(options.assets)) app.get(pathOf(asset), (c) => sendAsset(c, asset))
  return app
}

const pathOf = ({ path }: Asset): string => path.slice(0, path.indexOf('?'))

function sendAsset(c: Context, { type, text, etag, path }: Asset): Response {
  const kept = path.endsWith(`?v=${c.req.query('v') ?? ''}`)
  const headers = {
    'content-type': type,
    etag,
    'cache-control': kept ? 'public, max-age=31536000, immutable' : 'no-cache',
    'x-content-type-options': 'nosniff',
  }
  return c.req.header('if-none-match') === etag
    ? new Response(null, { status: 304, headers })
    : c.body(text, 200, headers)
}

function refuse(c: Context, { status, says }: Fault): Response {
  return c.text(`${says}\n`, status, { 'cache-control': 'no-store' })
}

/** What `q` names; null for a question without it. */
function subjectIn(c: Context, world: WatchedWorld): Subject | null | Fault {
  const text = c.req.query('q') ?? ''
  if (text === '') return null
  return (
    subjectOf(text.slice(0, 200), world.names()) ?? {
      status: 404,
      says: `"${text.slice(0, 200)}" names no numbers and no published holder; expected a prefix, an address, AS64496, or a handle such as IMP-REGISTRY-1234.`,
    }
  )
}

const isFault = (value: object | null): value is Fault => value !== null && 'says' in value

function feedRoutes(app: Hono, { world, baseUrl }: RoutesOptions): void {
  const made = (c: Context): ReturnType<typeof feedOf> | Fault => {
    const subject = subjectIn(c, world)
    if (isFault(subject)) return subject
    const registry = c.req.query('registry')
    const told = (change: Change): boolean => subject !== null || TOLD.has(change.kind)
    const filter = { ...subject?.filter, ...(registry === undefined ? {} : { registry }) }
    const query = c.req.url.includes('?') ? c.req.url.slice(c.req.url.indexOf('?')) : ''
    const frame: FeedFrame = {
      baseUrl,
      origin: world.watch.info.origin,
      subject: subject?.text ?? registry ?? null,
      self: { atom: `/feed.atom${query}`, json: `/feed.json${query}` },
    }
    return feedOf(world.watch.changes(filter).filter(told), frame)
  }
  app.get('/feed.atom', (c) => {
    const feed = made(c)
    return isFault(feed)
      ? refuse(c, feed)
      : c.body(feed.atom1(), 200, { 'content-type': 'application/atom+xml; charset=utf-8' })
  })
  app.get('/feed.json', (c) => {
    const feed = made(c)
    return isFault(feed)
      ? refuse(c, feed)
      : c.body(feed.json1(), 200, { 'content-type': 'application/feed+json; charset=utf-8' })
  })
}

/** Pieces as they are asked for, so that no download is ever whole in memory. */
function streamOf(pieces: Generator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream(
    {
      pull(controller) {
        const next = pieces.next()
        if (next.done === true) controller.close()
        else controller.enqueue(encoder.encode(next.value))
      },
    },
    { highWaterMark: 0 },
  )
}

function downloadRoutes(app: Hono, { world }: RoutesOptions): void {
  const { watch } = world
  const csv = (c: Context, name: string, text: string | ReadableStream<Uint8Array>): Response =>
    c.body(text, 200, {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${name}"`,
    })
  const unknown = (registry: string): Fault => ({
    status: 404,
    says: `No files of "${registry}" are logged; see /registries.`,
  })
  app.get('/changes.csv', (c) => {
    const subject = subjectIn(c, world)
    return isFault(subject)
      ? refuse(c, subject)
      : csv(c, 'changes.csv', streamOf(changesCsvPieces(watch.changes(subject?.filter ?? {}))))
  })
  app.get('/registries/:registry/changes.csv', (c) => {
    const report = reportIfThere(world, c.req.param('registry'), c.req.query('source'))
    if (report === null) return refuse(c, unknown(c.req.param('registry')))
    const { registry, source } = report
    return csv(c, `${registry}-changes.csv`, streamOf(changesCsvPieces(watch.changes({ source }))))
  })
  app.get('/registries/:registry/ended.csv', (c) => {
    const report = reportIfThere(world, c.req.param('registry'), c.req.query('source'))
    if (report === null) return refuse(c, unknown(c.req.param('registry')))
    return csv(c, `${report.registry}-ended.csv`, endedCsv(report.ended))
  })
  app.get('/registries/:file{[^/]+\\.json}', (c) => {
    const registry = c.req.param('file').slice(0, -'.json'.length)
    const report = reportIfThere(world, registry, c.req.query('source'))
    return report === null ? refuse(c, unknown(registry)) : c.json(report)
  })
  app.get('/map/data', (c) => {
    const day = dayIn(c.req.query('at'))
    if (day === 'malformed') return refuse(c, { status: 400, says: 'at is a day such as 2025-07-16.' })
    return c.body(mapData(world, day), 200, { 'content-type': 'application/octet-stream' })
  })
}

const PROOF = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' }

function proofRoutes(app: Hono, { world }: RoutesOptions): void {
  const { watch } = world
  const answer = async (c: Context, text: string): Promise<Response> => {
    const block = blockOf(text)
    if (block === null)
      return refuse(c, { status: 400, says: `"${text.slice(0, 100)}" is no address, prefix or AS number.` })
    const day = dayIn(c.req.query('at'))
    if (day === null || day === 'malformed') return c.body(await watch.prove(block), 200, PROOF)
    // The proof of an answer about a past day is of the file that it rests on.
    const [source] = [...sourcesNaming(watch, block, day), ...sourcesOn(watch, day)]
    const proof = source === undefined ? null : await watch.proveAt(block, source.id, day)
    return proof === null
      ? refuse(c, { status: 404, says: `No file of ${day} or before is logged; see /registries.` })
      : c.body(proof, 200, PROOF)
  }
  app.get('/proof/ip/:prefix{.+}', (c) => answer(c, c.req.param('prefix')))
  app.get('/proof/autnum/:number', (c) => answer(c, c.req.param('number')))
  app.get('/proof/day', async (c) => {
    const [block, day, source] = [
      blockOf(c.req.query('q') ?? ''),
      dayIn(c.req.query('at')),
      c.req.query('source') ?? '',
    ]
    if (block === null) return refuse(c, { status: 400, says: 'q is an address, a prefix or an AS number.' })
    if (day === null || day === 'malformed')
      return refuse(c, { status: 400, says: 'at is a day such as 2025-07-16.' })
    const proof = await watch.proveAt(block, source, day)
    if (proof === null)
      return refuse(c, {
        status: 404,
        says: `Of "${source.slice(0, 100)}" nothing is logged on or before ${day}; see /registries.`,
      })
    const name = `${(c.req.query('q') ?? '').replaceAll(/[^0-9A-Za-z.]+/g, '-')}-${day}.proof`
    return c.body(proof, 200, { ...PROOF, 'content-disposition': `attachment; filename="${name}"` })
  })
  app.get('/proof/entry/:index{[0-9]{1,15}}', async (c) => {
    const index = Number(c.req.param('index'))
    const proof = await watch.proveEntry(index)
    return proof === null
      ? refuse(c, { status: 404, says: `The log has ${watch.info.size} entries, from 0.` })
      : c.body(proof, 200, PROOF)
  })
}

/** The latest changes told to a machine at once; all are in the CSV. */
const HISTORY_MAX = 1000

/** What RDAP and WHOIS link to from every record. A registry has acts and procedures there; a watch has this. */
function linkedRoutes(app: Hono, { world, baseUrl }: RoutesOptions): void {
  app.get('/api/history', (c) => {
    const key = c.req.query('key') ?? ''
    const named = key.startsWith('obj/holder/') ? key.slice('obj/holder/'.length) : rangeText(key)
    const subject = named === null ? null : subjectOf(named, world.names())
    if (subject === null)
      return refuse(c, { status: 404, says: 'key is that of numbers, or obj/holder/IMP-REGISTRY-1234.' })
    const changes = world.watch.changes(subject.filter)
    const csv = `${baseUrl}/changes.csv?q=${encodeURIComponent(subject.text)}`
    return c.json({
      key,
      says: 'Changes that the published files show, oldest first. The files give no reasons.',
      all: { csv, count: changes.length },
      changes: changes.slice(-HISTORY_MAX).map(changeJson),
    })
  })
  app.get('/api/procedures/observed/1', (c) =>
    c.json({
      procedure: 'observed/1',
      says: 'No act: a row of a published file, logged as it was published.',
      page: `${baseUrl}/procedures/observed`,
    }),
  )
  app.get('/proof/object/holder/:handle', (c) => {
    const handle = c.req.param('handle')
    const named = world.names().get(handle.toUpperCase())
    if (named === undefined)
      return refuse(c, { status: 404, says: `No file followed here names "${handle.slice(0, 100)}".` })
    const day = dayIn(c.req.query('at'))
    const at = day === 'malformed' ? null : day
    const rows = world.watch
      .holder(named.registry, named.opaqueId)
      .filter((row) => row.delegated && standsOn(row, at))
    return c.body(holderProofs(rows.slice(0, HISTORY_MAX), baseUrl, at), 200, PROOF)
  })
}

/** A holder is no record of the log: rows name it, and each row is proved at its numbers. */
function holderProofs(rows: readonly WatchedRow[], baseUrl: string, at: CalendarDate | null): string {
  const query = at === null ? '' : `?at=${at}`
  const proofs = rows.flatMap(({ range }) =>
    rangeToBlocks(range).map((block) => {
      const text = formatRange(blockRange(block)).replace(/^AS/i, '')
      return block.space === 'asn'
        ? `${baseUrl}/proof/autnum/${text.replaceAll(' ', '')}${query}`
        : `${baseUrl}/proof/ip/${formatPrefix(block)}${query}`
    }),
  )
  const head =
    'A published holder has no record of its own: rows of files name it. The proofs of its rows, one address a line:'
  return [head, '', ...proofs, ''].join('\n')
}

/** The numbers of a record key, as a question; null where it is none of numbers. */
function rangeText(key: string): string | null {
  const block = parseBlockKey(key)
  return block.ok ? numbersText(blockRange(block.value)) : null
}

/** One block: what is no prefix has no single record, and no single proof. */
function blockOf(text: string): Block | null {
  const numbers = numbersIn(text)
  return numbers === null ? null : rangeToBlock(numbers)
}

function logRoutes(app: Hono, { logDirectory }: RoutesOptions): void {
  app.get('/log/:path{.+}', async (c) => {
    const path = c.req.param('path')
    if (!LOG_PATH.test(path))
      return refuse(c, { status: 404, says: 'The log has a checkpoint and tiles (C2SP tlog-tiles).' })
    const bytes = await readFile(join(logDirectory, path)).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    })
    if (bytes === null) return refuse(c, { status: 404, says: 'There is no such file yet.' })
    const isText = path === 'checkpoint'
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': isText ? 'text/plain; charset=utf-8' : 'application/octet-stream',
      'cache-control': isText ? 'no-cache' : 'public, max-age=31536000, immutable',
    })
  })
}
