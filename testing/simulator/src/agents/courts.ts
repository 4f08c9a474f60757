/**
 * Courts and regulators: they enter the register, and their orders are served by clerks: holds, notes, transfers,
 * cancellations, stays, reversals, seals. Some orders are over-broad, stale, sealed where they may not be, or of
 * nobody's court.
 */

import { type Authority, addSeconds, DAY_SECONDS, type JsonObject, ORDER_EFFECTS } from '@cadastre/records'
import type { Asking } from '../engine/engine.ts'
import { SEAL_ROOT } from '../engine/world.ts'
import { commitmentOf } from '../workload-registry.ts'
import { type Agent, type Met, rangeOf, type Scene, wish } from './agent.ts'
import { heldAs, servicesAt } from './claimants.ts'

const SEAL = commitmentOf('seal certificate')
/** Who comes to be registered; `FOREIGN-COURT` never is. */
const AUTHORITIES: readonly { readonly handle: string; readonly kind: string; readonly rank: number }[] = [
  { handle: 'COURT', kind: 'court', rank: 1 },
  { handle: 'HIGH-COURT', kind: 'court', rank: 2 },
  { handle: 'REGULATOR', kind: 'regulator', rank: 1 },
]

export const courts: Agent = {
  name: 'courts',
  wish(scene) {
    const { chance, engine } = scene
    const asked = engine.lists.of('application register-authority/1 examining').size
    const known = engine.lists.of('authority').size + asked
    if (known < AUTHORITIES.length && chance.chance(0.4)) return registration(scene)
    switch (
      chance.weighted({ serve: 12, publish: 4, unseal: 2, contest: 3, register: asked > 0 ? 0 : 0.5 })
    ) {
      case 'serve':
        return service(scene)
      case 'publish':
        return publication(scene)
      case 'unseal':
        return unsealing(scene)
      case 'contest':
        return contest(scene)
      case 'register':
        return registration(scene)
    }
  },
}

function registration(scene: Scene): Asking {
  const { chance } = scene
  const one = chance.pick(AUTHORITIES) ?? { handle: 'COURT', kind: 'court', rank: 1 }
  const standing = scene.read<Authority>(`obj/authority/${one.handle}`)
  const step = standing === null ? 'register' : chance.chance(0.1) ? 'end' : 'change'
  const shared = {
    step,
    staff: chance.chance(0.95) ? 'CL-1' : 'OP-1',
    attestor: 'CL-2',
    authority: one.handle,
    gazette: commitmentOf(`gazette ${scene.serial++}`),
  }
  const terms = {
    kind: one.kind,
    name: `${one.handle} of Examples`,
    country: 'CH',
    legalBasis: 'Code of Examples, section 1',
    effectsAllowed:
      one.kind === 'regulator' ? ['disclose', 'annotate', 'hold', 'correct', 'lift'] : [...ORDER_EFFECTS],
    channels: ['tel:+000000'],
    sealCerts: [SEAL],
    hierarchy: one.kind === 'court' ? 'CIVIL' : 'REGULATORS',
    rank: one.rank,
    appealStays: chance.chance(0.5),
    holdSeconds: null,
  }
  const body = step === 'end' ? shared : { ...shared, terms }
  return wish('register-authority/1', body, scene.staff(shared.staff))
}

const ON_HOLDER: readonly string[] = ['disclose', 'correct', 'appointRepresentative']

function service(scene: Scene): Asking | null {
  const { chance } = scene
  const met = scene.met('holding')
  if (met === null) return null
  const about = chance.chance(0.35) ? lastOrder(scene) : undefined
  const detail = about === undefined ? detailOn(scene, met) : detailAbout(scene, about)
  const effect = String(detail['effect'])
  const order = scene.order(about)
  const onNumbers = about === undefined && !ON_HOLDER.includes(effect)
  const holder = about === undefined ? met.registration.holder : (order?.holder ?? null)
  const sealed = chance.chance(0.15)
  const serial = scene.serial++
  const document = commitmentOf(`document ${chance.chance(0.95) ? serial : 1}`)
  const reference = `${serial} of 2030`
  const opening = { document, reference, holder, commitments: [], nonce: commitmentOf(`nonce ${serial}`) }
  const commitment = scene.engine.state.memberHash(opening)
  if (sealed) scene.openings.set(commitment, opening)
  const lasting = ['annotate', 'hold', 'appointRepresentative', 'stay'].includes(effect)
  const body = {
    step: 'serve',
    staff: 'CL-1',
    attestor: 'CL-2',
    authority: authorityFor(scene, order?.authority),
    reference: sealed ? null : reference,
    document: sealed ? null : document,
    date: scene.at.slice(0, 10),
    served: scene.at,
    authenticity: authenticity(scene),
    order: detail,
    scope: onNumbers ? [{ key: met.key, id: met.registration.id, range: scene.part(rangeOf(met), 0.6) }] : [],
    holder: chance.chance(0.95) ? holder : (scene.pick('holder') ?? null),
    until: lasting && chance.chance(0.6) ? addSeconds(scene.at, chance.between(1, 90 * DAY_SECONDS)) : null,
    executeFrom: chance.chance(0.15) ? addSeconds(scene.at, chance.between(1, 30 * DAY_SECONDS)) : null,
    seal: sealed ? { until: addSeconds(scene.at, chance.between(1, 200 * DAY_SECONDS)), commitment } : null,
    reverses: about === undefined && chance.chance(0.1) ? (scene.pick('order executed') ?? null) : null,
  }
  return wish('serve-order/1', body, scene.staff('CL-1'))
}

function authorityFor(scene: Scene, own: string | undefined): string {
  const { chance } = scene
  if (chance.chance(0.04)) return 'FOREIGN-COURT'
  if (own !== undefined && chance.chance(0.6)) return own
  return scene.pick('authority') ?? 'COURT'
}

function authenticity(scene: Scene): JsonObject {
  const { chance } = scene
  if (chance.chance(0.6))
    return {
      means: 'seal',
      certificate: chance.chance(0.95) ? SEAL : commitmentOf('another seal'),
      root: chance.chance(0.8) ? SEAL_ROOT : commitmentOf('another root'),
      report: commitmentOf('report'),
    }
  const means = chance.chance(0.5) ? 'bailiff' : 'certified-copy'
  return { means, record: commitmentOf('record of service'), callBack: commitmentOf('call') }
}

function detailOn(scene: Scene, met: Met): JsonObject {
  const { chance } = scene
  const effect = chance.weighted({
    disclose: 1,
    annotate: 2,
    hold: 4,
    correct: 2,
    transferTo: 4,
    appointRepresentative: 2,
    cancelToPool: 2,
    withdrawNamedService: 2,
    outside: 1,
  })
  switch (effect) {
    case 'disclose': {
      const holder = scene.holder(met.registration.holder)
      return { effect, commitments: (holder?.contacts ?? []).flatMap(({ fields }) => fields['email'] ?? []) }
    }
    case 'correct':
      return { effect, field: 'country', value: chance.pick(['CH', 'BR', null]) ?? null }
    case 'transferTo':
      return { effect, receiver: scene.pick('holder') ?? 'H-1' }
    case 'appointRepresentative': {
      const key = scene.signer(`representative ${scene.serial++}`)
      return { effect, m: 1, keys: [{ ...key, roles: ['full', 'routing', 'technical'] }] }
    }
    case 'withdrawNamedService': {
      const cell = scene.engine.state.chain(met.key).cells.at(-1)?.cell
      const services = cell === undefined ? [] : servicesAt(cell, met.registration.id)
      const named = services.length > 0 ? services : [{ kind: 'route', origin: 64496 }]
      return { effect, services: named.slice(0, 2).map((one) => ({ at: met.key, service: one })) }
    }
    case 'outside':
      return { effect, described: commitmentOf('something else') }
    default:
      return { effect }
  }
}

/** What an order says about an earlier one. */
function detailAbout(scene: Scene, order: string): JsonObject {
  const { chance } = scene
  switch (chance.below(4)) {
    case 0:
      return { effect: 'stay', order }
    case 1:
      return { effect: 'lift', order, what: chance.chance(0.6) ? 'order' : 'stay' }
    case 2:
      return {
        effect: 'vary',
        order,
        until: chance.chance(0.7) ? addSeconds(scene.at, chance.between(1, 90 * DAY_SECONDS)) : null,
        sealUntil: chance.chance(0.3) ? addSeconds(scene.at, chance.between(1, 90 * DAY_SECONDS)) : null,
      }
    default:
      return { effect: 'lift', order, what: 'order' }
  }
}

const LIVE: readonly string[] = [
  'executed',
  'window',
  'stayed',
  'verified',
  'noticed',
  'received',
  'conflict',
]

function lastOrder(scene: Scene): string | undefined {
  return scene.pick(`order ${scene.chance.pick(LIVE) ?? 'executed'}`)
}

function publication(scene: Scene): Asking | null {
  const order = lastOrder(scene)
  if (order === undefined) return null
  const text = commitmentOf(`redacted text ${scene.serial++}`)
  return wish('serve-order/1', { step: 'publish', staff: 'CL-1', order, text }, scene.staff('CL-1'))
}

function unsealing(scene: Scene): Asking | null {
  const { chance } = scene
  const handle = lastOrder(scene)
  const order = scene.order(handle)
  const opening = scene.openings.get(order?.seal?.commitment ?? '')
  if (order === null || handle === undefined || (opening === undefined && chance.chance(0.9))) return null
  const shown = opening ?? {
    document: commitmentOf('document'),
    reference: 'none',
    holder: null,
    commitments: [],
    nonce: commitmentOf('nonce'),
  }
  const body = { step: 'unseal', staff: 'CL-1', order: handle, opening: shown }
  return wish('serve-order/1', body, scene.staff('CL-1'))
}

function contest(scene: Scene): Asking | null {
  const { chance } = scene
  const handle = lastOrder(scene)
  const order = scene.order(handle)
  if (order === null || handle === undefined) return null
  if (chance.chance(0.5)) {
    const staff = ['CL-1', 'CL-2']
    const body = { step: 'appeal', order: handle, filed: commitmentOf(`appeal ${scene.serial++}`), staff }
    return wish('contest-order/1', body, scene.staff(...staff))
  }
  const holder = order.holder ?? heldAs(scene, order.scope[0]?.id ?? '')?.registration.holder ?? 'H-1'
  const body = {
    step: 'object',
    order: handle,
    holder,
    items: [chance.pick(['binds-registry', 'lists-numbers', 'in-force-at-seat']) ?? 'binds-registry'],
    evidence: commitmentOf('what shows it'),
  }
  return wish('contest-order/1', body, scene.signers(holder, 'technical'))
}
