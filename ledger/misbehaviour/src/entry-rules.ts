/** Rules that one entry, or a few, break by themselves. Each says in words what is wrong, or null where nothing is. */

import { type Crypto, encodeBase64 } from '@cadastre/crypto'
import { takeOver } from '@cadastre/procedures'
import {
  canonicalJson,
  type Instant,
  instantFromSeconds,
  type Json,
  type OpEntry,
  secondsOf,
} from '@cadastre/records'
import { type FaultCode, malformations, receiptFindings, waitsUntil } from '@cadastre/replay'
import { statementsOf } from '@cadastre/signatures'
import type { TrustedCheckpoint } from '@cadastre/why'
import { opOf, type ProvedEntry, type Stretch, stateOf } from './proved-entries.ts'
import type { MisbehaviourRule } from './rules.ts'

export type Given = {
  readonly crypto: Crypto
  readonly checkpoint: TrustedCheckpoint
  readonly stretches: readonly Stretch[]
  /** The root of the tree of the first `size` entries, proved by consistency; null where the document has none. */
  readonly tree: { readonly size: number; readonly root: Uint8Array } | null
}

type Rule = (given: Given) => string | null

/** How far clocks may be apart (design.md section 4, Time). */
const TOLERANCE_SECONDS = 60

const first = ({ stretches }: Given): ProvedEntry | undefined => stretches[0]?.[0]
const all = ({ stretches }: Given): readonly ProvedEntry[] => stretches.flat()

/** The first entry, if it is the only one. */
function alone(given: Given): ProvedEntry | undefined {
  return all(given).length === 1 ? first(given) : undefined
}

/** The first two entries in the order of the log. */
function pair(given: Given): readonly [ProvedEntry, ProvedEntry] | null {
  const [one, other] = all(given)
  return one !== undefined && other !== undefined && one.index < other.index ? [one, other] : null
}

/** The same, where they stand side by side. */
function neighbours(given: Given): readonly [ProvedEntry, ProvedEntry] | null {
  const two = pair(given)
  return two !== null && two[0].index + 1 === two[1].index ? two : null
}

function atOf({ read }: ProvedEntry): Instant | null {
  return read.ok ? read.value.entry.at : null
}

const unreadable =
  (code: FaultCode): Rule =>
  (given) => {
    const entry = alone(given)
    if (entry === undefined || entry.read.ok || entry.read.error.code !== code) return null
    return `Entry ${entry.index}: ${entry.read.error.detail}`
  }

const ofReceipt =
  (code: FaultCode): Rule =>
  (given) => {
    const entry = alone(given)
    const op = opOf(entry)
    if (entry === undefined || op === null || op.request === null) return null
    const found = receiptFindings(op, op.request).find((one) => one.code === code)
    return found === undefined ? null : `Entry ${entry.index}: ${found.detail}`
  }

const isTakeOver = (op: OpEntry | null): boolean =>
  op !== null && op.procedure === takeOver.id && op.outcome.accepted

type Placed = { readonly index: number; readonly seq: number; readonly at: Instant }

/** The receipts along a stretch in which every entry can be read and no successor takes over. */
function receiptsAlong(stretch: Stretch): readonly Placed[] | null {
  const receipts: Placed[] = []
  for (const [offset, entry] of stretch.entries()) {
    if (!entry.read.ok || (offset > 0 && isTakeOver(opOf(entry)))) return null
    const received = opOf(entry)?.received
    if (received != null) receipts.push({ index: entry.index, ...received })
  }
  return receipts
}

/** Whether nothing of the log's receipts stands before the stretch: it begins at 0, or where a successor takes over. */
function beginsReceipts(stretch: Stretch): boolean {
  return stretch[0]?.index === 0 || isTakeOver(opOf(stretch[0]))
}

export const ENTRY_RULES: { readonly [rule in MisbehaviourRule]?: Rule } = {
  'entry-too-large': unreadable('entry-too-large'),
  'entry-not-utf8': unreadable('entry-not-utf8'),
  'entry-not-canonical': unreadable('entry-not-canonical'),
  'entry-malformed': unreadable('entry-malformed'),

  'genesis-not-first': (given) => {
    const entry = alone(given)
    if (entry?.index !== 0) return null
    const op = opOf(entry)
    if (op?.procedure === 'genesis/1' && op.outcome.accepted) return null
    return `The log begins with ${op === null ? 'no op' : `${op.procedure}, ${op.outcome.accepted ? 'accepted' : 'refused'}`}.`
  },

  'predecessor-differs': (given) => {
    const entry = alone(given)
    const op = opOf(entry)
    if (entry === undefined || op === null || !isTakeOver(op)) return null
    const signed = statementsOf(op.evidence, given.crypto)?.[0]?.checkpoint ?? null
    if (signed === null || signed.size !== entry.index)
      return `Entry ${entry.index} takes over; the predecessor signed ${signed === null ? 'nothing' : `${signed.size} entries`}.`
    const { tree } = given
    if (tree?.size !== entry.index || encodeBase64(tree.root) === signed.root) return null
    return `The predecessor signed the root ${signed.root} at ${signed.size} entries; here they have the root ${encodeBase64(tree.root)}.`
  },

  'batch-without-ops': (given) => {
    const entry = first(given)
    if (all(given).length === 1 && entry?.index === 0 && stateOf(entry) !== null)
      return 'The log begins with a state entry.'
    const two = neighbours(given)
    if (two === null || stateOf(two[0]) === null || stateOf(two[1]) === null) return null
    return `Entries ${two[0].index} and ${two[1].index} are both state entries: between them stands no op.`
  },

  'batch-open': (given) => {
    const entry = alone(given)
    if (entry?.index !== given.checkpoint.size - 1 || stateOf(entry) !== null) return null
    return `Entry ${entry.index} is the last that the checkpoint covers, and no state entry.`
  },

  'ops-miscounted': (given) => {
    const entry = alone(given)
    const state = stateOf(entry)
    if (entry === undefined || state === null) return null
    const between = entry.index - (state.prev ?? -1) - 1
    if (state.ops === between) return null
    return `State entry ${entry.index} counts ${state.ops} ops since ${state.prev === null ? 'the beginning' : `entry ${state.prev}`}; ${between} entries stand there.`
  },

  'previous-state-wrong': (given) => {
    const last = all(given).at(-1)
    const state = stateOf(last)
    if (last === undefined || state === null) return null
    if (state.prev !== null && state.prev >= last.index)
      return `State entry ${last.index} names entry ${state.prev} as an earlier one.`
    const two = pair(given)
    if (two === null || two[1] !== last) return null
    const [other] = two
    if (state.prev === other.index && stateOf(other) === null)
      return `State entry ${last.index} names entry ${state.prev} as the previous state entry; it is none.`
    if (stateOf(other) === null || other.index <= (state.prev ?? -1)) return null
    return `State entry ${last.index} names ${state.prev ?? 'none'} as the previous one; entry ${other.index} between them is one.`
  },

  'time-decreases': (given) => {
    const two = pair(given)
    const [from, to] = [two && atOf(two[0]), two && atOf(two[1])]
    if (two === null || from === null || to === null || to >= from) return null
    return `Entry ${two[0].index} is of ${from}; entry ${two[1].index} after it is of ${to}.`
  },

  'time-differs-in-batch': (given) => {
    const two = neighbours(given)
    const [from, to] = [two && opOf(two[0])?.at, two && atOf(two[1])]
    if (two === null || from == null || to === null || to === from) return null
    return `Entries ${two[0].index} and ${two[1].index} are of one batch: ${from} and ${to}.`
  },

  'op-malformed': (given) => {
    const entry = alone(given)
    const op = opOf(entry)
    const [found] = op === null ? [] : malformations(op)
    return entry === undefined || found === undefined ? null : `Entry ${entry.index}: ${found.detail}`
  },

  'receipt-missing': ofReceipt('receipt-missing'),
  'receipt-after-decision': ofReceipt('receipt-after-decision'),
  'decision-late': ofReceipt('decision-late'),

  'receipt-out-of-order': (given) => {
    const [stretch, ...others] = given.stretches
    const seqs = stretch === undefined || others.length > 0 ? null : receiptsAlong(stretch)
    const [one, other] = [seqs?.at(0), seqs?.at(-1)]
    if (one === undefined || other === undefined || one.index === other.index) return null
    if (other.seq > one.seq && other.at >= one.at) return null
    return `Entry ${one.index} decides receipt ${one.seq} of ${one.at}; entry ${other.index} after it decides receipt ${other.seq} of ${other.at}.`
  },

  'receipt-ignored': (given) => {
    const [stretch, clock, ...others] = given.stretches
    const seqs = stretch === undefined || others.length > 0 ? null : receiptsAlong(stretch)
    if (stretch === undefined || seqs == null) return null
    const last = seqs.at(-1)
    const before = seqs.at(-2)?.seq ?? (beginsReceipts(stretch) ? 0 : null)
    const op = opOf(stretch.at(-1))
    if (last === undefined || before === null || last.index !== stretch.at(-1)?.index) return null
    if (op?.received == null || last.seq <= before + 1) return null
    const until = waitsUntil(op.received.at)
    const [state] = clock ?? []
    const at = stateOf(state)?.at
    if (state === undefined || at === undefined || at <= until || state.index <= last.index) return null
    return `Entry ${last.index} decides receipt ${last.seq}, the one before it receipt ${before}: ${last.seq - before - 1} were passed over. They waited until ${until} at most; state entry ${state.index} is of ${at}.`
  },

  'request-repeated': (given) => {
    const two = pair(given)
    if (two === null) return null
    const [one, other] = [opOf(two[0]), opOf(two[1])]
    if (!one?.outcome.accepted || !other?.outcome.accepted || !sameRequest(one, other)) return null
    return `Entries ${two[0].index} and ${two[1].index} accept the same request.`
  },

  'state-after-cosignature': (given) => {
    const entry = alone(given)
    const at = stateOf(entry)?.at
    if (at === undefined || entry?.index !== given.checkpoint.size - 1) return null
    const seen = given.checkpoint.cosigned.find(({ time }) => secondsOf(at) > time + TOLERANCE_SECONDS)
    return seen === undefined
      ? null
      : `The last state entry is of ${at}; ${seen.witness.name} cosigned it ${instantFromSeconds(seen.time)}.`
  },
}

function sameRequest({ request: one }: OpEntry, { request: other }: OpEntry): boolean {
  if (one === null || other === null) return false
  return canonicalJson(one as Json) === canonicalJson(other as Json)
}
