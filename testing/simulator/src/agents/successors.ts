/** Heirs, liquidators, holders and offices that file instruments: succession, dissolution, corrections, recoveries. */

import type { Registration } from '@cadastre/records'
import type { Asking } from '../engine/engine.ts'
import { OUTSIDE } from '../engine/world.ts'
import { commitmentOf } from '../workload-registry.ts'
import { type Agent, type Met, type Scene, wish } from './agent.ts'
import { namedRegistration } from './holders.ts'

export const successors: Agent = {
  name: 'successors',
  wish(scene) {
    switch (scene.chance.weighted({ succeed: 4, dissolve: 2, correct: 4, recover: 4, end: 4 })) {
      case 'succeed':
        return succession(scene)
      case 'dissolve':
        return notice(scene)
      case 'correct':
        return correction(scene)
      case 'recover':
        return recovery(scene)
      case 'end':
        return secondThought(scene)
    }
  },
}

/** Mostly an attestor outside the operator, as the applicant must choose. */
export function chosenAttestor(scene: Scene): string {
  const { chance } = scene
  return chance.chance(0.93) ? (chance.pick(OUTSIDE) ?? 'CL-2') : (chance.pick(['CL-1', 'NOBODY']) ?? 'CL-1')
}

function succession(scene: Scene): Asking | null {
  const { chance } = scene
  const met = scene.met('holding')
  const successor = scene.anyHolder()
  if (met === null || successor === null) return null
  const predecessor = met.registration.holder ?? 'H-1'
  const others = holdingsOf(scene, predecessor)
  const named: readonly Met[] = chance.chance(0.6) ? [met] : [met, ...others]
  const agreed = chance.chance(0.25)
  const body = {
    step: 'apply',
    predecessor,
    successor: successor.handle,
    registrations: named.slice(0, 4).map(namedRegistration),
    ground: chance.pick(['merger', 'asset-transfer', 'death', 'dissolution']) ?? 'merger',
    instrument: commitmentOf(`instrument ${scene.serial++}`),
    attestor: agreed ? null : chosenAttestor(scene),
  }
  const by = [
    ...scene.signers(successor.handle, 'full'),
    ...(agreed ? scene.signers(predecessor, 'full') : []),
  ]
  return wish(
    'succeed/1',
    body,
    by,
    agreed ? named.slice(0, 4).map((one) => scene.replacedRegistration(one)) : [],
  )
}

function holdingsOf(scene: Scene, holder: string): readonly Met[] {
  return [scene.met('holding'), scene.met('holding')].flatMap((met) =>
    met !== null && met.registration.holder === holder ? [met] : [],
  )
}

function notice(scene: Scene): Asking | null {
  const { chance } = scene
  const holder = scene.holder(scene.pick('holder'))
  if (holder === null) return null
  if (holder.dissolved !== null && chance.chance(0.7))
    return wish('dissolve/1', { step: 'lift', holder: holder.handle }, scene.signers(holder.handle, 'full'))
  const filer = scene.signer(`office ${chance.below(3)}`)
  const body = {
    step: 'notice',
    holder: holder.handle,
    notice: commitmentOf(`notice ${scene.chance.chance(0.8) ? scene.serial++ : 1}`),
    key: filer.key,
    attestor: chosenAttestor(scene),
  }
  return wish('dissolve/1', body, [filer])
}

function correction(scene: Scene): Asking | null {
  const { chance } = scene
  const shared = {
    instrument: commitmentOf(`instrument ${scene.serial++}`),
    attestor: chosenAttestor(scene),
  }
  const holder = scene.anyHolder()
  if (holder === null) return null
  const clerk = chance.chance(0.5)
  const by = clerk ? 'CL-1' : holder.handle
  const signers = clerk ? scene.staff('CL-1') : scene.signers(holder.handle, 'full')
  if (chance.chance(0.4)) {
    const named = chance.chance(0.5)
    const value = named ? `renamed ${scene.serial} Ltd` : (chance.pick(['CH', 'BR', null]) ?? null)
    const body = {
      step: 'holder',
      by,
      ...shared,
      holder: holder.handle,
      correction: { field: named ? 'name' : 'country', value },
    }
    const member = named ? 'name' : 'country'
    return wish('correct/1', body, signers, [scene.replacedMember(holder, member)])
  }
  const met = scene.met(chance.pick(['holding', 'holding', 'sub', 'lease']) ?? 'holding')
  if (met === null) return null
  const field = chance.pick(['country', 'registered', 'status']) ?? 'status'
  const body = {
    step: 'registration',
    by,
    ...shared,
    registration: namedRegistration(met),
    correction: { field, value: corrected(scene, field, met.registration) },
  }
  return wish('correct/1', body, signers, [scene.replacedRegistration(met)])
}

function corrected(scene: Scene, field: string, registration: Registration): string | null {
  if (field === 'status') return registration.status === 'assigned' ? 'allocated' : 'assigned'
  if (field === 'country') return scene.chance.pick(['CH', 'BR', null]) ?? null
  return `20${10 + scene.chance.below(10)}-05-01`
}

function recovery(scene: Scene): Asking | null {
  const { chance } = scene
  const holder = scene.holder(scene.pick('holder'))
  if (holder?.policy == null) return null
  const fresh = scene.signer(`recovered key ${scene.serial++}`)
  const keys = [{ ...fresh, roles: ['full', 'routing', 'technical'] }]
  const asked = { holder: holder.handle, m: 1, keys }
  const { guardians } = holder.policy
  if (guardians.length > 0 && chance.chance(0.8)) {
    const by = [fresh, ...guardians.flatMap((guardian) => scene.signers(guardian, 'full'))]
    return wish('recover-keys/1', { step: 'guardians', ...asked, guardians: [...guardians] }, by, [
      scene.replacedMember(holder, 'policy'),
    ])
  }
  const asker = scene.pick('holder') ?? 'H-1'
  const body = {
    step: 'evidence',
    ...asked,
    by: asker,
    instrument: commitmentOf(`power of attorney ${scene.serial}`),
    attestor: chosenAttestor(scene),
  }
  const by = [fresh, ...scene.signers(asker, 'full')]
  return wish('recover-keys/1', body, by, [scene.replacedMember(holder, 'policy')])
}

const ENDING: readonly string[] = [
  'succeed/1',
  'dissolve/1',
  'correct/1',
  'recover-keys/1',
  'claim/1',
].flatMap((id) => ['examining', 'to-notify', 'noticed'].map((state) => `application ${id} ${state}`))

/** Whoever is concerned vetoes, or whoever asked withdraws. */
function secondThought(scene: Scene): Asking | null {
  const { chance } = scene
  const application = scene.application(scene.pick(chance.pick(ENDING) ?? ''))
  if (application === null) return null
  const { handle, procedure, examination, consents, body } = application
  const veto = chance.chance(0.5)
  const concerned = veto ? chance.pick(examination?.affected ?? []) : chance.pick(consents)
  const by = chance.chance(0.9) ? (concerned ?? 'H-1') : (scene.pick('holder') ?? 'H-1')
  const signers = scene.signers(by, veto ? 'technical' : 'full')
  if (procedure === 'recover-keys/1') {
    const subject = String(body['holder'])
    const vetoed = { step: 'veto', holder: subject, application: handle, guardian: null }
    return wish(procedure, vetoed, scene.signers(subject, 'technical'))
  }
  if (procedure === 'claim/1')
    return wish(procedure, { step: 'withdraw', application: handle, by }, scene.signers(by, 'full'))
  return wish(procedure, { step: veto ? 'veto' : 'withdraw', application: handle, by }, signers)
}
