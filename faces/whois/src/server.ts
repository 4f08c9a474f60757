/** The WHOIS server (RFC 3912) and the same answers as text for HTTP. */

import { createServer, type Server, type Socket } from 'node:net'
import type { RegistryReader } from '@cadastre/reader'
import { Answerer } from './answer.ts'
import { Connection, readLine } from './connection.ts'
import { badCharacter, connectionsExceeded, inputTooLong } from './messages.ts'
import { banner } from './notices.ts'
import { DEFAULT_LIMITS, type Limits, limitsText, SourceLimits } from './source-limits.ts'

export type WhoisOptions = {
  /** 0 = any free port. */
  readonly port: number
  readonly host: string
  readonly limits?: Partial<Limits>
  /** Told of bugs; clients get `%ERROR:100`. */
  readonly report?: (error: unknown) => void
}

export type WhoisServer = {
  readonly port: number
  /**
   * Stop listening, finish the answers that are being given, and close. Connections that are still open after
   * `drainMilliseconds` (5,000 by default) are cut.
   */
  close(drainMilliseconds?: number): Promise<void>
}

/**
 * Listen. The registry must have been published once. Rejects with Node's error where the port cannot be had
 * (`EADDRINUSE`, `EACCES`).
 */
export function startWhois(reader: RegistryReader, options: WhoisOptions): Promise<WhoisServer> {
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits }
  const report = options.report ?? reportToStderr
  const sources = new SourceLimits(limits, () => performance.now())
  const answerer = new Answerer(reader, limits.objects, limitsText(limits))
  const connections = new Set<Connection>()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (socket) => {
    const use = sources.enter(socket.remoteAddress ?? '')
    if (use === null) {
      turnAway(socket, connectionsExceeded(limitsText(limits)).text)
      return
    }
    const connection = new Connection({
      socket,
      answerer,
      sources,
      use,
      report,
      banner: banner(reader.info, limitsText(limits)),
    })
    connections.add(connection)
    socket.once('close', () => {
      connections.delete(connection)
      sources.leave(use)
    })
  })
  return listening(server, options).then((port) => ({
    port,
    close: (drainMilliseconds = 5000) => closed(server, connections, drainMilliseconds),
  }))
}

function reportToStderr(error: unknown): void {
  console.error('whois:', error)
}

function turnAway(socket: Socket, text: string): void {
  // A client that is turned away may be gone already.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === undefined) reportToStderr(error)
  })
  socket.resume()
  socket.end(`${text}\n\n`, () => socket.destroySoon())
}

function listening(server: Server, { port, host }: WhoisOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: 1024 }, () => {
      server.off('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'))
      else resolve(address.port)
    })
  })
}

function closed(server: Server, connections: ReadonlySet<Connection>, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      for (const connection of connections) connection.destroy()
    }, milliseconds)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    for (const connection of connections) connection.drain()
  })
}

/** Objects in one answer over HTTP, where it is one text. */
const TEXT_OBJECTS = 1000
const answerers = new WeakMap<RegistryReader, Answerer>()

/**
 * The answer to one query line, with the banner, for `/whois?q=`. Never rejects for what the line says: a faulty line
 * is answered with the protocol's own error.
 */
export async function whoisText(reader: RegistryReader, line: string): Promise<string> {
  const limits = limitsText({ ...DEFAULT_LIMITS, objects: TEXT_OBJECTS })
  const head = `${banner(reader.info, limits)}\n`
  if (Buffer.byteLength(line) > DEFAULT_LIMITS.lineBytes) return `${head}${inputTooLong.text}\n\n`
  const read = readLine(Buffer.from(line).toString('latin1'))
  if (read === null) return `${head}${badCharacter.text}\n\n`
  let answerer = answerers.get(reader)
  if (answerer === undefined) {
    answerer = new Answerer(reader, TEXT_OBJECTS, limits)
    answerers.set(reader, answerer)
  }
  const { body } = answerer.answer(read)
  if (typeof body === 'string') return head + body
  let text = head
  for await (const piece of body) text += piece
  return text
}
