import { decodeBase64, encodeBase64, encodeUtf8, type Result } from '@cadastre/crypto'
import { hasControl, isKeyName, linesOf, textOf } from './text.ts'

/** Signatures a note may carry. signed-note asks for at least 16; a mark against notes made to be slow. */
export const SIGNATURES_MAX = 100
/** Characters of a whole note: 100 of the largest known signatures (5 kB) and a long text fit. */
const NOTE_CHARACTERS_MAX = 1_000_000

const MARK = '\u2014 '

/** One signature line, not checked. */
export interface NoteSignature {
  readonly name: string
  readonly id: number
  /** What follows the key ID; its form is the signature type's affair. */
  readonly signature: Uint8Array
  /** The line as received, with its newline. */
  readonly line: string
}

/** A note taken apart. Its text must be ignored until a known key's signature is checked. */
export interface Note {
  /** The signed text, final newline included. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** A key that can check a note. */
export interface NoteVerifier {
  readonly name: string
  readonly id: number
  verify(text: Uint8Array, signature: Uint8Array): boolean
}

/** A key that can sign a note. */
export interface NoteSigner {
  readonly name: string
  readonly id: number
  sign(text: Uint8Array): Uint8Array
  /** The same in another thread, where there is one. */
  readonly signAside?: (text: Uint8Array) => Promise<Uint8Array>
}

export type NoteError =
  | 'too-long'
  | 'not-utf8'
  | 'control-character'
  | 'no-signatures'
  | 'malformed-signature'

export type OpenError = NoteError | 'invalid-signature' | 'no-known-signature'

/** A note with at least one good signature from a known key and none bad. */
export interface OpenedNote<V extends NoteVerifier = NoteVerifier> {
  readonly text: string
  readonly verified: readonly { readonly verifier: V; readonly signature: NoteSignature }[]
  /** Signatures of keys not known to the caller, in order; they say nothing. */
  readonly unknown: readonly NoteSignature[]
}

function parseSignatureLine(line: string): NoteSignature | null {
  if (!line.startsWith(MARK)) return null
  const rest = line.slice(MARK.length)
  const space = rest.indexOf(' ')
  if (space < 0) return null
  const name = rest.slice(0, space)
  const bytes = decodeBase64(rest.slice(space + 1))
  if (!isKeyName(name) || bytes === null || bytes.length < 5) return null
  const id = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  return { name, id, signature: bytes.slice(4), line: `${line}\n` }
}

/** Signature lines on their own, as a witness answers with: at least one, at most {@link SIGNATURES_MAX}. */
export function parseSignatureLines(text: string): NoteSignature[] | null {
  const lines = linesOf(text)
  if (lines === null || lines.length > SIGNATURES_MAX) return null
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const signature = parseSignatureLine(line)
    if (signature === null) return null
    signatures.push(signature)
  }
  return signatures
}

/** Takes a note apart (C2SP signed-note, Format): text and signatures part at the *last* empty line. */
export function parseNote(input: Uint8Array | string): Result<Note, NoteError> {
  // A character is at least one byte of UTF-8, so this bounds the work before any is done.
  if (input.length > NOTE_CHARACTERS_MAX) return { ok: false, error: 'too-long' }
  const whole = textOf(input)
  if (whole === null) return { ok: false, error: 'not-utf8' }
  if (hasControl(whole)) return { ok: false, error: 'control-character' }
  const blank = whole.lastIndexOf('\n\n')
  if (blank < 0 || blank + 2 === whole.length) return { ok: false, error: 'no-signatures' }
  const signatures = parseSignatureLines(whole.slice(blank + 2))
  if (signatures === null) return { ok: false, error: 'malformed-signature' }
  return { ok: true, value: { text: whole.slice(0, blank + 1), signatures } }
}

/**
 * Checks a note against known keys. Signatures of unknown keys are ignored, even where the name or the ID
 * alone is known; one bad signature of a known key rejects the whole note; without a good one it is rejected.
 */
export function openNote<V extends NoteVerifier>(
  input: Uint8Array | string,
  known: readonly V[],
): Result<OpenedNote<V>, OpenError> {
  const parsed = parseNote(input)
  if (!parsed.ok) return parsed
  const { text, signatures } = parsed.value
  const bytes = encodeUtf8(text)
  const verified: { verifier: V; signature: NoteSignature }[] = []
  const unknown: NoteSignature[] = []
  for (const signature of signatures) {
    const keys = known.filter((key) => key.name === signature.name && key.id === signature.id)
    // Two known keys of one name and ID: a chance collision, or one meant to confuse. All must agree.
    if (keys.some((key) => !key.verify(bytes, signature.signature)))
      return { ok: false, error: 'invalid-signature' }
    for (const verifier of keys) verified.push({ verifier, signature })
    if (keys.length === 0) unknown.push(signature)
  }
  if (verified.length === 0) return { ok: false, error: 'no-known-signature' }
  return { ok: true, value: { text, verified, unknown } }
}

/** A signature line, newline included. */
export function formatSignatureLine(name: string, id: number, signature: Uint8Array): string {
  const bytes = new Uint8Array(4 + signature.length)
  new DataView(bytes.buffer).setUint32(0, id)
  bytes.set(signature, 4)
  return `${MARK}${name} ${encodeBase64(bytes)}\n`
}

function noteBytes(text: string): Uint8Array {
  if (!text.endsWith('\n') || !text.isWellFormed() || hasControl(text))
    throw new RangeError('not a note text')
  return encodeUtf8(text)
}

/** Signs a text. Throws a RangeError if it is no note text (it must end in a newline and hold no control character). */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const bytes = noteBytes(text)
  const lines = signers.map((signer) => formatSignatureLine(signer.name, signer.id, signer.sign(bytes)))
  return `${text}\n${lines.join('')}`
}

/** {@link signNote} with one key, in another thread where the key has one. */
export async function signNoteAside(text: string, signer: NoteSigner): Promise<string> {
  const bytes = noteBytes(text)
  const signature = await (signer.signAside?.(bytes) ?? signer.sign(bytes))
  return `${text}\n${formatSignatureLine(signer.name, signer.id, signature)}`
}

/**
 * The note with further signature lines, as given by witnesses; a line it already has is not repeated. Throws
 * a RangeError if it has no empty line, and so is no note.
 */
export function appendSignatureLines(note: string, lines: readonly string[]): string {
  const blank = note.lastIndexOf('\n\n')
  if (blank < 0) throw new RangeError('not a note')
  let signatures = note.slice(blank + 1)
  for (const line of lines) if (!signatures.includes(`\n${line}`)) signatures += line
  return note.slice(0, blank + 1) + signatures
}
