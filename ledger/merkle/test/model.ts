import type { Hasher } from '@cadastre/crypto'

/**
 * The naive model: RFC 6962 section 2.1 written down as it reads, recursion over whole lists of leaves. Only
 * MTH is remembered, so that 300 sizes take seconds.
 */
export class NaiveTree {
  readonly #hasher: Hasher
  readonly #leaves: readonly Uint8Array[]
  readonly #known: Map<number, Uint8Array> = new Map()

  constructor(hasher: Hasher, entries: readonly Uint8Array[]) {
    this.#hasher = hasher
    this.#leaves = entries.map((entry) => hasher.sha256(Uint8Array.of(0), entry))
  }

  leaf(index: number): Uint8Array {
    const leaf = this.#leaves[index]
    if (leaf === undefined) throw new RangeError(`no leaf ${index}`)
    return leaf
  }

  /** MTH(D[start:end]). */
  hash(start: number, end: number): Uint8Array {
    if (start === end) return this.#hasher.sha256(new Uint8Array(0))
    if (end - start === 1) return this.leaf(start)
    const name = start * 65_536 + end
    let hash = this.#known.get(name)
    if (hash === undefined) {
      const k = split(end - start)
      hash = this.#hasher.sha256(Uint8Array.of(1), this.hash(start, start + k), this.hash(start + k, end))
      this.#known.set(name, hash)
    }
    return hash
  }

  /** PATH(m, D[start:end]), section 2.1.1. */
  path(m: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return []
    const k = split(end - start)
    return m < k
      ? [...this.path(m, start, start + k), this.hash(start + k, end)]
      : [...this.path(m - k, start + k, end), this.hash(start, start + k)]
  }

  /** PROOF(m, D[0:n]), section 2.1.2. */
  proof(m: number, n: number): Uint8Array[] {
    return this.#subproof(m, 0, n, true)
  }

  #subproof(m: number, start: number, end: number, complete: boolean): Uint8Array[] {
    if (m === end - start) return complete ? [] : [this.hash(start, end)]
    const k = split(end - start)
    return m <= k
      ? [...this.#subproof(m, start, start + k, complete), this.hash(start + k, end)]
      : [...this.#subproof(m - k, start + k, end, false), this.hash(start, start + k)]
  }
}

/** The largest power of two smaller than n. */
function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

export function numberedEntries(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => new TextEncoder().encode(`entry ${i}`))
}

/** A copy with one bit flipped. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}
