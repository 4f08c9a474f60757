/**
 * What was found once from what was looked at, remembered for everything that looks alike. What is looked at first is
 * always the same; what next, follows from what was seen: a tree, whose leaves are what was found.
 */

/** What is seen where one looks: equal things are identical. */
export type Seen = string | number | object | null

type Branch<Look, Found> = {
  readonly look: Look
  readonly next: Map<Seen, Branch<Look, Found> | Leaf<Found>>
}
type Leaf<Found> = { readonly found: Found }

export class MemoTree<Look, Found> {
  #root: Branch<Look, Found> | Leaf<Found> | null = null

  /** What was found where everything that was looked at was as it is now; undefined where nothing was. */
  recall(see: (look: Look) => Seen): Found | undefined {
    let here: Branch<Look, Found> | Leaf<Found> | null | undefined = this.#root
    while (here != null && 'look' in here) here = here.next.get(see(here.look))
    return here?.found
  }

  /** Remember this, with all that was looked at in its order and what was seen there. */
  remember(looked: readonly (readonly [Look, Seen])[], found: Found): void {
    let put = (one: Branch<Look, Found> | Leaf<Found>): void => {
      this.#root = one
    }
    let here: Branch<Look, Found> | Leaf<Found> | null | undefined = this.#root
    for (const [look, seen] of looked) {
      if (here == null) {
        here = { look, next: new Map() }
        put(here)
      }
      if (!('look' in here)) throw new Error('what is looked at does not follow from what was seen')
      const { next }: Branch<Look, Found> = here
      put = (one) => {
        next.set(seen, one)
      }
      here = next.get(seen)
    }
    put({ found })
  }
}
