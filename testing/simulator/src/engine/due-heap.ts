/** What falls due, by time and then key: a heap in which items that no longer stand are skipped. */

import { type Due, dueOf, type Instant, type Json, type RecordKey } from '@cadastre/records'

export class DueHeap {
  readonly #standing = new Map<RecordKey, Due>()
  #heap: Due[] = []

  /** The record at this key is now this one. */
  set(key: RecordKey, next: Json): void {
    const due = next === null ? null : dueOf(key, next)
    const before = this.#standing.get(key)
    if (due === null) {
      if (before !== undefined) this.#standing.delete(key)
      return
    }
    this.#standing.set(key, due)
    this.#push(due)
    if (this.#heap.length > 1024 && this.#heap.length > 4 * this.#standing.size) this.#tidy()
  }

  /** What is due at or before `at`, the earliest first; null where nothing is. It stays until its record changes. */
  next(at: Instant): Due | null {
    for (let top = this.#heap[0]; top !== undefined && top.at <= at; top = this.#heap[0]) {
      if (this.#standing.get(top.key) === top) return top
      this.#pop()
    }
    return null
  }

  /** What falls due in the record at this key; null where nothing does. */
  dueAt(key: RecordKey): Due | null {
    return this.#standing.get(key) ?? null
  }

  /** When the next thing falls due; null where nothing does. */
  earliest(): Instant | null {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#standing.get(top.key) === top) return top.at
      this.#pop()
    }
    return null
  }

  #tidy(): void {
    this.#heap = [...this.#standing.values()].sort((one, other) => (earlier(one, other) ? -1 : 1))
  }

  #push(item: Due): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(item)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!earlier(item, heap[above] as Due)) break
      heap[at] = heap[above] as Due
      at = above
    }
    heap[at] = item
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && earlier(heap[child + 1] as Due, heap[child] as Due)) child += 1
      if (!earlier(heap[child] as Due, last)) break
      heap[at] = heap[child] as Due
      at = child
    }
    heap[at] = last
  }
}

function earlier(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.key < other.key)
}
