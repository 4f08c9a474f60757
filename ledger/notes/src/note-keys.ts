import type { Crypto, Hasher, Signer } from '@cadastre/crypto'
import type { NoteSigner, NoteVerifier } from './note.ts'
import { KEY_TYPE_ED25519, makeVkey, type Vkey } from './vkey.ts'

/** Checks type 0x01 signatures: Ed25519 over the note's text. Throws a RangeError for a key of another type. */
export function noteVerifier(crypto: Crypto, vkey: Vkey): NoteVerifier {
  if (vkey.type !== KEY_TYPE_ED25519) throw new RangeError('a note key of another type than 0x01')
  return {
    name: vkey.name,
    id: vkey.id,
    verify: (text, signature) => crypto.verify('ed25519', vkey.publicKey, text, signature),
  }
}

/** Signs with type 0x01. Throws a RangeError unless the signer is Ed25519. */
export function noteSigner(hasher: Hasher, name: string, signer: Signer): NoteSigner {
  if (signer.algorithm !== 'ed25519') throw new RangeError('notes are signed with Ed25519')
  const { id } = makeVkey(hasher, name, KEY_TYPE_ED25519, signer.publicKey)
  const { signAside } = signer
  return {
    name,
    id,
    sign: (text) => signer.sign(text),
    ...(signAside === undefined ? {} : { signAside }),
  }
}
