/** {@link RegistryReader} over the shared trie: lookups cost microseconds and take no lock. */

import { makeAnswers } from '@cadastre/answers'
import { type Crypto, decodeUtf8 } from '@cadastre/crypto'
import { type Block, blockBytes } from '@cadastre/numbers'
import type { CoveringCell, ObjectType, RecordKey, Registry } from '@cadastre/records'
import {
  cellOfHoldingLabel,
  coveringCell,
  holdingLabel,
  holdingPrefix,
  labelOf,
  parseEntry,
  readRecord,
  type UnderWay,
  type UnderWayAbout,
  UnderWayReader,
} from '@cadastre/replay'
import { KEPT_CHECKPOINTS, type Publication, type StoreReader } from '@cadastre/store-port'
import { objectLabel, type TrieMemory, type TrieProof, TrieReader, type TrieView } from '@cadastre/trie'
import { parseNotes } from './notes-text.ts'
import type {
  HeldRegistration,
  HistoryItem,
  Page,
  RegistryInfo,
  RegistryReader,
  Snapshot,
} from './published.ts'

class TrieSnapshot implements Snapshot {
  readonly publication: Publication
  readonly view: TrieView
  readonly #crypto: Crypto
  #registry: Registry | null = null
  #answer: ((proof: TrieProof) => string) | null = null
  readonly #readUnderWay: () => UnderWayAbout
  #underWay: UnderWayAbout | null = null

  constructor(publication: Publication, view: TrieView, crypto: Crypto, underWay: UnderWayReader) {
    this.publication = publication
    this.view = view
    this.#crypto = crypto
    this.#readUnderWay = () => underWay.at(view)
  }

  get registry(): Registry {
    this.#registry ??= this.object('registry', 'REGISTRY') as Registry | null
    if (this.#registry === null) throw new Error('the state has no registry object')
    return this.#registry
  }

  chain(block: Block): readonly CoveringCell[] {
    const found = this.view.covering(block.space, blockBytes(block), block.length)
    return found.map((one) => coveringCell(block.space, one))
  }

  inside(block: Block, limit: number, after: Block | null = null): Page<CoveringCell> {
    const cursor = after === null ? {} : { after: { label: blockBytes(after), length: after.length } }
    const found = this.view.inside(block.space, blockBytes(block), block.length, {
      limit: limit + 1,
      ...cursor,
    })
    const items = found.slice(0, limit).map((one) => coveringCell(block.space, one))
    return { items, after: found.length > limit ? (items.at(-1)?.block ?? null) : null }
  }

  object(type: ObjectType, handle: string): unknown {
    const record = this.view.get('obj', objectLabel(this.#crypto, type, handle), 256)
    if (record === null) return null
    const notes = type === 'notes' ? decodeUtf8(record) : null
    return notes === null ? readRecord(record) : parseNotes(notes)
  }

  holdings(
    holder: string,
    limit: number,
    after: Block | null = null,
  ): { readonly items: readonly HeldRegistration[]; readonly more: boolean } {
    const { label, length } = holdingPrefix(this.#crypto, holder)
    const cursor = after === null ? {} : { after: this.#holdingCursor(holder, after) }
    const found = this.view.inside('index', label, length, { limit: limit + 1, ...cursor })
    const items = found.slice(0, limit).flatMap((entry): HeldRegistration[] => {
      const place = cellOfHoldingLabel(entry.label)
      const record = this.view.get(place.space, place.label, place.length)
      if (record === null) return []
      const { block, cell } = coveringCell(place.space, { ...place, record })
      return cell.registrations
        .filter((registration) => registration.holder === holder)
        .map((registration) => ({ block, registration }))
    })
    return { items, more: found.length > limit }
  }

  underWay(about: string): readonly UnderWay[] {
    this.#underWay ??= this.#readUnderWay()
    return this.#underWay(about)
  }

  #holdingCursor(holder: string, { space, length, ...at }: Block): { label: Uint8Array; length: number } {
    const place = { space, length, label: blockBytes({ space, length, ...at }) }
    return { label: holdingLabel(this.#crypto, holder, place), length: 256 }
  }

  #frame(): (proof: TrieProof) => string {
    const { stateText, inclusion, note } = this.publication
    return makeAnswers({ state: stateText, inclusion, checkpoint: note })
  }

  prove(key: RecordKey): string {
    const { space, label, length } = labelOf(this.#crypto, key)
    this.#answer ??= this.#frame()
    return this.#answer(this.view.prove(space, label, length))
  }
}

export class PublishedReader implements RegistryReader {
  readonly info: RegistryInfo
  readonly store: StoreReader
  readonly #crypto: Crypto
  readonly #trie: TrieReader
  readonly #underWay: UnderWayReader
  /** Oldest first. */
  readonly #snapshots = new Map<number, TrieSnapshot>()
  #latest: Snapshot | null = null

  constructor(info: RegistryInfo, memory: TrieMemory, store: StoreReader, crypto: Crypto) {
    this.info = info
    this.store = store
    this.#crypto = crypto
    this.#trie = new TrieReader(memory)
    this.#underWay = new UnderWayReader(crypto)
  }

  /** Move on to a published checkpoint. */
  publish(publication: Publication): void {
    const view = this.#trie.at(publication.version)
    const snapshot = new TrieSnapshot(publication, view, this.#crypto, this.#underWay)
    // A newer cosignature of the same size replaces the older note.
    this.#snapshots.delete(publication.size)
    this.#snapshots.set(publication.size, snapshot)
    this.#latest = snapshot
    for (const size of this.#snapshots.keys()) {
      if (this.#snapshots.size <= KEPT_CHECKPOINTS) break
      this.#snapshots.delete(size)
    }
  }

  get ready(): boolean {
    return this.#latest !== null
  }

  snapshot(): Snapshot {
    if (this.#latest === null) throw new Error('nothing has been published yet')
    return this.#latest
  }

  snapshotAt(size: number): Snapshot | null {
    return this.#snapshots.get(size) ?? null
  }

  /** The trie at an earlier published checkpoint, as {@link snapshotAt}; to be looked at before anything is awaited. */
  viewAt(size: number): TrieView | null {
    return this.#snapshots.get(size)?.view ?? null
  }

  async history(
    snapshot: Snapshot,
    keys: readonly string[],
    limit: number,
    before: number = snapshot.publication.size,
  ): Promise<readonly HistoryItem[]> {
    const until = Math.min(before, snapshot.publication.size)
    const touched = await this.store.touched(keys, until, limit)
    const byIndex = new Map<number, string[]>()
    for (const { key, index } of touched) byIndex.set(index, [...(byIndex.get(index) ?? []), key])
    const items: HistoryItem[] = []
    for (const [index, touchedKeys] of byIndex) {
      const [bytes] = await this.store.entries(index, 1)
      const parsed = bytes === undefined ? null : parseEntry(bytes)
      if (parsed?.kind !== 'op') throw new Error(`entry ${index} is missing or no op`)
      items.push({ index, keys: touchedKeys, entry: parsed.entry })
    }
    return items
  }
}
