/** Checking the signatures of a bundle of entries, apart from replaying it: what the worker threads do. */

import { type Crypto, decodeUtf8 } from '@cadastre/crypto'
import { canonicalJson, isObject, type Json, type JsonObject } from '@cadastre/records'
import { type RelyingParty, readEvidence, verifyEvidence } from '@cadastre/signatures'

/** Of one entry: no signatures were checked, all hold, at least one does not. */
export const UNCHECKED = 0
export const VALID = 1
const INVALID = 2

/** One result for each entry. Whatever is no request with evidence is left to the replayer. */
export function checkSignatures(
  crypto: Crypto,
  entries: readonly Uint8Array[],
  relyingParty: RelyingParty | null,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(entries, (bytes) => {
    try {
      return checkEntry(crypto, bytes, relyingParty)
    } catch (error) {
      // A bug of ours: the replayer meets it again, and says at which entry.
      if (!(error instanceof Error)) throw error
      return UNCHECKED
    }
  })
}

function checkEntry(crypto: Crypto, bytes: Uint8Array, relyingParty: RelyingParty | null): number {
  const entry = parsed(bytes)
  const request = entry?.['request']
  const evidence = entry === null ? null : readEvidence(entry['evidence'] ?? null)
  if (!isObject(request) || evidence === null || !evidence.ok) return UNCHECKED
  return verifyEvidence(canonicalJson(request), evidence.value, relyingParty, crypto) === null
    ? INVALID
    : VALID
}

function parsed(bytes: Uint8Array): JsonObject | null {
  const text = decodeUtf8(bytes)
  // State entries are many and have nothing to check.
  if (text === null || text.includes('"evidence":[],"inputs"')) return null
  try {
    const value: Json = JSON.parse(text)
    return isObject(value) ? value : null
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return null
  }
}
