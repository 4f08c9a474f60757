/** Requests and evidence as they stand in entries (design.md sections 4 and 5). */

import type { Json, JsonObject } from './json.ts'
import type { Instant } from './time.ts'

export type SignatureAlgorithmName = 'ed25519' | 'es256' | 'webauthn' | 'sshsig' | 'openpgp'

/** DSSE v1 payload type of a signed request. */
export const REQUEST_PAYLOAD_TYPE = 'application/vnd.cadastre.request+json'

/** At most this many bytes an entry; a request that cannot fit is refused before its receipt. */
export const MAX_ENTRY_BYTES: number = 32 * 1024
export const MAX_REQUEST_BYTES: number = 16 * 1024

/** What a request replaces: the hash of one member of a record, so that it can be executed only on what was signed for. */
export type Replaced = {
  /** `<record key>#<registration id>`, `<record key>#policy`, `<record key>#rdns` … */
  readonly member: string
  /** Base64 of H(0x07 ‖ canonical JSON of the member); null = there is none yet. */
  readonly hash: string | null
}

export type Request = {
  readonly v: 1
  /** The registry's log origin: a request cannot be replayed elsewhere. */
  readonly origin: string
  /** `transfer/1` */
  readonly procedure: string
  readonly body: JsonObject
  readonly replaces: readonly Replaced[]
  /** After this instant the request is refused: it cannot be replayed later. */
  readonly expires: Instant
  /** 16 random bytes in base64, so that two equal wishes are two requests. */
  readonly nonce: string
}

/**
 * One item of evidence: a signature over the request, or a document of somebody else that comes along.
 *
 * `peer-proof`: another registry's signed statement on one of its records. `key` is the policy by which it is to be
 * verified (text of C2SP tlog-policy), `sig` the document, `subject` the key of the record. `fee-note`: what the fees' key
 * says of the act's fee. `key` is its vkey, `sig` the signed note, `subject` the record of the staff whose key it is.
 */
export type EvidenceItem = {
  readonly key: string
  readonly alg: SignatureAlgorithmName | 'peer-proof' | 'fee-note'
  readonly sig: string
  readonly subject?: string
  readonly authenticatorData?: string
  readonly clientDataJSON?: string
}

export type InputQuery = 'record' | 'chain' | 'subtree'
export type LoggedInput = { readonly key: string; readonly q: InputQuery; readonly hash: string | null }
export type LoggedEffect = { readonly key: string; readonly prev: string | null; readonly next: Json }

export type OpEntry = {
  readonly t: 'op'
  readonly v: 1
  readonly at: Instant
  readonly received: { readonly seq: number; readonly at: Instant } | null
  readonly procedure: string
  readonly request: Request | null
  readonly evidence: readonly EvidenceItem[]
  /** The first input of an op without a request is the record that fell due. */
  readonly inputs: readonly LoggedInput[]
  readonly outcome:
    | { readonly accepted: true; readonly effects: readonly LoggedEffect[] }
    | { readonly accepted: false; readonly refusals: readonly string[] }
}

export type StateEntry = {
  readonly t: 'state'
  readonly v: 1
  readonly at: Instant
  /** Number of op entries since the previous state entry. */
  readonly ops: number
  readonly prev: number | null
  readonly roots: { readonly asn: string; readonly ip4: string; readonly ip6: string; readonly obj: string }
}
