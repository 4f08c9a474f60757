/** What a holder's own record holds against its numbers passing to somebody else: always for the holder's protection. */

import type { Holder, Instant } from '@cadastre/records'

/** Null where nothing stands against it now. Order of precedence: lock, freeze, recovery of keys. */
export function holderBar(holder: Holder, at: Instant): 'locked' | 'frozen' | 'recovered-recently' | null {
  const runs = (until: Instant | null): boolean => until !== null && until > at
  if (runs(holder.lockedUntil)) return 'locked'
  if (runs(holder.frozenUntil)) return 'frozen'
  return runs(holder.transferableFrom) ? 'recovered-recently' : null
}
