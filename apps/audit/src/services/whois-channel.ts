/** WHOIS questions (RFC 3912) from one source address: pipelined on kept connections, within the limits of the banner. */

import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel, Served } from './asking.ts'

const TIMEOUT_MILLISECONDS = 30_000
/** Questions on their way on one connection. */
const WINDOW = 64
const MAX_CHARACTERS = 64_000_000
/** Each reply ends in two blank lines, which stand nowhere else. */
const END = '\n\n\n'
const WAIT = /ask again in (\d+) s/

export type WhoisChannelOptions = {
  readonly host: string
  readonly port: number
  readonly from: string | null
  readonly connections: number
}

/** Limits as the banner states them. */
type Limits = { readonly perSecond: number; readonly burst: number }
const LIMITS = /(\d+) queries a second, (\d+) at once/

type Waiting = { readonly line: string; readonly began: number; readonly resolve: (served: Served) => void }

export class WhoisChannel implements Channel {
  readonly #options: WhoisChannelOptions
  readonly #lines: Connection[]
  readonly #queue: Waiting[] = []
  #limits: Limits | null = null
  #tokens = 0
  #at = 0
  #pausing = false
  #alone: Promise<unknown> = Promise.resolve()

  constructor(options: WhoisChannelOptions) {
    this.#options = options
    this.#lines = Array.from({ length: options.connections }, () => this.#open())
  }

  #open(): Connection {
    return new Connection(this.#options, {
      banner: (text) => this.#learn(text),
      room: () => this.#send(),
    })
  }

  ask(line: string): Promise<Served> {
    return new Promise((resolve) => {
      this.#queue.push({ line, began: performance.now(), resolve })
      this.#send()
    })
  }

  /** One after the other, since connections of one address are limited too. */
  askAlone(line: string): Promise<Served> {
    const served = this.#alone.then(() => this.#askAlone(line))
    this.#alone = served
    return served
  }

  #askAlone(line: string): Promise<Served> {
    return new Promise((resolve) => {
      const alone = this.#open()
      const answered = (served: Served): void => {
        alone.close()
        resolve(served)
      }
      alone.send({ line, began: performance.now(), resolve: answered })
    })
  }

  close(): void {
    for (const line of this.#lines) line.close()
  }

  /** The limits that the banner publishes: asking stays below them, so that a refusal is one that was not published. */
  #learn(banner: string): void {
    const match = LIMITS.exec(banner)
    if (match === null || this.#limits !== null) return
    this.#limits = { perSecond: Number(match[1]) * HEADROOM, burst: Number(match[2]) * HEADROOM }
    this.#tokens = this.#limits.burst
    this.#at = performance.now()
  }

  #send(): void {
    while (this.#queue.length > 0 && !this.#pausing) {
      const free = this.#lines.filter((line) => line.free).sort((a, b) => a.load - b.load)[0]
      if (free === undefined) return
      if (!this.#take()) {
        this.#pausing = true
        void sleep(PAUSE_MILLISECONDS).then(() => {
          this.#pausing = false
          this.#send()
        })
        return
      }
      const next = this.#queue.shift()
      if (next !== undefined) free.send({ ...next, began: performance.now() })
    }
  }

  #take(): boolean {
    if (this.#limits === null) return true
    const { perSecond, burst } = this.#limits
    const now = performance.now()
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * perSecond)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}

/** Others may ask from the same address. */
const HEADROOM = 0.9
const PAUSE_MILLISECONDS = 20

type Listener = { readonly banner: (text: string) => void; readonly room: () => void }

/** One connection; made again when it ends, with what was not answered yet told as failed or refused. */
class Connection {
  readonly #options: WhoisChannelOptions
  readonly #listener: Listener
  #socket: Socket | null = null
  #input = ''
  #banner = false
  readonly #waiting: Waiting[] = []

  constructor(options: WhoisChannelOptions, listener: Listener) {
    this.#options = options
    this.#listener = listener
  }

  get load(): number {
    return this.#waiting.length
  }
  /** Until the banner has told the limits, one question at a time. */
  get free(): boolean {
    return this.#waiting.length < (this.#banner ? WINDOW : 1)
  }

  send(waiting: Waiting): void {
    const socket = this.#socket ?? this.#connect()
    this.#waiting.push(waiting)
    socket.write(`-k ${waiting.line}\n`)
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = null
  }

  #connect(): Socket {
    const { host, port, from } = this.#options
    const socket = connect({ host, port, noDelay: true, ...(from === null ? {} : { localAddress: from }) })
    this.#socket = socket
    this.#input = ''
    this.#banner = false
    socket.setEncoding('utf8')
    socket.setTimeout(TIMEOUT_MILLISECONDS)
    socket.on('data', (text: string) => this.#receive(text))
    socket.on('timeout', () => {
      if (this.#waiting.length > 0) socket.destroy(new Error('no answer within 30 s'))
    })
    let why = 'the connection was closed'
    socket.on('error', (error) => {
      why = error.message
    })
    socket.on('close', () => this.#closed(socket, why))
    return socket
  }

  #receive(text: string): void {
    this.#input += text
    if (this.#input.length > MAX_CHARACTERS) this.#socket?.destroy(new Error('the answer does not end'))
    if (!this.#banner) {
      const end = this.#input.indexOf('\n\n')
      if (end < 0) return
      this.#banner = true
      this.#listener.banner(this.#input.slice(0, end))
      this.#input = this.#input.slice(end + 2)
    }
    let from = 0
    for (let end = this.#endOf(from); end >= 0; end = this.#endOf(from)) {
      this.#answer(this.#input.slice(from, end))
      from = end
    }
    this.#input = this.#input.slice(from)
    this.#listener.room()
  }

  #endOf(from: number): number {
    const end = this.#input.indexOf(END, from)
    return end < 0 ? end : end + END.length
  }

  #answer(text: string): void {
    const next = this.#waiting.shift()
    if (next === undefined) return
    const limit = text.includes('%ERROR:201') || text.includes('%ERROR:306')
    const milliseconds = performance.now() - next.began
    if (limit)
      next.resolve({
        kind: 'refused',
        why: text.slice(text.indexOf('%ERROR'), text.indexOf('\n', text.indexOf('%ERROR'))),
        waitSeconds: Number(WAIT.exec(text)?.[1] ?? 1),
        limit,
      })
    else next.resolve({ kind: 'answer', status: 200, text, location: null, milliseconds })
  }

  #closed(socket: Socket, why: string): void {
    if (this.#socket === socket) this.#socket = null
    for (const { resolve } of this.#waiting.splice(0)) resolve({ kind: 'failed', why })
    this.#listener.room()
  }
}
