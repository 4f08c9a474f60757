/** Who has signed, by the key policies of the picture. */

import type { Holder, KeyPolicy, Staff } from '@cadastre/records'
import type { Asked, Key } from './verdict.ts'

export const sameKey = (one: Key, other: Key): boolean => one.alg === other.alg && one.key === other.key
export const signedBy = ({ keys }: Pick<Asked, 'keys'>, key: Key): boolean =>
  keys.some((one) => sameKey(one, key))

/** As many `full` keys as the policy asks for. */
export function fullSigned(asked: Pick<Asked, 'keys'>, holder: Holder | null): boolean {
  if (holder?.policy == null) return false
  const { keys, m } = holder.policy
  return keys.filter((key) => key.roles.includes('full') && signedBy(asked, key)).length >= m
}
/** One key of the role, or the policy's threshold of `full` keys: any `full` key serves. */
export function roleSigned(
  asked: Pick<Asked, 'keys'>,
  holder: Holder | null,
  role: 'routing' | 'technical',
): boolean {
  const keys = holder?.policy?.keys ?? []
  return keys.some((key) => (key.roles.includes(role) || key.roles.includes('full')) && signedBy(asked, key))
}
/** Any one living key, whatever its role. */
export function anySigned(asked: Pick<Asked, 'keys'>, holder: Holder | null): boolean {
  return (holder?.policy?.keys ?? []).some((key) => signedBy(asked, key))
}
export const staffSigned = (asked: Pick<Asked, 'keys'>, staff: Staff): boolean => signedBy(asked, staff)

/** Any living key, a key that was removed not long ago, or a removed guardian with its own keys. */
export function maySayNo(asked: Asked, holder: Holder, guardian: unknown): boolean {
  const { world } = asked
  if (guardian !== null) {
    const removed = holder.formerGuardians.some(
      (former) => former.guardian === guardian && former.until > world.at,
    )
    return removed && fullSigned(asked, world.holder(guardian))
  }
  return anySigned(asked, holder) || formerSigned(asked, holder)
}
export function formerSigned(asked: Asked, { formerKeys }: Holder): boolean {
  return formerKeys.some((key) => key.until > asked.world.at && signedBy(asked, key))
}

/** What is wrong with a policy that is to be enrolled, by the order of the pages. */
export function policyFault(asked: Asked, policy: KeyPolicy, known: readonly Key[]): string | null {
  const { keys, m } = policy
  if (keys.some((key, place) => keys.findIndex((one) => sameKey(one, key)) !== place)) return 'key-repeated'
  if (keys.filter(({ roles }) => roles.includes('full')).length < m) return 'threshold-unreachable'
  if (keys.every(({ alg }) => alg === 'webauthn')) return 'key-bound-to-site'
  const fresh = keys.filter((key) => !known.some((one) => sameKey(one, key)))
  return fresh.every((key) => signedBy(asked, key)) ? null : 'key-unsigned'
}
