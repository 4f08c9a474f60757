/** Which registrations, routes and reverse zones a search finds at and around numbers, in one snapshot. */

import {
  type Block,
  blockRange,
  contains,
  equalRange,
  type Range,
  rangeToBlocks,
  singleBlock,
} from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import {
  type CoveringCell,
  cellInForce,
  isChild,
  liveServices,
  type Registration,
  type ReverseDns,
  type Route,
  registrationRange,
  registrationsOn,
} from '@cadastre/records'
import type { Match } from './query.ts'

/** Something registered, and the block of the cell in which it was met. */
export type Found =
  | { readonly kind: 'registration'; readonly block: Block; readonly registration: Registration }
  | { readonly kind: 'route'; readonly block: Block; readonly route: Route; readonly holder: string | null }
  | {
      readonly kind: 'zone'
      readonly block: Block
      readonly rdns: ReverseDns
      readonly holder: string | null
    }
type FoundKind = Found['kind']

/** Addresses asked for; `block` where they are one prefix. */
export type Target = { readonly range: Range; readonly block: Block | null }

export type Wanted = { readonly registrations: boolean; readonly routes: boolean; readonly zones: boolean }

/**
 * The numbers that the object of a finding stands for: the prefix for IPv6 and for services, else the whole range of
 * the registration, because `inetnum` and `as-block` are ranges and `inet6num` is a prefix.
 */
function extent(found: Found): Range {
  if (found.kind !== 'registration' || found.block.space === 'ip6') return blockRange(found.block)
  return registrationRange(found.registration, found.block.space)
}

/** Who declares services here: the holder of the innermost registration, or the parent of a child without a holder. */
function declarer(path: readonly CoveringCell[]): string | null {
  for (const { registration } of registrationsOn(path).toReversed())
    if (registration.holder !== null || !isChild(registration.kind)) return registration.holder
  return null
}

/** Services in force in the last cell of a path, as findings. */
function servicesAt(path: readonly CoveringCell[], wanted: Wanted): Found[] {
  const at = path.at(-1)
  if (at === undefined) return []
  const { routes, rdns } = at.cell
  const hasRoutes = wanted.routes && routes.length > 0
  const hasZone = wanted.zones && rdns !== null
  if (!hasRoutes && !hasZone) return []
  const live = liveServices(path)
  const holder = declarer(path)
  const found: Found[] = hasRoutes
    ? live.routes.map((route) => ({ kind: 'route', block: at.block, route, holder }))
    : []
  if (hasZone && live.rdns !== null) found.push({ kind: 'zone', block: at.block, rdns: live.rdns, holder })
  return found
}

/** What the last cell of a path in force holds: its registrations outermost first, then its services. */
function foundIn(path: readonly CoveringCell[], wanted: Wanted): Found[] {
  const last = path.at(-1)
  if (last === undefined) return []
  const services = servicesAt(path, wanted)
  if (!wanted.registrations) return services
  const { block, cell } = last
  const found: Found[] = cell.registrations.map((registration) => ({
    kind: 'registration',
    block,
    registration,
  }))
  return services.length === 0 ? found : [...found, ...services]
}

/** Findings that cover the whole target, of each kind outermost first: registrations, then routes, then zones. */
export function covering(snapshot: Snapshot, target: Target, match: Match, wanted: Wanted): Found[] {
  const { at } = snapshot.publication
  const chain = snapshot
    .chain(target.block ?? singleBlock(target.range.space, target.range.first))
    .map((found) => cellInForce(found, at))
  const all: Found[] = []
  for (let index = 0; index < chain.length; index++) {
    // A cell on the path of an aligned block covers it; of a range perhaps only a part.
    for (const one of foundIn(chain.slice(0, index + 1), wanted))
      if (target.block !== null || coversRange(one, target.range)) all.push(one)
  }
  return ORDER.flatMap((kind) => {
    const found = all.filter((one) => one.kind === kind)
    return found.length === 0 ? found : selected(found, target.range, match)
  })
}

const ORDER: readonly FoundKind[] = ['registration', 'route', 'zone']

function coversRange(found: Found, range: Range): boolean {
  if (found.kind === 'registration')
    return contains(registrationRange(found.registration, range.space), range)
  return contains(found.block, range)
}

/** Of findings of one kind, outermost first, those that the match wants. */
function selected(found: readonly Found[], range: Range, match: Match): Found[] {
  if (match === 'all-less') return [...found]
  if (match === 'default') {
    const last = found.at(-1)
    if (last === undefined || last.kind === 'registration') return last === undefined ? [] : [last]
    // Several routes may stand at the nearest prefix.
    return found.filter((one) => one.block.length === last.block.length)
  }
  const exact = found.filter((one) => isExact(one, range))
  if (match === 'exact') return exact
  const less = found.filter((one) => !exact.includes(one))
  const last = less.at(-1)
  if (last === undefined) return []
  return last.kind === 'registration' ? [last] : less.filter((one) => one.block.length === last.block.length)
}

function isExact(found: Found, range: Range): boolean {
  if (equalRange(extent(found), range)) return true
  return (
    found.kind === 'registration' && equalRange(registrationRange(found.registration, range.space), range)
  )
}

/** Cells read in one step of {@link moreSpecific}: a millisecond or two. */
export const PAGE_CELLS = 256

/**
 * Findings strictly inside the target, by first number and then shorter prefix, in pages so that the caller decides
 * when to go on. `one-more`: only those not inside another one of their kind.
 */
export function* moreSpecific(
  snapshot: Snapshot,
  target: Target,
  match: 'one-more' | 'all-more',
  wanted: Wanted,
): Generator<readonly Found[], void, undefined> {
  const { at } = snapshot.publication
  const filter = new InsideFilter(target.range, match === 'one-more')
  for (const block of target.block === null ? rangeToBlocks(target.range) : [target.block]) {
    // Services are in force under the innermost registration, which may stand in a cell that covers the block.
    const path: CoveringCell[] = snapshot
      .chain(block)
      .filter((one) => one.block.length < block.length)
      .map((found) => cellInForce(found, at))
    let after: Block | null = null
    do {
      const page = snapshot.inside(block, PAGE_CELLS, after)
      const found: Found[] = []
      for (const cell of page.items) {
        for (
          let last = path.at(-1);
          last !== undefined && !contains(last.block, cell.block);
          last = path.at(-1)
        )
          path.pop()
        path.push(cellInForce(cell, at))
        for (const one of foundIn(path, wanted)) if (filter.admits(one)) found.push(one)
      }
      yield found
      after = page.after
    } while (after !== null)
  }
}

/** Admits each object inside a range once, and on wish only the first level of each kind. */
class InsideFilter {
  readonly #range: Range
  readonly #firstLevel: boolean
  /** Of each kind, the object that was last admitted. */
  readonly #last = new Map<FoundKind, Range>()
  /** Objects that stand in several cells, by registration id and first number. */
  readonly #seen = new Set<string>()

  constructor(range: Range, firstLevel: boolean) {
    this.#range = range
    this.#firstLevel = firstLevel
  }

  admits(found: Found): boolean {
    const own = extent(found)
    if (!contains(this.#range, own) || equalRange(own, this.#range)) return false
    if (found.kind === 'registration' && own.last - own.first + 1n !== blockSizeOf(found.block)) {
      const key = `${found.registration.id} ${own.first}`
      if (this.#seen.has(key)) return false
      this.#seen.add(key)
    }
    if (!this.#firstLevel) return true
    const last = this.#last.get(found.kind)
    const inner = last !== undefined && contains(last, own)
    // Several routes at one prefix are one level; registrations of one range are nested.
    if (inner) return found.kind === 'route' && equalRange(last, own)
    this.#last.set(found.kind, own)
    return true
  }
}

function blockSizeOf(block: Block): bigint {
  const { first, last } = blockRange(block)
  return last - first + 1n
}
