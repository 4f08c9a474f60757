/** What a decision is owed by: a receipt of the registry, or the note of another door at which the request was handed in. */

import { bytesEqual, type Crypto, encodeUtf8 } from '@cadastre/crypto'
import {
  DOOR_SECONDS,
  type DoorNote,
  doorVkey,
  noteVerifier,
  openDoorNote,
  openReceipt,
  type Policy,
  parseDoorNote,
  parseNote,
  parseReceipt,
  parseVkey,
} from '@cadastre/notes'
import {
  addSeconds,
  canonicalJson,
  type Instant,
  type Json,
  type OpEntry,
  parseInstant,
} from '@cadastre/records'
import { type Checked, refuse } from './refusals.ts'

/** How far clocks may be apart (design.md section 4, Time). */
const TOLERANCE_SECONDS = 60

export type Claim = {
  readonly kind: 'receipt' | 'door'
  readonly origin: string
  /** Number of the receipt; null for a door's note. */
  readonly seq: number | null
  /** SHA-256 of the request's canonical text. */
  readonly request: Uint8Array
  /** SHA-256 of its evidence's canonical text, as handed in at a door; null where the claim does not say. */
  readonly evidence: Uint8Array | null
  /** When the request was received, or handed in. */
  readonly from: Instant
  /** The earliest time at which the log may hold its decision: a door's clock need not be the registry's. */
  readonly since: Instant
  /** The last moment at which it is decided in time. */
  readonly deadline: Instant
  /** Whose signature it carries. */
  readonly signedBy: readonly string[]
}

/** What a note claims, its signatures not looked at: for whoever searches the log for it. Null where it is none. */
export function readClaim(text: string): Claim | null {
  const note = parseNote(text)
  if (!note.ok) return null
  const signedBy = note.value.signatures.map(({ name }) => name)
  const receipt = parseReceipt(note.value.text)
  if (receipt.ok) return ofReceipt(receipt.value, signedBy)
  const door = parseDoorNote(note.value.text)
  return door.ok ? ofDoor(door.value, signedBy) : null
}

function ofReceipt(
  {
    origin,
    seq,
    request,
    received,
    deadline,
  }: {
    readonly origin: string
    readonly seq: number
    readonly request: Uint8Array
    readonly received: string
    readonly deadline: string
  },
  signedBy: readonly string[],
): Claim | null {
  const [from, until] = [parseInstant(received), parseInstant(deadline)]
  return from === null || until === null
    ? null
    : {
        kind: 'receipt',
        origin,
        seq,
        request,
        evidence: null,
        from,
        since: from,
        deadline: until,
        signedBy,
      }
}

function ofDoor({ origin, request, evidence, at }: DoorNote, signedBy: readonly string[]): Claim | null {
  const from = parseInstant(at)
  if (from === null) return null
  const [since, deadline] = [addSeconds(from, -TOLERANCE_SECONDS), addSeconds(from, DOOR_SECONDS)]
  return { kind: 'door', origin, seq: null, request, evidence, from, since, deadline, signedBy }
}

/** A claim whose signature is trusted: of the registry's receipt key, or of a witness of the policy. */
export function openClaim(
  crypto: Crypto,
  trust: Policy,
  receiptVkey: string | null,
  text: string,
): Checked<Claim> {
  const read = readClaim(text)
  if (read === null)
    return refuse('malformed-document', 'The claim is neither a receipt nor a note of a door.')
  const opened = read.kind === 'receipt' ? openOwn(crypto, receiptVkey, text) : openDoor(crypto, trust, text)
  return opened.ok ? { ok: true, value: { ...read, signedBy: opened.value } } : opened
}

function openOwn(crypto: Crypto, receiptVkey: string | null, text: string): Checked<readonly string[]> {
  const vkey = receiptVkey === null ? null : parseVkey(crypto, receiptVkey)
  if (vkey === null) return refuse('signature-refused', 'No key of receipts is trusted here.')
  if (!vkey.ok) return refuse('signature-refused', 'The key of receipts is no verifier key.')
  const receipt = openReceipt(text, noteVerifier(crypto, vkey.value))
  return receipt.ok
    ? { ok: true, value: [vkey.value.name] }
    : refuse('signature-refused', `The receipt is not signed by the registry: ${receipt.error}.`)
}

function openDoor(crypto: Crypto, trust: Policy, text: string): Checked<readonly string[]> {
  const keys = trust.witnesses.map(({ vkey }) => noteVerifier(crypto, doorVkey(crypto, vkey)))
  const door = openDoorNote(text, keys)
  return door.ok
    ? { ok: true, value: door.value.by }
    : refuse('signature-refused', `No witness of the policy signed the note: ${door.error}.`)
}

/**
 * Whether an op is of the claim: its number, or without one its request. Handed in with its signatures, it is not
 * decided by a refusal of other ones.
 */
export function concerns(crypto: Pick<Crypto, 'sha256'>, claim: Claim, entry: OpEntry): boolean {
  if (claim.seq !== null) return entry.received?.seq === claim.seq
  if (!isRequest(crypto, claim, entry)) return false
  if (claim.evidence === null || entry.outcome.accepted) return true
  const evidence = canonicalJson(entry.evidence as readonly Json[])
  return bytesEqual(crypto.sha256(encodeUtf8(evidence)), claim.evidence)
}

/** Whether the op decides the very request of the claim. */
export function isRequest(crypto: Pick<Crypto, 'sha256'>, { request }: Claim, entry: OpEntry): boolean {
  if (entry.request === null) return false
  return bytesEqual(crypto.sha256(encodeUtf8(canonicalJson(entry.request as Json))), request)
}
