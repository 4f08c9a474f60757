/** `return/1`: numbers go back, through a quarantine, to their pool. */

import type { Application, Holder, Instant, JsonObject } from '@cadastre/records'
import { entryOf } from './founding.ts'
import { isHeld, lockFault, setPending } from './handing.ts'
import { fullSigned, signedBy } from './keys.ts'
import { blockAt, inside, numberText, type Span, spanOf } from './numbers.ts'
import { cutFault, endParcel, isProtected, nestedIn, takePart, tooManyPrefixes } from './parts.ts'
import { poolGrew } from './pools.ts'
import { named, releasePending } from './transfer.ts'
import {
  type Asked,
  firstOf,
  later,
  namesParcel,
  openAndRunning,
  parameters,
  type Rule,
  refuse,
  SIZES,
  type Verdict,
} from './verdict.ts'
import { close, moved, openApplication, wait } from './windows.ts'
import type { Parcel, World } from './world.ts'

export const giveBack: Rule = {
  by: 'step',
  shape: { offer: 'holder:handle registration:named range:range', withdraw: 'application by:handle' },
  request: (asked) => (asked.body['step'] === 'offer' ? offer(asked) : withdraw(asked)),
  due({ world, subject }) {
    if (!subject.startsWith('obj/')) return quarantineEnds(world, subject)
    const application = world.application(subject.split('/')[2])
    if (application?.state !== 'cooling' || application.due === null || application.due > world.at)
      return refuse('not-due')
    const later = moved(world, application)
    if (later !== null)
      return { accept: () => world.put('application', application.handle, { ...application, ...later }) }
    return effected(world, application)
  },
}

function withdraw(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const application = openApplication(asked, ['cooling'])
  if (typeof application === 'string') return refuse(application)
  const holder = world.holder(body['by'])
  const living = (holder?.policy?.keys ?? []).some(
    (key) => key.roles.includes('full') && signedBy(asked, key),
  )
  const fault = firstOf(
    body['by'] !== application.body['holder'] && 'not-party',
    !living && 'consent-missing',
  )
  if (fault !== null) return refuse(fault)
  return {
    accept() {
      close(world, application, 'withdrawn')
      releasePending(world, application)
    },
  }
}

function offer(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const holder = world.holder(body['holder'])
  if (holder === null) return refuse('holder-unknown')
  const parcel = named(world, body)
  if (parcel === undefined) return refuse('registration-unknown')
  const fault = firstOf(
    parcel.entry.holder !== holder.handle && 'not-holder',
    parcel.entry.kind !== 'holding' && 'not-a-holding',
    !fullSigned(asked, holder) && 'consent-missing',
    !namesParcel(asked, parcel) && 'member-changed',
    lockFault(world, holder),
    partFault(world, body, parcel, null),
  )
  if (fault !== null) return refuse(fault)
  const { withdrawalSeconds = 0 } = parameters(world, 'return/1', asked.received)
  return {
    accept() {
      const due = later(world.at, withdrawalSeconds) as Instant
      const { handle } = wait(world, 'return/1', body, { consents: [holder.handle], due })
      setPending(world, parcel.entry.id, handle)
    },
    unless: SIZES,
  }
}

function partFault(world: World, body: JsonObject, parcel: Parcel, own: string | null): string | null {
  const span = spanOf(body['range'])
  if (span === null) throw new Error('an offer has a range')
  return firstOf(
    ![null, own].includes(world.notes(parcel.entry.id).pending) && 'act-pending',
    isHeld(world, parcel, span) && 'held',
    !inside(span, parcel) && 'range-outside',
    tooManyPrefixes(parcel, span) && 'range-not-a-block',
    cutFault(world, parcel, span),
    nestedIn(world, parcel, span).some((child) => isProtected(child, world.at)) && 'protected-child',
  )
}

function effected(world: World, application: Application): Verdict {
  const { body } = application
  const parcel = named(world, body)
  const holder = world.holder(body['holder'])
  const span = spanOf(body['range'])
  const fault =
    parcel === undefined || holder === null || span === null
      ? 'registration-unknown'
      : firstOf(
          parcel.entry.holder !== holder.handle && 'not-holder',
          parcel.entry.kind !== 'holding' && 'not-a-holding',
          lockFault(world, holder) ?? frozenSince(holder, application),
          partFault(world, body, parcel, application.handle),
        )
  return {
    accept() {
      releasePending(world, application)
      if (fault !== null || parcel === undefined || span === null) {
        close(world, application, 'failed', fault)
        return
      }
      close(world, application, 'effected')
      const { quarantineSeconds = 0 } = parameters(world, 'return/1', application.opened)
      toQuarantine(world, parcel, span, 'return/1', later(world.at, quarantineSeconds))
    },
  }
}
/** A freeze since the offer lets it fail, even one that has ended. */
function frozenSince({ frozenAt }: Holder, { opened }: Application): string | null {
  return frozenAt !== null && frozenAt >= opened ? 'frozen' : null
}

/** The numbers under a new id, with no holder; children inside end, services inside are inert. */
export function toQuarantine(
  world: World,
  parcel: Parcel,
  span: Span,
  procedure: string,
  until: string,
): void {
  for (const child of nestedIn(world, parcel, span)) endParcel(world, child)
  const known = { ...parcel.entry, kind: 'quarantined' as const, holder: null, until: until as Instant }
  const nothing = { country: null, registered: null, protected: false }
  const entry = entryOf(world, procedure, { ...known, ...nothing, status: 'reserved' })
  takePart(world, parcel, span, entry, true)
}

function quarantineEnds(world: World, key: string): Verdict {
  const at = blockAt(key)
  const over = at === null ? [] : world.over(at)
  const ended = over.find(
    ({ entry }) => entry.kind === 'quarantined' && entry.until !== null && entry.until <= world.at,
  )
  if (ended === undefined) return refuse('not-due')
  return {
    accept() {
      const pool = over.find(({ entry }) => entry.kind === 'pool')
      if (pool !== undefined) {
        world.swap(ended, [])
        poolGrew(world, ended)
        return
      }
      const { space, first, last } = ended
      const handle = `P-${world.index}`
      const entry = entryOf(world, ended.entry.procedure, {
        kind: 'pool',
        status: 'available',
        provenance: handle,
      })
      world.swap(ended, [{ space, first, last, entry }])
      const ends = { first: numberText(space, first), last: numberText(space, last) }
      const none = { open: false, cursors: {}, queues: {}, exhausted: [], serve: null }
      world.put('pool', handle, { v: 1, handle, space, ...ends, ...none, since: world.index })
    },
  }
}
