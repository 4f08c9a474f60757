/** From evidence items to primitive signature checks, and from passed checks to `Verified<Signatures>`. */

import {
  type Crypto,
  concatBytes,
  decodeBase64,
  decodeUtf8,
  encodeBase64,
  encodeUtf8,
  encodeUtf8Into,
  type VerificationAlgorithm,
} from '@cadastre/crypto'
import { type Signatures, type Verified, withFeeNotes } from '@cadastre/evidence'
import {
  type EvidenceItem,
  MAX_REQUEST_BYTES,
  preAuthenticationEncoding,
  utf8Length,
} from '@cadastre/records'
import { feeNotesIn } from './fee-notes.ts'
import { openPgpCheck } from './openpgp.ts'
import { sshCheck } from './sshsig.ts'
import { statementsOf } from './statements.ts'

/** Whether the item signs nothing: a document of somebody else, verified by what it says itself. */
export function isDocument({ alg }: Pick<EvidenceItem, 'alg'>): boolean {
  return alg === 'peer-proof' || alg === 'fee-note'
}

/** One signature to check with {@link Crypto.verify}; plain data, so that it can be done in another thread. */
export type Check = {
  readonly algorithm: VerificationAlgorithm
  readonly key: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** WebAuthn's relying party, from the registry's record. */
export type RelyingParty = { readonly id: string; readonly origins: readonly string[] }

/** The bytes that a request's signatures cover: DSSE v1 PAE of its canonical text. */
export function requestMessage(canonicalText: string): Uint8Array {
  return encodeUtf8(preAuthenticationEncoding(canonicalText, utf8Length(canonicalText)))
}

/** Memory for one message at a time. */
const passing: Uint8Array = new Uint8Array(MAX_REQUEST_BYTES + 256)

/** The same in memory that the next message takes: for who is done with it before. */
function passingMessage(canonicalText: string): Uint8Array {
  const text = preAuthenticationEncoding(canonicalText, utf8Length(canonicalText))
  const length = encodeUtf8Into(text, passing)
  return length === null ? encodeUtf8(text) : passing.subarray(0, length)
}

/**
 * The checks that make this evidence valid for this message; null where an item cannot be valid whatever its
 * signature (a WebAuthn assertion for another challenge, origin or relying party, an SSH signature for another purpose, an OpenPGP
 * signature of another type).
 */
export function checksOf(
  message: Uint8Array,
  evidence: readonly EvidenceItem[],
  relyingParty: RelyingParty | null,
  crypto: Pick<Crypto, 'sha256' | 'sha512'>,
): readonly Check[] | null {
  const checks: Check[] = []
  for (const item of evidence.filter((one) => !isDocument(one))) {
    const check = checkOf(item, message, relyingParty, crypto)
    if (check === null) return null
    checks.push(check)
  }
  return checks
}

function checkOf(
  item: EvidenceItem,
  message: Uint8Array,
  relyingParty: RelyingParty | null,
  crypto: Pick<Crypto, 'sha256' | 'sha512'>,
): Check | null {
  switch (item.alg) {
    case 'webauthn':
      return assertion(item, message, relyingParty, crypto)
    case 'sshsig':
      return sshCheck(fromBase64(item.key), fromBase64(item.sig), message, crypto)
    case 'openpgp':
      return openPgpCheck(fromBase64(item.key), fromBase64(item.sig), message, crypto)
    default:
      return plain(item, message)
  }
}

function plain(item: EvidenceItem, message: Uint8Array): Check | null {
  if (item.alg !== 'ed25519' && item.alg !== 'es256') return null
  return { algorithm: item.alg, key: fromBase64(item.key), message, signature: fromBase64(item.sig) }
}

/** W3C WebAuthn Level 2, section 7.2, steps that concern a stored credential's assertion. */
function assertion(
  item: EvidenceItem,
  message: Uint8Array,
  relyingParty: RelyingParty | null,
  crypto: Pick<Crypto, 'sha256'>,
): Check | null {
  if (relyingParty === null || item.authenticatorData === undefined || item.clientDataJSON === undefined)
    return null
  const authenticatorData = fromBase64(item.authenticatorData)
  const clientData = fromBase64(item.clientDataJSON)
  if (!clientDataFits(clientData, crypto.sha256(message), relyingParty.origins)) return null
  const idHash = crypto.sha256(encodeUtf8(relyingParty.id))
  // 32 bytes rpIdHash, 1 byte flags (bit 0: user present), 4 bytes counter.
  if (authenticatorData.length < 37 || !idHash.every((byte, at) => byte === authenticatorData[at]))
    return null
  if (((authenticatorData[32] ?? 0) & 1) === 0) return null
  const signature = rawEcdsa(fromBase64(item.sig))
  if (signature === null) return null
  const signed = concatBytes(authenticatorData, crypto.sha256(clientData))
  return { algorithm: 'es256', key: fromBase64(item.key), message: signed, signature }
}

function clientDataFits(clientData: Uint8Array, challenge: Uint8Array, origins: readonly string[]): boolean {
  let parsed: unknown
  try {
    parsed = JSON.parse(decodeUtf8(clientData) ?? '')
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
  if (typeof parsed !== 'object' || parsed === null) return false
  const {
    type,
    challenge: sent,
    origin,
  } = parsed as { type?: unknown; challenge?: unknown; origin?: unknown }
  return (
    type === 'webauthn.get' &&
    sent === toBase64Url(challenge) &&
    typeof origin === 'string' &&
    origins.includes(origin)
  )
}

/** ECDSA-Sig-Value (RFC 3279 section 2.2.3, DER) as r ‖ s, 32 bytes each; null where it is not one. */
function rawEcdsa(der: Uint8Array): Uint8Array | null {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) return null
  const raw = new Uint8Array(64)
  let at = 2
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0
    if (der[at] !== 0x02 || length === 0 || at + 2 + length > der.length) return null
    let value = der.subarray(at + 2, at + 2 + length)
    if (value[0] === 0 && value.length > 1) value = value.subarray(1)
    if (value.length > 32) return null
    raw.set(value, end - value.length)
    at += 2 + length
  }
  return at === der.length ? raw : null
}

/**
 * `Verified<Signatures>` where every item of the evidence holds; null otherwise. `passes` does the primitive check:
 * {@link Crypto.verify}, or a look-up of results that another thread computed with it. Documents of others are
 * verified here: `decide` needs what they say.
 */
export function verifiedBy(
  evidence: readonly EvidenceItem[],
  checks: readonly Check[] | null,
  passes: (check: Check, index: number) => boolean,
  crypto: Crypto,
): Verified<Signatures> | null {
  const signing = evidence.filter((item) => !isDocument(item))
  if (checks === null || checks.length !== signing.length) return null
  if (!checks.every((check, index) => passes(check, index))) return null
  const keys = signing.flatMap(({ alg, key }) =>
    alg === 'peer-proof' || alg === 'fee-note' ? [] : [{ alg, key }],
  )
  const statements = statementsOf(evidence, crypto)
  const notes = feeNotesIn(evidence, crypto)
  if (statements === null || notes === null) return null
  const signatures: Signatures = statements.length === 0 ? { keys } : { keys, statements }
  return (notes.length === 0 ? signatures : withFeeNotes(signatures, notes)) as Verified<Signatures>
}

/** Check the evidence of a request, given its canonical text. Null: at least one item does not hold. */
export function verifyEvidence(
  canonicalText: string,
  evidence: readonly EvidenceItem[],
  relyingParty: RelyingParty | null,
  crypto: Crypto,
): Verified<Signatures> | null {
  const checks = checksOf(passingMessage(canonicalText), evidence, relyingParty, crypto)
  const passes = ({ algorithm, key, message: of, signature }: Check): boolean =>
    crypto.verify(algorithm, key, of, signature)
  return verifiedBy(evidence, checks, passes, crypto)
}

/** Schemas have checked that the text is base64; what is still no base64 (unused bits set) gives no bytes. */
function fromBase64(text: string): Uint8Array {
  return decodeBase64(text) ?? new Uint8Array(0)
}

function toBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/**
 * Signatures taken for granted, for a dry run only: what is decided with them is shown and thrown away. An entry made
 * of it would not survive any audit, since its evidence does not verify.
 */
export function assumeSigned(keys: Signatures['keys']): Verified<Signatures> {
  const signatures: Signatures = { keys }
  return signatures as Verified<Signatures>
}
