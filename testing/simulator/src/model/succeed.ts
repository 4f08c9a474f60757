/** `succeed/1`: a successor by law enters into registrations. */

import type { Application, Holder, Instant, JsonObject } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { type Days, type Period, periodOf } from './business-days.ts'
import { attestorFault, ENDINGS, examine, placesFault, takePlace } from './examined.ts'
import { blocksOf, isBlocked, isHeld, lockFault, noteFault } from './handing.ts'
import { anySigned, formerSigned, fullSigned } from './keys.ts'
import { blockAt, prefixesOf } from './numbers.ts'
import {
  type Asked,
  firstOf,
  later,
  namesParcel,
  openAndRunning,
  parametersSince,
  type Rule,
  refuse,
  SIZES,
  textOf,
  type Verdict,
} from './verdict.ts'
import { close, moved, openApplication, wait } from './windows.ts'
import type { Parcel, World } from './world.ts'

const QUESTIONS = ['instrument-authentic', 'instrument-in-force', 'names-parties', 'passes-numbers']
const OPEN: readonly string[] = ['examining', 'to-notify', 'noticed', 'cooling']

export const succeed: Rule = {
  by: 'step',
  shape: {
    apply: 'predecessor:handle successor:handle registrations ground instrument:hash attestor:handle?',
    withdraw: 'application by:handle',
    veto: 'application by:handle',
  },
  request(asked) {
    switch (asked.body['step']) {
      case 'apply':
        return apply(asked)
      case 'veto':
        return veto(asked)
      default:
        return withdraw(asked)
    }
  },
  due({ world, subject }) {
    const application = world.application(subject.split('/')[2])
    const { state, due } = application ?? {}
    if (application === null || (state !== 'noticed' && state !== 'cooling') || due == null || due > world.at)
      return refuse('not-due')
    const later = moved(world, application)
    if (later !== null)
      return { accept: () => world.put('application', application.handle, { ...application, ...later }) }
    return { accept: () => effect(world, application) }
  },
}
ENDINGS['succeed/1'] = { effect }

type Named = { readonly key: string; readonly id: string }
function parcelsIn(world: World, body: JsonObject): readonly (Parcel | undefined)[] {
  return asRead<readonly Named[]>(body['registrations']).map(({ key, id }) => {
    const at = blockAt(key)
    return at === null ? undefined : world.over(at).find(({ entry }) => entry.id === id)
  })
}

function withdraw(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const application = openApplication(asked, OPEN)
  if (typeof application === 'string') return refuse(application)
  const fault = firstOf(
    !application.consents.includes(textOf(body, 'by')) && 'not-party',
    !fullSigned(asked, world.holder(body['by'])) && 'consent-missing',
  )
  return fault !== null ? refuse(fault) : { accept: () => close(world, application, 'withdrawn') }
}

function veto(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const application = openApplication(asked, OPEN)
  if (typeof application === 'string') return refuse(application)
  const holder = world.holder(body['by'])
  const isParty = application.examination !== null && application.body['predecessor'] === body['by']
  const fault = firstOf(
    !isParty && 'not-party',
    holder === null && 'holder-unknown',
    holder !== null && !(anySigned(asked, holder) || formerSigned(asked, holder)) && 'consent-missing',
  )
  return fault !== null ? refuse(fault) : { accept: () => close(world, application, 'vetoed') }
}

function apply(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const [from, to] = [world.holder(body['predecessor']), world.holder(body['successor'])]
  if (from === null || to === null) return refuse('holder-unknown')
  const consents = fullSigned(asked, from)
  const fault = firstOf(
    from.handle === to.handle && 'same-holder',
    !fullSigned(asked, to) && 'consent-missing',
    parcelsFault(world, body, asked),
    consents && consentFault(world, body, from),
    !consents && placesFault(world, to.handle, asked.received),
    !consents && attestorFault(world, body['attestor']),
  )
  if (fault !== null) return refuse(fault)
  if (!consents) return { accept: () => examined(asked, from), unless: SIZES }
  const seconds = from.coolingSeconds ?? longestCooling(asked)
  return {
    accept() {
      const known = { consents: [from.handle, to.handle], due: later(world.at, seconds) as Instant }
      if (seconds > 0) wait(world, 'succeed/1', body, known)
      else pass(world, body)
    },
    unless: SIZES,
  }
}

/** As for a transfer of each: the longest of all terms since the first of them was recorded. */
function longestCooling({ world, body, received }: Asked): number {
  const sinces = parcelsIn(world, body).map((one) => one?.entry.since ?? world.index)
  const all = parametersSince(world, 'transfer/1', Math.min(...sinces), received)
  return Math.max(...all.map(({ coolingSeconds = 0 }) => coolingSeconds))
}

function parcelsFault(world: World, body: JsonObject, asked: Asked | null): string | null {
  const parcels = parcelsIn(world, body)
  const { predecessor, successor } = body as { readonly predecessor: string; readonly successor: string }
  if (parcels.includes(undefined)) return 'registration-unknown'
  const found = parcels.filter((one) => one !== undefined)
  const pieces = found.flatMap(prefixesOf).length
  return firstOf(
    found.some(({ entry }) => entry.holder !== predecessor) && 'not-holder',
    found.some(({ entry }) => entry.kind !== 'holding') && 'not-a-holding',
    pieces > 96 && 'range-not-a-block',
    asked !== null && found.some((parcel) => !namesParcel(asked, parcel)) && 'member-changed',
    (isBlocked(world, predecessor, 'transfer') || isBlocked(world, successor, 'transfer')) && 'act-blocked',
    found.some((parcel) => isHeld(world, parcel, parcel)) && 'held',
  )
}
function consentFault(world: World, body: JsonObject, from: Holder): string | null {
  const found = parcelsIn(world, body).filter((one) => one !== undefined)
  return firstOf(
    lockFault(world, from),
    ...found.map((parcel) => noteFault(world, parcel)),
    found.some(({ entry }) => world.notes(entry.id).pending !== null) && 'act-pending',
  )
}

function examined(asked: Asked, from: Holder): void {
  const { world, body } = asked
  takePlace(world, textOf(body, 'successor'), asked.received)
  const found = parcelsIn(world, body).filter((one) => one !== undefined)
  const since = Math.min(from.since, ...found.map(({ entry }) => entry.since))
  const name = ['death', 'dissolution'].includes(textOf(body, 'ground')) ? 'endedWindow' : 'window'
  const window = longest(parametersSince(world, 'succeed/1', since, asked.received), name)
  examine(world, {
    procedure: 'succeed/1',
    body,
    consents: [textOf(body, 'successor')],
    affected: [from.handle],
    questions: QUESTIONS,
    attestor: textOf(body, 'attestor'),
    window,
  })
}
/** As long as by any of the terms. */
export function longest(all: readonly { readonly [name: string]: number }[], name: string): Period {
  const periods = all.map((terms) => periodOf(terms, name))
  const days = periods.flatMap((one) => one.days)
  const different = (one: Days, place: number): boolean =>
    days.findIndex((other) => other.days === one.days && other.calendar === one.calendar) === place
  return { seconds: Math.max(...periods.map(({ seconds }) => seconds)), days: days.filter(different) }
}

function effect(world: World, application: Application): void {
  const { body, examination } = application
  const from = world.holder(body['predecessor'])
  if (from === null) throw new Error('a succession has a predecessor')
  const delay = [...delaysOn(world, body), ...(examination === null ? nameDelays(world, body) : [])]
    .sort()
    .at(-1)
  if (delay !== undefined) {
    world.put('application', application.handle, { ...application, due: delay as Instant })
    return
  }
  const fault =
    parcelsFault(world, body, null) ?? (examination === null ? consentFault(world, body, from) : null)
  close(world, application, fault === null ? 'effected' : 'failed', fault)
  if (fault === null) pass(world, body)
}
function delaysOn(world: World, body: JsonObject): readonly string[] {
  const parcels = parcelsIn(world, body).filter((one) => one !== undefined)
  return parcels.flatMap(({ entry }) => {
    const { delayedUntil } = world.notes(entry.id)
    return delayedUntil !== null && delayedUntil > world.at ? [delayedUntil] : []
  })
}
/** A delay on a name alone, of either party. */
function nameDelays(world: World, body: JsonObject): readonly string[] {
  return [body['predecessor'], body['successor']].flatMap((party) =>
    blocksOf(world, String(party), 'transfer').flatMap(({ match, until }) =>
      match === 'partial' && until !== null ? [until] : [],
    ),
  )
}
/** Ids, services, children, notes and holds stay: only the holder is another. */
function pass(world: World, body: JsonObject): void {
  for (const place of parcelsIn(world, body).keys()) {
    // Looked up anew: two cells may name one piece.
    const parcel = parcelsIn(world, body)[place]
    const holder = textOf(body, 'successor')
    if (parcel === undefined || parcel.entry.holder === holder) continue
    const { space, first, last } = parcel
    const entry = { ...parcel.entry, holder, procedure: 'succeed/1', since: world.index }
    world.swap(parcel, [{ space, first, last, entry }])
  }
}
