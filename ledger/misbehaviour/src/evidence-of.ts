/**
 * Which evidence convicts of which fault. A test compares the table with the faults of replay and of files both ways, and
 * with what each kind can show.
 */

import type { FaultCode } from '@cadastre/replay'
import type { Kind } from './document.ts'
import type { FileFaultCode } from './rules.ts'

export type EvidenceOf = {
  readonly kind: Kind
  /** What stands in the file. */
  readonly holds: string
  /** Where no small file can be made, and what to do instead. */
  readonly unless?: string
}

const ENTRY = 'the entry, proved in the log'
const DECISION = 'the entry, its batch so far, and proofs of what its procedure looks at'
const WHOLE_LOG =
  'that no earlier entry accepted the same request takes the whole log: whoever doubts a refusal as already-accepted audits up to the entry'

const decision: EvidenceOf = {
  kind: 'decision',
  holds: DECISION,
  unless: 'more than 4,096 cells lie inside a block that it looks at: audit up to the entry',
}
const one: EvidenceOf = { kind: 'entries', holds: ENTRY }

export const EVIDENCE_OF: { readonly [code in FaultCode | FileFaultCode]: EvidenceOf } = {
  'entry-too-large': one,
  'entry-not-utf8': one,
  'entry-not-canonical': one,
  'entry-malformed': one,
  'genesis-not-first': { kind: 'entries', holds: 'entry 0, proved in the log' },
  'origin-differs': { kind: 'record', holds: 'the registry’s own record under the last state entry' },
  'predecessor-differs': {
    kind: 'entries',
    holds: 'the entry that takes over, and a consistency proof of the root that the log had there',
  },
  'batch-without-ops': { kind: 'entries', holds: 'two state entries side by side' },
  'batch-open': { kind: 'entries', holds: 'the last entry that the checkpoint covers' },
  'ops-miscounted': {
    ...one,
    unless: 'it names a wrong previous state entry to match: that is previous-state-wrong',
  },
  'previous-state-wrong': { kind: 'entries', holds: 'the state entry, and the one that it passes over' },
  'roots-differ': {
    kind: 'roots',
    holds: 'the batch whole, the state entry before it, and the nodes of the state that its effects touch',
    unless: 'the batch is larger than a document (64 MB): audit up to the entry',
  },
  'time-decreases': { kind: 'entries', holds: 'two entries' },
  'time-differs-in-batch': { kind: 'entries', holds: 'two entries side by side' },
  'op-malformed': one,
  'receipt-missing': one,
  'receipt-out-of-order': {
    kind: 'entries',
    holds: 'the entries from one receipt to the other, side by side',
    unless: 'they are more than 4,096 entries apart: audit up to the entry',
  },
  'receipt-after-decision': one,
  'receipt-ignored': {
    kind: 'entries',
    holds:
      'the entries from the receipt before the gap to the one after it, and a state entry past the deadline',
    unless:
      'they are more than 4,096 entries apart: a holder proves silence with the receipt, anybody else audits',
  },
  'decision-late': one,
  'request-repeated': { kind: 'entries', holds: 'both entries' },
  'not-due': decision,
  'due-undone': {
    kind: 'record',
    holds: 'the record under the state entry, and the registry’s own under the one before',
  },
  'inputs-differ': decision,
  'accepted-wrongly': decision,
  'refused-wrongly': { ...decision, unless: WHOLE_LOG },
  'refusal-differs': { ...decision, unless: WHOLE_LOG },
  'effects-differ': decision,
  'loss-without-basis': decision,
  'number-misplaced': {
    kind: 'record',
    holds: 'all records on the path to the number under the state entry',
  },
  'number-lost': { kind: 'record', holds: 'the path to the number under two state entries' },
  'decision-impossible': {
    ...decision,
    unless: 'an earlier forged record is why: the entry that wrote it is convicted, with effects-differ',
  },
  'bundle-missing': { kind: 'served', holds: 'that the file was not there, as observed' },
  'bundle-malformed': { kind: 'served', holds: 'the file as observed' },
  'tile-missing': { kind: 'served', holds: 'that the file was not there, as observed' },
  'tile-differs': {
    kind: 'served',
    holds:
      'the tile, or the bundle, as observed, and a node of the tree, proved under the checkpoint, that it has otherwise',
    unless: 'the tiles do not lead to the signed root either: that is log-root-differs',
  },
  'log-root-differs': {
    kind: 'served',
    holds: 'the tiles along the right edge of the tree, as observed',
    unless: 'they lead to the signed root: then a tile or a bundle differs, and is convicted as tile-differs',
  },
  'log-shrunk': { kind: 'served', holds: 'the checkpoint as observed, and the larger one' },
  'log-forked': {
    kind: 'fork',
    holds: 'both checkpoints, and hashes that give the other root at the smaller size',
  },
  'quorum-missing': {
    kind: 'served',
    holds: 'the checkpoint as observed, and the registry’s record of its witnesses, proved under it',
  },
  'state-after-cosignature': {
    kind: 'entries',
    holds: 'the last state entry, under the cosigned checkpoint',
  },
}
