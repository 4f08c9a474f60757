/** Schemas of orders and of the authorities that may give them. */

import { AUTHORITY_KINDS, ORDER_EFFECTS, ORDER_STATES } from '@cadastre/records'
import { z } from '@hono/zod-openapi'
import type {
  Authorities,
  AuthorityAnswer,
  AuthorityBrief,
  OrderAnswer,
  OrderBrief,
  Orders,
} from './generated/lookup-types.ts'
import { count, frameSchema, instant, linksSchema, orNull, partySchema } from './schema-parts.ts'

const effect = z.enum([...ORDER_EFFECTS, 'outside'])
const hash = z.string().describe('SHA-256, base64')

const authorityBriefSchema: z.ZodType<AuthorityBrief> = z
  .object({ handle: z.string(), name: z.string(), kind: z.enum(AUTHORITY_KINDS), country: z.string() })
  .meta({ id: 'AuthorityBrief' })

const sealSchema = z
  .object({
    until: instant,
    commitment: z.string().describe('What the opening must be a preimage of'),
    opened: orNull(instant),
    overdue: z.boolean().describe('It has ended, and the opening is missing'),
  })
  .meta({ id: 'OrderSeal' })

const scopeSchema = z
  .object({ key: z.string(), id: z.string(), range: z.string() })
  .meta({ id: 'OrderScope' })

const brief = {
  handle: z.string(),
  authority: authorityBriefSchema,
  effect,
  state: z.enum(ORDER_STATES),
  reason: orNull(z.object({ code: z.string(), text: z.string() })).describe('Why it was returned'),
  date: z.string().describe('Date of the order'),
  scope: z.array(scopeSchema).describe('Exactly these numbers of exactly these registrations'),
  received: instant,
  executed: orNull(instant),
  until: orNull(instant).describe('End of what lasts; null: open-ended, or done once'),
  ended: orNull(instant),
  seal: orNull(sealSchema).describe('What hides reference and document for a while'),
  since: count,
}

const orderBriefSchema: z.ZodType<OrderBrief> = z.object(brief).meta({ id: 'OrderBrief' })

export const orderSchema: z.ZodType<OrderAnswer> = z
  .object({
    kind: z.literal('order'),
    query: frameSchema,
    ...brief,
    reference: orNull(z.string()).describe('The authority’s own; null while sealed'),
    document: orNull(hash).describe('Hash of the document; null while sealed'),
    detail: z.record(z.string(), z.unknown()).describe('The effect and all that it needs, as ordered'),
    holder: orNull(partySchema),
    authenticity: z.record(z.string(), z.unknown()).describe('How the document is known to be theirs'),
    rooted: z.boolean().describe('Whether its seal chains to a root named at genesis'),
    checklist: z
      .array(z.object({ item: z.string(), text: z.string(), answer: orNull(z.enum(['yes', 'no'])) }))
      .describe('The answers that count; null before'),
    application: z.string().describe('Its examination'),
    executeFrom: orNull(instant).describe('Execution as the order fixes it'),
    reverses: orNull(z.string()),
    served: instant.describe('When it came to the desk, as the clerk says'),
    verified: orNull(instant),
    notified: orNull(instant).describe('An attempt to notify the holder was logged'),
    published: orNull(z.object({ text: hash, at: instant })).describe('The text as it is public'),
    windowEnd: orNull(instant),
    stayed: orNull(z.object({ by: orNull(z.string()), until: orNull(instant) })).describe(
      '`by` null: by an appeal, by law',
    ),
    conflicts: z.array(z.string()).describe('Orders that contradict it, none of which prevails'),
    variedBy: orNull(z.string()),
    objection: orNull(z.object({ application: z.string(), upheld: orNull(z.boolean()) })).describe(
      'The one objection to its facts',
    ),
    asked: orNull(instant).describe('When its authority was last asked whether it still stands'),
    askAgain: orNull(instant),
    due: orNull(instant),
    sinceAt: orNull(instant),
    links: linksSchema,
  })
  .meta({ id: 'OrderAnswer' })

export const authoritySchema: z.ZodType<AuthorityAnswer> = z
  .object({
    kind: z.literal('authority'),
    query: frameSchema,
    handle: z.string(),
    name: z.string(),
    about: z.enum(AUTHORITY_KINDS),
    country: z.string(),
    legalBasis: z.string(),
    effectsAllowed: z.array(z.string()).describe('Words of the vocabulary'),
    channels: z.array(z.string()),
    sealCerts: z.array(hash),
    hierarchy: z.string(),
    rank: z.int(),
    appealStays: z.boolean(),
    holdSeconds: orNull(z.int()),
    noticedUntil: instant.describe('Until then it may only hold and annotate'),
    gazette: hash,
    application: z.string(),
    ended: orNull(instant),
    orders: count.describe('Orders that it served here so far'),
    since: count,
    sinceAt: orNull(instant),
    links: linksSchema,
  })
  .meta({ id: 'AuthorityAnswer' })

const page = {
  size: count.describe('Log size that answers'),
  at: instant,
  before: orNull(z.string()).describe('`before` of the next page; null at the end'),
}

export const ordersSchema: z.ZodType<Orders> = z
  .object({
    ...page,
    served: count.describe('All orders so far, sealed ones among them, as the state counts them'),
    sealed: count.describe('Of them, under a seal now'),
    found: count.describe('How many fit the question'),
    items: z.array(orderBriefSchema).describe('The newest first'),
  })
  .meta({ id: 'Orders' })

export const authoritiesSchema: z.ZodType<Authorities> = z
  .object({
    ...page,
    roots: z
      .array(z.object({ name: z.string(), certificate: hash }))
      .describe('Certificates to which seals chain, fixed at genesis'),
    items: z.array(authoritySchema),
  })
  .meta({ id: 'Authorities' })
