/** {@link WatchReader} over a log: read once into memory, at the checkpoint that is published. */

import { formatStateEntry, makeAnswer, parseStateEntry } from '@cadastre/answers'
import { decodeUtf8, encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parseCheckpoint, parseNote } from '@cadastre/notes'
import {
  type Block,
  blockBytes,
  blockKey,
  blockRange,
  compareRange,
  contains,
  type Range,
} from '@cadastre/numbers'
import type { CalendarDate, Instant, StateEntry } from '@cadastre/records'
import { PublicFiles, proveInclusion } from '@cadastre/registrar'
import type { StoreReader } from '@cadastre/store-port'
import { openSqliteReader } from '@cadastre/store-sqlite'
import type { HashedSpace, TrieView } from '@cadastre/trie'
import { ChangeIndex } from './change-index.ts'
import { classify } from './classify.ts'
import { dayNumber } from './days.ts'
import { followLog } from './follow-log.ts'
import { DamagedWatchError, firstAfter, type History } from './history.ts'
import type {
  Change,
  ChangeFilter,
  ObservedDay,
  PublishedTransfer,
  SourceId,
  WatchedRow,
  WatchInfo,
  WatchReader,
  WatchSource,
} from './model.ts'
import { WatchError } from './open.ts'
import { formatDayProof, formatEntryProof, type LoggedState } from './proof-form.ts'
import { isNumberKind, readObservedRow } from './row-reading.ts'
import { buildState } from './state-of.ts'
import { TransferIndex } from './transfer-index.ts'
import { WatchDirectory } from './watch-directory.ts'

/** States held for proofs: of the day, of the later one that a question looks at, and of now. */
const HELD_STATES = 3

const holderKey = (registry: string, opaqueId: string): string => `${registry} ${opaqueId}`

class LogReader implements WatchReader {
  readonly info: WatchInfo
  readonly #history: History
  readonly #store: StoreReader
  readonly #states: Map<string, LoggedState> = new Map()
  #changes: readonly Change[] | null = null
  #changeIndex: ChangeIndex | null = null
  #transfers: TransferIndex | null = null
  #holders: Map<string, number[]> | null = null

  constructor(info: WatchInfo, history: History, store: StoreReader) {
    this.info = info
    this.#history = history
    this.#store = store
  }

  sources(): readonly WatchSource[] {
    return this.#history.sources().flatMap(({ id, kind, registry, days }) => {
      const [first, last] = [days[0], days.at(-1)]
      if (first === undefined || last === undefined) return []
      return [
        { id, kind, registry, firstDay: first.day, lastDay: last.day, days: days.length, rows: last.rows },
      ]
    })
  }

  days(source: SourceId): readonly ObservedDay[] {
    return this.#history.source(source)?.days ?? []
  }

  dayFor(source: SourceId, day: CalendarDate | null): ObservedDay | null {
    const days = this.days(source)
    if (day === null) return days.at(-1) ?? null
    return days[firstAfter(days, day) - 1] ?? null
  }

  covering(block: Block, day: CalendarDate | null): readonly WatchedRow[] {
    const range = blockRange(block)
    // Whatever holds the block holds its first number, and few rows do.
    const rows = this.#standing({ ...range, last: range.first }, day, Number.POSITIVE_INFINITY).filter(
      (row) => contains(row.range, range),
    )
    // Longer ranges first; of equal ones the order of logging.
    return rows.length < 2 ? rows : rows.sort((a, b) => compareSize(b.range, a.range) || a.id - b.id)
  }

  overlapping(range: Range, day: CalendarDate | null, limit: number): readonly WatchedRow[] {
    return this.#standing(range, day, limit)
  }

  eachOverlapping(range: Range, day: CalendarDate | null, visit: (row: WatchedRow) => void): void {
    const number = day === null ? null : dayNumber(day)
    this.#history.overlapping(range, (id) => {
      if (this.#history.stands(id, number)) visit(this.#history.row(id))
    })
  }

  #standing(range: Range, day: CalendarDate | null, limit: number): WatchedRow[] {
    const number = day === null ? null : dayNumber(day)
    const rows: WatchedRow[] = []
    this.#history.overlapping(range, (id) => {
      if (this.#history.stands(id, number)) rows.push(this.#history.row(id))
      return rows.length < limit
    })
    return rows
  }

  history(range: Range, limit: number = Number.POSITIVE_INFINITY): readonly WatchedRow[] {
    const ids: number[] = []
    this.#history.overlapping(range, (id) => {
      ids.push(id)
    })
    const begins = (id: number): number => this.#history.fromNumber(id)
    // Rows are read once it is known which: of a whole space there are hundreds of thousands.
    const latest = ids.length > limit ? ids.sort((a, b) => begins(a) - begins(b) || a - b).slice(-limit) : ids
    const rows = latest.map((id) => this.#history.row(id))
    return rows.sort((a, b) =>
      a.from !== b.from ? (a.from < b.from ? -1 : 1) : compareRange(a.range, b.range) || a.id - b.id,
    )
  }

  *rows(source: SourceId, day: CalendarDate | null): Iterable<WatchedRow> {
    const held = this.#history.source(source)
    if (held === null || !isNumberKind(held.kind)) return
    const number = day === null ? null : dayNumber(day)
    const rows = held.rows.filter((id) => this.#history.stands(id, number)).map((id) => this.#history.row(id))
    yield* rows.sort((a, b) => compareRange(a.range, b.range) || a.id - b.id)
  }

  *allRows(source: SourceId): Iterable<WatchedRow> {
    const held = this.#history.source(source)
    if (held === null || !isNumberKind(held.kind)) return
    for (const id of held.rows) yield this.#history.row(id)
  }

  #holdersById(): Map<string, number[]> {
    if (this.#holders !== null) return this.#holders
    const holders = new Map<string, number[]>()
    for (const { kind, registry, rows } of this.#history.sources()) {
      if (!isNumberKind(kind) || kind === 'iana') continue
      for (const id of rows) {
        const read = readObservedRow(this.#history.raw(id))
        if (!read.ok || read.value.opaqueId === null) continue
        const key = holderKey(registry, read.value.opaqueId)
        const held = holders.get(key)
        if (held === undefined) holders.set(key, [id])
        else held.push(id)
      }
    }
    this.#holders = holders
    return holders
  }

  holder(registry: string, opaqueId: string): readonly WatchedRow[] {
    return (this.#holdersById().get(holderKey(registry, opaqueId)) ?? []).map((id) => this.#history.row(id))
  }

  holdersMatching(text: string, limit: number): readonly { registry: string; opaqueId: string }[] {
    const found: { registry: string; opaqueId: string }[] = []
    const wanted = text.toLowerCase()
    for (const key of this.#holdersById().keys()) {
      const [registry = '', opaqueId = ''] = key.split(' ')
      if (opaqueId.toLowerCase().startsWith(wanted)) found.push({ registry, opaqueId })
      if (found.length === limit) break
    }
    return found
  }

  #transferIndex(): TransferIndex {
    this.#transfers ??= new TransferIndex(this.#history)
    return this.#transfers
  }

  changes(filter: ChangeFilter = {}): readonly Change[] {
    this.#changes ??= classify(this.#history, this.#transferIndex())
    const { within } = filter
    if (within === undefined) return this.#changes.filter((change) => matches(change, filter))
    this.#changeIndex ??= new ChangeIndex(this.#changes)
    return this.#changeIndex.overlapping(within).filter((change) => matches(change, filter))
  }

  transfers(range: Range): readonly PublishedTransfer[] {
    return this.#transferIndex().overlapping(range)
  }

  #checkpoint(): string {
    if (this.info.checkpoint === null) throw new WatchError('Nothing has been published yet.')
    return this.info.checkpoint
  }

  async prove(block: Block): Promise<string> {
    const { text, inclusion, view } = await this.#state(this.info.size - 1, block.space)
    const proof = view.prove(block.space, blockBytes(block), block.length)
    return makeAnswer({ state: text, inclusion, checkpoint: this.#checkpoint() }, proof)
  }

  async proveAt(block: Block, source: SourceId, day: CalendarDate): Promise<string | null> {
    const observed = this.dayFor(source, day)
    if (observed === null) return null
    const days = this.days(source)
    const next = days[days.indexOf(observed) + 1]
    const state = await this.#state(observed.stateIndex, block.space)
    const last = this.info.size - 1
    const later =
      next !== undefined
        ? await this.#state(next.stateIndex, 'obj')
        : observed.stateIndex === last
          ? null
          : await this.#state(last, 'obj')
    const label = { space: block.space, label: blockBytes(block), length: block.length }
    const query = { key: blockKey(block), ...label }
    return formatDayProof(nodeCrypto, { query, source, day }, state, later, this.#checkpoint())
  }

  async proveEntry(index: number): Promise<string | null> {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.info.size) return null
    const [entry] = await this.#store.entries(index, 1)
    if (entry === undefined) return null
    const inclusion = await proveInclusion(nodeCrypto, this.#store, index, this.info.size)
    return formatEntryProof(entry, index, inclusion, this.#checkpoint())
  }

  /**
   * The state whose entry is at the index, with its sources and the numbers of one space: built anew, and compared with
   * the roots that were logged.
   */
  async #state(index: number, only: HashedSpace): Promise<LoggedState> {
    const name = `${index} ${only}`
    const held = this.#states.get(name)
    if (held !== undefined) return held
    const [bytes] = await this.#store.entries(index, 1)
    const text = bytes === undefined ? null : decodeUtf8(bytes)
    const entry = text === null ? null : parseStateEntry(text)
    if (text === null || entry === null) throw new DamagedWatchError(`entry ${index} is no state entry`)
    const view = this.#viewOf(entry, index, only)
    const inclusion = await proveInclusion(nodeCrypto, this.#store, index, this.info.size)
    const state = { text, index, inclusion, view }
    this.#states.set(name, state)
    for (const oldest of this.#states.keys()) {
      if (this.#states.size <= HELD_STATES) break
      this.#states.delete(oldest)
    }
    return state
  }

  #viewOf(entry: StateEntry, index: number, only: HashedSpace): TrieView {
    const trie = buildState(this.#history, nodeCrypto, index, only)
    const { hashes } = trie.commit()
    for (const space of new Set<HashedSpace>([only, 'obj']))
      if (encodeBase64(hashes[space]) !== entry.roots[space])
        throw new DamagedWatchError(
          `the rows do not make the state of ${space} in ${formatStateEntry(entry)}`,
        )
    return trie.working()
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}

function compareSize(a: Range, b: Range): number {
  const [x, y] = [a.last - a.first, b.last - b.first]
  return x < y ? -1 : x > y ? 1 : 0
}

/** Whatever the numbers: those are found by the index. */
function matches(change: Change, filter: ChangeFilter): boolean {
  const { registry, source, from, to, kinds, holder } = filter
  if (registry !== undefined && change.registry !== registry) return false
  if (source !== undefined && change.source !== source) return false
  if (from !== undefined && change.day < from) return false
  if (to !== undefined && change.day > to) return false
  if (kinds !== undefined && !kinds.includes(change.kind)) return false
  if (holder === undefined) return true
  const ids = [change.fromHolder, change.toHolder]
  return change.registry === holder.registry && ids.includes(holder.opaqueId)
}

/** Opens a watch for reading, at its published checkpoint. Throws WatchError where there is none. */
export async function openWatchReader(
  path: string,
  progress?: (entries: number, size: number) => void,
): Promise<WatchReader> {
  const directory = new WatchDirectory(path)
  const file = await directory.read()
  if (file === null) throw new WatchError(`${path} holds no watch yet; "cadastre watch ingest" makes one.`)
  const policy = (await directory.policyText()) ?? ''
  const checkpoint = await new PublicFiles(directory.log).published()
  const size = checkpoint === null ? 0 : sizeOf(checkpoint)
  const store = await openSqliteReader(directory.database)
  try {
    const { history, state } = await followLog(store, size, progress)
    history.settle()
    const at: Instant | null = state?.at ?? null
    return new LogReader({ origin: file.origin, policy, size, at, checkpoint }, history, store)
  } catch (error) {
    await store.close()
    throw error
  }
}

function sizeOf(note: string): number {
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  if (!checkpoint.ok)
    throw new DamagedWatchError(`the published checkpoint cannot be read: ${checkpoint.error}`)
  return checkpoint.value.size
}
