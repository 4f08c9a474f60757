/** The published state with a dry run's changes laid over it: what public services would show afterwards. */

import { type Block, compareBlock, contains, equalBlock } from '@cadastre/numbers'
import { type HeldRegistration, type Page, type Snapshot, type UnderWay, underWayOf } from '@cadastre/reader'
import {
  type Cell,
  type CoveringCell,
  type ObjectType,
  objectKey,
  parseKey,
  type Registry,
} from '@cadastre/records'
import type { RecordChange } from '@cadastre/registrar'

/** The order of the holdings index: space, then shorter prefix, then number. */
function compareHeld(a: HeldRegistration, b: HeldRegistration): number {
  const byLength = a.block.space === b.block.space ? a.block.length - b.block.length : 0
  return byLength === 0 ? compareBlock(a.block, b.block) : byLength
}

type ChangedCell = { readonly block: Block; readonly cell: Cell | null }

export class AfterSnapshot implements Snapshot {
  readonly #base: Snapshot
  readonly #cells: readonly ChangedCell[]
  readonly #objects: ReadonlyMap<string, unknown>

  constructor(base: Snapshot, changes: readonly RecordChange[]) {
    this.#base = base
    this.#cells = changes.flatMap(({ key, after }): ChangedCell[] => {
      const parsed = parseKey(key)
      return parsed?.kind === 'cell' ? [{ block: parsed.block, cell: after as Cell | null }] : []
    })
    this.#objects = new Map(changes.map(({ key, after }) => [key, after]))
  }

  get publication(): Snapshot['publication'] {
    return this.#base.publication
  }

  get registry(): Registry {
    return this.#base.registry
  }

  chain(block: Block): readonly CoveringCell[] {
    return this.#merged(this.#base.chain(block), (changed) => contains(changed, block))
  }

  inside(block: Block, limit: number, after: Block | null = null): Page<CoveringCell> {
    // Changed cells may take the place of some that were read: read as many more.
    const page = this.#base.inside(block, limit + this.#cells.length, after)
    const last = page.after === null ? null : (page.items.at(-1)?.block ?? null)
    const merged = this.#merged(
      page.items,
      (changed) =>
        contains(block, changed) &&
        (after === null || compareBlock(changed, after) > 0) &&
        (last === null || compareBlock(changed, last) <= 0),
    )
    const items = merged.slice(0, limit)
    const more = merged.length > limit || page.after !== null
    return { items, after: more ? (items.at(-1)?.block ?? null) : null }
  }

  object(type: ObjectType, handle: string): unknown {
    const key = objectKey(type, handle)
    return this.#objects.has(key) ? this.#objects.get(key) : this.#base.object(type, handle)
  }

  holdings(
    holder: string,
    limit: number,
    after: Block | null = null,
  ): { readonly items: readonly HeldRegistration[]; readonly more: boolean } {
    const { items, more } = this.#base.holdings(holder, limit, after)
    const kept = items.filter(({ block }) => !this.#cells.some((changed) => equalBlock(changed.block, block)))
    const added = this.#cells.flatMap(({ block, cell }) =>
      (cell?.registrations ?? [])
        .filter((registration) => registration.holder === holder)
        .map((registration) => ({ block, registration })),
    )
    const all = [...kept, ...added].sort(compareHeld)
    return { items: all.slice(0, limit), more: more || all.length > limit }
  }

  underWay(about: string): readonly UnderWay[] {
    const changed = new Set([...this.#objects.keys()].map((key) => key.slice(key.lastIndexOf('/') + 1)))
    const kept = this.#base.underWay(about).filter(({ handle }) => !changed.has(handle))
    return [...kept, ...[...this.#objects].flatMap(([key, record]) => underWayOf(key, record, about) ?? [])]
  }

  prove(): string {
    throw new Error('what has not happened has no proof')
  }

  #merged(cells: readonly CoveringCell[], within: (block: Block) => boolean): readonly CoveringCell[] {
    const kept = cells.filter(({ block }) => !this.#cells.some((changed) => equalBlock(changed.block, block)))
    const added = this.#cells.flatMap(({ block, cell }) =>
      cell !== null && within(block) ? [{ block, cell }] : [],
    )
    return [...kept, ...added].sort((a, b) => compareBlock(a.block, b.block))
  }
}
