/** Routes that describe the room itself: OpenAPI 3.1, limits, the meaning of problems. */

import { PROCEDURES } from '@cadastre/procedures'
import { type JsonObject, MAX_REQUEST_BYTES, requestSchema } from '@cadastre/records'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiContext } from './context.ts'
import { BODY_BYTES_MAX } from './envelope.ts'
import { LIMIT_CLASSES } from './limits.ts'
import { PROBLEMS, type ProblemName, problem } from './problems.ts'
import { json, replies } from './replies.ts'
import { WAIT_SECONDS_MAX } from './routes-requests.ts'

const openApiRoute = createRoute({
  method: 'get',
  path: '/api/openapi.json',
  operationId: 'description',
  summary: 'This description (OpenAPI 3.1)',
  responses: replies(200, 'The description', z.record(z.string(), z.unknown())),
})

const limitSchema = z.object({ perSecond: z.number(), burst: z.number() })

const limitsRoute = createRoute({
  method: 'get',
  path: '/api/limits',
  operationId: 'limits',
  summary: 'Limits, the same for everyone',
  responses: replies(
    200,
    'The limits',
    z
      .object({
        keyedOn: z.string(),
        submit: limitSchema,
        'dry-run': limitSchema,
        read: limitSchema,
        subscribe: limitSchema,
        requestBytesMax: z.int(),
        bodyBytesMax: z.int(),
        waitSecondsMax: z.int(),
      })
      .meta({ id: 'Limits' }),
  ),
})

const problemRoute = createRoute({
  method: 'get',
  path: '/api/problems/{code}',
  operationId: 'problem',
  summary: 'What a kind of problem means',
  request: { params: z.object({ code: z.string().max(60) }) },
  responses: replies(
    200,
    'The meaning',
    z.object({ code: z.string(), status: z.int(), title: z.string() }),
    404,
  ),
})

export function mountDescription(app: OpenAPIHono, { reader, limits }: ApiContext): void {
  const base = reader.info.baseUrl
  let description: object | null = null
  app.openapi(openApiRoute, () => {
    description ??= describe(app, reader.info)
    return json(description, 200, { 'Cache-Control': 'public, max-age=3600' })
  })
  app.openapi(limitsRoute, () =>
    json({
      keyedOn: 'the source address prefix alone: IPv4 /32, IPv6 /64',
      ...Object.fromEntries(LIMIT_CLASSES.map((name) => [name, limits[name]])),
      requestBytesMax: MAX_REQUEST_BYTES,
      bodyBytesMax: BODY_BYTES_MAX,
      waitSecondsMax: WAIT_SECONDS_MAX,
    }),
  )
  app.openapi(problemRoute, (c) => {
    const { code } = c.req.valid('param')
    if (!Object.hasOwn(PROBLEMS, code))
      return problem(base, 'not-found', {
        detail: 'No problem has this code.',
        value: code,
        expected: Object.keys(PROBLEMS).join(', '),
      })
    const [status, title] = PROBLEMS[code as ProblemName]
    return json({ code, status, title })
  })
}

function describe(app: OpenAPIHono, info: ApiContext['reader']['info']): object {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: `${info.name}: submit and lookup`,
      version: info.version,
      description:
        'Submit signed requests, follow them, look up records. Every record can be proved at /proof; every decision can be replayed from /log.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: info.baseUrl }],
  })
  // The procedures' own schemas are data of the core: taken as they stand, so that they cannot differ.
  const schemas: Record<string, unknown> = { ...document.components?.schemas, ...requestSchemas() }
  return JSON.parse(JSON.stringify({ ...document, components: { ...document.components, schemas } }))
}

/** Component name of a procedure's body: `TransferV1Body`. */
function bodyName(id: string): string {
  const [kind = '', version = ''] = id.split('/')
  const name = kind.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return `${name}V${version}Body`
}

/** The signed request: its envelope, and one alternative for each procedure with its body. */
function requestSchemas(): { readonly [name: string]: JsonObject } {
  const bodies = Object.values(PROCEDURES).map(({ id, body }) => [bodyName(id), body.json] as const)
  const alternatives = Object.keys(PROCEDURES).map((id) => ({
    properties: { procedure: { const: id }, body: { $ref: `#/components/schemas/${bodyName(id)}` } },
  }))
  return {
    ...Object.fromEntries(bodies),
    SignedRequest: {
      description: 'A request as signed, in canonical JSON (RFC 8785): what `request` of a submission holds.',
      allOf: [requestSchema.json, { oneOf: alternatives }],
    },
  }
}
