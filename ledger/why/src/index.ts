/**
 * Why: one decision, explained and checked alone. A document holds the entry, its batch so far, the state entry
 * before, and proofs of what the decision looked at; whoever has it and the log's key decides again, offline, without
 * the whole log. Beside it stands the opposite: evidence that a decision was owed and never came.
 */

export { DOCUMENT_MAX, formatWhy, parseWhy, WHY_FORMAT, type WhyBundle } from './bundle.ts'
export { type Claim, openClaim, readClaim } from './claim.ts'
export { type Explanation, explain, explanationText, type Precondition } from './explain.ts'
export {
  type EntryRange,
  type LogRange,
  type LogReader,
  loadNodes,
  makeEntryRange,
  makeRange,
  proveEntries,
  proveRange,
  rangeJson,
  readRange,
  type TrustedCheckpoint,
  trustedCheckpoint,
} from './log-range.ts'
export { findDecision, makeSilence, type SilenceSources } from './make-silence.ts'
export {
  batchStart,
  findAccepted,
  makeWhy,
  NoDecisionError,
  type Question,
  type WhySources,
} from './make-why.ts'
export { publicLog, type ReadFile } from './public-log.ts'
export type { Checked, ProofError, ProofRefusal } from './refusals.ts'
export { SILENCE_FORMAT, type VerifiedSilence, verifySilence } from './silence.ts'
export { type FollowListener, LogFaultError, StateFollower } from './state-follower.ts'
export { type JudgedWhy, judgeWhy, type ProvedInput, type VerifiedWhy, verifyWhy } from './verify-why.ts'
