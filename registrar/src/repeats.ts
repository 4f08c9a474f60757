/**
 * Requests that come again. Evidence is no part of a request: if the first copy that arrives decided for all, anybody
 * who has seen a request could void it by sending it first with signatures of their own. So a copy with other evidence
 * is decided anew, and a request that was accepted is never executed again.
 */

import { canonicalJson, type Json, type OpEntry } from '@cadastre/records'
import { parseEntry } from '@cadastre/replay'
import type { ReceiptStatus, StoreReader } from '@cadastre/store-port'

type Log = Pick<StoreReader, 'receiptsByRequest' | 'entries'>

async function entryAt(log: Log, index: number): Promise<OpEntry> {
  const [bytes] = await log.entries(index, 1)
  const parsed = bytes === undefined ? null : parseEntry(bytes)
  if (parsed?.kind !== 'op') throw new Error(`entry ${index} is missing or no op`)
  return parsed.entry
}

/** The receipt of an earlier copy that answers this one too: an accepted one, or one with the same evidence. */
export async function earlierAnswer(
  log: Log,
  requestHash: Uint8Array,
  evidenceText: string,
): Promise<ReceiptStatus | null> {
  for (const receipt of await log.receiptsByRequest(requestHash)) {
    if (receipt.index === null) continue
    const { outcome, evidence } = await entryAt(log, receipt.index)
    if (outcome.accepted || canonicalJson(evidence as readonly Json[]) === evidenceText) return receipt
  }
  return null
}

/** Whether the log has accepted the request with this hash. */
export async function wasAccepted(log: Log, requestHash: Uint8Array): Promise<boolean> {
  for (const { index } of await log.receiptsByRequest(requestHash))
    if (index !== null && (await entryAt(log, index)).outcome.accepted) return true
  return false
}
