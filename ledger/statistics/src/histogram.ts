/** Whole seconds and how often each occurred: all that medians, percentiles and rank tests need. */

export class Histogram {
  readonly #counts = new Map<number, number>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(value: number, count = 1): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + count)
    this.#size += count
  }

  get(value: number): number {
    return this.#counts.get(value) ?? 0
  }

  /** Values and counts, ascending. */
  sorted(): readonly (readonly [value: number, count: number])[] {
    return [...this.#counts].sort(([one], [other]) => one - other)
  }

  /** The smallest value that at least this share of all does not exceed; null of nothing. `share` is above 0, at most 1. */
  quantile(share: number): number | null {
    const rank = Math.ceil(share * this.#size)
    let seen = 0
    for (const [value, count] of this.sorted()) {
      seen += count
      if (seen >= rank) return value
    }
    return null
  }

  /** All of these together. */
  static sum(parts: readonly Histogram[]): Histogram {
    const sum = new Histogram()
    for (const part of parts) for (const [value, count] of part.sorted()) sum.add(value, count)
    return sum
  }
}
