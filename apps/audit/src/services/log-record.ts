/** The record as the log's entries make it, kept at one log position, with the indexes that questions need. */

import { type Crypto, encodeBase64 } from '@cadastre/crypto'
import { type Block, block, blockBytes, type NumberSpace, parseBlockKey } from '@cadastre/numbers'
import {
  type CoveringCell,
  type CoveringRegistration,
  canonicalJson,
  type Instant,
  instantFromSeconds,
  isArray,
  isObject,
  type Json,
  type ObjectRecords,
  type OpEntry,
  type RecordKey,
  type StateEntry,
  secondsOf,
} from '@cadastre/records'
import {
  cellOfHoldingLabel,
  coveringCell,
  holdingPrefix,
  parseEntry,
  readRecord,
  TrieState,
} from '@cadastre/replay'
import { createTrieMemory, HASHED_SPACES, objectLabel, TrieWriter, type Version } from '@cadastre/trie'
import { type Concern, Concerns } from './concerns.ts'
import type { Known, ServedRecord } from './record.ts'

/** The log itself is not in order: nothing can be said about services before `cadastre audit` has said what is wrong. */
export class LogAtFaultError extends Error {
  override readonly name: string = 'LogAtFaultError'
}

/** Cells read of one holder. */
const HELD_CELLS = 1_000_000

export class LogRecord implements ServedRecord {
  readonly #crypto: Crypto
  readonly #trie: TrieWriter
  readonly #state: TrieState
  #version: Version | null = null
  #size = 0
  #at: Instant | null = null
  #times = new Uint32Array(1024)
  /** Origin AS number to keys of the cells that state a route of it, and back. */
  readonly #cellsOfOrigin = new Map<number, Set<string>>()
  readonly #originsOfCell = new Map<string, readonly number[]>()
  readonly #concerns = new Concerns()
  /** The registry's own record is asked for with each answer. */
  #objects = new Map<string, unknown>()

  constructor(crypto: Crypto) {
    this.#crypto = crypto
    this.#trie = new TrieWriter(createTrieMemory(), crypto)
    this.#state = new TrieState(this.#trie, crypto, { keepIndex: true })
  }

  get size(): number {
    return this.#size
  }
  get at(): Instant {
    if (this.#at === null) throw new TypeError('no state entry yet')
    return this.#at
  }

  /** The next entry; gives whether it is a state entry. Throws {@link LogAtFaultError} where it is none, or lies. */
  step(bytes: Uint8Array): 'op' | 'state' {
    const parsed = parseEntry(bytes)
    if (parsed === null) throw new LogAtFaultError(`Entry ${this.#size} of the log cannot be read.`)
    this.#note(parsed.entry.at)
    if (parsed.kind === 'op') this.#op(parsed.entry)
    else this.#stateEntry(parsed.entry)
    this.#size += 1
    return parsed.kind
  }

  #note(at: Instant): void {
    if (this.#size === this.#times.length) {
      const wider = new Uint32Array(this.#times.length * 2)
      wider.set(this.#times)
      this.#times = wider
    }
    this.#times[this.#size] = secondsOf(at)
  }

  #op({ outcome }: OpEntry): void {
    if (!outcome.accepted) return
    this.#objects = new Map()
    for (const { key, next } of outcome.effects) {
      this.#state.put(key as RecordKey, next === null ? null : canonicalJson(next))
      this.#concerns.note(key, next)
      if (key.startsWith('ip')) this.#routes(key, originsIn(next))
    }
  }

  #routes(key: string, origins: readonly number[]): void {
    const before = this.#originsOfCell.get(key) ?? []
    if (before.length === 0 && origins.length === 0) return
    for (const origin of before) this.#cellsOfOrigin.get(origin)?.delete(key)
    if (origins.length === 0) this.#originsOfCell.delete(key)
    else this.#originsOfCell.set(key, origins)
    for (const origin of origins) {
      const cells = this.#cellsOfOrigin.get(origin) ?? new Set()
      cells.add(key)
      this.#cellsOfOrigin.set(origin, cells)
    }
  }

  #stateEntry({ at, roots }: StateEntry): void {
    const version = this.#trie.commit()
    if (this.#version !== null) this.#trie.release(this.#version)
    this.#version = version
    this.#at = at
    for (const space of HASHED_SPACES)
      if (encodeBase64(version.hashes[space]) !== roots[space])
        throw new LogAtFaultError(
          `The root of ${space} in entry ${this.#size} is not that of the entries before it.`,
        )
  }

  path(of: Block): readonly CoveringCell[] {
    return this.#state.view
      .covering(of.space, blockBytes(of), of.length)
      .map((found) => coveringCell(of.space, found))
  }

  hasInside(of: Block): boolean {
    const { view } = this.#state
    const label = blockBytes(of)
    // At the block itself is not inside it.
    return view.countInside(of.space, label, of.length, 2) > (view.has(of.space, label, of.length) ? 1 : 0)
  }

  object<T extends keyof ObjectRecords>(type: T, handle: string): ObjectRecords[T] | null {
    const name = `${type} ${handle}`
    let found = this.#objects.get(name)
    if (found === undefined) {
      const record = this.#state.view.get('obj', objectLabel(this.#crypto, type, handle), 256)
      found = record === null ? null : readRecord(record)
      if (this.#objects.size > OBJECTS_KEPT) this.#objects.clear()
      this.#objects.set(name, found)
    }
    return found as ObjectRecords[T] | null
  }

  concerns(subject: string): readonly Concern[] {
    return this.#concerns.about(subject)
  }
  stated(): void {
    // All of the record is at hand.
  }

  timeOf(entry: number): Instant | null {
    return entry < this.#size ? instantFromSeconds(this.#times[entry] ?? 0) : null
  }

  holdings(handle: string): Known<CoveringRegistration> {
    const { label, length } = holdingPrefix(this.#crypto, handle)
    const items = this.#state.view.inside('index', label, length, { limit: HELD_CELLS }).flatMap((entry) => {
      const place = cellOfHoldingLabel(entry.label)
      const record = this.#state.view.get(place.space, place.label, place.length)
      if (record === null) return []
      const { block: at, cell } = coveringCell(place.space, { ...place, record })
      return cell.registrations
        .filter(({ holder }) => holder === handle)
        .map((registration) => ({ block: at, registration }))
    })
    return { items, all: true }
  }

  routed(origin: number): Known<Block> {
    const keys = [...(this.#cellsOfOrigin.get(origin) ?? [])]
    const items = keys.map(parseBlockKey).flatMap((found) => (found.ok ? [found.value] : []))
    return { items, all: true }
  }

  /** Origins of all routes that are stated. */
  get origins(): readonly number[] {
    return [...this.#cellsOfOrigin].filter(([, cells]) => cells.size > 0).map(([origin]) => origin)
  }

  /** Cells of a space in order, those after one of them, at most `limit`. */
  cells(space: NumberSpace, after: Block | null, limit: number): readonly CoveringCell[] {
    const all = block(space, 0n, 0)
    if (!all.ok) throw new TypeError('a space is a block')
    const cursor = after === null ? {} : { after: { label: blockBytes(after), length: after.length } }
    return this.#state.view
      .inside(space, blockBytes(all.value), 0, { limit, ...cursor })
      .map((found) => coveringCell(space, found))
  }

  /** How many cells or objects there are. */
  count(space: NumberSpace | 'obj'): number {
    const bytes = space === 'ip6' ? 16 : space === 'obj' ? 32 : 4
    return this.#state.view.countInside(space, new Uint8Array(bytes), 0, Number.MAX_SAFE_INTEGER)
  }

  /** Objects of all types in order of their place, those after one of them, at most `limit`. */
  objects(
    after: Uint8Array | null,
    limit: number,
  ): readonly { readonly label: Uint8Array; readonly record: unknown }[] {
    const cursor = after === null ? {} : { after: { label: after, length: 256 } }
    return this.#state.view
      .inside('obj', new Uint8Array(32), 0, { limit, ...cursor })
      .map(({ label, record }) => ({ label, record: readRecord(record) }))
  }
}

const OBJECTS_KEPT = 10_000

/** Origins of the routes that a cell states. */
function originsIn(cell: Json): readonly number[] {
  const routes = isObject(cell) ? cell['routes'] : undefined
  return (isArray(routes) ? routes : []).flatMap((route) =>
    isObject(route) && typeof route['origin'] === 'number' ? [route['origin']] : [],
  )
}
