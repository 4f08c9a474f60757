/** Routes about waiting: who waits where, and how long things take. */

import { APPLICATION_STATES } from '@cadastre/records'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiContext } from './context.ts'
import { textOf, wholeNumber } from './expected.ts'
import { problem } from './problems.ts'
import { applicationsSchema, queuesSchema, serviceLevelSchema } from './queue-schema.ts'
import { applications, queues } from './queues.ts'
import { json, replies } from './replies.ts'
import { serviceLevels } from './service-level.ts'

const STATES_EXPECTED = `one or more of ${APPLICATION_STATES.join(', ')}, separated by commas`

const ORDER_EXPECTED = 'arrival or newest'

const states = z
  .string({ error: STATES_EXPECTED })
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(APPLICATION_STATES, { error: STATES_EXPECTED }), { error: STATES_EXPECTED }))

const applicationsRoute = createRoute({
  method: 'get',
  path: '/api/applications',
  operationId: 'applications',
  summary: 'Applications by state and procedure, under their handles alone',
  request: {
    query: z.object({
      state: states
        .optional()
        .describe(`Only those in these states, separated by commas: ${APPLICATION_STATES.join(', ')}`),
      procedure: textOf(1, 60, 'a procedure and its version, such as transfer/1')
        .optional()
        .describe('Only what was asked for by this procedure, such as transfer/1'),
      order: z
        .enum(['arrival', 'newest'], { error: ORDER_EXPECTED })
        .default('arrival')
        .describe('In order of arrival, or the newest first'),
      after: textOf(1, 100, 'the handle of an application, from `after`')
        .optional()
        .describe('`after` of the page before'),
      limit: wholeNumber(1, 200).default(50),
    }),
  },
  responses: replies(200, 'One page', applicationsSchema, 400),
})

const queuesRoute = createRoute({
  method: 'get',
  path: '/api/queue',
  operationId: 'queue',
  summary: 'Who waits, in the order of arrival, under the handle of the application alone',
  request: {
    query: z.object({
      queue: textOf(0, 140, 'the name of a queue, such as CL-1 or IP4/24')
        .optional()
        .describe('One queue, by its name: CL-1, or IP4/24'),
      from: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0).describe('With `queue`: how many to skip'),
      limit: wholeNumber(1, 200).default(20),
    }),
  },
  responses: replies(
    200,
    'The queues, each from its beginning or from where it was asked',
    queuesSchema,
    400,
    404,
  ),
})

const serviceLevelRoute = createRoute({
  method: 'get',
  path: '/api/service-level',
  operationId: 'serviceLevel',
  summary: 'How long decisions and examinations take, measured from the log',
  responses: replies(200, 'Median, 95th percentile and longest time for each procedure', serviceLevelSchema),
})

export function mountQueues(app: OpenAPIHono, context: ApiContext): void {
  const { reader } = context
  app.openapi(serviceLevelRoute, async () => json(await serviceLevels(reader).measure()))
  app.openapi(applicationsRoute, async (c) => {
    const { state = [], procedure = null, order, after, limit } = c.req.valid('query')
    const position = { after: after?.toUpperCase() ?? null, limit, newest: order === 'newest' }
    const page = await applications(reader, { states: state, procedure }, position)
    if (page !== null) return json(page)
    return problem(reader.info.baseUrl, 'bad-query', {
      detail: 'There is no such application to go on after.',
      value: after ?? '',
      expected: 'the `after` of an earlier page',
    })
  })
  app.openapi(queuesRoute, async (c) => {
    const { queue, from, limit } = c.req.valid('query')
    const found = await queues(reader, queue?.toUpperCase() ?? null, {
      from: queue === undefined ? 0 : from,
      limit,
    })
    if (queue === undefined || found.queues.length > 0) return json(found)
    return problem(reader.info.baseUrl, 'not-found', {
      detail: queue.includes('/')
        ? 'There is no such queue, or nobody waits in it.'
        : 'This register calls no attestor of this name.',
      value: queue,
      expected: 'an attestor, such as CL-1, or a pool and a length, such as IP4/24',
    })
  })
}
