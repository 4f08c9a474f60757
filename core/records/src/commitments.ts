/** Which commitments to personal data a holder's record holds, and which an act took away. */

import type { Contact, Holder } from './objects.ts'

function commitmentsIn(contacts: readonly Contact[]): readonly string[] {
  return contacts.flatMap(({ fields }) => Object.values(fields))
}

/** All commitments of a holder's record, of contacts and of those that were replaced; each once. */
export function commitmentsOf(holder: Holder): readonly string[] {
  const former = holder.formerContacts.map(({ contact }) => contact)
  return [...new Set([...commitmentsIn(holder.contacts), ...commitmentsIn(former)])]
}

/** Commitments that `before` held and `next` does not. */
export function droppedCommitments(before: Holder | null, next: Holder | null): readonly string[] {
  if (before === null) return []
  const kept = new Set(next === null ? [] : commitmentsOf(next))
  return commitmentsOf(before).filter((commitment) => !kept.has(commitment))
}

/** The contacts without these commitments; a contact of which nothing is left goes. */
export function withoutCommitments(
  contacts: readonly Contact[],
  erased: ReadonlySet<string>,
): readonly Contact[] {
  return contacts.flatMap((contact) => {
    const kept = Object.entries(contact.fields).filter(([, commitment]) => !erased.has(commitment))
    return kept.length === 0 ? [] : [{ ...contact, fields: Object.fromEntries(kept) }]
  })
}
