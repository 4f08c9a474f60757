/** The server: HTTP and WHOIS faces in this thread, the writer in its own. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { Notices } from '@cadastre/notices'
import { PublishedReader, type RegistryInfo } from '@cadastre/reader'
import { createTrieMemory } from '@cadastre/trie'
import { startWhois, type WhoisServer } from '@cadastre/whois'
import type { Logger } from 'pino'
import { ArchiveClient } from '../archive/archive-client.ts'
import { LogArchive } from '../archive/log-archive.ts'
import { DEMONSTRATION_NOTICE } from '../data/create.ts'
import type { DataDirectory, RegistryFile } from '../data/data-directory.ts'
import type { Settings } from '../data/settings.ts'
import { DoorKeeper } from '../door/door-keeper.ts'
import { VERSION } from '../version.ts'
import type { Phase } from '../writer/messages.ts'
import { openReader } from '../writer/open-registrar.ts'
import { type Opened, WriterClient } from '../writer/writer-client.ts'
import { procedureTexts } from './faces-options.ts'
import { createHttpServer, type Health, type HttpParts } from './http.ts'
import { createMetrics } from './metrics.ts'
import { type NoticesSettings, serveNotices } from './notices.ts'

/** Thrown where a port cannot be listened on; the message says which, and what to do. */
class PortError extends Error {
  override readonly name: string = 'PortError'
}

export type Running = {
  readonly httpUrl: string
  readonly whoisPort: number
  readonly reader: PublishedReader
  /** Answer what is under way, decide what has a receipt, publish, close. */
  readonly drain: () => Promise<void>
  /** Rejects when the writer stops for good; the faces go on reading. */
  readonly writerStopped: Promise<string>
}

export type ServeOptions = {
  readonly settings: Settings
  readonly directory: DataDirectory
  readonly registry: RegistryFile
  readonly notices: NoticesSettings
  readonly logger: Logger
  readonly progress: (phase: Phase, done: number, total: number | null) => void
}

export async function serve(options: ServeOptions): Promise<Running> {
  const { settings, directory, registry, logger } = options
  const memory = createTrieMemory()
  let reader: PublishedReader | null = null
  let parts: HttpParts | null = null
  let health: Health = { ready: false, phase: 'starting', writer: null }
  const metrics = createMetrics(() => reader)
  const stopped = Promise.withResolvers<string>()
  const early: Parameters<PublishedReader['publish']>[0][] = []
  // The port first: a port in use is said before anything is done.
  const server = createHttpServer(
    () => parts,
    () => health,
  )
  const port = await listen(server, settings)
  const writer = new WriterClient(
    { directory: directory.path, registry, databaseUrl: settings.databaseUrl, memory },
    {
      published: (publication) => {
        metrics.published()
        if (reader === null) early.push(publication)
        else reader.publish(publication)
      },
      progress: (phase, done, total) => {
        health = { ...health, phase }
        options.progress(phase, done, total)
      },
      report: (message, error) => logger.warn({ error }, message),
      failed: (name, message) => {
        metrics.writerStopped()
        health = { ...health, writer: message }
        // Before it is ready the command itself says why it ends.
        if (health.ready) logger.fatal({ name }, message)
        stopped.resolve(message)
      },
    },
  )
  // Both promises are awaited below, one after the other: neither may count as unhandled meanwhile.
  writer.ready.catch((error: unknown) => logger.debug({ err: error }, 'the writer ended before it was ready'))
  try {
    const opened = await writer.opened
    const store = await openReader(directory, settings.databaseUrl)
    const baseUrl = settings.publicUrl ?? localUrl(settings.host, port)
    const whoisAddress = { host: new URL(baseUrl).hostname, port: settings.whoisPort }
    reader = new PublishedReader(infoOf(registry, opened, baseUrl, whoisAddress), memory, store, nodeCrypto)
    for (const publication of early) reader.publish(publication)
    await writer.ready
    const whois = await listenWhois(reader, settings)
    const behind = await openBehind(reader, writer, options)
    const faces = { reader, writer, logDirectory: directory.log, metrics, logger }
    parts = { ...faces, ...behind, health: () => health }
    health = { ready: true, phase: 'ready', writer: health.writer }
    const drain = async (): Promise<void> => {
      health = { ...health, ready: false, phase: 'draining' }
      server.close()
      server.closeIdleConnections()
      await whois.close()
      await behind.close()
      await writer.drain()
      server.closeAllConnections()
      await store.close()
    }
    return { httpUrl: baseUrl, whoisPort: whois.port, reader, drain, writerStopped: stopped.promise }
  } catch (error) {
    server.close()
    server.closeAllConnections()
    await writer.abandon()
    throw error
  }
}

type Behind = {
  readonly archive: LogArchive
  readonly pages: ReadonlyMap<string, string>
  readonly notices: Notices
  readonly close: () => Promise<void>
}

/** What works behind the faces: notices, answers out of the whole log, and what is handed in at the registry's other doors. */
async function openBehind(
  reader: PublishedReader,
  desk: WriterClient,
  { directory, settings, notices: noticesSettings, logger }: ServeOptions,
): Promise<Behind> {
  const pages = procedureTexts()
  const client = new ArchiveClient(
    { directory: directory.path, databaseUrl: settings.databaseUrl, pages },
    (fault) => logger.error({ fault }, 'the archive met a bug'),
  )
  const report = (message: string, error?: Error): void => logger.warn({ err: error }, message)
  const keeper = new DoorKeeper({ doors: await directory.doorList(), desk, report })
  keeper.start()
  const notices = await serveNotices(noticesSettings, reader, desk, directory, logger)
  const close = async (): Promise<void> => {
    keeper.stop()
    await notices.close()
    await client.close()
  }
  return { archive: new LogArchive(reader, client, pages), pages, notices, close }
}

function infoOf(
  registry: RegistryFile,
  opened: Opened,
  baseUrl: string,
  whois: RegistryInfo['whois'],
): RegistryInfo {
  return {
    origin: registry.origin,
    name: registry.name,
    seat: registry.seat,
    profile: registry.profile,
    demonstration: registry.demonstration ? DEMONSTRATION_NOTICE : null,
    logVkey: opened.logVkey,
    receiptVkey: opened.receiptVkey,
    policy: opened.policy,
    baseUrl,
    whois,
    version: VERSION,
  }
}

const localUrl = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`

function listenWhois(reader: PublishedReader, { host, whoisPort: port }: Settings): Promise<WhoisServer> {
  return startWhois(reader, { host, port }).catch((error: unknown) => {
    throw portError(error, 'WHOIS_PORT', port)
  })
}

async function listen(server: ReturnType<typeof createHttpServer>, settings: Settings): Promise<number> {
  server.listen(settings.port, settings.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw portError(error, 'PORT', settings.port)
  }
  return (server.address() as AddressInfo).port
}

function portError(error: unknown, name: string, port: number): Error {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'EADDRINUSE')
    return new PortError(
      `Port ${port} is in use by another program. Set ${name} to a free port, or stop that program.`,
    )
  if (code === 'EACCES')
    return new PortError(`Port ${port} may not be used by this user. Set ${name} to a port above 1023.`)
  return error instanceof Error ? error : new Error(String(error))
}
