/**
 * A mirror that serves its copy: the registry's own faces over the record as the mirror executed it, read-only; the
 * second door; subscriptions. Nothing here can write into a log, and every answer is of a position that was verified.
 */

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_COSIGNATURE, makeVkey } from '@cadastre/notes'
import { type Notices, startNotices } from '@cadastre/notices'
import { PublishedReader } from '@cadastre/reader'
import { isObject, type Json } from '@cadastre/records'
import type { Publication } from '@cadastre/store-port'
import type { TrieMemory } from '@cadastre/trie'
import { startWhois, type WhoisServer } from '@cadastre/whois'
import type { Logger } from 'pino'
import { ArchiveClient } from '../archive/archive-client.ts'
import { LogArchive } from '../archive/log-archive.ts'
import { webhookKey } from '../data/notifier.ts'
import type { Settings } from '../data/settings.ts'
import { systemNow } from '../data/system-now.ts'
import { Door } from '../door/door.ts'
import { DoorBook } from '../door/door-book.ts'
import { procedureTexts } from '../server/faces-options.ts'
import { createHttpServer, type Health, type HttpParts } from '../server/http.ts'
import { createMetrics } from '../server/metrics.ts'
import type { NoticesSettings } from '../server/notices.ts'
import { wellKnown } from '../server/well-known.ts'
import { VERSION } from '../version.ts'
import { openReader } from '../writer/open-registrar.ts'
import type { Cosigner } from './cosigner.ts'
import type { Follower } from './follower.ts'
import { MirrorDesk } from './mirror-desk.ts'
import type { MirrorDirectory } from './mirror-directory.ts'
import { MirrorInfo } from './mirror-info.ts'
import { mirrorMetrics } from './mirror-metrics.ts'
import { mountMirror } from './mirror-routes.ts'
import { type MirrorFile, policyOfMirror } from './trust.ts'

export type ServeMirrorOptions = {
  readonly directory: MirrorDirectory
  readonly mirror: MirrorFile
  readonly memory: TrieMemory
  readonly settings: Settings
  readonly notices: NoticesSettings
  readonly logger: Logger
  /** The mirror's name as a door and cosigner, and its key. */
  readonly name: string
  readonly signer: Signer
  readonly cosigner: Cosigner | null
  /** Follows the log: known once the directory is open. */
  readonly follower: () => Follower | null
}

type Opened = {
  readonly reader: PublishedReader
  readonly whois: WhoisServer
  readonly notices: Notices
  readonly parts: HttpParts
  readonly close: () => Promise<void>
}

export class MirrorServer {
  readonly #options: ServeMirrorOptions
  readonly #server: Server
  #url = ''
  #phase = 'starting'
  #problem: string | null = null
  #opened: Opened | null = null
  #opening: Promise<void> | null = null
  #last: Publication | null = null

  private constructor(options: ServeMirrorOptions) {
    this.#options = options
    this.#server = createHttpServer(
      () => this.#opened?.parts ?? null,
      () => this.health(),
    )
  }

  /** Listens; until something is held that can be served, it says so. Throws what listening throws. */
  static async listen(options: ServeMirrorOptions): Promise<MirrorServer> {
    const server = new MirrorServer(options)
    const { host, port, publicUrl } = options.settings
    server.#server.listen(port, host)
    await once(server.#server, 'listening')
    const listening = (server.#server.address() as AddressInfo).port
    server.#url = publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${listening}`
    return server
  }

  get url(): string {
    return this.#url
  }
  get whoisPort(): number | null {
    return this.#opened?.whois.port ?? null
  }
  /** The mirror's key for the `witness` line of a policy: notes of its door count by it. */
  get vkey(): string {
    const { name, signer } = this.#options
    return formatVkey(makeVkey(nodeCrypto, name, KEY_TYPE_COSIGNATURE, signer.publicKey))
  }

  health(): Health {
    const follower = this.#options.follower()
    const fault = follower?.fault ?? null
    const ready = this.#opened !== null && fault === null && this.#problem === null
    const phase = fault !== null ? 'fault' : this.#opened === null ? this.#phase : 'following'
    return {
      ready,
      phase,
      writer: null,
      mirror: {
        of: this.#options.mirror.origin,
        size: this.#last?.size ?? 0,
        at: this.#last?.at ?? null,
        checked: follower?.checked ?? null,
        fault:
          fault === null
            ? null
            : { index: fault.index, code: fault.code, detail: fault.detail, evidence: fault.evidence },
        problem: this.#problem,
        sources: (follower?.sources ?? []).map((source) => ({ ...source })),
      },
    }
  }

  phase(phase: string): void {
    this.#phase = phase
  }

  /** It can follow no more, for a reason of its own: what is held is served on. */
  failed(problem: string): void {
    this.#problem = problem
  }

  /** A position was published: readers move on to it. */
  published(publication: Publication): void {
    this.#last = publication
    this.#opened?.reader.publish(publication)
  }

  /** What the faces say of the mirror itself has changed: answers that are kept are made anew. */
  saidAnew(): void {
    if (this.#last !== null) this.#opened?.reader.publish(this.#last)
  }

  /** Opens the faces once something is held. */
  async open(): Promise<void> {
    if (this.#last === null || this.#opened !== null) return
    this.#opening ??= this.#open(this.#last).then((opened) => {
      this.#opened = opened
      if (this.#last !== null) opened.reader.publish(this.#last)
    })
    await this.#opening
  }

  async #open(publication: Publication): Promise<Opened> {
    const { directory, memory, settings, logger } = this.#options
    const store = await openReader(directory, null)
    let reader: PublishedReader | null = null
    const info = this.#info(() => reader)
    reader = new PublishedReader(info, memory, store, nodeCrypto)
    reader.publish(publication)
    const whois = await startWhois(reader, { host: settings.host, port: settings.whoisPort })
    const notices = await this.#notices(reader)
    const pages = procedureTexts()
    const client = new ArchiveClient({ directory: directory.path, databaseUrl: null, pages }, (fault) =>
      logger.error({ fault }, 'the archive met a bug'),
    )
    const metrics = createMetrics(() => reader)
    metrics.writerStopped()
    mirrorMetrics(metrics.registry, this.#options.follower)
    const parts: HttpParts = {
      reader,
      writer: new MirrorDesk(info.name, `${this.#url}/request`),
      logDirectory: directory.log,
      archive: new LogArchive(reader, client, pages),
      pages,
      notices,
      metrics,
      logger,
      health: () => this.health(),
      mirror: await this.#faces(reader),
    }
    const close = async (): Promise<void> => {
      await whois.close()
      await notices.close()
      await client.close()
      await store.close()
    }
    return { reader, whois, notices, parts, close }
  }

  #info(reader: () => PublishedReader | null): MirrorInfo {
    const { mirror, settings, follower } = this.#options
    const snapshot = (): ReturnType<PublishedReader['snapshot']> => {
      const opened = reader()
      if (opened === null) throw new Error('a face asked before anything was published')
      return opened.snapshot()
    }
    const [log] = policyOfMirror(mirror).logs
    return new MirrorInfo({
      origin: mirror.origin,
      logVkey: log === undefined ? '' : formatVkey(log.vkey),
      receiptVkey: mirror.receiptVkey,
      policy: mirror.policy,
      baseUrl: this.#url,
      whois: { host: new URL(this.#url).hostname, port: settings.whoisPort },
      version: VERSION,
      registry: () => snapshot().registry,
      position: () => {
        const { size, at } = snapshot().publication
        return { size, at, checked: follower()?.checked ?? null, fault: follower()?.fault ?? null }
      },
    })
  }

  async #notices(reader: PublishedReader): Promise<Notices> {
    const { directory, notices, logger } = this.#options
    if (notices.smtpUrl === null)
      logger.warn('CADASTRE_SMTP is not set: whoever subscribes here is told by webhook alone, not by mail.')
    return startNotices(reader, {
      ...notices,
      database: directory.notices,
      webhookSigner: await webhookKey(directory),
      // A mirror has no way into the log: attempts are kept here alone.
      log: null,
      subscribersOnly: true,
      now: Date.now,
      attempted: (message, replyClass) => logger.info({ message, replyClass }, 'a notice was attempted'),
      failed: (error) => logger.error({ err: error }, 'a round of notices met a bug'),
    })
  }

  async #faces(reader: PublishedReader): Promise<NonNullable<HttpParts['mirror']>> {
    const { directory, mirror, name, signer, cosigner } = this.#options
    const { origin } = mirror
    const door = new Door({
      book: await DoorBook.open(directory.doorBook),
      name,
      signer,
      origins: new Set([origin]),
      now: systemNow,
    })
    return {
      mount: (app) =>
        mountMirror(app, {
          origin,
          policy: policyOfMirror(mirror),
          published: () => reader.snapshot().publication.note,
          door,
          cosigner,
          evidence: directory.evidence,
        }),
      wellKnown: (key) => this.#wellKnown(reader, key),
    }
  }

  /** As the registry's, with the mirror's own addresses; and that it is a mirror. */
  #wellKnown(reader: PublishedReader, key: string | null): Json {
    const document = wellKnown(reader, key)
    const { size, at } = reader.snapshot().publication
    const { mirror, cosigner } = this.#options
    const { checked = null } = this.#options.follower() ?? {}
    const { demonstration } = reader.snapshot().registry
    return {
      ...(isObject(document) ? document : {}),
      demonstration,
      mirror: {
        of: mirror.origin,
        size,
        at,
        checked,
        door: `${this.#url}/request`,
        vkey: this.vkey,
        cosigns: cosigner !== null,
      },
    }
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeIdleConnections()
    await this.#opening?.catch((error: unknown) =>
      this.#options.logger.error({ err: error }, 'opening failed'),
    )
    await this.#opened?.close()
    this.#server.closeAllConnections()
  }
}
