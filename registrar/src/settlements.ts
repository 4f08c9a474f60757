/** Who waits for which receipt's decision to be published. Decisions are made in order of receipt, so one number says it. */

type Settler = { readonly seq: number; readonly resolve: () => void }

export class Settlements {
  readonly #settlers = new Set<Settler>()
  /** Highest decided receipt at each committed size that is not published yet, oldest first. */
  #unpublished: { readonly size: number; readonly seq: number }[] = []
  #decided: number
  #settled = 0
  #over = false

  /** `decided`: the last receipt that the store's log decides; 0 where there is none. */
  constructor(decided: number) {
    this.#decided = decided
  }

  /** A batch has been committed: the log has this size and decides these receipts, in order. */
  committed(size: number, decided: readonly { readonly seq: number }[]): void {
    this.#decided = decided.at(-1)?.seq ?? this.#decided
    this.#unpublished.push({ size, seq: this.#decided })
  }

  published(size: number): void {
    for (const commit of this.#unpublished) if (commit.size <= size) this.#settled = commit.seq
    this.#unpublished = this.#unpublished.filter((commit) => commit.size > size)
    this.#release((settler) => settler.seq <= this.#settled)
  }

  /** Nothing will be published any more: nobody needs to wait. */
  end(): void {
    this.#over = true
    this.#release(() => true)
  }

  #release(which: (settler: Settler) => boolean): void {
    for (const settler of this.#settlers) if (which(settler)) settler.resolve()
  }

  /** Resolves when the receipt's decision is published, when there is no more hope for it, or after `milliseconds`. */
  wait(seq: number, milliseconds: number): Promise<void> {
    if (seq <= this.#settled || this.#over) return Promise.resolve()
    return new Promise((resolve) => {
      const settler: Settler = {
        seq,
        resolve: () => {
          clearTimeout(timer)
          this.#settlers.delete(settler)
          resolve()
        },
      }
      const timer = setTimeout(settler.resolve, milliseconds)
      this.#settlers.add(settler)
    })
  }
}
