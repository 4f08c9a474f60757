/** `/api/dry-run`: the bytes to sign, what the request would change, and what public services would show. */

import { createHash } from 'node:crypto'
import { err, ok, type Result } from '@cadastre/numbers'
import { type Json, parseKey } from '@cadastre/records'
import type { Problem, RecordChange } from '@cadastre/registrar'
import { z } from '@hono/zod-openapi'
import { AfterSnapshot } from './after-snapshot.ts'
import type { ApiContext } from './context.ts'
import { refusalText } from './lookup-objects.ts'
import { blockText } from './question.ts'
import { orNull } from './schema-parts.ts'
import { refusalSchema } from './status-schema.ts'

export type DryRun = {
  /** Log size of the published checkpoint that the services' answers are compared with. */
  readonly size: number
  readonly request: string
  readonly requestHash: string
  /** What a signature covers: DSSE v1 pre-authentication encoding, as text and as base64 of its UTF-8 bytes. */
  readonly toSign: { readonly text: string; readonly base64: string; readonly sha256: string }
  readonly outcome: 'accepted' | 'refused'
  readonly refusals: readonly { readonly code: string; readonly text: string }[]
  readonly changes: readonly Json[]
  readonly services: readonly Json[]
}

const anyJson = z.unknown().nullable()

const changeSchema = z
  .object({ key: z.string(), before: anyJson, after: anyJson })
  .meta({ id: 'RecordChange', description: 'A record before and after; null where there is none' })

const beforeAfter = z.object({ before: anyJson, after: anyJson })

export const dryRunSchema: z.ZodType<DryRun> = z
  .object({
    size: z.int(),
    request: z.string().describe('The canonical text'),
    requestHash: z.string().describe('SHA-256 of the canonical text, hexadecimal'),
    toSign: z
      .object({
        text: z.string(),
        base64: z.string(),
        sha256: z.string().describe('WebAuthn challenge, base64url'),
      })
      .describe('What a signature covers: DSSE v1 pre-authentication encoding'),
    outcome: z.enum(['accepted', 'refused']),
    refusals: z.array(refusalSchema),
    changes: z.array(changeSchema),
    services: z
      .array(
        z.object({
          key: z.string(),
          subject: z.string(),
          rdap: orNull(beforeAfter),
          whois: orNull(z.object({ before: orNull(z.string()), after: orNull(z.string()) })),
        }),
      )
      .describe('What RDAP and WHOIS show of each changed record, before and after'),
  })
  .meta({ id: 'DryRun' }) as z.ZodType<DryRun>

export async function dryRun(context: ApiContext, request: string): Promise<Result<DryRun, Problem>> {
  const result = await context.desk.dryRun(request)
  if (!result.ok) return err(result.problem)
  const { outcome, toSign } = result
  const changes = outcome.accepted ? outcome.changes : []
  const bytes = Buffer.from(toSign, 'utf8')
  return ok({
    size: context.reader.snapshot().publication.size,
    request,
    requestHash: createHash('sha256').update(request).digest('hex'),
    toSign: {
      text: toSign,
      base64: bytes.toString('base64'),
      sha256: createHash('sha256').update(bytes).digest('base64url'),
    },
    outcome: outcome.accepted ? 'accepted' : 'refused',
    refusals: outcome.accepted ? [] : outcome.refusals.map(refusalText),
    changes: changes.map(({ key, before, after }) => ({ key, before, after })),
    services: await servicesOf(context, changes),
  })
}

/** For each changed record that RDAP or WHOIS shows: both, before and after. */
async function servicesOf(
  { reader, options }: ApiContext,
  changes: readonly RecordChange[],
): Promise<readonly Json[]> {
  const before = reader.snapshot()
  const after = new AfterSnapshot(before, changes)
  const { rdap, whois } = options.render
  const services: Json[] = []
  for (const change of changes) {
    const key = parseKey(change.key)
    if (key === null || (key.kind === 'object' && key.type !== 'holder')) continue
    const shown = {
      rdap: pair(await rdap(before, key), await rdap(after, key)),
      whois: pair(await whois(before, key), await whois(after, key)),
    }
    if (shown.rdap === null && shown.whois === null) continue
    const subject = key.kind === 'cell' ? blockText(key.block) : key.handle
    services.push({ key: change.key, subject, ...shown })
  }
  return services
}

function pair(before: Json, after: Json): Json {
  return before === null && after === null ? null : { before, after }
}
