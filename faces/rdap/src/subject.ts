/** Which record answers a query: the smallest registration that wholly contains what was asked. */

import { ancestor, type Block, lastInSpace, rangeToBlocks, singleBlock, WIDTH } from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import {
  type CoveringCell,
  type CoveringRegistration,
  type Instant,
  innermost,
  isChild,
  liveServices,
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

/**
 * The path without children whose term is over at `at`: they have ended even where the act that says so is not yet
 * written (design.md section 4, "Time").
 */
export function pathInForce(path: readonly CoveringCell[], at: Instant): readonly CoveringCell[] {
  const isOver = ({ kind, until }: Registration): boolean => until !== null && until <= at && isChild(kind)
  if (!path.some(({ cell }) => cell.registrations.some(isOver))) return path
  return path.map(({ block, cell }) => ({
    block,
    cell: { ...cell, registrations: cell.registrations.filter((one) => !isOver(one)) },
  }))
}

export function chainInForce(snapshot: Snapshot, block: Block): readonly CoveringCell[] {
  return pathInForce(snapshot.chain(block), snapshot.publication.at)
}

/** The registration found on a path, where it is addressed. */
export function registered(snapshot: Snapshot, found: CoveringRegistration): Registered {
  const anchor = anchorOf(snapshot, found)
  const all = registrationsOn(chainInForce(snapshot, anchor))
  const here = all.findIndex(({ registration }) => registration.id === found.registration.id)
  return {
    kind: 'registered',
    registration: found.registration,
    anchor,
    parent: all[here - 1] ?? null,
  }
}

/** At most so many AS numbers are tried to find one that answers a block with children in it. */
const ANCHOR_TRIES = 64

/**
 * The first of the registration's blocks whose query answers it (a child may fill another), so that all queries of a
 * range lead to one address. AS numbers are asked one at a time, so there it is a number outside its children.
 */
function anchorOf(snapshot: Snapshot, { block, registration }: CoveringRegistration): Block {
  const range = registrationRange(registration, block.space)
  const answers = (candidate: Block): boolean =>
    innermost(chainInForce(snapshot, candidate))?.registration.id === registration.id
  if (block.space === 'asn') {
    for (let tried = 0n; tried < ANCHOR_TRIES && range.first + tried <= range.last; tried++) {
      const candidate = singleBlock('asn', range.first + tried)
      if (answers(candidate)) return candidate
    }
    return singleBlock('asn', range.last)
  }
  const blocks = rangeToBlocks(range)
  if (blocks.length === 1) return block
  return blocks.find(answers) ?? block
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
    return { block: ancestor(name, length), cell: cell.block, rdns, under }
  }
  return null
}
