/** Records as the portal shows them. */

import { type Block, blockKey, formatPrefix, formatRange, rangeToBlocks } from '@cadastre/numbers'
import { pauseOf, type RegistryReader, type Snapshot, type Standing, standingOn } from '@cadastre/reader'
import {
  type CoveringCell,
  type CoveringRegistration,
  type DelegationSigner,
  type Holder,
  liveServices,
  type Notes,
  type Registration,
  registrationRange,
} from '@cadastre/records'
import type { ReadContext } from './context.ts'
import type {
  Frame,
  InsideCell,
  Party,
  RegistrationBrief,
  RegistrationView,
  ServicesAt,
} from './generated/lookup-types.ts'
import { blockText } from './question.ts'
import { transitOn } from './transits.ts'

/** What every answer says of itself. */
export function frameOf(reader: RegistryReader, snapshot: Snapshot, text: string, canonical: string): Frame {
  const { size, at } = snapshot.publication
  const paused = pauseOf(snapshot)
  return { text, canonical, size, at, demonstration: reader.info.demonstration, paused }
}

/** A holder in short; a handle without a record (which would be a fault of the log) shows as itself. */
export function partyOf(snapshot: Snapshot, handle: string | null): Party | null {
  if (handle === null) return null
  const holder = snapshot.object('holder', handle) as Holder | null
  if (holder === null) return { handle, name: null, kind: 'imported', country: null }
  return { handle, name: holder.name, kind: holder.kind, country: holder.country }
}

export function briefOf(
  snapshot: Snapshot,
  space: Block['space'],
  registration: Registration,
): RegistrationBrief {
  return {
    id: registration.id,
    kind: registration.kind,
    range: formatRange(registrationRange(registration, space)),
    holder: partyOf(snapshot, registration.holder),
    status: registration.status,
  }
}

/** What stands on a registration or a holder by order, and what is under way about it. */
export function standingView({ orders, acts }: Standing): Pick<RegistrationView, 'orders' | 'acts'> {
  return {
    orders: orders.map(({ order, holds, says }) => ({ order, holds, says })),
    acts: acts.map(({ application, title, says }) => ({ application, title, says })),
  }
}

export async function registrationOf(
  { reader, times }: ReadContext,
  snapshot: Snapshot,
  { block, registration }: CoveringRegistration,
): Promise<RegistrationView> {
  const range = registrationRange(registration, block.space)
  const notes = snapshot.object('notes', registration.id) as Notes | null
  return {
    id: registration.id,
    kind: registration.kind,
    cell: blockKey(block),
    range: formatRange(range),
    prefixes: block.space === 'asn' ? [] : rangeToBlocks(range).map(formatPrefix),
    holder: partyOf(snapshot, registration.holder),
    status: registration.status,
    country: registration.country,
    registered: registration.registered,
    until: registration.until,
    protected: registration.protected,
    provenance: registration.provenance,
    procedure: registration.procedure,
    since: registration.since,
    sinceAt: await times.at(registration.since),
    pending: notes?.pending ?? null,
    heldUntil: notes?.heldUntil ?? null,
    delayedUntil: notes?.delayedUntil ?? null,
    annotations: (notes?.annotations ?? []).map(({ id, kind, by, evidence, until, since }) => ({
      id,
      kind,
      by,
      evidence,
      until,
      since,
    })),
    transit: await transitOn(reader, snapshot, registration, notes),
    ...standingView(standingOn(snapshot, registration.id, notes)),
  }
}

export function insideOf(snapshot: Snapshot, { block, cell }: CoveringCell): InsideCell {
  return {
    key: blockKey(block),
    block: blockText(block),
    registrations: cell.registrations.map((registration) => briefOf(snapshot, block.space, registration)),
  }
}

/** Services in force at each block of the path that has some, outermost first. */
export function servicesOn(path: readonly CoveringCell[]): readonly ServicesAt[] {
  return path.flatMap(({ block }, index): ServicesAt[] => {
    const { rdns, routes, roas } = liveServices(path.slice(0, index + 1))
    const under = rdns?.under ?? routes[0]?.under ?? roas[0]?.under
    if (under === undefined) return []
    const prefix = blockText(block)
    return [
      {
        block: prefix,
        under,
        nameServers: rdns?.ns ?? [],
        delegationSigners: (rdns?.ds ?? []).map(signerText),
        routes: routes.map(({ origin }) => ({ prefix: formatPrefix(block), origin })),
        roas: roas.map(({ asn, maxLength }) => ({ prefix: formatPrefix(block), asn, maxLength })),
      },
    ]
  })
}

function signerText({ keyTag, algorithm, digestType, digest }: DelegationSigner): string {
  return `${keyTag} ${algorithm} ${digestType} ${digest.toUpperCase()}`
}
