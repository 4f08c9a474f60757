type Weighed<V> = { readonly value: V; readonly weight: number }

/**
 * A map bounded by weight. It keeps two generations: when the younger is half the bound, the older is dropped whole and
 * the younger takes its place, so that forgetting costs nothing a member. What is used moves to the younger one.
 */
export class BoundedCache<K, V> {
  #young = new Map<K, Weighed<V>>()
  #old = new Map<K, Weighed<V>>()
  #youngWeight = 0
  readonly #maxWeight: number

  /** The bound is in whatever unit `set` weighs in: bytes, or members. */
  constructor(maxWeight: number) {
    this.#maxWeight = maxWeight
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young.value
    const old = this.#old.get(key)
    if (old === undefined) return undefined
    this.set(key, old.value, old.weight)
    return old.value
  }

  /** Keep a value; what is heavier than half the cache is not kept. */
  set(key: K, value: V, weight: number): void {
    if (weight > this.#maxWeight / 2) return
    if (this.#youngWeight + weight > this.#maxWeight / 2) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngWeight = 0
    }
    // A member that is set again is weighed again, which only drops a generation early.
    this.#young.set(key, { value, weight })
    this.#youngWeight += weight
  }
}
