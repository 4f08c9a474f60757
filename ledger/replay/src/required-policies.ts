/** Which witnesses the registry's own record asks for: its policy, and during an overlap the one before too. */

import type { Crypto, Hasher } from '@cadastre/crypto'
import { checkPolicy, type Policy, parsePolicy } from '@cadastre/notes'
import { WITNESSES_KEY } from '@cadastre/procedures'
import { asObject, type Instant } from '@cadastre/records'

/** The policies of the record at this instant. One that cannot be read asks for nobody: genesis may state none. */
export function requiredPolicies(hasher: Hasher, record: unknown, at: Instant): readonly Policy[] {
  const witnesses = asObject('witnesses', WITNESSES_KEY, record)
  if (witnesses === null) return []
  const { policy, previous } = witnesses
  const texts = previous !== null && previous.until > at ? [policy, previous.policy] : [policy]
  return texts.flatMap((text) => {
    const parsed = parsePolicy(hasher, text)
    return parsed.ok && parsed.value.quorum !== 'none' ? [parsed.value] : []
  })
}

/**
 * Which policy of the record a checkpoint does not satisfy, as a text; null where it satisfies all of them. `logs`: the
 * log's keys, which a record of genesis cannot know.
 */
export function unmetPolicy(
  crypto: Crypto,
  logs: Policy['logs'],
  note: string,
  record: unknown,
  at: Instant,
): string | null {
  for (const policy of requiredPolicies(crypto, record, at)) {
    const checked = checkPolicy(crypto, { ...policy, logs }, note)
    if (!checked.ok && checked.error === 'no-quorum')
      return `${policy.quorum} of ${policy.witnesses.map(({ name }) => name).join(', ')}`
  }
  return null
}
