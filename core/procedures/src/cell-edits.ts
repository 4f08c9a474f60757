/** The cells of one act while it edits them, so that several steps on one cell become one effect. */

import type { Basis } from '@cadastre/evidence'
import { type Block, equalBlock } from '@cadastre/numbers'
import {
  type Cell,
  type CoveringCell,
  canonicalJson,
  cellKey,
  EMPTY_CELL,
  type Json,
  MAX_REGISTRATIONS,
  MAX_ROAS,
  MAX_ROUTES,
  type RecordKey,
} from '@cadastre/records'
import { chainNeed, subtreeNeed } from './common.ts'
import { cellOf, cellRecord, lessen, put } from './effects.ts'
import type { Effect, Inputs } from './procedure.ts'

type Edited = { readonly before: Cell; readonly cell: Cell }

export class CellEdits {
  readonly #inputs: Inputs
  readonly #seen = new Map<RecordKey, Cell>()
  readonly #edited = new Map<RecordKey, Edited>()

  /** `seen`: cells that the caller knows from a chain or a subtree; they need no record input of their own. */
  constructor(inputs: Inputs, seen: readonly CoveringCell[] = []) {
    this.#inputs = inputs
    this.know(seen)
  }

  know(seen: readonly CoveringCell[]): void {
    for (const { block, cell } of seen) this.#seen.set(cellKey(block), cell)
  }

  /** The cell at exactly this block as it stands now. Throws where no declared input shows it. */
  cell(block: Block): Cell {
    return this.#edited.get(cellKey(block))?.cell ?? this.#before(block)
  }

  set(block: Block, cell: Cell): void {
    this.#edited.set(cellKey(block), { before: this.#before(block), cell })
  }

  edit(block: Block, change: (cell: Cell) => Cell): void {
    this.set(block, change(this.cell(block)))
  }

  /** Whether some edited cell holds more than the published caps. */
  overfull(): boolean {
    return [...this.#edited.values()].some(
      ({ cell }) =>
        cell.registrations.length > MAX_REGISTRATIONS ||
        cell.routes.length > MAX_ROUTES ||
        cell.roas.length > MAX_ROAS,
    )
  }

  /** One effect for each cell that really changed, in the order of the first edit, each on the same basis. */
  effects(...basis: readonly Basis[]): readonly Effect[] {
    const effects: Effect[] = []
    const [first, ...more] = basis
    for (const [key, { before, cell }] of this.#edited) {
      const next = cellRecord(cell)
      if (textOf(next) === textOf(cellRecord(before))) continue
      effects.push(first === undefined ? put(key, next) : lessen(key, next, first, ...more))
    }
    return effects
  }

  #before(block: Block): Cell {
    const seen = this.#seen.get(cellKey(block))
    if (seen !== undefined) return seen
    // A chain or a subtree of the block shows its own cell too, and shows that there is none.
    if (this.#inputs.has(chainNeed(block))) return exactly(this.#inputs.chain(block), block)
    if (this.#inputs.has(subtreeNeed(block))) return exactly(this.#inputs.subtree(block).cells, block)
    return cellOf(this.#inputs.record(cellKey(block)))
  }
}

function exactly(cells: readonly CoveringCell[], block: Block): Cell {
  return cells.find((candidate) => equalBlock(candidate.block, block))?.cell ?? EMPTY_CELL
}

function textOf(next: Cell | null): string {
  return canonicalJson(next as Json)
}
