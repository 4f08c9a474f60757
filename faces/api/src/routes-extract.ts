/** `/api/extract`: a certified extract for anyone, at once. */

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiContext } from './context.ts'
import { textOf } from './expected.ts'
import { extractSchema } from './extract.ts'
import { problem } from './problems.ts'
import { QUESTION_MAX } from './question.ts'
import { json, replies } from './replies.ts'

const extractRoute = createRoute({
  method: 'get',
  path: '/api/extract',
  operationId: 'extract',
  summary: 'A certified extract: the record, its history and the proof in one document',
  request: {
    query: z.object({
      q: textOf(
        1,
        QUESTION_MAX,
        `a number, a handle or a record key, 1 to ${QUESTION_MAX} characters`,
      ).describe('203.0.113.0/24, AS64496, H-7, or a record key such as obj/holder/H-7'),
    }),
  },
  responses: replies(200, 'The extract', extractSchema, 400, 404),
})

export function mountExtract(app: OpenAPIHono, { reader, portal }: ApiContext): void {
  app.openapi(extractRoute, async (c) => {
    const found = await portal.extract(c.req.valid('query').q)
    if (found.ok) return json(found.value)
    const { kind, value, expected } = found.error
    const [name, detail] =
      kind === 'not-found'
        ? (['not-found', 'The register has no such object.'] as const)
        : (['bad-query', 'The question cannot be read.'] as const)
    return problem(reader.info.baseUrl, name, { detail, value, expected })
  })
}
