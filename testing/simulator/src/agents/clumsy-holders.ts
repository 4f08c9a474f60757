/** Mistakes of holders and of strangers. */

import { addSeconds, type Holder, type HolderNotes, type KeyPolicy } from '@cadastre/records'
import type { Asking } from '../engine/engine.ts'
import { commitmentOf } from '../workload-registry.ts'
import { type Met, type Mistake, type Scene, signersOf, wish } from './agent.ts'
import { namedRegistration } from './holders.ts'
import { chosenAttestor } from './successors.ts'

const ALL_ROLES = ['full', 'routing', 'technical'] as const

/** The holding that everybody crowds about. */
function first(scene: Scene): Met | null {
  const [piece] = scene.engine.lists.pieces('holding')
  return scene.metAt(piece)
}
function firstHolder(scene: Scene): Holder | null {
  const [handle] = scene.engine.lists.of('holder')
  return scene.holder(handle)
}

function identify(scene: Scene, policy: KeyPolicy, register: boolean): Asking {
  const attestors = scene.engine.profile === 'national' ? ['CL-1', 'CL-2'] : []
  const number = `clumsy ${scene.serial++}`
  const body = {
    kind: 'organisation',
    name: `${number} Ltd`,
    register: register ? { name: 'Register', number } : null,
    person: null,
    country: null,
    policy: { ...policy, keys: policy.keys.map((key) => ({ ...key })) },
    contacts: [],
    attestors,
  }
  const by = policy.keys.filter(({ alg }) => alg === 'ed25519').map(({ alg, key }) => ({ alg, key }))
  return wish('identify-holder/1', body, [...by, ...scene.staff(...attestors)])
}

const registerMissing: Mistake = (scene) => {
  const key = { ...scene.signer(`clumsy ${scene.serial}`), roles: ALL_ROLES }
  return identify(scene, { m: 1, keys: [key], guardians: [] }, false)
}
const keyRepeated: Mistake = (scene) => {
  const key = { ...scene.signer(`clumsy ${scene.serial}`), roles: ALL_ROLES }
  return identify(scene, { m: 1, keys: [key, key], guardians: [] }, true)
}
const keyBoundToSite: Mistake = (scene) => {
  const key = { alg: 'webauthn', key: scene.signer('site').key, roles: ALL_ROLES } as const
  return identify(scene, { m: 1, keys: [key], guardians: [] }, true)
}

const blockMisaligned: Mistake = (scene) => {
  const holder = scene.anyHolder()
  if (holder === null) return null
  const body = { holder: holder.handle, pool: 'DOC1', length: 28, block: 'ip4/203.0.113.0/27' }
  return wish('allocate/1', body, signersOf(holder, 'full'))
}

/** A holding is given back as if it were a child. */
const notAChild: Mistake = (scene) => {
  const met = scene.met('holding')
  if (met === null) return null
  const by = met.registration.holder ?? 'H-1'
  const body = { step: 'end', registration: namedRegistration(met), by }
  return wish('delegate/1', body, scene.signers(by, 'full'), [scene.replacedRegistration(met)])
}

const oneRouteMore: Mistake = (scene) => {
  const met = first(scene)
  if (met === null || met.block.space === 'asn') return null
  const holder = met.registration.holder ?? 'H-1'
  const origin = 64_000 + scene.serial++
  const body = { holder, at: met.key, service: { kind: 'route', origin }, action: 'set' }
  return wish('declare-service/1', body, scene.signers(holder, 'routing'), [scene.replacedRegistration(met)])
}

/** Somebody who is locked asks for what was not preset. */
const sooner: Mistake = (scene) => {
  const { chance } = scene
  for (const handle of scene.engine.lists.of('holder')) {
    const holder = scene.holder(handle)
    if (holder?.lockedUntil == null || holder.lockedUntil <= scene.at || holder.lockReleaseSeconds !== null)
      continue
    const by = signersOf(holder, 'full')
    const members = [
      scene.replacedMember(holder, 'lockedUntil'),
      scene.replacedMember(holder, 'lockReleaseSeconds'),
    ]
    if (chance.chance(0.5)) return wish('lock/1', { step: 'release', holder: handle }, by, members)
    const until = addSeconds(holder.lockedUntil, 60)
    return wish('lock/1', { step: 'lock', holder: handle, until, releaseSeconds: 0 }, by, members)
  }
  return null
}

/** One stranger more who claims the same numbers. */
const oneClaimMore: Mistake = (scene) => {
  const met = first(scene)
  if (met === null) return null
  const stranger = scene.signer(`crowd ${scene.serial++}`)
  const facts = commitmentOf(`facts ${scene.serial}`)
  const body = {
    step: 'claim',
    registration: namedRegistration(met),
    key: stranger.key,
    facts,
    evidence: null,
  }
  return wish('annotate-dispute/1', body, [stranger])
}

const otherContacts: Mistake = (scene) => {
  const holder = firstHolder(scene)
  if (holder === null) return null
  const contacts = [0, 1, 2, 3].map((number) => ({
    role: 'noc',
    kind: 'group',
    fields: { email: commitmentOf(`mail ${scene.serial++} ${number}`) },
  }))
  const body = { change: 'contacts', holder: holder.handle, contacts }
  return wish('update-holder/1', body, signersOf(holder, 'technical'), [
    scene.replacedMember(holder, 'contacts'),
  ])
}

/** Notice after notice, of one office or of many; what waits is vetoed, so that there is room for the next. */
function oneNoticeMore(office: (serial: number) => string): Mistake {
  return (scene) => {
    const holder = scene.pick('holder')
    if (holder === undefined) return null
    const latest = scene.read<HolderNotes>(`obj/notes/${holder}`)?.dissolution?.application
    if (LIVE.includes(scene.application(latest)?.state ?? ''))
      return wish(
        'dissolve/1',
        { step: 'veto', application: latest ?? '', by: holder },
        scene.signers(holder, 'technical'),
      )
    const filer = scene.signer(office(scene.serial++))
    const notice = commitmentOf(`busy notice ${scene.serial}`)
    const body = { step: 'notice', holder, notice, key: filer.key, attestor: chosenAttestor(scene) }
    return wish('dissolve/1', body, [filer])
  }
}
const LIVE: readonly string[] = ['examining', 'to-notify', 'noticed']
const busyOffice = oneNoticeMore(() => 'busy office')
const busyOffices = oneNoticeMore((serial) => `office of ${serial}`)

/** A notice comes back that attestors or the holder have refused. */
const refusedNotice: Mistake = (scene) => {
  for (const holder of scene.engine.lists.of('holder')) {
    const latest = scene.read<HolderNotes>(`obj/notes/${holder}`)?.dissolution?.application
    const { state, reason, body: said } = scene.application(latest) ?? {}
    if (state !== 'vetoed' && reason !== 'examination-negative') continue
    const filer = scene.signer('office 1')
    const notice = said?.['notice'] ?? ''
    const body = { step: 'notice', holder, notice, key: filer.key, attestor: chosenAttestor(scene) }
    return wish('dissolve/1', body, [filer])
  }
  return null
}

const alreadyClaimed: Mistake = (scene) => {
  const [claimant, holder] = [scene.anyHolder(), scene.holder(scene.pick('holder'))]
  if (claimant === null || holder === null) return null
  const proof = { means: 'instrument', evidence: commitmentOf('proof'), attestor: chosenAttestor(scene) }
  const body = { step: 'holder', claimant: claimant.handle, ...proof, holder: holder.handle }
  return wish('claim/1', body, signersOf(claimant, 'full'))
}

export const CLUMSY_HOLDERS: readonly Mistake[] = [
  registerMissing,
  keyRepeated,
  keyBoundToSite,
  blockMisaligned,
  notAChild,
  sooner,
  refusedNotice,
  refusedNotice,
  refusedNotice,
  alreadyClaimed,
]

/** Done again and again until there is no more room. */
export const INSISTING_HOLDERS: readonly Mistake[] = [
  oneRouteMore,
  oneClaimMore,
  otherContacts,
  busyOffice,
  busyOffices,
  busyOffices,
]
