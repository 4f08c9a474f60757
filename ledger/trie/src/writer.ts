/** The single writer of a trie: changes in batches, each made into an immutable version by `commit`. */
import type { Hasher } from '@cadastre/crypto'
import { Garbage, VersionLedger } from './garbage.ts'
import { NodeHasher, recordHash } from './hashing.ts'
import { Journal } from './journal.ts'
import type { TrieMemory } from './memory.ts'
import { eraOf } from './node-pool.ts'
import { openPools, type Version, versionHashes } from './reader.ts'
import { RecordArena } from './record-arena.ts'
import { SpaceEditor } from './space-editor.ts'
import { LABEL_WORDS_MAX, loadLabel, SPACE_NAMES, SPACES, type Space } from './spaces.ts'
import { findNode, NodeView, type Pools, type TrieView } from './view.ts'

/** A point inside a batch to which `undoTo` returns. */
export type Mark = { readonly batch: number; readonly position: number }

export class TrieWriter {
  private readonly hasher: Hasher
  private readonly pools: Pools
  private readonly arena: RecordArena
  private readonly editors: Readonly<Record<Space, SpaceEditor>>
  private readonly hashers: Readonly<Record<Space, NodeHasher>>
  private readonly versions: VersionLedger
  private readonly journal: Journal = new Journal()
  private readonly view: TrieView
  private readonly key: Uint32Array = new Uint32Array(LABEL_WORDS_MAX)
  private readonly roots: Record<Space, number>
  private committed: Readonly<Record<Space, number>>
  private garbage: Garbage = new Garbage()
  private batch = 0
  /** How often a record of a hashed space was put, removed or put back: who remembers records sees whether it is alone. */
  private changeCount = 0

  /** Takes over new memory from `createTrieMemory`; there must never be a second writer on it. */
  constructor(memory: TrieMemory, hasher: Hasher) {
    this.hasher = hasher
    this.pools = openPools(memory)
    this.arena = new RecordArena(memory.records)
    this.versions = new VersionLedger(this.pools, this.arena)
    this.roots = perSpace((space) => this.pools[space].allocate(0, this.key, 0))
    this.committed = { ...this.roots }
    this.editors = perSpace((space) => new SpaceEditor(this.pools[space], this.roots))
    this.hashers = perSpace((space) => new NodeHasher(hasher, this.pools[space], this.arena))
    this.view = new NodeView(this.pools, this.arena, this.roots, (space, node) => {
      this.hashers[space].hashDirty(node)
      this.editors[space].forgetPath()
    })
    // The empty state is settled at once, so that rollback has somewhere to go; nobody is given it as a version.
    this.settle()
  }

  /** Changes of hashed spaces so far, undone ones counted twice. */
  get changes(): number {
    return this.changeCount
  }

  /** The working state's record at exactly this key. */
  get(space: Space, label: Uint8Array, length: number): Uint8Array | null {
    return this.view.get(space, label, length)
  }

  /**
   * Puts a record at a key, or with null removes the one there. Consecutive keys in sorted order are several
   * times as fast as random ones. The label as in {@link TrieView}; `obj` takes full-length keys only. Gives the record's
   * hash; null where it has none.
   */
  set(space: Space, label: Uint8Array, length: number, record: Uint8Array | null): Uint8Array | null {
    const { key } = this
    loadLabel(key, space, label, length)
    const shape = SPACES[space]
    if (shape.fullLengthOnly && length !== shape.width)
      throw new RangeError(`${space} holds full-length keys only`)
    if (shape.hashed) this.changeCount += 1
    let next = 0
    let hash: Uint8Array | null = null
    if (record === null) {
      const node = findNode(this.pools[space], this.roots[space], key, length)
      if (node === 0 || this.pools[space].record(node) === 0) return null
    } else {
      if (shape.hashed) hash = recordHash(this.hasher, record)
      next = this.arena.write(record, hash)
    }
    const old = this.editors[space].put(key, length, next, this.garbage.nodesOf(space))
    if (this.journal.recording) this.journal.push(space, key, length, old, next)
    else if (old !== 0) this.discard(old)
    return hash
  }

  /** The uncommitted state. The view follows later changes; hashes are computed when asked for. */
  working(): TrieView {
    return this.view
  }

  /** The point to which {@link undoTo} can return, within this batch. */
  mark(): Mark {
    this.journal.recording = true
    return { batch: this.batch, position: this.journal.position }
  }

  /** Undoes every change since the mark. Throws a RangeError on a mark of another batch or one already undone. */
  undoTo(mark: Mark): void {
    if (mark.batch !== this.batch || mark.position > this.journal.position)
      throw new RangeError('mark is not in the current batch')
    while (this.journal.position > mark.position) {
      const { space, words, length, old, next } = this.journal.pop()
      if (SPACES[space].hashed) this.changeCount += 1
      this.editors[space].put(words, length, old, this.garbage.nodesOf(space))
      if (next !== 0) this.arena.free(next)
    }
  }

  /** Hashes what the batch left open and makes it a version that readers may be given. */
  commit(): Version {
    while (this.journal.position > 0) {
      const { old } = this.journal.pop()
      if (old !== 0) this.discard(old)
    }
    const garbage = this.garbage
    const id = this.batch
    this.settle()
    this.versions.add(id, garbage)
    return { id, roots: this.committed, hashes: versionHashes(this.pools, this.committed) }
  }

  /** Drops the batch: the working state is the last committed one again. */
  rollback(): void {
    this.changeCount += 1
    while (this.journal.position > 0) {
      const { old } = this.journal.pop()
      if (old !== 0 && this.arena.isFresh(old)) this.arena.free(old)
    }
    for (const space of SPACE_NAMES) {
      this.freeFresh(space, this.roots[space])
      this.roots[space] = this.committed[space]
    }
    this.startBatch()
  }

  /** Lets the memory of an old version be used again. No reader may look at it any more. */
  release(version: Version): void {
    this.versions.release(version.id)
  }

  /** What is in use now, unreleased versions included: nodes, and record bytes with headers and rounding. */
  usage(): { readonly nodes: number; readonly recordBytes: number } {
    let nodes = 0
    for (const space of SPACE_NAMES) nodes += this.pools[space].live
    return { nodes, recordBytes: this.arena.liveBytes }
  }

  private settle(): void {
    for (const space of SPACE_NAMES) this.hashers[space].settle(this.roots[space])
    this.committed = { ...this.roots }
    this.startBatch()
  }

  private startBatch(): void {
    this.batch++
    this.garbage = new Garbage()
    this.journal.recording = false
    for (const space of SPACE_NAMES) {
      this.editors[space].forgetPath()
      this.pools[space].era = eraOf(this.batch)
    }
  }

  /** A record that is no longer in the working state and can no longer come back by undoing. */
  private discard(record: number): void {
    if (this.arena.isFresh(record)) this.arena.free(record)
    else this.garbage.records.push(record)
  }

  /** Fresh nodes are a connected part at the top, since whoever copies a node copies its ancestors. */
  private freeFresh(space: Space, node: number): void {
    const pool = this.pools[space]
    if (node === 0 || !pool.isFresh(node)) return
    this.freeFresh(space, pool.child(node, 0))
    this.freeFresh(space, pool.child(node, 1))
    const record = pool.record(node)
    if (record !== 0 && this.arena.isFresh(record)) this.arena.free(record)
    pool.free(node)
  }
}

function perSpace<T>(make: (space: Space) => T): Record<Space, T> {
  return { ip4: make('ip4'), ip6: make('ip6'), asn: make('asn'), obj: make('obj'), index: make('index') }
}
