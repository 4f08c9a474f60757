/** A log that grows by batches, and a naive model of all that should follow from it. */

import assert from 'node:assert/strict'
import { nodeCrypto } from '@cadastre/crypto/node'
import { CompactRange, leafHash } from '@cadastre/merkle'
import {
  canonicalJson,
  type Instant,
  type Json,
  type LoggedEffect,
  type OpEntry,
  type RecordKey,
  type StateEntry,
} from '@cadastre/records'
import type { Batch, Head, StoreReader, StoreWriter, TouchedKey } from '../src/index.ts'
import { at, key } from './samples.ts'

export type SampleOp = {
  /** Key and next record; null deletes. */
  readonly effects: readonly (readonly [string, Json])[]
  readonly seq?: number
}

export class SampleLog {
  readonly entries: Uint8Array[] = []
  readonly records: Map<RecordKey, string> = new Map()
  readonly touched: TouchedKey[] = []
  /** Hashes by tile level. */
  readonly tiles: Uint8Array[][] = [[]]
  readonly #range: CompactRange = new CompactRange(nodeCrypto)
  #head: Head | null = null
  #previousState: number | null = null

  get head(): Head | null {
    return this.#head
  }

  /** Appends the ops and a state entry; gives the batch that does so to a store. */
  append(ops: readonly SampleOp[], instant: Instant = at(this.entries.length), erased: string[] = []): Batch {
    const expectedSize = this.entries.length
    const final = new Map<RecordKey, string | null>()
    const touched: TouchedKey[] = []
    const decided: { seq: number; index: number }[] = []
    const tileHashes: { level: number; index: number; hash: Uint8Array }[] = []
    for (const op of ops) {
      const index = this.entries.length
      if (op.seq !== undefined) decided.push({ seq: op.seq, index })
      for (const [name, next] of op.effects) {
        final.set(key(name), next === null ? null : canonicalJson(next))
        touched.push({ key: name, index })
      }
      this.#push(canonicalJson(opEntry(op, instant) as Json), tileHashes)
    }
    const state = stateEntry(instant, ops.length, this.#previousState)
    this.#previousState = this.entries.length
    this.#push(canonicalJson(state as Json), tileHashes)
    for (const [name, text] of final) {
      if (text === null) this.records.delete(name)
      else this.records.set(name, text)
    }
    this.touched.push(...touched)
    const head: Head = {
      size: this.entries.length,
      root: this.#range.root(),
      at: instant,
      compactRange: this.#range.hashes,
    }
    this.#head = head
    const leaves = this.tiles[0]?.slice(expectedSize) ?? []
    return {
      expectedSize,
      entries: this.entries
        .slice(expectedSize)
        .map((bytes, n) => ({ bytes, leafHash: leaves[n] ?? new Uint8Array(0) })),
      tileHashes: tileHashes.filter(({ level }) => level > 0),
      records: Array.from(final, ([name, text]) => ({ key: name, text })),
      touched,
      decided,
      erased,
      head,
    }
  }

  #push(text: string, tileHashes: { level: number; index: number; hash: Uint8Array }[]): void {
    const bytes = new TextEncoder().encode(text)
    this.entries.push(bytes)
    this.#range.append(leafHash(nodeCrypto, bytes), (level, index, hash) => {
      if (level % 8 !== 0) return
      tileHashes.push({ level: level / 8, index, hash })
      this.tiles[level / 8] ??= []
      this.tiles[level / 8]?.push(hash)
    })
  }
}

function opEntry(op: SampleOp, instant: Instant): OpEntry {
  const effects = op.effects.map(([name, next]): LoggedEffect => ({ key: name, prev: null, next }))
  return {
    t: 'op',
    v: 1,
    at: instant,
    received: op.seq === undefined ? null : { seq: op.seq, at: instant },
    procedure: 'import/1',
    request: null,
    evidence: [],
    inputs: [],
    outcome: effects.length === 0 ? { accepted: false, refusals: ['not-free'] } : { accepted: true, effects },
  }
}

function stateEntry(instant: Instant, ops: number, prev: number | null): StateEntry {
  const root = `${'A'.repeat(43)}=`
  return { t: 'state', v: 1, at: instant, ops, prev, roots: { asn: root, ip4: root, ip6: root, obj: root } }
}

/** The store holds the log exactly, and nothing that does not follow from it. */
export async function assertHolds(store: StoreWriter, log: SampleLog): Promise<void> {
  assert.deepEqual(await store.head(), log.head)
  assert.deepEqual(await store.entries(0, log.entries.length + 10), log.entries)
  for (const [level, hashes] of log.tiles.entries())
    assert.deepEqual(await store.tileHashes(level, 0, hashes.length + 10), hashes)
  assert.deepEqual(await store.tileHashes(log.tiles.length, 0, 10), [])
  assert.deepEqual(await allRecords(store), log.records)
  const keys = [...new Set(log.touched.map((each) => each.key))]
  const newestFirst = [...log.touched].sort((a, b) => b.index - a.index || (a.key < b.key ? -1 : 1))
  assert.deepEqual(await store.touched(keys, log.entries.length, 1_000_000), newestFirst)
  const report = await store.rebuild(() => undefined)
  assert.deepEqual(report, { entries: log.entries.length, records: log.records.size, differences: [] })
}

export async function allRecords(store: StoreReader): Promise<Map<RecordKey, string>> {
  const found = new Map<RecordKey, string>()
  for await (const page of store.records()) for (const record of page) found.set(record.key, record.text)
  return found
}
