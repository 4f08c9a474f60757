/** A holder as the top of an answer: with what it holds (NRO profile: `networks` and `autnums` of registrants). */

import { type Snapshot, type Standing, standingOn } from '@cadastre/reader'
import { type CoveringRegistration, type Holder, isChild, type JsonObject } from '@cadastre/records'
import { contactEntities, registrantMembers, representativeMembers } from './entity.ts'
import type { Facts } from './facts.ts'
import { rdapObject } from './json.ts'
import { actRemark, type Frame, holderOrderRemark, notice } from './notices.ts'
import { event, events, registrationMembers } from './numbers.ts'
import { identityOf } from './objects.ts'
import { chainInForce } from './subject.ts'
import { type RegistrationView, viewRegistration } from './view.ts'

/** Most networks, and most AS number blocks, of one answer. */
const MAX_HELD = 100
/** Cells that are read at first, and once more where they held no AS number: neither list is ever cut to nothing. */
const CELLS_FIRST = 1_024
const CELLS_AT_MOST = 65_536

export type HolderView = {
  readonly holder: Holder
  readonly register: { readonly name: string; readonly number: string } | null
  readonly networks: readonly RegistrationView[]
  readonly autnums: readonly RegistrationView[]
  /** What stands on its whole record by order, or is under way about it. */
  readonly standing: Standing
  /** Whether the holder has more than the lists say. */
  readonly more: boolean
}

export function viewHolder(snapshot: Snapshot, holder: Holder): HolderView {
  let held = heldBy(snapshot, holder, CELLS_FIRST)
  if (held.more && held.autnums.length === 0) held = heldBy(snapshot, holder, CELLS_AT_MOST)
  const view = (found: readonly CoveringRegistration[]): readonly RegistrationView[] =>
    found
      .slice(0, MAX_HELD)
      .map((one) => viewRegistration(snapshot, chainInForce(snapshot, one.block), one, 'holder'))
  return {
    holder,
    register: identityOf(snapshot, holder)?.register ?? null,
    networks: view(held.networks),
    autnums: view(held.autnums),
    standing: standingOn(snapshot, holder.handle),
    more: held.more || held.networks.length > MAX_HELD || held.autnums.length > MAX_HELD,
  }
}

type Held = {
  readonly networks: readonly CoveringRegistration[]
  readonly autnums: readonly CoveringRegistration[]
  readonly more: boolean
}

function heldBy(snapshot: Snapshot, holder: Holder, cells: number): Held {
  const { items, more } = snapshot.holdings(holder.handle, cells)
  const { at } = snapshot.publication
  // A registration stands in each cell of its range; a piece of a cut one keeps the id but not the range.
  const once = new Map<string, CoveringRegistration>()
  for (const item of items) {
    const { id, first, until, kind } = item.registration
    if (isChild(kind) && until !== null && until <= at) continue
    const key = `${item.block.space} ${id} ${first}`
    if (!once.has(key)) once.set(key, item)
  }
  const all = [...once.values()]
  return {
    networks: all.filter(({ block }) => block.space !== 'asn'),
    autnums: all.filter(({ block }) => block.space === 'asn'),
    more,
  }
}

export function holderMembers(frame: Frame, view: HolderView, facts: Facts): JsonObject {
  const { addresses } = frame
  const { holder, register } = view
  const self = addresses.entity(holder.handle)
  const links = [
    addresses.holderProof(self, holder.handle),
    addresses.history(self, `obj/holder/${holder.handle}`),
    addresses.procedure(self, holder.procedure),
  ]
  const nested = (one: RegistrationView): JsonObject => registrationMembers(frame, one, facts, 'nested')
  return rdapObject({
    ...registrantMembers(holder, facts, addresses, links),
    publicIds: register === null ? [] : [{ type: register.name, identifier: register.number }],
    events: events(frame, [event('last changed', facts.timeOf(holder.since))]),
    entities: [
      ...view.standing.representatives.map((one) => representativeMembers(one, addresses)),
      ...contactEntities(holder, facts, addresses),
    ],
    networks: view.networks.map(nested),
    autnums: view.autnums.map(nested),
    remarks: [
      ...remarksOf(holder),
      ...view.standing.orders.map((one) => holderOrderRemark(frame, one, self)),
      ...view.standing.acts.map((one) => actRemark(frame, one, self)),
    ],
  })
}

function remarksOf(holder: Holder): readonly JsonObject[] {
  return [
    ...(holder.confirmed === null
      ? []
      : [notice('Confirmed', [`The holder confirmed its data at ${holder.confirmed}.`])]),
    ...(holder.identity === null
      ? [
          notice('Not claimed', [
            'Known from published statistics alone; nobody has claimed this record yet.',
          ]),
        ]
      : []),
  ]
}

/** RFC 9083 section 9: what was left out is said. */
export function truncation({ more }: HolderView): readonly JsonObject[] {
  return more
    ? [
        notice(
          'Truncated',
          [`At most ${MAX_HELD} networks and ${MAX_HELD} AS number blocks of a holder are listed.`],
          [],
          'result set truncated due to excessive load',
        ),
      ]
    : []
}
