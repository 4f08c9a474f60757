/**
 * Which requests were accepted: by 160 bits of their hash, enough that nobody finds two requests that share them. A request
 * that has expired is refused whether it was accepted or not, so it is forgotten then, and what is kept does not grow with
 * the log.
 */

import { addSeconds, type Instant } from '@cadastre/records'

const NAME_BYTES = 20
/** A registrar that was away may decide late what it had received in time: that is a fault, but not another one. */
const KEPT_SECONDS = 86_400

export class AcceptedRequests {
  /** By the hour in which they expire. */
  readonly #hours = new Map<string, Set<string>>()
  #forgotten = ''

  has(hash: Uint8Array, expires: Instant): boolean {
    return this.#hours.get(hourOf(expires))?.has(nameOf(hash)) ?? false
  }

  add(hash: Uint8Array, expires: Instant): void {
    const hour = hourOf(expires)
    const names = this.#hours.get(hour) ?? new Set()
    this.#hours.set(hour, names)
    names.add(nameOf(hash))
  }

  /** Forget what had expired a day before. */
  forget(at: Instant): void {
    const hour = hourOf(at)
    if (hour === this.#forgotten) return
    this.#forgotten = hour
    const oldest = hourOf(addSeconds(at, -KEPT_SECONDS))
    for (const known of this.#hours.keys()) if (known < oldest) this.#hours.delete(known)
  }

  /** How many are kept. */
  get size(): number {
    return [...this.#hours.values()].reduce((sum, names) => sum + names.size, 0)
  }

  /** What {@link AcceptedRequests.restored} reads: hours, each with the names of its requests one after the other. */
  saved(): readonly (readonly [string, string])[] {
    return [...this.#hours].map(([hour, names]) => [hour, [...names].join('')])
  }

  static restored(saved: readonly (readonly [string, string])[]): AcceptedRequests {
    const restored = new AcceptedRequests()
    for (const [hour, text] of saved) {
      const names = new Set<string>()
      for (let at = 0; at < text.length; at += NAME_BYTES) names.add(text.slice(at, at + NAME_BYTES))
      restored.#hours.set(hour, names)
    }
    return restored
  }
}

/** One character a byte. */
function nameOf(hash: Uint8Array): string {
  let name = ''
  for (let at = 0; at < NAME_BYTES; at += 4)
    // Four at a time: a subarray to spread costs more than all else here.
    name += String.fromCharCode(hash[at] ?? 0, hash[at + 1] ?? 0, hash[at + 2] ?? 0, hash[at + 3] ?? 0)
  return name
}

/** Instants of one form sort as texts. */
function hourOf(at: Instant): string {
  return at.slice(0, 13)
}
