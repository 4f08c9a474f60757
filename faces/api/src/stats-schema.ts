/** What `/api/stats` answers: statistics of the whole log (procedures.md, section E). */

import type { StatisticsReport } from '@cadastre/statistics'
import { z } from '@hono/zod-openapi'
import { orNull } from './schema-parts.ts'

const tally = {
  n: z.int(),
  accepted: z.int(),
  passRate: z.number(),
  medianSeconds: orNull(z.int()).describe('From receipt to decision'),
  p95Seconds: orNull(z.int()),
  refusals: z.record(z.string(), z.int()).describe('By code, the most frequent first'),
}
const tallySchema = z.object(tally).meta({ id: 'Tally' })
const groups = z.record(z.string(), tallySchema)

const byGroup = z.object({ country: groups, region: groups, size: groups, path: groups })

export const statsSchema: z.ZodType<StatisticsReport> = z
  .object({
    size: z.int().describe('Entries of the log that were read'),
    from: orNull(z.string()) as z.ZodType<StatisticsReport['from']>,
    until: orNull(z.string()) as z.ZodType<StatisticsReport['until']>,
    all: tallySchema,
    procedures: z.array(
      z.object({
        procedure: z.string(),
        ...tally,
        by: byGroup.describe('Joined after the decisions'),
      }),
    ),
    inversions: z.int().describe('A later request decided first: 0 in an honest log'),
    late: z.int().describe('Decided after the deadline'),
    adverse: z.object({
      bases: z.record(z.string(), z.int()).describe('Losses of holders by the kind of basis'),
      lacking: z.int().describe('Without a basis: 0 in an honest log'),
    }),
    flags: z
      .array(
        z.object({
          procedure: z.string(),
          by: z.string(),
          group: z.string(),
          kind: z.enum(['pass-rate', 'times']),
          n: z.int(),
          others: z.int(),
          value: z.number().describe('Ratio of pass rates, or probability of the rank test'),
          limit: z.number(),
        }),
      )
      .describe('Disparities to be explained in public'),
    months: z
      .array(z.object({ month: z.string(), inversions: z.int(), late: z.int(), ...tally, by: byGroup }))
      .describe('By month, the latest first'),
    sanctions: z
      .array(
        z.object({
          quarter: z.string(),
          blocks: z.int().describe('On an exact match or a ruling'),
          delays: z.int().describe('On a name alone'),
          releases: z.int(),
          lapsed: z.int().describe('Delays that ran out'),
        }),
      )
      .describe('Acts on legal acts of the seat by quarter, the latest first'),
    notices: z
      .object({
        attempts: z.record(z.string(), z.int()).describe('By the class of the reply'),
        begun: z.int().describe('Windows that began with a logged attempt'),
        medianSeconds: orNull(z.int()).describe('From the entry that owed the attempt'),
        p95Seconds: orNull(z.int()),
        overdue: z.int().describe('Deadlines of the registry that passed without one'),
      })
      .describe('Attempts to tell somebody, and the windows that they let begin'),
    notComputed: z
      .array(z.object({ by: z.string(), why: z.string() }))
      .describe('Groups that section E asks for and a log cannot give'),
  })
  .meta({ id: 'Statistics' })
