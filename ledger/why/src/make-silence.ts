/** Looks for a decision in a log, and makes the evidence where it is missing. */

import type { Crypto } from '@cadastre/crypto'
import type { Receipt } from '@cadastre/notes'
import type { Instant } from '@cadastre/records'
import { type ParsedEntry, parseEntry } from '@cadastre/replay'
import { type Claim, concerns, readClaim } from './claim.ts'
import { type LogReader, makeRange } from './log-range.ts'
import { formatSilence } from './silence.ts'

const STEP = 256

/** The log cannot be read as one: an entry is none. */
class UnreadableLogError extends Error {
  override readonly name: string = 'UnreadableLogError'
}

async function entryAt(log: LogReader, index: number): Promise<ParsedEntry> {
  const [bytes] = await log.entries(index, 1)
  const parsed = bytes === undefined ? null : parseEntry(bytes)
  if (parsed === null) throw new UnreadableLogError(`entry ${index} cannot be read`)
  return parsed
}

/** Index of the first entry at or after this time; `size` where all are before it. Times never decrease in a log. */
async function firstFrom(log: LogReader, size: number, at: Instant): Promise<number> {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((await entryAt(log, middle)).entry.at < at) low = middle + 1
    else high = middle
  }
  return low
}

async function* entriesFrom(
  log: LogReader,
  from: number,
  size: number,
): AsyncGenerator<ParsedEntry & { readonly index: number }> {
  for (let start = from; start < size; start += STEP)
    for (const [offset, bytes] of (await log.entries(start, Math.min(STEP, size - start))).entries()) {
      const parsed = parseEntry(bytes)
      if (parsed === null) throw new UnreadableLogError(`entry ${start + offset} cannot be read`)
      yield { ...parsed, index: start + offset }
    }
}

/** Index of the entry that decided the request of a receipt; null where the log has none. */
export async function findDecision(
  log: LogReader,
  size: number,
  { seq, received }: Pick<Receipt, 'seq' | 'received'>,
): Promise<number | null> {
  const start = await firstFrom(log, size, received as Instant)
  for await (const { kind, entry, index } of entriesFrom(log, start, size)) {
    if (kind !== 'op' || entry.received === null) continue
    if (entry.received.seq === seq) return index
    if (entry.received.seq > seq) return null
  }
  return null
}

export type SilenceSources = {
  readonly crypto: Crypto
  readonly log: LogReader
  readonly checkpoint: string
  readonly size: number
}

/** Evidence about the claim in a note; the verifier says what it shows. Null where the text is no claim. */
export async function makeSilence(sources: SilenceSources, note: string): Promise<string | null> {
  const claim = readClaim(note)
  if (claim === null) return null
  const { crypto, log, checkpoint, size } = sources
  const { first, end, ended } = await stretch(sources, claim)
  const after = ended ? null : await firstStateAfter(log, size, claim.deadline)
  return formatSilence({
    claim: note,
    checkpoint,
    log: await makeRange(crypto, log, first, end, size),
    clock: after === null ? null : await makeRange(crypto, log, after, after + 1, size),
  })
}

/** The shortest stretch of entries that shows it; `ended`: the stretch itself reaches a time after the deadline. */
async function stretch(
  { crypto, log, size }: SilenceSources,
  claim: Claim,
): Promise<{ readonly first: number; readonly end: number; readonly ended: boolean }> {
  const start = await firstFrom(log, size, claim.since)
  // What stands before `start` is of an earlier time: the entry before it ends its batch.
  let first = Math.max(0, start - 1)
  let end = start
  for await (const { kind, entry, index } of entriesFrom(log, start, size)) {
    end = index + 1
    if (kind === 'op' && concerns(crypto, claim, entry)) return { first: index, end, ended: true }
    if (entry.at > claim.deadline && kind === 'state') return { first, end, ended: true }
    const seq = kind === 'op' ? (entry.received?.seq ?? null) : null
    if (seq === null || claim.seq === null) continue
    if (seq > claim.seq) return { first, end, ended: false }
    first = index
  }
  return { first, end: Math.max(end, first + 1), ended: false }
}

async function firstStateAfter(log: LogReader, size: number, deadline: Instant): Promise<number | null> {
  const start = await firstFrom(log, size, deadline)
  for await (const { kind, entry, index } of entriesFrom(log, start, size))
    if (kind === 'state' && entry.at > deadline) return index
  return null
}
