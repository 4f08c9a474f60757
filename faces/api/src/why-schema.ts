/** What `/api/why` answers: a decision in plain words, and the document that proves it. */

import type { Explanation } from '@cadastre/why'
import { z } from '@hono/zod-openapi'
import { orNull } from './schema-parts.ts'

const explanationSchema: z.ZodType<Explanation> = z
  .object({
    index: z.int().min(0),
    origin: z.string(),
    size: z.int().describe('Log size of the checkpoint'),
    at: z.string(),
    procedure: z.string(),
    title: z.string().describe('Of the published page'),
    seq: orNull(z.int()).describe('Number of the receipt'),
    received: orNull(z.string()),
    deadline: orNull(z.string()).describe('When the decision was due'),
    askedBy: z.array(
      z.object({ key: z.string(), party: orNull(z.string()).describe('As whom the inputs know the key') }),
    ),
    outcome: z.enum(['accepted', 'refused']),
    summary: z.string(),
    preconditions: z
      .array(
        z.object({
          code: z.string(),
          when: z.string().describe('When it fails, in the words of the page'),
          result: z.enum(['met', 'failed', 'unreached']),
        }),
      )
      .describe('In order of precedence'),
    inputs: z.array(z.object({ key: z.string(), q: z.string(), words: z.string() })),
    effects: z.array(z.object({ key: z.string(), words: z.string() })),
    verified: z.boolean().describe('Whether the decision was made again from its inputs alone'),
    checked: z.array(z.string()),
    unchecked: z.array(z.string()).describe('What the document cannot show, and who can'),
  })
  .meta({ id: 'Explanation' })

export const whySchema: z.ZodType = z
  .object({
    explanation: explanationSchema,
    document: z
      .record(z.string(), z.unknown())
      .describe('To be verified by the asker: `cadastre why --bundle`'),
  })
  .meta({ id: 'Why' })

export const makingSchema: z.ZodType = z
  .object({
    state: z.literal('making'),
    done: z.int().describe('Entries of the log read so far'),
    total: z.int(),
  })
  .meta({ id: 'Making', description: 'The log is being read; ask again' })
