/** Records as RPSL objects. Pure: a record and its place in, lines out. */

import { type Block, formatAddress, formatPrefix } from '@cadastre/numbers'
import {
  type Contact,
  type Holder,
  type Registration,
  type RegistrationKind,
  type ReverseDns,
  type Route,
  registrationRange,
} from '@cadastre/records'
import { zoneName } from './reverse-zones.ts'
import { type Attribute, oneLine, type RpslObject } from './rpsl.ts'

/**
 * The registry's name as a source name (RFC 2725 section 7): upper-case letters, digits and hyphens, at most 40,
 * beginning with a letter. `CADASTRE` where nothing of the name is left.
 */
export function sourceName(name: string): string {
  const upper = name.normalize('NFKD').toUpperCase().replaceAll(/\p{M}/gu, '')
  const word = upper.replaceAll(/[^A-Z0-9]+/g, '-').replaceAll(/^[^A-Z]+/g, '')
  return word.slice(0, 40).replaceAll(/-+$/g, '') || 'CADASTRE'
}

const KINDS: { readonly [K in RegistrationKind]: string } = {
  pool: 'pool that this registry allocates from',
  holding: 'holding',
  sub: 'sub-delegation by the holder of the covering range',
  lease: 'lease by the holder of the covering range',
  reserved: 'reserved',
  quarantined: 'returned, in quarantine',
  'moved-out': 'moved to another registry',
}

/** Attributes that all registrations have after their name. */
function common(registration: Registration, source: string, remarks: readonly string[]): Attribute[] {
  const { country, holder, status, registered, kind, since, procedure, until, provenance } = registration
  const attributes: Attribute[] = []
  if (country !== null) attributes.push(['country', country])
  if (holder !== null) attributes.push(['org', holder])
  attributes.push(['status', status.toUpperCase()])
  // The declared date; RIPE's attribute is a date and time.
  if (registered !== null) attributes.push(['created', `${registered}T00:00:00Z`])
  // What comes from another registry is marked as held there until its move is final.
  const coming = kind === 'moved-out' && procedure.startsWith('move-in/')
  const what = coming ? 'on its way here from another registry, which holds it until then' : KINDS[kind]
  attributes.push(['remarks', `${what}, since log entry ${since}, procedure ${procedure}`])
  if (until !== null) attributes.push(['remarks', `until ${until}`])
  if (registration.protected)
    attributes.push(['remarks', "protected: ends early only by its own holder's signature or an order"])
  // A pool's provenance is the handle of its pool object.
  if (provenance !== null && kind !== 'pool')
    attributes.push(['remarks', `imported from ${oneLine(provenance)}`])
  for (const remark of remarks) attributes.push(['remarks', remark])
  attributes.push(['source', source])
  return attributes
}

const wholeRange = ({ first, last }: Registration): string => `${first} - ${last}`

/**
 * An inetnum (whole range), inet6num (the prefix of the cell) or as-block (whole range). `orders`: what stands on it by
 * order of an authority and what is under way about it, a remark each.
 */
export function registrationObject(
  registration: Registration,
  block: Block,
  source: string,
  orders: readonly string[],
): RpslObject {
  const { first, last, id } = registration
  if (block.space === 'ip4') {
    const attributes: Attribute[] = [
      ['inetnum', wholeRange(registration)],
      ['netname', id],
      ...common(registration, source, orders),
    ]
    return { type: 'inetnum', attributes, keyCount: 1 }
  }
  if (block.space === 'ip6') {
    const part = isWhole(block, registration) ? [] : [`part of ${wholeRange(registration)}`]
    const attributes: Attribute[] = [
      ['inet6num', formatPrefix(block)],
      ['netname', id],
      ...common(registration, source, [...part, ...orders]),
    ]
    return { type: 'inet6num', attributes, keyCount: 1 }
  }
  const attributes: Attribute[] = [
    ['as-block', `AS${first} - AS${last}`],
    ...common(registration, source, orders),
  ]
  return { type: 'as-block', attributes, keyCount: 1 }
}

function isWhole(block: Block, registration: Registration): boolean {
  if (formatAddress(block.space, block.first) !== registration.first) return false
  const whole = registrationRange(registration, block.space)
  return whole.last - whole.first === (1n << BigInt(128 - block.length)) - 1n
}

/** The aut-num of one AS number of a registration, which may hold more. */
export function autnumObject(
  asn: number,
  registration: Registration,
  source: string,
  orders: readonly string[],
): RpslObject {
  const { first, last, id } = registration
  const part = first === last ? [] : [`one of AS${first} - AS${last}`]
  const attributes: Attribute[] = [
    ['aut-num', `AS${asn}`],
    ['as-name', id],
    ...common(registration, source, [...part, ...orders]),
  ]
  return { type: 'aut-num', attributes, keyCount: 1 }
}

/** A route or route6 (RFC 2622 section 4, RFC 4012 section 3). */
export function routeObject(block: Block, route: Route, holder: string | null, source: string): RpslObject {
  const type = block.space === 'ip6' ? 'route6' : 'route'
  const attributes: Attribute[] = [
    [type, formatPrefix(block)],
    ['origin', `AS${route.origin}`],
  ]
  if (holder !== null) attributes.push(['org', holder])
  attributes.push(['remarks', `declared by the holder of ${route.under}, since log entry ${route.since}`])
  attributes.push(['source', source])
  return { type, attributes, keyCount: 2 }
}

/** A reverse zone with its name servers and DS records (RFC 4034 section 5.3). */
export function domainObject(
  zone: Block,
  rdns: ReverseDns,
  holder: string | null,
  source: string,
): RpslObject {
  const attributes: Attribute[] = [['domain', zoneName(zone)]]
  if (holder !== null) attributes.push(['org', holder])
  for (const server of rdns.ns) attributes.push(['nserver', server])
  for (const { keyTag, algorithm, digestType, digest } of rdns.ds)
    attributes.push(['ds-rdata', `${keyTag} ${algorithm} ${digestType} ${digest}`])
  attributes.push(['remarks', `declared by the holder of ${rdns.under}, since log entry ${rdns.since}`])
  attributes.push(['source', source])
  return { type: 'domain', attributes, keyCount: 1 }
}

const CONTACT_ATTRIBUTES: { readonly [role: string]: string } = {
  abuse: 'abuse-c',
  administrative: 'admin-c',
  registrant: 'admin-c',
  technical: 'tech-c',
  noc: 'tech-c',
}

/** Handle of a holder's contact: its number in the holder's list, from 1. RDAP names it so too. */
export function contactHandle(holder: string, index: number): string {
  return `${holder}.C${index + 1}`
}

/** What a handle of a contact names; null where it has not that form. */
export function parseContactHandle(
  handle: string,
): { readonly holder: string; readonly index: number } | null {
  const match = /^(.+)\.C([1-9][0-9]{0,2})$/.exec(handle)
  return match?.[1] === undefined ? null : { holder: match[1], index: Number(match[2]) - 1 }
}

/**
 * Whether a contact is shown. A natural person's own data as registrant is not published; the contacts that a holder
 * names for others to write to are. RDAP has the same rule.
 */
export function isPublished({ role, kind }: Contact): boolean {
  return role !== 'registrant' || kind !== 'individual'
}

/**
 * A holder. A natural person's name is not in the register, so its handle stands for it. `remarks`: what stands on its
 * whole record by order of an authority, and what is under way about it.
 */
export function organisationObject(holder: Holder, source: string, remarks: readonly string[]): RpslObject {
  const { handle, name, country, contacts, kind, confirmed, lockedUntil, since, procedure } = holder
  const { frozenUntil, transferableFrom, dissolved } = holder
  const attributes: Attribute[] = [
    ['organisation', handle],
    ['org-name', name === null ? handle : oneLine(name)],
  ]
  if (country !== null) attributes.push(['country', country])
  for (const [index, contact] of contacts.entries())
    if (isPublished(contact))
      attributes.push([CONTACT_ATTRIBUTES[contact.role] ?? 'tech-c', contactHandle(handle, index)])
  if (kind === 'person') attributes.push(['remarks', 'a natural person, whose name is not published'])
  // A watched world has holders as files name them; nobody claims anything there.
  const observed = procedure.startsWith('observed/')
  if (kind === 'imported')
    attributes.push([
      'remarks',
      observed
        ? 'named so by published files, which do not say who it is'
        : 'imported, not yet claimed by the holder',
    ])
  if (confirmed !== null) attributes.push(['remarks', `data confirmed by the holder ${confirmed}`])
  if (lockedUntil !== null)
    attributes.push(['remarks', `transfers locked by the holder itself until ${lockedUntil}`])
  if (frozenUntil !== null)
    attributes.push(['remarks', `transfers frozen by a key of the holder until ${frozenUntil}`])
  if (transferableFrom !== null)
    attributes.push(['remarks', `keys recovered: transfers from ${transferableFrom} on`])
  if (dissolved !== null)
    attributes.push(['remarks', `officially noted as ended ${dissolved.at}; registrations and services stay`])
  for (const remark of remarks) attributes.push(['remarks', remark])
  attributes.push(['remarks', `since log entry ${since}, procedure ${procedure}`])
  attributes.push(['source', source])
  return { type: 'organisation', attributes, keyCount: 1 }
}

/** Fields of a contact as its holder opened them: jCard property name and value. */
export type OpenedFields = ReadonlyMap<string, string>

/** A contact with the fields that are still open. */
export function roleObject(handle: string, role: string, fields: OpenedFields, source: string): RpslObject {
  const attributes: Attribute[] = [['role', oneLine(fields.get('fn') ?? handle)]]
  for (const line of (fields.get('adr') ?? '').split(/\r?\n/))
    if (oneLine(line) !== '') attributes.push(['address', oneLine(line)])
  const phone = fields.get('tel')
  if (phone !== undefined) attributes.push(['phone', oneLine(phone)])
  const mail = fields.get('email')
  if (mail !== undefined) attributes.push(['e-mail', oneLine(mail)])
  if (mail !== undefined && role === 'abuse') attributes.push(['abuse-mailbox', oneLine(mail)])
  attributes.push(['nic-hdl', handle], ['source', source])
  return { type: 'role', attributes, keyCount: 1 }
}
