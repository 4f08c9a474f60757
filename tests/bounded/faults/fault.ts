// A deliberate fault: one procedure, broken in one way; and where the bounded check is to look for it.

import type { Procedure } from '@cadastre/procedures'
import type { Profile } from '@cadastre/records'
import type { Family } from '@cadastre/simulator/bounded'

export type Fault = {
  /** `transfer/1: a hold is ignored` */
  readonly what: string
  readonly broken: Procedure
  readonly families: readonly Family[]
  readonly profile: Profile
  /** Steps of the longest history that is tried. */
  readonly depth: number
}

export function fault(
  what: string,
  broken: Procedure,
  families: readonly Family[],
  more: { readonly profile?: Profile; readonly depth?: number } = {},
): Fault {
  return {
    what: `${broken.id}: ${what}`,
    broken,
    families,
    profile: more.profile ?? 'community',
    depth: more.depth ?? 4,
  }
}
