/** Views of the state for observers, which copy nothing: what stands now, and what stood before an act. */

import type { Json, RecordKey } from '@cadastre/records'
import type { FastState } from './fast-state.ts'

/** The records as they are now. The view follows every later change. */
export class LiveRecords implements ReadonlyMap<RecordKey, Json> {
  readonly #state: FastState

  constructor(state: FastState) {
    this.#state = state
  }

  get size(): number {
    return this.#state.size
  }
  has(key: RecordKey): boolean {
    return this.#state.has(key)
  }
  get(key: RecordKey): Json | undefined {
    return this.#state.get(key)
  }
  keys(): MapIterator<RecordKey> {
    return this.#state.keys()
  }
  *entries(): MapIterator<[RecordKey, Json]> {
    for (const key of this.#state.keys()) yield [key, this.#state.get(key) ?? null]
  }
  *values(): MapIterator<Json> {
    for (const key of this.#state.keys()) yield this.#state.get(key) ?? null
  }
  [Symbol.iterator](): MapIterator<[RecordKey, Json]> {
    return this.entries()
  }
  forEach(each: (value: Json, key: RecordKey, map: ReadonlyMap<RecordKey, Json>) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this)
  }
}

/** The records as they were before the last act: those of now, but for the few that it changed. */
export class RecordsBefore implements ReadonlyMap<RecordKey, Json> {
  readonly #now: ReadonlyMap<RecordKey, Json>
  /** What stood at the keys that were written; undefined where nothing did. */
  readonly #old: ReadonlyMap<RecordKey, Json | undefined>

  constructor(now: ReadonlyMap<RecordKey, Json>, old: ReadonlyMap<RecordKey, Json | undefined>) {
    this.#now = now
    this.#old = old
  }

  get size(): number {
    let size = this.#now.size
    for (const [key, value] of this.#old) size += (value === undefined ? 0 : 1) - (this.#now.has(key) ? 1 : 0)
    return size
  }
  has(key: RecordKey): boolean {
    return this.#old.has(key) ? this.#old.get(key) !== undefined : this.#now.has(key)
  }
  get(key: RecordKey): Json | undefined {
    return this.#old.has(key) ? this.#old.get(key) : this.#now.get(key)
  }
  *entries(): MapIterator<[RecordKey, Json]> {
    for (const entry of this.#now) if (!this.#old.has(entry[0])) yield entry
    for (const [key, value] of this.#old) if (value !== undefined) yield [key, value]
  }
  *keys(): MapIterator<RecordKey> {
    for (const [key] of this.entries()) yield key
  }
  *values(): MapIterator<Json> {
    for (const [, value] of this.entries()) yield value
  }
  [Symbol.iterator](): MapIterator<[RecordKey, Json]> {
    return this.entries()
  }
  forEach(each: (value: Json, key: RecordKey, map: ReadonlyMap<RecordKey, Json>) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this)
  }
}
