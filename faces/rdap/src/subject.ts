/** Which record answers a query: the smallest registration that wholly contains what was asked. */

import {
  ancestor,
  type Block,
  blockLast,
  lastInSpace,
  rangeToBlocks,
  singleBlock,
  WIDTH,
} from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import {
  type CoveringCell,
  type CoveringRegistration,
  innermost,
  liveServices,
  pathInForce,
  type Registration,
  type ReverseDns,
  registrationRange,
  registrationsOn,
} from '@cadastre/records'
import { zoneLength } from './reverse-name.ts'

/** A registration where it is addressed, with everything around it. */
export type Registered = {
  readonly kind: 'registered'
  readonly registration: Registration
  /** A block whose query answers this registration: the same one for every query that it answers. */
  readonly anchor: Block
  readonly parent: CoveringRegistration | null
}
export type Subject =
  | Registered
  /** Nothing covers what was asked, but parts of it are ours: the whole space, as an administrative object. */
  | { readonly kind: 'whole-space'; readonly space: 'ip4' | 'ip6' }
  | { readonly kind: 'absent' }

/** The path without children whose term is over. */
export function chainInForce(snapshot: Snapshot, block: Block): readonly CoveringCell[] {
  return pathInForce(snapshot.chain(block), snapshot.publication.at)
}

/** The registration found last on a path, where it is addressed. */
export function registered(
  snapshot: Snapshot,
  path: readonly CoveringCell[],
  { block, registration }: CoveringRegistration,
): Registered {
  const at = anchorOf(snapshot, path, block, registration)
  const all = registrationsOn(at.path)
  const here = all.findIndex((one) => one.registration.id === registration.id)
  return { kind: 'registered', registration, anchor: at.anchor, parent: all[here - 1] ?? null }
}

type Anchor = { readonly anchor: Block; readonly path: readonly CoveringCell[] }

/**
 * The first of the registration's blocks whose query answers it (a child may fill another), so that all queries of a
 * range lead to one address. AS numbers are asked one at a time, so there it is a number outside its children.
 */
function anchorOf(
  snapshot: Snapshot,
  path: readonly CoveringCell[],
  block: Block,
  registration: Registration,
): Anchor {
  const range = registrationRange(registration, block.space)
  if (block.space !== 'asn') {
    // The only block of a prefix, without arithmetic.
    if (range.first === block.first && range.last === blockLast(block)) return { anchor: block, path }
    for (const anchor of rangeToBlocks(range)) {
      const found = answering(snapshot, anchor, registration)
      if (found !== null) return found
    }
    return { anchor: block, path }
  }
  for (let number = range.first; number <= range.last; ) {
    const anchor = singleBlock('asn', number)
    const at = chainInForce(snapshot, anchor)
    const found = innermost(at)?.registration
    if (found === undefined || found.id === registration.id) return { anchor, path: at }
    number = registrationRange(found, 'asn').last + 1n
  }
  return { anchor: singleBlock('asn', range.last), path }
}

/** The block as an anchor, where its query answers the registration. */
function answering(snapshot: Snapshot, anchor: Block, { id }: Registration): Anchor | null {
  const path = chainInForce(snapshot, anchor)
  return innermost(path)?.registration.id === id ? { anchor, path } : null
}

/** What answers where no registration covers the block. */
export function uncovered(snapshot: Snapshot, block: Block): Subject {
  const { space } = block
  // A single number that nothing covers has nothing inside either.
  if (space === 'asn' || block.length === WIDTH[space]) return { kind: 'absent' }
  return snapshot.inside(block, 1).items.length > 0 ? { kind: 'whole-space', space } : { kind: 'absent' }
}

/** All numbers of a space, as one block. */
export function wholeSpace(space: 'ip4' | 'ip6'): Block {
  return ancestor(singleBlock(space, lastInSpace(space)), 0)
}

/** A reverse zone, the delegation in force for it, and the registration that authorises it. */
export type Zone = {
  readonly block: Block
  /** The cell in which the delegation stands: the zone, or a prefix that stands for several zones. */
  readonly cell: Block
  readonly rdns: ReverseDns
  readonly under: CoveringRegistration
  readonly path: readonly CoveringCell[]
}

/** The closest delegated zone at or above a reverse name; null where none is delegated. */
export function zoneOf(snapshot: Snapshot, name: Block): Zone | null {
  const path = chainInForce(snapshot, name)
  for (let depth = path.length; depth > 0; depth--) {
    const upTo = path.slice(0, depth)
    const cell = upTo.at(-1)
    const { rdns } = liveServices(upTo)
    const under = innermost(upTo)
    if (cell === undefined || rdns === null || under === null) continue
    const length = zoneLength(cell.block)
    // A prefix that stands for smaller zones is no zone itself.
    if (length > name.length) continue
    return { block: ancestor(name, length), cell: cell.block, rdns, under, path: upTo }
  }
  return null
}
