/** One chunk of an import: reading its raw rows, what must be looked at, which rows enter and which are left out. */

import { type Block, compareRange, contains, formatAddress, overlaps, type Range } from '@cadastre/numbers'
import {
  type Cell,
  type CoveringCell,
  cellKey,
  type DelegatedRow,
  EMPTY_CELL,
  type Holder,
  type Json,
  kindOfStatus,
  NEW_HOLDER,
  parseHandle,
  type RecordKey,
  type Registration,
  type RegistrationKind,
  readImportRow,
  registrationRange,
  rowBlocks,
} from '@cadastre/records'
import { withRegistration } from './cells.ts'
import { chainNeed, holderKey, recordNeed, subtreeNeed } from './common.ts'
import { DRAFT_SINCE, draftId, put } from './effects.ts'
import type { Effect, Inputs, Need } from './procedure.ts'

const ID = 'import/1'

export type RawRow = { readonly line: number; readonly raw: string }

/** A row as read: its minimal blocks (null: too many for an entry) and the handle of its holder. */
type ReadRow = {
  readonly row: DelegatedRow
  readonly blocks: readonly Block[] | null
  readonly holder: string | null
  readonly first: string
  readonly last: string
  /** Index in the chunk of the outermost row around this one; its own index where none is. */
  readonly outermost: number
  /** Whether no earlier row of the chunk overlaps this one. */
  readonly clear: boolean
}

export type ReadChunk = {
  readonly source: string
  /** Null where some row cannot be read. */
  readonly rows: readonly ReadRow[] | null
  /** Whether the rows stand in the order of an import: by first number, the longer range first. */
  readonly sorted: boolean
}

/** Handle of an imported holder; null where the opaque id is missing or cannot stand in a handle. */
export function importedHolder(source: string, opaqueId: string | null): string | null {
  return opaqueId === null ? null : parseHandle(`IMP-${source}-${opaqueId}`)
}

export function readChunk(source: string, raws: readonly RawRow[]): ReadChunk {
  const rows: ReadRow[] = []
  let sorted = true
  let outermost = 0
  let reach: Range | null = null
  for (const [index, { raw }] of raws.entries()) {
    const read = readImportRow(raw)
    if (!read.ok) return { source, rows: null, sorted: false }
    const { range, opaqueId } = read.value
    const before = rows.at(-1)
    if (before !== undefined && compareRange(before.row.range, range) > 0) sorted = false
    const around = rows[outermost]
    if (around === undefined || !contains(around.row.range, range)) outermost = index
    const clear: boolean = reach === null || reach.space !== range.space || reach.last < range.first
    if (reach === null || reach.space !== range.space || reach.last < range.last) reach = range
    rows.push({
      row: read.value,
      blocks: rowBlocks(range),
      holder: importedHolder(source, opaqueId),
      first: formatAddress(range.space, range.first),
      last: formatAddress(range.space, range.last),
      outermost,
      clear,
    })
  }
  return { source, rows, sorted }
}

/**
 * What a chunk looks at. Each block's chain shows what covers it, and its subtree what is inside. In a nested import
 * a single block under a holding needs no subtree, because a child may have children inside; nor does one under a
 * row of the same chunk that is sure to enter.
 */
export function chunkNeeds(chunk: ReadChunk, nested: boolean, known: Inputs): readonly Need[] {
  const rows = chunk.rows ?? []
  const needs: Need[] = []
  for (const { blocks, holder } of rows) {
    if (blocks === null) continue
    for (const block of blocks) needs.push(chainNeed(block))
    if (holder !== null) needs.push(recordNeed(holderKey(holder)))
  }
  if (nested && !needs.every((need) => known.has(need))) return needs
  for (const row of rows) {
    if (row.blocks === null) continue
    if (
      nested &&
      row.blocks.length === 1 &&
      row.blocks.every((block) => innermostOn(known.chain(block)) !== null)
    )
      continue
    if (nested && row.blocks.length === 1 && sureParent(rows, row, known)) continue
    for (const block of row.blocks) needs.push(subtreeNeed(block))
  }
  return needs
}

/** Whether the outermost row around this one enters for sure, or is not known to yet: then this one can wait. */
function sureParent(rows: readonly ReadRow[], row: ReadRow, known: Inputs): boolean {
  const around = rows[row.outermost]
  if (around === undefined || around === row || around.blocks === null || !around.clear) return false
  if (kindOfStatus(around.row.status) === 'pool') return false
  return around.blocks.every((block) => {
    if (innermostOn(known.chain(block)) !== null) return false
    return !known.has(subtreeNeed(block)) || known.subtree(block).hash === null
  })
}

/** A row that entered, which stands around or in the way of the rows after it. */
type Open = { readonly range: Range; readonly registration: Registration }

/** The chunk as it is worked off: the cells it has changed so far, and the rows that are still open. */
class Placement {
  readonly cells: Map<RecordKey, Cell> = new Map()
  readonly holders: Map<RecordKey, Holder> = new Map()
  #open: Open[] = []
  #ids = 0
  readonly #inputs: Inputs
  readonly #chunk: ReadChunk
  readonly #nested: boolean

  constructor(chunk: ReadChunk, nested: boolean, inputs: Inputs) {
    this.#chunk = chunk
    this.#nested = nested
    this.#inputs = inputs
  }

  /** Takes the row in, or leaves it out. */
  take(read: ReadRow): void {
    const { blocks } = read
    const { range } = read.row
    while (this.#open.length > 0 && !overlapsOpen(this.#open.at(-1), range)) this.#open.pop()
    if (blocks === null) return
    const kind = this.#kindAt(read, blocks)
    if (kind === null) return
    const registration = this.#registration(read, kind)
    const changed = blocks.map((block) => withRegistration(this.#cellAt(block), registration))
    if (!changed.every((cell) => cell !== null)) return
    for (const [index, block] of blocks.entries())
      this.cells.set(cellKey(block), changed[index] ?? EMPTY_CELL)
    this.#ids += 1
    if (kind !== 'pool') this.#open.push({ range, registration })
    this.#addHolder(read.holder)
  }

  /** What the row becomes; null where its numbers are taken. */
  #kindAt(read: ReadRow, blocks: readonly Block[]): RegistrationKind | null {
    const kind = kindOfStatus(read.row.status)
    const parents = blocks.map((block) => innermostOn(this.#inputs.chain(block)))
    const around = this.#open.at(-1)?.registration ?? null
    if (around === null && parents.every((parent) => parent === null)) {
      if (!blocks.every((block) => isFreeInside(block, this.#inputs))) return null
      return kind === 'pool' && blocks.some((block) => hasPool(this.#cellAt(block), read)) ? null : kind
    }
    // A child that is no single prefix could lie across others, which the chain alone does not show.
    if (!this.#nested || kind !== 'holding' || blocks.length > 1) return null
    const [parent = null] = parents
    if (![around, parent].every((outer) => outer === null || mayHold(outer, read))) return null
    // A row of this chunk at the very same numbers stands further in than anything recorded before.
    const deepest = around !== null && sameNumbers(around, read) ? around : (parent ?? around)
    return deepest !== null && saysSame(deepest, read) ? null : 'sub'
  }

  #cellAt(block: Block): Cell {
    const changed = this.cells.get(cellKey(block))
    if (changed !== undefined) return changed
    const last = this.#inputs.chain(block).at(-1)
    return last !== undefined && last.block.length === block.length ? last.cell : EMPTY_CELL
  }

  #registration({ row, holder, first, last }: ReadRow, kind: RegistrationKind): Registration {
    // In the order of canonical JSON, which is written faster.
    return {
      country: row.country,
      first,
      holder,
      id: draftId(this.#ids),
      kind,
      last,
      procedure: ID,
      protected: false,
      provenance: this.#chunk.source,
      registered: row.registered,
      since: DRAFT_SINCE,
      status: row.status,
      until: null,
    }
  }

  #addHolder(handle: string | null): void {
    if (handle === null) return
    const key = holderKey(handle)
    if (this.holders.has(key) || this.#inputs.record(key) !== null) return
    this.holders.set(key, {
      v: 1,
      handle,
      kind: 'imported',
      name: null,
      country: null,
      identity: null,
      policy: null,
      contacts: [],
      ...NEW_HOLDER,
      procedure: ID,
      since: DRAFT_SINCE,
    })
  }
}

/** The cells and holders that the chunk's rows make; rows whose numbers are taken make nothing. */
export function rowEffects(chunk: ReadChunk, nested: boolean, inputs: Inputs): readonly Effect[] {
  const placement = new Placement(chunk, nested, inputs)
  for (const row of chunk.rows ?? []) placement.take(row)
  return [...placement.holders, ...placement.cells].map(([key, next]) => put(key, next))
}

function overlapsOpen(open: Open | undefined, range: Range): boolean {
  return open !== undefined && overlaps(open.range, range)
}

/** The innermost registration on the path that is more than a pool; null where there is none. */
function innermostOn(path: readonly CoveringCell[]): Registration | null {
  let innermost: Registration | null = null
  for (const { cell } of path)
    for (const registration of cell.registrations) if (registration.kind !== 'pool') innermost = registration
  return innermost
}

/** Whether nothing but pools is registered inside the block, the block itself included. */
function isFreeInside(block: Block, inputs: Inputs): boolean {
  const { cells, complete } = inputs.subtree(block)
  return complete && cells.every(({ cell }) => cell.registrations.every(({ kind }) => kind === 'pool'))
}

/** Whether the same pool is already recorded in the cell, in which nothing but pools stands. */
function hasPool(cell: Cell, read: ReadRow): boolean {
  return cell.registrations.some((other) => sameNumbers(other, read))
}

/** Whether the row can be a child of the registration: wholly inside a holding, or a child of one. */
function mayHold(parent: Registration, read: ReadRow): boolean {
  if (parent.kind !== 'holding' && parent.kind !== 'sub') return false
  return contains(registrationRange(parent, read.row.range.space), read.row.range)
}

function sameNumbers(registration: Registration, { first, last }: ReadRow): boolean {
  return registration.first === first && registration.last === last
}

/**
 * The rows of an accepted chunk that were left out, from the entry's effects alone: a row that entered has the next
 * of the entry's registration ids, and says the same. Of rows that say the same, the first entered.
 */
export function conflictsOf(
  body: { readonly source: string; readonly rows: readonly RawRow[] },
  effects: readonly { readonly key: string; readonly next: Json }[],
): readonly RawRow[] {
  const entered = enteredRegistrations(effects)
  const read = readChunk(body.source, body.rows).rows ?? []
  const left: RawRow[] = []
  let next = 0
  for (const [index, raw] of body.rows.entries()) {
    const row = read[index]
    const candidate = entered.get(next)
    if (row !== undefined && candidate !== undefined && saysSame(candidate, row)) next += 1
    else left.push(raw)
  }
  return left
}

/** Whether the registration states what the row states. */
function saysSame(registration: Registration, read: ReadRow): boolean {
  const { row, holder } = read
  return (
    sameNumbers(registration, read) &&
    registration.holder === holder &&
    registration.status === row.status &&
    registration.country === row.country &&
    registration.registered === row.registered
  )
}

/** What the entry itself registered, by ordinal: of all registrations in its cells, those that are newest. */
function enteredRegistrations(
  effects: readonly { readonly key: string; readonly next: unknown }[],
): ReadonlyMap<number, Registration> {
  const all = effects
    .filter(({ key, next }) => !key.startsWith('obj/') && next !== null)
    .flatMap(({ next }) => (next as Cell).registrations)
  const drafts = all.some(({ since }) => since === DRAFT_SINCE)
  const newest = drafts ? DRAFT_SINCE : Math.max(...all.map(({ since }) => since))
  const entered = new Map<number, Registration>()
  for (const registration of all) {
    if (registration.since !== newest) continue
    // The first of entry 41 is R-41, #0 as a draft; the next are R-41-1, #1 and so on.
    const ordinal = /(?:-\d+-|#)(\d+)/.exec(registration.id)?.[1]
    entered.set(ordinal === undefined ? 0 : Number(ordinal), registration)
  }
  return entered
}
