/** Schemas of receipts and statuses. */

import { z } from '@hono/zod-openapi'
import { orNull } from './schema-parts.ts'
import type { ReceiptSummary, RequestStatus } from './status.ts'

const receiptMembers = {
  seq: z.int().min(1),
  receipt: z.string().describe('The receipt, a signed note (C2SP signed-note); keep it'),
  received: z.string(),
  deadline: z.string().describe('When the decision is due; silence past it is provable'),
  requestHash: z.string().describe('SHA-256 of the request’s canonical text, hexadecimal'),
  status: z.string().describe('Path of the request’s state'),
}

export const receiptSchema: z.ZodType<ReceiptSummary> = z
  .object(receiptMembers)
  .meta({ id: 'ReceiptSummary' })

export const refusalSchema: z.ZodType<{ code: string; text: string }> = z
  .object({ code: z.string(), text: z.string() })
  .meta({ id: 'Refusal' })

export const statusSchema: z.ZodType<RequestStatus> = z
  .object({
    ...receiptMembers,
    state: z.enum(['waiting', 'accepted', 'refused']).describe('`waiting` until the decision is published'),
    size: z.int().describe('Log size of the checkpoint that answers'),
    index: orNull(z.int()).describe('Index of the entry that decided it'),
    at: orNull(z.string()),
    procedure: orNull(z.string()),
    refusals: z.array(refusalSchema),
    records: z
      .array(z.object({ key: z.string(), subject: z.string(), proof: z.string() }))
      .describe('What the decision wrote, and where each record is proved'),
    entry: orNull(z.string()),
  })
  .meta({ id: 'RequestStatus' })
