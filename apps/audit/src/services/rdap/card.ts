/** jCards (RFC 7095) of holders and contacts: what the record says in the clear, and the presence of what it commits to. */

import { type Contact, isArray, isObject, type Json } from '@cadastre/records'
import { is, list, nameIn, type Part, perhaps, set, unopenedText, type Want } from '../expect.ts'

export type Card = {
  readonly kind: 'individual' | 'group' | 'org'
  /** Null: what the contact commits to, or `fallback` once that is erased. */
  readonly name: string | null
  readonly fallback: string
  readonly country: string | null
  /** The contact whose fields are shown; null where none is. */
  readonly contact: Contact | null
}

/**
 * A natural person's own data as registrant is never published; the contacts that a holder names for others to write
 * to are.
 */
export function isPublished({ role, kind }: Contact): boolean {
  return role !== 'registrant' || kind !== 'individual'
}

export function cardWanted({ kind, name, fallback, country, contact }: Card): Want {
  const has = (field: string): boolean => contact?.fields[field] !== undefined
  const fn = name !== null ? is(name) : has('fn') ? unopenedText : is(fallback)
  const parts: Part[] = [
    property('version', 'text', is('4.0')),
    property('fn', 'text', fn),
    property('kind', 'text', is(kind)),
  ]
  const address = addressPart(country, has('adr'))
  if (address !== null) parts.push(address)
  if (has('tel')) parts.push(mayBeErased(property('tel', 'text', unopenedText, { type: 'voice' })))
  if (has('email')) parts.push(mayBeErased(property('email', 'text', unopenedText)))
  const properties = set(parts, (one) => (isArray(one) ? nameIn(one[0]) : ''))
  if (properties === null) throw new TypeError('a card has a version')
  return list(is('vcard'), properties)
}

function property(name: string, type: string, value: Want, parameters: Json = {}): Part {
  return { name, want: list(is(name), is(parameters), is(type), value) }
}

/** Openings are erasable: then the field is left out. */
const mayBeErased = ({ name, want }: Part): Part => ({ name, want: perhaps(want) })

/** The address is its label, with the declared country below it (RFC 8605 section 3.1 for `cc`). */
function addressPart(country: string | null, committed: boolean): Part | null {
  const empty = is(['', '', '', '', '', '', ''])
  const plain = country === null ? null : { cc: country, label: country }
  if (!committed)
    return plain === null ? null : { name: 'adr', want: list(is('adr'), is(plain), is('text'), empty) }
  const wrong = (served: Json): string | null => {
    if (!isObject(served)) return 'parameters'
    const { label, cc, ...rest } = served
    if (typeof label !== 'string' || Object.keys(rest).length > 0) return 'a label'
    if (country === null) return cc === undefined ? null : 'no country'
    return cc === country && (label === country || label.endsWith(`\n${country}`))
      ? null
      : `the country ${country}`
  }
  const want = list(is('adr'), { kind: 'unopened', wrong }, is('text'), empty)
  return country === null ? { name: 'adr', want: perhaps(want) } : { name: 'adr', want }
}
