import type { Result } from '@cadastre/crypto'

/** Why a document of this room proves nothing, in the order in which the verifier looks. */
export type ProofRefusal =
  /** The text is not the document that docs/ledger.md describes. */
  | 'malformed-document'
  /** The policy does not accept the checkpoint: wrong log, bad signature, too few witnesses. */
  | 'checkpoint-refused'
  /** The entries do not stand in the log at the place stated. */
  | 'not-included'
  /** An entry is not canonical, or not of the kind that stands there. */
  | 'malformed-entry'
  /** The document is about another entry, or another receipt, than was asked for. */
  | 'other-subject'
  /** A path does not lead to the root of the state before, or its records are not those hashed. */
  | 'wrong-path'
  /** The cells given for a subtree are not all that lies in it. */
  | 'wrong-subtree'
  /** The decision looks at something that the document does not prove. */
  | 'input-missing'
  /** From the proved inputs the procedure decides something else. */
  | 'decision-differs'
  /** The page given is not the published text of the procedure. */
  | 'wrong-page'
  /** The earlier entry given did not accept the same request. */
  | 'not-accepted-before'
  /** The receipt or the door's note is not signed by the key that is trusted. */
  | 'signature-refused'
  /** The entries do not reach from before the request's arrival to after its deadline. */
  | 'gap'
  /** The entries hold the decision: nobody was silent. */
  | 'decided'

export type ProofError = {
  readonly code: ProofRefusal
  readonly detail: string
  /** Questions that the document has no answer to, such as `record obj/holder/H-7`: whoever made it can add them. */
  readonly missing?: readonly string[]
}
export type Checked<T> = Result<T, ProofError>

export function refuse(
  code: ProofRefusal,
  detail: string,
  missing?: readonly string[],
): { readonly ok: false; readonly error: ProofError } {
  return { ok: false, error: { code, detail, ...(missing === undefined ? {} : { missing }) } }
}
