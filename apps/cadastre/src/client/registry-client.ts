/** A registry over HTTP, as a holder's tool sees it: nothing that it says is believed without its proof. */

import { blockQuery, keyQuery, type Query, type VerifiedAnswer, verifyAnswer } from '@cadastre/answers'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Policy, parsePolicy } from '@cadastre/notes'
import type { Block } from '@cadastre/numbers'
import type { Json, JsonObject, RecordKey } from '@cadastre/records'
import type { Opening } from '@cadastre/store-port'
import { CommandError, ConnectionError } from '../commands/output.ts'
import { proofPath } from './proof-path.ts'

/** What `/.well-known/cadastre.json` says, as far as clients need it. */
export type WellKnown = {
  readonly name: string
  readonly log: { readonly origin: string; readonly vkey: string }
  readonly receipts: { readonly vkey: string }
  readonly witnessPolicy: string
  readonly demonstration: boolean
}

/** A problem document (RFC 9457), as the API answers bad submissions. */
type ProblemDocument = {
  readonly title?: string
  readonly detail?: string
  readonly pointer?: string
  readonly value?: string
  readonly expected?: string
}

export type Status = {
  readonly seq: number
  readonly receipt: string
  readonly deadline: string
  readonly state: 'waiting' | 'accepted' | 'refused'
  readonly index: number | null
  readonly at: string | null
  readonly refusals: readonly { readonly code: string; readonly text: string }[]
  readonly records: readonly { readonly key: string; readonly subject: string; readonly proof: string }[]
  readonly status: string
}

/** One queue of `/api/queue`, in the order of arrival. */
export type QueueReply = {
  readonly queues: readonly {
    readonly waiting: number | null
    readonly more: boolean
    readonly items: readonly {
      readonly application: string
      readonly procedure: string
      readonly due: string | null
    }[]
  }[]
}

type WhyReply = { readonly document: unknown } | { readonly done: number; readonly total: number }

const POLL_MILLISECONDS = 500

export function policyOf(text: string): Policy {
  const policy = parsePolicy(nodeCrypto, text)
  if (!policy.ok) throw new CommandError(`The witness policy cannot be read: ${JSON.stringify(policy.error)}`)
  return policy.value
}

/** Verify a proof document for a query; throws where it does not hold. */
export function verified(text: string, query: Query, trust: Policy): VerifiedAnswer {
  const answer = verifyAnswer(nodeCrypto, { trust, age: null }, query, text)
  if (!answer.ok)
    throw new CommandError(`The proof does not hold: ${answer.error.code}: ${answer.error.detail}`)
  return answer.value
}

export class RegistryClient {
  readonly url: string
  #wellKnown: WellKnown | null = null

  constructor(url: string) {
    this.url = url.replace(/\/+$/, '')
  }

  async wellKnown(): Promise<WellKnown> {
    this.#wellKnown ??= (await this.#json('/.well-known/cadastre.json')) as WellKnown
    return this.#wellKnown
  }

  async text(path: string): Promise<string> {
    const response = await this.#fetch(path)
    const text = await response.text()
    if (!response.ok) throw new CommandError(`${this.url}${path} answers ${response.status}: ${text.trim()}`)
    return text
  }

  /** The proved answer for a cell or an object. */
  async prove(key: RecordKey): Promise<{ readonly document: string; readonly answer: VerifiedAnswer }> {
    const query = keyQuery(nodeCrypto, key)
    if (query === null) throw new TypeError(`not a record key: ${key}`)
    return this.#proved(proofPath(key), query)
  }

  async proveBlock(block: Block, key: RecordKey): Promise<VerifiedAnswer> {
    return (await this.#proved(proofPath(key), blockQuery(block))).answer
  }

  async #proved(
    path: string,
    query: Query,
  ): Promise<{ readonly document: string; readonly answer: VerifiedAnswer }> {
    const { witnessPolicy } = await this.wellKnown()
    const document = await this.text(path)
    return { document, answer: verified(document, query, policyOf(witnessPolicy)) }
  }

  /** The record at a key, proved; null where there is none. */
  async record(key: RecordKey): Promise<JsonObject | null> {
    const { answer } = await this.prove(key)
    return answer.covering.find((record) => record.key === key)?.record ?? null
  }

  /** Submit; the status with its receipt. Throws where the submission was no request. */
  submit(request: string, evidence: string, openings: readonly Opening[]): Promise<Status> {
    return this.#post('/api/requests', {
      request,
      evidence,
      openings: openings as readonly Json[],
    }) as Promise<Status>
  }

  dryRun(request: string): Promise<Json> {
    return this.#post('/api/dry-run', { request }) as Promise<Json>
  }

  /** The state of a receipted request; waits up to ten seconds for its decision. */
  async status(seq: number): Promise<Status> {
    return (await this.#json(`/api/requests/${seq}?wait=10`)) as Status
  }

  /** A page of a queue, after the first `from`. */
  async queue(name: string, from: number): Promise<QueueReply> {
    const path = `/api/queue?queue=${encodeURIComponent(name)}&from=${from}&limit=200`
    return (await this.#json(path)) as QueueReply
  }

  /** The document about a decision. The registry may first have to read its log up to it. */
  async why(index: number, progress: (done: number, total: number) => void): Promise<string> {
    for (;;) {
      const reply = (await this.#json(`/api/why/${index}`)) as WhyReply
      if ('document' in reply) return JSON.stringify(reply.document)
      progress(reply.done, reply.total)
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS))
    }
  }

  async #json(path: string): Promise<unknown> {
    const response = await this.#fetch(path)
    return this.#read(response, path)
  }

  async #post(path: string, body: JsonObject): Promise<unknown> {
    const response = await this.#fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return this.#read(response, path)
  }

  async #read(response: Response, path: string): Promise<unknown> {
    const type = response.headers.get('content-type') ?? ''
    if (!type.includes('json'))
      throw new CommandError(
        `${this.url}${path} answers ${response.status}: ${(await response.text()).trim()}`,
      )
    const value: unknown = await response.json()
    if (response.ok) return value
    const { title, detail, pointer, value: offending, expected } = value as ProblemDocument
    const at =
      pointer === undefined ? '' : ` (${pointer}${offending === undefined ? '' : ` is ${offending}`})`
    const right = expected === undefined ? '' : ` Expected ${expected}.`
    const what = detail === undefined || detail === '' ? (title ?? String(response.status)) : detail
    throw new CommandError(`${what}${at}${right}`)
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(30_000) })
    } catch (error) {
      const cause =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
      throw new ConnectionError(
        `No answer from ${this.url}: ${cause}. Is the registry running? --url names another.`,
      )
    }
  }
}
