/**
 * Which intervals share a number with a given one: intervals sorted by their first number, as an implicit balanced
 * tree in which each node knows the highest last number below it. Numbers of 32 bits are plain, wider ones bigint.
 */

type Order<N extends number | bigint> = { readonly first: N[]; readonly last: N[]; readonly id: number[] }

/** Answers `false` where it wants no more. */
export type Visit = (id: number) => unknown
type Walker = (id: number, at: number) => unknown

/** New intervals wait in a list until there are so many, or a question would cost more by it. */
const WAITING_MAX = 256

export class IntervalTree<N extends number | bigint> {
  #sorted: Order<N> = { first: [], last: [], id: [] }
  /** Highest last number in the subtree of each position. */
  #highest: N[] = []
  #waiting: Order<N> = { first: [], last: [], id: [] }

  add(first: N, last: N, id: number): void {
    this.#waiting.first.push(first)
    this.#waiting.last.push(last)
    this.#waiting.id.push(id)
  }

  /**
   * Calls `visit` with the id of each interval that shares a number with [first, last], in order of first numbers, until
   * it answers `false`.
   */
  overlapping(first: N, last: N, visit: Visit): void {
    if (this.#waiting.id.length > WAITING_MAX) this.settle()
    const { id } = this.#waiting
    const end = this.#sorted.id.length - 1
    if (id.length === 0) {
      this.#walk(0, end, first, last, visit)
      return
    }
    const found: { readonly first: N; readonly id: number }[] = []
    this.#walk(0, end, first, last, (each, at) => {
      found.push({ first: this.#sorted.first[at] as N, id: each })
    })
    for (let at = 0; at < id.length; at++) {
      const start = this.#waiting.first[at] as N
      if (start <= last && (this.#waiting.last[at] as N) >= first)
        found.push({ first: start, id: id[at] as number })
    }
    found.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.id - b.id))
    for (const each of found) if (visit(each.id) === false) return
  }

  /** False once `visit` has answered so. */
  #walk(low: number, high: number, first: N, last: N, visit: Walker): boolean {
    if (low > high) return true
    const middle = (low + high) >>> 1
    if ((this.#highest[middle] as N) < first) return true
    if (!this.#walk(low, middle - 1, first, last, visit)) return false
    if ((this.#sorted.first[middle] as N) > last) return true
    const shares = (this.#sorted.last[middle] as N) >= first
    if (shares && visit(this.#sorted.id[middle] as number, middle) === false) return false
    return this.#walk(middle + 1, high, first, last, visit)
  }

  /** Sorts in what waits: questions are cheaper once nothing more is added. */
  settle(): void {
    const first = [...this.#sorted.first, ...this.#waiting.first]
    const last = [...this.#sorted.last, ...this.#waiting.last]
    const id = [...this.#sorted.id, ...this.#waiting.id]
    const order = Uint32Array.from(first.keys()).sort((a, b) => {
      const [x, y] = [first[a] as N, first[b] as N]
      return x < y ? -1 : x > y ? 1 : a - b
    })
    const taken: Order<N> = { first: [], last: [], id: [] }
    for (const at of order) {
      taken.first.push(first[at] as N)
      taken.last.push(last[at] as N)
      taken.id.push(id[at] as number)
    }
    this.#sorted = taken
    this.#waiting = { first: [], last: [], id: [] }
    this.#highest = new Array<N>(order.length)
    this.#highestOf(0, order.length - 1)
  }

  #highestOf(low: number, high: number): N | null {
    if (low > high) return null
    const middle = (low + high) >>> 1
    let highest = this.#sorted.last[middle] as N
    for (const side of [this.#highestOf(low, middle - 1), this.#highestOf(middle + 1, high)])
      if (side !== null && side > highest) highest = side
    this.#highest[middle] = highest
    return highest
  }
}
