/** Questions over HTTP from one source address, on connections that are kept. */

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Channel, Served } from './asking.ts'

const TIMEOUT_MILLISECONDS = 30_000
const MAX_BYTES = 64_000_000
/** Where a refusal does not say how long to wait. */
const WAIT_SECONDS = 1

export type HttpChannelOptions = {
  /** Address of the service, without a slash at the end. */
  readonly base: string
  /** Address to ask from; null: any. */
  readonly from: string | null
  readonly connections: number
}

/** Bytes of an answer, for files. */
export type ServedBytes =
  | Exclude<Served, { kind: 'answer' }>
  | (Omit<Answer, 'text'> & { readonly bytes: Buffer })
type Answer = Extract<Served, { kind: 'answer' }>

export class HttpChannel implements Channel {
  readonly #base: string
  readonly #from: string | null
  readonly #agent: HttpAgent | HttpsAgent

  constructor({ base, from, connections }: HttpChannelOptions) {
    this.#base = base
    this.#from = from
    const options = { keepAlive: true, maxSockets: connections, scheduling: 'fifo' } as const
    this.#agent = base.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options)
  }

  async ask(text: string): Promise<Served> {
    const served = await this.bytes(text)
    if (served.kind !== 'answer') return served
    const { bytes, ...rest } = served
    return { ...rest, text: bytes.toString('utf8') }
  }

  bytes(path: string): Promise<ServedBytes> {
    return new Promise((resolve) => {
      const began = performance.now()
      const failed = (error: Error): void => resolve({ kind: 'failed', why: error.message })
      const send = this.#base.startsWith('https:') ? httpsRequest : httpRequest
      const asked = send(
        `${this.#base}${path}`,
        {
          agent: this.#agent,
          timeout: TIMEOUT_MILLISECONDS,
          ...(this.#from === null ? {} : { localAddress: this.#from }),
        },
        (response) => {
          gather(response).then(
            (bytes) => resolve(servedOf(response, bytes, performance.now() - began)),
            (error: unknown) => failed(error instanceof Error ? error : new Error(String(error))),
          )
        },
      )
      asked.on('timeout', () => asked.destroy(new Error('no answer within 30 s')))
      asked.on('error', failed)
      asked.end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

async function gather(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of response) {
    const bytes: Buffer = part
    length += bytes.length
    if (length > MAX_BYTES) throw new Error('the answer does not end')
    parts.push(bytes)
  }
  const [only] = parts
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)
}

function servedOf(response: IncomingMessage, bytes: Buffer, milliseconds: number): ServedBytes {
  const { statusCode: status = 0, headers } = response
  if (status === 429 || status === 503) {
    const wait = Number(headers['retry-after'])
    return {
      kind: 'refused',
      why: `HTTP status ${status}`,
      waitSeconds: wait >= 0 ? wait : WAIT_SECONDS,
      limit: status === 429,
    }
  }
  return { kind: 'answer', status, bytes, location: headers.location ?? null, milliseconds }
}
