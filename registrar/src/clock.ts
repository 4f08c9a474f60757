/** The registrar's time: never earlier than a time it has already given out or logged, however the machine's clock is set. */

import type { Instant } from '@cadastre/records'

export class MonotoneClock {
  readonly #read: () => Instant
  #latest: Instant | null = null

  constructor(read: () => Instant) {
    this.#read = read
  }

  /** From now on no time is earlier than this one. */
  notBefore(at: Instant): void {
    if (this.#latest === null || at > this.#latest) this.#latest = at
  }

  now(): Instant {
    const now = this.#read()
    this.notBefore(now)
    return this.#latest ?? now
  }
}
