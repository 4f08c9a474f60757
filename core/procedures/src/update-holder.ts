/**
 * P10 Contacts, and the preset cooling of a holder's transfers. The holder alone, at once; except that shortening the
 * cooling, as a thief of a key would, waits `guardSeconds`, in which any living key of the holder vetoes it.
 *
 * Refusals, in order: see `updateHolder.refusals`; the page is `docs/procedures/update-holder.md`.
 */

import { consentInApplication } from '@cadastre/evidence'
import {
  addSeconds,
  array,
  type Contact,
  contact,
  type Holder,
  handle,
  type Instant,
  integer,
  nullable,
  object,
  type Schema,
  tagged,
} from '@cadastre/records'
import { type Asked, baseNeeds, consent, longestFor } from './common.ts'
import { refuse } from './effects.ts'
import {
  type HolderMember,
  holderProcedure,
  namesMembers,
  ownChange,
  parameterOf,
  sameHolder,
  VETO_MEMBERS,
  type Veto,
  waitForChange,
} from './holder-changes.ts'
import type { Decision, Inputs, Procedure } from './procedure.ts'

type Contacts = {
  readonly change: 'contacts'
  readonly holder: string
  readonly contacts: readonly Contact[]
}
type Cooling = {
  readonly change: 'cooling'
  readonly holder: string
  readonly coolingSeconds: number | null
}
type Change = Contacts | Cooling

const ID = 'update-holder/1'
const body: Schema<Change | Veto> = tagged('change', {
  contacts: object({ holder: handle, contacts: array(contact, 8) }),
  cooling: object({ holder: handle, coolingSeconds: nullable(integer(0, 365 * 86400)) }),
  veto: object(VETO_MEMBERS),
})
const MEMBERS: { readonly [C in Change['change']]: readonly HolderMember[] } = {
  contacts: ['contacts'],
  cooling: ['coolingSeconds'],
}

/** Former contacts that a holder may have at once: nobody flushes them out by replacing contacts again and again. */
const MAX_FORMER_CONTACTS = 24

/** The holder with new contacts; those that are no longer among them are notified for a while, and then erased. */
function withContacts(holder: Holder, contacts: readonly Contact[], inputs: Inputs, at: Instant): Holder {
  const until = addSeconds(at, longestFor(inputs, ID, holder, 'formerContactSeconds'))
  const kept = new Set(contacts.map((contact) => inputs.memberHash(contact)))
  const replaced = holder.contacts.filter((contact) => !kept.has(inputs.memberHash(contact)))
  const formerContacts = [...holder.formerContacts, ...replaced.map((contact) => ({ contact, until }))]
  return { ...holder, contacts, formerContacts }
}

function changed(holder: Holder, change: Change, inputs: Inputs, at: Instant): Holder {
  return change.change === 'contacts'
    ? withContacts(holder, change.contacts, inputs, at)
    : { ...holder, coolingSeconds: change.coolingSeconds }
}

/** Whether the change is one that a thief of a key would make: it shortens the time to withdraw a transfer. */
function waits(holder: Holder, change: Change, inputs: Inputs): boolean {
  if (change.change === 'contacts') return false
  const usual = parameterOf(inputs, 'transfer/1', 'coolingSeconds')
  return (change.coolingSeconds ?? usual) < (holder.coolingSeconds ?? usual)
}

function decideChange(from: Asked<Change>, holder: Holder, inputs: Inputs, at: Instant): Decision {
  const change = from.body
  const given = consent(holder, from, change.change === 'contacts' ? 'technical' : 'full')
  if (given === null) return refuse('consent-missing')
  const members = MEMBERS[change.change]
  if (!namesMembers(from, holder, members, inputs)) return refuse('member-changed')
  const longest = parameterOf(inputs, ID, 'maxCoolingSeconds')
  if (change.change === 'cooling' && (change.coolingSeconds ?? 0) > longest) return refuse('term-too-long')
  const next = changed(holder, change, inputs, at)
  if (next.formerContacts.length > MAX_FORMER_CONTACTS) return refuse('contacts-busy')
  if (sameHolder(next, holder)) return refuse('nothing-changed')
  if (!waits(holder, change, inputs)) return ownChange(next, given, at)
  return waitForChange(ID, from, holder, members, longestFor(inputs, ID, holder, 'guardSeconds'), inputs, at)
}

export const updateHolder: Procedure = holderProcedure<Change>({
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
    'consent-missing',
    'member-changed',
    'term-too-long',
    'contacts-busy',
    'nothing-changed',
  ],
  needs: ({ change }) => (change === 'cooling' ? baseNeeds('transfer/1') : []),
  decide: decideChange,
  waited: (change, application, inputs, at) => ({
    holder: change.holder,
    members: MEMBERS[change.change],
    basis: (holder) => consentInApplication(application, holder.handle),
    made: (holder) => changed(holder, change, inputs, at),
  }),
})
