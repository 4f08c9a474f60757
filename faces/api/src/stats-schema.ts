/** What `/api/stats` answers: statistics of the whole log (procedures.md, section E). */

import { AUTHORITY_KINDS, type Instant } from '@cadastre/records'
import type { StatisticsReport } from '@cadastre/statistics'
import { z } from '@hono/zod-openapi'
import { orNull } from './schema-parts.ts'

const examined = z
  .object({ n: z.int(), medianSeconds: orNull(z.int()), p95Seconds: orNull(z.int()) })
  .describe('From receipt to the last reveal of the attestors')
const tally = {
  n: z.int().describe('The sum of the five ends'),
  accepted: z.int(),
  refused: z.int(),
  failed: z.int().describe('Recorded as an application, and failed in the end'),
  vetoed: z.int(),
  withdrawn: z.int(),
  passRate: z.number().describe('Accepted, of all that nobody withdrew'),
  medianSeconds: orNull(z.int()).describe('From receipt to the end'),
  p95Seconds: orNull(z.int()),
  examination: examined,
  refusals: z.record(z.string(), z.int()).describe('By code, the most frequent first'),
  failures: z.record(z.string(), z.int()).describe('By code, the most frequent first'),
}
const tallySchema = z.object(tally).meta({ id: 'Tally' })
const groups = z.record(z.string(), tallySchema)

const byGroup = z.object({ country: groups, region: groups, size: groups, path: groups })

const counts = z.record(z.string(), z.int())
const group = { served: z.int(), effects: counts, outcomes: counts }
const share = z.object({ executed: z.int(), noticed: z.int(), share: orNull(z.number()) })
const times = z.object({ n: z.int(), medianSeconds: orNull(z.int()), p95Seconds: orNull(z.int()) })
const text: z.ZodType<string> = z.string()
const at = text as z.ZodType<Instant>

const ordersReportSchema: z.ZodType<StatisticsReport['orders']> = z
  .object({
    ...group,
    counted: z.int().describe('As the registry’s own state counts them: the same'),
    authorities: z.array(
      z.object({ authority: z.string(), kind: orNull(z.enum(AUTHORITY_KINDS)), ...group }),
    ),
    returned: counts.describe('By code'),
    noticeBeforeEffect: z.object({
      all: share,
      takes: share.describe('What takes numbers, services or the say over them away'),
    }),
    times: z.object({
      servedToReceived: times,
      receivedToVerified: times,
      verifiedToNotified: times,
      verifiedToExecuted: times,
    }),
    activeHolds: z
      .array(
        z.object({
          order: z.string(),
          authority: z.string(),
          ranges: z.array(z.string()),
          since: at,
          ageSeconds: z.int(),
          until: orNull(at),
          askAgain: orNull(at),
        }),
      )
      .describe('The oldest first'),
    seals: z.object({ now: z.int(), ever: z.int(), overdue: z.int() }),
    reversed: z.int(),
    objections: z.object({ made: z.int(), upheld: z.int() }),
    conflicts: z.int(),
  })
  .describe('Orders of courts and other authorities; `adverse.lacking` belongs to it')

const openSchema = z.array(
  z.object({
    procedure: z.string(),
    n: z.int(),
    states: counts,
    medianSeconds: orNull(z.int()).describe('Since receipt, up to the last entry read'),
    oldestSeconds: orNull(z.int()),
  }),
)

const opsSchema = z
  .object({
    all: z.int(),
    decided: z.int().describe('Requests of holders, at once'),
    recorded: z.int().describe('Requests of holders that became applications'),
    steps: z.int(),
    staffDecided: z.int(),
    staffRecorded: z.int(),
    due: z.int(),
    founding: z.int(),
  })
  .describe('Every act in exactly one place')

export const statsSchema: z.ZodType<StatisticsReport> = z
  .object({
    size: z.int().describe('Entries of the log that were read'),
    from: orNull(z.string()) as z.ZodType<StatisticsReport['from']>,
    until: orNull(z.string()) as z.ZodType<StatisticsReport['until']>,
    ops: opsSchema,
    all: tallySchema.describe('Requests of holders; an application counts when it ends'),
    procedures: z.array(
      z.object({
        procedure: z.string(),
        ...tally,
        by: byGroup.describe('Joined after the decisions'),
      }),
    ),
    steps: tallySchema.describe('Withdrawals and vetoes: requests about an application recorded before'),
    staff: z
      .object({ all: tallySchema, procedures: z.array(z.object({ procedure: z.string(), ...tally })) })
      .describe('Acts of staff, in no group'),
    open: z
      .object({ n: z.int(), procedures: openSchema, ofStaff: z.int(), staffProcedures: openSchema })
      .describe('Applications that have not ended'),
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
          kind: z.enum(['pass-rate', 'times', 'examination-times']),
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
    accuracy: z
      .object({
        holders: z.int(),
        imported: z.int().describe('Known from published lists alone'),
        withinYear: z.int().describe('Confirmed by the holder not more than 365 days before the last entry'),
        longerAgo: z.int(),
        never: z.int().describe('Identified, and never confirmed since'),
        medianDays: orNull(z.int()),
      })
      .describe('How recent the holders’ own word is, at the last entry that was read'),
    orders: ordersReportSchema,
    notComputed: z
      .array(z.object({ by: z.string(), why: z.string() }))
      .describe('Groups that section E asks for and a log cannot give'),
  })
  .meta({ id: 'Statistics' })
