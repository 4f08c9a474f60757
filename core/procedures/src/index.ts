/**
 * The documented procedures: all that the registry may do. Each is one file, `needs` and `decide`, and one page in
 * `docs/procedures/`. `apply` turns an accepted decision into records and cannot fail.
 */

export * from './applications.ts'
export type { Attestation } from './attest.ts'
export * from './cells.ts'
export { claimToken } from './claim.ts'
export * from './common.ts'
export * from './effects.ts'
export * from './erase.ts'
export { ATTEST_ID, callKey, ROSTER_KEY } from './examination.ts'
export * from './execute.ts'
export * from './founding.ts'
export * from './genesis.ts'
export * from './import.ts'
export * from './import-chunk.ts'
export * from './inputs.ts'
export * from './invariants.ts'
export * from './lowest-fit.ts'
export * from './open.ts'
export * from './procedure.ts'
export * from './profiles.ts'
export { QUESTIONS, type QuestionId } from './questions.ts'
export * from './refusals.ts'
export * from './registry.ts'
export * from './services.ts'
export { takeOver, termsHash } from './take-over.ts'
