import type { Chance } from '../workload-chance.ts'

/** Names from which one is picked by chance; adding, removing and picking take the same time however many there are. */
export class Bag {
  readonly #names: string[] = []
  readonly #places = new Map<string, number>()

  get size(): number {
    return this.#names.length
  }

  has(name: string): boolean {
    return this.#places.has(name)
  }

  add(name: string): void {
    if (this.#places.has(name)) return
    this.#places.set(name, this.#names.length)
    this.#names.push(name)
  }

  remove(name: string): void {
    const place = this.#places.get(name)
    if (place === undefined) return
    this.#places.delete(name)
    const last = this.#names.pop()
    if (last === undefined || last === name) return
    this.#names[place] = last
    this.#places.set(last, place)
  }

  pick(chance: Chance): string | undefined {
    return this.#names[chance.below(this.#names.length)]
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.#names.values()
  }
}
