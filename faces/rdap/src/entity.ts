/** Holders and their contacts as entities (RFC 9083 section 5.1). */

import type { Contact, Holder, Json, JsonObject } from '@cadastre/records'
import { type Facts, isPublished } from './facts.ts'
import { rdapObject } from './json.ts'
import type { Addresses } from './links.ts'
import { type Card, vcardArray } from './vcard.ts'

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

/** Entities of a registration: its holder, and whom to write to. */
export function entitiesOf(holder: Holder | null, facts: Facts, addresses: Addresses): readonly JsonObject[] {
  if (holder === null) return []
  return [registrantMembers(holder, facts, addresses), ...contactEntities(holder, facts, addresses)]
}
