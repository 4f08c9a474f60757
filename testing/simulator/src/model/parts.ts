/** Taking a part out of a registration: what moves, what stays, and what becomes of the services. */

import { inside, keyAt, type Prefixed, prefixesOf, type Span, sameSpan, touches, without } from './numbers.ts'
import type { Parcel, Service, World } from './world.ts'

/** The most prefixes that one entry writes for a range. */
export const MOST_PREFIXES = 62

export const isChild = ({ entry }: Parcel): boolean => entry.kind === 'sub' || entry.kind === 'lease'
/** A term that has ended counts as ended, whether or not the registrar has written it. */
export const termOver = ({ entry }: Parcel, at: string): boolean => entry.until !== null && entry.until <= at
export const isProtected = (parcel: Parcel, at: string): boolean =>
  parcel.entry.protected && !termOver(parcel, at)

/** What is nested in a parcel: registered inside it, further in, and touching the span. */
export function nestedIn(world: World, parcel: Parcel, span: Span): readonly Parcel[] {
  const list = world.parcels[span.space]
  const place = list.indexOf(parcel)
  return list.filter(
    (one, index) =>
      one !== parcel && touches(one, span) && inside(one, parcel) && isInner(one, parcel, index, place),
  )
}
const isInner = (one: Parcel, outer: Parcel, index: number, place: number): boolean =>
  !sameSpan(one, outer) || index > place

export function cutFault(world: World, parcel: Parcel, span: Span): string | null {
  const across = nestedIn(world, parcel, span).filter((child) => !inside(child, span))
  if (across.some((child) => isProtected(child, world.at))) return 'splits-protected'
  return across.length > 0 ? 'splits-child' : null
}

/** The whole registration, what moves and what stays, counted together. */
const MOST_PIECES = 96
export function tooManyPrefixes(parcel: Parcel, span: Span): boolean {
  return [parcel, span, ...without(parcel, span)].flatMap(prefixesOf).length > MOST_PIECES
}

/** Takes the span out of the parcel; `entry` is what is registered there from now on. */
export function takePart(
  world: World,
  parcel: Parcel,
  span: Span,
  entry: Parcel['entry'],
  recut: boolean,
): Parcel {
  const { space, first, last } = span
  const moved: Parcel = { space, first, last, entry }
  const left = without(parcel, span).map((rest): Parcel => ({ ...rest, entry: parcel.entry }))
  const pieces = [
    ...left.filter((one) => one.first < first),
    moved,
    ...left.filter((one) => one.first > first),
  ]
  world.swap(parcel, pieces)
  if (recut) cutServices(world, parcel.entry.id, span)
  return moved
}

/** Services under this registration end inside the span, and are cut where they reach over its edge. */
function cutServices(world: World, id: string, span: Span): void {
  // The more specific statement goes before the other, where both are cut down to the same prefix.
  const own = world.services[span.space]
    .filter(({ under }) => under === id)
    .sort((a, b) => b.length - a.length)
  for (const service of own) {
    if (!touches(service, span)) continue
    world.endService(service)
    if (inside(service, span) || service.kind === 'route') continue
    for (const rest of without(service, span))
      for (const prefix of prefixesOf(rest)) restate(world, service, prefix)
  }
}

/** Reverse DNS at a prefix that is no zone stands for each zone of the next octet or nibble inside. */
function restate(world: World, service: Service, prefix: Prefixed): void {
  if (childAt(world, prefix)) return
  if (service.kind === 'rdns') {
    state(world, { ...service, ...prefix })
    return
  }
  const maxLength = Math.max(Number(service.what['maxLength']), prefix.length)
  state(world, { ...service, ...prefix, what: { ...service.what, maxLength } })
}

/** Nothing is restated where a child stands at exactly this prefix, though it would be in force again after it. */
const childAt = (world: World, prefix: Prefixed): boolean =>
  world.over(prefix).some((one) => isChild(one) && keysOf(one).includes(keyAt(prefix)))
/** Adds a service unless what stands there says as much already. */
function state(world: World, service: Service): void {
  const here = servicesAt(world, service).filter(
    (one) => one.under === service.under && one.kind === service.kind,
  )
  if (here.some((one) => saysAsMuch(one, service))) return
  world.addService({ ...service, since: world.index })
}
/** Of reverse DNS there is one; a ROA says as much as another of its AS number that reaches no further. */
function saysAsMuch(one: Service, other: Service): boolean {
  if (one.kind !== 'roa') return one.kind === 'rdns' || sameWhat(one, other)
  return (
    one.what['asn'] === other.what['asn'] && Number(one.what['maxLength']) >= Number(other.what['maxLength'])
  )
}
export const sameWhat = (one: Pick<Service, 'what'>, other: Pick<Service, 'what'>): boolean =>
  JSON.stringify(Object.entries(one.what).sort()) === JSON.stringify(Object.entries(other.what).sort())
export function servicesAt(world: World, { space, first, length }: Prefixed): readonly Service[] {
  return world.services[space].filter((one) => one.length === length && one.first === first)
}

/** RFC 2317 for what is longer than /24; octets and nibbles otherwise. */
export function isZone({ space, length }: Pick<Prefixed, 'space' | 'length'>): boolean {
  return space === 'ip4' ? length > 24 || length === 8 || length === 16 || length === 24 : length % 4 === 0
}

/** Ends a registration everywhere; what it authorised stays as inert entries. */
export function endParcel(world: World, parcel: Parcel): void {
  world.swap(parcel, [])
}
export const keysOf = (span: Span): readonly string[] => prefixesOf(span).map(keyAt)

/** How many registrations a prefix carries. */
export function registrationsAt(world: World, prefix: Prefixed): number {
  return world.over(prefix).filter((one) => prefixesOf(one).some((own) => keyAt(own) === keyAt(prefix)))
    .length
}
