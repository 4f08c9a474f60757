/** Holders and their contacts as entities (RFC 9083 section 5.1). */

import type { RepresentativeBy } from '@cadastre/reader'
import type { Contact, Holder, Json, JsonObject } from '@cadastre/records'
import { type Facts, isPublished } from './facts.ts'
import { rdapObject } from './json.ts'
import type { Addresses } from './links.ts'
import { holderOrderRemark } from './notices.ts'
import { type Card, vcardArray } from './vcard.ts'
import type { RegistrationView } from './view.ts'

const HOLDER_KINDS = { organisation: 'org', person: 'individual', imported: 'org' } as const

/** Roles of RFC 9083 section 10.2.4 that contacts have. */
const CONTACT_ROLES = new Set(['technical', 'administrative', 'abuse', 'noc'])

/** A contact's handle: its holder's, and its number in the holder's list, from 1. */
function contactHandle(holder: Holder, index: number): string {
  return `${holder.handle}.C${index + 1}`
}

/** What a handle of a contact names; null where it has not that form. */
export function parseContactHandle(handle: string): { holder: string; index: number } | null {
  const match = /^(.+)\.C([1-9][0-9]{0,2})$/.exec(handle)
  return match?.[1] === undefined ? null : { holder: match[1], index: Number(match[2]) - 1 }
}

function opened(contact: Contact | undefined, field: string, facts: Facts): string | null {
  const commitment = contact?.fields[field]
  return commitment === undefined ? null : facts.valueOf(commitment)
}

function cardOf(contact: Contact | undefined, facts: Facts): Omit<Card, 'fn' | 'kind' | 'country'> {
  return {
    email: opened(contact, 'email', facts),
    tel: opened(contact, 'tel', facts),
    adr: opened(contact, 'adr', facts),
  }
}

/** The members that identify a holder, nested or at the top. */
export function registrantMembers(
  holder: Holder,
  facts: Facts,
  addresses: Addresses,
  links: readonly Json[] = [],
): JsonObject {
  const published = holder.contacts.find((contact) => contact.role === 'registrant' && isPublished(contact))
  const fn = holder.name ?? opened(published, 'fn', facts) ?? holder.handle
  const kind = HOLDER_KINDS[holder.kind]
  return {
    objectClassName: 'entity',
    handle: holder.handle,
    roles: ['registrant'],
    links: [addresses.self(addresses.entity(holder.handle)), ...links],
    vcardArray: vcardArray({ fn, kind, country: holder.country, ...cardOf(published, facts) }),
  }
}

/** One contact of a holder; null where there is none of that number that is shown as an entity of its own. */
export function contactMembers(
  holder: Holder,
  index: number,
  facts: Facts,
  addresses: Addresses,
): JsonObject | null {
  const contact = holder.contacts[index]
  if (contact === undefined || !CONTACT_ROLES.has(contact.role)) return null
  const handle = contactHandle(holder, index)
  const fn = opened(contact, 'fn', facts) ?? `Contact of ${holder.handle} (${contact.role})`
  const kind = contact.kind === 'individual' || contact.kind === 'group' ? contact.kind : 'org'
  return rdapObject({
    objectClassName: 'entity',
    handle,
    roles: [contact.role],
    links: [addresses.self(addresses.entity(handle))],
    vcardArray: vcardArray({ fn, kind, country: null, ...cardOf(contact, facts) }),
  })
}

export function contactEntities(holder: Holder, facts: Facts, addresses: Addresses): readonly JsonObject[] {
  return holder.contacts
    .map((_, index) => contactMembers(holder, index, facts, addresses))
    .filter((entity) => entity !== null)
}

/**
 * Who acts for a holder by order of an authority, as an entity of the role `proxy` (RFC 9083 section 10.2.4): keys that
 * the order names, with no name of their own, so that the order's handle stands for them.
 */
export function representativeMembers(
  by: RepresentativeBy,
  addresses: Addresses,
  links: readonly Json[] = [],
): JsonObject {
  const self = addresses.entity(by.order)
  const fn = `Representative of ${by.holder} by order ${by.order}`
  return rdapObject({
    objectClassName: 'entity',
    handle: by.order,
    roles: ['proxy'],
    links: [addresses.self(self), ...links],
    vcardArray: vcardArray({ fn, kind: 'group', country: null, email: null, tel: null, adr: null }),
    remarks: [holderOrderRemark({ addresses }, by, self)],
  })
}

/** Entities of a registration: its holder, who acts for it by order, and whom to write to. */
export function entitiesOf(
  { holder, representatives }: Pick<RegistrationView, 'holder' | 'representatives'>,
  facts: Facts,
  addresses: Addresses,
): readonly JsonObject[] {
  if (holder === null) return []
  return [
    registrantMembers(holder, facts, addresses),
    ...representatives.map((one) => representativeMembers(one, addresses)),
    ...contactEntities(holder, facts, addresses),
  ]
}
