/** Which witnesses the registry's own record asks for: its policy, and during an overlap the one before too. */

import type { Hasher } from '@cadastre/crypto'
import { type Policy, parsePolicy } from '@cadastre/notes'
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
