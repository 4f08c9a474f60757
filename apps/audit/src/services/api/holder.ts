/** What `/api/holders` says of a holder and of what it holds. */

import { blockKey } from '@cadastre/numbers'
import { type Contact, type Holder, isObject, type Json, objectKey } from '@cadastre/records'
import { standingOn } from '../concerns.ts'
import {
  anything,
  is,
  list,
  type Members,
  nameIn,
  object,
  type Part,
  perhaps,
  set,
  type Want,
} from '../expect.ts'
import { isOver, type ServedRecord } from '../record.ts'
import {
  asIs,
  briefWanted,
  linksWanted,
  nameOfOrder,
  objectTarget,
  partyWanted,
  standingMembers,
  timeWanted,
  writtenBlock,
} from './parts.ts'

/** `most`: how many of its cells may be listed. */
export function holderMembers(record: ServedRecord, holder: Holder, most: number): Members {
  const { handle, identity, policy, lockedUntil, coolingSeconds, frozenUntil, transferableFrom } = holder
  const { evidenceRecovery, guardianThreshold, dissolved, confirmed, procedure, since } = holder
  const standing = standingOn(record, handle, null)
  const register = identity === null ? null : (record.object('identity', identity)?.register ?? null)
  return {
    kind: is('holder'),
    holder: partyWanted(record, handle),
    identity: is(identity),
    register: asIs(register),
    policy: asIs(
      policy === null ? null : { threshold: policy.m, keys: policy.keys, guardians: policy.guardians },
    ),
    contacts: list(...holder.contacts.map(contactWanted)),
    lockedUntil: is(lockedUntil),
    coolingSeconds: is(coolingSeconds),
    frozenUntil: is(frozenUntil),
    transferableFrom: is(transferableFrom),
    evidenceRecovery: is(evidenceRecovery),
    guardianThreshold: is(guardianThreshold),
    dissolved: is(dissolved?.at ?? null),
    confirmed: is(confirmed),
    ...standingMembers(standing),
    representatives:
      set(
        standing.representatives.map(({ order, says }) => ({ name: order, want: is({ order, says }) })),
        nameOfOrder,
      ) ?? is([]),
    procedure: is(procedure),
    since: is(since),
    sinceAt: timeWanted(record, since),
    holdings: holdingsWanted(record, handle, most),
    links: linksWanted(record, objectKey('holder', handle), objectTarget('holder', handle)),
  }
}

/** A natural person's own data as registrant is not shown; of the rest the record knows the commitment alone. */
function contactWanted({ role, kind, fields }: Contact): Want {
  const hidden = role === 'registrant' && kind === 'individual'
  const parts = Object.entries(fields).map(([field, commitment]): Part => {
    const value: Want = hidden
      ? is(null)
      : {
          kind: 'unopened',
          wrong: (served) =>
            served === null || (typeof served === 'string' && served !== '')
              ? null
              : 'a text, or null once erased',
        }
    return { name: field, want: object({ field: is(field), commitment: is(commitment), value }) }
  })
  return object({ role: is(role), kind: is(kind), fields: set(parts, nameOfField) ?? is([]) })
}

const nameOfField = (served: Json): string => (isObject(served) ? nameIn(served['field']) : '')
const nameOfCell = (served: Json): string => {
  const { key, registration } = isObject(served) ? served : {}
  return `${nameIn(key)} ${isObject(registration ?? null) ? nameIn((registration as { id?: Json }).id) : ''}`
}

function holdingsWanted(record: ServedRecord, handle: string, most: number): Want {
  const { items, all } = record.holdings(handle)
  const parts = items
    .filter(({ registration }) => !isOver(registration, record.at))
    .map(({ block, registration }): Part => {
      const key = blockKey(block)
      const want = object({
        block: is(writtenBlock(block)),
        key: is(key),
        registration: briefWanted(record, block.space, registration),
      })
      return { name: `${key} ${registration.id}`, want }
    })
  const whole = all && items.length <= most
  const listed: Want = whole ? (set(parts, nameOfCell) ?? is([])) : someOf(parts, all)
  return object({
    items: listed,
    more: whole ? is(false) : all ? is(true) : anything,
    after: whole ? is(null) : anything,
    proved: is(false),
  })
}

/** One page of very many: each line must be one of them. Where not all are known here, others may be there. */
function someOf(parts: readonly Part[], all: boolean): Want {
  const some = parts.map(({ name, want }): Part => ({ name, want: perhaps(want) }))
  const known = set(some, nameOfCell) ?? is([])
  return all ? known : anything
}
