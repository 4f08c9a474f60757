import { bytesEqual, type Crypto, encodeHex, encodeUtf8, type Hasher, type Signer } from '@cadastre/crypto'
import { emptyRoot, verifyConsistency } from '@cadastre/merkle'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { cosign } from './cosignature.ts'
import { appendSignatureLines, type NoteVerifier, openNote, parseNote } from './note.ts'
import { parseAddCheckpoint } from './witness-text.ts'

/** An `add-checkpoint` request taken apart; the checkpoint is not yet looked at. */
export interface AddCheckpoint {
  readonly old: number
  readonly proof: readonly Uint8Array[]
  readonly checkpoint: string
}

/** The latest tree head a witness cosigned for an origin. */
export interface WitnessedState {
  readonly size: number
  readonly root: Uint8Array
}

/** What a witness records before it answers. */
export interface RecordedCheckpoint extends WitnessedState {
  readonly origin: string
  /** The checkpoint with the log's and this witness's signatures only, for monitors. */
  readonly note: string
}

export interface AddCheckpointRequest {
  readonly crypto: Crypto
  readonly body: Uint8Array | string
  /** The keys trusted for an origin; null if the witness does not know the log. */
  readonly logKeys: (origin: string) => readonly NoteVerifier[] | null
  /** The recorded state of an origin; null if it never cosigned. Read in the transaction that records the next. */
  readonly recorded: (origin: string) => WitnessedState | null
  readonly witness: { readonly name: string; readonly signer: Signer }
  /** POSIX seconds. */
  readonly time: number
}

/** The answer to send. If `record` is not null it must be durable before the answer leaves. */
export interface AddCheckpointDecision {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly contentType: string
  readonly body: string
  readonly record: RecordedCheckpoint | null
}

const PLAIN = 'text/plain; charset=utf-8'

function refuse(status: 400 | 403 | 404 | 422, reason: string): AddCheckpointDecision {
  return { status, contentType: PLAIN, body: `${reason}\n`, record: null }
}

/**
 * A witness's answer to `add-checkpoint` (C2SP tlog-witness), in this order:
 * 400 malformed body or checkpoint; 404 unknown origin; 403 no good signature of a trusted key; 400 old size
 * above the checkpoint's; 409 old size not the recorded one, the body being that; 422 a proof that does not
 * verify, a proof from size 0 or between equal sizes, another root at the same size, or a wrong empty root;
 * else 200 and the cosignature line. The same size again is cosigned again, with the new time.
 *
 * Reading the recorded state, this decision and recording its outcome must be one atomic step.
 */
export function decideAddCheckpoint(request: AddCheckpointRequest): AddCheckpointDecision {
  const { crypto } = request
  const parsed = parseAddCheckpoint(request.body)
  if (parsed === null) return refuse(400, 'malformed request')
  const note = parseNote(parsed.checkpoint)
  if (!note.ok) return refuse(400, 'malformed checkpoint')
  const text = note.value.text
  const head = parseCheckpoint(text)
  if (!head.ok) return refuse(400, 'malformed checkpoint')
  const checkpoint = head.value
  const keys = request.logKeys(checkpoint.origin)
  if (keys === null) return refuse(404, 'unknown origin')
  const opened = openNote(parsed.checkpoint, keys)
  if (!opened.ok) return refuse(403, 'no valid signature of a trusted key')
  if (parsed.old > checkpoint.size) return refuse(400, 'old size above the checkpoint')
  const recorded = request.recorded(checkpoint.origin)
  const recordedSize = recorded?.size ?? 0
  if (parsed.old !== recordedSize) {
    return { status: 409, contentType: 'text/x.tlog.size', body: `${recordedSize}\n`, record: null }
  }
  const problem = inconsistency(crypto, recorded, checkpoint, parsed.proof)
  if (problem !== null) return refuse(422, problem)
  const { name, signer } = request.witness
  const line = cosign(crypto, name, signer, text, request.time)
  const logLines = opened.value.verified.map(({ signature }) => signature.line)
  const recordNote = appendSignatureLines(`${text}\n`, [...logLines, line])
  const { origin, size, root } = checkpoint
  return { status: 200, contentType: PLAIN, body: line, record: { origin, size, root, note: recordNote } }
}

function inconsistency(
  hasher: Hasher,
  recorded: WitnessedState | null,
  next: Checkpoint,
  proof: readonly Uint8Array[],
): string | null {
  const empty = emptyRoot(hasher)
  if (next.size === 0 && !bytesEqual(next.root, empty)) return 'the empty tree has another root'
  const old = recorded ?? { size: 0, root: empty }
  if (old.size === next.size && !bytesEqual(old.root, next.root))
    return 'another root was cosigned at this size'
  return verifyConsistency(hasher, old.size, next.size, proof, old.root, next.root)
    ? null
    : 'the consistency proof does not verify'
}

/** Where a witness serves the latest checkpoint it cosigned for an origin, below its monitoring prefix. */
export function witnessCheckpointPath(hasher: Hasher, origin: string): string {
  return `${encodeHex(hasher.sha256(encodeUtf8(origin)))}/checkpoint`
}
