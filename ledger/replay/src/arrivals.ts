/** Receipts as the log shows them: order of arrival, deadlines, gaps, and requests that come twice. */

import { type Crypto, decodeBase64, encodeBase64, encodeUtf8, encodeUtf8Into } from '@cadastre/crypto'
import { PROCEDURES, procedureById } from '@cadastre/procedures'
import { addSeconds, type Instant, MAX_REQUEST_BYTES, type OpEntry, type Request } from '@cadastre/records'
import { AcceptedRequests } from './accepted.ts'
import type { FaultCode } from './faults.ts'

type Found = { readonly code: FaultCode; readonly detail: string }
type Gap = { readonly first: number; readonly last: number; readonly until: Instant }

/** Founding acts are done by the operator on its own machine, before opening: they have no receipt. */
export const UNRECEIPTED: ReadonlySet<string> = new Set(['genesis/1', 'import/1', 'open/1', 'take-over/1'])
/** The longest deadline of all: a missing receipt does not say which procedure its request names. */
const LONGEST_SECONDS: number = Math.max(
  ...Object.values(PROCEDURES).map(({ deadlineSeconds }) => deadlineSeconds),
)

/** What the log shows of receipts. */
export type ReceiptCount = {
  /** Requests with a receipt that were decided. */
  readonly decided: number
  /** The highest number of a receipt; 0 before the first. */
  readonly last: number
  /** Numbers passed over whose deadline has not come: their requests wait, or the numbers were never given out. */
  readonly open: number
}

/** All that is known of receipts and requests between two batches, as plain JSON. */
export type SavedArrivals = {
  readonly seq: number
  readonly received: string
  readonly decided: number
  readonly gaps: readonly Gap[]
  /** By the hour of expiry, the first 20 bytes of each accepted request's hash, one after the other, in base64. */
  readonly accepted: readonly (readonly [string, string])[]
}

function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

function ofLatin1(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 8192)
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)))
  return parts.join('')
}

export class Arrivals {
  readonly #crypto: Pick<Crypto, 'sha256'>
  #accepted = new AcceptedRequests()
  readonly #scratch = new Uint8Array(MAX_REQUEST_BYTES)
  #hashed: { readonly text: string; readonly hash: Uint8Array } | null = null
  #seq = 0
  /** When the last request in order was received; empty before the first. */
  #received = ''
  #decided = 0
  #gaps: Gap[] = []

  constructor(crypto: Pick<Crypto, 'sha256'>) {
    this.#crypto = crypto
  }

  /** Whether an earlier entry accepted the request, given its canonical text too. Not to be asked once it has expired. */
  accepted(request: Request, text: string): boolean {
    return this.#accepted.has(this.#hashOf(text), request.expires)
  }

  /** The same request is asked for twice in a row. */
  #hashOf(text: string): Uint8Array {
    if (this.#hashed?.text === text) return this.#hashed.hash
    const length = encodeUtf8Into(text, this.#scratch)
    const bytes = length === null ? encodeUtf8(text) : this.#scratch.subarray(0, length)
    const hash = this.#crypto.sha256(bytes)
    this.#hashed = { text, hash }
    return hash
  }

  get count(): ReceiptCount {
    const open = this.#gaps.reduce((sum, { first, last }) => sum + last - first + 1, 0)
    return { decided: this.#decided, last: this.#seq, open }
  }

  /** What {@link Arrivals.restore} reads. */
  saved(): SavedArrivals {
    const accepted = this.#accepted
      .saved()
      .map(([hour, names]) => [hour, encodeBase64(latin1(names))] as const)
    return { seq: this.#seq, received: this.#received, decided: this.#decided, gaps: this.#gaps, accepted }
  }

  restore({ seq, received, decided, gaps, accepted }: SavedArrivals): void {
    this.#seq = seq
    this.#received = received
    this.#decided = decided
    this.#gaps = [...gaps]
    this.#accepted = AcceptedRequests.restored(
      accepted.map(([hour, names]) => [hour, ofLatin1(decodeBase64(names) ?? new Uint8Array(0))]),
    )
  }

  /** A successor takes over: its receipts are its own, from the first on. The predecessor's gaps stay the predecessor's. */
  takenOver(): void {
    this.#seq = 0
    this.#received = ''
  }

  /** Take in an op with a request, given the request's canonical text. */
  arrive(entry: OpEntry, request: Request, text: string): readonly Found[] {
    const found: Found[] = []
    if (entry.outcome.accepted) {
      const hash = this.#hashOf(text)
      if (this.#accepted.has(hash, request.expires))
        found.push({ code: 'request-repeated', detail: 'An earlier entry accepted the same request.' })
      this.#accepted.add(hash, request.expires)
    }
    if (entry.received !== null) found.push(...this.#sequence(entry.received))
    return [...found, ...receiptFindings(entry, request)]
  }

  #sequence({ seq, at }: { readonly seq: number; readonly at: Instant }): readonly Found[] {
    this.#decided += 1
    if (seq <= this.#seq) {
      const detail = `Receipt ${seq} comes after receipt ${this.#seq}; a later one than ${this.#seq} would be right.`
      return [{ code: 'receipt-out-of-order', detail }]
    }
    if (seq > this.#seq + 1) this.#gaps.push({ first: this.#seq + 1, last: seq - 1, until: waitsUntil(at) })
    this.#seq = seq
    const before = this.#received
    if (at > before) this.#received = at
    if (at >= before) return []
    const detail = `Receipt ${seq} is of ${at}; no time before ${before}, of an earlier receipt, would be right.`
    return [{ code: 'receipt-out-of-order', detail }]
  }

  /** A batch ends at this time. Gives receipts passed over whose deadline is before it: each once. */
  ignored(at: Instant): readonly Found[] {
    this.#accepted.forget(at)
    if (this.#gaps.length === 0) return []
    const old = this.#gaps.filter(({ until }) => until < at)
    this.#gaps = this.#gaps.filter(({ until }) => until >= at)
    return old.map(({ first, last, until }) => ({
      code: 'receipt-ignored',
      detail: `No decision on receipt${first === last ? ` ${first}` : `s ${first} to ${last}`}, due by ${until}.`,
    }))
  }
}

/** Until when the requests of the numbers that a receipt of this time passes over may wait. */
export function waitsUntil(received: Instant): Instant {
  return addSeconds(received, LONGEST_SECONDS)
}

/** What an op shows of its receipt by itself. */
export function receiptFindings({ at, received }: OpEntry, { procedure }: Request): readonly Found[] {
  if (received === null)
    return UNRECEIPTED.has(procedure)
      ? []
      : [{ code: 'receipt-missing', detail: `${procedure} is decided without a receipt.` }]
  if (received.at > at)
    return [{ code: 'receipt-after-decision', detail: `Received ${received.at}, decided ${at}.` }]
  const deadline = addSeconds(received.at, procedureById(procedure)?.deadlineSeconds ?? LONGEST_SECONDS)
  return at <= deadline
    ? []
    : [{ code: 'decision-late', detail: `Received ${received.at}, due by ${deadline}, decided ${at}.` }]
}
