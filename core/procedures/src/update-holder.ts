/**
 * P10, P11, P24: contacts, confirmation, keys, the holder's own transfer lock and preset cooling. The holder alone,
 * at once; except that what a thief would do first (removing keys, lowering the threshold, changing guardians,
 * shortening the cooling) waits `guardSeconds`, during which any living key of the holder may withdraw it.
 */

import { type Consent, consentInApplication } from '@cadastre/evidence'
import {
  type Application,
  addSeconds,
  array,
  type Contact,
  contact,
  type Holder,
  handle,
  type Instant,
  instant,
  integer,
  type Json,
  type JsonObject,
  type KeyPolicy,
  keyPolicy,
  nullable,
  object,
  type Schema,
  tagged,
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
import { policyRefusal } from './identify-holder.ts'
import { beforeEffect } from './pauses.ts'
import type { Decision, Inputs, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

type Change =
  | { readonly change: 'contacts'; readonly holder: string; readonly contacts: readonly Contact[] }
  | { readonly change: 'confirm'; readonly holder: string }
  | { readonly change: 'policy'; readonly holder: string; readonly policy: KeyPolicy }
  | { readonly change: 'cooling'; readonly holder: string; readonly coolingSeconds: number | null }
  | { readonly change: 'lock'; readonly holder: string; readonly until: Instant }
type Withdraw = { readonly change: 'withdraw'; readonly holder: string; readonly application: string }
export type UpdateHolderBody = Change | Withdraw

const ID = 'update-holder/1'
const body: Schema<UpdateHolderBody> = tagged('change', {
  contacts: object({ holder: handle, contacts: array(contact, 8) }),
  confirm: object({ holder: handle }),
  policy: object({ holder: handle, policy: keyPolicy }),
  cooling: object({ holder: handle, coolingSeconds: nullable(integer(0, 365 * 86400)) }),
  lock: object({ holder: handle, until: instant }),
  withdraw: object({ holder: handle, application: handle }),
})

/** The member of the holder's record that a change replaces; confirming replaces none. */
function memberOf(change: Change, holder: Holder): { readonly name: string; readonly value: Json } | null {
  const names = {
    contacts: 'contacts',
    policy: 'policy',
    cooling: 'coolingSeconds',
    lock: 'lockedUntil',
  } as const
  if (change.change === 'confirm') return null
  const name = names[change.change]
  return { name: `${holderKey(holder.handle)}#${name}`, value: holder[name] as Json }
}

/** Former contacts that a holder may have at once: nobody flushes them out by replacing contacts again and again. */
const MAX_FORMER_CONTACTS = 24

/** The holder with new contacts; those that are no longer among them are notified for a while, and then erased. */
function withContacts(holder: Holder, contacts: readonly Contact[], inputs: Inputs, at: Instant): Holder {
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) throw new Error('checked by commonRefusal')
  const until = addSeconds(at, numberParameter(parameters, 'formerContactSeconds'))
  const kept = new Set(contacts.map((contact) => inputs.memberHash(contact)))
  const replaced = holder.contacts.filter((contact) => !kept.has(inputs.memberHash(contact)))
  const formerContacts = [...holder.formerContacts, ...replaced.map((contact) => ({ contact, until }))]
  return { ...holder, contacts, formerContacts }
}

function changed(holder: Holder, change: Change, inputs: Inputs, at: Instant): Holder {
  switch (change.change) {
    case 'contacts':
      return withContacts(holder, change.contacts, inputs, at)
    case 'confirm':
      return { ...holder, confirmed: at }
    case 'policy':
      return { ...holder, policy: change.policy }
    case 'cooling':
      return { ...holder, coolingSeconds: change.coolingSeconds }
    case 'lock':
      return { ...holder, lockedUntil: change.until }
  }
}

/** Whether the change is one that a thief of a key would make: it lessens the holder's control. */
function guarded(holder: Holder, change: Change, inputs: Inputs): boolean {
  if (change.change === 'cooling') {
    const transfer = procedureOf(inputs, 'transfer/1')
    const usual = transfer === null ? 0 : numberParameter(transfer, 'coolingSeconds')
    return (change.coolingSeconds ?? usual) < (holder.coolingSeconds ?? usual)
  }
  if (change.change !== 'policy' || holder.policy === null) return false
  const { m, keys, guardians } = holder.policy
  const next = change.policy
  const kept = keys.every((old) =>
    next.keys.some(
      (key) =>
        key.alg === old.alg && key.key === old.key && old.roles.every((role) => key.roles.includes(role)),
    ),
  )
  const sameGuardians =
    guardians.length === next.guardians.length && guardians.every((one) => next.guardians.includes(one))
  return !kept || next.m < m || !sameGuardians
}

function limitRefusal(holder: Holder, change: Change, inputs: Inputs, at: Instant): RefusalCode | null {
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) return 'procedure-unknown'
  if (change.change === 'cooling') {
    const longest = numberParameter(parameters, 'maxCoolingSeconds')
    return change.coolingSeconds !== null && change.coolingSeconds > longest ? 'term-too-long' : null
  }
  if (change.change !== 'lock') return null
  // A lock is released early by nobody: it can only be made longer.
  if (change.until <= at || (holder.lockedUntil !== null && change.until < holder.lockedUntil))
    return 'term-past'
  const latest = addSeconds(at, numberParameter(parameters, 'maxLockSeconds'))
  return change.until > latest ? 'term-too-long' : null
}

function enrolling(holder: Holder, policy: KeyPolicy): KeyPolicy['keys'] {
  const old = holder.policy?.keys ?? []
  return policy.keys.filter((key) => !old.some((other) => other.alg === key.alg && other.key === key.key))
}

function decideChange(from: Asked<Change>, inputs: Inputs, at: Instant): Decision {
  const change = from.body
  const holder = holderOf(inputs, change.holder)
  if (holder === null) return refuse('holder-unknown')
  const narrow = change.change === 'contacts' || change.change === 'confirm'
  const given = consent(holder, from, narrow ? 'technical' : 'full')
  if (given === null) return refuse('consent-missing')
  const member = memberOf(change, holder)
  if (member !== null && !namesMember(from, member.name, member.value, inputs))
    return refuse('member-changed')
  const limit = limitRefusal(holder, change, inputs, at)
  if (limit !== null) return refuse(limit)
  if (change.change === 'policy') {
    const policy = policyRefusal(change.policy, enrolling(holder, change.policy), from)
    if (policy !== null) return refuse(policy)
  }
  const next = changed(holder, change, inputs, at)
  if (next.formerContacts.length > MAX_FORMER_CONTACTS) return refuse('contacts-busy')
  if (inputs.memberHash(next) === inputs.memberHash(holder)) return refuse('nothing-changed')
  if (guarded(holder, change, inputs))
    return accept([put(applicationKey('A-#'), guard(from, holder, inputs, at))])
  return accept([lessen(holderKey(holder.handle), next, given)])
}

/** The application in which a guarded change waits; it remembers the hash of what it replaces. */
function guard(from: Asked<Change>, holder: Holder, inputs: Inputs, at: Instant): Application {
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) throw new Error('checked by commonRefusal')
  const member = memberOf(from.body, holder)
  const waits: JsonObject = {
    ...from.request.body,
    replaces: member === null ? null : inputs.memberHash(member.value),
  }
  const due = addSeconds(at, numberParameter(parameters, 'guardSeconds'))
  return newApplication(ID, waits, [holder.handle], 'cooling', due, at)
}

/** Any one living key of the holder may withdraw a guarded change: that is the veto against a stolen key. */
function decideWithdrawal(from: Asked<Withdraw>, inputs: Inputs, at: Instant): Decision {
  const application = applicationOf(inputs, from.body.application)
  if (application === null || application.procedure !== ID) return refuse('application-unknown')
  if (hasEnded(application, at)) return refuse('application-closed')
  const holder = holderOf(inputs, from.body.holder)
  if (holder === null) return refuse('holder-unknown')
  if (!application.consents.includes(holder.handle)) return refuse('not-party')
  const living = holder.policy?.keys ?? []
  const vetoed = living.some((key) =>
    from.signatures.keys.some((by) => by.alg === key.alg && by.key === key.key),
  )
  return vetoed ? accept([endApplication(application, 'withdrawn')]) : refuse('consent-missing')
}

/** The body of a waiting change, without the hash that the application remembers. */
function waitingChange(application: Application): Change | null {
  const { replaces: _, ...rest } = application.body
  const read = body.read(rest, '')
  return read.ok && read.value.change !== 'withdraw' ? read.value : null
}

function decideDue(application: Application, inputs: Inputs, at: Instant): Decision {
  const waits = beforeEffect(application, inputs, at)
  if (waits !== null) return waits
  const change = waitingChange(application)
  const holder = change === null ? null : holderOf(inputs, change.holder)
  if (change === null || holder === null)
    return accept([endApplication(application, 'failed', 'holder-unknown')])
  const given: Consent | null = consentInApplication(application, holder.handle)
  const member = memberOf(change, holder)
  const same = member === null || application.body['replaces'] === inputs.memberHash(member.value)
  if (given === null || !same) return accept([endApplication(application, 'failed', 'member-changed')])
  return accept([
    lessen(holderKey(holder.handle), changed(holder, change, inputs, at), given),
    endApplication(application, 'effected'),
  ])
}

export const updateHolder: Procedure<UpdateHolderBody> = {
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
    'term-too-long',
    'key-repeated',
    'threshold-unreachable',
    'key-bound-to-site',
    'key-unsigned',
    'contacts-busy',
    'nothing-changed',
  ],
  deadlineSeconds: 60,
  needs(act, known) {
    if (act.kind === 'due') {
      const application = objectAt('application', act.subject, known)
      const change = application === null ? null : waitingChange(application)
      return [...baseNeeds(ID), ...(change === null ? [] : [recordNeed(holderKey(change.holder))])]
    }
    const from = asked(act, body)
    if (from === null) return []
    const base = [...baseNeeds(ID), recordNeed(holderKey(from.body.holder))]
    if (from.body.change === 'withdraw') return [...base, recordNeed(applicationKey(from.body.application))]
    if (from.body.change === 'cooling') return [...base, ...baseNeeds('transfer/1')]
    return base
  },
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      const application = objectAt('application', act.subject, inputs)
      return application === null ? refuse('not-due') : decideDue(application, inputs, at)
    }
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const common = commonRefusal(from, inputs, ID)
    if (common !== null) return refuse(common)
    const { body: wish, ...rest } = from
    return wish.change === 'withdraw'
      ? decideWithdrawal({ ...rest, body: wish }, inputs, at)
      : decideChange({ ...rest, body: wish }, inputs, at)
  },
}
