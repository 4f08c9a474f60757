import { encodeBase64, encodeUtf8, type Hasher, type Result } from '@cadastre/crypto'
import { type NoteVerifier, type OpenError, openNote } from './note.ts'
import { hasControl, isTime, linesOf, parseDecimal, parseHash } from './text.ts'

/**
 * A receipt for a submission: the registry has it, at this place in its queue, and owes a decision by the
 * deadline. Its note's text is seven lines: `cadastre-receipt/v1`, then the fields below in this order;
 * hashes are standard base64. It is signed by a key of its own (type 0x01).
 *
 * Receipts form a chain: each names the hash of the one before, so a registry cannot drop or reorder one
 * without two receipts contradicting each other.
 */
export interface Receipt {
  /** The log's origin. */
  readonly origin: string
  /** 1 for the registry's first receipt, then one more each time. */
  readonly seq: number
  /** {@link receiptHash} of the previous receipt; 32 zero bytes for the first. */
  readonly previous: Uint8Array
  /** SHA-256 of the request's bytes as received. */
  readonly request: Uint8Array
  /** When the registry received it: RFC 3339, UTC, whole seconds. */
  readonly received: string
  /** When the decision is due, not before `received`; same form. */
  readonly deadline: string
}

export type ReceiptError = 'malformed-receipt'

const HEADER = 'cadastre-receipt/v1'

/** What the first receipt names as the previous one. */
export const FIRST_PREVIOUS: Uint8Array = new Uint8Array(32)

/**
 * A receipt's hash, for the next one to name: SHA-256 of its note's text, signatures left out, so that
 * signing again with a second key does not change the chain.
 */
export function receiptHash(hasher: Hasher, text: string): Uint8Array {
  return hasher.sha256(encodeUtf8(text))
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

function isConsistent(receipt: Receipt): boolean {
  const { origin, seq, previous, received, deadline } = receipt
  // Times of this one form sort as text.
  const ordered = isTime(received) && isTime(deadline) && received <= deadline
  return origin !== '' && ordered && seq >= 1 && (seq === 1) === isZero(previous)
}

/** The text of a receipt's note, to be signed. Throws a RangeError on fields that break the rules above. */
export function formatReceipt(receipt: Receipt): string {
  const { origin, seq, previous, request, received, deadline } = receipt
  const formed = Number.isSafeInteger(seq) && previous.length === 32 && request.length === 32
  if (!formed || /\n/.test(origin) || hasControl(origin) || !isConsistent(receipt)) {
    throw new RangeError('not a receipt')
  }
  const fields = [HEADER, origin, seq, encodeBase64(previous), encodeBase64(request), received, deadline]
  return `${fields.join('\n')}\n`
}

/** Parses the text of a receipt's note (signatures taken off). */
export function parseReceipt(text: string): Result<Receipt, ReceiptError> {
  const malformed = { ok: false, error: 'malformed-receipt' } as const
  const lines = linesOf(text)
  if (lines === null || lines.length !== 7 || lines[0] !== HEADER) return malformed
  const [, origin, seqText, previousText, requestText, received, deadline] = lines
  if (origin === undefined || received === undefined || deadline === undefined) return malformed
  const seq = parseDecimal(seqText ?? '')
  const previous = parseHash(previousText ?? '')
  const request = parseHash(requestText ?? '')
  if (seq === null || previous === null || request === null) return malformed
  const receipt: Receipt = { origin, seq, previous, request, received, deadline }
  return isConsistent(receipt) ? { ok: true, value: receipt } : malformed
}

/** Opens a receipt: a good signature of the receipt key, then the text. */
export function openReceipt(
  note: Uint8Array | string,
  key: NoteVerifier,
): Result<{ readonly receipt: Receipt; readonly text: string }, OpenError | ReceiptError> {
  const opened = openNote(note, [key])
  if (!opened.ok) return opened
  const parsed = parseReceipt(opened.value.text)
  if (!parsed.ok) return parsed
  return { ok: true, value: { receipt: parsed.value, text: opened.value.text } }
}
