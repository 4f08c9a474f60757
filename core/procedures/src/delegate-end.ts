/**
 * P3, how children end: by the child's own signature at any time; by its parent's, unless it is protected; and at its
 * term, when it falls due. Unprotected children inside end with it.
 */

import { type Basis, consentToTerm } from '@cadastre/evidence'
import type { Block } from '@cadastre/numbers'
import {
  type CoveringCell,
  type Instant,
  isChild,
  type RecordKey,
  type Registration,
} from '@cadastre/records'
import { CellEdits } from './cell-edits.ts'
import { withoutRegistration, withoutServicesOf } from './cells.ts'
import {
  type Asked,
  blocksOf,
  chainNeed,
  consent,
  holderKey,
  holderOf,
  namesMember,
  recordNeed,
  registrationMember,
} from './common.ts'
import { accept, refuse } from './effects.ts'
import { fitsEntry } from './entry-room.ts'
import type { Decision, Effect, Inputs, Need } from './procedure.ts'
import {
  blockOfKey,
  type ChildInside,
  childrenIn,
  insideNeeds,
  insideOf,
  MAX_SUBTREES,
  protectedAt,
  type Referred,
  type RegistrationRef,
  referred,
} from './ranges.ts'

export type End = { readonly step: 'end'; readonly registration: RegistrationRef; readonly by: string }

/** Inputs that ending this registration needs: its own cells and everything inside. */
function removalNeeds(registration: Registration, space: Block['space'], known: Inputs): readonly Need[] {
  return insideNeeds(blocksOf(registration, space), known)
}

export function endNeeds(wish: End, known: Inputs): readonly Need[] {
  const chain = chainNeed(wish.registration.key)
  const first = [recordNeed(holderKey(wish.by)), chain]
  if (!known.has(chain)) return first
  const found = referred(wish.registration, known)
  if (found === null || !isChild(found.registration.kind)) return first
  return [...first, ...removalNeeds(found.registration, wish.registration.key.space, known)]
}

/** Who may end an unprotected child besides itself: the next holder outwards. */
function parentHolder(outer: readonly Registration[]): string | null {
  for (const registration of outer.toReversed())
    if (registration.holder !== null || !isChild(registration.kind)) return registration.holder
  return null
}

type Inside = { readonly children: readonly ChildInside[]; readonly complete: boolean }

/** The children inside a child registration, the deepest and last first. */
function inside({ registration, outer }: Referred, space: Block['space'], inputs: Inputs): Inside {
  const { cells, complete } = insideOf(blocksOf(registration, space), inputs)
  const except = new Set([registration, ...outer].map(({ id }) => id))
  return { children: childrenIn(cells, except).toReversed(), complete }
}

type Removal = { readonly block: Block; readonly id: string }

function removalsOf(children: readonly ChildInside[]): readonly Removal[] {
  return children.flatMap(({ registration, cells }) => cells.map((block) => ({ block, id: registration.id })))
}
function ownRemovals({ id, ...registration }: Registration, space: Block['space']): readonly Removal[] {
  return blocksOf({ id, ...registration }, space).map((block) => ({ block, id }))
}

function remove(
  removals: readonly Removal[],
  inputs: Inputs,
  seen: readonly CoveringCell[],
  basis: Basis,
): readonly Effect[] {
  const edits = new CellEdits(inputs, seen)
  for (const { block, id } of removals)
    edits.edit(block, (cell) => withoutServicesOf(withoutRegistration(cell, id), id))
  return edits.effects(basis)
}

export function decideEnd(from: Asked<End>, inputs: Inputs, at: Instant): Decision {
  const { by, registration: ref } = from.body
  const { space } = ref.key
  const holder = holderOf(inputs, by)
  if (holder === null) return refuse('holder-unknown')
  const found = referred(ref, inputs)
  if (found === null) return refuse('registration-unknown')
  const { registration, outer } = found
  if (!isChild(registration.kind)) return refuse('not-a-child')
  const own = registration.holder === by
  if (!own && parentHolder(outer) !== by) return refuse('not-holder')
  const given = consent(holder, from, 'full')
  if (given === null) return refuse('consent-missing')
  if (!namesMember(from, registrationMember(registration, space), registration, inputs))
    return refuse('member-changed')
  const { children, complete } = inside(found, space, inputs)
  if (!complete) return refuse('range-too-busy')
  const stands = (child: Registration): boolean => protectedAt(child, at)
  if ((!own && stands(registration)) || children.some((child) => stands(child.registration)))
    return refuse('protected-child')
  const removals = [...removalsOf(children), ...ownRemovals(registration, space)]
  const { cells } = insideOf(blocksOf(registration, space), inputs)
  return accept(remove(removals, inputs, cells, given))
}

/** The child in the subject's own cell whose term ends first, the outermost of equals. */
function nextToEnd(
  subject: RecordKey,
  known: Inputs,
): { readonly found: Referred; readonly block: Block } | null {
  const block = blockOfKey(subject)
  if (block === null) return null
  const here = known.chain(block).at(-1)
  if (here === undefined || here.block.length !== block.length) return null
  let next: Registration | null = null
  for (const registration of here.cell.registrations) {
    if (!isChild(registration.kind) || registration.until === null) continue
    if (next === null || next.until === null || registration.until < next.until) next = registration
  }
  const found = next === null ? null : referred({ key: block, id: next.id }, known)
  return found === null ? null : { found, block }
}

export function termNeeds(subject: RecordKey, known: Inputs): readonly Need[] {
  const next = nextToEnd(subject, known)
  return next === null ? [] : removalNeeds(next.found.registration, next.block.space, known)
}

/**
 * The term has ended: the child goes from all its cells, and with it what lies inside. Where that is more than one
 * entry holds, what lies inside goes first, as much as fits; the rest falls due again at once.
 */
export function decideTerm(subject: RecordKey, inputs: Inputs, at: Instant): Decision {
  const next = nextToEnd(subject, inputs)
  const until = next?.found.registration.until ?? null
  if (next === null || until === null || until > at) return refuse('not-due')
  const { registration } = next.found
  const { space } = next.block
  const basis = consentToTerm(registration)
  if (basis === null) throw new Error('a term that ended is stated in the registration')
  const { children, complete } = inside(next.found, space, inputs)
  const ending = removalsOf(children.filter((child) => !protectedAt(child.registration, at)))
  const { cells } = insideOf(blocksOf(registration, space), inputs)
  const edits = new CellEdits(inputs, cells)
  const own = ownRemovals(registration, space).filter(({ block, id }) =>
    edits.cell(block).registrations.some((here) => here.id === id),
  )
  // Where not everything inside can be seen, the child stays until what can be seen of it has gone.
  const removals = complete || ending.length === 0 ? [...ending, ...own] : ending
  for (let count = removals.length; count > 0; count = Math.floor(count / 2)) {
    const effects = remove(removals.slice(0, count), inputs, cells, basis)
    if (effects.length > 0 && (count === 1 || fitsEntry(effects, MAX_SUBTREES))) return accept(effects)
  }
  throw new Error('the subject holds the registration, so its removal changes a cell')
}
