/** Schemas that several answers share. */

import { z } from '@hono/zod-openapi'
import type { Frame, HeldBlock, Links, Party, Pause, RegistrationBrief } from './generated/lookup-types.ts'

/** `anyOf` with null: the form that every reader of a description understands. */
export function orNull<T>(schema: z.ZodType<T>): z.ZodType<T | null> {
  return z.union([schema, z.null()])
}

export const instant: z.ZodType<string> = z
  .string()
  .describe('RFC 3339 instant in UTC with whole seconds, such as 2026-11-24T06:13:43Z')
export const count: z.ZodType<number> = z.int().min(0)
const path: z.ZodType<string> = z.string().describe('Path on this server')

export const pauseSchema: z.ZodType<Pause> = z
  .object({
    since: instant,
    until: instant,
    trigger: z.string(),
    report: z.string().describe('SHA-256 of the published cause'),
    says: z.string().describe('One sentence for people'),
  })
  .meta({ id: 'Pause' })

export const frameSchema: z.ZodType<Frame> = z
  .object({
    text: z.string().describe('What was asked, as sent'),
    canonical: z.string().describe('What was asked, in its one canonical spelling'),
    size: count.describe('Log size of the checkpoint that answers'),
    at: instant.describe('Time of the state that answers'),
    demonstration: orNull(z.string()).describe('The notice of a demonstration registry; null otherwise'),
    paused: orNull(pauseSchema).describe('The pause in force, the same for everyone; null without one'),
  })
  .meta({ id: 'Frame' })

export const partySchema: z.ZodType<Party> = z
  .object({
    handle: z.string(),
    name: orNull(z.string()).describe('Legal name of an organisation; null for a person'),
    kind: z.enum(['organisation', 'person', 'imported']),
    country: orNull(z.string()).describe('Declared country, ISO 3166-1 alpha-2'),
  })
  .meta({ id: 'Party' })

export const registrationKind: z.ZodType<RegistrationBrief['kind']> = z.enum([
  'pool',
  'holding',
  'sub',
  'lease',
  'reserved',
  'quarantined',
  'moved-out',
])

export const briefSchema: z.ZodType<RegistrationBrief> = z
  .object({
    id: z.string(),
    kind: registrationKind,
    range: z.string(),
    holder: orNull(partySchema),
    status: z.string(),
  })
  .meta({ id: 'RegistrationBrief' })

export const linksSchema: z.ZodType<Links> = z
  .object({
    self: path,
    proof: path.describe('Proof document (C2SP tlog-proof) at the last checkpoint'),
    proofAt: path.describe('The same at the checkpoint that answers'),
    history: path,
    rdap: orNull(path),
    whois: orNull(path),
  })
  .meta({ id: 'Links' })

export const heldSchema: z.ZodType<HeldBlock> = z
  .object({ block: z.string(), key: z.string(), registration: briefSchema })
  .meta({ id: 'HeldBlock' })
