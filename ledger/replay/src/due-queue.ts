/** What will fall due, and when: the audit's copy of what the registrar must not forget. */

import type { Due, Instant, RecordKey } from '@cadastre/records'

type Item = { readonly at: Instant; readonly key: RecordKey }

/** Items that no longer stand, at the least, before they are thrown out. */
const SPARE = 1024

/** Due items by key, and a binary heap by time in which items that no longer stand are skipped. */
export class DueQueue {
  readonly #byKey = new Map<RecordKey, Due>()
  readonly #heap: Item[] = []
  /** Taken out, and still standing. */
  readonly #taken = new Set<Due>()

  /** What falls due in the record at this key now; null where nothing does. */
  set(key: RecordKey, due: Due | null): void {
    const before = this.#byKey.get(key)
    if (before !== undefined) this.#taken.delete(before)
    if (due === null) {
      if (before !== undefined) this.#byKey.delete(key)
      return
    }
    this.#byKey.set(key, due)
    if (before?.at === due.at) return
    // Items that no longer stand must not pile up: a record may be postponed as often as it likes.
    if (this.#heap.length > 2 * this.#byKey.size + SPARE) this.#tidy()
    else this.#push({ at: due.at, key })
  }

  #tidy(): void {
    this.#heap.length = 0
    for (const due of this.#byKey.values()) if (!this.#taken.has(due)) this.#push(due)
  }

  get(key: RecordKey): Due | null {
    return this.#byKey.get(key) ?? null
  }

  /** All that is waited for. */
  saved(): readonly Due[] {
    return [...this.#byKey.values()]
  }

  /** Takes out, and gives, what is due before `at`: each once, by time and then key. */
  takeBefore(at: Instant): readonly Due[] {
    const taken: Due[] = []
    for (let top = this.#heap[0]; top !== undefined && top.at < at; top = this.#heap[0]) {
      this.#pop()
      const due = this.#byKey.get(top.key)
      if (due?.at === top.at && !taken.includes(due)) taken.push(due)
    }
    for (const due of taken) this.#taken.add(due)
    return taken
  }

  #push(item: Item): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(item)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !earlier(item, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = item
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
      const useRight = left !== undefined && right !== undefined && earlier(right, left)
      const child = useRight ? right : left
      if (child === undefined || !earlier(child, last)) break
      heap[at] = child
      at = 2 * at + (useRight ? 2 : 1)
    }
    heap[at] = last
  }
}

function earlier(one: Item, other: Item): boolean {
  return one.at < other.at || (one.at === other.at && one.key < other.key)
}
