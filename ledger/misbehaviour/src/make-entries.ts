/** Finds the few entries that show a fault, and makes evidence of them. */

import { rootNodes, treeRoot } from '@cadastre/merkle'
import type { OpEntry } from '@cadastre/records'
import { type ParsedEntry, parseEntry, waitsUntil } from '@cadastre/replay'
import { batchStart, findAccepted, loadNodes } from '@cadastre/why'
import { makeEntries } from './entries.ts'
import type { MisbehaviourRule } from './rules.ts'
import { NoEvidenceError, type Sources } from './sources.ts'

type Span = readonly [number, number]
type Located = (sources: Sources, index: number) => Promise<readonly Span[]>

/** How far back a second entry is looked for. */
const BACK_MAX = 4096

/** Stretches, by rule, for those that take more than the one entry. */
const LOCATED: { readonly [rule in MisbehaviourRule]?: Located } = {
  'batch-without-ops': async (_, index) => [[Math.max(index - 1, 0), index + 1]],
  'time-differs-in-batch': async (_, index) => [[Math.max(index - 1, 0), index + 1]],
  'previous-state-wrong': previousStates,
  'time-decreases': later,
  'receipt-out-of-order': outOfOrder,
  'receipt-ignored': ignored,
  'request-repeated': repeated,
}

/** Evidence of kind `entries` about the fault at `index`. Rejects with {@link NoEvidenceError}. */
export async function makeEntriesOf(
  sources: Sources,
  rule: MisbehaviourRule,
  index: number,
): Promise<string> {
  const spans = (await LOCATED[rule]?.(sources, index)) ?? [[index, index + 1] as const]
  if (rule !== 'predecessor-differs' || index === 0) return makeEntries(sources, rule, spans)
  const { crypto, log, size } = sources
  const read = await loadNodes(crypto, log, rootNodes(index), size)
  return makeEntries(sources, rule, spans, { size: index, root: treeRoot(crypto, read, index) })
}

const alone = (index: number): Span => [index, index + 1]

async function entryAt({ log }: Sources, index: number): Promise<ParsedEntry | null> {
  const [bytes] = await log.entries(index, 1)
  return bytes === undefined ? null : parseEntry(bytes)
}

async function previousStates(sources: Sources, index: number): Promise<readonly Span[]> {
  const entry = await entryAt(sources, index)
  const named = entry?.kind === 'state' ? entry.entry.prev : null
  if (named !== null && named >= index) return [alone(index)]
  const { state } = await batchStart(sources.log, index)
  const other = state !== null && state > (named ?? -1) ? state : named
  return other === null ? [alone(index)] : [alone(other), alone(index)]
}

type Placed = { readonly index: number; readonly entry: ParsedEntry }

/** The entries before `index` that can be read, nearest first. */
async function* backwards({ log }: Sources, index: number): AsyncGenerator<Placed> {
  const from = Math.max(0, index - BACK_MAX)
  for (let end = index; end > from; ) {
    const start = Math.max(from, end - 64)
    const entries = await log.entries(start, end - start)
    for (let at = entries.length - 1; at >= 0; at--) {
      const bytes = entries[at]
      const entry = bytes === undefined ? null : parseEntry(bytes)
      if (entry !== null) yield { index: start + at, entry }
    }
    end = start
  }
}

function tooFar(what: string): never {
  throw new NoEvidenceError(`${what} lies more than ${BACK_MAX} entries back.`)
}

async function later(sources: Sources, index: number): Promise<readonly Span[]> {
  const at = (await entryAt(sources, index))?.entry.at
  for await (const { index: earlier, entry } of backwards(sources, index))
    if (at !== undefined && entry.entry.at > at) return [alone(earlier), alone(index)]
  return tooFar('The entry of a later time')
}

function receivedOf(entry: ParsedEntry | null): OpEntry['received'] {
  return entry?.kind === 'op' ? entry.entry.received : null
}

async function outOfOrder(sources: Sources, index: number): Promise<readonly Span[]> {
  const own = receivedOf(await entryAt(sources, index))
  for await (const { index: earlier, entry } of backwards(sources, index)) {
    const other = receivedOf(entry)
    if (own !== null && other !== null && (other.seq >= own.seq || other.at > own.at))
      return [[earlier, index + 1]]
  }
  return tooFar('The entry of a later receipt')
}

/** A gap before the state entry, whose requests no longer waited at its time. */
async function ignored(sources: Sources, index: number): Promise<readonly Span[]> {
  const at = (await entryAt(sources, index))?.entry.at
  let next: { readonly index: number; readonly seq: number; readonly until: string } | null = null
  for await (const { index: here, entry } of backwards(sources, index)) {
    const isFirst = here === 0 || (entry.kind === 'op' && entry.entry.procedure === 'take-over/1')
    const seq: number | null = isFirst ? 0 : (receivedOf(entry)?.seq ?? null)
    if (seq === null) continue
    if (next !== null && next.seq > seq + 1 && at !== undefined && next.until < at)
      return [[here, next.index + 1], alone(index)]
    const received = receivedOf(entry)
    if (received !== null) next = { index: here, seq, until: waitsUntil(received.at) }
  }
  return tooFar('The gap')
}

async function repeated(sources: Sources, index: number): Promise<readonly Span[]> {
  const entry = await entryAt(sources, index)
  const request = entry?.kind === 'op' ? entry.entry.request : null
  const found = request === null ? null : await findAccepted(sources.log, request, index)
  return found === null ? tooFar('The entry that accepted it first') : [alone(found), alone(index)]
}
