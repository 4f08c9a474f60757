/** Routes of the order desk: orders with filters, one order, the register of authorities. */

import { parseRange } from '@cadastre/numbers'
import { ORDER_EFFECTS, ORDER_STATES, parseHandle } from '@cadastre/records'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiContext, ReadContext } from './context.ts'
import { EntryTimes } from './entry-times.ts'
import { textOf, wholeNumber } from './expected.ts'
import { authorities, orderAnswer, orders } from './orders.ts'
import { authoritiesSchema, orderSchema, ordersSchema } from './orders-schema.ts'
import { problem } from './problems.ts'
import { json, replies } from './replies.ts'
import { frameOf } from './views.ts'

const page = {
  before: textOf(1, 100, 'a handle from `before`').optional().describe('`before` of the page before'),
  limit: wholeNumber(1, 200).default(50),
}

const ordersRoute = createRoute({
  method: 'get',
  path: '/api/orders',
  operationId: 'orders',
  summary: 'Orders of authorities, the newest first',
  request: {
    query: z.object({
      authority: textOf(1, 100, 'the handle of an authority').optional(),
      effect: z
        .enum([...ORDER_EFFECTS, 'outside'])
        .optional()
        .describe('`outside`: what is not in the vocabulary'),
      state: z.enum(ORDER_STATES).optional(),
      resource: textOf(1, 90, 'a prefix, a range or AS numbers')
        .optional()
        .describe('203.0.113.0/24, AS64496: orders about any of these numbers'),
      ...page,
    }),
  },
  responses: replies(200, 'One page', ordersSchema, 400),
})
const orderRoute = createRoute({
  method: 'get',
  path: '/api/orders/{handle}',
  operationId: 'order',
  summary: 'One order: its steps and times, the answers to the checklist, its scope and end',
  request: { params: z.object({ handle: textOf(1, 100, 'the handle of an order, such as O-41') }) },
  responses: replies(200, 'The order', orderSchema, 404),
})
const authoritiesRoute = createRoute({
  method: 'get',
  path: '/api/authorities',
  operationId: 'authorities',
  summary: 'The register of authorities, the newest first, and the roots of their seals',
  request: { query: z.object(page) },
  responses: replies(200, 'One page', authoritiesSchema, 400),
})

export function mountOrders(app: OpenAPIHono, { reader }: ApiContext): void {
  const reading: ReadContext = { reader, times: new EntryTimes(reader) }
  const base = reader.info.baseUrl
  const noneBefore = (value: string): Response =>
    problem(base, 'bad-query', {
      detail: 'There is none such to go on before.',
      value,
      expected: 'the `before` of an earlier page',
    })
  app.openapi(ordersRoute, async (c) => {
    const { authority, effect, state, resource, before, limit } = c.req.valid('query')
    const range = resource === undefined ? null : parseRange(resource)
    if (range !== null && !range.ok)
      return problem(base, 'bad-query', {
        detail: 'The resource cannot be read.',
        value: resource ?? '',
        expected: range.error.expected,
      })
    const found = await orders(
      reading,
      {
        authority: authority?.toUpperCase() ?? null,
        effect: effect ?? null,
        state: state ?? null,
        resource: range?.value ?? null,
      },
      { before: before?.toUpperCase() ?? null, limit },
    )
    return found === null ? noneBefore(before ?? '') : json(found)
  })
  app.openapi(orderRoute, async (c) => {
    const text = c.req.valid('param').handle
    const handle = parseHandle(text)
    const snapshot = reader.snapshot()
    const found =
      handle === null
        ? null
        : await orderAnswer(reading, snapshot, frameOf(reader, snapshot, text, handle), handle)
    if (found !== null) return json(found)
    return problem(base, 'not-found', {
      detail: 'The register has no such order.',
      value: text,
      expected: 'a handle from /api/orders',
    })
  })
  app.openapi(authoritiesRoute, async (c) => {
    const { before, limit } = c.req.valid('query')
    const found = await authorities(reading, { before: before?.toUpperCase() ?? null, limit })
    return found === null ? noneBefore(before ?? '') : json(found)
  })
}
