/**
 * The receipt for an act's fee: a signed note (C2SP signed-note, type 0x01) whose text is six lines:
 * `cadastre-fee/v1`, the log's origin, the holder, the act, the SHA-256 of the request (standard base64), when paid.
 * It names one request: it can be used for no other, and says nothing of what else the holder owes.
 */

import { decodeBase64, encodeBase64 } from '@cadastre/crypto'
import { type NoteSigner, type NoteVerifier, type OpenError, openNote, signNote } from '@cadastre/notes'
import { type Instant, parseHandle, parseInstant } from '@cadastre/records'

/** Acts that may have a fee. Nothing else may wait for one (procedures.md section 0, Fees). */
export const FEE_ACTS = ['allocate'] as const
type FeeAct = (typeof FEE_ACTS)[number]

export type FeeReceipt = {
  readonly origin: string
  readonly holder: string
  readonly act: FeeAct
  /** SHA-256 of the request's canonical text, 32 bytes. */
  readonly request: Uint8Array
  readonly paid: Instant
}

export type FeeReceiptError = 'malformed-fee-receipt'

const HEADER = 'cadastre-fee/v1'

/** The text to be signed. Throws a RangeError on fields that the form does not hold. */
export function formatFeeReceipt({ origin, holder, act, request, paid }: FeeReceipt): string {
  const text = `${[HEADER, origin, holder, act, encodeBase64(request), paid].join('\n')}\n`
  if (parseFeeReceipt(text) === null) throw new RangeError('not a fee receipt')
  return text
}

/** Reads the text of a note; null where it is no fee receipt. One spelling only. */
export function parseFeeReceipt(text: string): FeeReceipt | null {
  const lines = text.split('\n')
  const [header, origin = '', holder = '', actText, hashText = '', paidText = '', end] = lines
  if (lines.length !== 7 || header !== HEADER || end !== '') return null
  const act = FEE_ACTS.find((one) => one === actText)
  const request = decodeBase64(hashText)
  const paid = parseInstant(paidText)
  const named = /^[\x21-\x7e]{1,255}$/.test(origin) && parseHandle(holder) === holder
  if (!named || act === undefined || request?.length !== 32 || paid === null) return null
  return { origin, holder, act, request, paid }
}

export function signFeeReceipt(receipt: FeeReceipt, signer: NoteSigner): string {
  return signNote(formatFeeReceipt(receipt), [signer])
}

/** A good signature of the fees' key, and the receipt under it. */
export function openFeeReceipt(
  note: string,
  key: NoteVerifier,
):
  | { readonly ok: true; readonly value: FeeReceipt }
  | { readonly ok: false; readonly error: OpenError | FeeReceiptError } {
  const opened = openNote(note, [key])
  if (!opened.ok) return opened
  const receipt = parseFeeReceipt(opened.value.text)
  return receipt === null ? { ok: false, error: 'malformed-fee-receipt' } : { ok: true, value: receipt }
}
