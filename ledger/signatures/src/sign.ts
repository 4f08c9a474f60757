/** The holder's side: making the evidence item of one key for a request. */

import { type Crypto, encodeBase64, type Signer } from '@cadastre/crypto'
import { canonicalJson, type EvidenceItem, type Json, type Request } from '@cadastre/records'
import { requestMessage } from './verify.ts'

/** The canonical text of a request: what is signed, hashed and logged. */
export function requestText(request: Request): string {
  return canonicalJson(request)
}

/** One key's signature over the request's canonical text. */
export function signRequest(canonicalText: string, signer: Signer): EvidenceItem {
  return {
    alg: signer.algorithm,
    key: encodeBase64(signer.publicKey),
    sig: encodeBase64(signer.sign(requestMessage(canonicalText))),
  }
}

/** The canonical text of an evidence list. */
export function evidenceText(items: readonly EvidenceItem[]): string {
  return canonicalJson(items as readonly Json[])
}

/** Base64 of H(0x07 ‖ canonical JSON): the hash by which a request names a member it replaces. */
export function memberHashOf(crypto: Pick<Crypto, 'sha256'>, member: Json): string {
  return encodeBase64(crypto.sha256(Uint8Array.of(7), new TextEncoder().encode(canonicalJson(member))))
}
