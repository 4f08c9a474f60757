/** A state of the small world: what the founding left, and over it what this history changed. Successors share all else. */

import { type Block, blockKey, contains, parseBlockKey } from '@cadastre/numbers'
import { type StampedEffect, type StateSource, SUBTREE_LIMIT, type Subtree } from '@cadastre/procedures'
import type { Cell, CoveringCell, Json, RecordKey } from '@cadastre/records'
import type { Interned, Interner } from './interner.ts'

type Placed = { readonly block: Block; readonly cell: CoveringCell; readonly hash: string }
type Chain = { readonly cells: readonly CoveringCell[]; readonly hash: string | null }

/** The cells of a state, in order of first number and shorter prefix first; shared by states that have the same. */
class Cells {
  readonly placed: readonly Placed[]
  readonly #chains = new Map<RecordKey, Chain>()
  readonly #subtrees = new Map<RecordKey, Subtree>()
  /** What follows these by what was written: known answers are shared by all states that got there alike. */
  readonly #successors = new Map<string, Cells>()

  constructor(placed: readonly Placed[]) {
    this.placed = placed
  }

  chain(key: RecordKey): Chain {
    const known = this.#chains.get(key)
    if (known !== undefined) return known
    const inner = blockOf(key)
    const covering = this.placed
      .filter(({ block }) => contains(block, inner))
      .sort((a, b) => a.block.length - b.block.length)
    const hash =
      covering.length === 0 ? null : covering.map(({ block, hash }) => `${block.length}${hash}`).join()
    const chain = { cells: covering.map(({ cell }) => cell), hash }
    this.#chains.set(key, chain)
    return chain
  }

  subtree(key: RecordKey): Subtree {
    const known = this.#subtrees.get(key)
    if (known !== undefined) return known
    const outer = blockOf(key)
    const inside = this.placed.filter(({ block }) => contains(outer, block))
    const hash =
      inside.length === 0 ? null : inside.map(({ block, hash }) => `${blockKey(block)}${hash}`).join()
    const cells = inside.slice(0, SUBTREE_LIMIT).map(({ cell }) => cell)
    const subtree = { hash, cells, complete: inside.length <= SUBTREE_LIMIT }
    this.#subtrees.set(key, subtree)
    return subtree
  }

  with(changes: readonly Change[]): Cells {
    const written = changes.filter(({ key }) => !key.startsWith('obj/'))
    if (written.length === 0) return this
    const name = written.map(({ key, next }) => `${key}=${next?.id ?? ''}`).join()
    const known = this.#successors.get(name)
    if (known !== undefined) return known
    const keys = new Set(written.map(({ key }) => key))
    const kept = this.placed.filter(({ block }) => !keys.has(blockKey(block) as RecordKey))
    const made = written.flatMap(({ key, next }) => (next === null ? [] : [placedAt(key, next)]))
    const next = new Cells([...kept, ...made].sort(inOrder))
    this.#successors.set(name, next)
    return next
  }
}

/** What an act did to one record. */
export type Change = { readonly key: RecordKey; readonly next: Interned | null }

export function changesOf(effects: readonly StampedEffect[], interner: Interner): readonly Change[] {
  return effects.map(({ key, next }) => ({ key, next: next === null ? null : interner.record(next) }))
}

/** What a history wrote of one kind of records, and its name. */
type Written = { readonly records: Map<RecordKey, Interned | null>; version: string }
type Records = readonly (readonly [RecordKey, Interned])[]

const kindOf = (key: RecordKey): string => (key.startsWith('obj/') ? (key.split('/')[1] ?? '') : 'cell')

const grounds = new WeakMap<object, ReadonlyMap<string, Records>>()
function groundOf(base: ReadonlyMap<RecordKey, Interned>): ReadonlyMap<string, Records> {
  const known = grounds.get(base)
  if (known !== undefined) return known
  const made = Map.groupBy(base, ([key]) => kindOf(key))
  grounds.set(base, made)
  return made
}

export class SmallState implements StateSource {
  readonly interner: Interner
  readonly cells: Cells
  readonly #base: ReadonlyMap<RecordKey, Interned>
  readonly #changed: ReadonlyMap<RecordKey, Interned | null>
  #kinds: ReadonlyMap<string, Written> | null = null

  constructor(
    interner: Interner,
    base: ReadonlyMap<RecordKey, Interned> = new Map(),
    changed: ReadonlyMap<RecordKey, Interned | null> = new Map(),
    cells: Cells = cellsIn(base),
  ) {
    this.interner = interner
    this.#base = base
    this.#changed = changed
    this.cells = cells
  }

  get(key: RecordKey): Interned | null {
    const changed = this.#changed.get(key)
    return changed === undefined ? (this.#base.get(key) ?? null) : changed
  }

  /** The state after these effects; this one stays as it is. */
  with(effects: readonly StampedEffect[]): SmallState {
    return this.after(changesOf(effects, this.interner))
  }
  /** The same, of effects whose records are interned. */
  after(changes: readonly Change[]): SmallState {
    const changed = new Map(this.#changed)
    for (const { key, next } of changes) changed.set(key, next)
    return new SmallState(this.interner, this.#base, changed, this.cells.with(changes))
  }

  /** All records of one kind: `holder`, `application`; `cell` for those of numbers. The ground's first, then by key. */
  ofKind(kind: string): readonly (readonly [RecordKey, Interned])[] {
    const ground = groundOf(this.#base).get(kind) ?? []
    const written = this.#byKind().get(kind)
    if (written === undefined) return ground
    const kept = ground.flatMap(([key, record]) => {
      const next = written.records.has(key) ? written.records.get(key) : record
      return next == null ? [] : [[key, next] as const]
    })
    const made = [...written.records].flatMap(([key, record]) =>
      record === null || this.#base.has(key) ? [] : [[key, record] as const],
    )
    return [...kept, ...made]
  }
  /** Names what {@link ofKind} gives, among all states from the same ground. */
  versionOf(kind: string): string {
    return this.#byKind().get(kind)?.version ?? ''
  }

  #byKind(): ReadonlyMap<string, Written> {
    if (this.#kinds !== null) return this.#kinds
    const kinds = new Map<string, Written>()
    for (const key of [...this.#changed.keys()].sort()) {
      const kind = kindOf(key)
      const written = kinds.get(kind) ?? { records: new Map(), version: '' }
      const record = this.#changed.get(key) ?? null
      written.records.set(key, record)
      written.version += `${key}=${record?.still ?? ''} `
      kinds.set(kind, written)
    }
    this.#kinds = kinds
    return kinds
  }

  /** The same state as the ground on which others build. */
  settled(): SmallState {
    return new SmallState(this.interner, new Map(this.entries()))
  }

  /** What this history has written and not deleted. */
  *written(): Generator<readonly [RecordKey, Interned]> {
    for (const [key, record] of this.#changed) if (record !== null) yield [key, record]
  }

  /** What this history has deleted. */
  *deleted(): Generator<RecordKey> {
    for (const [key, record] of this.#changed) if (record === null) yield key
  }

  *entries(): Generator<readonly [RecordKey, Interned]> {
    for (const [key, record] of this.#base) if (!this.#changed.has(key)) yield [key, record]
    for (const [key, record] of this.#changed) if (record !== null) yield [key, record]
  }

  record(key: RecordKey): { readonly value: unknown; readonly hash: string | null } {
    const found = this.get(key)
    return found === null ? NOTHING : found
  }
  chain(key: RecordKey): Chain {
    return this.cells.chain(key)
  }
  subtree(key: RecordKey): Subtree {
    return this.cells.subtree(key)
  }
  digest(text: string): string {
    return this.interner.digest(text)
  }
  memberHash(member: Json): string {
    return this.interner.memberHash(member)
  }
}

const NOTHING = { value: null, hash: null } as const

function cellsIn(records: ReadonlyMap<RecordKey, Interned>): Cells {
  const cells = [...records].filter(([key]) => !key.startsWith('obj/'))
  return new Cells(cells.map(([key, record]) => placedAt(key, record)).sort(inOrder))
}

function placedAt(key: RecordKey, record: Interned): Placed {
  const block = blockOf(key)
  const value: unknown = record.value
  return { block, cell: { block, cell: value as Cell }, hash: record.hash }
}

function inOrder({ block: a }: Placed, { block: b }: Placed): number {
  if (a.space !== b.space) return a.space < b.space ? -1 : 1
  return a.first === b.first ? a.length - b.length : a.first < b.first ? -1 : 1
}

const blocks = new Map<RecordKey, Block>()
function blockOf(key: RecordKey): Block {
  const known = blocks.get(key)
  if (known !== undefined) return known
  const parsed = parseBlockKey(key)
  if (!parsed.ok) throw new TypeError(`not the key of a cell: ${key}`)
  blocks.set(key, parsed.value)
  return parsed.value
}
