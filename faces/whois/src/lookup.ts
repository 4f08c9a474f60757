/** Search keys to objects, for everything that one snapshot can answer at once. */

import {
  type Asn,
  asnBlock,
  type Block,
  block,
  blockRange,
  rangeToBlock,
  singleBlock,
} from '@cadastre/numbers'
import { handlePath, moveSays, type Snapshot, standingOn } from '@cadastre/reader'
import {
  type CoveringRegistration,
  type Holder,
  isChild,
  isOver,
  type Notes,
  type Registration,
  type Transit,
} from '@cadastre/records'
import { covering, type Found, type Target, type Wanted } from './match.ts'
import type { Match, Query } from './query.ts'
import { autnumObject, domainObject, organisationObject, registrationObject, routeObject } from './render.ts'
import { zoneAt, zoneLength } from './reverse-zones.ts'
import type { RpslObject } from './rpsl.ts'
import type { SearchKey } from './search-key.ts'

/** What to look for on the path to addresses, given the classes that the query wants. */
export function wantedBy(query: Query): Wanted {
  const wants = (...types: readonly ('inetnum' | 'inet6num' | 'route' | 'route6')[]): boolean =>
    query.types === null || types.some((type) => query.types?.has(type) ?? true)
  return {
    registrations: wants('inetnum', 'inet6num'),
    routes: wants('route', 'route6'),
    zones: query.domains,
  }
}

/** Whether somebody uses the numbers: a registration that is no pool and nothing set aside. */
function isHeld({ kind }: Registration): boolean {
  return kind === 'holding' || isChild(kind)
}

/** The registry's source name, and the address of its pages, without a slash at the end. */
export type Place = { readonly source: string; readonly base: string }

/** What stands on a registration by order of an authority, and what is under way about it. */
function standing(snapshot: Snapshot, { id, holder }: Registration, { base }: Place): readonly string[] {
  if (holder === null) return []
  const notes = snapshot.object('notes', id) as Notes | null
  const { orders, acts } = standingOn(snapshot, id, notes)
  const transit = notes?.pending?.startsWith('T-')
    ? (snapshot.object('transit', notes.pending) as Transit | null)
    : null
  return [
    ...orders.map(({ says }) => says),
    ...acts.map(({ says, application }) => `${says} See ${base}${handlePath(application)}`),
    ...(transit === null ? [] : [`${moveSays(transit)} See ${base}${handlePath(transit.handle)}`]),
  ]
}

/** A holder with what stands on its whole record by order, and what is under way about it. */
export function organisationOf(snapshot: Snapshot, holder: Holder, { source, base }: Place): RpslObject {
  const { orders, acts, representatives } = standingOn(snapshot, holder.handle)
  return organisationObject(holder, source, [
    ...[...representatives, ...orders].map(({ says }) => says),
    ...acts.map(({ says, application }) => `${says} See ${base}${handlePath(application)}`),
  ])
}

/** The objects of a finding; a cell's reverse DNS may stand for several zones, of which `asked` picks one. */
export function objectsOf(
  snapshot: Snapshot,
  found: Found,
  asked: Block | null,
  place: Place,
): readonly RpslObject[] {
  const { kind, block: at } = found
  if (kind === 'registration') {
    const { registration } = found
    const orders = standing(snapshot, registration, place)
    const single = at.space === 'asn' && registration.first === registration.last && isHeld(registration)
    if (single) return [autnumObject(Number(registration.first), registration, place.source, orders)]
    return [registrationObject(registration, at, place.source, orders)]
  }
  if (kind === 'route') return [routeObject(at, found.route, found.holder, place.source)]
  const zones = asked === null ? zonesOf(at) : [zoneAt(at, asked)]
  return zones.map((zone) => domainObject(zone, found.rdns, found.holder, place.source))
}

function zonesOf(cell: Block): readonly Block[] {
  const length = zoneLength(cell)
  const count = 2 ** (length - cell.length)
  const width = cell.space === 'ip6' ? 128n : 32n
  const size = 1n << (width - BigInt(length))
  return Array.from({ length: count }, (_, index) => {
    const made = block(cell.space, cell.first + BigInt(index) * size, length)
    if (!made.ok) throw new TypeError(`no zone at ${made.error.value}`)
    return made.value
  })
}

export type Lookup = {
  readonly objects: readonly RpslObject[]
  /** Whether the numbers asked for lie in a pool and nobody holds them. */
  readonly free: boolean
}

const NOTHING: Lookup = { objects: [], free: false }

/** Objects for a key that needs no store; `null` where this snapshot alone cannot tell. */
export function lookup(
  snapshot: Snapshot,
  query: Query,
  key: SearchKey,
  match: Match,
  place: Place,
): Lookup | null {
  switch (key.kind) {
    case 'ip':
      return addresses(snapshot, key, match, wantedBy(query), place)
    case 'asn':
      return asNumber(snapshot, key.asn, place)
    case 'as-block': {
      const target = { range: key.range, block: rangeToBlock(key.range) }
      return addresses(snapshot, target, 'default', REGISTRATIONS, place)
    }
    case 'route':
      return {
        objects: routesAt(snapshot, key.block, key.origin).flatMap((found) =>
          objectsOf(snapshot, found, null, place),
        ),
        free: false,
      }
    case 'domain':
      return zone(snapshot, key.block, match, place)
    case 'handle':
    case 'text':
      return null
    case 'invalid':
      return NOTHING
  }
}

const REGISTRATIONS: Wanted = { registrations: true, routes: false, zones: false }
const ROUTES: Wanted = { registrations: false, routes: true, zones: false }
const ZONES: Wanted = { registrations: false, routes: false, zones: true }

function addresses(snapshot: Snapshot, target: Target, match: Match, wanted: Wanted, place: Place): Lookup {
  const found = covering(snapshot, target, match, wanted)
  const asked = target.block ?? singleBlock(target.range.space, target.range.first)
  const [first] = found
  const free = match === 'default' && first?.kind === 'registration' && first.registration.kind === 'pool'
  return { objects: found.flatMap((one) => objectsOf(snapshot, one, asked, place)), free }
}

/** Routes in force at exactly this prefix, of one origin. */
export function routesAt(snapshot: Snapshot, at: Block, origin: number): readonly Found[] {
  const found = covering(snapshot, { range: blockRange(at), block: at }, 'all-less', ROUTES)
  return found.filter(
    (one) => one.kind === 'route' && one.block.length === at.length && one.route.origin === origin,
  )
}

/**
 * The AS block around a number, and the number itself where somebody holds it. Somebody who holds a range of numbers
 * has one registration; each of them is an aut-num all the same, because that is what people ask for.
 */
function asNumber(snapshot: Snapshot, asn: Asn, place: Place): Lookup {
  const path = covering(
    snapshot,
    { range: blockRange(asnBlock(asn)), block: asnBlock(asn) },
    'all-less',
    REGISTRATIONS,
  )
  const registrations = path.flatMap((one): CoveringRegistration[] =>
    one.kind === 'registration' ? [one] : [],
  )
  const last = registrations.at(-1)
  if (last === undefined) return NOTHING
  const objects: RpslObject[] = []
  const wide = registrations.findLast(({ registration }) => registration.first !== registration.last)
  const { kind } = last.registration
  const whole = ({ registration, block: at }: CoveringRegistration): RpslObject =>
    registrationObject(registration, at, place.source, standing(snapshot, registration, place))
  if (wide !== undefined) objects.push(whole(wide))
  if (isHeld(last.registration))
    objects.push(
      autnumObject(asn, last.registration, place.source, standing(snapshot, last.registration, place)),
    )
  else if (wide !== last) objects.push(whole(last))
  return { objects, free: kind === 'pool' }
}

function zone(snapshot: Snapshot, asked: Block, match: Match, place: Place): Lookup {
  const found = covering(snapshot, { range: blockRange(asked), block: asked }, 'default', ZONES)
  const objects = found
    .filter((one) => match !== 'exact' || zoneAt(one.block, asked).length === asked.length)
    .flatMap((one) => objectsOf(snapshot, one, asked, place))
  return { objects, free: false }
}

/** The holder of a handle in stored form; null where there is none. */
export function holderAt(snapshot: Snapshot, handle: string): Holder | null {
  return snapshot.object('holder', handle) as Holder | null
}

/** What a holder has, one finding a registration, by space and number. At most `cells` cells are read. */
export function holdingsOf(
  snapshot: Snapshot,
  holder: string,
  cells: number,
): { readonly found: readonly Found[]; readonly more: boolean } {
  const { items, more } = snapshot.holdings(holder, cells)
  const seen = new Set<string>()
  const found: Found[] = []
  for (const { block: at, registration } of items) {
    if (isOver(registration, snapshot.publication.at)) continue
    // inet6num is a prefix, so that a range has one object for each; inetnum and as-block are ranges.
    const key = at.space === 'ip6' ? '' : `${at.space} ${registration.id} ${registration.first}`
    if (key !== '' && seen.has(key)) continue
    seen.add(key)
    found.push({ kind: 'registration', block: at, registration })
  }
  return { found, more }
}

/** Registrations of an id at and inside blocks where its entry recorded it. */
export function registrationsOf(snapshot: Snapshot, id: string, blocks: readonly Block[]): readonly Found[] {
  const seen = new Set<string>()
  const found: Found[] = []
  for (const at of blocks) {
    const cells = [...snapshot.chain(at), ...snapshot.inside(at, INSIDE_CELLS).items]
    for (const { block: place, cell } of cells)
      for (const registration of cell.registrations) {
        const key = at.space === 'ip6' ? `${place.first}/${place.length}` : registration.first
        if (registration.id !== id || seen.has(key)) continue
        if (isOver(registration, snapshot.publication.at)) continue
        seen.add(key)
        found.push({ kind: 'registration', block: place, registration })
      }
  }
  return found
}

/** Cells read below one block to find the pieces of a registration that was cut. */
const INSIDE_CELLS = 256
