/** How routes describe their answers. */

import { z } from '@hono/zod-openapi'

const problemSchema = z
  .object({
    type: z.string().describe('URI of the kind of problem; answers with its meaning'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    pointer: z.string().optional().describe('RFC 6901 pointer to what offends'),
    value: z.string().optional().describe('What offends'),
    expected: z.string().optional().describe('What would be right'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem document' })

const MEANINGS = {
  400: 'What was sent cannot be read',
  404: 'There is nothing at this address',
  413: 'Too large',
  415: 'Not application/json',
  422: 'What was sent is not a request that could be decided',
  429: 'Too many requests from this source address prefix; see Retry-After',
  503: 'That cannot be done here now',
} as const

/** Descriptions of replies. Their contents are hidden from the type, so that a handler may give any Response. */
export type Replies = { readonly [status: string]: { readonly description: string } }

/** The answer of a route, and the problem documents that may stand in its place; every route may be limited. */
export function replies(
  status: 200 | 202,
  description: string,
  schema: z.ZodType,
  ...faults: readonly (keyof typeof MEANINGS)[]
): Replies {
  const problem = { 'application/problem+json': { schema: problemSchema } }
  const described = [...faults, 429 as const].map((fault) => [
    fault,
    { description: MEANINGS[fault], content: problem },
  ])
  return {
    [status]: { description, content: { 'application/json': { schema } } },
    ...Object.fromEntries(described),
  }
}

/** A reply in JSON. */
export function json(
  value: object,
  status: 200 | 202 = 200,
  headers: { readonly [name: string]: string } = {},
): Response {
  return Response.json(value, { status, headers })
}
