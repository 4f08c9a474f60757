/** The rules that evidence names: those of entries (`FAULTS`), and these. */

import { FAULTS, type FaultCode } from '@cadastre/replay'

/** What can be wrong with a log's files, beside what its entries say. */
export const FILE_FAULTS = {
  'bundle-missing': 'Every entry that a checkpoint covers is published (C2SP tlog-tiles).',
  'bundle-malformed': 'A bundle holds its entries, each after its length (C2SP tlog-tiles).',
  'tile-missing': 'Every tile that a checkpoint covers is published (C2SP tlog-tiles).',
  'tile-differs': 'Tiles hold the hashes of the entries.',
  'log-root-differs': 'The checkpoint signs the root of the tree of all entries (RFC 6962 section 2.1).',
  'log-shrunk': 'A log only grows: it has at least the size of an earlier checkpoint.',
  'log-forked': 'A log only grows: its first entries are those of an earlier checkpoint.',
  'quorum-missing':
    'A checkpoint is published with the cosignatures that the registry’s own record asks for.',
  'state-after-cosignature': 'A cosignature is not earlier than the last state entry, but for 60 s.',
} as const

export type FileFaultCode = keyof typeof FILE_FAULTS

/** What no audit of a log alone can meet: it takes a holder's receipts, or a service's answer. */
const WITNESSED_FAULTS = {
  'receipts-contradict': 'Each receipt has a number of its own, and names the hash of the one before.',
  'answer-differs': 'A service answers what the record says at the log size that it names.',
  silence: 'Every receipted request is decided by its deadline.',
} as const

export type MisbehaviourRule = FaultCode | FileFaultCode | keyof typeof WITNESSED_FAULTS

const RULES: { readonly [rule in MisbehaviourRule]: string } = {
  ...FAULTS,
  ...FILE_FAULTS,
  ...WITNESSED_FAULTS,
}

export function isRule(text: unknown): text is MisbehaviourRule {
  return typeof text === 'string' && Object.hasOwn(RULES, text)
}

/** The rule in words. */
export function ruleText(rule: MisbehaviourRule): string {
  return RULES[rule]
}
