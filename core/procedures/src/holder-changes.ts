/**
 * What the procedures on a holder's own record share: naming the members that a request replaces, changes that wait as
 * a guard against stolen keys, and the veto against them.
 */

import { type Basis, type Consent, vetoed } from '@cadastre/evidence'
import {
  type Application,
  addSeconds,
  canonicalJson,
  type Holder,
  handle,
  type Instant,
  type Json,
  type JsonObject,
  nullable,
  type Schema,
} from '@cadastre/records'
import { endApplication, hasEnded, newApplication } from './applications.ts'
import {
  type Asked,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  commonRefusal,
  consent,
  holderKey,
  holderOf,
  namesMember,
  numberParameter,
  objectAt,
  procedureOf,
  recordNeed,
} from './common.ts'
import { accept, lessen, put, refuse } from './effects.ts'
import { beforeEffect } from './pauses.ts'
import type { Decision, Inputs, Need, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

/** Members of a holder's record that requests name before they replace them. */
export type HolderMember =
  | 'contacts'
  | 'policy'
  | 'coolingSeconds'
  | 'lockedUntil'
  | 'lockReleaseSeconds'
  | 'guardianThreshold'
  | 'evidenceRecovery'

/** Whether the request names each of these members as it stands. */
export function namesMembers(
  from: Asked<unknown>,
  holder: Holder,
  members: readonly HolderMember[],
  inputs: Inputs,
): boolean {
  return members.every((name) =>
    namesMember(from, `${holderKey(holder.handle)}#${name}`, holder[name], inputs),
  )
}

/** The effect of a change by the holder's own keys, which is an activity of the holder. */
export function ownChange(next: Holder, given: Consent, at: Instant): Decision {
  return accept([lessen(holderKey(next.handle), { ...next, active: at }, given)])
}

/** The application in which a change of these members waits for so many seconds. */
export function waitForChange(
  procedure: string,
  from: Asked<unknown>,
  holder: Holder,
  members: readonly HolderMember[],
  seconds: number,
  inputs: Inputs,
  at: Instant,
): Decision {
  const body = waitingBody(from, holder, members, inputs)
  const due = addSeconds(at, seconds)
  const application = newApplication(procedure, body, [holder.handle], 'cooling', due, at)
  return accept([put(applicationKey(application.handle), application)])
}

/** Whether a holder's record and a change of it are the same; members that were not touched are one and the same value. */
export function sameHolder(one: Holder, other: Holder): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every((name) => {
    const [left, right] = [one[name as keyof Holder], other[name as keyof Holder]]
    return left === right || canonicalJson(left ?? null) === canonicalJson(right ?? null)
  })
}

/** A numeric parameter of a procedure that `commonRefusal` has found to be in force. */
export function parameterOf(inputs: Inputs, id: string, name: string): number {
  const record = procedureOf(inputs, id)
  if (record === null) throw new Error('no act of this procedure exists before genesis')
  return numberParameter(record, name)
}

/** The body in which a change waits: as signed, with the hashes of what it replaces. */
export function waitingBody(
  from: Asked<unknown>,
  holder: Holder,
  members: readonly HolderMember[],
  inputs: Inputs,
): JsonObject {
  return { ...from.request.body, replaces: hashesOf(holder, members, inputs) }
}

function hashesOf(
  holder: Holder,
  members: readonly HolderMember[],
  inputs: Inputs,
): readonly (string | null)[] {
  return members.map((name) => {
    const value = holder[name] as Json
    return value === null ? null : inputs.memberHash(value)
  })
}

/** A change whose time has come. */
type Waited = {
  readonly holder: string
  readonly members: readonly HolderMember[]
  /** What stands against it now, whatever else. */
  readonly refusal?: (holder: Holder) => RefusalCode | null
  /** Why it may be made; null where the reason has gone. */
  basis(holder: Holder): Basis | null
  made(holder: Holder): Holder
}

/** The change is made, if what it replaces is still what was signed for; else the application fails and says why. */
function decideWaited(
  application: Application,
  change: Waited | null,
  inputs: Inputs,
  at: Instant,
): Decision {
  const waits = beforeEffect(application, inputs, at)
  if (waits !== null) return waits
  const holder = change === null ? null : holderOf(inputs, change.holder)
  if (change === null || holder === null)
    return accept([endApplication(application, 'failed', 'holder-unknown')])
  const refusal = change.refusal?.(holder) ?? null
  if (refusal !== null) return accept([endApplication(application, 'failed', refusal)])
  const signedFor = JSON.stringify(application.body['replaces'])
  const same = signedFor === JSON.stringify(hashesOf(holder, change.members, inputs))
  const basis = change.basis(holder)
  if (basis === null || !same) return accept([endApplication(application, 'failed', 'member-changed')])
  const { opened } = application
  const active = holder.active !== null && holder.active > opened ? holder.active : opened
  return accept([
    lessen(holderKey(holder.handle), { ...change.made(holder), active }, basis),
    endApplication(application, 'effected'),
  ])
}

/** Who vetoes: the holder's own key, living or lately removed, or a guardian that was lately removed. */
export type Veto = {
  readonly holder: string
  readonly application: string
  readonly guardian: string | null
}
export const VETO_MEMBERS: {
  readonly holder: Schema<string>
  readonly application: Schema<string>
  readonly guardian: Schema<string | null>
} = { holder: handle, application: handle, guardian: nullable(handle) }

export function vetoNeeds({ holder, application, guardian }: Veto): readonly Need[] {
  const parties = guardian === null ? [holder] : [holder, guardian]
  return [recordNeed(applicationKey(application)), ...parties.map((party) => recordNeed(holderKey(party)))]
}

/**
 * Whether this holder may veto this application of the procedure. `partiesOf` gives those whose keys the application
 * could touch, from its body as signed.
 */
export function holderVetoRefusal(
  from: Asked<Veto>,
  procedure: string,
  partiesOf: (application: Application) => readonly unknown[],
  inputs: Inputs,
  at: Instant,
): RefusalCode | null {
  const application = applicationOf(inputs, from.body.application)
  if (application === null || application.procedure !== procedure) return 'application-unknown'
  if (hasEnded(application, at)) return 'application-closed'
  const holder = holderOf(inputs, from.body.holder)
  const { guardian } = from.body
  const helper = guardian === null ? null : holderOf(inputs, guardian)
  if (holder === null || (guardian !== null && helper === null)) return 'holder-unknown'
  if (!partiesOf(application).includes(holder.handle)) return 'not-party'
  const may = helper === null ? ownKeySigned(holder, from, at) : guardianSigned(holder, helper, from, at)
  return may ? null : 'consent-missing'
}

/** One key of the holder, living or lately removed, signed: enough for a veto. */
export function ownKeySigned(holder: Holder, from: Asked<unknown>, at: Instant): boolean {
  if (vetoed(holder, from.signatures)) return true
  return holder.formerKeys.some(
    ({ alg, key, until }) =>
      until > at && from.signatures.keys.some((by) => by.alg === alg && by.key === key),
  )
}

function guardianSigned(holder: Holder, helper: Holder, from: Asked<unknown>, at: Instant): boolean {
  const former = holder.formerGuardians.some(
    ({ guardian, until }) => guardian === helper.handle && until > at,
  )
  return former && consent(helper, from, 'full') !== null
}

/** A wish about the holder's own record. */
type HolderWish = { readonly holder: string }

/** What one procedure on a holder's own record says for itself; {@link holderProcedure} does the rest. */
export type HolderProcedure<Wish extends HolderWish> = {
  readonly id: string
  readonly body: Schema<Wish | Veto>
  readonly refusals: readonly RefusalCode[]
  /** Inputs besides the registry, the procedure and the holder. */
  needs?(wish: Wish, known: Inputs): readonly Need[]
  /** Decides a wish of a holder that exists. */
  decide(from: Asked<Wish>, holder: Holder, inputs: Inputs, at: Instant): Decision
  /** What an application of the procedure makes when its time has come; null where the wish never waits. */
  waited(wish: Wish, application: Application, inputs: Inputs, at: Instant): Waited | null
  /** What a veto changes in the holder's record. */
  readonly vetoed?: (holder: Holder, at: Instant) => Holder
}

function isVeto(wish: HolderWish): wish is Veto {
  return 'application' in wish
}

/** The wish that waits in an application, as signed; null where there is none. */
function waitingWish<Wish extends HolderWish>(
  application: Application | null,
  schema: Schema<Wish | Veto>,
): Wish | null {
  if (application === null) return null
  const { replaces: _, ...signed } = application.body
  const read = schema.read(signed, '')
  return read.ok && !isVeto(read.value) ? read.value : null
}

/** A procedure on a holder's own record: reading, common refusals, waiting changes and their veto. */
export function holderProcedure<Wish extends HolderWish>(spec: HolderProcedure<Wish>): Procedure {
  const { id, body, refusals } = spec
  return {
    id,
    body,
    refusals,
    deadlineSeconds: 60,
    needs(act, known) {
      const from = asked(act, body)
      if (act.kind === 'request' && from === null) return []
      const wish: Wish | Veto | null =
        act.kind === 'due'
          ? waitingWish(objectAt('application', act.subject, known), body)
          : (from?.body ?? null)
      const base = baseNeeds(id)
      if (wish === null) return base
      if (isVeto(wish)) return [...base, ...vetoNeeds(wish)]
      return [...base, recordNeed(holderKey(wish.holder)), ...(spec.needs?.(wish, known) ?? [])]
    },
    decide(act, inputs, at) {
      if (act.kind === 'due') {
        const application = objectAt('application', act.subject, inputs)
        if (application === null) return refuse('not-due')
        const wish = waitingWish(application, body)
        const change = wish === null ? null : spec.waited(wish, application, inputs, at)
        return decideWaited(application, change, inputs, at)
      }
      const from = asked(act, body)
      if (from === null) return refuse('body-malformed')
      const common = commonRefusal(from, inputs, id)
      if (common !== null) return refuse(common)
      const { body: wish, ...rest } = from
      if (isVeto(wish)) return decideVeto({ ...rest, body: wish }, spec, inputs, at)
      const holder = holderOf(inputs, wish.holder)
      return holder === null
        ? refuse('holder-unknown')
        : spec.decide({ ...rest, body: wish }, holder, inputs, at)
    },
  }
}

/** The veto of a waiting change of the holder's own record: that is the remedy against a stolen key. */
function decideVeto<Wish extends HolderWish>(
  from: Asked<Veto>,
  { id, vetoed: changed }: HolderProcedure<Wish>,
  inputs: Inputs,
  at: Instant,
): Decision {
  const refusal = holderVetoRefusal(from, id, ({ body }) => [body['holder']], inputs, at)
  if (refusal !== null) return refuse(refusal)
  const application = applicationOf(inputs, from.body.application)
  const holder = holderOf(inputs, from.body.holder)
  if (application === null || holder === null) throw new Error('checked by holderVetoRefusal')
  const ended = endApplication(application, 'vetoed')
  return changed === undefined
    ? accept([ended])
    : accept([ended, put(holderKey(holder.handle), changed(holder, at))])
}
