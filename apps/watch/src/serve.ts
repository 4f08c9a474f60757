/**
 * The watched world over HTTP and WHOIS: the same faces as a registry's, read-only, and the pages, feeds and data that
 * only a memory has. Nothing here can write.
 */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPortal } from '@cadastre/api'
import { encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type AskApi, createExplorer } from '@cadastre/explorer'
import { formatVkey, parsePolicy } from '@cadastre/notes'
import { answerRdap, createRdapHandler, type RdapHandler } from '@cadastre/rdap'
import type { CalendarDate } from '@cadastre/records'
import { PublicFiles } from '@cadastre/registrar'
import { startWhois, type WhoisServer, whoisText } from '@cadastre/whois'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { WatchInfo, WatchReader } from './model.ts'
import { askOf } from './notify/ask.ts'
import { WatchNotices, type WatchNoticesOptions } from './notify/watch-notices.ts'
import { openWatchReader } from './reader.ts'
import { WatchDirectory } from './watch-directory.ts'
import { type Assets, loadAssets } from './web/assets.ts'
import { createRoutes } from './web/routes.ts'
import { createSite } from './web/site.ts'
import { dayIn } from './web/subject.ts'
import { type DayReader, WatchedWorld } from './world/watched-world.ts'

type NoticesSettings = Pick<
  WatchNoticesOptions,
  'database' | 'smtpUrl' | 'from' | 'webhookSigner' | 'allowPrivate'
>

export type ServeWatchOptions = {
  readonly directory: string
  readonly host: string
  readonly port: number
  readonly whoisPort: number
  /** Address that links name, without a slash at the end; null = as it listens. */
  readonly publicUrl: string | null
  readonly version: string
  readonly progress?: (entries: number, size: number) => void
  /** Who asks is told of changes; null = nobody can ask. */
  readonly notices: NoticesSettings | null
  /** How often it looks whether the log has grown; 10 s where absent. */
  readonly lookMilliseconds?: number
  /** Hears of faults of the server itself. */
  readonly failed: (error: unknown) => void
}

export type WatchServer = {
  readonly url: string
  readonly whoisPort: number
  /** Of the log that is served now. */
  readonly info: () => WatchInfo
  /** Looks now whether the log has grown. */
  readonly look: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Faces of one day. */
type DayFaces = { readonly rdap: RdapHandler; readonly explorer: Hono; readonly reader: DayReader }

/** Past days whose faces are kept. */
const KEPT_DAYS = 16
/** Bytes of ready answers that each of them may keep. */
const PAST_CACHE_BYTES = 1 << 20

class Faces {
  readonly #world: WatchedWorld
  readonly #assets: Assets
  readonly #ask: AskApi | null
  readonly #failed: (error: unknown) => void
  readonly #about = new Map([
    ['observed', readFileSync(new URL('../../../docs/watch.md', import.meta.url), 'utf8')],
  ])
  readonly #days = new Map<CalendarDate | null, DayFaces>()

  constructor(world: WatchedWorld, assets: Assets, ask: AskApi | null, failed: (error: unknown) => void) {
    this.#world = world
    this.#assets = assets
    this.#ask = ask
    this.#failed = failed
  }

  at(day: CalendarDate | null): DayFaces {
    const kept = this.#days.get(day)
    if (kept !== undefined) {
      // The day that was asked for longest ago goes first.
      this.#days.delete(day)
      this.#days.set(day, kept)
      return kept
    }
    const reader = this.#world.at(day)
    const says = `${reader.info.baseUrl}/#says`
    const rdap = createRdapHandler(reader, {
      onError: this.#failed,
      termsUrl: says,
      inaccuracyUrl: says,
      ...(day === null ? {} : { maxCacheBytes: PAST_CACHE_BYTES }),
    })
    const made = { rdap, explorer: this.#explorer(reader), reader }
    this.#days.set(day, made)
    for (const oldest of this.#days.keys()) {
      if (this.#days.size <= KEPT_DAYS) break
      // Now is always wanted.
      if (oldest !== null) this.#days.delete(oldest)
    }
    return made
  }

  #explorer(reader: DayReader): Hono {
    const missing = {
      kind: 'not-found',
      value: 'extract',
      expected: 'a proof of a day: see “Prove a day”',
    } as const
    const nothing = { kind: 'none', detail: 'A watch decides nothing.' } as const
    return createExplorer({
      ...createPortal(reader),
      info: reader.info,
      // What a log of acts would tell is told by the site's own part of the page.
      history: () => Promise.resolve(null),
      extract: () => Promise.resolve({ ok: false, error: missing }),
      why: () => Promise.resolve(nothing),
      statistics: () => Promise.resolve(nothing),
      procedures: this.#about,
      examples: [],
      site: createSite(this.#world, this.#assets, reader.day, this.#ask),
      failed: this.#failed,
    })
  }
}

/** All that is served of the log at one size. */
type Served = {
  readonly watch: WatchReader
  readonly faces: Faces
  readonly routes: Hono
  readonly world: WatchedWorld
}

type Frame = {
  readonly url: string
  readonly assets: Assets
  readonly whoisPort: number
  readonly ask: AskApi | null
  /** Raw Ed25519 key that signs webhooks; null where none are sent. */
  readonly webhookKey: Uint8Array | null
}

function servedOf(watch: WatchReader, frame: Frame, options: ServeWatchOptions): Served {
  const { url, assets, whoisPort, ask, webhookKey } = frame
  const { directory, version, failed } = options
  // Worked out once for a log: not while the first reader waits.
  watch.changes()
  const whois = { host: new URL(url).hostname, port: whoisPort }
  const world = new WatchedWorld(watch, { baseUrl: url, whois, version, logVkey: logVkeyOf(watch) })
  const faces = new Faces(world, assets, ask, failed)
  const routes = createRoutes({
    world,
    assets,
    logDirectory: new WatchDirectory(directory).log,
    baseUrl: url,
  })
  mountPlain(routes, faces, world, webhookKey)
  return { watch, faces, routes, world }
}

/** Moves on to what another process takes in: the watch is read anew when its published checkpoint is another. */
class Follower {
  readonly #options: ServeWatchOptions
  readonly #frame: Frame
  readonly #files: PublicFiles
  served: Served
  whois: WhoisServer
  /** The one before: questions that were under way are answered from it. */
  #before: Served | null = null
  readonly #notices: WatchNotices | null
  #moving: Promise<void> | null = null

  constructor(options: ServeWatchOptions, frame: Frame, first: Served, whois: WhoisServer) {
    const { directory, notices } = options
    this.#options = options
    this.#files = new PublicFiles(new WatchDirectory(directory).log)
    this.whois = whois
    // Subscriptions ask about the world that is served at the time.
    this.served = first
    const world = (): WatchedWorld => this.served.world
    this.#notices = notices === null ? null : new WatchNotices({ ...notices, world, now: Date.now })
    const ask = this.#notices === null ? null : askOf(this.#notices)
    this.#frame = { ...frame, ask, webhookKey: notices?.webhookSigner.publicKey ?? null }
    this.served = servedOf(first.watch, this.#frame, options)
  }

  /** One look; a second one at the same time waits for the first. */
  look(): Promise<void> {
    this.#moving ??= this.#round().finally(() => {
      this.#moving = null
    })
    return this.#moving
  }

  async #round(): Promise<void> {
    await this.#move()
    await this.#notices?.round()
  }

  async #move(): Promise<void> {
    if ((await this.#files.published()) === this.served.watch.info.checkpoint) return
    const watch = await openWatchReader(this.#options.directory)
    await this.#before?.watch.close()
    this.#before = this.served
    this.served = servedOf(watch, this.#frame, this.#options)
    // Its banner names the day, so WHOIS begins anew on the same port.
    await this.whois.close()
    this.whois = await startWhois(this.served.world.at(null), {
      host: this.#options.host,
      port: this.#frame.whoisPort,
    })
  }

  async close(): Promise<void> {
    await this.#moving
    this.#notices?.close()
    await this.whois.close()
    await this.#before?.watch.close()
    await this.served.watch.close()
  }
}

const LOOK_MILLISECONDS = 10_000

/** Starts to serve a watch. Throws a WatchError where there is none, and what listening throws. */
export async function serveWatch(options: ServeWatchOptions): Promise<WatchServer> {
  const { directory, host, port, failed } = options
  const watch = await openWatchReader(directory, options.progress)
  let follower: Follower | null = null
  const server = createServer((request, response) => {
    if (follower === null) response.writeHead(503, { 'retry-after': '1' }).end('Starting.\n')
    else answer(follower.served, request, response)
  })
  let whois: WhoisServer | null = null
  try {
    const listening = await listen(server, host, port)
    const url = options.publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${listening}`
    const assets = await loadAssets()
    const bare = { url, assets, whoisPort: options.whoisPort, ask: null, webhookKey: null }
    const first = servedOf(watch, bare, options)
    whois = await startWhois(first.world.at(null), { host, port: options.whoisPort })
    const following = new Follower(options, { ...bare, whoisPort: whois.port }, first, whois)
    follower = following
    const timer = setInterval(
      () => following.look().catch(failed),
      options.lookMilliseconds ?? LOOK_MILLISECONDS,
    )
    const close = async (): Promise<void> => {
      clearInterval(timer)
      server.close()
      server.closeAllConnections()
      await following.close()
    }
    return {
      url,
      whoisPort: whois.port,
      info: () => following.served.watch.info,
      look: () => following.look(),
      close,
    }
  } catch (error) {
    server.close()
    server.closeAllConnections()
    await whois?.close()
    await watch.close()
    throw error
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function logVkeyOf(watch: WatchReader): string {
  const policy = parsePolicy(nodeCrypto, watch.info.policy)
  const log = policy.ok ? policy.value.logs[0] : undefined
  return log === undefined ? '' : formatVkey(log.vkey)
}

/** WHOIS text of any day over HTTP, and what a verifier must know. */
function mountPlain(app: Hono, faces: Faces, { watch }: WatchedWorld, webhookKey: Uint8Array | null): void {
  app.get('/whois', async (c) => {
    const day = dayIn(c.req.query('at'))
    if (day === 'malformed') return c.text('at is a day such as 2025-07-16.\n', 400)
    return c.text(await whoisText(faces.at(day).reader, c.req.query('q') ?? ''))
  })
  app.get('/.well-known/cadastre.json', (c) => {
    const { origin, policy, size, at } = watch.info
    const log = { origin, vkey: logVkeyOf(watch) }
    const webhooks = webhookKey === null ? null : { alg: 'ed25519', key: encodeBase64(webhookKey) }
    const sources = watch.sources()
    return c.json({ v: 1, kind: 'watch', log, witnessPolicy: policy, webhooks, size, at, sources })
  })
}

const listeners = new WeakMap<Hono, ReturnType<typeof getRequestListener>>()

function listenerOf(app: Hono): ReturnType<typeof getRequestListener> {
  const made = listeners.get(app) ?? getRequestListener(app.fetch)
  listeners.set(app, made)
  return made
}

/** RDAP, data and pages, each of the day that `at` names. */
function answer({ faces, routes }: Served, request: IncomingMessage, response: ServerResponse): void {
  const target = ofDay(request.url ?? '/')
  request.url = target
  const asked = target.includes('at=')
    ? new URLSearchParams(target.slice(target.indexOf('?'))).get('at')
    : null
  const day = dayIn(asked ?? undefined)
  if (day === 'malformed') {
    response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    response.end(`at: "${(asked ?? '').slice(0, 40)}" is no day; expected one such as 2025-07-16.\n`)
    return
  }
  const { rdap, explorer } = faces.at(day)
  if (answerRdap(rdap, request, response)) return
  const path = target.split('?', 1)[0] ?? target
  void listenerOf(isData(path) ? routes : explorer)(request, response)
}

/** `/at/2025-07-16/rdap/…` asks as `/rdap/…?at=2025-07-16` does: so an RDAP client may have a past day as its base. */
function ofDay(target: string): string {
  const [, day, rest] = /^\/at\/([^/?]*)(.*)$/.exec(target) ?? []
  if (day === undefined || rest === undefined) return target
  const path = rest.startsWith('/') ? rest : `/${rest}`
  return `${path}${path.includes('?') ? '&' : '?'}at=${day}`
}

const DATA =
  /^\/(?:feed\.|changes\.csv$|map\/data$|proof\/|log\/|api\/(?:history$|procedures\/observed\/1$)|whois$|\.well-known\/|watch\/|registries\/[^/]+(?:\.json|\/[a-z]+\.csv)$)/

function isData(path: string): boolean {
  return DATA.test(path)
}
