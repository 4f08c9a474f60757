/**
 * P21 Certified extract, dated by the log. An extract with its proofs is at hand for anyone at once, without an act;
 * whoever wants a date in the log as well has its hash recorded here, beside the hash of the record that it shows. No
 * record is written.
 *
 * Refusals, in order: see `certifiedExtract.refusals`; the page is `docs/procedures/certified-extract.md`.
 */

import {
  hash32,
  type Json,
  nullable,
  object,
  type RecordKey,
  recordKey,
  type Schema,
} from '@cadastre/records'
import { admitted, asked, baseNeeds, recordNeed } from './common.ts'
import { accept, refuse } from './effects.ts'
import type { Procedure } from './procedure.ts'

export type CertifiedExtractBody = {
  readonly key: RecordKey
  /** Base64 of H(0x07 ‖ canonical JSON of the record); null where the extract shows that there is none. */
  readonly record: string | null
  /** SHA-256 of the extract's bytes. */
  readonly extract: string
}

const ID = 'certified-extract/1'
const body: Schema<CertifiedExtractBody> = object({
  key: recordKey,
  record: nullable(hash32),
  extract: hash32,
})

export const certifiedExtract: Procedure<CertifiedExtractBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'member-changed',
  ],
  deadlineSeconds: 60,
  needs(act) {
    const from = asked(act, body)
    return from === null ? [] : [...baseNeeds(ID), recordNeed(from.body.key)]
  },
  decide(act, inputs) {
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const record = inputs.record(from.value.body.key) as Json
    const hash = record === null ? null : inputs.memberHash(record)
    return hash === from.value.body.record ? accept([]) : refuse('member-changed')
  },
}
