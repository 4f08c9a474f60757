/** Checking a request's signatures: the primitive checks may run in other threads. */

import type { Crypto } from '@cadastre/crypto'
import type { Signatures, Verified } from '@cadastre/evidence'
import type { EvidenceItem } from '@cadastre/records'
import { type Check, checksOf, type RelyingParty, requestMessage, verifiedBy } from '@cadastre/signatures'

/** Null where a signature does not hold; an error where our own code failed on this request. */
export type Checked = Verified<Signatures> | null | Error

/** Checks signatures, in the order given; may use other threads. */
export type Verify = (checks: readonly Check[]) => Promise<readonly boolean[]>

/** Rejects only where the checking itself has broken down, not where one request is bad. */
export async function checkSignatures(
  crypto: Crypto,
  verify: Verify,
  requestText: string,
  evidence: readonly EvidenceItem[],
  relyingParty: RelyingParty | null,
): Promise<Checked> {
  let checks: readonly Check[] | null
  try {
    checks = checksOf(requestMessage(requestText), evidence, relyingParty, crypto)
  } catch (error) {
    // A request that brings this code down would do so again after each restart: it is refused instead.
    return error instanceof Error ? error : new Error(String(error))
  }
  const passed = checks === null ? [] : await verify(checks)
  return verifiedBy(evidence, checks, (_check, index) => passed[index] === true, crypto)
}
