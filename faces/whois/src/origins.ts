/**
 * Routes by origin AS number, for `-i origin`. The state has no such index, so this one is made on the first question,
 * page by page beside other work, and then follows the log.
 */

import { setImmediate } from 'node:timers/promises'
import { type Block, block, blockKey, parseBlockKey } from '@cadastre/numbers'
import type { RegistryReader, Snapshot } from '@cadastre/reader'
import type { OpEntry, StateEntry } from '@cadastre/records'

const PAGE_CELLS = 512
const PAGE_ENTRIES = 512
/** Rather than follow this many entries, read all cells again. */
const FOLLOWED_ENTRIES_MAX = 100_000

export class OriginIndex {
  readonly #reader: RegistryReader
  /** Origin to keys of cells that state a route of it. */
  #cells = new Map<number, Set<string>>()
  /** Key of cell to the origins recorded for it. */
  #origins = new Map<string, readonly number[]>()
  /** Every entry below this is taken in; null before the first reading. */
  #size: number | null = null
  #catchingUp: Promise<void> | null = null

  constructor(reader: RegistryReader) {
    this.#reader = reader
  }

  /** Blocks whose cell states a route of this origin, in force or not, and the snapshot of which that is so. */
  async find(origin: number): Promise<{ readonly snapshot: Snapshot; readonly blocks: readonly Block[] }> {
    for (;;) {
      const snapshot = this.#reader.snapshot()
      // Cells are read from snapshots that are not newer, and every change below #size was read again after it.
      if (this.#size === snapshot.publication.size) {
        const parsed = [...(this.#cells.get(origin) ?? [])].map(parseBlockKey)
        return { snapshot, blocks: parsed.flatMap((one) => (one.ok ? [one.value] : [])) }
      }
      this.#catchingUp ??= this.#catchUp().finally(() => {
        this.#catchingUp = null
      })
      await this.#catchingUp
    }
  }

  async #catchUp(): Promise<void> {
    const { size } = this.#reader.snapshot().publication
    if (this.#size === null || size - this.#size > FOLLOWED_ENTRIES_MAX) await this.#readAll()
    else await this.#follow(this.#size, size)
    this.#size = size
  }

  /** Each page from the newest snapshot: what changes meanwhile is followed from the entries. */
  async #readAll(): Promise<void> {
    this.#cells = new Map()
    this.#origins = new Map()
    for (const space of ['ip4', 'ip6'] as const) {
      const all = block(space, 0n, 0)
      if (!all.ok) throw new TypeError('the whole space is a block')
      let after: Block | null = null
      do {
        const page = this.#reader.snapshot().inside(all.value, PAGE_CELLS, after)
        for (const { block: at, cell } of page.items)
          if (cell.routes.length > 0)
            this.#set(
              blockKey(at),
              cell.routes.map((route) => route.origin),
            )
        after = page.after
        await setImmediate()
      } while (after !== null)
    }
  }

  async #follow(from: number, to: number): Promise<void> {
    for (let index = from; index < to; index += PAGE_ENTRIES) {
      const entries = await this.#reader.store.entries(index, Math.min(PAGE_ENTRIES, to - index))
      const keys = new Set(entries.flatMap(touchedCells))
      const snapshot = this.#reader.snapshot()
      for (const key of keys) {
        const parsed = parseBlockKey(key)
        if (!parsed.ok) continue
        const at = snapshot.chain(parsed.value).find((one) => one.block.length === parsed.value.length)
        this.#set(key, at?.cell.routes.map((route) => route.origin) ?? [])
      }
    }
  }

  #set(key: string, origins: readonly number[]): void {
    for (const origin of this.#origins.get(key) ?? []) this.#cells.get(origin)?.delete(key)
    if (origins.length === 0) this.#origins.delete(key)
    else this.#origins.set(key, origins)
    for (const origin of origins) {
      const cells = this.#cells.get(origin)
      if (cells === undefined) this.#cells.set(origin, new Set([key]))
      else cells.add(key)
    }
  }
}

/** The op entry in the bytes of a log entry that the registrar wrote; null for a state entry. */
export function readOp(bytes: Uint8Array): OpEntry | null {
  const entry: OpEntry | StateEntry = JSON.parse(Buffer.from(bytes).toString('utf8'))
  return entry.t === 'op' ? entry : null
}

/** Keys of address cells that an entry changed. */
function touchedCells(bytes: Uint8Array): string[] {
  const outcome = readOp(bytes)?.outcome
  if (outcome === undefined || !outcome.accepted) return []
  return outcome.effects
    .map(({ key }): string => key)
    .filter((key) => key.startsWith('ip4/') || key.startsWith('ip6/'))
}
