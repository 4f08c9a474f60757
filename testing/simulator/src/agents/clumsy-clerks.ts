/** Mistakes of staff, of attestors, of the notices service, of a peer, and of whoever would succeed the registry. */

import { WEEKDAYS } from '@cadastre/procedures'
import {
  addSeconds,
  type JsonObject,
  type ProcedureRecord,
  type QueuedCall,
  type Roster,
} from '@cadastre/records'
import { ADOPTER } from '../engine/world.ts'
import { commitmentOf, NOTIFIER } from '../workload-registry.ts'
import { type Mistake, type Scene, wish } from './agent.ts'
import { answer } from './attestors.ts'
import { clumsyPeer, crowdedPeer } from './peers.ts'

const TWO = ['OP-1', 'OP-2'] as const

function staffing(scene: Scene, add: readonly JsonObject[], end: readonly string[]): ReturnType<Mistake> {
  const keys = add.map(({ handle }) => scene.signer(String(handle)))
  const body = { step: 'change', staff: [...TWO], add: [...add], end: [...end] }
  return wish('change-staff/1', body, [...scene.staff(...TWO), ...keys])
}
const cashierCalled = (scene: Scene, handle: string, key = scene.signer(handle)): JsonObject => ({
  handle,
  // No clerk: an attestor who never answers would be called all the same.
  role: 'cashier',
  ...key,
  outside: false,
})

const staffFull: Mistake = (scene) =>
  staffing(
    scene,
    Array.from({ length: 8 }, () => cashierCalled(scene, `CROWD-${scene.serial++}`)),
    [],
  )
const tooFewStaff: Mistake = (scene) => staffing(scene, [], [ADOPTER])
const staffKeyRepeated: Mistake = (scene) => {
  const handle = `CLONE-${scene.serial++}`
  return staffing(scene, [cashierCalled(scene, handle, scene.signer('CL-1'))], [])
}

const longPause: Mistake = (scene) => {
  if (scene.engine.registry?.paused != null) return null
  const body = {
    step: 'pause',
    trigger: 'corruption',
    seconds: 71 * 3600,
    report: commitmentOf('cause'),
    staff: [...TWO],
  }
  return wish('pause/1', body, scene.staff(...TWO))
}

const tooLongPause: Mistake = (scene) => {
  const body = {
    step: 'pause',
    trigger: 'corruption',
    seconds: 100 * 3600,
    report: commitmentOf('cause'),
    staff: [...TWO],
  }
  return scene.engine.registry?.paused == null ? wish('pause/1', body, scene.staff(...TWO)) : null
}
const futureIncident: Mistake = (scene) => {
  const report = commitmentOf(`report ${scene.serial++}`)
  const body = {
    staff: 'OP-1',
    kind: 'wrong-entry',
    report,
    affected: 1,
    discovered: addSeconds(scene.at, 60),
  }
  return wish('report-incident/1', body, scene.staff('OP-1'))
}

function sanction(scene: Scene, more: JsonObject): ReturnType<Mistake> {
  const holder = scene.holder(scene.pick('holder'))
  if (holder === null) return null
  const body = { holder: holder.handle, act: 'ACT-OF-NONE', evidence: commitmentOf('act'), ...more }
  return wish('apply-sanctions-act/1', body, scene.staff('CL-1', 'CL-2'))
}
const registerMismatch: Mistake = (scene) =>
  sanction(scene, {
    step: 'certify',
    kinds: ['transfer'],
    register: { name: 'Register', number: 'none' },
    ruling: null,
    staff: ['CL-1', 'CL-2'],
  })
const blockUnknown: Mistake = (scene) => sanction(scene, { step: 'lift', staff: 'CL-1' })

/** An attestor says its answers before it has committed itself to them. */
const notCommitted: Mistake = (scene) => {
  for (const { staff, first } of scene.read<Roster>('obj/roster/CLERKS')?.clerks ?? []) {
    const queued = scene.read<QueuedCall>(`obj/call/${staff}.${first}`)
    const application = scene.application(queued?.application)
    const call = application?.examination?.calls.find((one) => one.staff === staff && one.place === first)
    if (application?.state !== 'examining' || call === undefined || call.commitment !== null) continue
    const evidence = commitmentOf('too soon')
    const body = {
      step: 'reveal',
      application: application.handle,
      staff,
      answers: {},
      evidence,
      nonce: evidence,
    }
    return wish('attest/1', body, scene.staff(staff))
  }
  return null
}

const attemptRepeated: Mistake = (scene) => {
  const attempt = {
    entry: 0,
    application: null,
    holder: null,
    channel: 'public',
    to: null,
    message: commitmentOf('message'),
    at: scene.at,
    reply: 'no-channel',
    code: null,
  }
  return wish('record-notice/1', { staff: NOTIFIER, attempts: [attempt, attempt] }, scene.staff(NOTIFIER))
}

function adoption(scene: Scene, id: string, page: string, changed: JsonObject): ReturnType<Mistake> {
  const record = scene.read<ProcedureRecord>(`obj/procedure/${id.toUpperCase().replace('/', '-')}`)
  const old = record?.revisions.at(-1)?.parameters ?? record?.parameters ?? {}
  const body = {
    step: 'adopt',
    staff: ADOPTER,
    procedure: id,
    page,
    parameters: { ...old, ...changed },
    vectors: commitmentOf('vectors'),
    impact: { size: scene.engine.index, acts: 10, otherwise: 0, holders: 2 },
  }
  return wish('adopt-procedure/1', body, scene.staff(ADOPTER))
}
const resourceNamed: Mistake = (scene) =>
  adoption(scene, 'transfer/1', '# transfer/1\n\nOf R-41 alone.\n', {})
const calendarUnknown: Mistake = (scene) =>
  adoption(scene, 'serve-order/1', '# serve-order/1\n\nAnother year.\n', {
    calendar: commitmentOf('no calendar'),
  })

/** It ends before it begins. */
const calendarNotPossible: Mistake = (scene) => {
  const calendar = { ...WEEKDAYS, first: 2031, last: 2030 }
  return wish('adopt-procedure/1', { step: 'calendar', staff: ADOPTER, calendar }, scene.staff(ADOPTER))
}

function handOver(scene: Scene, body: JsonObject): ReturnType<Mistake> {
  return wish('hand-over/1', { staff: 'OP-1', ...body }, scene.staff('OP-1'))
}
const unsignedSuccessor: Mistake = (scene) =>
  handOver(scene, {
    step: 'name',
    origin: 'successor.example/log',
    key: scene.signer('successor log key').key,
  })
const notAnnounced: Mistake = (scene) =>
  scene.engine.registry?.handOver == null ? handOver(scene, { step: 'finish' }) : null
const announcedTooSoon: Mistake = (scene) =>
  scene.engine.registry?.handOver == null ? handOver(scene, { step: 'announce' }) : null
const finishedTooSoon: Mistake = (scene) => {
  const announced = scene.engine.registry?.handOver ?? null
  return announced === null || announced.from <= scene.at ? null : handOver(scene, { step: 'finish' })
}

/** Who cannot wait for the end: it is named and announced, and finished before its notice has run. */
const impatient: Mistake = (scene) => {
  const { registry } = scene.engine
  const successor = scene.signer('successor log key')
  const step = registry?.successor == null ? 'name' : registry.handOver === null ? 'announce' : 'finish'
  const named = step === 'name' ? { origin: 'successor.example/log', key: successor.key } : {}
  const asked = handOver(scene, { step, ...named })
  return asked === null ? null : { ...asked, by: [...asked.by, ...(step === 'finish' ? [] : [successor])] }
}

/** Attestors who find a fact otherwise when they are called to look again. */
const negative: Mistake = (scene) => {
  const application = scene.application(scene.pick('application contest-order/1 examining'))
  const call = application?.examination?.calls.find(({ missed, answers }) => !missed && answers === null)
  return application === null || call === undefined ? null : answer(scene, application, call, 'no')
}

function takeOver(scene: Scene, origin: string, mandate: string): ReturnType<Mistake> {
  const { engine } = scene
  const body = {
    name: 'Successor Registry',
    origin,
    seat: 'CH',
    relyingParty: { id: 'sign.successor.example', origins: ['https://sign.successor.example'] },
    staff: [{ handle: 'NEW-OP', role: 'operator', ...scene.signer('NEW-OP'), outside: false }],
    procedures: [{ id: 'transfer/1', terms: commitmentOf('terms') }],
    predecessor: {
      origin: engine.registry?.origin ?? '',
      policy: 'quorum none\n',
      mandate: { kind: mandate, document: commitmentOf('mandate') },
    },
  }
  const signed = mandate === 'silence' ? [] : [scene.signer('successor log key')]
  return { ...wish('take-over/1', body, [...scene.staff('NEW-OP'), ...signed]), origin }
}
const otherSuccessor: Mistake = (scene) => takeOver(scene, 'usurper.example/log', 'silence')
const silentSuccessor: Mistake = (scene) => takeOver(scene, 'successor.example/log', 'silence')
const earlySuccessor: Mistake = (scene) => takeOver(scene, 'successor.example/log', 'hand-over')

export const CLUMSY_CLERKS: readonly Mistake[] = [
  tooFewStaff,
  staffKeyRepeated,
  longPause,
  tooLongPause,
  futureIncident,
  registerMismatch,
  blockUnknown,
  notCommitted,
  notCommitted,
  attemptRepeated,
  resourceNamed,
  calendarUnknown,
  calendarNotPossible,
  unsignedSuccessor,
  notAnnounced,
  announcedTooSoon,
  finishedTooSoon,
  impatient,
  otherSuccessor,
  silentSuccessor,
  earlySuccessor,
  clumsyPeer,
]

/** Done again and again until there is no more room. */
export const INSISTING_CLERKS: readonly Mistake[] = [crowdedPeer, staffFull, negative]
