/** `recover-keys/1`: lost keys are recovered by guardians or by evidence, unless a living key vetoes. */

import type {
  Application,
  EnrolledKey,
  Examination,
  Holder,
  Instant,
  JsonObject,
  KeyPolicy,
} from '@cadastre/records'
import { asRead } from './as-read.ts'
import { attestorFault, awaitNotice, ENDINGS, examine, placesFault, takePlace } from './examined.ts'
import { rotated } from './holders.ts'
import { fullSigned, maySayNo, policyFault } from './keys.ts'
import {
  type Asked,
  firstOf,
  later,
  names,
  openAndRunning,
  parameters,
  parametersSince,
  type Rule,
  refuse,
  textOf,
  type Verdict,
} from './verdict.ts'
import { close, moved, openApplication, remember, remembered, wait } from './windows.ts'
import { memberHash, type World } from './world.ts'

const QUESTIONS = ['instrument-authentic', 'names-holder', 'represents-holder']
const OPEN: readonly string[] = ['examining', 'to-notify', 'noticed']

export const recoverKeys: Rule = {
  by: 'step',
  shape: {
    guardians: 'holder:handle m:number keys:filled guardians:filled',
    evidence: 'holder:handle m:number keys:filled by:handle instrument:hash attestor:handle',
    veto: 'holder:handle application guardian:handle?',
  },
  request: (asked) => (asked.body['step'] === 'veto' ? veto(asked) : recover(asked)),
  due({ world, subject }) {
    const application = world.application(subject.split('/')[2])
    if (application?.state !== 'noticed' || application.due === null || application.due > world.at)
      return refuse('not-due')
    const later = moved(world, application)
    if (later !== null)
      return { accept: () => world.put('application', application.handle, { ...application, ...later }) }
    return { accept: () => effect(world, application) }
  },
}
ENDINGS['recover-keys/1'] = { effect, positive: tellFirst }
/** The holder is told, and has its time, even where it asked itself: whoever has its keys may not go round the guard. */
function tellFirst(world: World, application: Application): void {
  const { affected, windowSeconds: seconds, windowDays: days } = examined(application)
  awaitNotice(world, application, affected, { seconds, days })
}
function examined({ examination }: Application): Examination {
  if (examination === null) throw new Error('it was examined')
  return examination
}

function effect(world: World, application: Application): void {
  const holder = world.holder(application.body['holder'])
  if (holder === null) throw new Error('a recovery has a holder')
  const fault = firstOf(
    holder.recoveryVetoed !== null && 'recovery-vetoed',
    memberHash(world, holder.policy) !== remembered(world, application.handle) && 'member-changed',
  )
  close(world, application, fault === null ? 'effected' : 'failed', fault)
  if (fault !== null) return
  const { transferAfterSeconds = 0, vetoSeconds = 0 } = parameters(
    world,
    'recover-keys/1',
    application.opened,
  )
  const policy = policyIn(holder, application.body)
  const changed = rotated(world, holder, policy, vetoSeconds)
  const transferableFrom = later(world.at, transferAfterSeconds) as Instant
  world.put('holder', holder.handle, {
    ...holder,
    ...changed,
    active: holder.active !== null && holder.active > application.opened ? holder.active : application.opened,
    recoveryVetoed: holder.recoveryVetoed,
    transferableFrom,
  })
}
function policyIn(holder: Holder, body: JsonObject): KeyPolicy {
  const keys = asRead<readonly EnrolledKey[]>(body['keys'])
  return { m: Number(body['m']), keys, guardians: holder.policy?.guardians ?? [] }
}

function veto(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const application = openApplication(asked, OPEN)
  if (typeof application === 'string') return refuse(application)
  const holder = world.holder(body['holder'])
  if (holder === null || (body['guardian'] !== null && world.holder(body['guardian']) === null))
    return refuse('holder-unknown')
  const fault = firstOf(
    application.body['holder'] !== holder.handle && 'not-party',
    !maySayNo(asked, holder, body['guardian']) && 'consent-missing',
  )
  if (fault !== null) return refuse(fault)
  return {
    accept() {
      close(world, application, 'vetoed')
      world.put('holder', holder.handle, { ...holder, recoveryVetoed: world.at as Instant })
    },
  }
}

function recover(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const holder = world.holder(body['holder'])
  if (holder === null) return refuse('holder-unknown')
  const byGuardians = body['step'] === 'guardians'
  const policy = policyIn(holder, body)
  const old = holder.policy
  const asker = byGuardians ? null : world.holder(body['by'])
  const fault = firstOf(
    !byGuardians && asker === null && 'holder-unknown',
    !byGuardians && !fullSigned(asked, asker) && 'consent-missing',
    holder.recoveryVetoed !== null && 'recovery-vetoed',
    byGuardians && !guardiansSigned(asked, holder) && 'guardians-missing',
    !byGuardians && (!holder.evidenceRecovery || isKeyAlone(holder)) && 'evidence-recovery-off',
    !names(asked, `obj/holder/${holder.handle}#policy`, old) && 'member-changed',
    policyFault(asked, policy, []),
    JSON.stringify(old) === JSON.stringify(policy) && 'nothing-changed',
    !byGuardians && placesFault(world, textOf(body, 'by'), asked.received),
    !byGuardians && attestorFault(world, body['attestor']),
  )
  if (fault !== null) return refuse(fault)
  return { accept: () => record(asked, holder, byGuardians) }
}
const isKeyAlone = ({ identity }: Holder): boolean => identity === null || identity.startsWith('KEY-')

function guardiansSigned(asked: Asked, holder: Holder): boolean {
  const named = asked.body['guardians'] as readonly string[]
  const own = new Set(holder.policy?.guardians ?? [])
  const least = Math.min(holder.guardianThreshold ?? Math.floor(own.size / 2) + 1, own.size)
  const all = named.every((handle) => own.has(handle) && fullSigned(asked, asked.world.holder(handle)))
  return all && new Set(named).size >= Math.max(least, 1)
}

function record(asked: Asked, holder: Holder, byGuardians: boolean): void {
  const { world, body } = asked
  const name = byGuardians ? 'guardianSeconds' : 'evidenceSeconds'
  const all = parametersSince(world, 'recover-keys/1', holder.since, asked.received)
  const seconds = Math.max(...all.map((terms) => terms[name] ?? 0))
  const dormant = Math.max(...all.map(({ dormantSeconds = 0 }) => dormantSeconds))
  const isSilent = holder.active === null || later(holder.active, dormant) <= world.at
  const windowSeconds = isSilent ? seconds * 2 : seconds
  if (byGuardians) {
    const consents = body['guardians'] as readonly string[]
    const application = wait(world, 'recover-keys/1', body, { consents, due: null })
    remember(world, application.handle, memberHash(world, holder.policy))
    awaitNotice(world, application, [holder.handle], { seconds: windowSeconds, days: [] })
    return
  }
  takePlace(world, textOf(body, 'by'), asked.received)
  const application = examine(world, {
    procedure: 'recover-keys/1',
    body,
    consents: [textOf(body, 'by')],
    affected: [holder.handle],
    questions: QUESTIONS,
    attestor: textOf(body, 'attestor'),
    window: { seconds: windowSeconds, days: [] },
  })
  remember(world, application.handle, memberHash(world, holder.policy))
}
