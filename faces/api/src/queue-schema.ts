/** What `/api/queue`, `/api/applications` and `/api/service-level` answer. */

import { APPLICATION_STATES } from '@cadastre/records'
import { z } from '@hono/zod-openapi'
import type { Applications, Queues, ServiceLevel } from './generated/lookup-types.ts'
import { count, instant, orNull, pauseSchema } from './schema-parts.ts'

const queueSchema = z
  .object({
    queue: z.string().describe('An attestor, such as CL-1, or a pool and a length, such as IP4/24'),
    kind: z.enum(['attestor', 'pool']),
    waiting: count.describe('How many wait'),
    items: z.array(
      z.object({
        application: z.string(),
        procedure: z.string(),
        ahead: count.describe('How many are served before it'),
        due: orNull(z.string()).describe('When it must have been examined'),
        since: count.describe('Entry that recorded it: the order of arrival'),
      }),
    ),
    more: z.boolean(),
  })
  .meta({ id: 'Queue' })

const position = {
  size: count.describe('Log size that answers'),
  at: instant,
  paused: orNull(pauseSchema),
}

export const queuesSchema: z.ZodType<Queues> = z
  .object({ ...position, queues: z.array(queueSchema) })
  .meta({ id: 'Queues' })

export const applicationsSchema: z.ZodType<Applications> = z
  .object({
    ...position,
    found: count.describe('How many fit what was asked'),
    states: z
      .array(z.object({ state: z.enum(APPLICATION_STATES), count }))
      .describe('Of the procedure that was asked for, or of all: how many are in each state'),
    items: z.array(
      z.object({
        application: z.string(),
        procedure: z.string(),
        state: z.enum(APPLICATION_STATES),
        due: orNull(z.string()),
        since: count.describe('Entry that recorded it: the order of arrival'),
      }),
    ),
    after: orNull(z.string()).describe('`after` of the next page; null at the end'),
  })
  .meta({ id: 'Applications' })

const durations = {
  count,
  median: orNull(z.number()).describe('Seconds; three significant digits'),
  p95: orNull(z.number()),
  longest: orNull(z.number()),
  limit: orNull(z.number()).describe('Seconds within which it must be done: the published service level'),
}

export const serviceLevelSchema: z.ZodType<ServiceLevel> = z
  .object({
    from: count.describe('First entry that was measured'),
    through: count.describe('The entry after the last that was measured'),
    decisions: z.array(
      z.object({ procedure: z.string(), accepted: count, refused: count, late: count, ...durations }),
    ),
    examinations: z.array(
      z.object({
        procedure: z.string(),
        positive: count,
        negative: count,
        overdue: count,
        ...durations,
        limitDays: orNull(z.int()).describe(
          'Business days within which it must be done; `limit` is null then',
        ),
      }),
    ),
    notices: z
      .array(z.object({ procedure: z.string(), overdue: count, ...durations }))
      .describe('From the entry after which somebody had to be told, to the one with which the window began'),
  })
  .meta({ id: 'ServiceLevel' })
