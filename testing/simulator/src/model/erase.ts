/** `erase/1`: commitments leave a holder's record. */

import type { Contact, Holder } from '@cadastre/records'
import { fullSigned } from './keys.ts'
import { openAndRunning, type Rule, refuse } from './verdict.ts'
import type { World } from './world.ts'

function stripped(contact: Contact, commitments: readonly string[]): Contact | null {
  const fields = Object.entries(contact.fields).filter(([, commitment]) => !commitments.includes(commitment))
  return fields.length === 0 ? null : { ...contact, fields: Object.fromEntries(fields) }
}
const fieldsOf = ({ fields }: Contact): readonly string[] => Object.values(fields)

export const erase: Rule = {
  shape: 'holder:handle commitments',
  request(asked) {
    const { world, body } = asked
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const holder = world.holder(body['holder'])
    if (holder === null) return refuse('holder-unknown')
    if (!fullSigned(asked, holder)) return refuse('consent-missing')
    const asked_ = body['commitments'] as readonly string[]
    const known = [...holder.contacts, ...holder.formerContacts.map(({ contact }) => contact)].flatMap(
      fieldsOf,
    )
    if (!asked_.every((one) => known.includes(one))) return refuse('commitment-unknown')
    return { accept: () => forget(world, { ...holder, active: world.at as Holder['active'] }, asked_) }
  },
  due({ world, subject }) {
    const holder = world.holder(subject.split('/')[2])
    const over = holder?.formerContacts.filter(({ until }) => until <= world.at) ?? []
    if (holder === null || over.length === 0) return refuse('not-due')
    const formerContacts = holder.formerContacts.filter(({ until }) => until > world.at)
    return { accept: () => world.put('holder', holder.handle, { ...holder, formerContacts }) }
  },
}

function forget(world: World, holder: Holder, commitments: readonly string[]): void {
  const contacts = holder.contacts.flatMap((contact) => stripped(contact, commitments) ?? [])
  const formerContacts = holder.formerContacts.flatMap(({ contact, until }) => {
    const left = stripped(contact, commitments)
    return left === null ? [] : [{ contact: left, until }]
  })
  world.put('holder', holder.handle, { ...holder, contacts, formerContacts })
}
