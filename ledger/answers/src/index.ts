/**
 * Answers that carry their proof. An answer is a standard C2SP tlog-proof whose leaf is the last entry of a
 * checkpoint, a state entry; its `extra` holds one path through the state trie (ledger.md, "Answer"). The same
 * document proves that records cover a key, or that none does. Made here, and verified here without I/O, clock
 * or platform: the verifier runs in the command line, the audit and the browser.
 */
/** Whom to trust, from its text: passed on so that a verifier needs this room alone. */
export { type Policy, parsePolicy } from '@cadastre/notes'
export { describeAnswer } from './describe.ts'
export { quorumTime } from './freshness.ts'
export { type GrowthTile, growthTiles, provesGrowth, type TreePosition } from './growth.ts'
export { type AnswerFrame, makeAnswer, makeAnswers, pathJson } from './make.ts'
export { blockQuery, keyQuery, objectQuery, type Query } from './query.ts'
export type { AnswerError, AnswerRefusal } from './refusals.ts'
export { formatStateEntry, parseStateEntry } from './state-entry.ts'
export {
  type AnswerPolicy,
  type ProvedPath,
  type ProvedRecord,
  type VerifiedAnswer,
  verifyAnswer,
  verifyPath,
} from './verify.ts'
