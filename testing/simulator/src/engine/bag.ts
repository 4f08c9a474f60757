import type { Chance } from '../workload-chance.ts'

/** Things with names, of which one is picked by chance; adding, removing and picking take the same time however many. */
export class Bag<Item = string> {
  readonly #items: Item[] = []
  readonly #names: string[] = []
  readonly #places = new Map<string, number>()

  get size(): number {
    return this.#names.length
  }

  add(name: string, item: Item): void {
    if (this.#places.has(name)) return
    this.#places.set(name, this.#names.length)
    this.#names.push(name)
    this.#items.push(item)
  }

  remove(name: string): void {
    const place = this.#places.get(name)
    if (place === undefined) return
    this.#places.delete(name)
    const lastName = this.#names.pop()
    const last = this.#items.pop()
    if (lastName === undefined || last === undefined || lastName === name) return
    this.#names[place] = lastName
    this.#items[place] = last
    this.#places.set(lastName, place)
  }

  pick(chance: Chance): Item | undefined {
    return this.#items[chance.below(this.#items.length)]
  }

  [Symbol.iterator](): IterableIterator<Item> {
    return this.#items.values()
  }
}
