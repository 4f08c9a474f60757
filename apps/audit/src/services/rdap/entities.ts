/** Holders and their contacts as entities (RFC 9083 section 5.1). */

import { type Contact, type Holder, isObject, type Json } from '@cadastre/records'
import type { Representative } from '../concerns.ts'
import { is, list, type Members, nameIn, object, type Part, set, type Want } from '../expect.ts'
import { cardWanted, isPublished } from './card.ts'
import { type Addresses, type Link, linksWanted } from './links.ts'
import { noticesWanted } from './parts.ts'

/** Roles of RFC 9083 section 10.2.4 with which a contact is an entity of its own. */
const CONTACT_ROLES = ['technical', 'administrative', 'abuse', 'noc']

/** What identifies a holder, nested or at the top. */
export function holderMembers(holder: Holder, addresses: Addresses, links: readonly Link[] = []): Members {
  const { handle, kind, name, country } = holder
  const self = addresses.self(addresses.entity(handle))
  const contact = holder.contacts.find((one) => one.role === 'registrant' && isPublished(one)) ?? null
  return {
    objectClassName: is('entity'),
    handle: is(handle),
    roles: list(is('registrant')),
    links: linksWanted([self, ...links]),
    vcardArray: cardWanted({
      kind: kind === 'person' ? 'individual' : 'org',
      name,
      fallback: handle,
      country,
      contact,
    }),
  }
}

/** The contact of a holder with this number, from 0, as an entity; null where none is shown. */
export function contactMembers(holder: Holder, index: number, addresses: Addresses): Members | null {
  const contact: Contact | undefined = holder.contacts[index]
  if (contact === undefined || !CONTACT_ROLES.includes(contact.role)) return null
  const handle = contactHandle(holder, index)
  const { kind, role } = contact
  return {
    objectClassName: is('entity'),
    handle: is(handle),
    roles: list(is(role)),
    links: linksWanted([addresses.self(addresses.entity(handle))]),
    vcardArray: cardWanted({
      kind: kind === 'individual' || kind === 'group' ? kind : 'org',
      name: null,
      fallback: `Contact of ${holder.handle} (${role})`,
      country: null,
      contact,
    }),
  }
}

export function contactHandle({ handle }: Holder, index: number): string {
  return `${handle}.C${index + 1}`
}

export function contactParts(holder: Holder, addresses: Addresses): readonly Part[] {
  return holder.contacts.flatMap((_, index) => {
    const members = contactMembers(holder, index, addresses)
    return members === null ? [] : [{ name: contactHandle(holder, index), want: object(members) }]
  })
}

/** Who acts for a holder by order (role `proxy`, RFC 9083 section 10.2.4): keys, which the order's handle names. */
export function representativeMembers(
  { order, holder, says }: Representative,
  addresses: Addresses,
): Members {
  const self = addresses.entity(order)
  return {
    objectClassName: is('entity'),
    handle: is(order),
    roles: list(is('proxy')),
    links: linksWanted([addresses.self(self)]),
    vcardArray: is([
      'vcard',
      [
        ['version', {}, 'text', '4.0'],
        ['fn', {}, 'text', `Representative of ${holder} by order ${order}`],
        ['kind', {}, 'text', 'group'],
      ],
    ]),
    remarks: noticesWanted([
      { title: 'Order of an authority', text: says, links: [addresses.order(self, order)] },
    ]),
  }
}

export function representativeParts(
  representatives: readonly Representative[],
  addresses: Addresses,
): readonly Part[] {
  return representatives.map((one) => ({
    name: one.order,
    want: object(representativeMembers(one, addresses)),
  }))
}

/** The holder of something, who acts for it by order, and whom to write to. */
export function entitiesWanted(
  holder: Holder | null,
  addresses: Addresses,
  representatives: readonly Representative[],
): Want | null {
  if (holder === null) return null
  const own: Part = { name: holder.handle, want: object(holderMembers(holder, addresses)) }
  const others = [...representativeParts(representatives, addresses), ...contactParts(holder, addresses)]
  return set([own, ...others], nameByHandle)
}

export function nameByHandle(served: Json): string {
  return isObject(served) ? nameIn(served['handle']) : ''
}
