/**
 * Executes a log: what each entry must say, given the state before it. The registrar writes entries with these
 * functions, auditors and successors check them with the same ones, so both mean the same by "decide".
 */

export { entryText, type ParsedEntry, parseEntry, stateEntry } from './entries.ts'
export { coveringCell, labelOf, readRecord, TrieState } from './trie-state.ts'
export { cellOfHoldingLabel, holdingLabel, holdingPrefix } from './holdings-index.ts'
