/** `delegate/1`: children of holdings, for a term or not, protected or not. */

import type { Application, Instant, JsonObject, Registration } from '@cadastre/records'
import { entryOf } from './founding.ts'
import { holdsOn } from './handing.ts'
import { fullSigned, maySayNo } from './keys.ts'
import { blockAt, inside, prefixesOf, type Span, spanOf } from './numbers.ts'
import {
  endParcel,
  isChild,
  isProtected,
  keysOf,
  MOST_PREFIXES,
  nestedIn,
  registrationsAt,
  termOver,
} from './parts.ts'
import { named } from './transfer.ts'
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
import { close, moved, openApplication, remember, remembered, wait } from './windows.ts'
import { memberHash, type Parcel, registrationOf, type World } from './world.ts'

export const delegate: Rule = {
  by: 'step',
  shape: {
    grant:
      'parent:handle registration:named range:range child:handle? kind status until:instant? protected:flag country?',
    veto: 'holder:handle application guardian:handle?',
    end: 'registration:named by:handle',
  },
  request(asked) {
    switch (asked.body['step']) {
      case 'grant':
        return grant(asked)
      case 'veto':
        return veto(asked)
      default:
        return end(asked)
    }
  },
  due({ world, subject }) {
    if (!subject.startsWith('obj/')) return termEnds(world, subject)
    const application = world.application(subject.split('/')[2])
    if (application?.state !== 'cooling' || application.due === null || application.due > world.at)
      return refuse('not-due')
    const later = moved(world, application)
    if (later !== null)
      return { accept: () => world.put('application', application.handle, { ...application, ...later }) }
    return waited(world, application)
  },
}

function veto(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const application = openApplication(asked, ['cooling'])
  if (typeof application === 'string') return refuse(application)
  const holder = world.holder(body['holder'])
  if (holder === null || (body['guardian'] !== null && world.holder(body['guardian']) === null))
    return refuse('holder-unknown')
  if (![application.body['parent'], application.body['child']].includes(holder.handle))
    return refuse('not-party')
  if (!maySayNo(asked, holder, body['guardian'])) return refuse('consent-missing')
  return { accept: () => close(world, application, 'vetoed') }
}

const HELD_KINDS: readonly string[] = ['holding', 'sub', 'lease']
/** The registrations over the same numbers that stand around this one, itself included, outermost first. */
function pathTo(world: World, parcel: Parcel): readonly Parcel[] {
  const path = world.over(parcel)
  return path.slice(0, path.indexOf(parcel) + 1)
}

function grant(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const [parent, child] = [world.holder(body['parent']), world.holder(body['child'])]
  if (parent === null || (body['child'] !== null && child === null)) return refuse('holder-unknown')
  const parcel = named(world, body)
  if (parcel === undefined) return refuse('registration-unknown')
  const held =
    parcel.entry.holder === parent.handle &&
    HELD_KINDS.includes(parcel.entry.kind) &&
    !pathTo(world, parcel).some((one) => termOver(one, world.at))
  const willBeProtected = body['protected'] === true
  const fault = firstOf(
    !held && 'not-holder',
    !fullSigned(asked, parent) && 'consent-missing',
    willBeProtected && !fullSigned(asked, child) && 'child-consent-missing',
    !namesParcel(asked, parcel) && 'member-changed',
  )
  if (fault !== null) return refuse(fault)
  const guard = guardOf(world, parcel.entry.since, asked.received)
  const notBefore = willBeProtected ? later(world.at, guard) : world.at
  const stopped = grantFault(world, body, parcel, notBefore, asked.received)
  if (stopped !== null) return refuse(stopped)
  if (!willBeProtected) return { accept: () => record(world, body, parcel), unless: SIZES }
  return {
    accept() {
      const consents = [parent.handle, textOf(body, 'child')]
      const { handle } = wait(world, 'delegate/1', body, { consents, due: notBefore as Instant })
      remember(world, handle, memberHash(world, registrationOf(parcel)))
    },
    unless: SIZES,
  }
}
function guardOf(world: World, since: number, received: string): number {
  return Math.max(
    ...parametersSince(world, 'delegate/1', since, received).map(({ guardSeconds = 0 }) => guardSeconds),
  )
}

function grantFault(
  world: World,
  body: JsonObject,
  parcel: Parcel,
  notBefore: string,
  received: string,
): string | null {
  const span = spanOf(body['range'])
  if (span === null) throw new Error('a grant has a range')
  const [until, willBeProtected] = [body['until'] as Instant | null, body['protected'] === true]
  return firstOf(
    !inside(span, parcel) && 'range-outside',
    prefixesOf(span).length > MOST_PREFIXES && 'range-not-a-block',
    world.notes(parcel.entry.id).pending !== null && 'act-pending',
    willBeProtected && holdsOn(world, parcel, span).length > 0 && 'held',
    isTaken(world, parcel, span) && 'overlaps-sibling',
    willBeProtected &&
      pathTo(world, parcel).some((one) => isChild(one) && !one.entry.protected) &&
      'parent-unprotected',
    until === null && (willBeProtected || body['kind'] === 'lease') && 'term-missing',
    until !== null && until <= notBefore && 'term-past',
    until !== null && tooLong(world, parcel, until, received) && 'term-too-long',
    prefixesOf(span).some((prefix) => registrationsAt(world, prefix) >= 8) && 'cell-full',
  )
}
/** Whether anything but what stands around the parent is registered in, around or across the span. */
function isTaken(world: World, parcel: Parcel, span: Span): boolean {
  return nestedIn(world, parcel, span).length > 0
}
function tooLong(world: World, parcel: Parcel, until: string, received: string): boolean {
  const most = Math.max(
    ...parametersSince(world, 'delegate/1', parcel.entry.since, received).map(
      ({ maxTermSeconds = 0 }) => maxTermSeconds,
    ),
  )
  const own = parcel.entry.until
  return (own !== null && until > own) || until > later(world.at, most)
}

function record(world: World, body: JsonObject, _parcel: Parcel): void {
  const span = spanOf(body['range'])
  if (span === null) throw new Error('a grant has a range')
  const known = {
    kind: textOf(body, 'kind') as Registration['kind'],
    holder: body['child'] as string | null,
    status: textOf(body, 'status'),
    country: body['country'] as string | null,
    registered: world.at.slice(0, 10),
    until: body['until'] as Instant | null,
    protected: body['protected'] === true,
  }
  world.add({ ...span, entry: entryOf(world, 'delegate/1', known) })
}

function waited(world: World, application: Application): Verdict {
  const { body } = application
  const parcel = named(world, body)
  const held =
    parcel !== undefined &&
    parcel.entry.holder === body['parent'] &&
    HELD_KINDS.includes(parcel.entry.kind) &&
    !pathTo(world, parcel).some((one) => termOver(one, world.at))
  const fault =
    parcel === undefined
      ? 'registration-unknown'
      : firstOf(
          !held && 'not-holder',
          memberHash(world, registrationOf(parcel)) !== remembered(world, application.handle) &&
            'member-changed',
          held && grantFault(world, body, parcel, world.at, application.opened),
        )
  return {
    accept() {
      close(world, application, fault === null ? 'effected' : 'failed', fault)
      if (fault === null && parcel !== undefined) record(world, body, parcel)
    },
  }
}

function end(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const by = world.holder(body['by'])
  if (by === null) return refuse('holder-unknown')
  const parcel = named(world, body)
  if (parcel === undefined) return refuse('registration-unknown')
  const outer = pathTo(world, parcel)
    .slice(0, -1)
    .findLast(({ entry }) => entry.holder !== null)
  const isOwn = parcel.entry.holder === by.handle
  const within = nestedIn(world, parcel, parcel)
  const fault = firstOf(
    !isChild(parcel) && 'not-a-child',
    !isOwn && outer?.entry.holder !== by.handle && 'not-holder',
    !fullSigned(asked, by) && 'consent-missing',
    !namesParcel(asked, parcel) && 'member-changed',
    !isOwn && isProtected(parcel, world.at) && 'protected-child',
    within.some((one) => isProtected(one, world.at)) && 'protected-child',
  )
  if (fault !== null) return refuse(fault)
  return { accept: () => endWith(world, parcel), unless: SIZES }
}
function endWith(world: World, parcel: Parcel): void {
  for (const inner of nestedIn(world, parcel, parcel)) endParcel(world, inner)
  endParcel(world, parcel)
}

/** One act ends one of them, with what is inside; of several in one place the inner ones come first. */
function termEnds(world: World, key: string): Verdict {
  const at = blockAt(key)
  if (at === null) return refuse('not-due')
  const ended = world
    .over(at)
    .findLast((one) => isChild(one) && termOver(one, world.at) && keysOf(one).includes(key))
  if (ended === undefined) return refuse('not-due')
  return { accept: () => endWith(world, ended), unless: SIZES }
}
