/** What can be wrong with a log: a closed list, each with the rule that is broken. */

import type { RecordKey } from '@cadastre/records'

export const FAULTS = {
  'entry-too-large': 'An entry has at most 32 KiB (design.md section 5).',
  'entry-not-utf8': 'An entry is UTF-8 (RFC 3629).',
  'entry-not-canonical': 'An entry is canonical JSON (RFC 8785), so that it has one reading.',
  'entry-malformed': 'An entry is an op or a state entry of the closed shape (design.md section 5).',
  'genesis-not-first': 'The first entry of a log is an accepted genesis.',
  'origin-differs': 'Genesis names the origin under which the log is signed.',
  'predecessor-differs':
    'A successor goes on after the last entry that its predecessor’s final checkpoint covers, with the same root.',
  'batch-without-ops': 'A state entry ends a batch of at least one op.',
  'batch-open': 'Every published log ends in a state entry (ledger.md, Invariant).',
  'ops-miscounted': 'A state entry counts the op entries since the previous one.',
  'previous-state-wrong': 'A state entry names the index of the previous one; the first names none.',
  'roots-differ': 'A state entry carries the roots of the state that the entries before it make.',
  'time-decreases': '`at` never decreases.',
  'time-differs-in-batch': '`at` is one value a batch.',
  'op-malformed':
    'An op has a request with evidence, or neither; both and the op itself name the same procedure.',
  'receipt-missing': 'Only founding acts are decided without a receipt.',
  'receipt-out-of-order':
    'Requests are decided in order of arrival: `received.seq` increases, and `received.at` never decreases.',
  'receipt-after-decision': 'A request is received before it is decided.',
  'receipt-ignored':
    'Every receipted request is decided by its deadline: no gap in `received.seq` outlives it.',
  'decision-late': 'A request is decided by its procedure’s deadline.',
  'request-repeated': 'A request is accepted at most once.',
  'not-due': 'An op without a request does what has fallen due, and nothing else.',
  'due-undone': 'What falls due is done before a later state entry.',
  'inputs-differ':
    'The inputs are those that the procedure needs, in its order, with the hashes of the state before.',
  'accepted-wrongly': 'An act that the procedure refuses is refused.',
  'refused-wrongly': 'An act that the procedure accepts is accepted.',
  'refusal-differs': 'A refusal gives the code that the procedure gives.',
  'effects-differ': 'The effects are those of the procedure, byte for byte.',
  'loss-without-basis':
    'A record shrinks only by its holder’s consent, an order, or a public instrument (invariant I1).',
  'number-misplaced':
    'Every number lies in exactly one of free, held, quarantined, moved out and reserved (invariant I2).',
  'number-lost':
    'A number that is registered stays so: it goes back to its pool, or the record says where it went.',
  'decision-impossible': 'The procedure reaches a decision on the state before the act.',
} as const

export type FaultCode = keyof typeof FAULTS

export type Fault = {
  /** Index of the entry; for what is missing, of the entry that shows it. */
  readonly index: number
  readonly code: FaultCode
  /** What the entry says and what would be right. */
  readonly detail: string
  /** The record concerned, where it is one that no effect names. */
  readonly key?: RecordKey
}

/** A text cut to what fits in a report. */
export function short(text: string, length = 300): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`
}
