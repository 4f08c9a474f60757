/** Bodies of submissions: the envelope's schema, and canonical texts from what was sent. */

import { canonicalJson, type Json, type JsonObject, NotCanonicalError } from '@cadastre/records'
import { z } from '@hono/zod-openapi'

/** Largest body of any request to this room, bytes. */
export const BODY_BYTES_MAX: number = 64 * 1024

/** Any JSON: the body has been parsed, so that nothing else can stand here. */
const json: z.ZodType<Json> = z
  .custom<Json>()
  .openapi({ type: ['object', 'array', 'string', 'number', 'boolean', 'null'] })

const openingSchema = z
  .strictObject({
    field: z.string().max(100).describe('jCard property name: fn, email, tel or adr'),
    value: z.string().max(500),
    opening: z.string().max(44).describe('32 random bytes, standard base64'),
    commitment: z.string().max(44).describe('HMAC-SHA256, standard base64, as the request has it'),
  })
  .meta({ id: 'Opening' })

type SentRequest = string | JsonObject

const requestText: z.ZodType<SentRequest> = z
  .custom<SentRequest>(
    (value) =>
      typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
    { error: 'the canonical text of a request, or the request as an object' },
  )
  .openapi({
    type: ['string', 'object'],
    anyOf: [{ type: 'string' }, { $ref: '#/components/schemas/SignedRequest' }],
    description: 'Its canonical text, or the object, which is then made canonical here',
  })

export type Envelope = {
  readonly request: SentRequest
  readonly evidence: string | readonly Json[]
  readonly openings: readonly { field: string; value: string; opening: string; commitment: string }[]
}

export const envelopeSchema: z.ZodType<Envelope> = z
  .strictObject({
    request: requestText,
    evidence: z
      .union([z.string(), z.array(json)], { error: 'the list of signatures, or its canonical text' })
      .describe(
        'The list of signatures: {alg, key, sig}, for webauthn also authenticatorData and clientDataJSON',
      ),
    openings: z
      .array(openingSchema)
      .max(32)
      .default([])
      .describe('Open the commitments in the request; never logged'),
  })
  .meta({ id: 'Submission' })

export type DryRunEnvelope = { readonly request: Envelope['request'] }

export const dryRunEnvelopeSchema: z.ZodType<DryRunEnvelope> = z
  .strictObject({ request: requestText })
  .meta({ id: 'DryRunSubmission' })

/** The canonical text of what was sent as text or as JSON; null where it has none (RFC 8785 with the ledger's limits). */
export function canonicalText(sent: string | Json): string | null {
  if (typeof sent === 'string') return sent
  try {
    return canonicalJson(sent)
  } catch (error) {
    if (error instanceof NotCanonicalError) return null
    throw error
  }
}
