/**
 * P11 Recover keys, where they are lost. Either the guardians that the holder preset sign for new keys, or two
 * attestors examine the evidence that whoever asks may represent the holder. Then a window runs, twice as long where
 * the holder has long been silent, in which any one living key vetoes: after that only an order recovers the keys.
 *
 * Refusals, in order: see `recoverKeys.refusals`; the page is `docs/procedures/recover-keys.md`.
 */

import { consentOfGuardians, enoughGuardians, instrumentOf } from '@cadastre/evidence'
import {
  addSeconds,
  array,
  type EnrolledKey,
  enrolledKey,
  type Holder,
  handle,
  hash32,
  type Instant,
  integer,
  object,
  type Schema,
  tagged,
} from '@cadastre/records'
import { newApplication } from './applications.ts'
import { type Asked, applicationKey, consent, holderKey, holderOf, longestFor, recordNeed } from './common.ts'
import { accept, put, refuse } from './effects.ts'
import { examinationNeeds, openExamination } from './examination.ts'
import {
  type HolderMember,
  holderProcedure,
  namesMembers,
  parameterOf,
  VETO_MEMBERS,
  type Veto,
  waitingBody,
} from './holder-changes.ts'
import { policyRefusal, withPolicy } from './key-policy.ts'
import type { Decision, Inputs, Procedure } from './procedure.ts'
import { RECOVERY_QUESTIONS } from './questions.ts'
import type { RefusalCode } from './refusals.ts'
import { awaitNotice, canNotify, noticeNeeds } from './to-notify.ts'

/** The keys that the holder is to have; its guardians stay as they are. */
type Keys = { readonly holder: string; readonly m: number; readonly keys: readonly EnrolledKey[] }
type ByGuardians = Keys & {
  readonly step: 'guardians'
  /** Those who sign. */
  readonly guardians: readonly string[]
}
type ByEvidence = Keys & {
  readonly step: 'evidence'
  /** The holder that asks, since whoever represents another is identified: it takes the places in the attestors' queues. */
  readonly by: string
  /** Hash of the register extract and the notarised or electronic identification. */
  readonly instrument: string
  /** The outside attestor that the applicant chooses. */
  readonly attestor: string
}
type Wish = ByGuardians | ByEvidence

const ID = 'recover-keys/1'
const MEMBERS: readonly HolderMember[] = ['policy']
const KEYS = { holder: handle, m: integer(1, 16), keys: array(enrolledKey, 16, 1) }
const body: Schema<Wish | Veto> = tagged('step', {
  guardians: object({ ...KEYS, guardians: array(handle, 16, 1) }),
  evidence: object({ ...KEYS, by: handle, instrument: hash32, attestor: handle }),
  veto: object(VETO_MEMBERS),
})

/** How long the window lasts: twice as long where nobody has used the holder's keys for long. */
function windowSeconds({ step }: Wish, holder: Holder, inputs: Inputs, at: Instant): number {
  const seconds = longestFor(inputs, ID, holder, step === 'guardians' ? 'guardianSeconds' : 'evidenceSeconds')
  const silence = parameterOf(inputs, ID, 'dormantSeconds')
  const dormant = holder.active === null || addSeconds(holder.active, silence) <= at
  return dormant ? 2 * seconds : seconds
}

/** Whether there is anything that evidence could prove: a key alone cannot be recovered by papers. */
function evidenceMayRecover(holder: Holder): boolean {
  return holder.evidenceRecovery && holder.identity !== null && !holder.identity.startsWith('KEY-')
}

/** The guardians that the request names, if each of them exists and signed. */
function guardiansSigned(from: Asked<ByGuardians>, inputs: Inputs): readonly string[] | null {
  const { guardians } = from.body
  const all = guardians.every((guardian) => {
    const helper = holderOf(inputs, guardian)
    return helper !== null && consent(helper, from, 'full') !== null
  })
  return all ? guardians : null
}

/** The holder with its recovered keys. Guardians stay, the old keys keep a veto, and no transfer is for a while. */
function recovered(holder: Holder, { m, keys }: Keys, inputs: Inputs, at: Instant): Holder {
  const policy = { m, keys, guardians: holder.policy?.guardians ?? [] }
  return {
    ...withPolicy(holder, policy, longestFor(inputs, ID, holder, 'vetoSeconds'), at),
    transferableFrom: addSeconds(at, parameterOf(inputs, ID, 'transferAfterSeconds')),
  }
}

function keysRefusal(from: Asked<Wish>, holder: Holder, inputs: Inputs): RefusalCode | null {
  if (!namesMembers(from, holder, MEMBERS, inputs)) return 'member-changed'
  const { m, keys } = from.body
  const refusal = policyRefusal(from.body, keys, from)
  if (refusal !== null) return refusal
  const { policy } = holder
  const same = inputs.memberHash({ ...policy, m, keys }) === inputs.memberHash(policy)
  return same ? 'nothing-changed' : null
}

function decideGuardians(from: Asked<ByGuardians>, holder: Holder, inputs: Inputs, at: Instant): Decision {
  if (holder.recoveryVetoed !== null) return refuse('recovery-vetoed')
  const guardians = guardiansSigned(from, inputs)
  if (guardians === null || !enoughGuardians(holder, guardians)) return refuse('guardians-missing')
  const refusal = keysRefusal(from, holder, inputs)
  if (refusal !== null) return refuse(refusal)
  const waiting = waitingBody(from, holder, MEMBERS, inputs)
  const application = awaitNotice(
    newApplication(ID, waiting, guardians, 'to-notify', null, at),
    [holder.handle],
    { windowSeconds: windowSeconds(from.body, holder, inputs, at), windowDays: [] },
    inputs,
    at,
  )
  return accept([put(applicationKey(application.handle), application)])
}

/** Whether the holder that asks by evidence is there and signed. */
function askerRefusal(from: Asked<ByEvidence>, inputs: Inputs): RefusalCode | null {
  const asker = holderOf(inputs, from.body.by)
  if (asker === null) return 'holder-unknown'
  return consent(asker, from, 'full') === null ? 'consent-missing' : null
}

function decideEvidence(from: Asked<ByEvidence>, holder: Holder, inputs: Inputs, at: Instant): Decision {
  const unasked = askerRefusal(from, inputs)
  if (unasked !== null) return refuse(unasked)
  if (holder.recoveryVetoed !== null) return refuse('recovery-vetoed')
  if (!evidenceMayRecover(holder)) return refuse('evidence-recovery-off')
  const refusal = keysRefusal(from, holder, inputs)
  if (refusal !== null) return refuse(refusal)
  const waiting = waitingBody(from, holder, MEMBERS, inputs)
  const opened = openExamination(
    newApplication(ID, waiting, [from.body.by], 'examining', null, at),
    {
      applicant: from.body.by,
      attestor: from.body.attestor,
      questions: RECOVERY_QUESTIONS,
      affected: [holder.handle],
      windowSeconds: windowSeconds(from.body, holder, inputs, at),
    },
    inputs,
    at,
  )
  return opened.ok ? accept(opened.value) : refuse(opened.error)
}

export const recoverKeys: Procedure = holderProcedure<Wish>({
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
    'recovery-vetoed',
    'guardians-missing',
    'evidence-recovery-off',
    'member-changed',
    'key-repeated',
    'threshold-unreachable',
    'key-bound-to-site',
    'key-unsigned',
    'nothing-changed',
    'quota-reached',
    'attestor-not-outside',
    'attestors-unavailable',
  ],
  needs: (wish, known) =>
    wish.step === 'guardians'
      ? [...wish.guardians.map((guardian) => recordNeed(holderKey(guardian))), ...noticeNeeds()]
      : [recordNeed(holderKey(wish.by)), ...examinationNeeds(known, wish.by)],
  decide({ body: wish, ...rest }, holder, inputs, at) {
    if (!canNotify(inputs)) return refuse('procedure-unknown')
    return wish.step === 'guardians'
      ? decideGuardians({ ...rest, body: wish }, holder, inputs, at)
      : decideEvidence({ ...rest, body: wish }, holder, inputs, at)
  },
  waited: (wish, application, inputs, at) => ({
    holder: wish.holder,
    members: MEMBERS,
    refusal: (holder) => (holder.recoveryVetoed === null ? null : 'recovery-vetoed'),
    basis: (holder) =>
      wish.step === 'guardians'
        ? consentOfGuardians(holder, application)
        : instrumentOf(application, holder.handle, at),
    made: (holder) => recovered(holder, wish, inputs, at),
  }),
  vetoed: (holder, at) => ({ ...holder, recoveryVetoed: at }),
})
