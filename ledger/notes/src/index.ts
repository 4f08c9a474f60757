/**
 * Signed texts: C2SP signed-note, checkpoints of a log, witnesses' cosignatures, the policy that says how many
 * are needed, receipts, proof documents, and both sides of the witness protocol as pure functions. No network,
 * no clock, no stored key: signers, times and recorded states come in as arguments. Everything parsed here
 * was written by strangers, so each parser is bounded and accepts one spelling only.
 */
export {
  type Checkpoint,
  type CheckpointError,
  formatCheckpoint,
  type OpenCheckpointError,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from './checkpoint.ts'
export {
  type CosignatureVerifier,
  cosign,
  cosignatureTime,
  cosignatureVerifier,
  TIME_SECONDS_MAX,
} from './cosignature.ts'
export {
  DOOR_SECONDS,
  type DoorError,
  type DoorNote,
  doorVkey,
  formatDoorNote,
  openDoorNote,
  parseDoorNote,
} from './door.ts'
export {
  appendSignatureLines,
  formatSignatureLine,
  type Note,
  type NoteError,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  type OpenError,
  type OpenedNote,
  openNote,
  parseNote,
  parseSignatureLines,
  SIGNATURES_MAX,
  signNote,
  signNoteAside,
} from './note.ts'
export { noteSigner, noteVerifier } from './note-keys.ts'
export {
  checkPolicy,
  cosignersOf,
  formatPolicy,
  type Policy,
  type PolicyCheckError,
  type PolicyCosignature,
  type PolicyGroup,
  type PolicyLog,
  type PolicyWitness,
  quorumMet,
} from './policy.ts'
export { type PolicyError, parsePolicy } from './policy-text.ts'
export { formatProof, type ProofDocument, type ProofError, parseProof } from './proof-document.ts'
export {
  FIRST_PREVIOUS,
  formatReceipt,
  openReceipt,
  parseReceipt,
  type Receipt,
  type ReceiptError,
  receiptHash,
} from './receipt.ts'
export {
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  type KeyType,
  keyId,
  makeVkey,
  parseVkey,
  type Vkey,
  type VkeyError,
} from './vkey.ts'
export {
  type AddCheckpoint,
  type AddCheckpointDecision,
  type AddCheckpointRequest,
  decideAddCheckpoint,
  type RecordedCheckpoint,
  type WitnessedState,
  witnessCheckpointPath,
} from './witness.ts'
export { interpretWitnessReply, type WitnessReply } from './witness-client.ts'
export { formatAddCheckpoint, parseAddCheckpoint } from './witness-text.ts'
