/** Holders: they identify themselves, take numbers, give them back, declare services, keep their data and keys. */

import { blockKey } from '@cadastre/numbers'
import {
  addSeconds,
  type Cell,
  DAY_SECONDS,
  type Holder,
  type JsonObject,
  type KeyPolicy,
  type Pool,
} from '@cadastre/records'
import type { Asking } from '../engine/engine.ts'
import { blockInside } from '../workload-ranges.ts'
import { commitmentOf, type Signer } from '../workload-registry.ts'
import { type Agent, type Met, rangeOf, type Scene, signersOf, wish } from './agent.ts'

/** How many holders there come to be. */
const HOLDERS = { small: 9, large: 20_000 } as const

/** So many holdings and no more in a large world, where nothing else bounds the state. */
const HOLDINGS = 30_000

/** Prefix lengths to ask for, some of them not allowed. */
const SIZES = {
  community: { ip4: [23, 25, 26, 27, 28, 30, 32], ip6: [33, 34, 36, 40, 48], asn: [32] },
  national: { ip4: [22, 23, 24, 25], ip6: [32, 48, 40], asn: [32] },
} as const
const LARGE_SIZES = { ip4: [24, 24, 24, 23, 22], ip6: [48, 48, 40], asn: [32] } as const

const ROLES: readonly (readonly string[])[] = [['full'], ['full', 'routing'], ['routing'], ['technical']]

export const newcomers: Agent = {
  name: 'newcomers',
  wish(scene) {
    const { engine, chance } = scene
    const most = HOLDERS[engine.size]
    const count = engine.lists.of('holder').size
    if (count >= most && (engine.size === 'large' || chance.chance(0.9))) return null
    return identification(scene, engine.size === 'large' ? `${scene.serial++}` : `${chance.below(most * 2)}`)
  },
}

function identification(scene: Scene, number: string): Asking {
  const { engine, chance } = scene
  const name = `holder ${number}`
  const keys = chance.chance(0.5) ? 1 : 4
  const all = ['full', 'second', 'routing', 'technical']
    .slice(0, keys)
    .map((role) => scene.signer(`${name} ${role}`))
  const person = chance.chance(0.4)
  const attestors = engine.profile === 'national' ? ['CL-1', 'CL-2'] : []
  const guardians = chance.chance(0.3) ? scene.pick('holder') : undefined
  const body = {
    kind: person ? 'person' : 'organisation',
    name: person ? null : `${name} Ltd`,
    register: person ? null : { name: 'Register', number: name },
    person: person ? commitmentOf(name) : null,
    country: chance.pick(['CH', 'BR', null]) ?? null,
    policy: {
      m: keys === 1 ? 1 : chance.between(1, 2),
      keys: all.map((signer, place) => ({
        ...signer,
        roles: keys === 1 ? ['full', 'routing', 'technical'] : (ROLES[place] ?? []),
      })),
      guardians: guardians === undefined ? [] : [guardians],
    },
    contacts: [],
    attestors,
  }
  return wish('identify-holder/1', body, [...all, ...scene.staff(...attestors)])
}

export const applicants: Agent = {
  name: 'applicants',
  wish(scene) {
    const { engine, chance } = scene
    if (engine.size === 'large' && engine.lists.pieces('holding').size >= HOLDINGS) return null
    const holder = scene.anyHolder()
    const pool = scene.read<Pool>(`obj/pool/${scene.pick('pool')}`)
    if (holder === null || pool === null) return null
    const { space } = pool
    const sizes = engine.size === 'large' ? LARGE_SIZES : SIZES[engine.profile]
    const length = chance.pick<number>(sizes[space])
    const chosen = chance.chance(engine.size === 'large' ? 0.02 : 0.25) ? chosenIn(scene, space) : null
    const body = {
      holder: holder.handle,
      pool: pool.handle,
      length: chosen?.length ?? length ?? 24,
      block: chosen === null ? null : blockKey(chosen),
    }
    return wish('allocate/1', body, signersOf(holder, 'full'))
  },
}

function chosenIn(scene: Scene, space: Pool['space']): ReturnType<typeof blockInside> | null {
  const met = scene.met('numbers pool')
  return met === null || met.block.space !== space ? null : blockInside(scene.chance, rangeOf(met))
}

export const returners: Agent = {
  name: 'returners',
  wish(scene) {
    const met = scene.met('holding')
    if (met === null) return null
    const holder = met.registration.holder ?? 'H-1'
    const body = {
      step: 'offer',
      holder,
      registration: { key: met.key, id: met.registration.id },
      range: scene.part(rangeOf(met), scene.engine.size === 'large' ? 0.9 : 0.5),
    }
    return wish('return/1', body, scene.signers(holder, 'full'), [scene.replacedRegistration(met)])
  },
}

function anyService(scene: Scene, length = 24): JsonObject {
  const { chance, engine } = scene
  switch (chance.below(3)) {
    case 0:
      return { kind: 'rdns', ns: [`ns${chance.below(3)}.example.net`], ds: [] }
    case 1:
      return { kind: 'route', origin: chance.between(64496, 64499) }
    default:
      return {
        kind: 'roa',
        asn: chance.between(64496, 64499),
        maxLength: engine.size === 'large' ? length : (chance.pick([24, 28, 32, 48, 64]) ?? 32),
      }
  }
}

export const operatorsOfNetworks: Agent = {
  name: 'networks',
  wish(scene) {
    const { chance, engine } = scene
    const met = scene.met(chance.pick(['holding', 'holding', 'sub', 'lease']))
    if (met === null || (met.block.space === 'asn' && engine.size === 'large')) return null
    const own = engine.size === 'large' ? 0.95 : 0.5
    const block = chance.chance(own) ? met.block : blockInside(chance, rangeOf(met))
    const at = blockKey(block)
    const { registration } = met
    const cell = scene.read<Cell>(at)
    const standing = cell === null ? null : standingService(cell, registration.id)
    const removes = standing !== null && chance.chance(engine.size === 'large' ? 0.5 : 0.2)
    const service = removes ? standing : anyService(scene, block.length)
    const holder = registration.holder ?? scene.pick('holder') ?? 'H-1'
    const body = { holder, at, service, action: removes || chance.chance(0.02) ? 'remove' : 'set' }
    const role = service['kind'] === 'rdns' ? 'technical' : 'routing'
    const rdns = cell?.rdns ?? null
    const current = rdns !== null && rdns.under === registration.id ? rdns : null
    const named = service['kind'] === 'rdns' ? [scene.replaced(`${at}#rdns`, current)] : []
    return wish('declare-service/1', body, scene.signers(holder, chance.chance(0.7) ? role : 'full'), [
      scene.replacedRegistration(met),
      ...named,
    ])
  },
}

/** A service that is declared in the cell under the registration, as a request states it; null where there is none. */
function standingService({ rdns, routes, roas }: Cell, under: string): JsonObject | null {
  if (rdns !== null && rdns.under === under) return { kind: 'rdns', ns: [...rdns.ns], ds: [] }
  const route = routes.find((one) => one.under === under)
  if (route !== undefined) return { kind: 'route', origin: route.origin }
  const roa = roas.find((one) => one.under === under)
  return roa === undefined ? null : { kind: 'roa', asn: roa.asn, maxLength: roa.maxLength }
}

const LOCK = ['lockedUntil', 'lockReleaseSeconds'] as const

export const keepers: Agent = {
  name: 'keepers',
  wish(scene) {
    const { chance, engine } = scene
    const holder = scene.holder(scene.pick('holder'))
    if (holder?.policy == null) return null
    const what = chance.weighted(engine.size === 'large' ? LARGE_CARE : SMALL_CARE)
    const { handle } = holder
    switch (what) {
      case 'confirm':
        return wish('confirm/1', { holder: handle }, signersOf(holder, 'technical'))
      case 'contacts':
        return wish(
          'update-holder/1',
          { change: what, holder: handle, contacts: chance.chance(0.9) ? [contact(scene)] : [] },
          signersOf(holder, 'technical'),
          [scene.replacedMember(holder, 'contacts')],
        )
      case 'cooling': {
        const coolingSeconds = chance.pick([null, 0, 5 * DAY_SECONDS, 30 * DAY_SECONDS]) ?? null
        return wish(
          'update-holder/1',
          { change: what, holder: handle, coolingSeconds },
          signersOf(holder, 'full'),
          [scene.replacedMember(holder, 'coolingSeconds')],
        )
      }
      case 'rotate':
        return rotation(scene, holder, holder.policy)
      case 'recovery':
        return wish(
          'rotate-keys/1',
          {
            step: what,
            holder: handle,
            guardianThreshold: chance.pick([null, 1, 2]) ?? null,
            evidenceRecovery: chance.chance(0.7),
          },
          signersOf(holder, 'full'),
          [
            scene.replacedMember(holder, 'guardianThreshold'),
            scene.replacedMember(holder, 'evidenceRecovery'),
          ],
        )
      case 'lock':
        return lock(scene, holder)
      case 'freeze':
        return wish('lock/1', { step: what, holder: handle }, signersOf(holder, 'technical'))
      case 'erase':
        return erasure(scene, holder)
    }
  },
}
const SMALL_CARE = {
  confirm: 3,
  contacts: 4,
  cooling: 2,
  rotate: 4,
  recovery: 2,
  lock: 3,
  freeze: 1,
  erase: 1,
}
const LARGE_CARE = {
  confirm: 40,
  contacts: 8,
  cooling: 0.05,
  rotate: 0.3,
  recovery: 0.05,
  lock: 4,
  freeze: 0.05,
  erase: 1,
}

function contact(scene: Scene): JsonObject {
  const email = commitmentOf(`mail ${scene.chance.below(1000)}`)
  return { role: 'noc', kind: 'group', fields: { email } }
}

function lock(scene: Scene, holder: Holder): Asking {
  const { chance } = scene
  const { handle } = holder
  const by = scene.signers(handle, 'full')
  const members = LOCK.map((member) => scene.replacedMember(holder, member))
  if (holder.lockReleaseSeconds !== null && chance.chance(0.9))
    return wish('lock/1', { step: 'release', holder: handle }, by, members)
  const most = scene.engine.size === 'large' ? DAY_SECONDS : 60 * DAY_SECONDS
  const until = addSeconds(scene.at, chance.between(60, most))
  const releaseSeconds =
    chance.pick(scene.engine.size === 'large' ? [null, 0] : [null, 0, 0, DAY_SECONDS, 2 * DAY_SECONDS]) ??
    null
  return wish('lock/1', { step: 'lock', holder: handle, until, releaseSeconds }, by, members)
}

function erasure(scene: Scene, holder: Holder): Asking | null {
  const [first] = holder.contacts
  const commitment = first?.fields['email'] ?? (scene.chance.chance(0.1) ? commitmentOf('nobody') : undefined)
  if (commitment === undefined) return null
  return wish('erase/1', { holder: holder.handle, commitments: [commitment] }, signersOf(holder, 'full'))
}

function rotation(scene: Scene, holder: Holder, policy: KeyPolicy): Asking {
  const { engine } = scene
  const enrolled = scene.signer(`key of entry ${engine.index}`)
  const next = changedPolicy(scene, policy, enrolled)
  const body = {
    step: 'rotate',
    holder: holder.handle,
    policy: { ...next, keys: next.keys.map((key) => ({ ...key })) },
  }
  return wish(
    'rotate-keys/1',
    body,
    [...signersOf(holder, 'full'), enrolled],
    [scene.replacedMember(holder, 'policy')],
  )
}

/** A key more, a key less, another threshold, another guardian. */
function changedPolicy(scene: Scene, policy: KeyPolicy, enrolled: Signer): KeyPolicy {
  const { chance } = scene
  switch (chance.below(5)) {
    case 0:
      return policy.keys.length >= 6
        ? { ...policy, keys: policy.keys.slice(1) }
        : { ...policy, keys: [...policy.keys, { ...enrolled, roles: ['full'] }] }
    case 1: {
      const gone = chance.below(policy.keys.length)
      return { ...policy, keys: policy.keys.filter((_, place) => place !== gone) }
    }
    case 2:
      return { ...policy, m: chance.between(1, 3) }
    default: {
      const guardian = scene.pick('holder')
      return { ...policy, guardians: guardian !== undefined && chance.chance(0.7) ? [guardian] : [] }
    }
  }
}

/** The next holding of the same holder as a part is named by. */
export function namedRegistration({ key, registration }: Met): JsonObject {
  return { key, id: registration.id }
}
export { anyService }
