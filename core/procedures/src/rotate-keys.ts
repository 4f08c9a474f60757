/**
 * P11 Rotate keys. The old keys sign for the new ones. What only adds is at once, with proof of possession. What a
 * thief of a key would do (removing a key or a role, lowering the threshold, changing guardians, switching recovery by
 * evidence on) waits `guardSeconds`, in which any living key vetoes it; and what was removed keeps a veto for a while.
 *
 * Refusals, in order: see `rotateKeys.refusals`; the page is `docs/procedures/rotate-keys.md`.
 */

import { consentInApplication } from '@cadastre/evidence'
import {
  bool,
  type Holder,
  handle,
  type Instant,
  integer,
  type KeyPolicy,
  keyPolicy,
  nullable,
  object,
  type Schema,
  tagged,
} from '@cadastre/records'
import { type Asked, consent, longestFor } from './common.ts'
import { refuse } from './effects.ts'
import {
  type HolderMember,
  holderProcedure,
  namesMembers,
  ownChange,
  sameHolder,
  VETO_MEMBERS,
  type Veto,
  waitForChange,
} from './holder-changes.ts'
import { lessensPolicy, newKeys, policyRefusal, withPolicy } from './key-policy.ts'
import type { Decision, Inputs, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

type Rotate = { readonly step: 'rotate'; readonly holder: string; readonly policy: KeyPolicy }
/** How keys may be recovered when they are lost. */
type Recovery = {
  readonly step: 'recovery'
  readonly holder: string
  /** How many guardians it takes; null = more than half of them. */
  readonly guardianThreshold: number | null
  readonly evidenceRecovery: boolean
}
type Change = Rotate | Recovery

const ID = 'rotate-keys/1'
const body: Schema<Change | Veto> = tagged('step', {
  rotate: object({ holder: handle, policy: keyPolicy }),
  recovery: object({ holder: handle, guardianThreshold: nullable(integer(1, 16)), evidenceRecovery: bool }),
  veto: object(VETO_MEMBERS),
})

const MEMBERS: { readonly [S in Change['step']]: readonly HolderMember[] } = {
  rotate: ['policy'],
  recovery: ['guardianThreshold', 'evidenceRecovery'],
}

function changed(holder: Holder, change: Change, inputs: Inputs, at: Instant): Holder {
  if (change.step === 'rotate') {
    const vetoSeconds = longestFor(inputs, ID, holder, 'vetoSeconds')
    // Whoever can rotate the keys controls them: a veto of an earlier recovery has done its work.
    return { ...withPolicy(holder, change.policy, vetoSeconds, at), recoveryVetoed: null }
  }
  const { guardianThreshold, evidenceRecovery } = change
  return { ...holder, guardianThreshold, evidenceRecovery }
}

/** Whether the change is one that a thief of a key would make. */
function waits(holder: Holder, change: Change): boolean {
  if (change.step === 'rotate') return holder.policy !== null && lessensPolicy(holder.policy, change.policy)
  const opens = change.evidenceRecovery && !holder.evidenceRecovery
  return opens || change.guardianThreshold !== holder.guardianThreshold
}

function keysRefusal(holder: Holder, from: Asked<Change>): RefusalCode | null {
  const change = from.body
  if (change.step === 'rotate')
    return policyRefusal(change.policy, newKeys(holder.policy, change.policy), from)
  const guardians = new Set(holder.policy?.guardians).size
  return (change.guardianThreshold ?? 0) > guardians ? 'threshold-unreachable' : null
}

function decideChange(from: Asked<Change>, holder: Holder, inputs: Inputs, at: Instant): Decision {
  const change = from.body
  const given = consent(holder, from, 'full')
  if (given === null) return refuse('consent-missing')
  const members = MEMBERS[change.step]
  if (!namesMembers(from, holder, members, inputs)) return refuse('member-changed')
  const keys = keysRefusal(holder, from)
  if (keys !== null) return refuse(keys)
  const next = changed(holder, change, inputs, at)
  if (sameHolder(next, holder)) return refuse('nothing-changed')
  if (!waits(holder, change)) return ownChange(next, given, at)
  return waitForChange(ID, from, holder, members, longestFor(inputs, ID, holder, 'guardSeconds'), inputs, at)
}

export const rotateKeys: Procedure = holderProcedure<Change>({
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
    'key-repeated',
    'threshold-unreachable',
    'key-bound-to-site',
    'key-unsigned',
    'nothing-changed',
  ],
  decide: decideChange,
  waited: (change, application, inputs, at) => ({
    holder: change.holder,
    members: MEMBERS[change.step],
    basis: (holder) => consentInApplication(application, holder.handle),
    made: (holder) => changed(holder, change, inputs, at),
  }),
})
