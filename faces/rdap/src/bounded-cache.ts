/** A map that forgets its oldest members once their weight passes a bound. */

type Weighed<V> = { readonly value: V; readonly weight: number }

export class BoundedCache<K, V> {
  readonly #entries = new Map<K, Weighed<V>>()
  readonly #maxWeight: number
  #weight = 0

  /** The bound is in whatever unit `set` weighs in: bytes, or members. */
  constructor(maxWeight: number) {
    this.#maxWeight = maxWeight
  }

  get weight(): number {
    return this.#weight
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)?.value
  }

  /** Keep a value; what is heavier than the whole cache is not kept. */
  set(key: K, value: V, weight: number): void {
    const old = this.#entries.get(key)
    if (old !== undefined) this.#forget(key, old)
    if (weight > this.#maxWeight) return
    this.#entries.set(key, { value, weight })
    this.#weight += weight
    for (const [oldest, entry] of this.#entries) {
      if (this.#weight <= this.#maxWeight) return
      this.#forget(oldest, entry)
    }
  }

  #forget(key: K, entry: Weighed<V>): void {
    this.#entries.delete(key)
    this.#weight -= entry.weight
  }
}
