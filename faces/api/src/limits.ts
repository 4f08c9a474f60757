/**
 * Rate limits: token buckets keyed on the source address prefix alone, never on holder or object (design.md section
 * 8). They are the same for everyone, published at `/api/limits`, and recover by themselves.
 */

import { parseAddress } from '@cadastre/numbers'

export const LIMIT_CLASSES = ['submit', 'dry-run', 'read', 'subscribe'] as const
export type LimitClass = (typeof LIMIT_CLASSES)[number]

/** Requests a second that are sustained, and how many may come at once after a pause. */
export type Limit = { readonly perSecond: number; readonly burst: number }
export type Limits = { readonly [C in LimitClass]: Limit }

export const DEFAULT_LIMITS: Limits = {
  submit: { perSecond: 50, burst: 500 },
  'dry-run': { perSecond: 20, burst: 200 },
  read: { perSecond: 500, burst: 5000 },
  // Each wish sends one message to an address that a stranger names.
  subscribe: { perSecond: 0.02, burst: 10 },
}

/** Buckets kept; the oldest goes first, and a bucket that is gone counts as full. */
const BUCKETS_MAX = 65_536

type Bucket = { tokens: number; at: number }

export class RateLimiter {
  readonly #limits: Limits
  readonly #buckets = new Map<string, Bucket>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Takes one token; 0 where there was one, else the seconds (1 or more) until there is. */
  take(kind: LimitClass, source: string, now: number): number {
    const { perSecond, burst } = this.#limits[kind]
    const name = `${kind} ${source}`
    const bucket = this.#buckets.get(name) ?? { tokens: burst, at: now }
    const tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond)
    this.#buckets.delete(name)
    if (this.#buckets.size >= BUCKETS_MAX) this.#buckets.delete(this.#buckets.keys().next().value ?? name)
    this.#buckets.set(name, { tokens: tokens < 1 ? tokens : tokens - 1, at: now })
    return tokens < 1 ? Math.max(1, Math.ceil((1 - tokens) / perSecond)) : 0
  }
}

const MAPPED = 0xffffn << 32n

/** The prefix a limit is keyed on: an IPv4 address whole, IPv6 by its first 64 bits; one key for all unknown. */
export function sourcePrefix(address: string | null): string {
  const parsed = parseAddress((address ?? '').replace(/%.*$/, ''))
  if (!parsed.ok) return 'unknown'
  const { space, value } = parsed.value
  if (space === 'ip4') return `4 ${value}`
  return value >> 32n === MAPPED >> 32n ? `4 ${BigInt.asUintN(32, value)}` : `6 ${value >> 64n}`
}
