/** The rows that a source's last logged file has: what the next file is compared with. */

import type { NumberSpace } from '@cadastre/numbers'

type Slot = {
  readonly id: number
  readonly space: NumberSpace | null
  readonly isCidr: boolean
  /** Number of the last comparison that met the row. */
  met: number
}

/** What a comparison asks of a row it has met before; rows that are none of numbers have no space. */
export type KnownRow = Pick<Slot, 'space' | 'isCidr'>

export class CurrentRows {
  readonly #slots: Map<string, Slot> = new Map()
  #comparison = 0

  get count(): number {
    return this.#slots.size
  }

  add(raw: string, id: number, space: NumberSpace | null, isCidr: boolean): void {
    this.#slots.set(raw, { id, space, isCidr, met: this.#comparison })
  }

  /** Takes the row out and gives its id; null where it is not there. */
  remove(raw: string): number | null {
    const slot = this.#slots.get(raw)
    if (slot === undefined) return null
    this.#slots.delete(raw)
    return slot.id
  }

  has(raw: string): boolean {
    return this.#slots.has(raw)
  }

  clear(): void {
    this.#slots.clear()
  }

  rows(): Iterable<string> {
    return this.#slots.keys()
  }

  /** Begin to compare: no row has been met yet. */
  begin(): void {
    this.#comparison++
  }

  /** The row, where it is there; the second time within one comparison it is `twice`. */
  meet(raw: string): KnownRow | 'twice' | null {
    const slot = this.#slots.get(raw)
    if (slot === undefined) return null
    if (slot.met === this.#comparison) return 'twice'
    slot.met = this.#comparison
    return slot
  }

  /** Rows not met since {@link begin}, in order of their logging. */
  missing(): string[] {
    const missing: string[] = []
    for (const [raw, slot] of this.#slots) if (slot.met !== this.#comparison) missing.push(raw)
    return missing
  }
}
