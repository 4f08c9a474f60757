/** Random changes of holders, and withdrawals of what waits. */

import { addSeconds, DAY_SECONDS, type Holder, type JsonObject, type KeyPolicy } from '@cadastre/records'
import type { Chance } from './workload-chance.ts'
import { commitmentOf, signerOf, type Wish, type WorkloadRegistry } from './workload-registry.ts'
import { applicationsOf, holdersOf, replacedMember, signersFor } from './workload-view.ts'

const MEMBERS = {
  contacts: 'contacts',
  policy: 'policy',
  cooling: 'coolingSeconds',
  lock: 'lockedUntil',
} as const

/** The holder changes contacts, keys, its lock or its cooling, or confirms its data. */
export function updateWish(registry: WorkloadRegistry, chance: Chance): Wish | null {
  const holder = chance.pick(holdersOf(registry).filter((one) => one.policy !== null))
  if (holder?.policy == null) return null
  const change = chance.weighted({ contacts: 2, confirm: 2, policy: 4, cooling: 2, lock: 1 })
  const enrolled = signerOf(`key of entry ${registry.index}`)
  const policy = changedPolicy(holder.policy, enrolled.key, chance)
  const values: { readonly [C in typeof change]: JsonObject } = {
    contacts: { contacts: [contact(chance)] },
    confirm: {},
    policy: { policy: { ...policy, keys: policy.keys.map((key) => ({ ...key })) } },
    cooling: { coolingSeconds: chance.pick([null, 0, 5 * DAY_SECONDS, 30 * DAY_SECONDS]) },
    lock: { until: addSeconds(registry.at, chance.between(1, 30 * DAY_SECONDS)) },
  }
  const narrow = change === 'contacts' || change === 'confirm'
  const own = signersFor(registry, holder.handle, narrow ? 'technical' : 'full')
  const replaces =
    change === 'confirm'
      ? []
      : [replacedMember(registry, memberOf(holder, MEMBERS[change]), holder[MEMBERS[change]])]
  return {
    procedure: 'update-holder/1',
    body: { change, holder: holder.handle, ...values[change] },
    replaces,
    by: change === 'policy' ? [...own, enrolled] : own,
    hostile: null,
  }
}

function memberOf({ handle }: Holder, member: string): string {
  return `obj/holder/${handle}#${member}`
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
  const signers = signersFor(registry, by, procedure === 'update-holder/1' ? 'technical' : 'full')
  const body =
    procedure === 'update-holder/1'
      ? { change: 'withdraw', holder: by, application: handle }
      : { step: 'withdraw', application: handle, by }
  return { procedure, body, replaces: [], by: signers, hostile: null }
}
