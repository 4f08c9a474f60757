/** Changes by the numbers that they concern: a page asks of a few numbers, and a log may show hundreds of thousands. */

import type { Range } from '@cadastre/numbers'
import { IntervalTree } from './interval-tree.ts'
import type { Change } from './model.ts'

export class ChangeIndex {
  readonly #changes: readonly Change[]
  readonly #trees = {
    ip4: new IntervalTree<number>(),
    asn: new IntervalTree<number>(),
    ip6: new IntervalTree<bigint>(),
  }

  /** `changes` in the order in which they are to be told. */
  constructor(changes: readonly Change[]) {
    this.#changes = changes
    for (const [at, { range }] of changes.entries()) {
      const { space, first, last } = range
      if (space === 'ip6') this.#trees.ip6.add(first, last, at)
      else this.#trees[space].add(Number(first), Number(last), at)
    }
    for (const space of ['ip4', 'ip6', 'asn'] as const) this.#trees[space].settle()
  }

  /** Changes that concern a number of the range, in their order. */
  overlapping({ space, first, last }: Range): Change[] {
    const places: number[] = []
    const visit = (at: number): void => {
      places.push(at)
    }
    if (space === 'ip6') this.#trees.ip6.overlapping(first, last, visit)
    else this.#trees[space].overlapping(Number(first), Number(last), visit)
    const order = Uint32Array.from(places).sort()
    return Array.from(order, (at) => this.#changes[at]).filter((change) => change !== undefined)
  }
}
