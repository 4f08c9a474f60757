/** Mistakes in orders, and in what is asked about them. */

import { addSeconds, DAY_SECONDS, type JsonObject, type OrderRecord } from '@cadastre/records'
import { commitmentOf } from '../workload-registry.ts'
import { type Mistake, type Scene, wish } from './agent.ts'
import { namedRegistration } from './holders.ts'

/** A hold on one holding, in order but for what is told otherwise. */
function order(scene: Scene, more: JsonObject): ReturnType<Mistake> {
  const met = scene.met('holding')
  const authority = scene.pick('authority')
  if (met === null || authority === undefined) return null
  const { registration } = met
  const serial = scene.serial++
  const item = { ...namedRegistration(met), range: `${registration.first} - ${registration.last}` }
  const body = {
    step: 'serve',
    staff: 'CL-1',
    attestor: 'CL-2',
    authority,
    reference: `clumsy ${serial} of 2030`,
    document: commitmentOf(`clumsy document ${serial}`),
    date: scene.at.slice(0, 10),
    served: scene.at,
    authenticity: { means: 'bailiff', record: commitmentOf('record'), callBack: commitmentOf('call') },
    order: { effect: 'hold' },
    scope: more['twice'] === true ? [item, item] : [item],
    holder: registration.holder,
    until: null,
    executeFrom: null,
    seal: null,
    reverses: null,
    ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== 'twice')),
  }
  return wish('serve-order/1', body, scene.staff('CL-1'))
}

const sealTooLong: Mistake = (scene) =>
  order(scene, {
    reference: null,
    document: null,
    seal: { until: addSeconds(scene.at, 500 * DAY_SECONDS), commitment: commitmentOf('sealed') },
  })
const durationNotPossible: Mistake = (scene) =>
  order(scene, {
    order: { effect: 'transferTo', receiver: scene.pick('holder') ?? 'H-1' },
    until: addSeconds(scene.at, DAY_SECONDS),
  })
const scopeRepeated: Mistake = (scene) => order(scene, { twice: true })

const servedBefore: Mistake = (scene) =>
  order(scene, { reference: '1 of 2029', document: commitmentOf('document that is served again and again') })

const orderUnknown: Mistake = (scene) => {
  const text = commitmentOf('text of nothing')
  return wish(
    'serve-order/1',
    { step: 'publish', staff: 'CL-1', order: 'O-999999999', text },
    scene.staff('CL-1'),
  )
}

const LIVE: readonly string[] = ['executed', 'window', 'verified', 'noticed', 'received', 'returned']

/** An order that is under a seal. */
function sealedOrder(scene: Scene): { readonly handle: string; readonly until: string } | null {
  for (const state of LIVE)
    for (const handle of scene.engine.lists.of(`order ${state}`)) {
      const seal = scene.order(handle)?.seal ?? null
      if (seal !== null && seal.opened === null) return { handle, until: seal.until }
    }
  return null
}
const sealRunning: Mistake = (scene) => {
  const sealed = sealedOrder(scene)
  if (sealed === null) return null
  const text = commitmentOf('sealed text')
  return wish(
    'serve-order/1',
    { step: 'publish', staff: 'CL-1', order: sealed.handle, text },
    scene.staff('CL-1'),
  )
}
const openingDiffers: Mistake = (scene) => {
  const sealed = sealedOrder(scene)
  if (sealed === null || sealed.until > scene.at) return null
  const [document, nonce] = [commitmentOf('another document'), commitmentOf('another nonce')]
  const opening = { document, reference: 'none', holder: null, commitments: [], nonce }
  return wish(
    'serve-order/1',
    { step: 'unseal', staff: 'CL-1', order: sealed.handle, opening },
    scene.staff('CL-1'),
  )
}

const STOPPABLE: readonly string[] = ['window', 'noticed', 'verified', 'conflict', 'executed', 'stayed']

/** An order against a holder that can still be stopped. */
function stoppable(scene: Scene): OrderRecord | null {
  const found = STOPPABLE.flatMap((state) => [...scene.engine.lists.of(`order ${state}`)])
    .map((handle) => scene.order(handle))
    .filter((one) => one !== null && one.holder !== null)
  return scene.chance.pick(found) ?? null
}

/** The holder objects, and once more. */
const objection: Mistake = (scene) => {
  const found = stoppable(scene)
  if (found === null) return null
  const { handle, holder } = found
  const evidence = commitmentOf('what shows it')
  const body = { step: 'object', order: handle, holder, items: ['binds-registry'], evidence }
  return wish('contest-order/1', body, scene.signers(holder, 'technical'))
}
const appeal: Mistake = (scene) => {
  const found = stoppable(scene)
  if (found === null) return null
  const staff = ['CL-1', 'CL-2']
  const body = { step: 'appeal', order: found.handle, filed: commitmentOf(`appeal ${scene.serial++}`), staff }
  return wish('contest-order/1', body, scene.staff(...staff))
}

export const CLUMSY_ORDERS: readonly Mistake[] = [
  sealTooLong,
  durationNotPossible,
  scopeRepeated,
  servedBefore,
  orderUnknown,
  sealRunning,
  openingDiffers,
  openingDiffers,
  objection,
  appeal,
]

/** Done again and again. */
export const INSISTING_ORDERS: readonly Mistake[] = [objection, servedBefore]
