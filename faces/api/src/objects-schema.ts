/** Schemas of moves between registries, incidents, complaints and registrations by id. */

import { TRANSIT_STATES } from '@cadastre/records'
import { z } from '@hono/zod-openapi'
import type {
  ComplaintAnswer,
  Complaints,
  IncidentAnswer,
  Incidents,
  RegistrationAnswer,
  TransitAnswer,
  TransitBrief,
  Transits,
} from './generated/lookup-types.ts'
import { count, frameSchema, heldSchema, instant, linksSchema, orNull } from './schema-parts.ts'

export const transitBriefSchema: z.ZodType<TransitBrief> = z
  .object({
    handle: z.string(),
    state: z.enum(TRANSIT_STATES),
    direction: z.enum(['out', 'in']).describe('`out`: from this registry to another one'),
    other: z.string().describe('Origin of the other registry’s log'),
    range: z.string(),
    opened: instant,
    since: count.describe('The entry that recorded it'),
  })
  .meta({ id: 'TransitBrief' })

const sideSchema = z.object({ origin: z.string(), holder: z.string() }).meta({ id: 'TransitSide' })

export const transitSchema: z.ZodType<TransitAnswer> = z
  .object({
    kind: z.literal('transit'),
    query: frameSchema,
    handle: z.string(),
    state: z.enum(TRANSIT_STATES),
    direction: z.enum(['out', 'in']),
    source: sideSchema,
    recipient: sideSchema,
    range: z.string(),
    status: z.string(),
    country: orNull(z.string()),
    registered: orNull(z.string()),
    registration: z.object({ key: z.string(), id: z.string() }),
    notBefore: orNull(instant).describe('In the source: not final before'),
    due: orNull(instant).describe('In the source: cancelled then, unless it is final'),
    opened: instant,
    statement: orNull(z.string()).describe('Hash of the other registry’s word on which the state rests'),
    otherRdap: orNull(z.string()).describe('RDAP service of the other registry'),
    since: count,
    sinceAt: orNull(instant),
    links: linksSchema,
  })
  .meta({ id: 'TransitAnswer' })

export const incidentSchema: z.ZodType<IncidentAnswer> = z
  .object({
    kind: z.literal('incident'),
    query: frameSchema,
    handle: z.string(),
    about: z.string().describe('What kind of error, as the procedure lists them'),
    affected: count.describe('Records affected'),
    discovered: instant,
    deadline: instant.describe('To be published by then'),
    at: instant.describe('When it was published'),
    report: z.string().describe('SHA-256 of the report’s text'),
    by: z.string(),
    since: count,
    links: linksSchema,
  })
  .meta({ id: 'IncidentAnswer' })

export const complaintSchema: z.ZodType<ComplaintAnswer> = z
  .object({
    kind: z.literal('complaint'),
    query: frameSchema,
    handle: z.string(),
    about: z.enum(['conduct', 'instrument']),
    complaint: z.string().describe('SHA-256 of its text'),
    instrument: orNull(z.string()).describe('SHA-256 of the instrument that is said to be forged'),
    seat: z.string().describe('Country whose authorities are competent'),
    answerBy: orNull(instant).describe('The issuing office is to have been asked by then'),
    answer: orNull(
      z.object({
        says: z.enum(['issued', 'not-issued', 'no-answer']),
        evidence: z.string(),
        staff: z.string(),
        at: instant,
      }),
    ),
    since: count,
    sinceAt: orNull(instant),
    links: linksSchema,
  })
  .meta({ id: 'ComplaintAnswer' })

export const registrationAnswerSchema: z.ZodType<RegistrationAnswer> = z
  .object({
    kind: z.literal('registration'),
    query: frameSchema,
    id: z.string(),
    entry: count.describe('The entry that recorded it first'),
    entryAt: orNull(instant),
    pieces: z.array(heldSchema).describe('What of it is in force; empty once it has ended'),
    /** What it once was: where its numbers are found now. */
    was: z.array(z.string()).describe('Blocks at which it was recorded'),
  })
  .meta({ id: 'RegistrationAnswer' })

const page = {
  size: count.describe('Log size that answers'),
  at: instant,
  before: orNull(z.string()).describe('`before` of the next page; null at the end'),
}

export const transitsSchema: z.ZodType<Transits> = z
  .object({ ...page, items: z.array(transitSchema) })
  .meta({ id: 'Transits' })
export const incidentsSchema: z.ZodType<Incidents> = z
  .object({ ...page, items: z.array(incidentSchema) })
  .meta({ id: 'Incidents' })
export const complaintsSchema: z.ZodType<Complaints> = z
  .object({ ...page, items: z.array(complaintSchema) })
  .meta({ id: 'Complaints' })
