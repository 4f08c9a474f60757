import { encodeBase64, type Hasher, type Result } from '@cadastre/crypto'
import { type NoteVerifier, type OpenError, openNote } from './note.ts'
import { hasControl, isTime, linesOf, parseHash } from './text.ts'
import { KEY_TYPE_ED25519, makeVkey, type Vkey } from './vkey.ts'

/**
 * A door's note: a witness or mirror of the registry was handed a request at this time. Five lines: `cadastre-door/v2`,
 * then the fields in this order, `-` for no evidence. The witness signs it with its own key as type 0x01; a cosignature begins with
 * `cosignature/v1`, so that neither can be taken for the other.
 */
export interface DoorNote {
  /** Origin of the log whose registry the request is for. */
  readonly origin: string
  /** SHA-256 of the request's bytes. */
  readonly request: Uint8Array
  /** SHA-256 of the evidence's canonical text; null where the request's hash alone was handed in. */
  readonly evidence: Uint8Array | null
  /** When it was handed in: RFC 3339, UTC, whole seconds. */
  readonly at: string
}

export type DoorError = 'malformed-door-note'

const HEADER = 'cadastre-door/v2'
const NO_EVIDENCE = '-'

/** Seconds that the registrar has to log what was handed in at another door (procedures.md, Guards). */
export const DOOR_SECONDS = 3600

/** The text of a door's note, to be signed. Throws a RangeError on fields that break the rules above. */
export function formatDoorNote({ origin, request, evidence, at }: DoorNote): string {
  const named = origin !== '' && !hasControl(origin) && !/\n/.test(origin)
  if (!named || request.length !== 32 || (evidence !== null && evidence.length !== 32) || !isTime(at))
    throw new RangeError('not a note of a door')
  const signed = evidence === null ? NO_EVIDENCE : encodeBase64(evidence)
  return `${[HEADER, origin, encodeBase64(request), signed, at].join('\n')}\n`
}

/** Parses the text of a door's note (signatures taken off). */
export function parseDoorNote(text: string): Result<DoorNote, DoorError> {
  const malformed = { ok: false, error: 'malformed-door-note' } as const
  const lines = linesOf(text)
  if (lines === null || lines.length !== 5 || lines[0] !== HEADER) return malformed
  const [, origin, hash, signed, at] = lines
  const request = parseHash(hash ?? '')
  const evidence = signed === NO_EVIDENCE ? null : parseHash(signed ?? '')
  if (evidence === null && signed !== NO_EVIDENCE) return malformed
  if (origin === undefined || origin === '' || request === null || at === undefined || !isTime(at))
    return malformed
  return { ok: true, value: { origin, request, evidence, at } }
}

/** The key under which a witness signs at its door: its own, as type 0x01. */
export function doorVkey(hasher: Hasher, witness: Vkey): Vkey {
  return makeVkey(hasher, witness.name, KEY_TYPE_ED25519, witness.publicKey)
}

/** Opens a door's note: a good signature of one of the doors' keys, then the text. */
export function openDoorNote(
  note: Uint8Array | string,
  keys: readonly NoteVerifier[],
): Result<{ readonly door: DoorNote; readonly by: readonly string[] }, OpenError | DoorError> {
  const opened = openNote(note, keys)
  if (!opened.ok) return opened
  const parsed = parseDoorNote(opened.value.text)
  if (!parsed.ok) return parsed
  return {
    ok: true,
    value: { door: parsed.value, by: opened.value.verified.map(({ verifier }) => verifier.name) },
  }
}
