/**
 * Erasing personal data. The log holds commitments; erasing deletes what opens them, in the transaction of this op, and
 * takes them out of the holder's record. Old entries, proofs and signatures verify as before. Contacts that were
 * replaced are erased unasked, when they have been notified for long enough; to erase sooner silences whom they would
 * have warned, so it takes the holder's `full` keys.
 *
 * Refusals, in order: see `erase.refusals`; the page is `docs/procedures/erase.md`.
 */

import {
  array,
  commitmentsOf,
  type Holder,
  handle,
  hash32,
  type Instant,
  object,
  type Schema,
  withoutCommitments,
} from '@cadastre/records'
import { admitted, asked, baseNeeds, consent, holderKey, holderOf, objectAt, recordNeed } from './common.ts'
import { accept, lessen, put, refuse } from './effects.ts'
import type { Decision, Procedure } from './procedure.ts'

export type EraseBody = { readonly holder: string; readonly commitments: readonly string[] }

const ID = 'erase/1'
const body: Schema<EraseBody> = object({ holder: handle, commitments: array(hash32, 32, 1) })

function erasedFrom(holder: Holder, commitments: readonly string[]): Holder {
  const erased = new Set(commitments)
  return {
    ...holder,
    contacts: withoutCommitments(holder.contacts, erased),
    formerContacts: holder.formerContacts.flatMap(({ contact, until }) =>
      withoutCommitments([contact], erased).map((kept) => ({ contact: kept, until })),
    ),
  }
}

function decideDue(holder: Holder | null, at: Instant): Decision {
  if (holder === null) return refuse('not-due')
  const formerContacts = holder.formerContacts.filter(({ until }) => until > at)
  if (formerContacts.length === holder.formerContacts.length) return refuse('not-due')
  return accept([put(holderKey(holder.handle), { ...holder, formerContacts })])
}

export const erase: Procedure<EraseBody> = {
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
    'holder-unknown',
    'consent-missing',
    'commitment-unknown',
  ],
  deadlineSeconds: 60,
  needs(act) {
    if (act.kind === 'due') return []
    const from = asked(act, body)
    return from === null ? [] : [...baseNeeds(ID), recordNeed(holderKey(from.body.holder))]
  },
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideDue(objectAt('holder', act.subject, inputs), at)
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const holder = holderOf(inputs, from.value.body.holder)
    if (holder === null) return refuse('holder-unknown')
    const given = consent(holder, from.value, 'full')
    if (given === null) return refuse('consent-missing')
    const own = commitmentsOf(holder)
    if (!from.value.body.commitments.every((commitment) => own.includes(commitment)))
      return refuse('commitment-unknown')
    const erased = { ...erasedFrom(holder, from.value.body.commitments), active: at }
    return accept([lessen(holderKey(holder.handle), erased, given)])
  },
}
