/** What `/api/registry` answers. */

import { z } from '@hono/zod-openapi'
import type { Register, RegisterTerms } from './generated/lookup-types.ts'
import { count, instant, orNull, pauseSchema } from './schema-parts.ts'

const termsSchema: z.ZodType<RegisterTerms> = z
  .object({
    procedure: z.string(),
    from: instant.describe('In force from then on'),
    inForce: z.boolean(),
    adoption: z.string().describe('The application by which they were adopted'),
    textHash: z.string().describe('SHA-256 of the page, base64'),
    parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
    since: count,
  })
  .meta({ id: 'RegisterTerms' })

export const registerSchema: z.ZodType<Register> = z
  .object({
    size: count.describe('Log size that answers'),
    at: instant,
    name: z.string(),
    origin: z.string(),
    seat: z.string(),
    profile: z.string(),
    state: z.enum(['founding', 'open', 'handed-over']),
    paused: orNull(pauseSchema),
    pauses: z.array(z.object({ since: instant, until: instant })).describe('Pauses of the last 400 days'),
    witnesses: orNull(
      z.object({
        policy: z.string().describe('C2SP tlog-policy'),
        previous: orNull(z.object({ policy: z.string(), until: instant })).describe(
          'Until then both must be satisfied',
        ),
        since: count,
      }),
    ),
    terms: z
      .array(termsSchema)
      .describe('Terms that were adopted or announced after the first, the latest first'),
    succession: z.object({
      successor: orNull(z.object({ origin: z.string(), key: z.string(), named: instant })),
      handOver: orNull(z.object({ announced: instant, from: instant })),
      predecessor: orNull(z.object({ origin: z.string(), size: count, mandate: z.string(), since: count })),
    }),
    peers: z.array(
      z.object({ handle: z.string(), origin: z.string(), rdap: orNull(z.string()), since: count }),
    ),
  })
  .meta({ id: 'Register' })
