/** `update-holder/1`, `rotate-keys/1` and `lock/1`: what holders change with their own keys. */

import type { Application, Contact, Holder, Instant, JsonObject, KeyPolicy } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { fullSigned, maySayNo, policyFault, roleSigned, sameKey } from './keys.ts'
import {
  type Asked,
  type Fallen,
  firstOf,
  later,
  names,
  openAndRunning,
  parameters,
  parametersSince,
  type Rule,
  refuse,
  type Verdict,
} from './verdict.ts'
import { close, moved, openApplication, remember, remembered, wait } from './windows.ts'
import type { World } from './world.ts'

export const sameJson = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

function save(world: World, holder: Holder, changed: Partial<Holder>): void {
  world.put('holder', holder.handle, { ...holder, ...changed })
}
/** A change that has waited counts as activity of the time when it was signed. */
export function saveLate(
  world: World,
  holder: Holder,
  changed: Partial<Holder>,
  { opened }: Application,
): void {
  const active = holder.active !== null && holder.active > opened ? holder.active : opened
  save(world, holder, { ...changed, active })
}
/** A change by the holder's own keys also shows that it is there. */
export function saveActive(world: World, holder: Holder, changed: Partial<Holder>): void {
  save(world, holder, { ...changed, active: world.at as Instant })
}

/** A change waits; any living key of the holder stops it. */
export function veto(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const application = openApplication(asked, ['cooling'])
  if (typeof application === 'string') return refuse(application)
  const holder = world.holder(body['holder'])
  if (holder === null || (body['guardian'] !== null && world.holder(body['guardian']) === null))
    return refuse('holder-unknown')
  const fault = firstOf(
    application.body['holder'] !== holder.handle && 'not-party',
    !maySayNo(asked, holder, body['guardian']) && 'consent-missing',
  )
  return fault !== null ? refuse(fault) : { accept: () => close(world, application, 'vetoed') }
}

type Waiting = { readonly application: Application; readonly holder: Holder }
/** What has waited long enough, and whose it is. */
export function ripe({ world, subject }: Fallen): Waiting | Verdict {
  const application = world.application(subject.split('/')[2])
  if (application?.state !== 'cooling' || application.due === null || application.due > world.at)
    return refuse('not-due')
  const later = moved(world, application)
  if (later !== null)
    return { accept: () => world.put('application', application.handle, { ...application, ...later }) }
  const holder = world.holder(application.body['holder'])
  if (holder === null) throw new Error('a change has a holder')
  return { application, holder }
}
const guardSince = (world: World, id: string, { since }: Holder, received: string): number =>
  Math.max(...parametersSince(world, id, since, received).map(({ guardSeconds = 0 }) => guardSeconds))

// --- contacts and cooling

export const updateHolder: Rule = {
  by: 'change',
  shape: {
    contacts: 'holder:handle contacts:list',
    cooling: 'holder:handle coolingSeconds:number?',
    veto: 'holder:handle application guardian:handle?',
  },
  request(asked) {
    const { world, body } = asked
    if (body['change'] === 'veto') return veto(asked)
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const holder = world.holder(body['holder'])
    if (holder === null) return refuse('holder-unknown')
    return body['change'] === 'contacts' ? newContacts(asked, holder) : newCooling(asked, holder)
  },
  due(fallen) {
    const waiting = ripe(fallen)
    if (!('holder' in waiting)) return waiting
    const { world } = fallen
    const { application, holder } = waiting
    const stands = remembered(world, application.handle)
    if (!sameJson(stands, holder.coolingSeconds))
      return { accept: () => close(world, application, 'failed', 'member-changed') }
    return {
      accept() {
        close(world, application, 'effected')
        saveLate(
          world,
          holder,
          { coolingSeconds: application.body['coolingSeconds'] as number | null },
          application,
        )
      },
    }
  },
}
function newContacts(asked: Asked, holder: Holder): Verdict {
  const { world, body } = asked
  const contacts = asRead<readonly Contact[]>(body['contacts'])
  const all = parametersSince(world, 'update-holder/1', holder.since, asked.received)
  const seconds = Math.max(...all.map(({ formerContactSeconds = 0 }) => formerContactSeconds))
  const until = later(world.at, seconds) as Instant
  const gone = holder.contacts.filter((contact) => !contacts.some((one) => sameJson(one, contact)))
  const formerContacts = [...holder.formerContacts, ...gone.map((contact) => ({ contact, until }))]
  const fault = firstOf(
    !roleSigned(asked, holder, 'technical') && 'consent-missing',
    !names(asked, `obj/holder/${holder.handle}#contacts`, holder.contacts) && 'member-changed',
    formerContacts.length > 24 && 'contacts-busy',
    sameJson(contacts, holder.contacts) && 'nothing-changed',
  )
  return fault !== null
    ? refuse(fault)
    : { accept: () => saveActive(world, holder, { contacts, formerContacts }) }
}

function newCooling(asked: Asked, holder: Holder): Verdict {
  const { world, body } = asked
  const wished = body['coolingSeconds'] as number | null
  const { maxCoolingSeconds = 0 } = parameters(world, 'update-holder/1', asked.received)
  const fault = firstOf(
    !fullSigned(asked, holder) && 'consent-missing',
    !names(asked, `obj/holder/${holder.handle}#coolingSeconds`, holder.coolingSeconds) && 'member-changed',
    wished !== null && wished > maxCoolingSeconds && 'term-too-long',
    wished === holder.coolingSeconds && 'nothing-changed',
  )
  if (fault !== null) return refuse(fault)
  const usual = parameters(world, 'transfer/1', asked.received)['coolingSeconds'] ?? 0
  if ((wished ?? usual) >= (holder.coolingSeconds ?? usual))
    return { accept: () => saveActive(world, holder, { coolingSeconds: wished }) }
  return {
    accept() {
      const due = later(world.at, guardSince(world, 'update-holder/1', holder, asked.received)) as Instant
      const { handle } = wait(world, 'update-holder/1', body, { consents: [holder.handle], due })
      remember(world, handle, holder.coolingSeconds)
    },
  }
}

// --- keys

export const rotateKeys: Rule = {
  by: 'step',
  shape: {
    rotate: 'holder:handle policy:policy',
    recovery: 'holder:handle guardianThreshold:number? evidenceRecovery:flag',
    veto: 'holder:handle application guardian:handle?',
  },
  request(asked) {
    const { world, body } = asked
    if (body['step'] === 'veto') return veto(asked)
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const holder = world.holder(body['holder'])
    if (holder === null) return refuse('holder-unknown')
    if (!fullSigned(asked, holder)) return refuse('consent-missing')
    return body['step'] === 'rotate' ? rotate(asked, holder) : recovery(asked, holder)
  },
  due(fallen) {
    const waiting = ripe(fallen)
    if (!('holder' in waiting)) return waiting
    const { world } = fallen
    const { application, holder } = waiting
    const { body } = application
    const stands =
      body['step'] === 'rotate' ? holder.policy : [holder.guardianThreshold, holder.evidenceRecovery]
    if (!sameJson(remembered(world, application.handle), stands))
      return { accept: () => close(world, application, 'failed', 'member-changed') }
    return {
      accept() {
        close(world, application, 'effected')
        if (body['step'] === 'rotate')
          saveLate(world, holder, rotated(world, holder, policyIn(body)), application)
        else saveLate(world, holder, recoveryIn(body), application)
      },
    }
  },
}
const policyIn = (body: JsonObject): KeyPolicy => asRead<KeyPolicy>(body['policy'])
const recoveryIn = (body: JsonObject): Pick<Holder, 'guardianThreshold' | 'evidenceRecovery'> => ({
  guardianThreshold: body['guardianThreshold'] as number | null,
  evidenceRecovery: body['evidenceRecovery'] === true,
})

/** Keys and guardians that go stand in the record with the end of their veto. */
export function rotated(world: World, holder: Holder, policy: KeyPolicy, seconds?: number): Partial<Holder> {
  const all = parametersSince(world, 'rotate-keys/1', holder.since, world.at)
  const vetoSeconds = seconds ?? Math.max(...all.map((terms) => terms['vetoSeconds'] ?? 0))
  const until = later(world.at, vetoSeconds) as Instant
  const running = <T extends { readonly until: Instant }>(all: readonly T[]): readonly T[] =>
    all.filter((one) => one.until > world.at)
  const old = holder.policy ?? { m: 1, keys: [], guardians: [] }
  const gone = old.keys.filter((key) => !policy.keys.some((one) => sameKey(one, key)))
  const left = old.guardians.filter((one) => !policy.guardians.includes(one))
  return {
    policy,
    formerKeys: [
      ...running(holder.formerKeys).filter((key) => !policy.keys.some((one) => sameKey(one, key))),
      ...gone.map(({ alg, key }) => ({ alg, key, until })),
    ],
    formerGuardians: [
      ...running(holder.formerGuardians).filter(({ guardian }) => !policy.guardians.includes(guardian)),
      ...left.map((guardian) => ({ guardian, until })),
    ],
    recoveryVetoed: null,
  }
}

function rotate(asked: Asked, holder: Holder): Verdict {
  const { world, body } = asked
  const policy = policyIn(body)
  const old = holder.policy
  if (old === null) throw new Error('who signs has keys')
  const fault = firstOf(
    !names(asked, `obj/holder/${holder.handle}#policy`, old) && 'member-changed',
    policyFault(asked, policy, old.keys),
    policy.guardians.length > 0 &&
      (holder.guardianThreshold ?? 0) > policy.guardians.length &&
      'threshold-unreachable',
    sameJson(old, policy) && !hasEnded(world, holder) && 'nothing-changed',
  )
  if (fault !== null) return refuse(fault)
  if (!takesAway(old, policy))
    return { accept: () => saveActive(world, holder, rotated(world, holder, policy)) }
  return {
    accept() {
      const due = later(world.at, guardSince(world, 'rotate-keys/1', holder, asked.received)) as Instant
      const { handle } = wait(world, 'rotate-keys/1', body, { consents: [holder.handle], due })
      remember(world, handle, old)
    },
  }
}
/** Whether a veto in the record has ended, or one of a recovery stands: to clear that away is a change. */
function hasEnded(world: World, { formerKeys, formerGuardians, recoveryVetoed }: Holder): boolean {
  return recoveryVetoed !== null || [...formerKeys, ...formerGuardians].some(({ until }) => until <= world.at)
}
/** A key or a role gone, a lower `m`, other guardians. */
function takesAway(old: KeyPolicy, next: KeyPolicy): boolean {
  if (next.m < old.m || !sameJson([...old.guardians].sort(), [...next.guardians].sort())) return true
  return old.keys.some((key) => {
    const now = next.keys.find((one) => sameKey(one, key))
    return key.roles.some((role) => now?.roles.includes(role) !== true)
  })
}

function recovery(asked: Asked, holder: Holder): Verdict {
  const { world, body } = asked
  const wished = recoveryIn(body)
  const { guardianThreshold, evidenceRecovery } = holder
  const member = `obj/holder/${holder.handle}`
  const fault = firstOf(
    !(
      names(asked, `${member}#guardianThreshold`, guardianThreshold) &&
      names(asked, `${member}#evidenceRecovery`, evidenceRecovery)
    ) && 'member-changed',
    (wished.guardianThreshold ?? 0) > (holder.policy?.guardians.length ?? 0) && 'threshold-unreachable',
    sameJson(wished, { guardianThreshold, evidenceRecovery }) && 'nothing-changed',
  )
  if (fault !== null) return refuse(fault)
  const waits =
    wished.guardianThreshold !== guardianThreshold || (wished.evidenceRecovery && !evidenceRecovery)
  if (!waits) return { accept: () => saveActive(world, holder, wished) }
  return {
    accept() {
      const due = later(world.at, guardSince(world, 'rotate-keys/1', holder, asked.received)) as Instant
      const { handle } = wait(world, 'rotate-keys/1', body, { consents: [holder.handle], due })
      remember(world, handle, [guardianThreshold, evidenceRecovery])
    },
  }
}
