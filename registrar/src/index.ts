/**
 * The only room that holds the writer: durable intake and receipts, decisions in order of arrival, one transaction a
 * batch, tiles and checkpoints, and the refusal to sign where that would fork the log.
 */

export { BatchBuilder, type Decided, type LogPosition, type Pending } from './batch.ts'
export { DamagedStoreError, loadState } from './boot.ts'
export { type CheckpointGuard, ForkRefusedError, fileGuard, refuseFork } from './checkpoint-guard.ts'
export { ContinuationRefusedError, type Continued, continueLog, type PredecessorLog } from './continue-log.ts'
export type {
  Desk,
  DryRunResult,
  Problem,
  ProblemCode,
  RecordChange,
  Submission,
  SubmitResult,
} from './desk.ts'
export { flushDirectory, readIfThere, writeDurably } from './durable-file.ts'
export type { EnrolledKeyBytes, JudgeKeys } from './enrolled-keys.ts'
export { LogTail } from './log-tail.ts'
export { PublicFiles } from './public-files.ts'
export { type Committed, Publisher } from './publisher.ts'
export { type FoundingAct, Registrar, type RegistrarOptions } from './registrar.ts'
export { proveInclusion, rootAt } from './tree-nodes.ts'
export type { Verify } from './verification.ts'
export { type PostCheckpoint, Witnesses } from './witnesses.ts'
