/**
 * What holds at a number: the chain of registrations that cover it, and which services are in force. Every face and
 * every procedure reads cells through this one place, so that they cannot disagree.
 */

import { type Block, contains, parseNumber, type Range, range } from '@cadastre/numbers'
import type { Cell, Registration, ReverseDns, Roa, Route } from './cell.ts'
import { isChild, isOccupying } from './cell.ts'
import type { Instant } from './time.ts'

/** A cell on the path to a number, outermost first. */
export type CoveringCell = { readonly block: Block; readonly cell: Cell }

/** A registration on the path, and the block of the cell in which it was met. */
export type CoveringRegistration = { readonly block: Block; readonly registration: Registration }

/** All registrations on the path, outermost first. */
export function registrationsOn(path: readonly CoveringCell[]): readonly CoveringRegistration[] {
  return path.flatMap(({ block, cell }) =>
    cell.registrations.map((registration) => ({ block, registration })),
  )
}

/** The last registration met on the path; null where nothing is registered. */
export function innermost(path: readonly CoveringCell[]): CoveringRegistration | null {
  for (let index = path.length - 1; index >= 0; index--) {
    const at = path[index]
    const registration = at?.cell.registrations.at(-1)
    if (at !== undefined && registration !== undefined) return { block: at.block, registration }
  }
  return null
}

/**
 * Whether a child's term is over at an instant: it has ended then, even where the entry that says so is not written yet
 * (design.md section 4, "Time"). Whatever else has a term goes on until an act ends it.
 */
export function isOver({ kind, until }: Registration, at: Instant): boolean {
  return until !== null && until <= at && isChild(kind)
}

/** The cell without children whose term is over at `at`, so that nothing is in force under them either. */
export function cellInForce(found: CoveringCell, at: Instant): CoveringCell {
  const { block, cell } = found
  if (!cell.registrations.some((one) => isOver(one, at))) return found
  return { block, cell: { ...cell, registrations: cell.registrations.filter((one) => !isOver(one, at)) } }
}

/** The path without children whose term is over at `at`: what every service shows. */
export function pathInForce(path: readonly CoveringCell[], at: Instant): readonly CoveringCell[] {
  if (!path.some(({ cell }) => cell.registrations.some((one) => isOver(one, at)))) return path
  return path.map((found) => cellInForce(found, at))
}

/** What a number is (procedures.md I2): `not-ours` outside every pool and registration. */
export type Standing = 'not-ours' | 'free' | 'held' | 'reserved' | 'quarantined' | 'moved-out'

export function standing(path: readonly CoveringCell[]): Standing {
  const registrations = registrationsOn(path)
  for (const { registration } of registrations)
    if (isOccupying(registration.kind))
      return registration.kind === 'holding' ? 'held' : (registration.kind as Standing)
  return registrations.length === 0 ? 'not-ours' : 'free'
}

/** The occupying registration on the path: the holding, reservation, quarantine or moved-out; at most one (I2). */
export function occupant(path: readonly CoveringCell[]): CoveringRegistration | null {
  return registrationsOn(path).find(({ registration }) => isOccupying(registration.kind)) ?? null
}

/** Services of one cell that are in force: their registration is the innermost one at the cell. */
export type LiveServices = {
  readonly rdns: ReverseDns | null
  readonly routes: readonly Route[]
  readonly roas: readonly Roa[]
}

/**
 * The services in force in the last cell of the path. A service whose registration is no longer the innermost one
 * there is inert (design.md section 4).
 */
export function liveServices(path: readonly CoveringCell[]): LiveServices {
  const cell = path.at(-1)?.cell
  const under = innermost(path)?.registration.id
  if (cell === undefined || under === undefined) return { rdns: null, routes: [], roas: [] }
  return {
    rdns: cell.rdns?.under === under ? cell.rdns : null,
    routes: cell.routes.filter((route) => route.under === under),
    roas: cell.roas.filter((roa) => roa.under === under),
  }
}

/** Ranges by the registration that states them: records never change, and each is asked for several times an act. */
const stated = new WeakMap<Registration, Range>()

/** The whole range that a registration states. A registration that does not parse is a bug of the writer. */
export function registrationRange(registration: Registration, space: Block['space']): Range {
  const known = stated.get(registration)
  if (known?.space === space) return known
  const first = parseNumber(space, registration.first)
  const last = parseNumber(space, registration.last)
  const parsed = first.ok && last.ok ? range(space, first.value, last.value) : null
  if (parsed === null || !parsed.ok) throw new TypeError(`registration ${registration.id} states no range`)
  stated.set(registration, parsed.value)
  return parsed.value
}

/** Whether a registration's range covers the block. */
export function covers(registration: Registration, block: Block): boolean {
  return contains(registrationRange(registration, block.space), block)
}
