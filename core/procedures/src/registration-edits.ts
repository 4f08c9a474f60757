/** Changing a registration where it stands, id and services kept: a new holder by law, a claim, a correction. */

import { type Block, err, ok, type Result } from '@cadastre/numbers'
import type { Registration } from '@cadastre/records'
import type { CellEdits } from './cell-edits.ts'
import { blocksOf, chainNeed } from './common.ts'
import type { Need } from './procedure.ts'
import type { RegistrationRef } from './ranges.ts'
import type { RefusalCode } from './refusals.ts'

/** A registration, and how the request referred to it. */
export type Referenced = { readonly ref: RegistrationRef; readonly registration: Registration }

/** More prefixes than this need more inputs and effects than an entry holds. */
const MAX_WRITTEN_BLOCKS = 96

function blocksOfAll(all: readonly Referenced[]): readonly Block[] {
  return all.flatMap(({ ref, registration }) => blocksOf(registration, ref.key.space))
}

/** The registrations, or `range-not-a-block` where they need too many prefixes for one entry. */
export function fewEnough(all: readonly Referenced[]): Result<readonly Referenced[], RefusalCode> {
  return blocksOfAll(all).length > MAX_WRITTEN_BLOCKS ? err('range-not-a-block') : ok(all)
}

/** Inputs of {@link editRegistration}. */
export function editNeeds(all: readonly Referenced[]): readonly Need[] {
  return blocksOfAll(all).map(chainNeed)
}

/** Change these members in every cell that holds the registration. */
export function editRegistration(
  edits: CellEdits,
  { ref, registration }: Referenced,
  change: Partial<Registration>,
): void {
  for (const block of blocksOf(registration, ref.key.space))
    edits.edit(block, (cell) => ({
      ...cell,
      registrations: cell.registrations.map((one) =>
        one.id === registration.id ? { ...one, ...change } : one,
      ),
    }))
}
