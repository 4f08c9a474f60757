/** What the offering of acts looks at in a state: holders and their keys, registrations, applications. It judges nothing. */

import type {
  Application,
  Cell,
  Holder,
  Json,
  Notes,
  OrderRecord,
  RecordKey,
  Registration,
  Registry,
  Replaced,
} from '@cadastre/records'
import type { SmallState } from './small-state.ts'
import { type Key, keyOf, type Wish } from './small-world.ts'

export type Met = { readonly key: RecordKey; readonly registration: Registration }

/** What a view was looked at for: `at`, a kind of records, or the key of one. */
export type Look = string

/**
 * A state at an instant, as those see it who think what to ask. Whatever is looked at is told to `looked`, so that what
 * was thought can be remembered for every state that looks alike there.
 */
export class View {
  readonly #state: SmallState
  readonly #at: string
  readonly #looked: (look: Look) => void
  /** How many holders, and how many holdings, acts are tried on; all others are only those who deal with them. */
  readonly most: number

  constructor(
    state: SmallState,
    at: string,
    most: number = Number.POSITIVE_INFINITY,
    looked: (look: Look) => void = () => undefined,
  ) {
    this.most = most
    this.#state = state
    this.#at = at
    this.#looked = looked
  }

  get at(): string {
    this.#looked('at')
    return this.#at
  }
  /** In the order in which they came. */
  get holders(): readonly Holder[] {
    const holders = this.all<Holder>('holder')
    return holders.toSorted((a, b) => (a.since === b.since ? 0 : a.since < b.since ? -1 : 1))
  }
  get met(): readonly Met[] {
    this.#looked('cell')
    return this.#state.ofKind('cell').flatMap(([key, { value }]) => {
      const record: unknown = value
      const { registrations } = record as Cell
      return registrations.flatMap((registration) =>
        standsFirst(key, registration) ? [{ key, registration }] : [],
      )
    })
  }
  get applications(): readonly Application[] {
    return this.all('application')
  }
  get orders(): readonly OrderRecord[] {
    return this.all('order')
  }
  /** Notes on registrations; those on holders are another type. */
  get notes(): readonly Notes[] {
    return this.all<Notes>('notes').filter((one) => 'registration' in one)
  }
  get registry(): Registry {
    const registry = this.value<Registry>('obj/registry/REGISTRY')
    if (registry === null) throw new Error('a world without a registry')
    return registry
  }

  /** Every record of this kind. */
  all<T>(kind: string): readonly T[] {
    this.#looked(kind)
    return this.#state.ofKind(kind).map(([, { value }]) => {
      const record: unknown = value
      return record as T
    })
  }
  /** Handles of all records of this kind. */
  handles(kind: string): readonly string[] {
    this.#looked(kind)
    return this.#state.ofKind(kind).map(([key]) => key.slice(`obj/${kind}/`.length))
  }

  value<T>(key: string): T | null {
    this.#looked(key)
    const value: unknown = this.#state.get(key as RecordKey)?.value ?? null
    return value as T | null
  }

  /** Holders with keys. */
  get living(): readonly Holder[] {
    return this.holders.filter(({ policy }) => policy !== null)
  }

  /** Those of them on whom acts are tried: the latest first, who needs two keys and has guardians. */
  get subjects(): readonly Holder[] {
    const { living } = this
    return Number.isFinite(this.most) ? living.toReversed().slice(0, this.most) : living
  }

  holder(handle: string | null): Holder | null {
    return this.holders.find((one) => one.handle === handle) ?? null
  }

  /** The next holder with keys, in order: somebody to deal with, or whose keys must not do. */
  other(handle: string | null): Holder | null {
    const { living } = this
    const place = living.findIndex((one) => one.handle === handle)
    return living[(place + 1) % living.length] ?? null
  }

  /** As many full keys as the policy asks for. */
  full(handle: string | null): readonly Key[] {
    const policy = this.holder(handle)?.policy
    if (policy == null) return []
    const full = policy.keys.filter(({ roles }) => roles.includes('full')).slice(0, policy.m)
    return full.map(({ alg, key }) => ({ alg, key }))
  }

  narrow(handle: string | null, role: 'routing' | 'technical'): readonly Key[] {
    const found = this.holder(handle)?.policy?.keys.find(({ roles }) => roles.some((one) => one === role))
    return found === undefined ? this.full(handle) : [{ alg: found.alg, key: found.key }]
  }

  digest(text: string): string {
    return this.#state.digest(text)
  }
  memberHash(member: Json): string {
    return this.#state.memberHash(member)
  }
  replaced(member: string, value: unknown): Replaced {
    return { member, hash: value === null ? null : this.#state.memberHash(value as Json) }
  }
  names({ key, registration }: Met): Replaced {
    return this.replaced(`${key}#${registration.id}`, registration)
  }
  members(holder: Holder, ...members: readonly (keyof Holder)[]): readonly Replaced[] {
    return members.map((member) => this.replaced(`obj/holder/${holder.handle}#${member}`, holder[member]))
  }
}

/** A range that is no prefix stands in several cells; once is enough. */
function standsFirst(key: RecordKey, { first }: Registration): boolean {
  const address = key.slice(key.indexOf('/') + 1, key.lastIndexOf('/'))
  return address === first
}

/** The wish as those sign it who must, and as those do who must not be enough. `whose`: handle of whom it is about. */
export function signings(
  view: View,
  wish: Wish,
  whose: string | null,
  operator: readonly Key[],
): readonly Wish[] {
  const right = new Set(wish.by.map(({ key }) => key))
  const others = view.full(view.other(whose)?.handle ?? null)
  const sets: (readonly Key[])[] = [wish.by, operator, others]
  if (wish.by.length > 1) sets.push(wish.by.slice(1), wish.by.slice(0, -1))
  const made: Wish[] = []
  const seen = new Set<string>()
  for (const by of sets) {
    const name = by
      .map(({ key }) => key)
      .sort()
      .join()
    if (seen.has(name) || (by !== wish.by && [...right].every((key) => by.some((one) => one.key === key))))
      continue
    seen.add(name)
    made.push(by === wish.by ? wish : { ...wish, by })
  }
  return made
}

export const THIEF: Key = keyOf('thief')
