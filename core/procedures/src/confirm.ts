/**
 * P24 Confirm. A holder reconfirms that its data is right. The date is shown, and no consequence ever follows from its
 * age: it is an input of no decision.
 *
 * Refusals, in order: see `confirm.refusals`; the page is `docs/procedures/confirm.md`.
 */

import { handle, object, type Schema } from '@cadastre/records'
import { admitted, asked, baseNeeds, consent, holderKey, holderOf, recordNeed } from './common.ts'
import { accept, lessen, refuse } from './effects.ts'
import type { Procedure } from './procedure.ts'

export type ConfirmBody = { readonly holder: string }

const ID = 'confirm/1'
const body: Schema<ConfirmBody> = object({ holder: handle })

export const confirm: Procedure<ConfirmBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'holder-unknown',
    'consent-missing',
    'nothing-changed',
  ],
  deadlineSeconds: 60,
  needs(act) {
    const from = asked(act, body)
    return from === null ? [] : [...baseNeeds(ID), recordNeed(holderKey(from.body.holder))]
  },
  decide(act, inputs, at) {
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const holder = holderOf(inputs, from.value.body.holder)
    if (holder === null) return refuse('holder-unknown')
    const given = consent(holder, from.value, 'technical')
    if (given === null) return refuse('consent-missing')
    if (holder.confirmed === at) return refuse('nothing-changed')
    return accept([lessen(holderKey(holder.handle), { ...holder, confirmed: at, active: at }, given)])
  },
}
