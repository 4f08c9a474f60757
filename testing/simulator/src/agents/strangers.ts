/** Second thoughts: a party, or somebody else, withdraws or vetoes what waits. */

import type { Application } from '@cadastre/records'
import type { Asking } from '../engine/engine.ts'
import { type Agent, type Scene, wish } from './agent.ts'

/** Procedures in which one living key vetoes what waits. */
const VETOED: readonly string[] = [
  'delegate/1',
  'update-holder/1',
  'rotate-keys/1',
  'lock/1',
  'recover-keys/1',
]
const COOLING: readonly string[] = [
  'application transfer/1 cooling',
  'application return/1 cooling',
  'application delegate/1 cooling',
  'application update-holder/1 cooling',
  'application rotate-keys/1 cooling',
  'application lock/1 cooling',
  'application recover-keys/1 noticed',
  'application allocate/1 waiting',
  'application allocate/1 cooling',
]

export const doubters: Agent = {
  name: 'doubters',
  wish(scene) {
    const { chance } = scene
    const list = chance.chance(0.93) ? (chance.pick(COOLING) ?? '') : 'application ended'
    const application = scene.application(scene.pick(list))
    return application === null ? null : withdrawal(scene, application)
  },
}

function withdrawal(scene: Scene, application: Application): Asking {
  const { chance } = scene
  const { handle, procedure, consents } = application
  const by = (chance.chance(0.85) ? chance.pick(consents) : scene.pick('holder')) ?? 'H-1'
  const vetoed = VETOED.includes(procedure)
  const signers = scene.signers(by, vetoed ? 'technical' : 'full')
  if (!vetoed) return wish(procedure, { step: 'withdraw', application: handle, by }, signers)
  const veto = { holder: by, application: handle, guardian: null }
  const body = procedure === 'update-holder/1' ? { ...veto, change: 'veto' } : { ...veto, step: 'veto' }
  return wish(procedure, body, signers)
}
