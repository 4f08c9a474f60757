/** The watched world at one day, as the faces read a registry at one checkpoint. */

import { type Block, blockLast, type blockRange, compareBlock, range } from '@cadastre/numbers'
import type { HeldRegistration, Page, Snapshot } from '@cadastre/reader'
import {
  type CalendarDate,
  type CoveringCell,
  type Holder,
  type Instant,
  NEW_HOLDER,
  type ObjectType,
  parseInstant,
  type Registry,
} from '@cadastre/records'
import { standsOn } from '../days.ts'
import type { WatchedRow, WatchReader } from '../model.ts'
import { cellsCovering, cellsInside, cellsOf, holderHandle, OBSERVED } from './cells.ts'

/** One row gives at most so many cells that a page is read in a few steps. */
const ROWS_A_READ = 256

/** Which published holder a handle names. */
export type HolderNames = ReadonlyMap<string, { readonly registry: string; readonly opaqueId: string }>

/** All holders of any day, by the handle that the faces show. */
export function holderNames(watch: WatchReader): HolderNames {
  const all = watch.holdersMatching('', Number.MAX_SAFE_INTEGER)
  return new Map(all.map((holder) => [holderHandle(holder.registry, holder.opaqueId), holder]))
}

/** Midnight UTC of a published day. */
export function midnight(day: CalendarDate): Instant {
  const instant = parseInstant(`${day}T00:00:00Z`)
  if (instant === null) throw new TypeError(`no day ${day}`)
  return instant
}

export class WatchedSnapshot implements Snapshot {
  readonly publication: Snapshot['publication']
  readonly registry: Registry
  readonly #watch: WatchReader
  readonly #day: CalendarDate | null
  readonly #names: () => HolderNames

  /** `day` null: what stands now. */
  constructor(watch: WatchReader, day: CalendarDate | null, names: () => HolderNames) {
    this.#watch = watch
    this.#day = day
    this.#names = names
    const { size, at, checkpoint } = watch.info
    const moment = day === null ? at : midnight(day)
    if (checkpoint === null || moment === null) throw new Error('a watch is read once it has been published')
    this.publication = {
      size,
      at: moment,
      note: checkpoint,
      stateText: '',
      inclusion: [],
      version: NO_VERSION,
    }
    this.registry = registryOf(watch, day)
  }

  chain(block: Block): readonly CoveringCell[] {
    return cellsCovering(this.#watch.covering(block, this.#day), block)
  }

  inside(block: Block, limit: number, after: Block | null = null): Page<CoveringCell> {
    const items: CoveringCell[] = []
    let next: bigint | null = after === null ? block.first : after.first
    let last = after
    while (next !== null && items.length <= limit) {
      const asked = range(block.space, next, blockLast(block))
      if (!asked.ok) throw new Error('the cursor lies outside the block')
      const { cells, goOn } = this.#read(asked.value, block, last)
      items.push(...cells)
      last = items.at(-1)?.block ?? last
      next = goOn
    }
    const page = items.slice(0, limit)
    return { items: page, after: items.length > limit ? (page.at(-1)?.block ?? null) : null }
  }

  /** Cells after `after` of the next rows, and where the rows after them begin. */
  #read(
    asked: ReturnType<typeof blockRange>,
    block: Block,
    after: Block | null,
  ): { readonly cells: readonly CoveringCell[]; readonly goOn: bigint | null } {
    let limit = ROWS_A_READ
    for (;;) {
      const rows = this.#watch.overlapping(asked, this.#day, limit)
      const lastRow = rows.length < limit ? undefined : rows.at(-1)
      // More rows may begin where the last one read does: their cells are left to the next read, whole.
      const goOn = lastRow === undefined ? null : lastRow.range.first
      if (goOn !== null && goOn <= asked.first) {
        limit *= 2
        continue
      }
      const cells = cellsInside(rows, block).filter(
        (cell) =>
          (after === null || compareBlock(cell.block, after) > 0) &&
          (goOn === null || cell.block.first < goOn),
      )
      return { cells, goOn }
    }
  }

  object(type: ObjectType, handle: string): unknown {
    if (type === 'registry') return null
    const found = type === 'holder' ? this.#names().get(handle) : undefined
    if (found === undefined) return null
    // Whoever was named once has a page, also when nothing of it stands any more.
    const rows = this.#watch
      .holder(found.registry, found.opaqueId)
      .filter((row) => this.#day === null || row.from <= this.#day)
    const first = rows[0]
    return first === undefined ? null : holderOf(handle, rows, first)
  }

  #rowsOf({ registry, opaqueId }: { readonly registry: string; readonly opaqueId: string }): WatchedRow[] {
    return this.#watch.holder(registry, opaqueId).filter((row) => row.delegated && standsOn(row, this.#day))
  }

  holdings(
    holder: string,
    limit: number,
    after: Block | null = null,
  ): { readonly items: readonly HeldRegistration[]; readonly more: boolean } {
    const found = this.#names().get(holder)
    if (found === undefined) return { items: [], more: false }
    const cells = (['ip4', 'ip6', 'asn'] as const).flatMap((space) =>
      cellsOf(
        this.#rowsOf(found).filter((row) => row.range.space === space),
        (block) => after === null || follows(block, after),
      ),
    )
    const items = cells
      .slice(0, limit)
      .flatMap(({ block, cell }) => cell.registrations.map((registration) => ({ block, registration })))
    return { items, more: cells.length > limit }
  }

  /** Published files name no orders and no claims. */
  underWay(): readonly never[] {
    return []
  }

  prove(): string {
    throw new Error('proofs of a watch are made aside: see its /proof routes')
  }
}

/** States of a watch are rows, not tries. */
const NO_HASH = new Uint8Array(32)
const NO_VERSION: Snapshot['publication']['version'] = {
  id: 0,
  roots: { ip4: 0, ip6: 0, asn: 0, obj: 0, index: 0 },
  hashes: { ip4: NO_HASH, ip6: NO_HASH, asn: NO_HASH, obj: NO_HASH },
}

const SPACE_ORDER = { ip4: 0, ip6: 1, asn: 2 } as const

function follows(block: Block, after: Block): boolean {
  const order = SPACE_ORDER[block.space] - SPACE_ORDER[after.space]
  return order > 0 || (order === 0 && compareBlock(block, after) > 0)
}

function holderOf(handle: string, rows: readonly WatchedRow[], first: WatchedRow): Holder {
  const countries = new Set(rows.map((row) => row.country))
  return {
    v: 1,
    handle,
    kind: 'imported',
    name: null,
    // Rows declare a country each; the holder has one where they agree.
    country: countries.size === 1 ? first.country : null,
    identity: null,
    policy: null,
    contacts: [],
    ...NEW_HOLDER,
    procedure: OBSERVED,
    since: Math.min(...rows.map((row) => row.addedBy)),
  }
}

/** What stands in for a registry's own record: the files that answer for the day, as sources. */
function registryOf(watch: WatchReader, day: CalendarDate | null): Registry {
  const sources = watch.sources().flatMap(({ id, registry }) => {
    const observed = watch.dayFor(id, day)
    if (observed === null) return []
    const attribution = `published by ${registry} on ${observed.day}`
    return [{ source: id, file: id, sha256: observed.file ?? '', attribution, rows: observed.rows }]
  })
  return {
    v: 1,
    origin: watch.info.origin,
    name: '',
    seat: 'ZZ',
    profile: 'community',
    state: 'open',
    awaitedParts: [],
    demonstration: false,
    importing: null,
    imported: null,
    sources,
    relyingParty: { id: '', origins: [] },
    paused: null,
    pauses: [],
    successor: null,
    handOver: null,
    predecessor: null,
    since: 0,
  }
}
