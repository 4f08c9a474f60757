/** A holder at the top of an answer, with what it holds (NRO profile: `networks` and `autnums`). */

import {
  type CoveringRegistration,
  type Holder,
  isArray,
  isObject,
  type Json,
  type JsonObject,
} from '@cadastre/records'
import { standingOn } from '../concerns.ts'
import { anything, is, type Members, object, type Part, perhaps, set, type Want } from '../expect.ts'
import { isOver, type ServedRecord } from '../record.ts'
import { contactParts, holderMembers, nameByHandle, representativeParts } from './entities.ts'
import type { Addresses } from './links.ts'
import { actNotice, handleOf, numbersMembers, orderNotice } from './numbers.ts'
import { eventsWanted, type Notice, noticesWanted } from './parts.ts'
import { subjectOf } from './subject.ts'

/** Most networks, and most AS number blocks, of one answer (docs/divergences.md). */
const MOST_LISTED = 100
/** A holder with more cells than this may have fewer listed. */
const CELLS_READ = 1024

export type HolderWanted = {
  readonly members: Members
  /** Whether the answer must say that it lists less than there is. */
  readonly truncated: 'yes' | 'no' | 'perhaps'
}

/** `served`: the answer; which of very many things are listed is left to it. */
export function holderWanted(
  record: ServedRecord,
  addresses: Addresses,
  holder: Holder,
  served: JsonObject,
): HolderWanted {
  const { handle, since, procedure, identity } = holder
  const self = addresses.entity(handle)
  const links = [
    addresses.holderProof(self, handle),
    addresses.history(self, `obj/holder/${handle}`),
    addresses.procedure(self, procedure),
  ]
  const register = identity === null ? null : (record.object('identity', identity)?.register ?? null)
  const held = heldBy(record, handle)
  const [networks, autnums] = [
    held.items.filter((one) => one.block.space !== 'asn'),
    held.items.filter((one) => one.block.space === 'asn'),
  ]
  const standing = standingOn(record, handle, null)
  const listed = (all: readonly CoveringRegistration[], name: 'networks' | 'autnums'): Want | null =>
    listedWanted(record, addresses, all, held, { list: served[name] ?? null, cut: isCut(served) })
  return {
    members: {
      ...holderMembers(holder, addresses, links),
      publicIds: register === null ? null : is([{ type: register.name, identifier: register.number }]),
      events: eventsWanted(record, [], { since }),
      entities: set(
        [...representativeParts(standing.representatives, addresses), ...contactParts(holder, addresses)],
        nameByHandle,
      ),
      networks: listed(networks, 'networks'),
      autnums: listed(autnums, 'autnums'),
      remarks: noticesWanted([
        ...remarksOf(holder),
        ...standing.orders.map((one) => orderNotice(one, self, addresses)),
        ...standing.acts.map((one) => actNotice(one, self, addresses)),
      ]),
    },
    truncated:
      !held.all || held.cells > CELLS_READ
        ? 'perhaps'
        : networks.length > MOST_LISTED || autnums.length > MOST_LISTED
          ? 'yes'
          : 'no',
  }
}

type Held = {
  /** One for each registration, where it was met first. */
  readonly items: readonly CoveringRegistration[]
  readonly cells: number
  readonly all: boolean
}

function heldBy(record: ServedRecord, handle: string): Held {
  const { items, all } = record.holdings(handle)
  const found = new Map<string, CoveringRegistration>()
  for (const one of items) {
    if (isOver(one.registration, record.at)) continue
    const { id, first } = one.registration
    const name = `${one.block.space} ${id} ${first}`
    if (!found.has(name)) found.set(name, one)
  }
  return { items: [...found.values()], cells: items.length, all }
}

/** What must be listed: everything; of so much that the answer says it is cut, as many as it may hold, whichever. */
function listedWanted(
  record: ServedRecord,
  addresses: Addresses,
  all: readonly CoveringRegistration[],
  held: Held,
  served: { readonly list: Json; readonly cut: boolean },
): Want | null {
  const parts = all.map((one): Part => {
    const members = numbersMembers(record, addresses, subjectOf(record, one), null, true)
    return { name: handleOf(one.registration), want: object(members) }
  })
  const chosen = new Set(isArray(served.list) ? served.list.map(nameByHandle) : [])
  const most = held.all && held.cells <= CELLS_READ ? MOST_LISTED : 1
  const few = chosen.size < Math.min(most, all.length)
  const listed = served.cut ? parts.filter(({ name }, at) => chosen.has(name) || (few && at < most)) : parts
  const known = new Set(parts.map(({ name }) => name))
  const others = held.all ? [] : [...chosen].filter((name) => !known.has(name))
  return set([...listed, ...others.map((name): Part => ({ name, want: perhaps(anything) }))], nameByHandle)
}

/** Whether an answer says that it lists less than there is. */
function isCut({ notices }: JsonObject): boolean {
  return (isArray(notices) ? notices : []).some((one) => isObject(one) && one['type'] === TRUNCATED.type)
}

function remarksOf({ confirmed, identity }: Holder): readonly Notice[] {
  return [
    ...(confirmed === null
      ? []
      : [{ title: 'Confirmed', text: `The holder confirmed its data at ${confirmed}.` }]),
    ...(identity === null
      ? [
          {
            title: 'Not claimed',
            text: 'Known from published statistics alone; nobody has claimed this record yet.',
          },
        ]
      : []),
  ]
}

export const TRUNCATED: Notice = {
  title: 'Truncated',
  text: `At most ${MOST_LISTED} networks and ${MOST_LISTED} AS number blocks of a holder are listed.`,
  type: 'result set truncated due to excessive load',
}
