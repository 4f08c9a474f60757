/** `transfer/1`: a holding, whole or in part, passes to another holder. */

import type { Application, Instant, JsonObject } from '@cadastre/records'
import { entryOf } from './founding.ts'
import { clearPending, isBlocked, isHeld, lockFault, moveNotes, noteFault, setPending } from './handing.ts'
import { fullSigned } from './keys.ts'
import { blockAt, inside, type Prefixed, prefixesOf, type Span, sameSpan, spanOf } from './numbers.ts'
import { cutFault, nestedIn, sameWhat, takePart, tooManyPrefixes } from './parts.ts'
import { formFault, statedService } from './services.ts'
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
import type { Parcel, Service, World } from './world.ts'

/** The piece of a registration that a body names at a cell of its path; undefined where the path does not show it. */
export function named(world: World, body: JsonObject): Parcel | undefined {
  const { key, id } = body['registration'] as { readonly key: string; readonly id: string }
  const at = blockAt(key)
  return at === null ? undefined : world.over(at).find(({ entry }) => entry.id === id)
}

type Staged = Prefixed & Pick<Service, 'kind' | 'what'>
function stagedIn(body: JsonObject): readonly Staged[] {
  const listed = body['services'] as readonly { readonly at: string; readonly service: JsonObject }[]
  return listed.map(({ at, service }) => {
    const block = blockAt(at)
    if (block === null) throw new Error(`no cell: ${at}`)
    return { ...block, ...statedService(service) }
  })
}

export const transfer: Rule = {
  by: 'step',
  shape: {
    offer: 'from:handle to:handle registration:named range:range services:list',
    withdraw: 'application by:handle',
  },
  request: (asked) => (asked.body['step'] === 'offer' ? offer(asked) : withdraw(asked)),
  due({ world, subject }) {
    const application = world.application(subject.split('/')[2])
    if (application === null || application.state !== 'cooling' || !((application.due ?? '9') <= world.at))
      return refuse('not-due')
    const later = moved(world, application)
    if (later !== null)
      return { accept: () => world.put('application', application.handle, { ...application, ...later }) }
    return cooled(world, application)
  },
}

function withdraw(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const application = openApplication(asked, ['cooling'])
  if (typeof application === 'string') return refuse(application)
  const { from, to } = application.body
  const fault = firstOf(
    ![from, to].includes(body['by'] ?? null) && 'not-party',
    !fullSigned(asked, world.holder(body['by'])) && 'consent-missing',
  )
  if (fault !== null) return refuse(fault)
  return {
    accept() {
      close(world, application, 'withdrawn')
      releasePending(world, application)
    },
  }
}
export function releasePending(world: World, { body }: Application): void {
  clearPending(world, (body['registration'] as { readonly id: string }).id)
}

function offer(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const [seller, buyer] = [world.holder(body['from']), world.holder(body['to'])]
  const fault = firstOf(
    (seller === null || buyer === null) && 'holder-unknown',
    !(fullSigned(asked, seller) && fullSigned(asked, buyer)) && 'consent-missing',
    body['from'] === body['to'] && 'same-holder',
  )
  if (fault !== null || seller === null) return refuse(fault ?? '')
  const stopped = offerFault(world, body, asked, null)
  if (stopped !== null) return refuse(stopped)
  const seconds = seller.coolingSeconds ?? longestCooling(world, body, asked.received)
  if (seconds === 0) return { accept: () => effect(world, body), unless: SIZES }
  return {
    accept() {
      const due = later(world.at, seconds) as Instant
      const consents = [textOf(body, 'from'), textOf(body, 'to')]
      const { handle } = wait(world, 'transfer/1', body, { consents, due })
      setPending(world, (body['registration'] as { readonly id: string }).id, handle)
    },
    unless: SIZES,
  }
}

/** As long as by any terms since the registration was recorded. */
function longestCooling(world: World, body: JsonObject, received: string): number {
  const since = named(world, body)?.entry.since ?? world.index
  const all = parametersSince(world, 'transfer/1', since, received)
  return Math.max(...all.map(({ coolingSeconds = 0 }) => coolingSeconds))
}
/** Why the offer cannot be executed, asked when it is made and again when it has cooled (`own`). */
function offerFault(
  world: World,
  body: JsonObject,
  asked: Asked | null,
  own: Application | null,
): string | null {
  const parcel = named(world, body)
  if (parcel === undefined) return 'registration-unknown'
  const { entry } = parcel
  const seller = world.holder(body['from'])
  const span = spanOf(body['range'])
  if (seller === null || span === null) throw new Error('an offer has a seller and a range')
  const staged = stagedIn(body)
  const received = asked?.received ?? own?.opened ?? ''
  return firstOf(
    entry.holder !== seller.handle && 'not-holder',
    entry.kind !== 'holding' && 'not-a-holding',
    (!inside(span, parcel) || staged.some((one) => !inside(one, span))) && 'range-outside',
    tooManyPrefixes(parcel, span) && 'range-not-a-block',
    floorFault(world, span, entry.since, received),
    lockFault(world, seller),
    noteFault(world, parcel),
    (isBlocked(world, seller.handle, 'transfer') || isBlocked(world, textOf(body, 'to'), 'transfer')) &&
      'act-blocked',
    ![null, own?.handle].includes(world.notes(entry.id).pending) && 'act-pending',
    isHeld(world, parcel, span) && 'held',
    cutFault(world, parcel, span),
    asked !== null && !namesParcel(asked, parcel) && 'member-changed',
    stagedFault(world, parcel, span, staged),
  )
}

function floorFault(world: World, span: Span, since: number, received: string): string | null {
  if (span.space === 'asn') return null
  const name = span.space === 'ip4' ? 'floorIp4' : 'floorIp6'
  const floor = Math.max(
    ...parametersSince(world, 'transfer/1', since, received).map((terms) => terms[name] ?? 0),
  )
  return prefixesOf(span).some(({ length }) => length > floor) ? 'floor-not-met' : null
}

function stagedFault(world: World, parcel: Parcel, span: Span, staged: readonly Staged[]): string | null {
  const children = nestedIn(world, parcel, span)
  for (const [place, one] of staged.entries()) {
    if (children.some((child) => inside(one, child))) return 'overlaps-sibling'
    const fault = formFault(one, one)
    if (fault !== null) return fault
    const again = staged.some(
      (other, index) =>
        index < place && sameSpan(one, other) && one.kind === other.kind && sameWhat(one, other),
    )
    if (again) return 'nothing-changed'
  }
  return null
}

function cooled(world: World, application: Application): Verdict {
  const { body, handle } = application
  const waits = waitsFor(world, application)
  if (waits !== null)
    return { accept: () => world.put('application', handle, { ...application, due: waits as Instant }) }
  const fault = offerFault(world, body, null, application)
  if (fault !== null)
    return {
      accept() {
        close(world, application, 'failed', fault)
        releasePending(world, application)
      },
    }
  return {
    accept() {
      close(world, application, 'effected')
      releasePending(world, application)
      effect(world, body)
    },
  }
}

/** A bounded delay is waited for: the one under a court claim, or that on a name alone. */
function waitsFor(world: World, { body }: Application): string | null {
  const parcel = named(world, body)
  const ends: (string | null)[] = []
  if (parcel !== undefined) ends.push(world.notes(parcel.entry.id).delayedUntil)
  for (const party of [body['from'], body['to']])
    for (const { kinds, match, until } of world.holderNotes(String(party)).blocked)
      if (match === 'partial' && kinds.includes('transfer')) ends.push(until)
  return (
    ends
      .filter((end) => end !== null && end > world.at)
      .sort()
      .at(-1) ?? null
  )
}

function effect(world: World, body: JsonObject): void {
  const parcel = named(world, body)
  const span = spanOf(body['range'])
  if (parcel === undefined || span === null) throw new Error('there is nothing to move')
  const entry = {
    ...parcel.entry,
    ...entryOf(world, 'transfer/1', { ...parcel.entry, holder: textOf(body, 'to') }),
  }
  takePart(world, parcel, span, entry, true)
  moveNotes(world, parcel.entry.id, entry.id)
  for (const { kind, what, ...at } of stagedIn(body))
    stage(world, { ...at, kind, what, under: entry.id, since: world.index })
}
function stage(world: World, service: Service): void {
  if (service.kind === 'rdns')
    for (const old of world.services[service.space].filter(
      (one) => one.kind === 'rdns' && one.under === service.under && sameSpan(one, service),
    ))
      world.endService(old)
  world.addService(service)
}
