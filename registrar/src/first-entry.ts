/** A log begins with an accepted genesis: a refused one is told, and nothing is written. */

import {
  type Executed,
  execute,
  PROCEDURE_UNKNOWN,
  procedureById,
  SIGNATURE_INVALID,
} from '@cadastre/procedures'
import type { Instant } from '@cadastre/records'
import type { TrieState } from '@cadastre/replay'
import type { Pending } from './batch.ts'

/** Why the acts cannot begin a log; null where they can. */
export function firstEntryRefusal(
  state: TrieState,
  acts: readonly Pending[],
  at: Instant,
): Executed['outcome'] | null {
  const [first] = acts
  const procedure = first?.request.procedure === 'genesis/1' ? procedureById('genesis/1') : null
  if (first === undefined || procedure === null) return PROCEDURE_UNKNOWN.outcome
  if (first.checked === null || first.checked instanceof Error) return SIGNATURE_INVALID.outcome
  const act = { kind: 'request', request: first.request, signatures: first.checked, received: at } as const
  const { outcome } = execute(procedure, act, state, at, 0)
  return outcome.accepted ? null : outcome
}
