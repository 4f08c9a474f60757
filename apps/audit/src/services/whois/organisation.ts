/** Holders as `organisation` objects, their contacts as `role` objects. */

import type { Contact, Holder } from '@cadastre/records'
import { standingOn } from '../concerns.ts'
import { isPublished } from '../rdap/card.ts'
import { contactHandle } from '../rdap/entities.ts'
import type { ServedRecord } from '../record.ts'
import type { PageOf } from './registrations.ts'
import { given, line, oneLine, remark, type WantedAttribute, type WantedObject } from './wanted.ts'

const REFERENCES: { readonly [role: string]: string } = {
  abuse: 'abuse-c',
  administrative: 'admin-c',
  registrant: 'admin-c',
}

export function organisationObject(
  record: ServedRecord,
  holder: Holder,
  source: string,
  page: PageOf,
): WantedObject {
  const { orders, acts, representatives } = standingOn(record, holder.handle, null)
  const { handle, name, country, contacts, kind, since, procedure } = holder
  const named = contacts.flatMap((contact, index) =>
    isPublished(contact) ? [line(REFERENCES[contact.role] ?? 'tech-c', contactHandle(holder, index))] : [],
  )
  return {
    attributes: [
      line('organisation', handle),
      line('org-name', name === null ? handle : oneLine(name)),
      ...given('country', country),
      ...named,
      ...(kind === 'person' ? [remark('a natural person, whose name is not published')] : []),
      ...(kind === 'imported' ? [remark('imported, not yet claimed by the holder')] : []),
      ...standing(holder),
      ...[...representatives, ...orders].map(({ says }) => remark(says)),
      ...acts.map(({ says, application }) => remark(page(says, application))),
      remark(`since log entry ${since}, procedure ${procedure}`),
      line('source', source),
    ],
  }
}

/** What the holder did to its own record, and what was officially noted of it. */
function standing(holder: Holder): readonly WantedAttribute[] {
  const { confirmed, lockedUntil, frozenUntil, transferableFrom, dissolved } = holder
  const said = (words: string, date: string | null): readonly WantedAttribute[] =>
    date === null ? [] : [remark(words.replace('$', date))]
  return [
    ...said('data confirmed by the holder $', confirmed),
    ...said('transfers locked by the holder itself until $', lockedUntil),
    ...said('transfers frozen by a key of the holder until $', frozenUntil),
    ...said('keys recovered: transfers from $ on', transferableFrom),
    ...said('officially noted as ended $; registrations and services stay', dissolved?.at ?? null),
  ]
}

/** The contacts of a holder that are shown. What their fields say, the record only commits to. */
export function roleObjects(holder: Holder, source: string): readonly WantedObject[] {
  return holder.contacts.flatMap((contact, index) =>
    isPublished(contact) ? [roleObject(contactHandle(holder, index), contact, source)] : [],
  )
}

function roleObject(handle: string, { role, fields }: Contact, source: string): WantedObject {
  const has = (field: string): boolean => fields[field] !== undefined
  const open = (name: string): WantedAttribute => ({ name, value: null, perhaps: true })
  return {
    related: true,
    attributes: [
      has('fn') ? { name: 'role', value: null } : line('role', handle),
      ...(has('adr') ? [{ ...open('address'), many: true as const }] : []),
      ...(has('tel') ? [open('phone')] : []),
      ...(has('email') ? [open('e-mail')] : []),
      ...(has('email') && role === 'abuse' ? [open('abuse-mailbox')] : []),
      line('nic-hdl', handle),
      line('source', source),
    ],
  }
}
