/** Checks one decision from its document alone: is it the one that the procedure makes of the proved inputs? */

import { type Crypto, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import { procedureKey } from '@cadastre/procedures'
import {
  canonicalJson,
  type Instant,
  type Json,
  type OpEntry,
  type ProcedureRecord,
  type RecordKey,
  type StateEntry,
} from '@cadastre/records'
import { compare, type Finding, Judge } from '@cadastre/replay'
import { parseWhy, type WhyBundle } from './bundle.ts'
import {
  checkRange,
  type ProvedRange,
  proveRange,
  readAt,
  type TrustedCheckpoint,
  trustedCheckpoint,
} from './log-range.ts'
import { ProvedState } from './proved-state.ts'
import { type Checked, refuse } from './refusals.ts'

/** One input as proved: what stands at its key before the decision. */
export type ProvedInput = {
  readonly key: string
  readonly q: 'record' | 'chain' | 'subtree'
  readonly hash: string | null
  /** The record, the covering cells or the cells inside; null where they are too many for a document. */
  readonly value: unknown
}

export type VerifiedWhy = {
  readonly origin: string
  /** Log size of the checkpoint. */
  readonly size: number
  readonly index: number
  readonly entry: OpEntry
  /** Index and time of the state on which it was decided; null before genesis. */
  readonly before: { readonly index: number; readonly at: Instant } | null
  /** Earlier ops of the same batch, whose effects are part of the state before. */
  readonly batch: number
  readonly inputs: readonly ProvedInput[]
  /** Subtrees that are too large to be checked alone. Empty: the decision was made again, and is this one. */
  readonly unchecked: readonly string[]
  /** The entry that accepted the same request, for a refusal as `already-accepted`. */
  readonly earlier: number | null
  /** The published text of the procedure, where the document has it and the record's hash is its own. */
  readonly page: string | null
}

/** A decision that was made again: `wrong` is what its entry says otherwise, and empty where it is right. */
export type JudgedWhy = VerifiedWhy & { readonly wrong: readonly Finding[] }

/**
 * Verify a document about the decision at `index` (null: whichever it is about). Total: any text gives a verdict or
 * one refusal. What is not shown: that no earlier entry accepted the same request, and that the state before is
 * itself right; both are for `audit`, which reads the whole log.
 */
export function verifyWhy(
  crypto: Crypto,
  trust: Policy,
  index: number | null,
  text: string,
): Checked<VerifiedWhy> {
  const verdict = judgeWhy(crypto, trust, index, text)
  if (!verdict.ok) return verdict
  const { wrong, ...why } = verdict.value
  return wrong.length === 0
    ? { ok: true, value: why }
    : refuse('decision-differs', wrong.map(({ detail }) => detail).join(' '))
}

/** The same, and what is wrong with the decision is part of the verdict: it may convict. */
export function judgeWhy(
  crypto: Crypto,
  trust: Policy,
  index: number | null,
  text: string,
): Checked<JudgedWhy> {
  const bundle = parseWhy(text)
  if (!bundle.ok) return bundle
  const checkpoint = trustedCheckpoint(crypto, trust, bundle.value.checkpoint)
  if (!checkpoint.ok) return checkpoint
  const range = proveRange(crypto, checkpoint.value, bundle.value.log)
  if (!range.ok) return range
  const place = placeOf(range.value, bundle.value.log.entries)
  if (!place.ok) return place
  if (index !== null && index !== place.value.index)
    return refuse('other-subject', `The document is about entry ${place.value.index}, not ${index}.`)
  return judged(crypto, checkpoint.value, bundle.value, place.value)
}

type Place = {
  readonly index: number
  readonly entry: OpEntry
  /** The earlier ops of the batch. */
  readonly batch: readonly string[]
  readonly before: { readonly index: number; readonly state: StateEntry } | null
}

/** The entry, what stands before it in its batch, and the state entry before that: nothing may be left out. */
function placeOf({ first, bytes }: ProvedRange, texts: readonly string[]): Checked<Place> {
  const [headBytes, lastBytes] = [bytes[0], bytes.at(-1)]
  if (headBytes === undefined || lastBytes === undefined) throw new Error('a range has entries')
  const index = first + bytes.length - 1
  const head = readAt(headBytes, first)
  if (!head.ok) return head
  if (head.value.kind === 'op' && first !== 0)
    return refuse('malformed-entry', `Entry ${first} is no state entry: the batch has an earlier part.`)
  const last = readAt(lastBytes, index)
  if (!last.ok) return last
  if (last.value.kind === 'state')
    return refuse('malformed-entry', 'The document holds no decision: its entry is a state.')
  const before = head.value.kind === 'state' ? { index: first, state: head.value.entry } : null
  const batch = texts.slice(before === null ? 0 : 1, -1)
  return { ok: true, value: { index, entry: last.value.entry, batch, before } }
}

function judged(
  crypto: Crypto,
  checkpoint: TrustedCheckpoint,
  bundle: WhyBundle,
  { index, entry, batch, before }: Place,
): Checked<JudgedWhy> {
  const state = ProvedState.prove(crypto, before?.state ?? null, bundle)
  if (!state.ok) return state
  if (!state.value.follow(batch))
    return refuse('malformed-entry', 'What stands between the state before and the decision is no op.')
  const earlier = acceptedBefore(crypto, checkpoint, bundle, entry, index)
  if (!earlier.ok) return earlier
  const wrong = decidedAgain(crypto, state.value, entry, index, earlier.value !== null)
  if (!wrong.ok) return wrong
  const page = wrong.value.length === 0 ? checkPage(crypto, state.value, entry, bundle.page) : NO_PAGE
  if (!page.ok) return page
  const { origin, size } = checkpoint
  return {
    ok: true,
    value: {
      origin,
      size,
      index,
      entry,
      before: before === null ? null : { index: before.index, at: before.state.at },
      batch: batch.length,
      inputs: entry.inputs.map((input) => inputOf(state.value, input)),
      unchecked: [...state.value.unchecked],
      earlier: earlier.value,
      page: page.value,
      wrong: wrong.value,
    },
  }
}

const NO_PAGE: Checked<string | null> = { ok: true, value: null }

/** Execute the procedure on the proved inputs: what the entry says otherwise. */
function decidedAgain(
  crypto: Crypto,
  state: ProvedState,
  entry: OpEntry,
  index: number,
  acceptedBefore: boolean,
): Checked<readonly Finding[]> {
  const judge = new Judge(state, crypto, () => acceptedBefore)
  const { executed, found } = judge.judge(entry, index, null)
  const wrong = executed === null ? null : state.asked((proved) => compare(entry, executed, proved))
  // Whatever was decided without an answer is no decision: first of all, was everything there?
  if (state.missing.size > 0)
    return refuse('input-missing', `The document does not prove ${[...state.missing].join(', ')}.`, [
      ...state.missing,
    ])
  if (state.unchecked.size > 0) return { ok: true, value: [] }
  if (executed === null && found.length === 0)
    return {
      ok: true,
      value: [{ code: 'decision-impossible', detail: 'The procedure cannot decide this.' }],
    }
  return { ok: true, value: [...found, ...(wrong ?? [])] }
}

/** For a refusal as `already-accepted`: the index of the entry that accepted the same request. */
function acceptedBefore(
  crypto: Crypto,
  checkpoint: TrustedCheckpoint,
  { earlier }: WhyBundle,
  { request }: OpEntry,
  index: number,
): Checked<number | null> {
  if (earlier === null) return { ok: true, value: null }
  const range = checkRange(crypto, checkpoint, earlier)
  if (!range.ok) return range
  const [found] = range.value.entries
  const same =
    range.value.entries.length === 1 &&
    range.value.first < index &&
    found?.kind === 'op' &&
    found.entry.outcome.accepted &&
    request !== null &&
    found.entry.request !== null &&
    canonicalJson(found.entry.request as Json) === canonicalJson(request as Json)
  return same
    ? { ok: true, value: range.value.first }
    : refuse('not-accepted-before', 'The earlier entry given did not accept this request.')
}

/** Whether the page is the text whose hash the procedure's own record holds. */
function checkPage(
  crypto: Crypto,
  state: ProvedState,
  { procedure }: OpEntry,
  page: string | null,
): Checked<string | null> {
  if (page === null) return { ok: true, value: null }
  const record = state.asked(
    (proved) => proved.record(procedureKey(procedure)).value,
  ) as ProcedureRecord | null
  // Genesis records the texts: before it none is in force.
  if (record === null) return { ok: true, value: null }
  // Later texts do not reach back, so the record holds all that ever were in force.
  const texts = [record.text, ...record.revisions.map(({ text }) => text)]
  return texts.includes(encodeBase64(crypto.sha256(encodeUtf8(page))))
    ? { ok: true, value: page }
    : refuse('wrong-page', `The page given is not the text of ${procedure} that is recorded.`)
}

function inputOf(state: ProvedState, { key: text, q, hash }: OpEntry['inputs'][number]): ProvedInput {
  const key = text as RecordKey
  const value = state.asked((proved) => {
    if (q === 'record') return proved.record(key).value
    return q === 'chain' ? proved.chain(key).cells : proved.subtree(key).cells
  })
  return { key, q, hash, value }
}
