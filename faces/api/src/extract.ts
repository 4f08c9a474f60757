/**
 * `/api/extract`: a certified extract (procedures.md, P21). What is recorded at a key, the entries that touched it, and
 * the proof, in one document that anyone checks offline. It is made for whoever asks, and no trace is kept.
 */

import { err, ok, type Result } from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import { cellKey, type Json, objectKey, type RecordKey } from '@cadastre/records'
import { z } from '@hono/zod-openapi'
import type { ReadContext } from './context.ts'
import type { HistoryItem } from './generated/lookup-types.ts'
import { type HistorySubject, history } from './history.ts'
import { historyItemSchema } from './history-schema.ts'
import type { PortalFault } from './portal.ts'
import { type Question, readQuestion } from './question.ts'
import { orNull } from './schema-parts.ts'

export type Extract = {
  readonly v: 1
  readonly registry: { readonly name: string; readonly origin: string; readonly seat: string }
  /** The notice of a demonstration registry; null otherwise. */
  readonly demonstration: string | null
  readonly key: string
  readonly subject: string
  /** Log size and time of the state that the extract shows. */
  readonly size: number
  readonly at: string
  /** Exactly what is recorded at the key; null where nothing is. What covers it is in the proof. */
  readonly record: Json
  /** Every record that covers the key, outermost first, the key's own included: what the proof proves. */
  readonly covering: readonly { readonly key: string; readonly record: Json }[]
  /** Where it can be had again, as it stands then. */
  readonly address: string
  /** The latest entries that touched the key or what covers it, newest first. */
  readonly history: readonly HistoryItem[]
  readonly historyIsComplete: boolean
  /** A C2SP tlog-proof document. */
  readonly proof: string
  /** Whom to trust: C2SP tlog-policy with the log's verifier key. */
  readonly policy: string
  readonly verify: string
}

export const extractSchema: z.ZodType<Extract> = z
  .object({
    v: z.literal(1),
    registry: z.object({ name: z.string(), origin: z.string(), seat: z.string() }),
    demonstration: orNull(z.string()),
    key: z.string(),
    subject: z.string(),
    size: z.int(),
    at: z.string(),
    record: orNull(z.record(z.string(), z.unknown())).describe('Exactly what is recorded at the key'),
    covering: z
      .array(z.object({ key: z.string(), record: z.record(z.string(), z.unknown()) }))
      .describe('Every record that covers the key, outermost first: what the proof proves'),
    address: z.string().describe('Where it can be had again, as it stands then'),
    history: z.array(historyItemSchema).describe('As /api/history has it'),
    historyIsComplete: z.boolean(),
    proof: z.string().describe('C2SP tlog-proof'),
    policy: z.string().describe('C2SP tlog-policy with the verifier key of the log'),
    verify: z.string().describe('How to check it without the registry'),
  })
  .meta({ id: 'Extract', description: 'A certified extract' }) as z.ZodType<Extract>

const ENTRIES_MAX = 100

/** Types of objects that are found by their handle alone. */
const EXTRACTED = ['holder', 'order', 'authority'] as const

/** What an extract is of; null for words that name nothing. */
function subjectOf(question: Question, snapshot: Snapshot): HistorySubject | null {
  if (question.kind !== 'words') return question
  const { handle, canonical } = question
  if (handle === null) return null
  const type = EXTRACTED.find((one) => snapshot.object(one, handle) !== null)
  return type === undefined ? null : { kind: 'object', type, handle, canonical }
}

type Recorded = Pick<Extract, 'record' | 'covering'> & { readonly key: RecordKey }

function recordAt(subject: HistorySubject, snapshot: Snapshot): Recorded {
  if (subject.kind === 'object') {
    const { type, handle } = subject
    const key = objectKey(type, handle)
    const record = snapshot.object(type, handle) as Json
    return { key, record, covering: record === null ? [] : [{ key, record }] }
  }
  const chain = snapshot.chain(subject.block)
  const here = chain.at(-1)
  return {
    key: cellKey(subject.block),
    record: here?.block.length === subject.block.length ? (here.cell as Json) : null,
    covering: chain.map(({ block, cell }) => ({ key: cellKey(block), record: cell as Json })),
  }
}

export async function extractOf(reading: ReadContext, text: string): Promise<Result<Extract, PortalFault>> {
  const question = readQuestion(text)
  if (!question.ok) return err({ kind: 'not-understood', ...question.error })
  const { reader } = reading
  const snapshot = reader.snapshot()
  const subject = subjectOf(question.value, snapshot)
  if (subject === null)
    return err({
      kind: 'not-found',
      value: text,
      expected: 'an address, a prefix, an AS number, a handle or a record key',
    })
  const { info } = reader
  const { key, record, covering } = recordAt(subject, snapshot)
  const { items, before } = await history(reading, subject, ENTRIES_MAX, null)
  const { size, at } = snapshot.publication
  return ok({
    v: 1,
    registry: { name: info.name, origin: info.origin, seat: info.seat },
    demonstration: info.demonstration,
    key,
    subject: subject.canonical,
    size,
    at,
    record,
    covering,
    address: `${info.baseUrl}/extract?q=${encodeURIComponent(subject.canonical)}`,
    history: items.filter(({ index }) => index < size),
    historyIsComplete: before === null,
    proof: snapshot.prove(key),
    policy: info.policy,
    verify: `cadastre verify EXTRACT --for "${subject.canonical}" --policy POLICY, with this document as EXTRACT (its member "proof" in a file of its own is verified too) and the member "policy" in a file of its own. The policy must be one that you trust for other reasons than this document.`,
  })
}
