/** A wait that can be cut short, once and for all. */

export class Sleep {
  #ended = false
  #wake: (() => void) | null = null

  milliseconds(duration: number): Promise<void> {
    if (this.#ended) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, duration)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Whoever sleeps wakes up; nobody sleeps again. */
  end(): void {
    this.#ended = true
    this.#wake?.()
  }
}
