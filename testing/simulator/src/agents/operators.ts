/** Staff at their own work: sanctions, pauses, incidents, staff, witnesses, peers, terms, successors of the registry. */

import { PROFILES } from '@cadastre/procedures'
import {
  addSeconds,
  DAY_SECONDS,
  type HolderNotes,
  type Identity,
  type JsonObject,
  type ProcedureRecord,
  type Roster,
  type WitnessPolicy,
} from '@cadastre/records'
import type { Asking } from '../engine/engine.ts'
import { ADOPTER } from '../engine/world.ts'
import { commitmentOf } from '../workload-registry.ts'
import { type Agent, type Scene, wish } from './agent.ts'

export const operators: Agent = {
  name: 'operators',
  wish(scene) {
    const what = scene.chance.weighted({
      sanctions: 8,
      pause: 3,
      incident: 2,
      staff: 4,
      adopt: 4,
      handOver: scene.chance.chance(0.1) ? 4 : 0.4,
      takeOver: 0.2,
    })
    switch (what) {
      case 'sanctions':
        return sanctions(scene)
      case 'pause':
        return pause(scene)
      case 'incident':
        return incident(scene)
      case 'staff':
        return staffing(scene)
      case 'adopt':
        return adoption(scene)
      case 'handOver':
        return handOver(scene)
      case 'takeOver':
        return takeOver(scene)
    }
  },
}

function sanctions(scene: Scene): Asking | null {
  const { chance } = scene
  const holder = scene.anyHolder()
  if (holder === null) return null
  const act = `ACT-${chance.below(3)}`
  const shared = { holder: holder.handle, act, evidence: commitmentOf(act) }
  const kinds = chance.pick([['allocate'], ['transfer'], ['allocate', 'transfer']]) ?? ['transfer']
  const pair = chance.pick([
    ['CL-1', 'CL-2'],
    ['CL-1', 'CL-2'],
    ['CL-1', 'CL-3'],
  ]) ?? ['CL-1', 'CL-2']
  const notes = scene.read<HolderNotes>(`obj/notes/${holder.handle}`)
  if (notes !== null && notes.blocked.length > 0 && chance.chance(0.6)) {
    const blocked = notes.blocked[0]?.act ?? act
    const body = { step: 'lift', ...shared, act: blocked, staff: 'CL-1' }
    return wish('apply-sanctions-act/1', body, scene.staff('CL-1'))
  }
  if (chance.chance(0.4)) {
    const body = { step: 'delay', ...shared, kinds, staff: pair }
    return wish('apply-sanctions-act/1', body, scene.staff(...pair))
  }
  const register = scene.read<Identity>(`obj/identity/${holder.identity}`)?.register ?? null
  const body = {
    step: 'certify',
    ...shared,
    kinds,
    register: register === null ? null : { ...register },
    ruling: register === null || chance.chance(0.1) ? commitmentOf('ruling') : null,
    staff: pair,
  }
  return wish('apply-sanctions-act/1', body, scene.staff(...pair))
}

function pause(scene: Scene): Asking {
  const { chance, engine } = scene
  if (engine.registry?.paused != null || chance.chance(0.1))
    return wish('pause/1', { step: 'resume', staff: 'OP-1' }, scene.staff('OP-1'))
  const staff = chance.chance(0.9) ? ['OP-1', 'OP-2'] : ['OP-1', 'OP-1']
  const seconds = chance.between(60, chance.chance(0.9) ? 24 * 3600 : 100 * 3600)
  const body = { step: 'pause', trigger: 'corruption', seconds, report: commitmentOf('cause'), staff }
  return wish('pause/1', body, scene.staff(...new Set(staff)))
}

function incident(scene: Scene): Asking {
  const { chance } = scene
  const body = {
    staff: chance.chance(0.9) ? 'OP-1' : 'CL-1',
    kind: 'wrong-entry',
    report: commitmentOf(`report ${scene.serial++}`),
    affected: chance.below(5),
    discovered: addSeconds(scene.at, chance.chance(0.95) ? -chance.below(DAY_SECONDS) : 60),
  }
  return wish('report-incident/1', body, scene.staff(body.staff))
}

function staffing(scene: Scene): Asking {
  const { chance } = scene
  const two = chance.chance(0.95) ? ['OP-1', 'OP-2'] : ['OP-1', 'OP-1']
  const waiting = scene.pick('application change-staff/1 cooling')
  if (waiting !== undefined && chance.chance(0.3))
    return wish(
      'change-staff/1',
      { step: 'withdraw', staff: two, application: waiting },
      scene.staff(...new Set(two)),
    )
  const roster = scene.read<Roster>('obj/roster/CLERKS')
  const handle = `CL-${10 + (scene.serial++ % 40)}`
  const key = scene.signer(handle)
  const add = [{ handle, role: 'clerk', ...key, outside: chance.chance(0.5) }]
  const extra = roster?.clerks.filter(({ staff }) => staff.length > 4).map(({ staff }) => staff) ?? []
  const many = extra.length > 4
  const end = many || chance.chance(0.3) ? [chance.pick(extra) ?? 'CL-3'] : []
  const body = { step: 'change', staff: two, add: many ? [] : add, end: many ? end : end.slice(0, 1) }
  return wish('change-staff/1', body, [...scene.staff(...new Set(two)), key])
}

/** Procedures whose terms come to be changed here, with what changes. */
const CHANGED: readonly { readonly id: string; readonly name: string }[] = [
  { id: 'transfer/1', name: 'coolingSeconds' },
  { id: 'rotate-keys/1', name: 'vetoSeconds' },
  { id: 'update-holder/1', name: 'formerContactSeconds' },
  { id: 'list-peer/1', name: 'noticeSeconds' },
]

function adoption(scene: Scene): Asking {
  const { chance, engine } = scene
  const waiting = scene.pick('application adopt-procedure/1 cooling')
  if (waiting !== undefined && chance.chance(0.25))
    return wish(
      'adopt-procedure/1',
      { step: 'withdraw', staff: ADOPTER, application: waiting },
      scene.staff(ADOPTER),
    )
  const { id, name } = chance.pick(CHANGED) ?? { id: 'transfer/1', name: 'coolingSeconds' }
  const record = scene.read<ProcedureRecord>(`obj/procedure/${id.toUpperCase().replace('/', '-')}`)
  const old = record?.revisions.at(-1)?.parameters ?? record?.parameters ?? PROFILES[engine.profile][id] ?? {}
  const parameters = { ...old, [name]: Number(old[name] ?? 0) + DAY_SECONDS * chance.below(3) }
  const names = chance.chance(0.9) ? '' : ' This is about R-41.'
  const body = {
    step: 'adopt',
    staff: chance.chance(0.95) ? ADOPTER : 'OP-1',
    procedure: id,
    page: `# ${id}\n\nTerms of the ${scene.serial % 4} kind.${names}\n`,
    parameters: chance.chance(0.95) ? parameters : { unheard: 1 },
    vectors: commitmentOf('vectors'),
    impact: { size: engine.index, acts: 10, otherwise: chance.below(2), holders: chance.below(3) },
  }
  return wish('adopt-procedure/1', body, scene.staff(body.staff))
}

function handOver(scene: Scene): Asking {
  const { chance, engine } = scene
  const { registry } = engine
  const successor = scene.signer('successor log key')
  const staff = 'OP-1'
  // The end of a log ends its history: seldom.
  if (registry?.handOver != null)
    return wish(
      'hand-over/1',
      { step: chance.chance(0.25) ? 'finish' : 'withdraw', staff },
      scene.staff(staff),
    )
  if (registry?.successor == null || chance.chance(0.2)) {
    const body = { step: 'name', staff, origin: 'successor.example/log', key: successor.key }
    return wish('hand-over/1', body, [...scene.staff(staff), successor])
  }
  const signed = chance.chance(0.9) ? [successor] : []
  return wish('hand-over/1', { step: 'announce', staff }, [...scene.staff(staff), ...signed])
}

/** Somebody takes over without a mandate: the registry is still there. */
function takeOver(scene: Scene): Asking {
  const body: JsonObject = {
    name: 'Successor Registry',
    origin: 'successor.example/log',
    seat: 'CH',
    relyingParty: { id: 'sign.successor.example', origins: [] },
    staff: [{ handle: 'NEW-OP', role: 'operator', ...scene.signer('NEW-OP'), outside: false }],
    procedures: [],
    predecessor: {
      origin: 'registry.example/log',
      policy: 'quorum none\n',
      mandate: { kind: 'silence', document: commitmentOf('silence') },
    },
  }
  return wish('take-over/1', body, scene.staff('NEW-OP'))
}

/** Other witnesses, with the cosignatures of the old ones, some of which refuse. */
export const witnesses: Agent = {
  name: 'witnesses',
  wish(scene) {
    const { chance } = scene
    const old = scene.read<WitnessPolicy>('obj/witnesses/WITNESSES')
    const named = [...(old?.policy ?? '').matchAll(/^witness (\S+)/gm)].map(([, name]) => name ?? '')
    const refusing = chance.chance(0.2) ? 1 : 0
    const cosigners = named.slice(refusing).map((name) => scene.signer(`witness ${name}`))
    const names = [`w${chance.below(5)}`, `w${5 + chance.below(5)}`]
    const lines = names.map((name) => `witness ${name} ${vkeyOf(scene, name)}`)
    const policy = chance.chance(0.9)
      ? `${[...lines, `group all 2 ${names.join(' ')}`, 'quorum all'].join('\n')}\n`
      : 'quorum nobody\n'
    return wish('change-witnesses/1', { staff: 'OP-1', policy }, [...scene.staff('OP-1'), ...cosigners])
  },
}

/** Type 0x04 and the key, as a policy names a cosigner; the simulator does not check the name's hash. */
function vkeyOf(scene: Scene, name: string): string {
  const key = Buffer.from(scene.signer(`witness ${name}`).key, 'base64')
  return `${name}+00000000+${Buffer.concat([Uint8Array.of(4), key]).toString('base64')}`
}
