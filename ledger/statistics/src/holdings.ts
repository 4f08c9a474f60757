/** How much each holder holds, followed through the log: for the size class at the time of each request. */

import type { Cell, LoggedEffect } from '@cadastre/records'

export const SIZE_CLASSES = ['newcomer', 'no IPv4', 'up to /24', 'up to /20', 'up to /16', 'larger'] as const
export type SizeClass = (typeof SIZE_CLASSES)[number]

export class Holdings {
  /** IPv4 addresses by holder. */
  readonly #addresses = new Map<string, number>()

  /** An effect on a cell, with the record that it replaces. */
  change({ key, next }: Pick<LoggedEffect, 'key' | 'next'>, before: unknown): void {
    const addresses = addressesOf(key)
    if (addresses === null) return
    this.#add(before, -addresses)
    this.#add(next, addresses)
  }

  #add(record: unknown, addresses: number): void {
    if (record === null) return
    for (const { kind, holder } of (record as Cell).registrations)
      if (kind === 'holding' && holder !== null)
        this.#addresses.set(holder, (this.#addresses.get(holder) ?? 0) + addresses)
  }

  /** Null: nobody is identified yet. */
  classOf(holder: string | null): SizeClass {
    if (holder === null) return 'newcomer'
    const held = this.#addresses.get(holder) ?? 0
    if (held <= 0) return 'no IPv4'
    if (held <= 2 ** 8) return 'up to /24'
    if (held <= 2 ** 12) return 'up to /20'
    return held <= 2 ** 16 ? 'up to /16' : 'larger'
  }
}

/** Addresses at an IPv4 cell's own key; null of other keys. */
function addressesOf(key: string): number | null {
  return key.startsWith('ip4/') ? 2 ** (32 - Number(key.slice(key.lastIndexOf('/') + 1))) : null
}
