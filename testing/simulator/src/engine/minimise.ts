/**
 * A smaller history that fails in the same way: delta debugging (Zeller and Hildebrandt 2002, ddmin) over the events.
 * An event keeps its time and its index when others are left out, so that handles mean the same.
 */

export type Minimised<Event> = {
  readonly events: readonly Event[]
  /** How often a part was tried. */
  readonly tries: number
  /** False where the time was over first. */
  readonly complete: boolean
}

/**
 * @param fails whether this part of the events still fails in the same way
 * @param mayTry asked before each try: false ends the search with the smallest part so far
 */
export function minimise<Event>(
  events: readonly Event[],
  fails: (events: readonly Event[]) => boolean,
  mayTry: () => boolean,
): Minimised<Event> {
  let current = events
  let parts = 2
  let tries = 0
  while (current.length >= 2) {
    const smaller = firstFailing(current, parts)
    if (smaller === 'over') return { events: current, tries, complete: false }
    if (smaller !== null) {
      current = smaller.events
      parts = smaller.complement ? Math.max(parts - 1, 2) : 2
    } else if (parts >= current.length) return { events: current, tries, complete: true }
    else parts = Math.min(parts * 2, current.length)
  }
  return { events: current, tries, complete: true }

  /** A part that fails alone, or what is left without a part and fails. */
  function firstFailing(
    all: readonly Event[],
    count: number,
  ): { readonly events: readonly Event[]; readonly complement: boolean } | 'over' | null {
    const size = Math.ceil(all.length / count)
    for (const complement of [false, true])
      for (let from = 0; from < all.length; from += size) {
        const part = all.slice(from, from + size)
        const tried = complement ? [...all.slice(0, from), ...all.slice(from + size)] : part
        if (tried.length === 0 || tried.length === all.length) continue
        if (!mayTry()) return 'over'
        tries += 1
        if (fails(tried)) return { events: tried, complement }
      }
    return null
  }
}
