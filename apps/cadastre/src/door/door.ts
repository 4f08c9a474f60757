/**
 * A second door (procedures.md, Guards): whoever finds the registry's own shut hands a request in here, and gets a
 * signed note of the time. The registry's operator fetches what was handed in and logs it within the hour, or the note
 * proves its silence. The door judges nothing: signatures and rules are for the registrar. It takes no openings of
 * commitments, because what it holds is public.
 */

import { createHash } from 'node:crypto'
import { decodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatDoorNote, noteSigner, signNote } from '@cadastre/notes'
import {
  type Instant,
  isObject,
  type Json,
  type JsonObject,
  MAX_REQUEST_BYTES,
  parseCanonicalJson,
  readRequest,
} from '@cadastre/records'
import { readEvidence } from '@cadastre/signatures'
import type { DoorBook, HandedIn } from './door-book.ts'

export type DoorReply = { readonly status: number; readonly contentType: string; readonly body: string }

export type DoorOptions = {
  readonly book: DoorBook
  readonly name: string
  /** The witness's own key. */
  readonly signer: Signer
  /** Origins of the logs for which it is a door. */
  readonly origins: ReadonlySet<string>
  readonly now: () => Instant
}

/** What one source may hand in until the door is opened anew: nobody fills it for all others. */
const PER_SOURCE_MAX = 500

const PLAIN = 'text/plain; charset=utf-8'
const JSON_TYPE = 'application/json'

type Asked = Pick<HandedIn, 'origin' | 'hash' | 'request' | 'evidence'>

export class Door {
  readonly #options: DoorOptions
  /** One after the other: the place of an item is its order of arrival. */
  #turn: Promise<unknown> = Promise.resolve()
  readonly #bySource = new Map<string, number>()

  constructor(options: DoorOptions) {
    this.#options = options
  }

  /**
   * `POST /request`: `{"origin","hash"}`, or `{"request","evidence"}` as canonical texts. The note, or why not.
   * `source`: the asker's address prefix, on which the limit keys.
   */
  handIn(body: Uint8Array, source: string): Promise<DoorReply> {
    const reply = this.#turn.then(() => this.#handIn(body, source))
    this.#turn = reply.then(
      () => undefined,
      () => undefined,
    )
    return reply
  }

  async #handIn(body: Uint8Array, source: string): Promise<DoorReply> {
    const asked = read(body)
    if (typeof asked === 'string') return plain(400, asked)
    const { book, origins, name, signer, now } = this.#options
    if (!origins.has(asked.origin)) return plain(404, `This is no door of ${asked.origin}.`)
    // The first time counts: of the hash, and of the request with these very signatures.
    const known = book.find(asked)
    if (known !== null) return note(known.note)
    const at = now()
    if (!book.hasRoom(at)) return plain(503, 'This door holds as much as it can. Another one may be open.')
    const count = this.#bySource.get(source) ?? 0
    if (count >= PER_SOURCE_MAX) return plain(429, `At most ${PER_SOURCE_MAX} requests from one source.`)
    this.#bySource.set(source, count + 1)
    const request = decodeBase64(asked.hash) ?? new Uint8Array(32)
    const evidence = asked.evidence === null ? null : nodeCrypto.sha256(encodeUtf8(asked.evidence))
    const text = formatDoorNote({ origin: asked.origin, request, evidence, at })
    const signed = signNote(text, [noteSigner(nodeCrypto, name, signer)])
    await book.keep({ ...asked, at, note: signed })
    return note(signed)
  }

  /** `GET /requests?after=<id>`: whole requests in order of arrival. */
  list(after: string | null): DoorReply {
    if (after !== null && !/^(?:0|[1-9][0-9]{0,9})$/.test(after))
      return plain(400, `after is "${after}"; expected the id of an item, or 0.`)
    const items = this.#options.book.after(Number(after ?? 0))
    return { status: 200, contentType: JSON_TYPE, body: `${JSON.stringify({ items })}\n` }
  }
}

function note(text: string): DoorReply {
  return { status: 200, contentType: PLAIN, body: text }
}

function plain(status: number, text: string): DoorReply {
  return { status, contentType: PLAIN, body: `${text}\n` }
}

/** What is handed in; a sentence where it cannot be read. */
function read(body: Uint8Array): Asked | string {
  const value = parsed(body)
  if (!isObject(value)) return 'The body is no JSON object.'
  return value['request'] === undefined ? readHash(value) : readWhole(value)
}

function parsed(body: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as Json
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function readHash({ origin, hash }: JsonObject): Asked | string {
  if (typeof origin !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(origin)) return 'origin names no log.'
  const bytes = typeof hash === 'string' && hash.length === 44 ? decodeBase64(hash) : null
  if (typeof hash !== 'string' || bytes?.length !== 32)
    return 'hash is no SHA-256 in base64, and there is no request.'
  return { origin, hash, request: null, evidence: null }
}

function readWhole({ request: text, evidence }: JsonObject): Asked | string {
  if (typeof text !== 'string' || Buffer.byteLength(text) > MAX_REQUEST_BYTES)
    return `request is no text of at most ${MAX_REQUEST_BYTES} bytes.`
  const request = readRequest(parseCanonicalJson(text))
  if (!request.ok) return `request${request.error.pointer}: expected ${request.error.expected}.`
  const items = typeof evidence === 'string' ? readEvidence(parseCanonicalJson(evidence)) : null
  if (typeof evidence !== 'string' || items === null) return 'evidence is no text.'
  if (!items.ok) return `evidence${items.error.pointer}: expected ${items.error.expected}.`
  const hash = createHash('sha256').update(text).digest('base64')
  return { origin: request.value.origin, hash, request: text, evidence }
}
