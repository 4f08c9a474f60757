import { encodeBase64, type Result } from '@cadastre/crypto'
import { type CosignatureVerifier, cosignatureTime } from './cosignature.ts'
import { type NoteSignature, type NoteVerifier, type OpenError, openNote } from './note.ts'
import { hasControl, linesOf, parseDecimal, parseHash } from './text.ts'

/** A log's tree head: C2SP tlog-checkpoint. */
export interface Checkpoint {
  /** The log's name. A Cadastre log's key name equals it; others' need not. */
  readonly origin: string
  /** Number of entries. */
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
  /** Opaque lines after the root. A Cadastre log writes none: nobody audits them. */
  readonly extensions: readonly string[]
}

export type CheckpointError = 'malformed-checkpoint'

/** A checkpoint's text: origin, size, root, one a line. Throws a RangeError on values that have no such form. */
export function formatCheckpoint(checkpoint: Omit<Checkpoint, 'extensions'>): string {
  const { origin, size, root } = checkpoint
  if (origin === '' || /\n/.test(origin) || hasControl(origin)) throw new RangeError('not an origin')
  if (!Number.isSafeInteger(size) || size < 0 || root.length !== 32) throw new RangeError('not a tree head')
  return `${origin}\n${size}\n${encodeBase64(root)}\n`
}

/** Parses a checkpoint's text (a note's, signatures taken off). */
export function parseCheckpoint(text: string): Result<Checkpoint, CheckpointError> {
  const refused = { ok: false, error: 'malformed-checkpoint' } as const
  const lines = linesOf(text)
  if (lines === null || lines.includes('')) return refused
  const [origin, sizeText, rootText, ...extensions] = lines
  if (origin === undefined || sizeText === undefined || rootText === undefined) return refused
  const size = parseDecimal(sizeText)
  const root = parseHash(rootText)
  if (size === null || root === null) return refused
  return { ok: true, value: { origin, size, root, extensions } }
}

/** A checkpoint signed by its log, with the cosignatures that were checked. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint
  /** The signed text. */
  readonly text: string
  readonly cosignatures: readonly {
    readonly verifier: CosignatureVerifier
    /** When the cosigner signed, POSIX seconds. */
    readonly time: number
    readonly signature: NoteSignature
  }[]
}

export type OpenCheckpointError = OpenError | CheckpointError | 'no-log-signature' | 'other-origin'

/**
 * Opens a checkpoint: every signature of a known key must be good, one of them must be the log's, and the
 * origin the expected one. Whether the cosignatures suffice is for the policy to say.
 */
export function openCheckpoint(
  note: Uint8Array | string,
  origin: string,
  log: readonly NoteVerifier[],
  cosigners: readonly CosignatureVerifier[] = [],
): Result<OpenedCheckpoint, OpenCheckpointError> {
  const opened = openNote<NoteVerifier>(note, [...log, ...cosigners])
  if (!opened.ok) return opened
  const { text, verified } = opened.value
  if (!verified.some(({ verifier }) => log.includes(verifier)))
    return { ok: false, error: 'no-log-signature' }
  const parsed = parseCheckpoint(text)
  if (!parsed.ok) return parsed
  if (parsed.value.origin !== origin) return { ok: false, error: 'other-origin' }
  const cosignatures = verified.flatMap(({ verifier: { name, id }, signature }) => {
    const verifier = cosigners.find((cosigner) => cosigner.name === name && cosigner.id === id)
    const time = cosignatureTime(signature.signature)
    return verifier === undefined || time === null ? [] : [{ verifier, time, signature }]
  })
  return { ok: true, value: { checkpoint: parsed.value, text, cosignatures } }
}
