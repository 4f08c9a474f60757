/** jCard (RFC 7095) with the properties that the NRO profile allows. */

import type { Json } from '@cadastre/records'

export type Card = {
  /** Never empty (RFC 6350 section 6.2.1). */
  readonly fn: string
  readonly kind: 'individual' | 'group' | 'org'
  readonly country: string | null
  readonly email: string | null
  readonly tel: string | null
  readonly adr: string | null
}

/** Components of an address (RFC 6350 section 6.3.1), all empty: it is in the label. */
const NO_COMPONENTS: Json = ['', '', '', '', '', '', '']

export function vcardArray({ fn, kind, country, email, tel, adr }: Card): Json {
  const properties: Json[] = [
    ['version', {}, 'text', '4.0'],
    ['fn', {}, 'text', fn],
    ['kind', {}, 'text', kind],
  ]
  const label = [adr, country].filter((part) => part !== null).join('\n')
  // `cc`: RFC 8605 section 3.1.
  if (label !== '')
    properties.push(['adr', { ...(country === null ? {} : { cc: country }), label }, 'text', NO_COMPONENTS])
  if (tel !== null) properties.push(['tel', { type: 'voice' }, 'text', tel])
  if (email !== null) properties.push(['email', {}, 'text', email])
  return ['vcard', properties]
}
