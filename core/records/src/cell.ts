/**
 * A cell: all that is registered at exactly one prefix, or at one aligned AS block. Its canonical JSON is a leaf
 * of the state trie (design.md section 4).
 */

import type { Instant } from './time.ts'

export const REGISTRATION_KINDS = [
  'pool',
  'holding',
  'sub',
  'lease',
  'reserved',
  'quarantined',
  'moved-out',
] as const
export type RegistrationKind = (typeof REGISTRATION_KINDS)[number]

/**
 * One registration. A range that is no single prefix puts the same registration (same id, whole range stated) at
 * each of its minimal prefixes. The pieces that a partial act leaves of a registration keep its id, each with its
 * own `first` and `last`, so that services under it need no rewriting.
 */
export type Registration = {
  /** `R-<index of the entry that recorded it>`, `-<n>` from the second registration of one entry on. */
  readonly id: string
  readonly kind: RegistrationKind
  /** First number: RFC 5952 or dotted-quad text, or decimal digits for AS numbers. */
  readonly first: string
  readonly last: string
  readonly holder: string | null
  /** Declared status, as in statistics exchange: `allocated`, `assigned`, `available`, `reserved`. */
  readonly status: string
  /** Declared ISO 3166-1 alpha-2 code; published, never read by `decide`. */
  readonly country: string | null
  /** Declared date of first registration (RFC 3339 full-date); published, never read by `decide`. */
  readonly registered: string | null
  /** End of a term: a lease, a protected child, a quarantine. */
  readonly until: Instant | null
  /** A protected child ends early only by its own signature or an order. */
  readonly protected: boolean
  /** Where an imported record came from: the import source. */
  readonly provenance: string | null
  readonly procedure: string
  /** Index of the entry from which this holder has held it. */
  readonly since: number
}

/** Delegation of a reverse zone (RFC 1035, RFC 3596; DS as in RFC 4034). */
export type ReverseDns = {
  readonly under: string
  readonly since: number
  /** Name servers, lower-case LDH names without trailing dot. */
  readonly ns: readonly string[]
  readonly ds: readonly DelegationSigner[]
}
export type DelegationSigner = {
  readonly keyTag: number
  readonly algorithm: number
  readonly digestType: number
  /** Lower-case hexadecimal. */
  readonly digest: string
}

/** A route: the holder states that this AS number originates exactly this prefix (RFC 2622 section 4, RFC 4012). */
export type Route = { readonly under: string; readonly since: number; readonly origin: number }

/** Intent of a Route Origin Authorization (RFC 9582): AS number and maximum length for exactly this prefix. */
export type Roa = {
  readonly under: string
  readonly since: number
  readonly asn: number
  readonly maxLength: number
}

export type Cell = {
  readonly v: 1
  /** Outermost first. */
  readonly registrations: readonly Registration[]
  readonly rdns: ReverseDns | null
  readonly routes: readonly Route[]
  readonly roas: readonly Roa[]
}

/** Published caps (design.md section 4). */
export const MAX_REGISTRATIONS = 8
export const MAX_ROUTES = 16
export const MAX_ROAS = 16

export const EMPTY_CELL: Cell = { v: 1, registrations: [], rdns: null, routes: [], roas: [] }

/** Whether nothing is registered in the cell, so that it has no leaf. */
export function isEmptyCell(cell: Cell): boolean {
  return (
    cell.registrations.length === 0 &&
    cell.rdns === null &&
    cell.routes.length === 0 &&
    cell.roas.length === 0
  )
}

/** Kinds that occupy numbers exclusively: two of these never overlap (invariant I2 of procedures.md). */
export function isOccupying(kind: RegistrationKind): boolean {
  return kind === 'holding' || kind === 'reserved' || kind === 'quarantined' || kind === 'moved-out'
}

/** Whether the registration is a child of another: nested inside a holding. */
export function isChild(kind: RegistrationKind): boolean {
  return kind === 'sub' || kind === 'lease'
}
