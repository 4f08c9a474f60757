/** Routes that read the register: lookup, history, entries, holders, applications, pools. */

import { objectKey, parseHandle } from '@cadastre/records'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiContext } from './context.ts'
import { patternOf, textOf, wholeNumber } from './expected.ts'
import { historySchema } from './history-schema.ts'
import { applicationSchema, holderSchema, lookupSchema, poolSchema } from './lookup-schema.ts'
import { poolList } from './pools.ts'
import { problem } from './problems.ts'
import { QUESTION_MAX } from './question.ts'
import { json, replies } from './replies.ts'

const LIMIT_MAX = 200
const limit = wholeNumber(1, LIMIT_MAX).default(50)
const handleParameter = z.object({
  handle: textOf(1, 100, 'a handle such as H-7').describe('In any case, such as H-7'),
})
const question = (expected: string): z.ZodString =>
  textOf(1, QUESTION_MAX, `${expected}, 1 to ${QUESTION_MAX} characters`)

const lookupRoute = createRoute({
  method: 'get',
  path: '/api/lookup',
  operationId: 'lookup',
  summary:
    'Who holds an address, a prefix or an AS number; or a holder, application or pool; or a search by name',
  request: {
    query: z.object({
      q: question('an address, a prefix, an AS number, a handle, a name or a record key').describe(
        '203.0.113.7, 203.0.113.0/24, 2001:db8::/32, AS64496, H-7, a name, or a record key',
      ),
      limit,
      after: textOf(0, 140, 'a record key from `inside.after`')
        .optional()
        .describe('Record key from `inside.after`: the next page'),
    }),
  },
  responses: replies(200, 'What was found', lookupSchema, 400, 404),
})

const historyRoute = createRoute({
  method: 'get',
  path: '/api/history',
  operationId: 'history',
  summary: 'Entries that touched the key or what covers it, newest first',
  request: {
    query: z.object({
      key: question('a record key, an address, a prefix or an AS number').describe(
        'A record key, or an address, prefix, AS number',
      ),
      limit: wholeNumber(1, 100).default(20),
      before: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
    }),
  },
  responses: replies(200, 'One page', historySchema, 400),
})

const entryRoute = createRoute({
  method: 'get',
  path: '/api/log/entries/{index}',
  operationId: 'logEntry',
  summary: 'One entry of the log, byte for byte as hashed',
  request: {
    params: z.object({ index: patternOf(/^(?:0|[1-9][0-9]{0,15})$/, 'the index of an entry, from 0') }),
  },
  responses: replies(200, 'The entry', z.record(z.string(), z.unknown()), 400, 404),
})

const holderRoute = createRoute({
  method: 'get',
  path: '/api/holders/{handle}',
  operationId: 'holder',
  summary: 'A holder and what it holds',
  request: { params: handleParameter },
  responses: replies(200, 'The holder', holderSchema, 400, 404),
})

const applicationRoute = createRoute({
  method: 'get',
  path: '/api/applications/{handle}',
  operationId: 'application',
  summary: 'An application and where it stands',
  request: { params: handleParameter },
  responses: replies(200, 'The application', applicationSchema, 400, 404),
})

const poolsRoute = createRoute({
  method: 'get',
  path: '/api/pools',
  operationId: 'pools',
  summary: 'Pools to allocate from',
  responses: replies(200, 'All pools', z.object({ items: z.array(poolSchema) })),
})

const ENTRY_HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'public, max-age=31536000, immutable',
}

export function mountReads(app: OpenAPIHono, context: ApiContext): void {
  const { reader, portal } = context
  const base = reader.info.baseUrl
  app.openapi(lookupRoute, (c) => {
    const { q, limit, after } = c.req.valid('query')
    return lookupReply(context, q, limit, after ?? null)
  })
  app.openapi(historyRoute, async (c) => {
    const { key, limit, before } = c.req.valid('query')
    const found = await portal.history(key, { limit, before: before ?? null })
    if (found !== null) return json(found)
    return problem(base, 'bad-query', {
      detail: 'key is no record key.',
      value: key,
      expected: 'ip4/203.0.113.0/24, asn/64496/32, obj/holder/H-7, an address, a prefix or an AS number',
    })
  })
  app.openapi(entryRoute, async (c) => {
    const index = Number(c.req.valid('param').index)
    const { size } = reader.snapshot().publication
    const [bytes] = index < size ? await reader.store.entries(index, 1) : []
    if (bytes === undefined)
      return problem(base, 'not-found', {
        detail: 'The published log has no such entry.',
        value: String(index),
        expected: `an index from 0 to ${size - 1}`,
      })
    return c.body(Uint8Array.from(bytes), 200, ENTRY_HEADERS)
  })
  app.openapi(holderRoute, (c) => objectReply(context, 'holder', c.req.valid('param').handle))
  app.openapi(applicationRoute, (c) => objectReply(context, 'application', c.req.valid('param').handle))
  app.openapi(poolsRoute, async () => json(await poolList(context)))
}

async function lookupReply(
  { reader, portal }: ApiContext,
  text: string,
  limit: number,
  after: string | null,
): Promise<Response> {
  const found = await portal.lookup(text, { limit, after })
  if (found.ok) return json(found.value)
  const { kind, value, expected } = found.error
  return kind === 'not-found'
    ? problem(reader.info.baseUrl, 'not-found', {
        detail: 'The register has no such object.',
        value,
        expected,
      })
    : problem(reader.info.baseUrl, 'bad-query', { detail: 'The question cannot be read.', value, expected })
}

async function objectReply(
  context: ApiContext,
  type: 'holder' | 'application',
  text: string,
): Promise<Response> {
  const handle = parseHandle(text)
  if (handle !== null) return lookupReply(context, objectKey(type, handle), LIMIT_MAX, null)
  return problem(context.reader.info.baseUrl, 'bad-query', {
    detail: 'The handle cannot be read.',
    value: text,
    expected: 'letters, digits, "-", "." and "_", such as H-7',
  })
}
