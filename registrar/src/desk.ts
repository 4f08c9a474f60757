/**
 * The submit port: what faces may ask of the registrar. A submission is parsed and bounded here; whatever passes gets
 * a receipt and, later, a logged decision. What does not pass was never a request, and gets a problem instead.
 */

import type { Crypto } from '@cadastre/crypto'
import { procedureById } from '@cadastre/procedures'
import {
  type EvidenceItem,
  type Json,
  MAX_REQUEST_BYTES,
  parseCanonicalJson,
  type Request,
  readRequest,
  utf8Length,
} from '@cadastre/records'
import { opensCommitment, readEvidence } from '@cadastre/signatures'
import type { Opening } from '@cadastre/store-port'

/** Texts as signed: the request in RFC 8785 form, the list of evidence items in RFC 8785 form. */
export type Submission = {
  readonly request: string
  readonly evidence: string
  readonly openings: readonly Opening[]
}

export type ProblemCode =
  | 'too-large'
  | 'not-canonical'
  | 'malformed'
  | 'unknown-procedure'
  | 'body-malformed'
  | 'evidence-malformed'
  | 'commitment-mismatch'
  | 'closed'

/** Why a submission is no request: what offends, and what would be right. */
export type Problem = {
  readonly code: ProblemCode
  readonly detail: string
  readonly pointer?: string
  readonly value?: string
  readonly expected?: string
}

export type SubmitResult =
  | {
      readonly ok: true
      readonly seq: number
      /** A signed note. */
      readonly receipt: string
    }
  | { readonly ok: false; readonly problem: Problem }

/** A record before and after, as a dry run shows it. */
export type RecordChange = { readonly key: string; readonly before: Json; readonly after: Json }

export type DryRunResult =
  | {
      readonly ok: true
      /** What a signature covers, as text; its UTF-8 bytes are signed. */
      readonly toSign: string
      readonly outcome:
        | { readonly accepted: true; readonly changes: readonly RecordChange[] }
        | { readonly accepted: false; readonly refusals: readonly string[] }
    }
  | { readonly ok: false; readonly problem: Problem }

export interface Desk {
  /** Durable on return: a receipted request survives a crash. The same request gets the same receipt. */
  submit(submission: Submission): Promise<SubmitResult>
  /** What the request would change now, its signatures taken for granted where they are missing. */
  dryRun(request: string): Promise<DryRunResult>
  /** Resolves when the request of this receipt is in a published checkpoint, or after `milliseconds`. */
  settled(seq: number, milliseconds: number): Promise<void>
}

export type ReadSubmission = {
  readonly request: Request
  readonly requestText: string
  readonly evidence: readonly EvidenceItem[]
  readonly evidenceText: string
  readonly openings: readonly Opening[]
  readonly deadlineSeconds: number
}
type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }

/** Founding acts do not come through the desk: the operator does them on its own machine, before opening. */
const FOUNDING: ReadonlySet<string> = new Set(['genesis/1', 'import/1', 'open/1', 'take-over/1'])
/** Signatures, and the proofs that other registries give; with the request it must leave room in an entry. */
const MAX_EVIDENCE_BYTES = 12 * 1024
const MAX_OPENINGS = 32
const MAX_OPENING_VALUE = 500

function problem(code: ProblemCode, detail: string, at: Partial<Problem> = {}): Read<never> {
  return { ok: false, problem: { code, detail, ...at } }
}

/** Parse and bound the request alone; what a dry run needs. */
export function readRequestText(
  text: string,
): Read<{ readonly request: Request; readonly deadlineSeconds: number }> {
  const bytes = text.isWellFormed() ? utf8Length(text) : Number.POSITIVE_INFINITY
  if (bytes > MAX_REQUEST_BYTES)
    return problem('too-large', `A request has at most ${MAX_REQUEST_BYTES} bytes.`, {
      value: `${bytes} bytes`,
    })
  const value = parseCanonicalJson(text)
  if (value === null)
    return problem('not-canonical', 'The request is not canonical JSON (RFC 8785).', {
      value: text.slice(0, 80),
    })
  const read = readRequest(value)
  if (!read.ok) return problem('malformed', 'The request does not fit its schema.', read.error)
  const procedure = FOUNDING.has(read.value.procedure) ? null : procedureById(read.value.procedure)
  if (procedure === null)
    return problem('unknown-procedure', 'No such procedure can be asked for here.', {
      pointer: '/procedure',
      value: read.value.procedure,
      expected: 'one of those that /api/procedures lists',
    })
  const body = procedure.body.read(read.value.body, '/body')
  if (!body.ok) return problem('body-malformed', 'The body does not fit the procedure’s schema.', body.error)
  return { ok: true, value: { request: read.value, deadlineSeconds: procedure.deadlineSeconds } }
}

/** Parse and bound a whole submission. */
export function readSubmission(crypto: Crypto, submission: Submission): Read<ReadSubmission> {
  const read = readRequestText(submission.request)
  if (!read.ok) return read
  if (submission.evidence.length > MAX_EVIDENCE_BYTES)
    return problem('too-large', `Evidence has at most ${MAX_EVIDENCE_BYTES} bytes.`)
  const list = parseCanonicalJson(submission.evidence)
  const evidence = list === null ? null : readEvidence(list)
  if (evidence === null) return problem('not-canonical', 'The evidence is not canonical JSON (RFC 8785).')
  if (!evidence.ok)
    return problem('evidence-malformed', 'The evidence does not fit its schema.', evidence.error)
  const openings = openingsProblem(crypto, submission)
  if (openings !== null) return { ok: false, problem: openings }
  return {
    ok: true,
    value: {
      ...read.value,
      requestText: submission.request,
      evidence: evidence.value,
      evidenceText: submission.evidence,
      openings: submission.openings,
    },
  }
}

function openingsProblem(crypto: Crypto, { request, openings }: Submission): Problem | null {
  if (openings.length > MAX_OPENINGS)
    return { code: 'too-large', detail: `At most ${MAX_OPENINGS} openings.`, value: String(openings.length) }
  for (const [index, opening] of openings.entries()) {
    const pointer = `/openings/${index}`
    if (opening.value.length > MAX_OPENING_VALUE)
      return { code: 'too-large', detail: `A value has at most ${MAX_OPENING_VALUE} characters.`, pointer }
    if (!opensCommitment(crypto, opening) || !request.includes(`"${opening.commitment}"`))
      return {
        code: 'commitment-mismatch',
        detail: 'The opening does not open a commitment in the request.',
        pointer,
        value: opening.commitment.slice(0, 80),
        expected: 'HMAC-SHA256(opening, 0x05, length of field, field, value) as the request has it',
      }
  }
  return null
}
