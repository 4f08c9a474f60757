/**
 * A procedure is data and two pure functions: which inputs it needs, and what it decides from them. Nothing else
 * reaches it: no clock, no store, no name of the asker.
 */

import type { Basis, Signatures, Verified } from '@cadastre/evidence'
import type { Block, Result } from '@cadastre/numbers'
import type {
  Cell,
  CoveringCell,
  InputQuery,
  Instant,
  Json,
  JsonObject,
  RecordKey,
  Request,
  Schema,
  SchemaError,
} from '@cadastre/records'
import type { RefusalCode } from './refusals.ts'

/** One declared input. `record`: the record at the key; `chain`: all that cover it; `subtree`: all inside it. */
export type Need = { readonly key: RecordKey; readonly q: InputQuery }

/** How many records of a subtree a decision may look at; beyond it only the hash is known. */
export const SUBTREE_LIMIT = 256

/** What the state holds inside a key, the key itself included. */
export type Subtree = {
  readonly hash: string | null
  /** In order of first number, shorter prefix first; at most {@link SUBTREE_LIMIT}. */
  readonly cells: readonly CoveringCell[]
  /** False where there are more than {@link SUBTREE_LIMIT}. */
  readonly complete: boolean
}

/**
 * Which terms of a procedure an act goes by (invariant I5): those in force when the request was received; of what falls
 * due, those in force when it was recorded, by index; null: the latest.
 */
export type Pin = { readonly received: Instant } | { readonly recorded: number } | null

/** The inputs gathered so far. Asking for one that was not declared is a bug and throws. */
export interface Inputs {
  readonly pin: Pin
  has(need: Need): boolean
  /** The parsed record, or null where there is none. */
  record(key: RecordKey): unknown
  chain(block: Block): readonly CoveringCell[]
  subtree(block: Block): Subtree
  /** SHA-256 of the UTF-8 text, lower-case hexadecimal. */
  digest(text: string): string
  /** Base64 of H(0x07 ‖ canonical JSON): the hash of a member, as requests name it. */
  memberHash(member: Json): string
}

/** What is to be decided: a holder's request with its verified signatures, or a record that fell due. */
export type Act =
  | {
      readonly kind: 'request'
      readonly request: Request
      readonly signatures: Verified<Signatures>
      /** When the request was received; the act's own instant for founding acts. */
      readonly received: Instant
    }
  | { readonly kind: 'due'; readonly subject: RecordKey }

/**
 * A change of one record. Registrations and handles that the entry itself creates are drafts (`#0`, `H-#`, `since`
 * null) until `apply` stamps them. A change that lessens a holding must say on what basis: there is no other way
 * to write one.
 */
export type Effect = {
  readonly key: RecordKey
  readonly next: Draft<Json>
  /** Why what the record loses may be lost; null where nothing that anybody holds is lessened. */
  readonly basis: readonly Basis[]
}

/** A value in which `since: null` and `#n` ids still wait for the entry's index. */
export type Draft<T> = T

export type Decision =
  | { readonly accepted: true; readonly effects: readonly Effect[] }
  | { readonly accepted: false; readonly refusals: readonly RefusalCode[] }

export interface Procedure<Body = unknown> {
  /** `transfer/1` */
  readonly id: string
  /** Schema of the request's body: the declared inputs that come from the applicant. */
  readonly body: Schema<Body>
  /** Every refusal, in order of precedence; the same table stands on the procedure's page. */
  readonly refusals: readonly RefusalCode[]
  /** Longest time from receipt to decision, seconds. */
  readonly deadlineSeconds: number
  /** Inputs still missing, given those known; called until it gives none. Total, also on bad bodies. */
  needs(act: Act, known: Inputs): readonly Need[]
  /** Pure and total. Called when `needs` gives nothing more. */
  decide(act: Act, inputs: Inputs, at: Instant): Decision
}

export type BodyReader = (body: JsonObject) => Result<unknown, SchemaError>
export type { Cell }
