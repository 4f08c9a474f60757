/**
 * Opens the registry: founding ends for good. From then on nothing enters by import, and holders act.
 *
 * Refusals, in order: see `open.refusals`; the page is `docs/procedures/open.md`.
 */

import { addSeconds, handle, type Instant, object, type Schema } from '@cadastre/records'
import {
  type Asked,
  asked,
  baseNeeds,
  numberParameter,
  procedureOf,
  REGISTRY_KEY,
  recordNeed,
  registryOf,
} from './common.ts'
import { accept, put, refuse } from './effects.ts'
import { foundingRefusal, staffKey } from './founding.ts'
import type { Inputs, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

const ID = 'open/1'

/** `staff`: handle of the operator that signs. */
export type OpenBody = { readonly staff: string }

const body: Schema<OpenBody> = object({ staff: handle })

function refusalOf(from: Asked<OpenBody>, inputs: Inputs, at: Instant): RefusalCode | null {
  const founding = foundingRefusal(from, inputs, ID)
  if (founding !== null) return founding
  const registry = registryOf(inputs)
  const parameters = procedureOf(inputs, ID)
  if (registry === null || parameters === null) throw new Error('checked by foundingRefusal')
  if (registry.importing !== null) return 'import-in-progress'
  const wait = numberParameter(parameters, 'objectionSeconds')
  const waiting = registry.imported !== null && at < addSeconds(registry.imported, wait)
  return waiting ? 'objection-period' : null
}

export const open: Procedure<OpenBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'not-founding',
    'staff-unknown',
    'staff-signature-missing',
    'wrong-staff-role',
    'parts-missing',
    'import-in-progress',
    'objection-period',
  ],
  deadlineSeconds: 60,
  needs(act) {
    const from = asked(act, body)
    return from === null ? [] : [...baseNeeds(ID), recordNeed(staffKey(from.body.staff))]
  },
  decide(act, inputs, at) {
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const refusal = refusalOf(from, inputs, at)
    if (refusal !== null) return refuse(refusal)
    const registry = registryOf(inputs)
    if (registry === null) throw new Error('checked by foundingRefusal')
    return accept([put(REGISTRY_KEY, { ...registry, state: 'open' })])
  },
}
