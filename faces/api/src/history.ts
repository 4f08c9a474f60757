/** `/api/history`: the entries that touched a key or what covers it, newest first. */

import { type Block, blockRange, overlaps, parseRange, type Range } from '@cadastre/numbers'
import type { HistoryItem as LoggedItem, Snapshot } from '@cadastre/reader'
import { type LoggedEffect, objectKey, registrationsOn, type Transit } from '@cadastre/records'
import { changeOf } from './changes.ts'
import type { ReadContext } from './context.ts'
import type { History, HistoryChange, HistoryItem } from './generated/lookup-types.ts'
import { refusalText } from './lookup-objects.ts'
import { orderKeys } from './orders.ts'
import { coveringKeys, type Question } from './question.ts'

/** What a history is of: numbers, or one object. */
export type HistorySubject = Exclude<Question, { readonly kind: 'words' }>

export async function history(
  { reader }: ReadContext,
  subject: HistorySubject,
  limit: number,
  before: number | null,
): Promise<History> {
  // What was ordered of a number stands in its history, whatever became of the registration.
  const ordered = subject.kind === 'block' ? await orderKeys(reader, blockRange(subject.block)) : []
  const snapshot = reader.snapshot()
  const { size, at } = snapshot.publication
  const keys =
    subject.kind === 'block'
      ? [...coveringKeys(subject.block), ...notesKeys(snapshot, subject.block), ...ordered]
      : [objectKey(subject.type, subject.handle)]
  const moved = subject.kind === 'block' ? blockRange(subject.block) : null
  const found = await entriesOf(reader, snapshot, keys, limit + 1, before ?? size)
  const shown = found.slice(0, limit)
  const items: HistoryItem[] = []
  for (const item of shown) items.push(await itemOf(reader.store, snapshot, moved, item))
  const last = shown.at(-1)
  return {
    key: keys[0] ?? '',
    size,
    at,
    items,
    before: found.length > limit && last !== undefined ? last.index : null,
  }
}

/**
 * At least `count` entries, fewer at the end. The reader's limit counts pairs of entry and key, so the last entry of a
 * full page may lack keys: it is read again at the head of the next.
 */
async function entriesOf(
  reader: ReadContext['reader'],
  snapshot: Snapshot,
  keys: readonly string[],
  count: number,
  before: number,
): Promise<readonly LoggedItem[]> {
  const pairs = Math.max(keys.length + 1, 2 * count)
  const found: LoggedItem[] = []
  let until = before
  while (found.length < count) {
    const page = await reader.history(snapshot, keys, pairs, until)
    const full = page.reduce((sum, item) => sum + item.keys.length, 0) >= pairs
    const whole = full ? page.slice(0, -1) : page
    found.push(...whole)
    const last = whole.at(-1)
    if (!full || last === undefined) break
    until = last.index
  }
  return found
}

type Store = ReadContext['reader']['store']

async function itemOf(
  store: Store,
  snapshot: Snapshot,
  moved: Range | null,
  { index, keys, entry }: LoggedItem,
): Promise<HistoryItem> {
  const effects = entry.outcome.accepted ? entry.outcome.effects : []
  const touched = effects.filter((effect) => keys.includes(effect.key) || isMoveOf(moved, effect))
  const changes: HistoryChange[] = []
  for (const effect of touched) {
    const before = effect.prev === null ? null : await recordBefore(store, effect.key, index)
    changes.push(changeOf(snapshot, effect, before))
  }
  return {
    index,
    at: entry.at,
    procedure: entry.procedure,
    by: entry.request === null ? 'due' : 'request',
    seq: entry.received?.seq ?? null,
    outcome: entry.outcome.accepted ? 'accepted' : 'refused',
    refusals: entry.outcome.accepted ? [] : entry.outcome.refusals.map(refusalText),
    changes,
    otherChanges: effects.length - touched.length,
    entry: `/api/log/entries/${index}`,
  }
}

/** What is noted of registrations stands apart from their cells: acts under way, claims, moves to other registries. */
function notesKeys(snapshot: Snapshot, block: Block): readonly string[] {
  const registrations = registrationsOn(snapshot.chain(block)).map(({ registration }) => registration)
  return registrations.filter(({ kind }) => kind !== 'pool').map(({ id }) => objectKey('notes', id))
}

/** Whether the effect is on the record of a move, between registries, of these numbers. */
function isMoveOf(numbers: Range | null, { key, next }: LoggedEffect): boolean {
  if (numbers === null || !key.startsWith('obj/transit/') || next === null) return false
  const range = parseRange((next as Transit).range)
  return range.ok && overlaps(range.value, numbers)
}

/** The record that an entry replaced: what the entry before it that touched the key left there. */
async function recordBefore(store: Store, key: string, index: number): Promise<unknown> {
  const [previous] = await store.touched([key], index, 1)
  if (previous === undefined) return null
  const [bytes] = await store.entries(previous.index, 1)
  if (bytes === undefined) return null
  const { outcome }: LoggedOutcome = JSON.parse(Buffer.from(bytes).toString('utf8'))
  return outcome.effects?.find((effect) => effect.key === key)?.next ?? null
}

type LoggedOutcome = { readonly outcome: { readonly effects?: readonly LoggedEffect[] } }
