/** The log read again from its first entry, for `rebuild`: what each entry made of the records and of the tree. */

import type { Hasher } from '@cadastre/crypto'
import { CompactRange, leafHash } from '@cadastre/merkle'
import {
  asRecordKey,
  canonicalJson,
  type Instant,
  type OpEntry,
  type RecordKey,
  type StateEntry,
} from '@cadastre/records'
import type { Batch, Head, TouchedKey } from './index.ts'

/** Tree levels in one tile (C2SP tlog-tiles: 2^8 hashes wide). */
const TILE_HEIGHT = 8

/** Thrown by `rebuild` on a log row that is no entry: the record itself is damaged, and nothing was written. */
export class DamagedLogError extends Error {
  override readonly name: string = 'DamagedLogError'
}

/** A stretch of the log, as the batch that would have committed it: what `project` and the engines write. */
export type Replayed = Pick<Batch, 'records' | 'touched' | 'tileHashes'>

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Collects what entries say, in order. Effects are believed as logged: whether each was rightly decided is the
 * audit's business.
 */
export class LogReplay {
  readonly #hasher: Hasher
  readonly #range: CompactRange
  #at: Instant | null = null
  #records = new Map<RecordKey, string | null>()
  #touched: TouchedKey[] = []
  #tileHashes: Batch['tileHashes'][number][] = []

  /** `from`: the head after which it goes on; null: from the first entry. */
  constructor(hasher: Hasher, from: Head | null = null) {
    this.#hasher = hasher
    this.#range = new CompactRange(hasher, from?.size, from?.compactRange)
    this.#at = from?.at ?? null
  }

  /** Number of entries read. */
  get size(): number {
    return this.#range.size
  }

  /** The next entry of the log. Throws {@link DamagedLogError} where the bytes are none. */
  add(bytes: Uint8Array): void {
    const index = this.#range.size
    this.#range.append(leafHash(this.#hasher, bytes), (level, node, hash) => {
      if (level % TILE_HEIGHT === 0) this.#tileHashes.push({ level: level / TILE_HEIGHT, index: node, hash })
    })
    const entry = parseEntry(bytes, index)
    if (entry.t === 'state') this.#at = entry.at
    else if (entry.outcome.accepted) {
      const touched = new Set<RecordKey>()
      for (const { key: text, next } of entry.outcome.effects) {
        const key = asRecordKey(text)
        if (key === null) throw new DamagedLogError(`entry ${index} has an effect on ${text}, no record key`)
        this.#records.set(key, next === null ? null : canonicalJson(next))
        touched.add(key)
      }
      for (const key of touched) this.#touched.push({ key, index })
    }
  }

  /** What was added since the last call: the final state of each key, touched keys, tile hashes of all levels. */
  take(): Replayed {
    const records = Array.from(this.#records, ([key, text]) => ({ key, text }))
    const taken = { records, touched: this.#touched, tileHashes: this.#tileHashes }
    this.#records = new Map()
    this.#touched = []
    this.#tileHashes = []
    return taken
  }

  /** The head of what was read; null where no state entry was. */
  head(): Head | null {
    if (this.#at === null) return null
    return {
      size: this.#range.size,
      root: this.#range.root(),
      at: this.#at,
      compactRange: this.#range.hashes,
    }
  }
}

function parseEntry(bytes: Uint8Array, index: number): OpEntry | StateEntry {
  try {
    const entry: OpEntry | StateEntry = JSON.parse(decoder.decode(bytes))
    if (entry.t === 'op' || entry.t === 'state') return entry
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
    throw new DamagedLogError(`entry ${index} is not JSON in UTF-8`, { cause: error })
  }
  throw new DamagedLogError(`entry ${index} is neither op nor state`)
}
