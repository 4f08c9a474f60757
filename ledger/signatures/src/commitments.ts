/** Commitments to personal data (ledger.md section 5): the log holds these, the openings live in an erasable table. */

import { type Crypto, concatBytes, decodeBase64, encodeBase64, encodeUtf8 } from '@cadastre/crypto'

/**
 * HMAC-SHA256(opening, 0x05 ‖ u16be(length of field) ‖ field ‖ value), standard base64. `opening` is 32 random bytes,
 * fresh for each field and version.
 */
export function commitmentOf(
  crypto: Pick<Crypto, 'hmacSha256'>,
  opening: Uint8Array,
  field: string,
  value: string,
): string {
  const name = encodeUtf8(field)
  if (opening.length !== 32 || name.length > 0xffff) throw new RangeError('an opening is 32 bytes')
  const head = Uint8Array.of(5, name.length >> 8, name.length & 0xff)
  return encodeBase64(crypto.hmacSha256(opening, concatBytes(head, name, encodeUtf8(value))))
}

/** Whether the opening (base64) opens the commitment. Total. */
export function opensCommitment(
  crypto: Pick<Crypto, 'hmacSha256'>,
  given: {
    readonly commitment: string
    readonly opening: string
    readonly field: string
    readonly value: string
  },
): boolean {
  const opening = decodeBase64(given.opening)
  if (opening === null || opening.length !== 32 || !given.value.isWellFormed()) return false
  return commitmentOf(crypto, opening, given.field, given.value) === given.commitment
}
