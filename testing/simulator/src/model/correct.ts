/** `correct/1`: what is declared comes to say what its instrument says. */

import type { Application, Holder, JsonObject } from '@cadastre/records'
import { attestorFault, ENDINGS, examine, placesFault, takePlace } from './examined.ts'
import { anySigned, formerSigned, fullSigned, staffSigned } from './keys.ts'
import { isChild } from './parts.ts'
import { longest } from './succeed.ts'
import { named } from './transfer.ts'
import {
  type Asked,
  firstOf,
  names,
  namesParcel,
  openAndRunning,
  parametersSince,
  type Rule,
  refuse,
  SIZES,
  textOf,
  type Verdict,
} from './verdict.ts'
import { close, moved, openApplication, remember, remembered } from './windows.ts'
import { memberHash, type Parcel, registrationOf, type World } from './world.ts'

const QUESTIONS = ['instrument-authentic', 'cites-instrument', 'instrument-says']
const OPEN: readonly string[] = ['examining', 'to-notify', 'noticed']
type Correction = {
  readonly field: 'country' | 'registered' | 'status' | 'name'
  readonly value: string | null
}

export const correct: Rule = {
  by: 'step',
  shape: {
    registration: 'by:handle instrument:hash attestor:handle registration:named correction',
    holder: 'by:handle instrument:hash attestor:handle holder:handle correction',
    withdraw: 'application by:handle',
    veto: 'application by:handle',
  },
  request(asked) {
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const { step } = asked.body
    if (step === 'withdraw' || step === 'veto') return stop(asked, step)
    return apply(asked)
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
ENDINGS['correct/1'] = { effect }

function stop(asked: Asked, step: 'withdraw' | 'veto'): Verdict {
  const { world, body } = asked
  const application = openApplication(asked, OPEN)
  if (typeof application === 'string') return refuse(application)
  const holder = world.holder(body['by'])
  const affected = application.examination?.affected ?? []
  const isParty =
    step === 'withdraw' ? application.body['by'] === body['by'] : affected.includes(textOf(body, 'by'))
  const mayVeto = holder !== null && (anySigned(asked, holder) || formerSigned(asked, holder))
  const fault = firstOf(
    !isParty && 'not-party',
    holder === null && 'holder-unknown',
    !(step === 'withdraw' ? fullSigned(asked, holder) : mayVeto) && 'consent-missing',
  )
  if (fault !== null) return refuse(fault)
  return { accept: () => close(world, application, step === 'veto' ? 'vetoed' : 'withdrawn') }
}

/** Whoever asks: a holder with its keys, or a clerk. */
function askerFault(asked: Asked): string | null {
  const { world, body } = asked
  const holder = world.holder(body['by'])
  if (holder !== null) return fullSigned(asked, holder) ? null : 'consent-missing'
  const staff = world.staff(body['by'])
  if (staff === null) return 'holder-unknown'
  if (staff.role !== 'clerk') return 'wrong-staff-role'
  return staffSigned(asked, staff) ? null : 'staff-signature-missing'
}

const correctionIn = (body: JsonObject): Correction => body['correction'] as Correction

function apply(asked: Asked): Verdict {
  const { world, body } = asked
  if (body['step'] === 'holder' && world.holder(body['holder']) === null) return refuse('holder-unknown')
  const asker = askerFault(asked)
  if (asker !== null) return refuse(asker)
  const parcel = body['step'] === 'registration' ? named(world, body) : undefined
  const holder = body['step'] === 'holder' ? world.holder(body['holder']) : null
  const unfit = targetFault(body, parcel, holder)
  if (unfit !== null) return refuse(unfit)
  // The entry's size comes before the rest, and the model does not measure it.
  world.maybe.add('entry-too-large')
  const fault = firstOf(
    ownFault(asked, parcel, holder),
    placesFault(world, world.holder(body['by'])?.handle ?? null, asked.received),
    attestorFault(world, body['attestor']),
  )
  if (fault !== null) return refuse(fault)
  return { accept: () => examined(asked, parcel, holder), unless: SIZES }
}
function targetFault(body: JsonObject, parcel: Parcel | undefined, holder: Holder | null): string | null {
  const { field, value } = correctionIn(body)
  if (body['step'] === 'registration') {
    if (parcel === undefined) return 'registration-unknown'
    const isHeld = parcel.entry.kind === 'holding' || isChild(parcel)
    if (!isHeld) return 'not-a-holding'
    return field !== 'name' && parcel.entry[field] === value ? 'nothing-changed' : null
  }
  if (field === 'name' && holder?.kind === 'person') return 'not-for-persons'
  const now = field === 'name' ? holder?.name : holder?.country
  return now === value ? 'nothing-changed' : null
}
function ownFault(asked: Asked, parcel: Parcel | undefined, holder: Holder | null): string | null {
  if (parcel !== undefined) return namesParcel(asked, parcel) ? null : 'member-changed'
  if (holder === null) return null
  const { field } = correctionIn(asked.body)
  const value = field === 'name' ? holder.name : holder.country
  return names(asked, `obj/holder/${holder.handle}#${field}`, value) ? null : 'member-changed'
}

function affectedBy(world: World, parcel: Parcel | undefined, holder: Holder | null): readonly string[] {
  if (holder !== null) return [holder.handle]
  if (parcel === undefined) return []
  const path = world.over(parcel)
  const inward = path.slice(0, path.indexOf(parcel) + 1)
  return [...new Set(inward.flatMap(({ entry }) => entry.holder ?? []))]
}

function examined(asked: Asked, parcel: Parcel | undefined, holder: Holder | null): void {
  const { world, body } = asked
  takePlace(world, world.holder(body['by'])?.handle ?? null, asked.received)
  const affected = affectedBy(world, parcel, holder)
  const consents = affected.filter((handle) => fullSigned(asked, world.holder(handle)))
  const by = textOf(body, 'by')
  const sinces = affected.map((handle) => world.holder(handle)?.since ?? 0)
  const since = Math.min(parcel?.entry.since ?? world.index, ...sinces)
  const { handle } = examine(world, {
    procedure: 'correct/1',
    body,
    consents: [by],
    affected,
    questions: QUESTIONS,
    attestor: textOf(body, 'attestor'),
    window:
      consents.length === affected.length
        ? { seconds: 0, days: [] }
        : longest(parametersSince(world, 'correct/1', since, asked.received), 'notice'),
  })
  remember(
    world,
    handle,
    memberHash(world, parcel === undefined ? statedNow(holder, body) : registrationOf(parcel)),
  )
}
const statedNow = (holder: Holder | null, body: JsonObject): string | null =>
  (correctionIn(body).field === 'name' ? holder?.name : holder?.country) ?? null

function effect(world: World, application: Application): void {
  const { body } = application
  const parcel = body['step'] === 'registration' ? named(world, body) : undefined
  const holder = body['step'] === 'holder' ? world.holder(body['holder']) : null
  const now = parcel === undefined ? statedNow(holder, body) : registrationOf(parcel)
  const asked = application.examination?.affected ?? []
  const fault = firstOf(
    targetFault(body, parcel, holder),
    memberHash(world, now) !== remembered(world, application.handle) && 'member-changed',
    affectedBy(world, parcel, holder).some((one) => !asked.includes(one)) && 'member-changed',
  )
  close(world, application, fault === null ? 'effected' : 'failed', fault)
  if (fault === null) correctTo(world, parcel, holder, correctionIn(body))
}

/** The one field says something else; nothing else changes. */
export function correctTo(
  world: World,
  parcel: Parcel | undefined,
  holder: Holder | null,
  { field, value }: Correction,
): void {
  if (holder !== null) world.put('holder', holder.handle, { ...holder, [field]: value })
  if (parcel === undefined) return
  const { space, first, last } = parcel
  world.swap(parcel, [{ space, first, last, entry: { ...parcel.entry, [field]: value } }])
}
