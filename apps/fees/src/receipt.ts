/**
 * What leaves this program: signed notes (C2SP signed-note, type 0x01) about the fee of one act, that it was paid or that
 * what was offered is refused. The text is that of `@cadastre/records`, where `allocate` reads it.
 */

import { type NoteSigner, type NoteVerifier, type OpenError, openNote, signNote } from '@cadastre/notes'
import { type FeeNote, formatFeeNote, parseFeeNote } from '@cadastre/records'

export type FeeNoteError = 'malformed-fee-note'

export function signFeeNote(note: FeeNote, signer: NoteSigner): string {
  return signNote(formatFeeNote(note), [signer])
}

/** A good signature of the fees' key, and what stands under it. */
export function openFeeNote(
  note: string,
  key: NoteVerifier,
):
  | { readonly ok: true; readonly value: FeeNote }
  | { readonly ok: false; readonly error: OpenError | FeeNoteError } {
  const opened = openNote(note, [key])
  if (!opened.ok) return opened
  const said = parseFeeNote(opened.value.text)
  return said === null ? { ok: false, error: 'malformed-fee-note' } : { ok: true, value: said }
}
