/**
 * People who ask for what cannot be: one mistake each, made on purpose, so that every code by which an act is refused
 * happens in the histories (tests/simulation/codes.ts).
 */

import { commitmentOf } from '../workload-registry.ts'
import { type Agent, type Mistake, type Scene, wish } from './agent.ts'
import { CLUMSY_CLERKS, INSISTING_CLERKS } from './clumsy-clerks.ts'
import { CLUMSY_HOLDERS, INSISTING_HOLDERS } from './clumsy-holders.ts'
import { CLUMSY_ORDERS, INSISTING_ORDERS } from './clumsy-orders.ts'

const MISTAKES: readonly Mistake[] = [
  ...CLUMSY_HOLDERS,
  ...CLUMSY_CLERKS,
  ...CLUMSY_ORDERS,
  noProcedure,
  forged,
]

const INSISTING: readonly Mistake[] = [...INSISTING_HOLDERS, ...INSISTING_CLERKS, ...INSISTING_ORDERS]
const TIMES = 40

export const clumsy: Agent = {
  name: 'clumsy',
  wish(scene) {
    const { chance } = scene
    const insists = chance.chance(0.025) ? chance.pick(INSISTING) : undefined
    if (insists !== undefined) scene.insists = Array.from({ length: TIMES }, () => insists)
    return chance.pick(MISTAKES)?.(scene) ?? null
  },
}

function noProcedure(scene: Scene): ReturnType<Mistake> {
  return wish('seize/1', { holder: 'H-1' }, [scene.signer('nobody')])
}

function forged(scene: Scene): ReturnType<Mistake> {
  const complaint = commitmentOf(`forged complaint ${scene.serial++}`)
  const body = { step: 'complain', complaint, instrument: null }
  return { ...wish('complain/1', body, [scene.signer('nobody')]), forged: true }
}
