/** `list-peer/1`, `move-out/1` and `move-in/1`: numbers between registries. */

import type { Instant, Peer, Transit } from '@cadastre/records'
import { staffFault } from './desk.ts'
import { entryOf } from './founding.ts'
import { clearPending, isBlocked, isHeld, lockFault, noteFault, setPending } from './handing.ts'
import { fullSigned } from './keys.ts'
import { inside, plainRange, type Span, spanOf } from './numbers.ts'
import { cutFault, endParcel, isProtected, nestedIn, takePart, tooManyPrefixes } from './parts.ts'
import { named } from './transfer.ts'
import {
  type Asked,
  firstOf,
  later,
  namesParcel,
  openAndRunning,
  opening,
  parameters,
  type Rule,
  refuse,
  SIZES,
  type Statement,
  textOf,
  type Verdict,
} from './verdict.ts'
import { endOf, isOver, moved } from './windows.ts'
import type { Parcel, World } from './world.ts'

const REMEMBERED_KEYS = 8
const REMEMBERED_SECONDS = 400 * 86_400
export const peerHandle = (world: World, origin: string): string =>
  world.hashes.digest(origin).slice(0, 40).toUpperCase()

export const listPeer: Rule = {
  shape: 'staff:handle origin:text policy:text rdap?',
  request(asked) {
    const { world, body } = asked
    const origin = textOf(body, 'origin')
    const handle = peerHandle(world, origin)
    const peer = world.get('peer', handle)
    const policy = textOf(body, 'policy')
    const rdap = body['rdap'] as string | null
    const isNew = peer?.policies.at(-1)?.policy !== policy
    const full = isNew && peer !== null && peer.policies.length >= REMEMBERED_KEYS && !mayForget(world, peer)
    const code = firstOf(
      opening(asked),
      staffFault(asked, [textOf(body, 'staff')], ['operator']),
      origin === world.registry()?.origin && 'peer-is-self',
      full && 'keys-recent',
      !isNew && peer?.rdap === rdap && 'nothing-changed',
    )
    if (code !== null) return refuse(code)
    return {
      accept() {
        const { noticeSeconds = 0 } = parameters(world, 'list-peer/1', asked.received)
        const known = peer?.policies ?? []
        const added = { policy, from: later(world.at, noticeSeconds) as Instant }
        const policies = isNew ? [...known, added].slice(-REMEMBERED_KEYS) : known
        world.put('peer', handle, { v: 1, handle, origin, rdap, policies, since: peer?.since ?? world.index })
      },
    }
  },
}
/** The oldest key may be forgotten when the next one has counted for 400 days. */
function mayForget(world: World, { policies }: Peer): boolean {
  const next = policies[1]?.from
  return next !== undefined && later(next, REMEMBERED_SECONDS) <= world.at
}
/** The keys by which a registry's word counts at an instant. */
export function policyAt(world: World, origin: string, at: string): string | null {
  const policies = world.get('peer', peerHandle(world, origin))?.policies ?? []
  return policies.findLast(({ from }) => from <= at)?.policy ?? null
}

// --- out

export const moveOut: Rule = {
  by: 'step',
  shape: {
    init: 'holder:handle registration:named range:range recipient:object',
    finalize: 'transit',
    cancel: 'transit by:handle',
  },
  request(asked) {
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    switch (asked.body['step']) {
      case 'init':
        return init(asked)
      case 'finalize':
        return finalize(asked)
      default:
        return cancel(asked)
    }
  },
  due({ world, subject }) {
    const transit = world.get('transit', subject.split('/')[2])
    if (transit?.state !== 'sourceInitialized' || transit.due === null || transit.due > world.at)
      return refuse('not-due')
    const later = moved(world, transit)
    if (later !== null)
      return { accept: () => world.put('transit', transit.handle, { ...transit, ...later }) }
    return { accept: () => cancelled(world, transit) }
  },
}

type Recipient = Transit['recipient']
function init(asked: Asked): Verdict {
  const { world, body } = asked
  const recipient = body['recipient'] as Recipient
  const holder = world.holder(body['holder'])
  const parcel = named(world, body)
  const span = spanOf(body['range'])
  const policy = policyAt(world, recipient.origin, world.at)
  const first = firstOf(
    policy === null && 'peer-unknown',
    holder === null && 'holder-unknown',
    !fullSigned(asked, holder) && 'consent-missing',
    parcel === undefined && 'registration-unknown',
  )
  if (first !== null || holder === null || parcel === undefined || span === null) return refuse(first ?? '')
  const code = firstOf(
    parcel.entry.holder !== holder.handle && 'not-holder',
    parcel.entry.kind !== 'holding' && 'not-a-holding',
    !namesParcel(asked, parcel) && 'member-changed',
    lockFault(world, holder),
    noteFault(world, parcel),
    isBlocked(world, holder.handle, 'transfer') && 'act-blocked',
    world.notes(parcel.entry.id).pending !== null && 'act-pending',
    outFault(world, parcel, span),
  )
  if (code !== null) return refuse(code)
  return { accept: () => setOut(asked, parcel, recipient), unless: SIZES }
}
function outFault(world: World, parcel: Parcel, span: Span): string | null {
  return firstOf(
    isHeld(world, parcel, span) && 'held',
    !inside(span, parcel) && 'range-outside',
    tooManyPrefixes(parcel, span) && 'range-not-a-block',
    cutFault(world, parcel, span),
    nestedIn(world, parcel, span).some((child) => isProtected(child, world.at)) && 'protected-child',
  )
}
function setOut({ world, body, received }: Asked, parcel: Parcel, recipient: Recipient): void {
  const terms = parameters(world, 'move-out/1', received)
  const holder = world.holder(body['holder'])
  const cooling = holder?.coolingSeconds ?? terms['coolingSeconds'] ?? 0
  const notBefore = later(world.at, cooling) as Instant
  const handle = `T-${world.index}`
  const { status, country, registered } = parcel.entry
  const { key, id } = body['registration'] as { readonly key: string; readonly id: string }
  world.put('transit', handle, {
    v: 1,
    handle,
    state: 'sourceInitialized',
    source: { origin: world.registry()?.origin ?? '', holder: textOf(body, 'holder') },
    recipient,
    range: plainRange(textOf(body, 'range')),
    status,
    country,
    registered,
    registration: { key, id },
    returning: false,
    consents: [textOf(body, 'holder')],
    notBefore,
    due: later(notBefore, terms['finalizeSeconds'] ?? 0) as Instant,
    opened: world.at as Instant,
    pausedSeconds: 0,
    statement: null,
    since: world.index,
  })
  setPending(world, id, handle)
}

function cancelled(world: World, transit: Transit): void {
  world.put('transit', transit.handle, { ...transit, state: 'sourceCancelled', due: null })
  clearPending(world, transit.registration.id)
}

function cancel(asked: Asked): Verdict {
  const { world, body } = asked
  const transit = world.get('transit', body['transit'])
  const holder = world.holder(body['by'])
  const code = firstOf(
    transit?.notBefore == null && 'transit-unknown',
    transit !== null && isClosed(world, transit) && 'transit-closed',
    transit?.source.holder !== body['by'] && 'not-party',
    holder === null && 'holder-unknown',
    !fullSigned(asked, holder) && 'consent-missing',
  )
  return code !== null || transit === null ? refuse(code ?? '') : { accept: () => cancelled(world, transit) }
}
const isClosed = (world: World, transit: Transit): boolean =>
  transit.state !== 'sourceInitialized' || isOver(world, transit)

/** The other registry's word on a record of its own, by these keys. */
export function wordOf(
  { statements }: Asked,
  origin: string,
  policy: string,
  transit: string,
): Statement | undefined {
  return statements.find(
    (one) => one.origin === origin && one.policy === policy && one.key === `obj/transit/${transit}`,
  )
}

function finalize(asked: Asked): Verdict {
  const { world, body } = asked
  const transit = world.get('transit', body['transit'])
  if (transit?.notBefore == null) return refuse('transit-unknown')
  const { recipient } = transit
  const policy = policyAt(world, recipient.origin, transit.opened)
  if (isClosed(world, transit)) return refuse('transit-closed')
  if (policy === null) return refuse('peer-unknown')
  const there = `${peerHandle(world, world.registry()?.origin ?? '')}.${transit.handle}`
  const word = wordOf(asked, recipient.origin, policy, there)
  const said = word?.record as Transit | null | undefined
  const cools = endOf(world, { ...transit, due: transit.notBefore })
  const parcel = world
    .over(spanOf(transit.range) as Span)
    .find(({ entry }) => entry.id === transit.registration.id)
  const span = spanOf(transit.range)
  const code = firstOf(
    word === undefined && 'statement-missing',
    !(said?.state === 'recipientAccepted' && agrees(said, transit)) && 'statement-differs',
    cools !== null && cools > world.at && 'still-cooling',
    parcel === undefined && 'registration-unknown',
    parcel?.entry.holder !== transit.source.holder && 'not-holder',
    leavingFault(world, transit, parcel),
    parcel !== undefined && span !== null && outFault(world, parcel, span),
  )
  if (code !== null || parcel === undefined || span === null || word === undefined) return refuse(code ?? '')
  return { accept: () => final(world, transit, parcel, span, word), unless: SIZES }
}
/** What stops numbers from leaving is looked at again. */
function leavingFault(world: World, { source, handle }: Transit, parcel: Parcel | undefined): string | null {
  const holder = world.holder(source.holder)
  if (holder === null || parcel === undefined) return 'not-holder'
  return firstOf(
    lockFault(world, holder),
    noteFault(world, parcel),
    isBlocked(world, holder.handle, 'transfer') && 'act-blocked',
    world.notes(parcel.entry.id).pending !== handle && 'act-pending',
  )
}
export const sameParty = (one: Recipient, other: Recipient): boolean =>
  one.origin === other.origin && one.holder === other.holder
const agrees = (one: Transit, other: Transit): boolean =>
  sameParty(one.source, other.source) &&
  sameParty(one.recipient, other.recipient) &&
  plainRange(one.range) === plainRange(other.range)

function final(world: World, transit: Transit, parcel: Parcel, span: Span, { hash }: Statement): void {
  world.put('transit', transit.handle, { ...transit, state: 'sourceFinalized', due: null, statement: hash })
  clearPending(world, transit.registration.id)
  for (const child of nestedIn(world, parcel, span)) endParcel(world, child)
  const known = {
    ...parcel.entry,
    kind: 'moved-out',
    status: 'reserved',
    holder: null,
    provenance: transit.recipient.origin,
  } as const
  takePart(world, parcel, span, entryOf(world, 'move-out/1', known), true)
}
