/** Networks and AS number blocks as RDAP objects (RFC 9083 sections 5.4 and 5.5, cidr0, NRO profile). */

import { type Block, blockRange, contains, formatAddress, type Range, rangeToBlocks } from '@cadastre/numbers'
import { moveSays, type OrderOn, orderPath } from '@cadastre/reader'
import {
  cellKey,
  type Instant,
  type Json,
  type JsonObject,
  parseDate,
  type Registration,
  registrationRange,
  type Transit,
} from '@cadastre/records'
import { entitiesOf } from './entity.ts'
import type { Facts } from './facts.ts'
import { asciiJson, rdapObject } from './json.ts'
import { proofQuery } from './links.ts'
import { actRemark, type Frame, notice, pageOf } from './notices.ts'
import { wholeSpace } from './subject.ts'
import { isTransferHeld, type RegistrationView } from './view.ts'

/** RDAP address of a block: that of a network, or of the first AS number. */
function addressOf({ addresses }: Frame, block: Block): string {
  return block.space === 'asn' ? addresses.autnum(block.first) : addresses.network(block)
}

/** Event of RFC 9083 section 4.5; null where the time is not known. */
export function event(action: string, date: string | null): JsonObject | null {
  return date === null ? null : { eventAction: action, eventDate: date }
}

/** The events that are known; the last one says of which state the whole answer is. */
export function events(frame: Frame, known: readonly (JsonObject | null)[]): readonly JsonObject[] {
  return [...known, event('last update of RDAP database', frame.publication.at)].filter((one) => one !== null)
}

/** Members that say which numbers the object is about. */
function rangeMembers(range: Range): { readonly [name: string]: Json } {
  if (range.space === 'asn') return { startAutnum: Number(range.first), endAutnum: Number(range.last) }
  const family = range.space === 'ip4' ? 'v4' : 'v6'
  return {
    startAddress: formatAddress(range.space, range.first),
    endAddress: formatAddress(range.space, range.last),
    ipVersion: family,
    cidr0_cidrs: rangeToBlocks(range).map((block) => ({
      [`${family}prefix`]: formatAddress(range.space, block.first),
      length: block.length,
    })),
  }
}

/** NRO profile: delegations are `active`, what covers free numbers `administrative`, special-purpose `reserved`. */
function statusOf(view: RegistrationView, at: Instant): readonly string[] {
  switch (view.registration.kind) {
    case 'holding':
    case 'sub':
    case 'lease': {
      const pending = /^(?:transfer|move-out)\//.test(view.pending ?? '') ? ['pending transfer'] : []
      const leaving = view.pending?.startsWith('return/') ? ['pending delete'] : []
      const held = isTransferHeld(view, at) ? ['transfer prohibited'] : []
      return ['active', ...pending, ...leaving, ...held]
    }
    case 'reserved':
      return ['reserved']
    case 'pool':
    case 'quarantined':
    case 'moved-out':
      return ['administrative']
  }
}

/** RFC 9083 section 5.4: `type` is the registry's own classification. */
function typeOf({ kind, status }: Registration): string {
  if (kind === 'holding') return status.toUpperCase()
  return kind === 'sub' ? `SUB-${status.toUpperCase()}` : kind.toUpperCase()
}

/** What the registration's kind means; null where its status and type say it all. */
function aboutOf({ kind, until, protected: own }: Registration): string | null {
  switch (kind) {
    case 'holding':
      return null
    case 'sub':
      return own
        ? 'A protected part of a larger holding: it ends early only by its own holder’s signature or an order.'
        : 'A part of a larger holding, recorded by the holder of the whole.'
    case 'lease':
      return 'A lease of a part of a larger holding.'
    case 'pool':
      return 'Nobody holds these numbers: they are free, in a pool to allocate from.'
    case 'reserved':
      return 'Reserved by a published list; nobody holds these numbers.'
    case 'quarantined':
      return `Returned by the last holder; free again ${until === null ? 'later' : `at ${until}`}.`
    case 'moved-out':
      return 'Moved to another registry, which answers for these numbers now.'
  }
}

/** Remarks without those of orders, which {@link orderRemark} writes. */
function remarksOf(
  frame: Frame,
  { registration, source, transit, acts }: RegistrationView,
  self: string,
): readonly JsonObject[] {
  const about = aboutOf(registration)
  return [
    ...(about === null ? [] : [notice('About this registration', [about])]),
    ...acts.map((act) => actRemark(frame, act, self)),
    ...(transit === null ? [] : [moveRemark(frame, transit, self)]),
    ...(source === null ? [] : [notice('Source', [`Imported from published statistics: ${source}`])]),
  ]
}

/**
 * What an order of an authority does here, and the page that shows the whole of it. As text: it is made of our own words,
 * and of a handle, a range and times as `apply` checked them, in which nothing needs an escape.
 */
function orderRemark({ addresses }: Frame, { order, says }: OrderOn, self: string): string {
  const page = `${addresses.base}${orderPath(order)}`
  return `{"title":"Order of an authority","description":["${says}"],"links":[{"value":"${self}","rel":"describedby","href":"${page}","type":"text/html","title":"Order ${order}"}]}`
}

/** The remarks of a registration at the top of an answer, as text with the name of their member; null where there are none. */
export function remarksText(frame: Frame, view: RegistrationView): string | null {
  const self = addressOf(frame, view.anchor)
  let texts = ''
  for (const one of remarksOf(frame, view, self)) texts += `,${asciiJson(one)}`
  for (const one of view.orders) texts += `,${orderRemark(frame, one, self)}`
  return texts === '' ? null : `"remarks":[${texts.slice(1)}]`
}

/** In-flight states are public on both sides; the word for them is that of the registries' own transfer statistics. */
function moveRemark(frame: Frame, transit: Transit, self: string): JsonObject {
  return notice('Move to another registry', [moveSays(transit)], [pageOf(frame, transit.handle, self)])
}

function remarksJson(frame: Frame, view: RegistrationView): readonly Json[] {
  const text = remarksText(frame, view)
  return text === null ? [] : (JSON.parse(`{${text}}`) as { remarks: Json[] }).remarks
}

function eventsOf(frame: Frame, { registration }: RegistrationView, facts: Facts): readonly JsonObject[] {
  const { registered, since, until, kind } = registration
  const date = registered === null ? null : parseDate(registered)
  const isTerm = kind === 'lease' || kind === 'sub'
  return events(frame, [
    event('registration', date === null ? null : `${date}T00:00:00Z`),
    event('last changed', facts.timeOf(since)),
    event('expiration', isTerm ? until : null),
  ])
}

/**
 * A registration as the members of an RDAP object. At the top of an answer it links the proof of the answer to the
 * query, before all text of others, so that the mark can be found, and leaves its remarks to {@link remarksText};
 * nested, it leaves out the proof and the entities.
 */
export function registrationMembers(
  frame: Frame,
  view: RegistrationView,
  facts: Facts,
  place: 'top' | 'nested',
): JsonObject {
  const { addresses } = frame
  const { registration, anchor, parent } = view
  const { space } = anchor
  const range = registrationRange(registration, space)
  const self = addressOf(frame, anchor)
  // A parent in the same cell has no address of its own: a query of its prefix answers the innermost registration.
  const up = parent === null || parent.block.length === anchor.length ? null : parent
  const isAutnum = space === 'asn'
  return rdapObject({
    objectClassName: isAutnum ? 'autnum' : 'ip network',
    links: [
      ...(place === 'top' ? [addresses.proof(self, space)] : []),
      addresses.self(self),
      ...(up === null || isAutnum ? [] : [addresses.up(self, addressOf(frame, up.block))]),
      addresses.history(self, cellKey(cellOf(range, anchor))),
      addresses.procedure(self, registration.procedure),
    ],
    handle: handleOf(registration),
    ...rangeMembers(range),
    name: registration.id,
    type: typeOf(registration),
    country: registration.country,
    parentHandle: isAutnum || parent === null ? null : handleOf(parent.registration),
    status: statusOf(view, frame.publication.at),
    events: eventsOf(frame, view, facts),
    entities: place === 'top' ? entitiesOf(view, facts, addresses) : [],
    remarks: place === 'top' ? [] : remarksJson(frame, view),
  })
}

/** Pieces that a partial act leaves share an id, so the first number belongs to the handle. */
function handleOf({ id, first }: Registration): string {
  return `${id}@${first}`
}

/** The cell whose history is the registration's: its anchor, or the AS block in which the anchor lies. */
function cellOf(range: Range, anchor: Block): Block {
  if (anchor.space !== 'asn') return anchor
  return rangeToBlocks(range).find((block) => contains(block, anchor)) ?? anchor
}

/** The whole space: covers what is only partly ours (NRO profile, "administrative"). */
export function wholeSpaceMembers(frame: Frame, space: 'ip4' | 'ip6'): JsonObject {
  const block = wholeSpace(space)
  const self = addressOf(frame, block)
  return rdapObject({
    objectClassName: 'ip network',
    links: [frame.addresses.proof(self, space), frame.addresses.self(self)],
    handle: proofQuery(block),
    ...rangeMembers(blockRange(block)),
    name: proofQuery(block),
    type: 'WHOLE-SPACE',
    status: ['administrative'],
    events: events(frame, []),
    remarks: [
      notice('About this object', [
        `No single registration covers all of this; ${frame.info.name} registers parts of it. Ask for a smaller prefix.`,
      ]),
    ],
  })
}
