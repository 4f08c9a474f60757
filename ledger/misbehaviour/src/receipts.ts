/** Evidence of kind `receipts`: two receipts that the registry signed and that cannot both be true. */

import { bytesEqual, type Crypto } from '@cadastre/crypto'
import { noteVerifier, openReceipt, parseVkey, type Receipt, receiptHash } from '@cadastre/notes'
import type { Conviction } from './conviction.ts'
import { type Evidence, formatEvidence, readTexts } from './document.ts'
import { type Checked, refuse } from './refusals.ts'

type Signed = { readonly receipt: Receipt; readonly text: string }

export function verifyReceipts(
  crypto: Crypto,
  receiptVkey: string | null,
  { rule, members }: Evidence,
): Checked<Conviction> {
  if (rule !== 'receipts-contradict') return refuse('nothing-shown', `Two receipts do not show ${rule}.`)
  const vkey = receiptVkey === null ? null : parseVkey(crypto, receiptVkey)
  if (vkey?.ok !== true) return refuse('signature-refused', 'No key of receipts is trusted here.')
  const notes = readTexts(members['receipts'], 2) ?? []
  const opened = notes.map((note) => openReceipt(note, noteVerifier(crypto, vkey.value)))
  const [one, other] = opened.flatMap((signed) => (signed.ok ? [signed.value] : []))
  if (one === undefined || other === undefined)
    return refuse('signature-refused', 'These are not two receipts that the registry signed.')
  const says = contradiction(crypto, one, other)
  if (says === null) return refuse('nothing-shown', 'Both receipts can be true.')
  const { origin } = one.receipt
  return {
    ok: true,
    value: { kind: 'receipts', rule, basis: 'signed', origin, size: null, index: null, says: [says] },
  }
}

function contradiction(crypto: Crypto, one: Signed, other: Signed): string | null {
  const [a, b] = [one.receipt, other.receipt]
  if (a.origin !== b.origin || one.text === other.text) return null
  if (a.seq === b.seq) return `Receipt ${a.seq} was given out twice, each time with another text.`
  if (bytesEqual(a.previous, b.previous))
    return `Receipts ${a.seq} and ${b.seq} name the same receipt as the one before.`
  const [earlier, later] = a.seq < b.seq ? [one, other] : [other, one]
  if (earlier.receipt.seq + 1 !== later.receipt.seq) return null
  if (bytesEqual(later.receipt.previous, receiptHash(crypto, earlier.text))) return null
  return `Receipt ${later.receipt.seq} names another receipt ${earlier.receipt.seq} as the one before.`
}

/** Evidence of two receipts; the verifier says what they show. */
export function makeReceiptConflict(one: string, other: string): string {
  return formatEvidence('receipts', 'receipts-contradict', { receipts: [one, other] })
}
