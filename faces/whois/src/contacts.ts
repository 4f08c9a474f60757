/** What holders published of their contacts: the openings of commitments, which only the store has. */

import type { RegistryReader } from '@cadastre/reader'
import type { Holder } from '@cadastre/records'
import { contactHandle, isPublished, type OpenedFields, roleObject } from './render.ts'
import type { RpslObject } from './rpsl.ts'

/** Values of the commitments that are still open. Erased ones are missing. */
async function opened(
  store: RegistryReader['store'],
  fields: { readonly [field: string]: string },
): Promise<OpenedFields> {
  const openings = await store.openings(Object.values(fields))
  const values = new Map(openings.map(({ commitment, value }) => [commitment, value]))
  const found = new Map<string, string>()
  for (const [field, commitment] of Object.entries(fields)) {
    const value = values.get(commitment)
    if (value !== undefined && value !== '') found.set(field, value)
  }
  return found
}

/** The contacts of a holder that are shown, as role objects; only that of one index where it is given. */
export async function contactObjects(
  store: RegistryReader['store'],
  holder: Holder,
  source: string,
  only: number | null = null,
): Promise<readonly RpslObject[]> {
  const objects: RpslObject[] = []
  for (const [index, contact] of holder.contacts.entries()) {
    if (!isPublished(contact) || (only !== null && only !== index)) continue
    const fields = await opened(store, contact.fields)
    objects.push(roleObject(contactHandle(holder.handle, index), contact.role, fields, source))
  }
  return objects
}

/** The address for reports of abuse; null where the holder has published none. */
export async function abuseMailbox(store: RegistryReader['store'], holder: Holder): Promise<string | null> {
  const contact = holder.contacts.find((one) => one.role === 'abuse' && isPublished(one))
  return contact === undefined ? null : ((await opened(store, contact.fields)).get('email') ?? null)
}
