/** Random changes of holders, and withdrawals of what waits. */

import {
  addSeconds,
  DAY_SECONDS,
  type Holder,
  type JsonObject,
  type KeyPolicy,
  type Replaced,
} from '@cadastre/records'
import type { Chance } from './workload-chance.ts'
import { commitmentOf, signerOf, type Wish, type WorkloadRegistry } from './workload-registry.ts'
import { applicationsOf, holdersOf, replacedMember, signersFor } from './workload-view.ts'

/** The holder changes contacts, keys, its lock or its cooling, freezes its transfers, or confirms its data. */
export function updateWish(registry: WorkloadRegistry, chance: Chance): Wish | null {
  const holder = chance.pick(holdersOf(registry).filter((one) => one.policy !== null))
  if (holder?.policy == null) return null
  const what = chance.weighted({
    contacts: 2,
    confirm: 3,
    rotate: 4,
    recovery: 1,
    cooling: 2,
    lock: 3,
    freeze: 1,
  })
  const full = signersFor(registry, holder.handle, 'full')
  const narrow = signersFor(registry, holder.handle, 'technical')
  const wish = (procedure: string, body: JsonObject, by = full, members: readonly string[] = []): Wish => ({
    procedure,
    body: { ...body, holder: holder.handle },
    replaces: members.map((member) => named(registry, holder, member)),
    by,
    hostile: null,
  })
  switch (what) {
    case 'contacts':
      return wish('update-holder/1', { change: what, contacts: [contact(chance)] }, narrow, ['contacts'])
    case 'confirm':
      return wish('confirm/1', {}, narrow)
    case 'rotate': {
      const enrolled = signerOf(`key of entry ${registry.index}`)
      const policy = changedPolicy(holder.policy, enrolled.key, chance)
      const body = { step: what, policy: { ...policy, keys: policy.keys.map((key) => ({ ...key })) } }
      return wish('rotate-keys/1', body, [...full, enrolled], ['policy'])
    }
    case 'recovery': {
      const body = { step: what, guardianThreshold: null, evidenceRecovery: chance.chance(0.5) }
      return wish('rotate-keys/1', body, full, ['guardianThreshold', 'evidenceRecovery'])
    }
    case 'cooling': {
      const coolingSeconds = chance.pick([null, 0, 5 * DAY_SECONDS, 30 * DAY_SECONDS]) ?? null
      return wish('update-holder/1', { change: what, coolingSeconds }, full, ['coolingSeconds'])
    }
    case 'lock': {
      if (holder.lockReleaseSeconds !== null && chance.chance(0.9))
        return wish('lock/1', { step: 'release' }, full, LOCK)
      const until = addSeconds(registry.at, chance.between(1, 60 * DAY_SECONDS))
      const releaseSeconds = chance.pick([null, 0, DAY_SECONDS, 2 * DAY_SECONDS]) ?? null
      return wish('lock/1', { step: what, until, releaseSeconds }, full, LOCK)
    }
    case 'freeze':
      return wish('lock/1', { step: what }, narrow)
  }
}

const LOCK: readonly string[] = ['lockedUntil', 'lockReleaseSeconds']

function named(registry: WorkloadRegistry, holder: Holder, member: string): Replaced {
  const value = Object.entries(holder).find(([name]) => name === member)?.[1]
  return replacedMember(registry, `obj/holder/${holder.handle}#${member}`, value)
}

function contact(chance: Chance): JsonObject {
  return { role: 'noc', kind: 'group', fields: { email: commitmentOf(`mail ${chance.below(1000)}`) } }
}

/** A key more, a key less, another threshold, another guardian. */
function changedPolicy(policy: KeyPolicy, enrolled: string, chance: Chance): KeyPolicy {
  switch (chance.below(4)) {
    case 0:
      return { ...policy, keys: [...policy.keys, { alg: 'ed25519', key: enrolled, roles: ['full'] }] }
    case 1: {
      const gone = chance.below(policy.keys.length)
      return { ...policy, keys: policy.keys.filter((_, place) => place !== gone) }
    }
    case 2:
      return { ...policy, m: chance.between(1, 3) }
    default:
      return { ...policy, guardians: chance.chance(0.5) ? ['H-1'] : [] }
  }
}

/** A party, or somebody else, withdraws an application, open or not. */
export function withdrawWish(registry: WorkloadRegistry, chance: Chance): Wish | null {
  const open = applicationsOf(registry).filter(({ state }) => state === 'cooling')
  const application = chance.chance(0.9) ? chance.pick(open) : chance.pick(applicationsOf(registry))
  if (application === undefined) return null
  const { handle, procedure, consents } = application
  const other = chance.pick(holdersOf(registry))?.handle
  const by = (chance.chance(0.85) ? chance.pick(consents) : other) ?? 'H-1'
  const vetoed = VETOED.includes(procedure)
  const signers = signersFor(registry, by, vetoed ? 'technical' : 'full')
  const veto = { holder: by, application: handle, guardian: null }
  const body = !vetoed
    ? { step: 'withdraw', application: handle, by }
    : procedure === 'update-holder/1'
      ? { ...veto, change: 'veto' }
      : { ...veto, step: 'veto' }
  return { procedure, body, replaces: [], by: signers, hostile: null }
}

/** Procedures in which one living key vetoes what waits. */
const VETOED: readonly string[] = ['delegate/1', 'update-holder/1', 'rotate-keys/1', 'lock/1']
