/** Networks and AS number blocks (RFC 9083 sections 5.4 and 5.5, cidr0, NRO profile). */

import { type Block, blockKey, formatAddress, type Range, rangeToBlocks } from '@cadastre/numbers'
import {
  type Application,
  type Holder,
  type Instant,
  isObject,
  type Json,
  type Notes,
  type Registration,
  registrationRange,
  type Transit,
} from '@cadastre/records'
import { type Act, type Representative, type Standing, standingOn } from '../concerns.ts'
import { is, type Members, nameIn, type Part, set, texts } from '../expect.ts'
import type { ServedRecord } from '../record.ts'
import { aboutRegistration, moveSays, type OrderInForce } from '../words.ts'
import { entitiesWanted } from './entities.ts'
import { type Addresses, linksWanted } from './links.ts'
import { eventsWanted, type Notice, noticesWanted } from './parts.ts'
import { historyCell, type Subject } from './subject.ts'

const NOTHING: Standing = { orders: [], acts: [], representatives: [] }

/** Everything around a registration that its object shows. */
type Around = {
  readonly holder: Holder | null
  readonly notes: Notes | null
  readonly orders: readonly OrderInForce[]
  readonly acts: readonly Act[]
  readonly representatives: readonly Representative[]
  readonly transit: Transit | null
  /** Id of the procedure under way on it; null where none is. */
  readonly underWay: string | null
}

/**
 * `asked`: at the top of an answer, what was asked for; null nested, where the proof and the entities are left out. In the
 * object of its holder, which says for itself what concerns all of its record, `inHolder`.
 */
export function numbersMembers(
  record: ServedRecord,
  addresses: Addresses,
  subject: Subject,
  asked: Block | null,
  inHolder: boolean = false,
): Members {
  const { registration, anchor, parent } = subject
  const autnum = anchor.space === 'asn'
  const self = addresses.numbers(anchor)
  const around = aroundOf(record, registration, inHolder)
  const wider = parent === null || parent.block.length === anchor.length || autnum ? null : parent.block
  const { kind, registered, until, since, country, procedure } = registration
  return {
    objectClassName: is(autnum ? 'autnum' : 'ip network'),
    handle: is(handleOf(registration)),
    name: is(registration.id),
    type: is(typeOf(registration)),
    country: country === null ? null : is(country),
    parentHandle: autnum || parent === null ? null : is(handleOf(parent.registration)),
    status: texts(statusOf(registration, around, record.at)),
    links: linksWanted([
      ...(asked === null ? [] : [addresses.numbersProof(self, asked)]),
      addresses.self(self),
      ...(wider === null ? [] : [addresses.up(self, wider)]),
      addresses.history(self, blockKey(historyCell(subject))),
      addresses.procedure(self, procedure),
    ]),
    ...rangeMembers(registrationRange(registration, anchor.space)),
    events: eventsWanted(
      record,
      [
        { action: 'registration', date: registered === null ? null : `${registered}T00:00:00Z` },
        { action: 'expiration', date: kind === 'lease' || kind === 'sub' ? until : null },
      ],
      { since },
    ),
    entities: asked === null ? null : entitiesWanted(around.holder, addresses, around.representatives),
    remarks: noticesWanted(remarksOf(record, addresses, subject, around)),
  }
}

/** Pieces that a partial act leaves share an id: the first number tells them apart. */
export function handleOf({ id, first }: Registration): string {
  return `${id}@${first}`
}

export function rangeMembers(range: Range): Members {
  const { space, first, last } = range
  if (space === 'asn') return { startAutnum: is(Number(first)), endAutnum: is(Number(last)) }
  const version = space === 'ip4' ? 'v4' : 'v6'
  const prefixes = rangeToBlocks(range).map((one): Part => {
    const prefix = formatAddress(space, one.first)
    return {
      name: `${prefix}/${one.length}`,
      want: is({ [`${version}prefix`]: prefix, length: one.length }),
    }
  })
  return {
    startAddress: is(formatAddress(space, first)),
    endAddress: is(formatAddress(space, last)),
    ipVersion: is(version),
    cidr0_cidrs: set(prefixes, (served) => nameOfPrefix(served, version)),
  }
}

function nameOfPrefix(served: Json, version: string): string {
  return isObject(served) ? `${nameIn(served[`${version}prefix`])}/${nameIn(served['length'])}` : ''
}

/** The registry's own classification. */
function typeOf({ kind, status }: Registration): string {
  const declared = status.toUpperCase()
  if (kind === 'holding') return declared
  return kind === 'sub' ? `SUB-${declared}` : kind.toUpperCase()
}

function aroundOf(record: ServedRecord, { id, holder: handle }: Registration, inHolder: boolean): Around {
  const notes = handle === null ? null : record.object('notes', id)
  const pending = notes?.pending ?? null
  const transit = pending === null ? null : record.object('transit', pending)
  const application: Application | null = pending === null ? null : record.object('application', pending)
  const own = handle === null ? NOTHING : standingOn(record, id, notes)
  const whole = handle === null || inHolder ? NOTHING : standingOn(record, handle, null)
  return {
    holder: handle === null ? null : record.object('holder', handle),
    notes,
    orders: own.orders,
    acts: [...own.acts, ...whole.acts],
    representatives: whole.representatives,
    transit,
    underWay: transit === null ? (application?.procedure ?? null) : 'move-out/1',
  }
}

/** NRO profile; the statuses of what is under way and of what holds are registered for RDAP by RFC 8056. */
function statusOf({ kind }: Registration, around: Around, at: Instant): readonly string[] {
  if (kind === 'reserved') return ['reserved']
  if (kind !== 'holding' && kind !== 'sub' && kind !== 'lease') return ['administrative']
  const act = around.underWay?.split('/')[0]
  return [
    'active',
    ...(act === 'transfer' || act === 'move-out' ? ['pending transfer'] : []),
    ...(act === 'return' ? ['pending delete'] : []),
    ...(isHeld(around, at) ? ['transfer prohibited'] : []),
  ]
}

/** A lock or freeze of the holder's own, a while after keys were recovered, the hold after allocation, an order. */
function isHeld({ holder, notes, orders }: Around, at: Instant): boolean {
  const ends = [holder?.lockedUntil, holder?.frozenUntil, holder?.transferableFrom, notes?.heldUntil]
  return orders.some(({ holds }) => holds) || ends.some((end) => typeof end === 'string' && end > at)
}

/** An order of an authority, and its page. */
export function orderNotice(
  { order, says }: { readonly order: string; readonly says: string },
  self: string,
  addresses: Addresses,
): Notice {
  return { title: 'Order of an authority', text: says, links: [addresses.order(self, order)] }
}

/** A claim or a succession in its window, and its page. */
export function actNotice({ title, application, says }: Act, self: string, addresses: Addresses): Notice {
  return { title, text: says, links: [addresses.page(self, application)] }
}

function remarksOf(
  record: ServedRecord,
  addresses: Addresses,
  { registration, anchor }: Subject,
  { orders, acts, transit }: Around,
): readonly Notice[] {
  const about = aboutRegistration(registration)
  const { provenance } = registration
  const sources = record.object('registry', 'REGISTRY')?.sources ?? []
  const source = provenance === null ? undefined : sources.find((one) => one.source === provenance)
  const self = addresses.numbers(anchor)
  return [
    ...(about === null ? [] : [{ title: 'About this registration', text: about }]),
    ...orders.map((one) => orderNotice(one, self, addresses)),
    ...acts.map((act) => actNotice(act, self, addresses)),
    ...(transit === null
      ? []
      : [
          {
            title: 'Move to another registry',
            text: moveSays(transit),
            links: [addresses.page(self, transit.handle)],
          },
        ]),
    ...(source === undefined
      ? []
      : [
          {
            title: 'Source',
            text: `Imported from published statistics: ${source.file} (${source.attribution})`,
          },
        ]),
  ]
}
