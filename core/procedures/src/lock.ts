/**
 * P10 Lock. A holder locks its own transfers for a term of its choice; the lock ends early only as it was preset with
 * it. And the alarm against stolen keys: any one enrolled key freezes its own holder's transfers, for a short while and
 * rarely. Neither touches the record, the services or anybody else.
 *
 * Refusals, in order: see `lock.refusals`; the page is `docs/procedures/lock.md`.
 */

import { consentInApplication, vetoed } from '@cadastre/evidence'
import {
  addSeconds,
  type Holder,
  handle,
  type Instant,
  instant,
  integer,
  nullable,
  object,
  type Schema,
  tagged,
} from '@cadastre/records'
import { type Asked, consent, holderKey } from './common.ts'
import { accept, put, refuse } from './effects.ts'
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
import type { RefusalCode } from './refusals.ts'

type Lock = {
  readonly step: 'lock'
  readonly holder: string
  readonly until: Instant
  /** How long an early release waits; null = none. */
  readonly releaseSeconds: number | null
}
type Release = { readonly step: 'release'; readonly holder: string }
type Freeze = { readonly step: 'freeze'; readonly holder: string }
type Wish = Lock | Release | Freeze

const ID = 'lock/1'
const MEMBERS: readonly HolderMember[] = ['lockedUntil', 'lockReleaseSeconds']
const body: Schema<Wish | Veto> = tagged('step', {
  lock: object({ holder: handle, until: instant, releaseSeconds: nullable(integer(0, 2 ** 32)) }),
  release: object({ holder: handle }),
  freeze: object({ holder: handle }),
  veto: object(VETO_MEMBERS),
})

function isLocked(holder: Holder, at: Instant): boolean {
  return holder.lockedUntil !== null && holder.lockedUntil > at
}

/** A lock that runs can only be made longer, and its early release later. */
function lockRefusal(wish: Lock, holder: Holder, inputs: Inputs, at: Instant): RefusalCode | null {
  if (wish.until <= at) return 'term-past'
  if (isLocked(holder, at)) {
    if (holder.lockedUntil !== null && wish.until < holder.lockedUntil) return 'term-past'
    const preset = holder.lockReleaseSeconds ?? Number.POSITIVE_INFINITY
    if ((wish.releaseSeconds ?? Number.POSITIVE_INFINITY) < preset) return 'release-sooner'
  }
  return wish.until > addSeconds(at, parameterOf(inputs, ID, 'maxLockSeconds')) ? 'term-too-long' : null
}

function decideLock(from: Asked<Lock>, holder: Holder, inputs: Inputs, at: Instant): Decision {
  const given = consent(holder, from, 'full')
  if (given === null) return refuse('consent-missing')
  if (!namesMembers(from, holder, MEMBERS, inputs)) return refuse('member-changed')
  const wish = from.body
  const refusal = lockRefusal(wish, holder, inputs, at)
  if (refusal !== null) return refuse(refusal)
  const next = { ...holder, lockedUntil: wish.until, lockReleaseSeconds: wish.releaseSeconds }
  if (sameHolder(next, holder)) return refuse('nothing-changed')
  return ownChange(next, given, at)
}

function released(holder: Holder): Holder {
  return { ...holder, lockedUntil: null, lockReleaseSeconds: null }
}

function decideRelease(from: Asked<Release>, holder: Holder, inputs: Inputs, at: Instant): Decision {
  const given = consent(holder, from, 'full')
  if (given === null) return refuse('consent-missing')
  if (!namesMembers(from, holder, MEMBERS, inputs)) return refuse('member-changed')
  if (!isLocked(holder, at)) return refuse('not-locked')
  const wait = holder.lockReleaseSeconds
  if (wait === null) return refuse('release-not-preset')
  if (wait === 0) return ownChange(released(holder), given, at)
  return waitForChange(ID, from, holder, MEMBERS, wait, inputs, at)
}

/** Whoever has lost control of some keys has one left, perhaps: one of any role is enough for the alarm. */
function decideFreeze(from: Asked<Freeze>, holder: Holder, inputs: Inputs, at: Instant): Decision {
  if (!vetoed(holder, from.signatures)) return refuse('consent-missing')
  const { frozenAt } = holder
  const period = parameterOf(inputs, ID, 'freezePeriodSeconds')
  if (frozenAt !== null && at < addSeconds(frozenAt, period)) return refuse('freeze-used')
  const frozenUntil = addSeconds(at, parameterOf(inputs, ID, 'freezeSeconds'))
  return accept([put(holderKey(holder.handle), { ...holder, frozenUntil, frozenAt: at, active: at })])
}

export const lock: Procedure = holderProcedure<Wish>({
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
    'term-past',
    'release-sooner',
    'term-too-long',
    'nothing-changed',
    'not-locked',
    'release-not-preset',
    'freeze-used',
  ],
  decide({ body: wish, ...rest }, holder, inputs, at) {
    if (wish.step === 'lock') return decideLock({ ...rest, body: wish }, holder, inputs, at)
    return wish.step === 'release'
      ? decideRelease({ ...rest, body: wish }, holder, inputs, at)
      : decideFreeze({ ...rest, body: wish }, holder, inputs, at)
  },
  waited: (wish, application) =>
    wish.step !== 'release'
      ? null
      : {
          holder: wish.holder,
          members: MEMBERS,
          basis: (holder) => consentInApplication(application, holder.handle),
          made: released,
        },
})
