/** Key policies: which may stand, what a new one takes away from an old one, and what is remembered of that. */

import { addSeconds, type EnrolledKey, type Holder, type Instant, type KeyPolicy } from '@cadastre/records'
import type { Asked } from './common.ts'
import type { RefusalCode } from './refusals.ts'

type Key = Pick<EnrolledKey, 'alg' | 'key'>

function isIn(keys: readonly Key[], { alg, key }: Key): boolean {
  return keys.some((other) => other.alg === alg && other.key === key)
}

/** What is wrong with a key policy, of which the keys `enrolling` must sign `asked`; null where it may stand. */
export function policyRefusal(
  policy: Pick<KeyPolicy, 'm' | 'keys'>,
  enrolling: readonly EnrolledKey[],
  asked: Asked<unknown>,
): RefusalCode | null {
  const names = new Set(policy.keys.map((key) => `${key.alg} ${key.key}`))
  if (names.size !== policy.keys.length) return 'key-repeated'
  if (policy.keys.filter((key) => key.roles.includes('full')).length < policy.m)
    return 'threshold-unreachable'
  if (policy.keys.every((key) => key.alg === 'webauthn')) return 'key-bound-to-site'
  return enrolling.every((key) => isIn(asked.signatures.keys, key)) ? null : 'key-unsigned'
}

/** The keys of a new policy that the old one has not. */
export function newKeys(old: KeyPolicy | null, next: KeyPolicy): readonly EnrolledKey[] {
  return next.keys.filter((key) => !isIn(old?.keys ?? [], key))
}

/** Whether a new policy takes something away that a thief of a key would take: a key, a role, a signature needed, a guardian. */
export function lessensPolicy(old: KeyPolicy, next: KeyPolicy): boolean {
  const kept = old.keys.every((key) =>
    next.keys.some((other) => isIn([other], key) && key.roles.every((role) => other.roles.includes(role))),
  )
  const guardians = new Set(next.guardians)
  const sameGuardians =
    new Set(old.guardians).size === guardians.size && old.guardians.every((one) => guardians.has(one))
  return !kept || next.m < old.m || !sameGuardians
}

/** The holder with a new policy. Keys and guardians that it takes away are remembered: they keep a veto for a while. */
export function withPolicy(holder: Holder, policy: KeyPolicy, vetoSeconds: number, at: Instant): Holder {
  const until = addSeconds(at, vetoSeconds)
  const goneKeys = (holder.policy?.keys ?? []).filter((key) => !isIn(policy.keys, key))
  const goneGuardians = [...new Set(holder.policy?.guardians ?? [])].filter(
    (guardian) => !policy.guardians.includes(guardian),
  )
  return {
    ...holder,
    policy,
    formerKeys: [
      ...holder.formerKeys.filter((key) => key.until > at && !isIn(policy.keys, key) && !isIn(goneKeys, key)),
      ...goneKeys.map(({ alg, key }) => ({ alg, key, until })),
    ],
    formerGuardians: [
      ...holder.formerGuardians.filter(
        ({ guardian, until: end }) =>
          end > at && !policy.guardians.includes(guardian) && !goneGuardians.includes(guardian),
      ),
      ...goneGuardians.map((guardian) => ({ guardian, until })),
    ],
  }
}
