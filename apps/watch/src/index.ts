/**
 * Watch: the public memory of what registries publish. Takes in the statistics files that registries overwrite every
 * day, keeps each day's difference in a log of its own (same formats as the registry's), and tells what changed, when,
 * and what the publication does not say. It states facts: the files never give a reason, and Watch invents none.
 */

export { auditWatchLog, type ReadPublic, type WatchAudit } from './audit-log.ts'
export { standsOn } from './days.ts'
export { type FetchOptions, type FetchReport, fetchDue, type Get, type Round } from './fetch.ts'
export { DamagedWatchError } from './history.ts'
export { type Holdings, holdingsByMonth } from './holdings.ts'
export { type FileReport, type IngestProgress, ingestFile, ingestPaths, type LoggedDay } from './ingest.ts'
export * from './model.ts'
export type { Note, NoteCode, Refusal, RefusalCode } from './notes.ts'
export { type OpenWatchOptions, openWatch, WatchError } from './open.ts'
export { openWatchReader } from './reader.ts'
export {
  changeJson,
  changesCsv,
  type DoubleDelegation,
  type EndedDelegation,
  type Gap,
  numbersText,
  type ReportOptions,
  reportOf,
  reportText,
  type WatchReport,
} from './report.ts'
export { sourcesNaming, sourcesOn } from './source-choice.ts'
export {
  isDayProof,
  isWatchProof,
  type ProofRefusal,
  type ProvedDay,
  verifyDayProof,
  verifyEntryProof,
} from './verify-proof.ts'
export { WatchDirectory, type WatchFile } from './watch-directory.ts'
export type { WatchLog } from './watch-log.ts'
