/**
 * P3 Sub-delegate and lease. Whoever holds numbers registers a child inside them, for a term or without one. An
 * unprotected child is its parent's note about a customer; a protected one is a holding that ends early only by its
 * own signature. The registry mediates no contract. How children begin stands in `delegate-grant.ts`, how they end in
 * `delegate-end.ts`.
 *
 * Refusals, in order: see `delegate.refusals`; the page is `docs/procedures/delegate.md`.
 */

import { handle, type Instant, object, type Schema, tagged } from '@cadastre/records'
import { endApplication } from './applications.ts'
import { type Asked, admitted, applicationOf, asked, baseNeeds, objectAt } from './common.ts'
import { decideEnd, decideTerm, type End, endNeeds, termNeeds } from './delegate-end.ts'
import { decideGrant, decideGranted, GRANT, type Grant, grantIn, grantNeeds } from './delegate-grant.ts'
import { accept, refuse } from './effects.ts'
import { holderVetoRefusal, VETO_MEMBERS, type Veto, vetoNeeds } from './holder-changes.ts'
import type { Decision, Inputs, Need, Procedure } from './procedure.ts'
import { blockOfKey, registrationRef } from './ranges.ts'

export type DelegateBody = Grant | End | ({ readonly step: 'veto' } & Veto)

const ID = 'delegate/1'
const body: Schema<DelegateBody> = tagged('step', {
  grant: GRANT,
  end: object({ registration: registrationRef, by: handle }),
  veto: object(VETO_MEMBERS),
})

function wishNeeds(wish: DelegateBody, known: Inputs): readonly Need[] {
  switch (wish.step) {
    case 'grant':
      return grantNeeds(wish, known)
    case 'end':
      return endNeeds(wish, known)
    case 'veto':
      return vetoNeeds(wish)
  }
}

/** Any one living key of parent or child vetoes a protected child that waits. */
function decideVeto(from: Asked<Veto>, inputs: Inputs, at: Instant): Decision {
  const refusal = holderVetoRefusal(from, ID, ({ consents }) => consents, inputs, at)
  if (refusal !== null) return refuse(refusal)
  const application = applicationOf(inputs, from.body.application)
  if (application === null) throw new Error('checked by holderVetoRefusal')
  return accept([endApplication(application, 'vetoed')])
}

export const delegate: Procedure<DelegateBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'not-due',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'application-unknown',
    'application-closed',
    'holder-unknown',
    'not-party',
    'registration-unknown',
    'not-a-child',
    'not-holder',
    'consent-missing',
    'child-consent-missing',
    'member-changed',
    'range-outside',
    'range-not-a-block',
    'act-pending',
    'held',
    'overlaps-sibling',
    'range-too-busy',
    'parent-unprotected',
    'term-missing',
    'term-past',
    'term-too-long',
    'protected-child',
    'cell-full',
    'entry-too-large',
  ],
  deadlineSeconds: 60,
  needs(act, known) {
    if (act.kind === 'due') {
      if (blockOfKey(act.subject) !== null) return termNeeds(act.subject, known)
      const waiting = grantIn(objectAt('application', act.subject, known))
      return waiting === null ? [] : [...baseNeeds(ID), ...grantNeeds(waiting, known)]
    }
    const from = asked(act, body)
    return from === null ? [] : [...baseNeeds(ID), ...wishNeeds(from.body, known)]
  },
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      if (blockOfKey(act.subject) !== null) return decideTerm(act.subject, inputs, at)
      const application = objectAt('application', act.subject, inputs)
      return application === null ? refuse('not-due') : decideGranted(application, inputs, at)
    }
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const { body: wish, ...rest } = from.value
    switch (wish.step) {
      case 'grant':
        return decideGrant({ ...rest, body: wish }, inputs, at)
      case 'end':
        return decideEnd({ ...rest, body: wish }, inputs, at)
      case 'veto':
        return decideVeto({ ...rest, body: wish }, inputs, at)
    }
  },
}
