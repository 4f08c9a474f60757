/** Routes by which holders act: submit, see what became of it, try without doing. */

import type { Problem } from '@cadastre/registrar'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiContext } from './context.ts'
import { dryRun, dryRunSchema } from './dry-run.ts'
import { canonicalText, dryRunEnvelopeSchema, envelopeSchema } from './envelope.ts'
import { patternOf, wholeNumber } from './expected.ts'
import { type ProblemParts, problem } from './problems.ts'
import { json, replies } from './replies.ts'
import { receiptSummary, statusOf } from './status.ts'
import { receiptSchema, statusSchema } from './status-schema.ts'

/** Longest wait of `?wait=`, seconds. */
export const WAIT_SECONDS_MAX = 10

const submitRoute = createRoute({
  method: 'post',
  path: '/api/requests',
  operationId: 'submitRequest',
  summary: 'Submit a signed request',
  description:
    'Answers with a signed receipt as soon as the request is durably kept. The same request gets the same receipt.',
  request: { body: { required: true, content: { 'application/json': { schema: envelopeSchema } } } },
  responses: replies(202, 'Received', receiptSchema, 400, 413, 415, 422, 503),
})

const wait = z.object({
  wait: wholeNumber(0, WAIT_SECONDS_MAX)
    .default(0)
    .describe('Seconds to wait for the decision to be published'),
})

const statusRoute = createRoute({
  method: 'get',
  path: '/api/requests/{seq}',
  operationId: 'requestStatus',
  summary: 'What became of a request, by the number of its receipt',
  request: {
    params: z.object({ seq: patternOf(/^[1-9][0-9]{0,15}$/, 'the number of a receipt, from 1') }),
    query: wait,
  },
  responses: replies(200, 'The state as the published log shows it', statusSchema, 400, 404),
})

const byHashRoute = createRoute({
  method: 'get',
  path: '/api/requests/by-hash/{hash}',
  operationId: 'requestStatusByHash',
  summary: 'What became of a request, by the SHA-256 of its canonical text',
  request: {
    params: z.object({
      hash: patternOf(/^[0-9a-fA-F]{64}$/, '64 hexadecimal digits').describe('64 hexadecimal digits'),
    }),
    query: wait,
  },
  responses: replies(200, 'The state as the published log shows it', statusSchema, 400, 404),
})

const dryRunRoute = createRoute({
  method: 'post',
  path: '/api/dry-run',
  operationId: 'dryRun',
  summary: 'What a request would change now, and the exact bytes to sign',
  description: 'Nothing is kept. The signatures of the parties are taken for granted.',
  request: { body: { required: true, content: { 'application/json': { schema: dryRunEnvelopeSchema } } } },
  responses: replies(200, 'The outcome', dryRunSchema, 400, 413, 415, 422, 503),
})

const NOT_CANONICAL: ProblemParts = {
  detail: 'What was sent has no canonical form.',
  expected:
    'strings without lone surrogates, whole numbers from -(2^53 - 1) to 2^53 - 1, true, false, null, lists, objects',
}

export function mountRequests(app: OpenAPIHono, context: ApiContext): void {
  const { reader, desk } = context
  const base = reader.info.baseUrl
  app.openapi(submitRoute, async (c) => {
    const envelope = c.req.valid('json')
    const [request, evidence] = [canonicalText(envelope.request), canonicalText(envelope.evidence)]
    if (request === null || evidence === null) return problem(base, 'not-canonical', NOT_CANONICAL)
    const result = await desk.submit({ request, evidence, openings: envelope.openings })
    if (!result.ok) return deskProblem(base, result.problem)
    const summary = receiptSummary(result.receipt)
    return json(summary, 202, { Location: summary.status })
  })
  app.openapi(statusRoute, async (c) => {
    const seq = Number(c.req.valid('param').seq)
    return statusReply(context, seq, c.req.valid('query').wait)
  })
  app.openapi(byHashRoute, async (c) => {
    const hash = Buffer.from(c.req.valid('param').hash, 'hex')
    const kept = (await reader.store.receiptsByRequest(new Uint8Array(hash))).at(-1) ?? null
    if (kept === null) return unknownReceipt(base, c.req.valid('param').hash)
    return statusReply(context, kept.seq, c.req.valid('query').wait)
  })
  app.openapi(dryRunRoute, async (c) => {
    const request = canonicalText(c.req.valid('json').request)
    if (request === null) return problem(base, 'not-canonical', NOT_CANONICAL)
    const result = await dryRun(context, request)
    return result.ok ? json(result.value) : deskProblem(base, result.error)
  })
}

async function statusReply(context: ApiContext, seq: number, waitSeconds: number): Promise<Response> {
  const { reader, desk } = context
  if (waitSeconds > 0 && (await reader.store.receiptBySeq(seq)) !== null)
    await desk.settled(seq, waitSeconds * 1000)
  const kept = await reader.store.receiptBySeq(seq)
  if (kept === null) return unknownReceipt(reader.info.baseUrl, String(seq))
  return json(await statusOf(context, kept))
}

function unknownReceipt(base: string, value: string): Response {
  return problem(base, 'not-found', { detail: 'No such request has been received.', value })
}

/** A submission that is no request: the registrar's own words, with the status of this room's table. */
function deskProblem(base: string, { code, ...parts }: Problem): Response {
  return problem(base, code, parts, code === 'closed' ? { 'Retry-After': '5' } : {})
}
