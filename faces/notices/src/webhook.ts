/**
 * Webhooks as Standard Webhooks 1.0 has them: POST of JSON with `webhook-id`, `webhook-timestamp` and
 * `webhook-signature: v1a,<Ed25519 over id.timestamp.body>`, so that the receiver can check it with a public key.
 * Anyone may subscribe, so an address inside a private network is never called, and redirects are not followed.
 */

import { lookup as resolveName } from 'node:dns'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import type { Delivery, Outgoing, Send } from './delivery.ts'
import { isPublicAddress } from './public-address.ts'

export type WebhookOptions = {
  readonly signer: Signer
  /** Origin of the log, so that one receiver can tell registries apart. */
  readonly origin: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly timeoutMilliseconds?: number
  /** For tests: plain HTTP, and addresses of this machine. */
  readonly allowPrivate?: boolean
}

const TIMEOUT_MILLISECONDS = 10_000

/** What is refused before a connection is made. */
class AddressError extends Error {
  override readonly name: string = 'AddressError'
}

/** Whether the text can be the address of a webhook: HTTPS, no user name, no fragment, at most 500 characters. */
export function isWebhookAddress(text: string, allowPrivate = false): boolean {
  if (text.length > 500 || !URL.canParse(text)) return false
  const { protocol, username, password, hash, hostname } = new URL(text)
  const plain = username === '' && password === '' && hash === ''
  if (allowPrivate) return plain && /^https?:$/.test(protocol)
  const literal = hostname.replace(/^\[|\]$/g, '')
  return plain && protocol === 'https:' && (isIP(literal) === 0 || isPublicAddress(literal))
}

/** Names are resolved here, so that the address that is checked is the one that is called. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0)
    const allowed = addresses.filter(({ address }) => isPublicAddress(address))
    const [first] = allowed
    if (first === undefined) return callback(new AddressError('no public address'), '', 0)
    return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family)
  })
}

/** What is signed: `<id>.<timestamp>.<body>`. */
export function signedContent(id: string, timestamp: number, body: string): Uint8Array {
  return encodeUtf8(`${id}.${timestamp}.${body}`)
}

function bodyOf({ subject, text, entry, hash }: Outgoing, origin: string): string {
  const type = entry === null ? 'subscription.confirmation' : 'entry.recorded'
  return JSON.stringify({ type, origin, entry, subject, text, sha256: hash })
}

/** 2xx is delivered; 410 and other 4xx are final, but 408, 425 and 429; 5xx and redirects are tried again. */
function classOf(status: number): Delivery['replyClass'] {
  if (status >= 200 && status < 300) return 'delivered'
  const again = status < 400 || status >= 500 || [408, 425, 429].includes(status)
  return again ? 'temporary' : 'permanent'
}

export function webhookSender(options: WebhookOptions): Send {
  const timeout = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS
  const allowPrivate = options.allowPrivate ?? false
  return async (outgoing: Outgoing): Promise<Delivery> => {
    if (!isWebhookAddress(outgoing.target, allowPrivate)) return { replyClass: 'no-address', reply: '' }
    const body = bodyOf(outgoing, options.origin)
    const timestamp = Math.floor(options.now() / 1000)
    const signature = options.signer.sign(signedContent(outgoing.id, timestamp, body))
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'cadastre-notices',
      'webhook-id': outgoing.id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1a,${encodeBase64(signature)}`,
    }
    return post(outgoing.target, body, {
      headers,
      signal: AbortSignal.timeout(timeout),
      ...(allowPrivate ? {} : { lookup: publicLookup }),
    })
  }
}

type PostOptions = {
  readonly headers: { readonly [name: string]: string | number }
  readonly signal: AbortSignal
  readonly lookup?: LookupFunction
}

function post(target: string, body: string, options: PostOptions): Promise<Delivery> {
  const url = new URL(target)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve) => {
    const request = send(url, { ...options, method: 'POST', agent: false }, (response: IncomingMessage) => {
      const status = response.statusCode ?? 0
      // The answer's body is not wanted, however long it is.
      response.destroy()
      resolve({ replyClass: classOf(status), reply: String(status) })
    })
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ replyClass: 'unreachable', reply: error.code ?? error.name }),
    )
    request.end(body)
  })
}
