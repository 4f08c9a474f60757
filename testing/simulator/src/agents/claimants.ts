/** Strangers and holders who claim: disputes, court claims, complaints, extracts, and what was imported. */

import type { Cell, JsonObject, Notes } from '@cadastre/records'
import { fakeDigest } from '../engine/digest.ts'
import type { Asking } from '../engine/engine.ts'
import { MAINTAINER } from '../engine/world.ts'
import { commitmentOf } from '../workload-registry.ts'
import { type Agent, type Scene, wish } from './agent.ts'
import { namedRegistration } from './holders.ts'
import { chosenAttestor } from './successors.ts'

export const claimants: Agent = {
  name: 'claimants',
  wish(scene) {
    switch (scene.chance.weighted({ dispute: 6, ending: 3, complain: 2, answer: 1, extract: 2, claim: 4 })) {
      case 'dispute':
        return dispute(scene)
      case 'ending':
        return ending(scene)
      case 'complain':
        return complaint(scene)
      case 'answer':
        return reply(scene)
      case 'extract':
        return extract(scene)
      case 'claim':
        return claim(scene)
    }
  },
}

const CERTIFIERS: readonly string[] = ['CL-1', 'CL-2']

function certifiers(scene: Scene): readonly string[] {
  return scene.chance.chance(0.9)
    ? CERTIFIERS
    : (scene.chance.pick([
        ['CL-1', 'CL-1'],
        ['CL-1', 'CL-3'],
        ['OP-1', 'CL-2'],
      ]) ?? CERTIFIERS)
}

function dispute(scene: Scene): Asking | null {
  const { chance } = scene
  const met = scene.met(chance.chance(0.95) ? 'holding' : 'sub')
  if (met === null) return null
  const claimant = scene.signer(`stranger ${chance.below(8)}`)
  const registration = namedRegistration(met)
  const facts = commitmentOf(`facts ${chance.chance(0.8) ? scene.serial++ : chance.below(3)}`)
  const inCourt = chance.chance(0.4)
  if (!inCourt)
    return wish(
      'annotate-dispute/1',
      { step: 'claim', registration, key: claimant.key, facts, evidence: null },
      [claimant],
    )
  const staff = certifiers(scene)
  const body = {
    step: 'court',
    registration,
    key: claimant.key,
    facts,
    evidence: commitmentOf(`stamped ${scene.serial++}`),
    staff: [...staff],
    leave: chance.chance(0.1) ? commitmentOf('leave') : null,
  }
  return wish('annotate-dispute/1', body, [claimant, ...scene.staff(...staff)])
}

/** The claimant withdraws, the holder asks for a lapse, or two clerks certify the end of the case. */
function ending(scene: Scene): Asking | null {
  const { chance } = scene
  const name = scene.pick('notes')
  const notes = scene.read<Notes>(`obj/notes/${name}`)
  const annotation = chance.pick(notes?.annotations ?? [])
  const met = annotation === undefined ? null : scene.met('holding')
  if (notes === null || annotation === undefined || met === null) return null
  const found = heldAs(scene, notes.registration) ?? met
  const registration = namedRegistration(found)
  const named = { registration, annotation: annotation.id }
  switch (chance.below(3)) {
    case 0: {
      const claimant = scene.signer(`stranger ${chance.below(8)}`)
      return wish('annotate-dispute/1', { step: 'withdraw', ...named, key: claimant.key }, [claimant])
    }
    case 1:
      return wish(
        'annotate-dispute/1',
        { step: 'lapse', ...named },
        scene.signers(found.registration.holder, 'full'),
      )
    default: {
      const staff = certifiers(scene)
      const body = { step: 'end', ...named, staff: [...staff], evidence: commitmentOf('decision') }
      return wish('annotate-dispute/1', body, scene.staff(...staff))
    }
  }
}

/** Where a registration stands, looked for in a small world only. */
export function heldAs(scene: Scene, id: string): ReturnType<Scene['met']> {
  if (scene.engine.size === 'large') return null
  for (const piece of scene.engine.lists.pieces('holding')) if (piece.id === id) return scene.metAt(piece)
  return null
}

function complaint(scene: Scene): Asking {
  const { chance } = scene
  const body = {
    step: 'complain',
    complaint: commitmentOf(`complaint ${scene.serial++}`),
    instrument: chance.chance(0.5) ? commitmentOf('instrument') : null,
  }
  return wish('complain/1', body, [scene.signer(`stranger ${chance.below(8)}`)])
}

function reply(scene: Scene): Asking {
  const { chance } = scene
  const clerk = chance.chance(0.9) ? 'CL-1' : 'OP-1'
  const body = {
    step: 'answer',
    complaint: scene.pick('complaint') ?? 'C-1',
    staff: clerk,
    says: chance.pick(['issued', 'not-issued', 'no-answer']) ?? 'issued',
    evidence: commitmentOf('answer of the office'),
  }
  return wish('complain/1', body, scene.staff(clerk))
}

function extract(scene: Scene): Asking | null {
  const { chance, engine } = scene
  const key = scene.met('holding')?.key
  if (key === undefined) return null
  const right = engine.state.memberHash(engine.get(key) ?? null)
  const record = chance.chance(0.85) ? right : commitmentOf('another record')
  const body = { key, record, extract: commitmentOf(`extract ${scene.serial++}`) }
  return wish('certified-extract/1', body, [scene.signer(`stranger ${chance.below(8)}`)])
}

function claim(scene: Scene): Asking | null {
  const { chance, engine } = scene
  const claimant = scene.anyHolder()
  if (claimant === null) return null
  const by = scene.signers(claimant.handle, 'full')
  const means = chance.pick(['instrument', 'checklist', 'reverse-zone', 'openpgp']) ?? 'instrument'
  const proof = {
    claimant: claimant.handle,
    means,
    evidence: commitmentOf(`proof ${scene.serial++}`),
    attestor: chosenAttestor(scene),
  }
  const imported = scene.pick('imported')
  if (chance.chance(0.3)) {
    const maintainer = scene.signer(chance.chance(0.8) ? MAINTAINER : 'no maintainer')
    const body = {
      step: 'key',
      claimant: claimant.handle,
      holder: imported ?? 'IMP-EXAMPLE-A1',
      key: maintainer.key,
    }
    // As ssh-keygen signs, which no port but the fake one can here: with the others the claim is refused.
    const isFake = engine.state.port === fakeDigest
    return wish('claim/1', body, [...by, isFake ? { ...maintainer, alg: 'sshsig' } : maintainer])
  }
  const met = chance.chance(0.4) ? scene.met('imported holding') : null
  if (met === null)
    return imported === undefined ? null : wish('claim/1', { step: 'holder', ...proof, holder: imported }, by)
  return wish('claim/1', { step: 'registration', ...proof, registration: namedRegistration(met) }, by, [
    scene.replacedRegistration(met),
  ])
}

/** The service as a withdrawal names it. */
export function servicesAt(cell: Cell, under: string): readonly JsonObject[] {
  return [
    ...cell.routes.filter((one) => one.under === under).map(({ origin }) => ({ kind: 'route', origin })),
    ...cell.roas
      .filter((one) => one.under === under)
      .map(({ asn, maxLength }) => ({ kind: 'roa', asn, maxLength })),
  ]
}
