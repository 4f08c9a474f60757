/** Brokers pair sellers and buyers; now and then a party thinks better of it. */

import { blockKey } from '@cadastre/numbers'
import { blockInside } from '../workload-ranges.ts'
import { type Agent, rangeOf, signersOf, wish } from './agent.ts'
import { anyService, namedRegistration } from './holders.ts'

export const brokers: Agent = {
  name: 'brokers',
  wish(scene) {
    const { chance, engine } = scene
    const small = engine.size === 'small'
    const odd = small && chance.chance(0.05)
    const met = scene.met(
      odd
        ? (chance.pick(['sub', 'lease', 'numbers pool', 'numbers reserved', 'numbers quarantined']) ?? 'sub')
        : 'holding',
    )
    const buyer = scene.otherHolder(met?.registration.holder)
    if (met === null || buyer === null) return null
    const seller = met.registration.holder ?? 'H-1'
    const staged = small && chance.chance(0.3) ? chance.between(1, 2) : 0
    const services = Array.from({ length: staged }, () => ({
      at: blockKey(blockInside(chance, rangeOf(met))),
      service: anyService(scene),
    }))
    const whole = staged > 0 ? 0.8 : small ? 0.35 : 0.97
    const body = {
      step: 'offer',
      from: seller,
      to: buyer.handle,
      registration: namedRegistration(met),
      range: scene.part(rangeOf(met), whole),
      services,
    }
    const by = [...scene.signers(seller, 'full'), ...signersOf(buyer, 'full')]
    return wish('transfer/1', body, by, [scene.replacedRegistration(met)])
  },
}
