/** What `/api/history` answers: entries that touched a key or what covers it, newest first. */

import { z } from '@hono/zod-openapi'
import type { History, HistoryChange, HistoryItem, RegistrationChange } from './generated/lookup-types.ts'
import { orNull, partySchema } from './schema-parts.ts'

const stateOfRegistration = z
  .object({ holder: orNull(partySchema), kind: z.string(), status: z.string(), range: z.string() })
  .meta({ id: 'RegistrationState' })

const registrationChangeSchema: z.ZodType<RegistrationChange> = z
  .object({
    id: z.string(),
    change: z.enum(['recorded', 'moved', 'changed', 'ended']).describe('`moved` = to another holder'),
    before: orNull(stateOfRegistration),
    after: orNull(stateOfRegistration),
  })
  .meta({ id: 'RegistrationChange' })

const changeSchema: z.ZodType<HistoryChange> = z
  .object({
    key: z.string(),
    subject: z.string().describe('The block or handle, as people write it'),
    summary: z.string().describe('One plain sentence'),
    prev: orNull(z.string()).describe('Hash of the record replaced, base64'),
    registrations: z.array(registrationChangeSchema),
    members: z.array(z.string()).describe('Other members of the record that changed'),
  })
  .meta({ id: 'HistoryChange' })

export const historyItemSchema: z.ZodType<HistoryItem> = z
  .object({
    index: z.int().min(0),
    at: z.string(),
    procedure: z.string(),
    by: z.enum(['request', 'due']).describe('`due` = a term or delay that ran out'),
    seq: orNull(z.int()).describe('Number of the receipt'),
    outcome: z.enum(['accepted', 'refused']),
    refusals: z.array(z.object({ code: z.string(), text: z.string() })),
    changes: z.array(changeSchema).describe('Of the keys asked for; the entry may have changed others too'),
    otherChanges: z.int().min(0),
    entry: z.string().describe('Path of the whole entry'),
  })
  .meta({ id: 'HistoryItem' })

export const historySchema: z.ZodType<History> = z
  .object({
    key: z.string(),
    size: z.int(),
    at: z.string(),
    items: z.array(historyItemSchema),
    before: orNull(z.int()).describe('`before` of the next page; null at the end'),
  })
  .meta({ id: 'History' })
