/**
 * Executes a log: what each entry must say, given the state before it. The registrar writes entries with these
 * functions, auditors and successors check them with the same ones, so both mean the same by "decide".
 */

export { type ReceiptCount, receiptFindings, UNRECEIPTED, waitsUntil } from './arrivals.ts'
export { misplaced } from './conservation.ts'
export { type EntryError, entryText, type ParsedEntry, parseEntry, readEntry, stateEntry } from './entries.ts'
export { FAULTS, type Fault, type FaultCode } from './faults.ts'
export { cellOfHoldingLabel, holdingLabel, holdingPrefix } from './holdings-index.ts'
export { type Impact, type ImpactedAct, impactOf, type ProposedTerms } from './impact.ts'
export { type CheckedSignatures, Judge, type Judged, malformations, relyingPartyText } from './judge.ts'
export { agrees, compare, type Finding } from './judgement.ts'
export { fitting, type OpHead, opEntryBytes } from './op-entries.ts'
export {
  Replayer,
  type ReplayOptions,
  type SavedReplay,
  SavedStateError,
  type Tally,
} from './replayer.ts'
export { requiredPolicies, unmetPolicy } from './required-policies.ts'
export { coveringCell, labelOf, readRecord, TrieState } from './trie-state.ts'
export {
  type ActUnderWay,
  aboutOf,
  type OrderUnderWay,
  type UnderWay,
  type UnderWayAbout,
  UnderWayReader,
  underWayOf,
} from './under-way-index.ts'
