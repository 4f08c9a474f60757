/** The state trie of the watched world at a position of its log, built anew from the history. */

import type { Hasher } from '@cadastre/crypto'
import type { Range } from '@cadastre/numbers'
import { createTrieMemory, type HashedSpace, type TrieMemory, TrieWriter, type Version } from '@cadastre/trie'
import type { History, SourceHistory } from './history.ts'
import type { ObservedDay } from './model.ts'
import type { ObservedEntry } from './observed-entry.ts'
import { isNumberKind, readObservedRow } from './row-reading.ts'
import { addClaim, type Claim, removeClaim, type SourceRecord, setSource } from './state-cells.ts'

/** Half a million cells take a tenth of this; it is address space, not memory. */
const LIMITS = { poolBytes: 2 ** 29, recordBytes: 2 ** 31 }

function newTrieMemory(): TrieMemory {
  return createTrieMemory(LIMITS)
}

export type RangedClaim = { readonly range: Range; readonly claim: Claim }

/** Puts rows at their cells, in the order of numbers: several times as fast as in any other. */
export function addClaims(trie: TrieWriter, claims: RangedClaim[]): void {
  const order = { ip4: 0, ip6: 1, asn: 2 }
  claims.sort(({ range: a }, { range: b }) =>
    a.space === b.space
      ? a.first < b.first
        ? -1
        : a.first > b.first
          ? 1
          : 0
      : order[a.space] - order[b.space],
  )
  for (const { range, claim } of claims) addClaim(trie, range, claim)
}

/** The record of a source after this day of it. */
export function sourceRecord({ kind, registry, days }: SourceHistory, day: ObservedDay): SourceRecord {
  return {
    source: day.source,
    kind,
    registry,
    day: day.day,
    previous: day.previous,
    rows: day.rows,
    file: day.file,
    entry: day.index,
    previousEntry: days.findLast(({ index }) => index < day.index)?.index ?? null,
  }
}

/**
 * The state after the first `size` entries: rows logged by then and not yet logged as gone. Not committed. `only`: with
 * the numbers of that space alone (`obj`: none), for a proof needs no other; sources are there always.
 */
export function buildState(
  history: History,
  hasher: Hasher,
  size: number,
  only: HashedSpace | null = null,
): TrieWriter {
  const trie = new TrieWriter(newTrieMemory(), hasher)
  const claims: RangedClaim[] = []
  for (const source of history.sources()) {
    if (isNumberKind(source.kind) && only !== 'obj')
      for (const id of source.rows) {
        const [added, removed] = [history.addedBy(id), history.removedBy(id)]
        if (added >= size || (removed >= 0 && removed < size)) continue
        const raw = history.raw(id)
        const row = readObservedRow(raw)
        if (!row.ok) throw new Error(`row ${id} was read before: ${raw}`)
        if (only !== null && row.value.range.space !== only) continue
        const claim = { source: source.id, row: raw, since: history.fromDay(id), entry: added }
        claims.push({ range: row.value.range, claim })
      }
    const last = source.days.findLast(({ index }) => index < size)
    if (last !== undefined) setSource(trie, hasher, sourceRecord(source, last))
  }
  addClaims(trie, claims)
  return trie
}

/** The state trie kept in step with the entries of a log, for whoever checks each state of it. */
export class StateFollower {
  readonly #history: History
  readonly #hasher: Hasher
  readonly #trie: TrieWriter
  #version: Version | null = null

  /** The history must have followed each entry that {@link observed} is given. */
  constructor(history: History, hasher: Hasher) {
    this.#history = history
    this.#hasher = hasher
    this.#trie = new TrieWriter(newTrieMemory(), hasher)
  }

  observed(entry: ObservedEntry, index: number): void {
    const source = this.#history.source(entry.source)
    if (source === null) throw new Error(`${entry.source} was not followed`)
    if ('end' in entry) {
      const day = source.days.at(-1)
      if (day !== undefined) setSource(this.#trie, this.#hasher, sourceRecord(source, day))
      return
    }
    if (!isNumberKind(source.kind)) return
    for (const row of entry.removed) removeClaim(this.#trie, rangeOf(row), source.id, row)
    const claims = entry.added.map((row) => ({
      range: rangeOf(row),
      claim: { source: source.id, row, since: entry.day, entry: index },
    }))
    addClaims(this.#trie, claims)
  }

  /** The roots of the state as it is now. */
  roots(): Version['hashes'] {
    const version = this.#trie.commit()
    if (this.#version !== null) this.#trie.release(this.#version)
    this.#version = version
    return version.hashes
  }
}

function rangeOf(raw: string): Range {
  const row = readObservedRow(raw)
  if (!row.ok) throw new Error(`a row that was read before: ${raw}`)
  return row.value.range
}
