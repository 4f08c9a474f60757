/**
 * Numbers that leave their holder and are held by nobody here afterwards: returned, or moved to another registry. Whole
 * or part; what else is registered inside ends with it, but for protected children, which forbid it.
 */

import { contains, err, ok, type Range, type Result, rangeToBlocks } from '@cadastre/numbers'
import { type Instant, type Registration, registrationRange } from '@cadastre/records'
import { CellEdits } from './cell-edits.ts'
import { withoutRegistration, withoutServicesOf } from './cells.ts'
import { fitsEntry } from './entry-room.ts'
import type { Inputs, Need } from './procedure.ts'
import {
  canCarve,
  carve,
  carveNeeds,
  childrenIn,
  childSide,
  insideNeeds,
  insideOf,
  MAX_SUBTREES,
  protectedAt,
  type RegistrationRef,
} from './ranges.ts'
import type { RefusalCode } from './refusals.ts'

/** The whole registration or a part of it. */
export type Leaving = { readonly registration: RegistrationRef; readonly range: Range }

/** Whether the range lies in the registration, and leaves few enough prefixes to write in one entry. */
function rangeRefusal({ range, registration: ref }: Leaving, registration: Registration): RefusalCode | null {
  const { space } = ref.key
  if (!contains(registrationRange(registration, space), range)) return 'range-outside'
  return canCarve(registration, space, range) ? null : 'range-not-a-block'
}

/** `subtrees`: how many the act may look at here, where it takes several ranges. */
export function leavingNeeds(
  leaving: Leaving,
  registration: Registration,
  known: Inputs,
  subtrees: number = MAX_SUBTREES,
): readonly Need[] {
  if (rangeRefusal(leaving, registration) !== null) return []
  const { range, registration: ref } = leaving
  const inside = insideNeeds(rangeToBlocks(range), known, subtrees)
  return [...carveNeeds(registration, ref.key.space, range), ...inside]
}

/** What is written where `successor` takes the range's place, or why that cannot be. */
export function leavingEdits(
  leaving: Leaving,
  registration: Registration,
  successor: Registration,
  inputs: Inputs,
  at: Instant,
  subtrees: number = MAX_SUBTREES,
): Result<CellEdits, RefusalCode> {
  const { range, registration: ref } = leaving
  const { space } = ref.key
  const refusal = rangeRefusal(leaving, registration)
  if (refusal !== null) return err(refusal)
  const blocks = rangeToBlocks(range)
  const { cells, complete } = insideOf(blocks, inputs, subtrees)
  const seen = [...blocks.flatMap((block) => inputs.chain(block)), ...cells]
  const children = childrenIn(seen)
  const cut = children.filter((child) => childSide(child, range) === 'cut')
  if (cut.some((child) => protectedAt(child.registration, at))) return err('splits-protected')
  if (cut.length > 0) return err('splits-child')
  if (children.some((child) => protectedAt(child.registration, at))) return err('protected-child')
  if (!complete) return err('range-too-busy')
  const edits = new CellEdits(inputs, seen)
  for (const { registration: child, cells: met } of children)
    for (const block of met)
      edits.edit(block, (cell) => withoutServicesOf(withoutRegistration(cell, child.id), child.id))
  if (!carve(edits, inputs, registration, space, range, successor)) return err('cell-full')
  const looked = carveNeeds(registration, space, range).length + subtrees
  return fitsEntry(edits.effects(), looked) ? ok(edits) : err('entry-too-large')
}
