/** `mirror`: a verified copy of a registry's log, kept up to date and, on wish, served. */

import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Signer } from '@cadastre/crypto'
import { secondsOf } from '@cadastre/records'
import { createTrieMemory } from '@cadastre/trie'
import { type Logger, pino } from 'pino'
import { createKey, listKeys, loadKey } from '../data/key-files.ts'
import type { Settings } from '../data/settings.ts'
import { systemNow } from '../data/system-now.ts'
import { Cosigner } from '../mirror/cosigner.ts'
import type { Follower, Phase, Round } from '../mirror/follower.ts'
import { InterruptedError } from '../mirror/growth.ts'
import { MirrorDirectory } from '../mirror/mirror-directory.ts'
import { mirrorOf, type OpenedMirror, openMirror } from '../mirror/open-mirror.ts'
import { poll } from '../mirror/polling.ts'
import { MirrorServer } from '../mirror/serve-mirror.ts'
import { hostSource, mirrorSource } from '../mirror/sources.ts'
import type { MirrorFile } from '../mirror/trust.ts'
import { readNoticesSettings } from '../server/notices.ts'
import { interruption } from './interruption.ts'
import { bold, createProgress, EXIT, type Output, type Progress, UsageError } from './output.ts'

export type MirrorCommandOptions = {
  readonly dir: string
  readonly from: readonly string[]
  readonly policy?: string
  readonly registry?: string
  readonly once: boolean
  readonly serve: boolean
  readonly every: string
  readonly name?: string
  readonly key: string
  readonly cosign: boolean
}

const EVERY_SECONDS_MAX = 86_400

/** What one run of the command works with. */
type Run = {
  readonly output: Output
  readonly logger: Logger
  readonly directory: MirrorDirectory
  readonly mirror: MirrorFile
  readonly everyMilliseconds: number
}

export async function mirrorCommand(
  settings: Settings,
  first: string,
  options: MirrorCommandOptions,
  output: Output,
): Promise<number> {
  const every = Number(options.every)
  if (!(every >= 1 && every <= EVERY_SECONDS_MAX))
    throw new UsageError(`--every ${options.every}: expected 1 to ${EVERY_SECONDS_MAX} seconds.`)
  if (options.once && options.serve) throw new UsageError('--once and --serve: a single copy is not served.')
  const notices = readNoticesSettings(process.env)
  const directory = new MirrorDirectory(resolve(options.dir))
  const given = options.policy ?? options.registry
  const mirror = await mirrorOf(
    directory,
    given === undefined ? null : await readFile(given, 'utf8'),
    hostSource(first),
    mirrorSource(first),
  )
  sayTrust(mirror, output)
  const logger = pino({ level: settings.logLevel }, pino.destination(2))
  const run: Run = { output, logger, directory, mirror, everyMilliseconds: every * 1000 }
  const stop = new AbortController()
  const sources = [first, ...options.from].map((text) => mirrorSource(text))
  const signer = options.serve || options.cosign ? await mirrorKey(directory, options.key) : null
  const name = options.name ?? (settings.publicUrl === null ? 'mirror' : new URL(settings.publicUrl).hostname)
  const cosigner =
    signer !== null && options.cosign ? new Cosigner(name, signer, () => secondsOf(systemNow())) : null
  const memory = createTrieMemory()
  let follower: Follower | null = null
  const server =
    options.serve && signer !== null
      ? await MirrorServer.listen({
          ...{ directory, mirror, memory, settings, notices, logger, name, signer, cosigner },
          follower: () => follower,
        })
      : null
  const bars = new Bars()
  let opened: OpenedMirror | null = null
  try {
    opened = await openMirror({
      ...{ directory, mirror, sources, memory },
      workers: availableParallelism(),
      now: systemNow,
      cosign: cosigner === null ? null : (note) => cosigner.add(note),
      published: (publication) => server?.published(publication),
      progress: (phase, done, total) => {
        server?.phase(phase)
        bars.update(phase, done, total)
      },
      report: (message, detail) => reported(run, message, detail),
      stopped: () => stop.signal.aborted,
    })
    follower = opened.follower
    return await follow(run, follower, server, options.once, stop, bars)
  } finally {
    bars.end()
    await server?.close()
    await opened?.close()
  }
}

/** Said each time: who believed a registry about its own name should know it. */
function sayTrust({ origin, trust }: MirrorFile, output: Output): void {
  output.note(
    trust === 'given'
      ? `Mirroring ${origin}, under the policy that you gave.`
      : `Mirroring ${origin}, under the key that the source itself named when it was first copied. Compare it with what others know (--policy or --registry give one).`,
  )
}

/** The key of the door and the cosignature, made where there is none. */
async function mirrorKey({ keys }: MirrorDirectory, name: string): Promise<Signer> {
  const passphrase = process.env['CADASTRE_PASSPHRASE'] ?? null
  const there = (await listKeys(keys)).some((one) => one.name === name)
  return there ? loadKey(keys, name, () => Promise.resolve(passphrase)) : createKey(keys, name, passphrase)
}

function reported({ logger, output }: Run, message: string, detail: object): void {
  logger.debug(detail, message)
  output.note(`${message}: ${Object.values(detail).join(', ')}`)
}

class Bars {
  readonly #bars = new Map<Phase, Progress>()

  update(phase: Phase, done: number, total: number): void {
    const bar =
      this.#bars.get(phase) ?? createProgress(phase === 'copying' ? 'verifying entries' : 'indexing entries')
    this.#bars.set(phase, bar)
    bar.update(done, total)
  }
  end(): void {
    for (const bar of this.#bars.values()) bar.end()
    this.#bars.clear()
  }
}

async function follow(
  run: Run,
  follower: Follower,
  server: MirrorServer | null,
  isOnce: boolean,
  stop: AbortController,
  bars: Bars,
): Promise<number> {
  const told = new Told(run, follower, server)
  if (isOnce) {
    await follower.load()
    await follower.repair()
    return told.end(await follower.round())
  }
  const asked = interruption().then(() => stop.abort())
  try {
    await follower.load()
    await told.opened()
    await follower.repair()
    await poll({
      round: () => follower.round(),
      everyMilliseconds: run.everyMilliseconds,
      chance: () => randomInt(1000) / 1000,
      signal: stop.signal,
      done: (round) => {
        bars.end()
        return told.round(round)
      },
    })
  } catch (error) {
    if (!(error instanceof InterruptedError)) {
      if (server === null || !(error instanceof Error) || server.whoisPort === null) throw error
      // What is held is served on, as a registry's faces do when its writer stops.
      run.logger.fatal({ err: error }, 'the mirror follows no more')
      server.failed(error.message)
      await asked
      return EXIT.unavailable
    }
  }
  run.output.note('Stopped. What was copied is whole.')
  return follower.fault === null ? EXIT.ok : EXIT.no
}

/** What a person at the terminal is told of rounds. */
class Told {
  readonly #run: Run
  readonly #follower: Follower
  readonly #server: MirrorServer | null
  #last: Round | null = null
  #isOpen = false

  constructor(run: Run, follower: Follower, server: MirrorServer | null) {
    this.#run = run
    this.#follower = follower
    this.#server = server
  }

  async round(round: Round): Promise<void> {
    await this.opened()
    if (round === 'fault' && this.#last !== 'fault') {
      this.#server?.saidAnew()
      this.#run.output.note(this.#faultText())
    }
    if (round === 'behind' && this.#last !== 'behind')
      this.#run.output.note('The sources show less than what is held here. It stays.')
    this.#last = round
  }

  /** Once something is held: where it is. */
  async opened(): Promise<void> {
    if (this.#isOpen || this.#follower.size === 0) return
    this.#isOpen = true
    await this.#server?.open()
    const { directory, mirror, output } = this.#run
    const { size, registry } = this.#follower
    const server = this.#server
    const value = { origin: mirror.origin, size, directory: directory.path }
    if (server === null)
      return output.result(
        value,
        `${bold('Mirror')} of ${registry?.name ?? mirror.origin}: ${size} entries in ${directory.log}.`,
      )
    const { url, whoisPort, vkey } = server
    output.result(
      { ...value, http: url, whoisPort, vkey },
      welcome(registry?.name ?? mirror.origin, size, server),
    )
  }

  /** The result of one copy, and its exit code. */
  end(round: Round): number {
    const { output, mirror, directory } = this.#run
    const { size, fault, sources } = this.#follower
    const texts: { readonly [round in Round]: string } = {
      grown: `Copied and verified: ${size} entries of ${mirror.origin} in ${directory.log}.`,
      same: `Nothing new: ${size} entries of ${mirror.origin} in ${directory.log}, as the source shows them.`,
      behind: `The sources show less than the ${size} entries that are held; they stay.`,
      unreadable: `Nothing could be copied (${sources.map(({ name, problem }) => `${name}: ${problem ?? 'its files'}`).join('; ')}); ${size} entries are held.`,
      fault: this.#faultText(),
    }
    output.result(
      { origin: mirror.origin, size, round, fault, sources, directory: directory.path },
      texts[round],
    )
    if (round === 'fault') return EXIT.no
    return round === 'grown' || round === 'same' ? EXIT.ok : EXIT.unavailable
  }

  #faultText(): string {
    const { fault, size } = this.#follower
    if (fault === null) return ''
    const evidence =
      fault.evidence === null
        ? 'No file convicts it by itself: keep this directory, and audit it.'
        : `The evidence: ${fault.evidence} ("cadastre verify" checks it).`
    return `The log is at fault at entry ${fault.index}: ${fault.code}. ${fault.detail}\nThe copy stays at ${size} entries. ${evidence}`
  }
}

function welcome(name: string, size: number, { url, whoisPort, vkey }: MirrorServer): string {
  return [
    bold(`A mirror of ${name} is running, at ${size} entries.`),
    `  page        ${url}/`,
    `  RDAP        ${url}/rdap/`,
    `  WHOIS       ${new URL(url).hostname}, port ${whoisPort}`,
    `  log         ${url}/log/checkpoint`,
    `  door        ${url}/request (for the registry's list of doors: ${url})`,
    `  subscribe   ${url}/subscribe`,
    `  key         ${vkey}`,
    '',
    'Interrupt (Ctrl-C) to stop.',
  ].join('\n')
}
