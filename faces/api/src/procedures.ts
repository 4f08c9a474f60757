/** `/api/procedures`: what the registry may do, with the schema, refusals, parameters and text of each. */

import { createHash } from 'node:crypto'
import { PROCEDURES, type Procedure, procedureById, procedureHandle, termsAt } from '@cadastre/procedures'
import type { Snapshot } from '@cadastre/reader'
import type { Application, Json, ProcedureRecord } from '@cadastre/records'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiContext } from './context.ts'
import { patternOf, textOf } from './expected.ts'
import { refusalText } from './lookup-objects.ts'
import { problem } from './problems.ts'
import { json, replies } from './replies.ts'
import { orNull } from './schema-parts.ts'
import { refusalSchema } from './status-schema.ts'

const summaryMembers = {
  id: z.string(),
  kind: z.string(),
  version: z.int(),
  inForce: z.boolean().describe('Whether the registry has recorded it'),
  deadlineSeconds: z.int().describe('Longest time from receipt to decision'),
  parameters: orNull(z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]))),
  textHash: orNull(z.string()).describe('SHA-256 of the published text as recorded, base64'),
  since: orNull(z.int()),
  link: z.string(),
  proof: z.string(),
}

const listRoute = createRoute({
  method: 'get',
  path: '/api/procedures',
  operationId: 'procedures',
  summary: 'All that the registry may do',
  responses: replies(
    200,
    'The procedures',
    z.object({ items: z.array(z.object(summaryMembers).meta({ id: 'ProcedureSummary' })) }),
  ),
})

const oneRoute = createRoute({
  method: 'get',
  path: '/api/procedures/{kind}/{version}',
  operationId: 'procedure',
  summary:
    'One procedure: declared inputs, refusals in order of precedence, parameters in force, published text',
  request: {
    params: z.object({
      kind: textOf(1, 40, 'the name of a procedure, such as transfer'),
      version: patternOf(/^[1-9][0-9]{0,3}$/, 'the number of a version, from 1'),
    }),
  },
  responses: replies(
    200,
    'The procedure',
    z
      .object({
        ...summaryMembers,
        body: z
          .record(z.string(), z.unknown())
          .describe('JSON Schema of the request’s body: the declared inputs'),
        refusals: z.array(refusalSchema).describe('In order of precedence'),
        text: orNull(z.string()).describe('The published text, Markdown'),
        textSha256: orNull(z.string()).describe(
          'SHA-256 of `text`, base64; equals `textHash` where it is the recorded one',
        ),
      })
      .meta({ id: 'ProcedureDescription' }),
    400,
    404,
  ),
})

export function mountProcedures(app: OpenAPIHono, { reader, options }: ApiContext): void {
  app.openapi(listRoute, () => {
    const snapshot = reader.snapshot()
    const items = Object.values(PROCEDURES).map((procedure) => summaryOf(snapshot, procedure))
    return json({ items })
  })
  app.openapi(oneRoute, (c) => {
    const { kind, version } = c.req.valid('param')
    const procedure = procedureById(`${kind}/${version}`)
    if (procedure === null)
      return problem(reader.info.baseUrl, 'not-found', {
        detail: 'There is no such procedure.',
        value: `${kind}/${version}`,
        expected: `one of ${Object.keys(PROCEDURES).join(', ')}`,
      })
    const snapshot = reader.snapshot()
    const text = adoptedPage(snapshot, procedure.id) ?? options.procedureText(kind)
    return json({
      ...summaryOf(snapshot, procedure),
      body: procedure.body.json,
      refusals: procedure.refusals.map(refusalText),
      text,
      textSha256: text === null ? null : createHash('sha256').update(text).digest('base64'),
    })
  })
}

function recordOf(snapshot: Snapshot, id: string): ProcedureRecord | null {
  return snapshot.object('procedure', procedureHandle(id)) as ProcedureRecord | null
}

/** The page that was adopted last; null where the one that came with the software is still in force. */
function adoptedPage(snapshot: Snapshot, id: string): string | null {
  const adoption = recordOf(snapshot, id)?.revisions.at(-1)?.adoption
  if (adoption === undefined) return null
  const application = snapshot.object('application', adoption) as Application | null
  const page = application?.body['page']
  return typeof page === 'string' ? page : null
}

function summaryOf(
  snapshot: Snapshot,
  { id, deadlineSeconds }: Procedure,
): { readonly [member: string]: Json } {
  const handle = procedureHandle(id)
  const record = recordOf(snapshot, id)
  const terms = record === null ? null : termsAt(record, null)
  const [kind = id, version = '1'] = id.split('/')
  return {
    id,
    kind,
    version: Number(version),
    inForce: record !== null,
    deadlineSeconds,
    parameters: terms?.parameters ?? null,
    textHash: terms?.text ?? null,
    since: record?.since ?? null,
    link: `/api/procedures/${id}`,
    proof: `/proof/object/procedure/${handle}`,
  }
}
