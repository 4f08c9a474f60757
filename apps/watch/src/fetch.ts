/**
 * Fetching published files from their addresses: one request at a time, a pause between requests to one host,
 * conditional requests, a checksum where one is offered, and longer pauses after each failure. A file counts as seen
 * only when its day is committed, so that a crash asks for it again.
 */

import { basename, join } from 'node:path'
import { readIfThere, writeDurably } from '@cadastre/registrar'
import {
  type Address,
  type AddressState,
  formatStates,
  newState,
  readAddresses,
  readStates,
} from './fetch-state.ts'
import { type FileReport, ingestFile, md5Agrees } from './ingest.ts'
import { unpack } from './unpack.ts'
import type { WatchDirectory } from './watch-directory.ts'
import type { WatchLog } from './watch-log.ts'

/** Largest file as published: ten times the largest today. */
const FILE_BYTES_MAX = 256 * 1024 * 1024
const CHECKSUM_BYTES_MAX = 4096
const TIMEOUT_MILLISECONDS = 120_000
/** Between two requests to one host. */
const PAUSE_MILLISECONDS = 1000
const FIRST_RETRY_SECONDS = 300
const LAST_RETRY_SECONDS = 86_400

type Answer = {
  readonly status: number
  readonly headers: Pick<Headers, 'get'>
  readonly bytes: () => Promise<Uint8Array>
}

/** One GET. Rejects where nobody answers, or the answer ends early. */
export type Get = (
  url: string,
  headers: Readonly<Record<string, string>>,
  bytesMax: number,
) => Promise<Answer>

export type FetchOptions = {
  readonly log: WatchLog
  readonly directory: WatchDirectory
  /** POSIX seconds. */
  readonly now: () => number
  readonly pause: (milliseconds: number) => Promise<void>
  readonly get?: Get
  readonly told?: (report: FetchReport) => void
}

/** What one look at an address brought. */
export type FetchReport = {
  readonly url: string
  readonly outcome: 'new' | 'same' | 'failed'
  readonly detail: string
  readonly file: FileReport | null
}

/** Reads an answer's body up to a limit; longer ones are refused. */
async function boundedBytes(response: Response, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > bytesMax) throw new Error(`the answer has more than ${bytesMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const httpGet: Get = async (url, headers, bytesMax) => {
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS)
  const response = await fetch(url, { headers: { 'user-agent': 'cadastre-watch', ...headers }, signal })
  return { status: response.status, headers: response.headers, bytes: () => boundedBytes(response, bytesMax) }
}

class Fetcher {
  readonly #options: FetchOptions
  readonly #get: Get
  readonly #states: Map<string, AddressState>
  /** When each host was last asked, in this run. */
  readonly #asked: Set<string> = new Set()

  constructor(options: FetchOptions, states: Map<string, AddressState>) {
    this.#options = options
    this.#get = options.get ?? httpGet
    this.#states = states
  }

  state(url: string): AddressState {
    return this.#states.get(url) ?? newState(url)
  }

  async #ask(url: string, headers: Readonly<Record<string, string>>, bytesMax: number): Promise<Answer> {
    const { host } = new URL(url)
    if (this.#asked.has(host)) await this.#options.pause(PAUSE_MILLISECONDS)
    this.#asked.add(host)
    return this.#get(url, headers, bytesMax)
  }

  /** Looks at one address, takes in what is new, and remembers the outcome durably. */
  async look({ url, everySeconds }: Address): Promise<FetchReport> {
    const before = this.state(url)
    const now = this.#options.now()
    let report: FetchReport
    let next: Partial<AddressState> = {}
    try {
      ;[report, next] = await this.#take(url, before)
    } catch (error) {
      if (!(error instanceof Error) || !isNetworkError(error)) throw error
      report = { url, outcome: 'failed', detail: reasonOf(error), file: null }
    }
    const failures = report.outcome === 'failed' ? before.failures + 1 : 0
    const backOff = Math.min(FIRST_RETRY_SECONDS * 2 ** (failures - 1), LAST_RETRY_SECONDS)
    const wait =
      failures === 0 ? everySeconds : Math.min(backOff, Math.max(everySeconds, FIRST_RETRY_SECONDS))
    const last = report.outcome === 'failed' ? report.detail : report.outcome
    this.#states.set(url, { ...before, checkedAt: now, nextAt: now + wait, failures, last, ...next })
    await writeDurably(stateFile(this.#options.directory), formatStates(this.#states))
    this.#options.told?.(report)
    return report
  }

  async #take(url: string, before: AddressState): Promise<[FetchReport, Partial<AddressState>]> {
    const conditions: Record<string, string> = {}
    if (before.etag !== null) conditions['if-none-match'] = before.etag
    if (before.lastModified !== null) conditions['if-modified-since'] = before.lastModified
    const answer = await this.#ask(url, conditions, FILE_BYTES_MAX)
    const say = (
      outcome: FetchReport['outcome'],
      detail: string,
      file: FileReport | null = null,
    ): FetchReport => ({
      url,
      outcome,
      detail,
      file,
    })
    if (answer.status === 304) return [say('same', 'not changed'), {}]
    if (answer.status !== 200)
      return [say('failed', `the server answers ${answer.status}`), this.#retryAfter(answer)]
    const bytes = await answer.bytes()
    const checksum = await this.#checksum(url, before, bytes)
    if (checksum === false)
      return [say('failed', 'the checksum beside the file is of another file'), { hasChecksum: true }]
    const file = await ingestFile(this.#options.log, nameOf(url), bytes)
    await this.#options.log.flush()
    const { refused, logged } = file
    if (refused !== null && refused.code !== 'older-than-logged')
      return [say('failed', `${refused.code}: ${refused.detail}`, file), {}]
    const seen = {
      etag: answer.headers.get('etag'),
      lastModified: answer.headers.get('last-modified'),
      hasChecksum: checksum === true,
    }
    if (refused !== null) return [say('same', refused.detail, file), seen]
    return [
      say(logged.length > 0 ? 'new' : 'same', logged.length > 0 ? 'logged' : 'logged before', file),
      seen,
    ]
  }

  /** Whether the checksum beside the file is of it; null where none is offered. */
  async #checksum(url: string, { hasChecksum }: AddressState, bytes: Uint8Array): Promise<boolean | null> {
    if (hasChecksum === false) return null
    const answer = await this.#ask(`${url}.md5`, {}, CHECKSUM_BYTES_MAX)
    if (answer.status !== 200) return null
    const unpacked = unpack(bytes)
    return md5Agrees(
      Buffer.from(await answer.bytes()).toString('latin1'),
      bytes,
      unpacked.ok ? unpacked.value : bytes,
    )
  }

  /** RFC 9110 section 10.2.3: seconds or a date. At most a day is waited. */
  #retryAfter({ headers }: Answer): Partial<AddressState> {
    const text = headers.get('retry-after')
    if (text === null) return {}
    const now = this.#options.now()
    const at = /^[0-9]{1,9}$/.test(text) ? now + Number(text) : Math.floor(Date.parse(text) / 1000)
    return Number.isFinite(at) && at > now ? { nextAt: Math.min(at, now + LAST_RETRY_SECONDS) } : {}
  }
}

/** What `fetch` throws where the network fails: a TypeError by the Fetch standard, time-outs, early ends. */
function isNetworkError(error: Error): boolean {
  return (
    error.name === 'TypeError' ||
    error.name === 'TimeoutError' ||
    error.name === 'AbortError' ||
    /more than [0-9]+ bytes/.test(error.message)
  )
}

function reasonOf(error: Error): string {
  const { cause } = error
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
}

function nameOf(url: string): string {
  return basename(new URL(url).pathname)
}

function stateFile(directory: WatchDirectory): string {
  return join(directory.fetched, 'state.json')
}

/** The list of addresses of a watch; empty where there is none. */
async function addressesOf(directory: WatchDirectory): Promise<readonly Address[]> {
  return readAddresses((await readIfThere(directory.addresses)) ?? '')
}

export type Round = {
  readonly reports: readonly FetchReport[]
  /** POSIX seconds of the next look; null where there are no addresses. */
  readonly nextAt: number | null
}

/** Looks at each address whose time has come, one after the other. */
export async function fetchDue(options: FetchOptions): Promise<Round> {
  const { directory, now } = options
  const addresses = await addressesOf(directory)
  const fetcher = new Fetcher(options, readStates(await readIfThere(stateFile(directory))))
  const reports: FetchReport[] = []
  for (const address of addresses)
    if (fetcher.state(address.url).nextAt <= now()) reports.push(await fetcher.look(address))
  const next = addresses.map(({ url }) => fetcher.state(url).nextAt)
  return { reports, nextAt: next.length === 0 ? null : Math.min(...next) }
}
