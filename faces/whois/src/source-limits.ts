/**
 * Limits on use, the same for everyone: they key on the network that a client comes from (/32 of IPv4, /64 of IPv6) and
 * on nothing else, and recover by themselves. Nothing is written down; a network that asks no more is forgotten.
 */

import { ancestor, blockKey, formatAddress, parseAddress, singleBlock } from '@cadastre/numbers'

export type Limits = {
  /** Open connections, all together and from one network. */
  readonly connections: number
  readonly connectionsPerNetwork: number
  /** Queries a second that one network may go on asking, and how many more it may ask at once. */
  readonly queriesPerSecond: number
  readonly queriesBurst: number
  /** Longest query, bytes. */
  readonly lineBytes: number
  /** After this long without a byte in either direction a connection is closed. */
  readonly idleMilliseconds: number
  /** Most objects in one answer. */
  readonly objects: number
}

export const DEFAULT_LIMITS: Limits = {
  connections: 2048,
  connectionsPerNetwork: 64,
  queriesPerSecond: 5000,
  queriesBurst: 100_000,
  lineBytes: 1024,
  idleMilliseconds: 180_000,
  objects: 10_000,
}

/** The limits as a sentence for errors and help. */
export function limitsText(limits: Limits): string {
  return (
    `from each IPv4 address or IPv6 /64: ${limits.connectionsPerNetwork} connections (${limits.connections} in all), ` +
    `${limits.queriesPerSecond} queries a second, ${limits.queriesBurst} at once; ${limits.objects} objects an answer`
  )
}

/** The network of a socket's address: `ip4/192.0.2.1/32`, `ip6/2001:db8::/64`; the text itself where it is no address. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  const parsed = parseAddress(mapped?.[1] ?? address.replace(/%.*$/, ''))
  if (!parsed.ok) return address
  const { space, value } = parsed.value
  const single = singleBlock(space, value)
  return space === 'ip4' ? `${formatAddress(space, value)}/32` : blockKey(ancestor(single, 64)).slice(4)
}

/** One network's use: its open connections and a token bucket of queries. */
export type Use = {
  readonly network: string
  connections: number
  tokens: number
  /** When `tokens` was true, milliseconds of the caller's clock. */
  at: number
}

export class SourceLimits {
  readonly limits: Limits
  readonly #clock: () => number
  readonly #uses = new Map<string, Use>()
  #connections = 0

  /** `clock`: milliseconds, monotonic. */
  constructor(limits: Limits, clock: () => number) {
    this.limits = limits
    this.#clock = clock
  }

  /** Count a new connection; null where there are too many. Each one that was counted must be left. */
  enter(address: string): Use | null {
    const network = networkOf(address)
    const use = this.#uses.get(network) ?? {
      network,
      connections: 0,
      tokens: this.limits.queriesBurst,
      at: this.#clock(),
    }
    if (this.#connections >= this.limits.connections || use.connections >= this.limits.connectionsPerNetwork)
      return null
    use.connections++
    this.#connections++
    this.#uses.set(network, use)
    return use
  }

  leave(use: Use): void {
    use.connections--
    this.#connections--
    if (this.#uses.size > 2 * this.limits.connections) this.#forget()
  }

  /** Take one query. False where the network has used up its share; see {@link waitSeconds}. */
  take(use: Use): boolean {
    if (use.tokens < 1) this.#refill(use)
    if (use.tokens < 1) return false
    use.tokens--
    return true
  }

  /** Whole seconds until the network may ask again. */
  waitSeconds(use: Use): number {
    return Math.max(1, Math.ceil((1 - use.tokens) / this.limits.queriesPerSecond))
  }

  #refill(use: Use): void {
    const now = this.#clock()
    const earned = ((now - use.at) / 1000) * this.limits.queriesPerSecond
    use.tokens = Math.min(this.limits.queriesBurst, use.tokens + earned)
    use.at = now
  }

  /** Networks without a connection whose share is whole again need not be remembered. */
  #forget(): void {
    for (const [network, use] of this.#uses) {
      this.#refill(use)
      if (use.connections === 0 && use.tokens >= this.limits.queriesBurst) this.#uses.delete(network)
    }
  }
}
