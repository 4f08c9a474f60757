/** What became of a receipted request. */

import { parseNote, parseReceipt } from '@cadastre/notes'
import { type LoggedEffect, type OpEntry, parseKey } from '@cadastre/records'
import type { ApiContext } from './context.ts'
import { proofPath } from './links.ts'
import { refusalText } from './lookup-objects.ts'
import { blockText } from './question.ts'

/** What a receipt says, for people who do not parse notes. */
export type ReceiptSummary = {
  readonly seq: number
  /** The receipt itself, a signed note. */
  readonly receipt: string
  readonly received: string
  readonly deadline: string
  /** SHA-256 of the request's canonical text, lower-case hexadecimal. */
  readonly requestHash: string
  /** Path of the request's status. */
  readonly status: string
}

export type RequestStatus = ReceiptSummary & {
  readonly state: 'waiting' | 'accepted' | 'refused'
  /** Log size of the checkpoint that answers. */
  readonly size: number
  /** Index of the entry that decided it; null while it waits. */
  readonly index: number | null
  readonly at: string | null
  readonly procedure: string | null
  readonly refusals: readonly { readonly code: string; readonly text: string }[]
  /** What the decision wrote, with where each record is proved. */
  readonly records: readonly { readonly key: string; readonly subject: string; readonly proof: string }[]
  readonly entry: string | null
}

export function receiptSummary(receipt: string): ReceiptSummary {
  const note = parseNote(receipt)
  const parsed = note.ok ? parseReceipt(note.value.text) : note
  if (!parsed.ok) throw new TypeError(`the registrar issued a receipt that is none: ${parsed.error}`)
  const { seq, request, received, deadline } = parsed.value
  const requestHash = Buffer.from(request).toString('hex')
  return { seq, receipt, received, deadline, requestHash, status: `/api/requests/${seq}` }
}

/** The status as the published log shows it: what is decided and not yet published still waits. */
export async function statusOf(
  { reader }: ApiContext,
  kept: { readonly receipt: string; readonly index: number | null },
): Promise<RequestStatus> {
  const { size } = reader.snapshot().publication
  const summary = receiptSummary(kept.receipt)
  const waiting: RequestStatus = {
    ...summary,
    state: 'waiting',
    size,
    index: null,
    at: null,
    procedure: null,
    refusals: [],
    records: [],
    entry: null,
  }
  if (kept.index === null || kept.index >= size) return waiting
  const [bytes] = await reader.store.entries(kept.index, 1)
  if (bytes === undefined) throw new Error(`entry ${kept.index} is missing`)
  const entry: OpEntry = JSON.parse(Buffer.from(bytes).toString('utf8'))
  const { outcome } = entry
  return {
    ...waiting,
    state: outcome.accepted ? 'accepted' : 'refused',
    index: kept.index,
    at: entry.at,
    procedure: entry.procedure,
    refusals: outcome.accepted ? [] : outcome.refusals.map(refusalText),
    records: outcome.accepted ? outcome.effects.map(recordOf) : [],
    entry: `/api/log/entries/${kept.index}`,
  }
}

function recordOf({ key }: LoggedEffect): RequestStatus['records'][number] {
  const parsed = parseKey(key)
  if (parsed === null) throw new TypeError(`an entry writes at no key: ${key}`)
  const subject = parsed.kind === 'cell' ? blockText(parsed.block) : parsed.handle
  return { key, subject, proof: proofPath(parsed) }
}
