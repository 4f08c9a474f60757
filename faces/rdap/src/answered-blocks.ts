/**
 * Blocks of IPv4 whose every address has one answer, so that most addresses are answered without a look at the state:
 * blocks with nothing registered inside them. Belongs to one snapshot, like everything that it keeps.
 */

import { ancestor, type Block } from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'

const WIDTH = 32
/** Blocks to try inside a registration that has others inside it: coarse ones, so that few probes find one. */
const LENGTHS: readonly number[] = [12, 16, 20, 24]

export class AnsweredBlocks<V> {
  /** By length, then by the leading bits, as signed numbers: these stay small integers. */
  #byLength: (Map<number, V> | undefined)[] = []
  #lengths: number[] = []
  #weight = 0
  readonly #maxWeight: number

  /** Past the bound it starts again from nothing. */
  constructor(maxWeight: number) {
    this.#maxWeight = maxWeight
  }

  get(address: number): V | undefined {
    for (const length of this.#lengths) {
      const found = this.#byLength[length]?.get(address >> (WIDTH - length))
      if (found !== undefined) return found
    }
    return undefined
  }

  set(block: Block, value: V, weight: number): void {
    if (block.length === 0) return
    if (this.#weight + weight > this.#maxWeight) {
      this.#byLength = []
      this.#lengths = []
      this.#weight = 0
    }
    let blocks = this.#byLength[block.length]
    if (blocks === undefined) {
      blocks = new Map()
      this.#byLength[block.length] = blocks
      this.#lengths.push(block.length)
    }
    blocks.set(Number(block.first) >> (WIDTH - block.length), value)
    this.#weight += weight
  }
}

/**
 * A block around the address whose every address has the same records on its path; null where none of those tried is.
 * `inner` is the cell in which the answer to the address was found; null where nothing covers it.
 */
export function uniformBlock(snapshot: Snapshot, address: Block, inner: Block | null): Block | null {
  if (inner !== null && inner.length > 0) {
    // Nothing but the cell itself.
    if (snapshot.inside(inner, 2).items.length === 1) return inner
  }
  for (const length of LENGTHS) {
    if (inner !== null && length <= inner.length) continue
    const block = ancestor(address, length)
    if (snapshot.inside(block, 1).items.length === 0) return block
  }
  return null
}
