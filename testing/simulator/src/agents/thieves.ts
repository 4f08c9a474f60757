/**
 * Thieves: of a holder's keys, of requests on the wire, of other people's consent. What they ask with a stolen key is no
 * forgery, and may be accepted; what they ask without one must be refused.
 */

import { addSeconds, type Holder, type JsonObject, type Replaced } from '@cadastre/records'
import type { Asking } from '../engine/engine.ts'
import { commitmentOf, type Signer } from '../workload-registry.ts'
import { type Agent, type Scene, wish } from './agent.ts'
import { namedRegistration } from './holders.ts'

/** Procedures of which some acts take a single key. */
const ONE_KEY: readonly string[] = [
  'confirm/1',
  'declare-service/1',
  'dissolve/1',
  'lock/1',
  'rotate-keys/1',
  'update-holder/1',
  'recover-keys/1',
  'contest-order/1',
]

/** A stolen key, one of the holder's: rotate to the thief's own, and transfer to the thief's friend. */
export const thieves: Agent = {
  name: 'thieves',
  wish(scene) {
    const { chance } = scene
    const victim = scene.holder(scene.pick('holder'))
    if (victim?.policy == null) return null
    const stolen = victim.policy.keys.slice(0, 1).map(({ alg, key }): Signer => ({ alg, key }))
    return chance.chance(0.5) ? takeKeys(scene, victim, stolen) : takeNumbers(scene, stolen)
  },
}

function takeKeys(scene: Scene, victim: Holder, stolen: readonly Signer[]): Asking {
  const own = scene.signer(`thief ${scene.serial++}`)
  const policy = { m: 1, keys: [{ ...own, roles: ['full', 'routing', 'technical'] }], guardians: [] }
  const body = { step: 'rotate', holder: victim.handle, policy }
  return wish('rotate-keys/1', body, [...stolen, own], [scene.replacedMember(victim, 'policy')])
}

function takeNumbers(scene: Scene, stolen: readonly Signer[]): Asking | null {
  const met = scene.met('holding')
  const friend = scene.anyHolder()
  if (met === null || friend === null) return null
  const body = {
    step: 'offer',
    from: met.registration.holder ?? 'H-1',
    to: friend.handle,
    registration: namedRegistration(met),
    range: `${met.registration.first} - ${met.registration.last}`,
    services: [],
  }
  const by = [...stolen, ...scene.signers(friend.handle, 'full')]
  return wish('transfer/1', body, by, [scene.replacedRegistration(met)])
}

/** Handles of what is not there. */
const NOWHERE: { readonly [member: string]: JsonObject[string] } = {
  application: 'A-999999999',
  holder: 'H-999999999',
  from: 'H-999999999',
  to: 'H-999999999',
  parent: 'H-999999999',
  child: 'H-999999999',
  successor: 'H-999999999',
  predecessor: 'H-999999999',
  claimant: 'H-999999999',
  by: 'H-999999999',
  pool: 'NOWHERE',
  order: 'O-999999999',
  transit: 'T-999999999',
  complaint: 'C-999999999',
  authority: 'NOWHERE',
  staff: 'NOBODY',
  registration: { key: 'ip4/198.18.0.0/24', id: 'R-999999999' },
}

/** A request with a mistake: a member too few, somebody or something that is not there, a signer in the wrong office. */
export function blunder(scene: Scene, honest: Asking): Asking {
  const { chance } = scene
  const names = Object.keys(honest.body)
  const name = chance.pick(names) ?? ''
  if (chance.chance(0.15)) {
    const { [name]: _, ...body } = honest.body
    return { ...honest, body }
  }
  const instead = NOWHERE[chance.pick(names.filter((one) => one in NOWHERE)) ?? '']
  const place = names.find((one) => NOWHERE[one] === instead)
  if (place === undefined || instead === undefined) return honest
  if (place !== 'staff') return { ...honest, body: { ...honest.body, [place]: instead } }
  const wrong = chance.chance(0.5) ? 'NOBODY' : 'AD-1'
  const staff = typeof honest.body['staff'] === 'string' ? wrong : [wrong, 'CL-2']
  return { ...honest, body: { ...honest.body, staff }, by: [...honest.by, ...scene.staff('AD-1', 'CL-2')] }
}

/** The same wish, made by somebody who may not make it, or at the wrong registry, or on something outdated. */
export function hostile(scene: Scene, honest: Asking): Asking {
  const { chance, engine } = scene
  const stale = honest.replaces.length > 0
  const recent = chance.chance(0.1) ? chance.pick(engine.recent) : undefined
  if (recent !== undefined) return { ...honest, again: recent, hostile: 'it was accepted before' }
  switch (
    chance.weighted({ signers: 6, stale: stale ? 3 : 0, missing: stale ? 1 : 0, origin: 1, expired: 1 })
  ) {
    case 'stale': {
      const replaces = honest.replaces.map(
        (one): Replaced => ({ ...one, hash: commitmentOf('something else') }),
      )
      return { ...honest, replaces, hostile: 'it names what no longer stands' }
    }
    case 'missing':
      return { ...honest, replaces: [], hostile: 'it names nothing' }
    case 'origin':
      return { ...honest, origin: 'other.example/log', hostile: 'it is for another registry' }
    case 'expired':
      return { ...honest, expires: addSeconds(scene.at, -1), hostile: 'it has expired' }
    case 'signers':
      if (forAnybody(honest)) return honest
      return { ...honest, by: wrongSigners(scene, honest), hostile: 'the wrong keys signed' }
  }
}

/** Acts that anybody may bring: what they rest on is a document, or they change nothing. */
const FOR_ANYBODY: readonly string[] = [
  'allocate/1 fee',
  'certified-extract/1 undefined',
  'complain/1 complain',
  'move-in/1 cancel',
  'move-in/1 complete',
  'move-out/1 finalize',
]

function forAnybody({ procedure, body }: Asking): boolean {
  return FOR_ANYBODY.includes(`${procedure} ${String(body['step'])}`)
}

const STAFF = ['OP-1', 'OP-2', 'CL-1', 'CL-2', 'AD-1', 'NOTIFIER']

/** Keys that must not be enough: a stranger's, another holder's, every key of the staff, one too few. */
function wrongSigners(scene: Scene, { by, procedure, body }: Asking): readonly Signer[] {
  const mine = (key: { readonly key: string }): boolean => by.some((one) => one.key === key.key)
  switch (scene.chance.below(4)) {
    case 0:
      return [scene.signer('nobody')]
    case 1:
      return scene.staff(...STAFF).filter((one) => !mine(one))
    case 2: {
      const other = scene.holder(scene.pick('holder'))?.policy?.keys ?? []
      return other.some(mine) ? [] : other.map(({ alg, key }) => ({ alg, key }))
    }
    default:
      return ONE_KEY.includes(procedure) || body['step'] === 'withdraw' || body['step'] === 'veto'
        ? []
        : by.filter(({ key }) => key !== by[0]?.key)
  }
}
