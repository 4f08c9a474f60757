/** Routes whose answers are made from the whole log, in a thread of their own. */

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ArchiveReply } from './archive.ts'
import type { ApiContext } from './context.ts'
import { patternOf } from './expected.ts'
import { problem } from './problems.ts'
import { json, type Replies, replies } from './replies.ts'
import { statsSchema } from './stats-schema.ts'
import { makingSchema, whySchema } from './why-schema.ts'

/** An answer, or 202 while the log is being read. */
function archived(description: string, schema: z.ZodType): Replies {
  return {
    ...replies(200, description, schema, 400, 404),
    ...replies(202, 'The log is being read; ask again', makingSchema, 400, 404),
  }
}

const whyRoute = createRoute({
  method: 'get',
  path: '/api/why/{index}',
  operationId: 'why',
  summary: 'Why an entry decided as it did: in plain words, and as a document that is checked alone, offline',
  request: {
    params: z.object({ index: patternOf(/^(?:0|[1-9][0-9]{0,15})$/, 'the index of an entry, from 0') }),
  },
  responses: archived('The decision', whySchema),
})

const statsRoute = createRoute({
  method: 'get',
  path: '/api/stats',
  operationId: 'statistics',
  summary: 'Volumes, pass rates, refusal codes and times by procedure, country, size and path; disparities',
  responses: archived('Statistics of the published log', statsSchema),
})

export function mountArchive(app: OpenAPIHono, context: ApiContext): void {
  const { archive } = context.options
  app.openapi(whyRoute, async (c) => {
    const { index } = c.req.valid('param')
    const reply = await archive.why(Number(index))
    return replied(context, index, reply, ({ explanation, document }) => ({
      explanation,
      document: JSON.parse(document),
    }))
  })
  app.openapi(statsRoute, async () =>
    replied(context, 'stats', await archive.statistics(), (report) => report),
  )
}

const AGAIN = { 'Retry-After': '1', 'Cache-Control': 'no-store' }

function replied<T>(
  { reader }: ApiContext,
  asked: string,
  reply: ArchiveReply<T>,
  body: (value: T) => object,
): Response {
  if (reply.kind === 'ready') return json(body(reply.value))
  if (reply.kind === 'making')
    return json({ state: 'making', done: reply.done, total: reply.total }, 202, AGAIN)
  return problem(reader.info.baseUrl, 'not-found', {
    detail: reply.detail,
    value: asked,
    expected: 'the index of an entry that decides something',
  })
}
