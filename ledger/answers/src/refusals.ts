import type { Result } from '@cadastre/crypto'

/** Why an answer proves nothing, in the order in which the verifier looks. */
export type AnswerRefusal =
  /** The framing of tlog-proof is broken, or there is no `extra`. */
  | 'malformed-document'
  /** The checkpoint is no signed note, or no checkpoint. */
  | 'malformed-checkpoint'
  /** The checkpoint is of a log that the policy does not name. */
  | 'unknown-log'
  /** A signature of a key that the policy knows is bad. */
  | 'bad-signature'
  /** The log itself has not signed. */
  | 'no-log-signature'
  /** Too few witnesses cosigned. */
  | 'no-quorum'
  /** It is signed as of a time that has not come. */
  | 'from-the-future'
  /** The checkpoint is older than the policy allows. */
  | 'stale'
  /** The entry is not the checkpoint's last, so later ones may contradict it. */
  | 'not-last-entry'
  /** `extra` is not the JSON object that ledger.md describes. */
  | 'malformed-extra'
  /** A JSON object names a member twice, which allows two readings. */
  | 'duplicate-member'
  /** The state is not in the log. */
  | 'not-included'
  /** The entry is no state entry in canonical form. */
  | 'malformed-state'
  /** The path does not start at the root, does not descend, or goes past the query. */
  | 'malformed-path'
  /** The node that ends the path is not one that could stand there. */
  | 'malformed-end'
  /** The path leads to another root than the state's. */
  | 'wrong-root'
  /** A record on the path is missing, surplus, or not the one hashed. */
  | 'wrong-record'
  /** A record is not a JSON object in canonical form. */
  | 'malformed-record'

export interface AnswerError {
  readonly code: AnswerRefusal
  /** One sentence for people. */
  readonly detail: string
}

export function refuse(
  code: AnswerRefusal,
  detail: string,
): { readonly ok: false; readonly error: AnswerError } {
  return { ok: false, error: { code, detail } }
}

export type Checked<T> = Result<T, AnswerError>
