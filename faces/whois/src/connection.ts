/**
 * One client. Queries are answered strictly in order; the next one is looked at only when the client has taken the
 * answers before it, so that one who dawdles holds a few buffers and no more, and one who vanishes holds nothing.
 */

import type { Socket } from 'node:net'
import { decodeUtf8 } from '@cadastre/crypto'
import type { Answerer, ReplyStream } from './answer.ts'
import { accessDenied, badCharacter, idle, inputTooLong, internalError, type Message } from './messages.ts'
import { limitsText, type SourceLimits, type Use } from './source-limits.ts'

/** Answers are gathered up to this many characters before they go to the socket. */
const GATHER_LENGTH = 65_536
/** How long a closed connection may still send what nobody reads, so that its last answer is not lost to a reset. */
const LINGER_MILLISECONDS = 2000

/** A line of bytes (one character each) as text; null where it is not printable UTF-8. Tabs are spaces. */
export function readLine(bytes: string): string | null {
  const text = bytes.endsWith('\r') ? bytes.slice(0, -1) : bytes
  if (/^[\x20-\x7e]*$/.test(text)) return text
  const spaced = text.replaceAll('\t', ' ')
  if (/^[\x20-\x7e]*$/.test(spaced)) return spaced
  const decoded = decodeUtf8(Buffer.from(spaced, 'latin1'))
  return decoded === null || /\p{Cc}/u.test(decoded) ? null : decoded
}

export type ConnectionParts = {
  readonly socket: Socket
  readonly answerer: Answerer
  readonly sources: SourceLimits
  readonly use: Use
  readonly banner: string
  /** Told of bugs; the client gets an internal error. */
  readonly report: (error: unknown) => void
}

export class Connection {
  readonly #parts: ConnectionParts
  /** Bytes received and not yet looked at, one character each. */
  #input = ''
  #position = 0
  #inputEnded = false
  #output = ''
  #persistent = false
  /** The client has not yet taken what was written. */
  #blocked = false
  /** An answer is being made in pieces. */
  #busy = false
  /** Nothing more will be answered. */
  #finished = false
  #draining = false
  #wake: (() => void) | null = null

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#output = `${parts.banner}\n`
    const { socket, sources } = parts
    socket.setNoDelay(true)
    socket.setTimeout(sources.limits.idleMilliseconds)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('end', () => {
      this.#inputEnded = true
      this.#run()
    })
    socket.on('drain', () => {
      this.#blocked = false
      this.#wake?.()
      this.#run()
    })
    socket.on('timeout', () => this.#timeOut())
    // Resets and broken pipes are how clients vanish: `close` follows.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === undefined) parts.report(error)
    })
    socket.on('close', () => {
      this.#finished = true
      this.#wake?.()
    })
  }

  /** Finish what is being answered, then close. */
  drain(): void {
    this.#draining = true
    if (!this.#busy) this.#finish()
  }

  destroy(): void {
    this.#parts.socket.destroy()
  }

  #receive(chunk: Buffer): void {
    if (this.#finished) return
    this.#input = this.#input.slice(this.#position) + chunk.toString('latin1')
    this.#position = 0
    this.#run()
  }

  #timeOut(): void {
    if (this.#blocked || this.#busy || this.#finished) this.destroy()
    else this.#refuse(idle)
  }

  /** Answer what has been received, for as long as the client takes the answers. */
  #run(): void {
    while (!this.#finished && !this.#busy && !this.#blocked) {
      const line = this.#nextLine()
      if (line === null) break
      this.#handle(line)
      if (this.#output.length >= GATHER_LENGTH) this.#flush()
    }
    if (this.#finished) return
    this.#flush()
    const waiting = this.#busy || this.#blocked
    if (waiting) this.#parts.socket.pause()
    else if (this.#inputEnded) this.#finish()
    else this.#parts.socket.resume()
  }

  /** The next line without its line feed; the rest where the client has sent all. Null where there is none. */
  #nextLine(): string | null {
    const limit = this.#parts.sources.limits.lineBytes
    const end = this.#input.indexOf('\n', this.#position)
    const length = (end < 0 ? this.#input.length : end) - this.#position
    if (length > limit) {
      this.#refuse(inputTooLong)
      return null
    }
    if (end < 0 && (!this.#inputEnded || length <= 0)) return null
    const line = this.#input.slice(this.#position, this.#position + length)
    this.#position += length + 1
    return line
  }

  #handle(bytes: string): void {
    const { answerer, sources, use } = this.#parts
    if (!sources.take(use)) {
      this.#refuse(accessDenied(use.network, limitsText(sources.limits), sources.waitSeconds(use)))
      return
    }
    const line = readLine(bytes)
    if (line === null) {
      this.#output += `${badCharacter.text}\n\n`
      if (!this.#persistent) this.#finish()
      return
    }
    try {
      const { persistent, empty, body } = answerer.answer(line)
      if (empty && this.#persistent) {
        this.#finish()
        return
      }
      this.#persistent ||= persistent
      if (typeof body !== 'string') {
        this.#busy = true
        void this.#pump(body)
        return
      }
      this.#output += body
      if (!this.#persistent || this.#draining) this.#finish()
    } catch (error) {
      this.#parts.report(error)
      this.#refuse(internalError)
    }
  }

  /** Write an answer piece by piece, each when the client has taken the one before. Never rejects. */
  async #pump(stream: ReplyStream): Promise<void> {
    let failed = false
    try {
      for await (const piece of stream) {
        this.#output += piece
        this.#flush()
        if (this.#blocked) await this.#drained()
        if (this.#finished) return
      }
    } catch (error) {
      this.#parts.report(error)
      failed = true
    } finally {
      this.#busy = false
    }
    if (failed) this.#refuse(internalError)
    else if (!this.#persistent || this.#draining) this.#finish()
    else this.#run()
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null
        resolve()
      }
    })
  }

  #flush(): void {
    if (this.#output === '' || this.#parts.socket.destroyed) return
    if (!this.#parts.socket.write(this.#output)) this.#blocked = true
    this.#output = ''
  }

  #refuse(message: Message): void {
    this.#output += `${message.text}\n\n`
    this.#finish()
  }

  /** Send what is written and close. What the client sends from now on is read and dropped. */
  #finish(): void {
    if (this.#finished) return
    this.#finished = true
    const { socket } = this.#parts
    this.#input = ''
    this.#flush()
    socket.end()
    socket.resume()
    const timer = setTimeout(() => socket.destroy(), LINGER_MILLISECONDS)
    socket.once('close', () => clearTimeout(timer))
  }
}
