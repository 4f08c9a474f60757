/**
 * A small witness (C2SP tlog-witness): it cosigns a log's checkpoint only if the tree it cosigned before is a part of
 * the new one. What it cosigned is on disk before the answer leaves, so that it never cosigns two histories, whenever
 * it is killed. Registries can witness each other with it. It is also a door: see `door/door.ts`.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sourcePrefix } from '@cadastre/api'
import { bytesEqual, decodeBase64, encodeBase64, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  type AddCheckpointDecision,
  decideAddCheckpoint,
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  makeVkey,
  type NoteVerifier,
  noteVerifier,
  parseVkey,
  type RecordedCheckpoint,
  witnessCheckpointPath,
} from '@cadastre/notes'
import { canonicalJson, isObject, type Json, parseCanonicalJson } from '@cadastre/records'
import { readIfThere, writeDurably } from '@cadastre/registrar'
import { systemNow } from './data/system-now.ts'
import { Door } from './door/door.ts'
import { DoorBook } from './door/door-book.ts'

export type WitnessOptions = {
  /** 0: any free port. */
  readonly port: number
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string
  /** What has been cosigned; made where it is absent. Only one witness may use it. */
  readonly stateFile: string
  /** Ed25519; a key that is used for nothing else (C2SP tlog-cosignature). */
  readonly signer: Signer
  readonly name: string
  /** The logs that it cosigns for, by their vkeys; the key's name is the log's origin. */
  readonly logs: readonly string[]
  /** Told of requests that met an error: a disk that took no record, a client that went away. */
  readonly report?: (error: unknown) => void
}

export type RunningWitness = {
  /** Where `add-checkpoint` is posted to, without a slash at the end. */
  readonly url: string
  /** For the `witness` line of a policy. */
  readonly vkey: string
  close(): Promise<void>
}

/** Thrown on a state file that is none: a witness without its memory must not cosign. */
class WitnessStateError extends Error {
  override readonly name: string = 'WitnessStateError'
}

/** The longest body: a checkpoint of many signatures and a proof of 63 hashes fit with ease. */
const MAX_BODY_BYTES = 64 * 1024
const REQUEST_TIMEOUT_MILLISECONDS = 10_000
const PLAIN = 'text/plain; charset=utf-8'

class Witness {
  readonly #options: WitnessOptions
  readonly #keys: ReadonlyMap<string, readonly NoteVerifier[]>
  #recorded: ReadonlyMap<string, RecordedCheckpoint>
  /** One decision at a time: reading what is recorded, deciding and recording are one step. */
  #turn: Promise<void> = Promise.resolve()

  constructor(options: WitnessOptions, recorded: ReadonlyMap<string, RecordedCheckpoint>) {
    this.#options = options
    this.#keys = keysOf(options.logs)
    this.#recorded = recorded
  }

  add(body: Uint8Array): Promise<AddCheckpointDecision> {
    const decision = this.#turn.then(() => this.#decide(body))
    this.#turn = decision.then(
      () => undefined,
      () => undefined,
    )
    return decision
  }

  async #decide(body: Uint8Array): Promise<AddCheckpointDecision> {
    const { name, signer, stateFile } = this.#options
    const decision = decideAddCheckpoint({
      crypto: nodeCrypto,
      body,
      logKeys: (origin) => this.#keys.get(origin) ?? null,
      recorded: (origin) => this.#recorded.get(origin) ?? null,
      witness: { name, signer },
      time: Math.floor(Date.now() / 1000),
    })
    const { record } = decision
    if (record === null) return decision
    const before = this.#recorded.get(record.origin)
    const after = new Map(this.#recorded).set(record.origin, record)
    // A new time on the same head need not survive: what counts is the head.
    if (before === undefined || before.size !== record.size || !bytesEqual(before.root, record.root))
      await writeDurably(stateFile, stateText(after))
    this.#recorded = after
    return decision
  }

  /** The checkpoint cosigned last, by the path where monitors look for it; null where there is none. */
  checkpointAt(path: string): string | null {
    for (const { origin, note } of this.#recorded.values())
      if (witnessCheckpointPath(nodeCrypto, origin) === path) return note
    return null
  }
}

function keysOf(logs: readonly string[]): ReadonlyMap<string, readonly NoteVerifier[]> {
  const keys = new Map<string, NoteVerifier[]>()
  for (const log of logs) {
    const vkey = parseVkey(nodeCrypto, log)
    if (!vkey.ok) throw new TypeError(`not a vkey of a log: ${log}`)
    const { name } = vkey.value
    keys.set(name, [...(keys.get(name) ?? []), noteVerifier(nodeCrypto, vkey.value)])
  }
  return keys
}

function stateText(recorded: ReadonlyMap<string, RecordedCheckpoint>): string {
  const state: Record<string, Json> = {}
  for (const [origin, { size, root, note }] of recorded)
    state[origin] = { note, root: encodeBase64(root), size }
  return canonicalJson(state)
}

async function readState(file: string): Promise<Map<string, RecordedCheckpoint>> {
  const text = await readIfThere(file)
  const recorded = new Map<string, RecordedCheckpoint>()
  if (text === null) return recorded
  const state = parseCanonicalJson(text) ?? undefined
  const damaged = new WitnessStateError(`${file} is no state of a witness; restore it from a copy`)
  if (!isObject(state)) throw damaged
  for (const [origin, value] of Object.entries(state)) {
    const { note, root, size } = isObject(value) ? value : {}
    const bytes = typeof root === 'string' ? decodeBase64(root) : null
    if (typeof note !== 'string' || typeof size !== 'number' || bytes?.length !== 32) throw damaged
    recorded.set(origin, { origin, size, root: bytes, note })
  }
  return recorded
}

/** The body, or null where it is too long. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > MAX_BODY_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** The second door: `POST /request`, `GET /requests?after=`. */
async function answerDoor(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '/' } = request
  const posts = url === '/request'
  if (method !== (posts ? 'POST' : 'GET'))
    return send(response, 405, PLAIN, posts ? 'POST only\n' : 'GET only\n')
  const body = posts ? await bodyOf(request) : new Uint8Array(0)
  if (body === null) {
    response.setHeader('connection', 'close')
    return send(response, 413, PLAIN, 'request too long\n')
  }
  const after = new URL(url, 'http://door.invalid').searchParams.get('after')
  const reply = posts
    ? await door.handIn(body, sourcePrefix(request.socket.remoteAddress ?? null))
    : door.list(after)
  send(response, reply.status, reply.contentType, reply.body)
}

async function answer(
  witness: Witness,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url = '/' } = request
  if (url === '/add-checkpoint') {
    if (method !== 'POST') return send(response, 405, PLAIN, 'POST only\n')
    const body = await bodyOf(request)
    if (body === null) {
      response.setHeader('connection', 'close')
      return send(response, 413, PLAIN, 'request too long\n')
    }
    const decision = await witness.add(body)
    return send(response, decision.status, decision.contentType, decision.body)
  }
  if (url === '/request' || url === '/requests' || url.startsWith('/requests?'))
    return answerDoor(door, request, response)
  const note = witness.checkpointAt(url.slice(1))
  if (note === null || (method !== 'GET' && method !== 'HEAD'))
    return send(response, 404, PLAIN, 'not found\n')
  send(response, 200, PLAIN, note)
}

/** Start a witness. Throws {@link WitnessStateError}, or the error of listening. */
export async function startWitness(options: WitnessOptions): Promise<RunningWitness> {
  const witness = new Witness(options, await readState(options.stateFile))
  const door = new Door({
    book: await DoorBook.open(`${options.stateFile}.requests`),
    name: options.name,
    signer: options.signer,
    origins: new Set(keysOf(options.logs).keys()),
    now: systemNow,
  })
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MILLISECONDS }, (request, response) => {
    answer(witness, door, request, response).catch((error: unknown) => {
      options.report?.(error) // where the disk took no record, there is no cosignature
      if (response.headersSent) response.destroy()
      else send(response, 500, PLAIN, 'internal error\n')
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host ?? '127.0.0.1', () => resolve())
  })
  const { address, port, family } = server.address() as AddressInfo
  const { name, signer } = options
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    vkey: formatVkey(makeVkey(nodeCrypto, name, KEY_TYPE_COSIGNATURE, signer.publicKey)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
