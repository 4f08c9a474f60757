/**
 * Checks evidence and mints `Verified<…>`: the only place where a signature becomes something that `decide` may rely
 * on. What is signed is the DSSE v1 pre-authentication encoding of the request's canonical text; a WebAuthn key signs
 * its SHA-256 as challenge.
 */

export { commitmentOf, opensCommitment } from './commitments.ts'
export { type EvidenceFault, isEvidence, readEvidence } from './evidence-items.ts'
export { feeNoteItem } from './fee-notes.ts'
export { readOpenPgpKey } from './openpgp.ts'
export { evidenceText, memberHashOf, requestText, signRequest } from './sign.ts'
export { readSshKey, SSH_NAMESPACE, sshArmourBody } from './sshsig.ts'
export { statementItem, statementsOf, statementText } from './statements.ts'
export {
  assumeSigned,
  type Check,
  checksOf,
  isDocument,
  type RelyingParty,
  requestMessage,
  verifiedBy,
  verifyEvidence,
} from './verify.ts'
