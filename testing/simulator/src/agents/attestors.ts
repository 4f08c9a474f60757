/**
 * Attestors answer examinations, blind to each other, each its queue in turn; some collude and say yes to everything.
 * The notices service tells those concerned, and much of what it logs as an attempt is none that counts.
 */

import type { Application, Call, Holder, JsonObject, QueuedCall, Roster } from '@cadastre/records'
import type { Asking } from '../engine/engine.ts'
import { commitmentOf, NOTIFIER } from '../workload-registry.ts'
import { type Agent, type Scene, wish } from './agent.ts'

/** What is examined; most often what was filed last. */
const EXAMINED: readonly string[] = [
  'application dissolve/1 examining',
  'application succeed/1 examining',
  'application correct/1 examining',
  'application claim/1 examining',
  'application recover-keys/1 examining',
  'application register-authority/1 examining',
  'application serve-order/1 examining',
  'application contest-order/1 examining',
]

export const attestors: Agent = {
  name: 'attestors',
  wish(scene) {
    const { chance } = scene
    const roster = scene.read<Roster>('obj/roster/CLERKS')
    const clerk = roster === null ? undefined : chance.pick(roster.clerks)
    if (clerk === undefined) return null
    if (chance.chance(0.08)) return impertinent(scene, clerk.staff)
    if (chance.chance(0.5)) return reveal(scene)
    const queued = scene.read<QueuedCall>(`obj/call/${clerk.staff}.${clerk.first}`)
    const application = scene.application(queued?.application)
    if (application === null) return null
    const calls = application.examination?.calls ?? []
    const call = calls.find((one) => one.staff === clerk.staff && one.place === clerk.first)
    const open = application.state === 'examining' && call !== undefined && !call.missed
    if (!open || call.answers !== null) return pass(scene, application.handle, clerk.staff)
    return answer(scene, application, call)
  },
}

/** Whoever has committed itself says what it committed itself to, once all others have. */
function reveal(scene: Scene): Asking | null {
  const { chance } = scene
  const filled = EXAMINED.filter((list) => scene.engine.lists.of(list).size > 0)
  const application = scene.application(scene.pick(chance.pick(filled) ?? ''))
  const calls = application?.examination?.calls.filter(({ missed }) => !missed) ?? []
  const early = chance.chance(0.05)
  if (!early && calls.some(({ commitment }) => commitment === null)) return null
  const call = calls.find((one) => one.commitment !== null && (early || one.answers === null))
  return application === null || call === undefined ? null : answer(scene, application, call)
}

function pass(scene: Scene, application: string, staff: string): Asking {
  return wish('attest/1', { step: 'pass', application, staff }, scene.staff(staff))
}

/** An attestor that answers what it was not asked, or out of turn. */
function impertinent(scene: Scene, staff: string): Asking | null {
  const { chance } = scene
  const list = chance.chance(0.8) ? (chance.pick(EXAMINED) ?? '') : 'application ended'
  const application = scene.application(scene.pick(list))
  if (application === null) return null
  if (chance.chance(0.3)) return pass(scene, application.handle, staff)
  return answer(scene, application, {
    staff,
    outside: false,
    place: 0,
    commitment: chance.chance(0.5) ? '' : null,
    answers: null,
    evidence: null,
    missed: false,
  })
}

/** First the commitment, then what it was made of. Colluding attestors say yes whatever is asked. */
export function answer(scene: Scene, application: Application, call: Call, word?: 'yes' | 'no'): Asking {
  const { chance } = scene
  const { handle, examination } = application
  const name = `${handle} ${call.staff}`
  let said = scene.attestations.get(name)
  if (said === undefined || call.commitment === null) {
    const number = Number(handle.slice('A-'.length))
    const colludes = number % 3 === 0
    const says = word ?? (colludes || number % 7 !== 0 || chance.chance(0.3) ? 'yes' : 'no')
    const asked = chance.chance(0.98) ? (examination?.questions ?? []) : []
    const answers = Object.fromEntries(asked.map((question) => [question, says]))
    const evidence = commitmentOf(`evidence of ${name}`)
    said = { application: handle, staff: call.staff, answers, evidence, nonce: evidence }
    scene.attestations.set(name, said)
    const commitment = scene.engine.state.memberHash(said)
    const body = { step: 'commit', application: handle, staff: call.staff, commitment }
    return wish('attest/1', body, scene.staff(call.staff))
  }
  const changed = chance.chance(0.03) ? { ...said, answers: {} } : said
  return wish('attest/1', { ...changed, step: 'reveal' }, scene.staff(call.staff))
}

const OWED: readonly string[] = [
  'application dissolve/1 to-notify',
  'application succeed/1 to-notify',
  'application correct/1 to-notify',
  'application claim/1 to-notify',
  'application recover-keys/1 to-notify',
  'application serve-order/1 to-notify',
]

export const notifier: Agent = {
  name: 'notifier',
  wish(scene) {
    const { chance } = scene
    const application = scene.application(scene.pick(chance.pick(OWED) ?? ''))
    return application === null ? orderNotice(scene) : notified(scene, application)
  },
}

/** Of an order the holder is told by the entry that verified it. */
function orderNotice(scene: Scene): Asking | null {
  const order = scene.order(scene.pick('order verified') ?? scene.pick('order noticed'))
  const application = scene.application(order?.application)
  return application === null ? null : notified(scene, application)
}

function notified(scene: Scene, application: Application): Asking {
  const { chance } = scene
  const { notice, examination } = application
  const to = notice?.to ?? examination?.affected ?? []
  const told = to.length === 0 ? [null] : to
  const attempts = told.map((holder) => attempt(scene, application, holder))
  const lone = chance.chance(0.1) ? [{ ...attempts[0], application: null }] : attempts
  return wish(
    'record-notice/1',
    { staff: NOTIFIER, attempts: lone as readonly JsonObject[] },
    scene.staff(NOTIFIER),
  )
}

function attempt(scene: Scene, { handle, notice }: Application, holder: string | null): JsonObject {
  const { chance, engine } = scene
  const known = scene.holder(holder)
  const address = known === null ? undefined : addressOf(known)
  const mail = holder !== null && chance.chance(address === undefined ? 0.1 : 0.8)
  return {
    entry: chance.chance(0.93) ? (notice?.since ?? 0) : Math.max(0, engine.index - 1),
    application: handle,
    holder: chance.chance(0.95) ? holder : null,
    channel: mail ? 'mail' : 'public',
    to: mail ? (address ?? commitmentOf('nobody')) : null,
    message: commitmentOf(`message ${engine.index}`),
    at: scene.at,
    reply: mail ? (chance.pick(['delivered', 'temporary', 'unknown']) ?? '') : 'no-channel',
    code: mail ? 250 : null,
  }
}

function addressOf({ contacts }: Holder): string | undefined {
  return contacts.flatMap(({ fields }) => fields['email'] ?? [])[0]
}
