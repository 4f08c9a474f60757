import type { Result } from '@cadastre/crypto'
import type { ProofRefusal } from '@cadastre/why'

/** Why evidence convicts nobody, in the order in which the verifier looks. */
export type MisbehaviourRefusal =
  | ProofRefusal
  /** What is proved breaks no rule, or not the one that is named. */
  | 'nothing-shown'
  /** The evidence is about a service whose answers this verifier cannot judge. */
  | 'unknown-service'

export type MisbehaviourError = { readonly code: MisbehaviourRefusal; readonly detail: string }
export type Checked<T> = Result<T, MisbehaviourError>

export function refuse(
  code: MisbehaviourRefusal,
  detail: string,
): { readonly ok: false; readonly error: MisbehaviourError } {
  return { ok: false, error: { code, detail } }
}
