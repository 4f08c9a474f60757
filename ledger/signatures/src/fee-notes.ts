/**
 * Notes of the fees' key as evidence: each is verified by the key that it names, so that nothing but its own bytes decides
 * whether it holds; `allocate` asks whether that is the key of the member of staff at `subject`.
 */

import { type Crypto, encodeBase64 } from '@cadastre/crypto'
import type { SignedFeeNote } from '@cadastre/evidence'
import { KEY_TYPE_ED25519, noteVerifier, openNote, parseVkey } from '@cadastre/notes'
import { type EvidenceItem, parseFeeNote, parseKey } from '@cadastre/records'

/** The evidence item of a note; `vkey`: the fees' key; `subject`: the record of the member of staff whose key it is. */
export function feeNoteItem(vkey: string, subject: string, note: string): EvidenceItem {
  return { alg: 'fee-note', key: vkey, sig: note, subject }
}

/** The notes among the evidence; null where one of them does not hold. */
export function feeNotesIn(
  evidence: readonly EvidenceItem[],
  crypto: Crypto,
): readonly SignedFeeNote[] | null {
  const notes: SignedFeeNote[] = []
  for (const item of evidence) {
    if (item.alg !== 'fee-note') continue
    const note = feeNoteIn(item, crypto)
    if (note === null) return null
    notes.push(note)
  }
  return notes
}

function feeNoteIn({ key, sig, subject }: EvidenceItem, crypto: Crypto): SignedFeeNote | null {
  const vkey = parseVkey(crypto, key)
  const staff = parseKey(subject ?? '')
  if (!vkey.ok || vkey.value.type !== KEY_TYPE_ED25519) return null
  if (staff?.kind !== 'object' || staff.type !== 'staff') return null
  const opened = openNote(sig, [noteVerifier(crypto, vkey.value)])
  const note = opened.ok ? parseFeeNote(opened.value.text) : null
  if (note === null) return null
  const signer = { name: vkey.value.name, key: encodeBase64(vkey.value.publicKey) }
  return { ...note, signer, staff: staff.handle }
}
