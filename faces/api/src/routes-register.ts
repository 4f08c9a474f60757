/** Routes about the register itself: how it is run, moves to and from other registries, incidents, complaints. */

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiContext, ReadContext } from './context.ts'
import { EntryTimes } from './entry-times.ts'
import { textOf, wholeNumber } from './expected.ts'
import { complaints, incidents, type ListPage, transits } from './lists.ts'
import { complaintsSchema, incidentsSchema, transitsSchema } from './objects-schema.ts'
import { problem } from './problems.ts'
import { register } from './register.ts'
import { registerSchema } from './register-schema.ts'
import { json, replies } from './replies.ts'

const registerRoute = createRoute({
  method: 'get',
  path: '/api/registry',
  operationId: 'registry',
  summary: 'The register itself: pauses, witnesses, terms announced, hand-over, peers',
  responses: replies(200, 'The register', registerSchema),
})

const query = z.object({
  before: textOf(1, 100, 'a handle from `before`').optional().describe('`before` of the page before'),
  limit: wholeNumber(1, 200).default(50),
})

const transitsRoute = createRoute({
  method: 'get',
  path: '/api/transits',
  operationId: 'transits',
  summary: 'Moves to and from other registries with their states, the newest first',
  request: { query },
  responses: replies(200, 'One page', transitsSchema, 400),
})
const incidentsRoute = createRoute({
  method: 'get',
  path: '/api/incidents',
  operationId: 'incidents',
  summary: 'The registry’s own errors, as it published them, the newest first',
  request: { query },
  responses: replies(200, 'One page', incidentsSchema, 400),
})
const complaintsRoute = createRoute({
  method: 'get',
  path: '/api/complaints',
  operationId: 'complaints',
  summary: 'Complaints about conduct, from which nothing follows for any record, the newest first',
  request: { query },
  responses: replies(200, 'One page', complaintsSchema, 400),
})

type Read = (
  context: ReadContext,
  page: { readonly before: string | null; readonly limit: number },
) => Promise<ListPage<object> | null>

export function mountRegister(app: OpenAPIHono, { reader }: ApiContext): void {
  const reading: ReadContext = { reader, times: new EntryTimes(reader) }
  const listed = async (read: Read, before: string | undefined, limit: number): Promise<Response> => {
    const page = await read(reading, { before: before?.toUpperCase() ?? null, limit })
    if (page !== null) return json(page)
    return problem(reader.info.baseUrl, 'bad-query', {
      detail: 'There is none such to go on before.',
      value: before ?? '',
      expected: 'the `before` of an earlier page',
    })
  }
  app.openapi(registerRoute, async () => json(await register(reader)))
  app.openapi(transitsRoute, (c) => {
    const { before, limit } = c.req.valid('query')
    return listed(transits, before, limit)
  })
  app.openapi(incidentsRoute, (c) => {
    const { before, limit } = c.req.valid('query')
    return listed(incidents, before, limit)
  })
  app.openapi(complaintsRoute, (c) => {
    const { before, limit } = c.req.valid('query')
    return listed(complaints, before, limit)
  })
}
