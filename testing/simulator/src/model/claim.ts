/** `claim/1`: a holder claims what was imported. */

import type { Application, Holder, JsonObject, MaintainerKey } from '@cadastre/records'
import { attestorFault, ENDINGS, examine, placesFault, takePlace } from './examined.ts'
import { fullSigned, signedBy } from './keys.ts'
import { blockAt } from './numbers.ts'
import { longest } from './succeed.ts'
import { named } from './transfer.ts'
import {
  type Asked,
  firstOf,
  namesParcel,
  openAndRunning,
  parametersSince,
  type Rule,
  refuse,
  SIZES,
  textOf,
  type Verdict,
} from './verdict.ts'
import { close, moved, openApplication } from './windows.ts'
import type { World } from './world.ts'

const OPEN: readonly string[] = ['examining', 'to-notify', 'noticed']
const QUESTIONS: { readonly [means: string]: readonly string[] } = {
  instrument: ['instrument-authentic', 'names-claimant', 'same-party'],
  checklist: ['checklist-valid', 'checklist-covers'],
  'reverse-zone': ['zone-token'],
  openpgp: ['openpgp-signature'],
}

export const claim: Rule = {
  by: 'step',
  shape: {
    key: 'claimant:handle holder:handle key',
    holder: 'claimant:handle holder:handle means evidence:hash attestor:handle',
    registration: 'claimant:handle registration:named means evidence:hash attestor:handle',
    withdraw: 'application by:handle',
    veto: 'application holder:handle key',
  },
  request(asked) {
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    switch (asked.body['step']) {
      case 'withdraw':
        return withdraw(asked)
      case 'veto':
        return veto(asked)
      default:
        return made(asked)
    }
  },
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
ENDINGS['claim/1'] = { effect }

function withdraw(asked: Asked): Verdict {
  const { world, body } = asked
  const application = openApplication(asked, OPEN)
  if (typeof application === 'string') return refuse(application)
  const fault = firstOf(
    application.body['claimant'] !== body['by'] && 'not-party',
    !fullSigned(asked, world.holder(body['by'])) && 'consent-missing',
  )
  return fault !== null ? refuse(fault) : { accept: () => close(world, application, 'withdrawn') }
}

function veto(asked: Asked): Verdict {
  const { world, body } = asked
  const application = openApplication(asked, OPEN)
  if (typeof application === 'string') return refuse(application)
  const fault = firstOf(
    application.body['holder'] !== body['holder'] && 'not-party',
    world.holder(body['holder']) === null && 'holder-unknown',
    keyFault(asked),
  )
  return fault !== null ? refuse(fault) : { accept: () => close(world, application, 'vetoed') }
}

/** A listed key signs in the way of its kind: as `sshsig`, or as `openpgp`. */
function keyFault(asked: Asked): string | null {
  const key = textOf(asked.body, 'key')
  const listed = asked.world.get('maintainers', asked.body['holder'])?.keys ?? []
  const own = listed.find((one: MaintainerKey) => one.kind !== 'openpgp' && one.key === key)
  if (own === undefined) return 'key-not-listed'
  return signedBy(asked, { alg: own.kind === 'ssh' ? 'sshsig' : 'openpgp', key })
    ? null
    : 'claimant-signature-missing'
}

function made(asked: Asked): Verdict {
  const { world, body } = asked
  const claimant = world.holder(body['claimant'])
  const byRegistration = body['step'] === 'registration'
  if (claimant?.identity == null || (!byRegistration && world.holder(body['holder']) === null))
    return refuse('holder-unknown')
  if (!fullSigned(asked, claimant)) return refuse('consent-missing')
  const fault = byRegistration ? registrationFault(world, body, asked) : holderFault(world, body)
  if (fault !== null) return refuse(fault)
  if (body['step'] === 'key') {
    const wrong = keyFault(asked)
    return wrong !== null ? refuse(wrong) : { accept: () => take(world, body), unless: SIZES }
  }
  const wrong = firstOf(
    meansFault(world, body),
    placesFault(world, claimant.handle, asked.received),
    attestorFault(world, body['attestor']),
  )
  return wrong !== null ? refuse(wrong) : { accept: () => examined(asked, claimant), unless: SIZES }
}

function holderFault(world: World, body: JsonObject): string | null {
  const holder = world.holder(body['holder'])
  if (holder?.policy != null) return 'already-claimed'
  return holder?.kind !== 'imported' ? 'not-imported' : null
}
function registrationFault(world: World, body: JsonObject, asked: Asked | null): string | null {
  const parcel = named(world, body)
  if (parcel === undefined) return 'registration-unknown'
  return firstOf(
    parcel.entry.kind !== 'holding' && 'not-a-holding',
    (parcel.entry.procedure !== 'import/1' || parcel.entry.holder !== null) && 'not-imported',
    asked !== null && !namesParcel(asked, parcel) && 'member-changed',
  )
}
function meansFault(world: World, body: JsonObject): string | null {
  const means = textOf(body, 'means')
  const byRegistration = body['step'] === 'registration'
  const key = byRegistration ? (body['registration'] as { readonly key: string }).key : ''
  const numbers = byRegistration
    ? blockAt(key)?.space === 'asn'
    : world.parcels.asn.some(({ entry }) => entry.holder === body['holder'])
  if (means === 'openpgp' && byRegistration) return 'means-not-possible'
  if (means === 'reverse-zone' && byRegistration && numbers) return 'means-not-possible'
  const listed = world.get('maintainers', body['holder'])?.keys ?? []
  return means === 'openpgp' && !listed.some(({ kind }) => kind === 'openpgp' || kind === 'pgp')
    ? 'key-not-listed'
    : null
}

function examined(asked: Asked, claimant: Holder): void {
  const { world, body } = asked
  takePlace(world, claimant.handle, asked.received)
  const holder = world.holder(body['holder'])
  const since = holder?.since ?? named(world, body)?.entry.since ?? 0
  examine(world, {
    procedure: 'claim/1',
    body,
    consents: [claimant.handle],
    affected: holder === null ? [] : [holder.handle],
    questions: QUESTIONS[textOf(body, 'means')] ?? [],
    attestor: textOf(body, 'attestor'),
    window: longest(parametersSince(world, 'claim/1', since, asked.received), 'window'),
  })
}

function effect(world: World, application: Application): void {
  const { body } = application
  const fault =
    body['step'] === 'registration' ? registrationFault(world, body, null) : holderFault(world, body)
  close(world, application, fault === null ? 'effected' : 'failed', fault)
  if (fault === null) take(world, body)
}

function take(world: World, body: JsonObject): void {
  const claimant = world.holder(body['claimant'])
  if (claimant === null) throw new Error('a claim has a claimant')
  if (body['step'] === 'registration') {
    const parcel = named(world, body)
    if (parcel === undefined) throw new Error('a claim names a registration')
    const { space, first, last } = parcel
    const entry = { ...parcel.entry, holder: claimant.handle, procedure: 'claim/1', since: world.index }
    world.swap(parcel, [{ space, first, last, entry }])
    return
  }
  const holder = world.holder(body['holder'])
  if (holder === null) throw new Error('a claim names a holder')
  const { kind, name, country, identity, policy, contacts } = claimant
  const active = world.at as Holder['active']
  world.put('holder', holder.handle, {
    ...holder,
    ...{ kind, name, country, identity, policy, contacts, active },
    procedure: 'claim/1',
    since: world.index,
  })
  if (world.get('maintainers', holder.handle) !== null) world.drop('maintainers', holder.handle)
}
