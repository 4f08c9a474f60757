/** What the generator knows of the state: registrations, holders and their keys, applications. It judges nothing. */

import { type Block, parseBlockKey, type Range } from '@cadastre/numbers'
import { registrationMember } from '@cadastre/procedures'
import {
  type Application,
  type Cell,
  type Holder,
  type Json,
  type KeyRole,
  type Registration,
  type Replaced,
  registrationRange,
} from '@cadastre/records'
import type { Chance } from './workload-chance.ts'
import { type Signer, signerOf, type WorkloadRegistry } from './workload-registry.ts'

/** A registration and one of the cells in which it stands. */
export type Met = { readonly key: string; readonly block: Block; readonly registration: Registration }

export function recordsOf<T>(registry: WorkloadRegistry, type: string): readonly T[] {
  const found: T[] = []
  for (const [key, record] of registry.records) {
    const value: unknown = record
    if (key.startsWith(`obj/${type}/`)) found.push(value as T)
  }
  return found
}
export const holdersOf = (registry: WorkloadRegistry): readonly Holder[] => recordsOf(registry, 'holder')
export const applicationsOf = (registry: WorkloadRegistry): readonly Application[] =>
  recordsOf(registry, 'application')

/** Every registration of these kinds, once for each cell in which it stands. */
export function registrationsMet(registry: WorkloadRegistry, kinds: readonly string[]): readonly Met[] {
  const found: Met[] = []
  for (const [key, record] of registry.records) {
    const block = key.startsWith('obj/') ? null : parseBlockKey(key)
    if (block === null || !block.ok) continue
    const cell: unknown = record
    for (const registration of (cell as Cell).registrations)
      if (kinds.includes(registration.kind)) found.push({ key, block: block.value, registration })
  }
  return found
}

export function rangeOf({ registration, block }: Met): Range {
  return registrationRange(registration, block.space)
}

/** The member as the state holds it, named as requests name it. */
export function replacedMember(registry: WorkloadRegistry, member: string, value: unknown): Replaced {
  return { member, hash: value === null ? null : registry.state.memberHash(value as Json) }
}
export function replacedRegistration(registry: WorkloadRegistry, { registration, block }: Met): Replaced {
  return replacedMember(registry, registrationMember(registration, block.space), registration)
}

/** Keys that meet the holder's policy for an act of this role. */
export function signersFor(
  registry: WorkloadRegistry,
  handle: string | null,
  role: KeyRole,
): readonly Signer[] {
  const holder = holdersOf(registry).find((one) => one.handle === handle)
  if (holder?.policy == null) return []
  const { keys, m } = holder.policy
  const narrow = role === 'full' ? undefined : keys.find((key) => key.roles.includes(role))
  const chosen =
    narrow === undefined ? keys.filter((key) => key.roles.includes('full')).slice(0, m) : [narrow]
  return chosen.map(({ alg, key }) => ({ alg, key }))
}

/**
 * Keys that must not be enough: a stranger's, the staff's, another holder's, one too few. `oneIsEnough`: the act takes
 * one key, so that the others of the same holder would do.
 */
export function wrongSigners(
  registry: WorkloadRegistry,
  chance: Chance,
  right: readonly Signer[],
  oneIsEnough: boolean,
): readonly Signer[] {
  const mine = (key: { readonly key: string }): boolean => right.some((one) => one.key === key.key)
  const others = holdersOf(registry)
    .map((holder) => holder.policy?.keys ?? [])
    .filter((keys) => !keys.some(mine))
    .flatMap((keys) => keys.filter((key) => key.roles.includes('full')))
  switch (chance.below(4)) {
    case 0:
      return [signerOf('a stranger')]
    case 1:
      return ['OP-1', 'CL-1', 'CL-2', 'NOTIFIER'].map(signerOf).filter((one) => !mine(one))
    case 2:
      return others.map(({ alg, key }) => ({ alg, key })).slice(0, 12)
    default:
      return oneIsEnough ? [] : right.filter(({ key }) => key !== right[0]?.key)
  }
}
