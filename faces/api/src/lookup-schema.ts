/**
 * What `/api/lookup` answers. Everything is of one published checkpoint (`size`, `at`); what lies inside a block is a
 * listing and not proved. The types that other rooms use are generated from here into `generated/lookup-types.ts`.
 */

import { APPLICATION_STATES } from '@cadastre/records'
import { z } from '@hono/zod-openapi'
import type {
  ActOnView,
  AnnotationView,
  ApplicationAnswer,
  ExaminationView,
  HolderAnswer,
  HoldersAnswer,
  InsideCell,
  Lookup,
  NoticeView,
  NumbersAnswer,
  OrderOnView,
  PoolAnswer,
  RegistrationView,
  ServicesAt,
} from './generated/lookup-types.ts'
import {
  complaintSchema,
  incidentSchema,
  registrationAnswerSchema,
  transitBriefSchema,
  transitSchema,
} from './objects-schema.ts'
import { authoritySchema, orderSchema } from './orders-schema.ts'
import {
  briefSchema,
  count,
  frameSchema,
  heldSchema,
  instant,
  linksSchema,
  orNull,
  partySchema,
  registrationKind,
} from './schema-parts.ts'

const annotationSchema: z.ZodType<AnnotationView> = z
  .object({
    id: z.string(),
    kind: z.string().describe('`dispute`, `court-claim`, `sanction` or `correction`'),
    by: z.string().describe('Handle of a holder, or a pseudonym of the claimant’s key'),
    evidence: orNull(z.string()).describe('Hash of the evidence'),
    until: orNull(instant),
    since: count,
  })
  .meta({ id: 'AnnotationView' })

const orderOnSchema: z.ZodType<OrderOnView> = z
  .object({
    order: z.string().describe('Such as O-41: the page /orders/O-41'),
    holds: z.boolean().describe('Whether the numbers cannot be moved away now'),
    says: z.string().describe('One sentence'),
  })
  .meta({ id: 'OrderOnView' })

const actOnSchema: z.ZodType<ActOnView> = z
  .object({ application: z.string(), title: z.string(), says: z.string().describe('One sentence') })
  .meta({ id: 'ActOnView', description: 'A claim or succession in its window' })

const standingOn = {
  orders: z.array(orderOnSchema).describe('What stands there by order of an authority, stayed orders too'),
  acts: z.array(actOnSchema).describe('Claims and successions in their window'),
}

const registrationSchema: z.ZodType<RegistrationView> = z
  .object({
    id: z.string(),
    kind: registrationKind,
    cell: z.string().describe('Record key of the cell in which it stands'),
    range: z.string().describe('The whole range, such as 203.0.113.0 - 203.0.113.255'),
    prefixes: z.array(z.string()).describe('The fewest prefixes that fill the range; empty for AS numbers'),
    holder: orNull(partySchema),
    status: z.string(),
    country: orNull(z.string()),
    registered: orNull(z.string()).describe('Declared date of first registration'),
    until: orNull(instant),
    protected: z.boolean(),
    provenance: orNull(z.string()).describe('Import source'),
    procedure: z.string().describe('Procedure under which it is recorded, such as import/1'),
    since: count.describe('Index of the entry from which this holder has held it'),
    sinceAt: orNull(instant).describe('Time of that entry'),
    pending: orNull(z.string()).describe('Handle of the application under way'),
    heldUntil: orNull(instant),
    delayedUntil: orNull(instant).describe('End of the one delay of transfers under a court claim'),
    annotations: z
      .array(annotationSchema)
      .describe('Claims of others, noted and not judged; no service depends on them'),
    transit: orNull(transitBriefSchema).describe('The move between registries that is under way'),
    ...standingOn,
  })
  .meta({ id: 'RegistrationView' })

const servicesSchema: z.ZodType<ServicesAt> = z
  .object({
    block: z.string(),
    under: z.string().describe('Registration that authorises them'),
    nameServers: z.array(z.string()),
    delegationSigners: z
      .array(z.string())
      .describe('Presentation form of the DS record data (RFC 4034 section 5.3)'),
    routes: z.array(z.object({ prefix: z.string(), origin: z.int() })),
    roas: z.array(z.object({ prefix: z.string(), asn: z.int(), maxLength: z.int() })),
  })
  .meta({ id: 'ServicesAt' })

const insideSchema: z.ZodType<InsideCell> = z
  .object({ key: z.string(), block: z.string(), registrations: z.array(briefSchema) })
  .meta({ id: 'InsideCell' })

const numbersSchema: z.ZodType<NumbersAnswer> = z
  .object({
    kind: z.literal('numbers'),
    query: frameSchema,
    space: z.enum(['ip4', 'ip6', 'asn']),
    key: z.string().describe('Record key of what was asked: what the proof proves'),
    standing: z.enum(['not-ours', 'free', 'held', 'reserved', 'quarantined', 'moved-out']),
    chain: z.array(registrationSchema).describe('All that cover it, outermost first'),
    innermost: orNull(registrationSchema),
    services: z.array(servicesSchema).describe('In force at covering blocks, outermost first'),
    inside: z.object({
      of: z.string().describe('Record key of the block whose inside is listed'),
      items: z.array(insideSchema),
      after: orNull(z.string()).describe('`after` of the next page; null at the end'),
      proved: z.literal(false).describe('A listing: the proof does not cover it'),
    }),
    links: linksSchema,
  })
  .meta({ id: 'NumbersAnswer' })

export const holderSchema: z.ZodType<HolderAnswer> = z
  .object({
    kind: z.literal('holder'),
    query: frameSchema,
    holder: partySchema,
    identity: orNull(z.string()),
    register: orNull(z.object({ name: z.string(), number: z.string() })).describe(
      'Public register of an organisation',
    ),
    policy: orNull(
      z.object({
        threshold: z.int(),
        keys: z.array(z.object({ alg: z.string(), key: z.string(), roles: z.array(z.string()) })),
        guardians: z.array(z.string()),
      }),
    ),
    contacts: z.array(
      z.object({
        role: z.string(),
        kind: z.string(),
        fields: z.array(
          z.object({
            field: z.string(),
            commitment: z.string(),
            value: orNull(z.string()).describe('Null where it is a person’s own data, or erased'),
          }),
        ),
      }),
    ),
    lockedUntil: orNull(instant),
    coolingSeconds: orNull(z.int()),
    frozenUntil: orNull(instant).describe('A key of the holder froze its transfers until then'),
    transferableFrom: orNull(instant).describe('Keys were recovered: no transfer before'),
    evidenceRecovery: z.boolean().describe('Whether keys may be recovered by evidence'),
    guardianThreshold: orNull(z.int()).describe('How many guardians recover keys; null = more than half'),
    dissolved: orNull(instant).describe('Official notice of death or dissolution'),
    confirmed: orNull(instant),
    ...standingOn,
    representatives: z
      .array(z.object({ order: z.string(), says: z.string() }))
      .describe('Who acts for it by order of an authority'),
    procedure: z.string(),
    since: count,
    sinceAt: orNull(instant),
    holdings: z.object({
      items: z.array(heldSchema),
      more: z.boolean(),
      after: orNull(z.string()).describe('`after` of the next page; null at the end'),
      proved: z.literal(false),
    }),
    links: linksSchema,
  })
  .meta({ id: 'HolderAnswer' })

const holdersSchema: z.ZodType<HoldersAnswer> = z
  .object({
    kind: z.literal('holders'),
    query: frameSchema,
    items: z.array(partySchema).describe('Holders whose handle or legal name contains the text'),
    more: z.boolean(),
  })
  .meta({ id: 'HoldersAnswer' })

const windowDaysSchema: z.ZodType<ExaminationView['windowDays']> = z
  .array(z.object({ days: z.int(), calendar: z.string() }))
  .describe('The same in business days of the calendar with this hash; the last end counts')

const examinationSchema: z.ZodType<ExaminationView> = z
  .object({
    questions: z.array(z.object({ id: z.string(), text: z.string() })),
    affected: z.array(z.string()).describe('Holders whose every living key can veto'),
    windowSeconds: z.int(),
    windowDays: windowDaysSchema,
    overdue: orNull(instant).describe('The last deadline that passed without all answers'),
    calls: z.array(
      z.object({
        staff: z.string(),
        outside: z.boolean().describe('Outside the operator'),
        ahead: orNull(z.int()).describe('Calls before it in this attestor’s queue; null once it is served'),
        committed: z.boolean(),
        missed: z.boolean().describe('The deadline passed, and another was called instead'),
        answers: z
          .array(z.object({ question: z.string(), yes: z.boolean() }))
          .describe('Empty until they are revealed'),
        evidence: orNull(z.string()),
      }),
    ),
  })
  .meta({ id: 'ExaminationView' })

const noticeSchema: z.ZodType<NoticeView> = z
  .object({
    to: z.array(z.string()).describe('Holders; none = everybody, in public'),
    attempted: z.array(z.string()).describe('Those to whom an attempt is logged'),
    windowSeconds: z.int().describe('How long the window lasts that begins with the last of them'),
    windowDays: windowDaysSchema,
    overdue: orNull(instant).describe('The registry’s deadline, where it passed without an attempt'),
  })
  .meta({ id: 'NoticeView' })

export const applicationSchema: z.ZodType<ApplicationAnswer> = z
  .object({
    kind: z.literal('application'),
    query: frameSchema,
    handle: z.string(),
    procedure: z.string(),
    state: z.enum(APPLICATION_STATES),
    due: orNull(instant),
    place: orNull(z.object({ queue: z.string(), ahead: count })).describe(
      'While it waits in the queue of a pool: which one, and how many are served before it',
    ),
    consents: z.array(z.string()),
    fee: orNull(
      z.object({ request: z.string(), settled: orNull(z.enum(['paid', 'unanswered', 'refused'])) }),
    ).describe(
      'The fee of this act: the hash of the request that it is for; `settled` null: awaited until `due`',
    ),
    reason: orNull(z.object({ code: z.string(), text: z.string() })).describe('Why a failed one failed'),
    body: z.record(z.string(), z.unknown()).describe('The request’s body as signed'),
    examination: orNull(examinationSchema),
    notice: orNull(noticeSchema).describe(
      'Whom the registry must try to tell before the window begins; null where nothing waits for that',
    ),
    since: count,
    sinceAt: orNull(instant),
    links: linksSchema,
  })
  .meta({ id: 'ApplicationAnswer' })

export const poolSchema: z.ZodType<PoolAnswer> = z
  .object({
    kind: z.literal('pool'),
    query: frameSchema,
    handle: z.string(),
    space: z.enum(['ip4', 'ip6', 'asn']),
    range: z.string(),
    open: z.boolean().describe('Whether the applicant may choose the block'),
    waiting: z.boolean().describe('Whether applications wait in its queue'),
    since: count,
    links: linksSchema,
  })
  .meta({ id: 'PoolAnswer' })

export const lookupSchema: z.ZodType<Lookup> = z
  .union([
    numbersSchema,
    holderSchema,
    holdersSchema,
    applicationSchema,
    poolSchema,
    registrationAnswerSchema,
    transitSchema,
    incidentSchema,
    complaintSchema,
    orderSchema,
    authoritySchema,
  ])
  .meta({ id: 'Lookup' })
