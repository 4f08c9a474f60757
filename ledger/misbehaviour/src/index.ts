/**
 * Evidence that convicts: small files that show one rule broken, and that anybody verifies offline with nothing but the
 * log's key (docs/misbehaviour.md). Made here from what an audit found, and verified here by the same code that every
 * verifier runs; nothing in a file is believed that is not proved by it.
 */

export { type Conviction, convictionLines } from './conviction.ts'
export { KINDS, type Kind, MISBEHAVIOUR_FORMAT } from './document.ts'
export { EVIDENCE_OF, type EvidenceOf } from './evidence-of.ts'
export { makeFork } from './fork.ts'
export { type FoundFault, makeMisbehaviour } from './make.ts'
export type { Observation } from './observation.ts'
export { makeReceiptConflict } from './receipts.ts'
export type { MisbehaviourError, MisbehaviourRefusal } from './refusals.ts'
export {
  FILE_FAULTS,
  type FileFaultCode,
  isRule,
  type MisbehaviourRule,
  ruleText,
} from './rules.ts'
export { formatServed, type ServedAnswer, type ServiceJudge, type ServiceJudges } from './served.ts'
export { NoEvidenceError, type Sources } from './sources.ts'
export { isMisbehaviour, type VerifyOptions, verifyMisbehaviour } from './verify.ts'
