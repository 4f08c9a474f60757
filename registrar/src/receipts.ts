/** Receipts: signed, numbered, each naming the one before, so that a request cannot be dropped in silence. */

import type { Crypto } from '@cadastre/crypto'
import {
  FIRST_PREVIOUS,
  formatReceipt,
  type NoteSigner,
  parseNote,
  receiptHash,
  signNoteAside,
} from '@cadastre/notes'
import { addSeconds, type Instant } from '@cadastre/records'

export class ReceiptChain {
  readonly #crypto: Crypto
  readonly #signer: NoteSigner
  readonly #origin: string
  #seq: number
  #previous: Uint8Array

  /** Goes on after the last receipt that the store has; null where there is none yet. */
  constructor(
    crypto: Crypto,
    signer: NoteSigner,
    origin: string,
    last: { readonly seq: number; readonly receipt: string } | null,
  ) {
    this.#crypto = crypto
    this.#signer = signer
    this.#origin = origin
    this.#seq = last?.seq ?? 0
    this.#previous = last === null ? FIRST_PREVIOUS : receiptHash(crypto, textOf(last.receipt))
  }

  /** Issue the next receipt, to be signed. It counts only once the store has kept it. */
  issue(
    requestHash: Uint8Array,
    received: Instant,
    deadlineSeconds: number,
  ): { readonly seq: number; readonly text: string } {
    const text = formatReceipt({
      origin: this.#origin,
      seq: this.#seq + 1,
      previous: this.#previous,
      request: requestHash,
      received,
      deadline: addSeconds(received, deadlineSeconds),
    })
    this.#seq += 1
    this.#previous = receiptHash(this.#crypto, text)
    return { seq: this.#seq, text }
  }

  /** The receipt as a signed note. The chain names texts, not signatures, so that many can be signed at a time. */
  sign(text: string): Promise<string> {
    return signNoteAside(text, this.#signer)
  }
}

function textOf(receipt: string): string {
  const note = parseNote(receipt)
  if (!note.ok) throw new Error(`the store holds a receipt that is no signed note: ${note.error}`)
  return note.value.text
}
