/** Lessors: parts of what they hold to customers, some of them protected, and the ends of such grants. */

import { addSeconds, DAY_SECONDS } from '@cadastre/records'
import type { Asking } from '../engine/engine.ts'
import { type Agent, rangeOf, type Scene, wish } from './agent.ts'
import { namedRegistration } from './holders.ts'

export const lessors: Agent = {
  name: 'lessors',
  wish(scene) {
    const { lists } = scene.engine
    const children = lists.pieces('sub').size + lists.pieces('lease').size
    const many = scene.engine.size === 'large' ? children > lists.pieces('holding').size : false
    return scene.chance.chance(many ? 0.9 : 0.35) ? ending(scene) : grant(scene)
  },
}

function grant(scene: Scene): Asking | null {
  const { chance, engine } = scene
  const kinds = ['holding', 'holding', 'holding', 'sub', 'lease']
  const met = scene.met(engine.size === 'large' ? 'holding' : (chance.pick(kinds) ?? 'holding'))
  if (met === null) return null
  const isProtected = chance.chance(engine.size === 'large' ? 0.01 : 0.5)
  const child = chance.chance(isProtected ? 0.97 : 0.8) ? (scene.anyHolder()?.handle ?? null) : null
  const hasTerm = chance.chance(isProtected ? 0.95 : 0.6)
  const parent = met.registration.holder ?? 'H-1'
  const body = {
    step: 'grant',
    parent,
    registration: namedRegistration(met),
    range: scene.part(rangeOf(met), 0.1),
    child,
    kind: chance.pick(['sub', 'lease']),
    status: 'assigned',
    until: hasTerm ? addSeconds(scene.at, chance.between(1, 800 * DAY_SECONDS)) : null,
    protected: isProtected,
    country: chance.pick(['CH', null]) ?? null,
  }
  const own = scene.signers(parent, 'full')
  const by = isProtected ? [...own, ...scene.signers(child, 'full')] : own
  return wish('delegate/1', body, by, [scene.replacedRegistration(met)])
}

function ending(scene: Scene): Asking | null {
  const { chance } = scene
  const met = scene.met(chance.pick(['sub', 'lease']))
  if (met === null) return null
  const parent = scene.engine.state
    .chain(met.key)
    .cells.flatMap(({ cell }) => cell.registrations)
    .findLast(({ kind, id }) => kind === 'holding' && id !== met.registration.id)
  const by = (chance.chance(0.4) ? met.registration.holder : parent?.holder) ?? 'H-1'
  const body = { step: 'end', registration: namedRegistration(met), by }
  return wish('delegate/1', body, scene.signers(by, 'full'), [scene.replacedRegistration(met)])
}
