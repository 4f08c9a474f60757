/**
 * In which order a file's rows enter the registry, which of them cannot enter because of others in the same file, and
 * how they are cut into chunks whose entries stay under the size limit. The order is a function of the file alone,
 * so an interrupted import resumes from the count of rows already taken in.
 */

import { formatAddress, type NumberSpace, type Range, rangeToBlocks } from '@cadastre/numbers'
import { type Cell, MAX_REGISTRATIONS } from './cell.ts'
import { type DelegatedRow, kindOfStatus, readImportRow } from './delegated-row.ts'
import type { ImportRows } from './import-rows.ts'
import { canonicalJson } from './json.ts'
import { type Holder, NEW_HOLDER } from './objects.ts'
import { MAX_ENTRY_BYTES, MAX_REQUEST_BYTES } from './signing.ts'

/** A range of more minimal blocks than this is left out: it would not fit one entry. */
export const MAX_ROW_BLOCKS = 40

/** Why a row of the file is left out, and the line of the row that stands in its way (its own for `too-many-blocks`). */
export type PlanConflict = {
  readonly line: number
  readonly with: number
  readonly kind: 'duplicate' | 'overlap' | 'too-many-blocks'
}

export type ImportRow = { readonly line: number; readonly raw: string }
export type ImportChunk = { readonly from: number; readonly rows: readonly ImportRow[] }

export type ChunkOptions = {
  /** Import source, as it will stand in handles and `provenance`. */
  readonly source: string
  /** Ordinal of the first row to take: how many are already in. */
  readonly from: number
  /** Bytes of the registry's own record, which every chunk rewrites. */
  readonly registryBytes: number
  /**
   * What an entry may take, {@link MAX_ENTRY_BYTES} unless told. Costs suppose that rows fill blocks which have no
   * record yet; where pools stand at many of the same blocks and an entry is refused as too large, ask for less.
   */
  readonly entryBytes?: number
}

export type ImportPlan = {
  /** How many rows the chunks carry: every data row of the file. */
  readonly count: number
  readonly conflicts: readonly PlanConflict[]
  /** Whether the row of this ordinal lies inside no other row of the file. */
  readonly outermost: (ordinal: number) => boolean
  /** The chunks in order, made one at a time. */
  chunks(options: ChunkOptions): Iterable<ImportChunk>
}

/**
 * Sorts the rows by space, first number, longer range first, and finds the conflicts among them. All rows are carried
 * in the chunks all the same: `decide` leaves out the same ones, so that the log accounts for every row of the file.
 */
export function planImport(rows: ImportRows, options: { readonly nested: boolean }): ImportPlan {
  const order = sorted(rows)
  const { conflicts, depths } = options.nested ? sweepNested(rows, order) : sweepFlat(rows, order)
  return {
    count: rows.count,
    conflicts,
    outermost: (ordinal) => (depths[ordinal] ?? 0) === 0,
    chunks: (chunkOptions) => cutChunks(rows, order, depths, chunkOptions),
  }
}

function sorted(rows: ImportRows): Uint32Array {
  const order = Array.from({ length: rows.count }, (_, index) => index)
  // Arrays have a sort of runs, and published files are nearly sorted; typed arrays, kept for long, are half as large.
  return Uint32Array.from(order.sort((a, b) => rows.compare(a, b)))
}

/** For each row, how many rows with the same range stand before it and how it is looked up: its cost in an entry. */
type Sweep = {
  readonly conflicts: PlanConflict[]
  /** By ordinal: 0 = outermost; n > 0 = nested, with n - 1 rows of the very same range around it. */
  readonly depths: Uint8Array
}

function sweepFlat(rows: ImportRows, order: Uint32Array): Sweep {
  const conflicts: PlanConflict[] = []
  let open = -1
  let pool = -1
  for (const index of order) {
    const isPool = rows.status(index) === 'available'
    const hindered = open >= 0 && rows.sameSpace(open, index) && !rows.endsBefore(open, index)
    const rival = hindered ? open : isPool && pool >= 0 && rows.sameRange(pool, index) ? pool : -1
    if (rival >= 0) conflicts.push(conflictOf(rows, index, rival))
    else if (tooManyBlocks(rows, index)) conflicts.push(oversized(rows, index))
    else if (isPool) pool = index
    else open = index
  }
  return { conflicts, depths: new Uint8Array(0) }
}

function sweepNested(rows: ImportRows, order: Uint32Array): Sweep {
  const conflicts: PlanConflict[] = []
  const depths = new Uint8Array(order.length)
  const open: number[] = []
  let pool = -1
  for (const [ordinal, index] of order.entries()) {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (rows.sameSpace(top, index) && !rows.endsBefore(top, index)) break
      open.pop()
    }
    const parent = open.at(-1)
    const status = rows.status(index)
    if (parent !== undefined && !mayNest(rows, parent, index)) {
      conflicts.push(conflictOf(rows, index, parent))
    } else if (parent === undefined && status === 'available' && pool >= 0 && rows.sameRange(pool, index)) {
      conflicts.push(conflictOf(rows, index, pool))
    } else if (tooManyBlocks(rows, index)) {
      conflicts.push(oversized(rows, index))
    } else if (status === 'available') {
      pool = index
    } else {
      let equal = 0
      while (equal < open.length && rows.sameRange(open.at(-1 - equal) ?? -1, index)) equal++
      depths[ordinal] = parent === undefined ? 0 : Math.min(1 + equal, MAX_REGISTRATIONS)
      open.push(index)
    }
  }
  return { conflicts, depths }
}

/**
 * Whether a row can be a child of the row around it: wholly inside, a single prefix, no mere repetition, both of them
 * holdings.
 */
function mayNest(rows: ImportRows, parent: number, index: number): boolean {
  const holdings =
    kindOfStatus(rows.status(parent)) === 'holding' && kindOfStatus(rows.status(index)) === 'holding'
  if (!holdings || !rows.reachesEndOf(parent, index) || blockCount(rows, index) > 1) return false
  return !rows.sameRange(parent, index) || !sayTheSame(rowAt(rows, parent), rowAt(rows, index))
}

/** Whether two rows of the same range say the same of it. */
function sayTheSame(a: DelegatedRow, b: DelegatedRow): boolean {
  return (
    a.status === b.status &&
    a.country === b.country &&
    a.registered === b.registered &&
    a.opaqueId === b.opaqueId
  )
}

function conflictOf(rows: ImportRows, index: number, rival: number): PlanConflict {
  const duplicate = rows.sameRange(index, rival) && sayTheSame(rowAt(rows, index), rowAt(rows, rival))
  return { line: rows.line(index), with: rows.line(rival), kind: duplicate ? 'duplicate' : 'overlap' }
}

function oversized(rows: ImportRows, index: number): PlanConflict {
  return { line: rows.line(index), with: rows.line(index), kind: 'too-many-blocks' }
}

function tooManyBlocks(rows: ImportRows, index: number): boolean {
  return blockCount(rows, index) > MAX_ROW_BLOCKS
}

function blockCount(rows: ImportRows, index: number): number {
  // A prefix is one block; only counts of addresses or AS numbers can be anything else.
  if (rows.space(index) === 'ip6' || !rows.raw(index).includes('|')) return 1
  return rangeToBlocks(rowAt(rows, index).range).length
}

function rowAt(rows: ImportRows, index: number): DelegatedRow {
  const row = readImportRow(rows.raw(index))
  if (!row.ok) throw new Error('rows are read before they are planned')
  return row.value
}

const SAMPLE_CELL: Cell = {
  v: 1,
  registrations: [
    {
      id: 'R-9999999999-99',
      kind: 'reserved',
      first: '',
      last: '',
      holder: null,
      status: 'allocated',
      country: 'ZZ',
      registered: '2000-01-01',
      until: null,
      protected: false,
      provenance: '',
      procedure: 'import/1',
      since: 9999999999,
    },
  ],
  rdns: null,
  routes: [],
  roas: [],
}
/** Bytes of a cell with one registration, without its numbers, holder and source. */
const CELL_BYTES = canonicalJson(SAMPLE_CELL).length
/** `{"hash":"…","key":"…","q":"record"},` around a key. */
const INPUT_BYTES = 80
/** The same with `null`: nothing is inside a block that is filled. */
const NULL_INPUT_BYTES = 40
/** `{"key":"…","next":…,"prev":null},` around a key and a record: a block that is filled had no record. */
const EFFECT_BYTES = 36
const SAMPLE_HOLDER: Holder = {
  v: 1,
  handle: '',
  kind: 'imported',
  name: null,
  country: null,
  identity: null,
  policy: null,
  contacts: [],
  ...NEW_HOLDER,
  procedure: 'import/1',
  since: 9999999999,
}
/** An imported holder's record around its handle. */
const HOLDER_BYTES = canonicalJson(SAMPLE_HOLDER).length
/** `{"line":…,"raw":…},` around a row. */
const ROW_BYTES = 28
/** Everything else in the entry: envelope, request, one signature of any kind, inputs that all chunks have. */
const ENVELOPE_BYTES = 4096
const ENVELOPE_INPUTS = 4
/** Kept under what one decision may look at. */
const MAX_CHUNK_INPUTS = 480
/** Most rows of one chunk. */
export const MAX_CHUNK_ROWS = 250

type Cost = { readonly bytes: number; readonly request: number; readonly inputs: number }

/** Rows gathered for one chunk, and what its entry will cost. */
class OpenChunk {
  readonly rows: ImportRow[] = []
  readonly from: number
  #bytes: number
  #request = 1024
  #inputs = ENVELOPE_INPUTS
  readonly #holders = new Set<string>()
  readonly #known: Set<string>
  readonly #source: string
  readonly #entryBytes: number

  /** `known`: holders that earlier chunks recorded. */
  constructor(from: number, options: ChunkOptions, known: Set<string>) {
    this.from = from
    this.#bytes = ENVELOPE_BYTES + options.registryBytes
    this.#known = known
    this.#source = options.source
    this.#entryBytes = options.entryBytes ?? MAX_ENTRY_BYTES
  }

  /** Adds the row, or says that it does not fit. A first row always does. */
  add(row: ImportRow, opaqueId: string | null, cost: Cost): boolean {
    const holder = this.#holderCost(opaqueId)
    const bytes = this.#bytes + cost.bytes + holder.bytes
    const request = this.#request + cost.request
    const inputs = this.#inputs + cost.inputs + holder.inputs
    const full = bytes > this.#entryBytes || request > MAX_REQUEST_BYTES || inputs > MAX_CHUNK_INPUTS
    if (this.rows.length > 0 && (full || this.rows.length === MAX_CHUNK_ROWS)) return false
    this.#bytes = bytes
    this.#request = request
    this.#inputs = inputs
    this.rows.push(row)
    if (opaqueId !== null) {
      this.#holders.add(opaqueId)
      this.#known.add(opaqueId)
    }
    return true
  }

  /** A holder costs an input in each chunk that names it, and a record in the first. */
  #holderCost(opaqueId: string | null): Cost {
    if (opaqueId === null || this.#holders.has(opaqueId)) return { bytes: 0, request: 0, inputs: 0 }
    const handle = opaqueId.length + this.#source.length + 16
    const record = this.#known.has(opaqueId) ? 0 : HOLDER_BYTES + EFFECT_BYTES + 2 * handle
    return { bytes: INPUT_BYTES + handle + record, request: 0, inputs: 1 }
  }
}

function* cutChunks(
  rows: ImportRows,
  order: Uint32Array,
  depths: Uint8Array,
  options: ChunkOptions,
): Generator<ImportChunk> {
  const known = new Set<string>()
  let chunk = new OpenChunk(options.from, options, known)
  for (let ordinal = options.from; ordinal < order.length; ordinal++) {
    const index = order[ordinal] ?? 0
    const raw = rows.raw(index)
    const row = rowAt(rows, index)
    const entry = { line: rows.line(index), raw }
    const cost = costOf(row, raw, depths[ordinal] ?? 0, options.source)
    if (chunk.add(entry, row.opaqueId, cost)) continue
    yield { from: chunk.from, rows: chunk.rows }
    chunk = new OpenChunk(ordinal, options, known)
    chunk.add(entry, row.opaqueId, cost)
  }
  if (chunk.rows.length > 0) yield { from: chunk.from, rows: chunk.rows }
}

function costOf(row: DelegatedRow, raw: string, depth: number, source: string): Cost {
  const { space } = row.range
  const blocks = space === 'ip6' ? 1 : rangeToBlocks(row.range).length
  const first = formatAddress(space, row.range.first).length
  const last = formatAddress(space, row.range.last).length
  const key = keyBytes(space, Math.max(first, last))
  const registration = CELL_BYTES + first + last + source.length * 2 + (row.opaqueId?.length ?? 0) + 5
  const looks = depth > 0 && blocks === 1 ? 1 : 2
  const inputs = INPUT_BYTES + key + (looks === 2 ? NULL_INPUT_BYTES + key : 0)
  const perBlock = inputs + EFFECT_BYTES + key + registration * Math.max(depth, 1)
  const request = ROW_BYTES + JSON.stringify(raw).length
  const carried = blocks > MAX_ROW_BLOCKS ? 0 : blocks
  return { bytes: request + carried * perBlock, request, inputs: carried * looks }
}

function keyBytes(space: NumberSpace, numberBytes: number): number {
  return numberBytes + (space === 'ip6' ? 8 : 7)
}

/** How many minimal blocks a row's range has, or null where there are too many to record it. */
export function rowBlocks(range: Range): ReturnType<typeof rangeToBlocks> | null {
  const blocks = rangeToBlocks(range)
  return blocks.length > MAX_ROW_BLOCKS ? null : blocks
}
