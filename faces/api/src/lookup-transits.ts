/** Lookups of moves between registries, incidents and complaints. */

import { createHash } from 'node:crypto'
import type { Snapshot } from '@cadastre/reader'
import {
  type Complaint,
  type Incident,
  type ObjectType,
  objectKey,
  type Peer,
  peerHandleOf,
} from '@cadastre/records'
import type { ReadContext } from './context.ts'
import type {
  ComplaintAnswer,
  Frame,
  IncidentAnswer,
  Links,
  TransitAnswer,
} from './generated/lookup-types.ts'
import { linksOf } from './links.ts'
import { transitAt, transitBrief } from './transits.ts'

function links(snapshot: Snapshot, type: ObjectType, handle: string): Links {
  return linksOf(snapshot, { kind: 'object', type, handle }, objectKey(type, handle))
}

/** RDAP service of a peer; null where the list of peers names none. */
function rdapOf(snapshot: Snapshot, origin: string): string | null {
  const handle = peerHandleOf(createHash('sha256').update(origin).digest('hex'))
  return (snapshot.object('peer', handle) as Peer | null)?.rdap ?? null
}

export async function transitAnswer(
  { reader, times }: ReadContext,
  snapshot: Snapshot,
  query: Frame,
  handle: string,
): Promise<TransitAnswer | null> {
  const transit = transitAt(snapshot, handle)
  if (transit === null) return null
  const { source, recipient, status, country, registered, registration } = transit
  const { notBefore, due, statement } = transit
  const brief = transitBrief(transit, reader.info.origin)
  const { state, direction, range, opened, since } = brief
  return {
    kind: 'transit',
    query,
    handle,
    state,
    direction,
    source,
    recipient,
    range,
    status,
    country,
    registered,
    registration,
    notBefore,
    due,
    opened,
    statement,
    otherRdap: rdapOf(snapshot, brief.other),
    since,
    sinceAt: await times.at(since),
    links: links(snapshot, 'transit', handle),
  }
}

export function incidentAnswer(snapshot: Snapshot, query: Frame, handle: string): IncidentAnswer | null {
  const incident = snapshot.object('incident', handle) as Incident | null
  if (incident === null) return null
  const { kind: about, affected, discovered, deadline, at, report, by, since } = incident
  const told = { about, affected, discovered, deadline, at, report, by, since }
  return { kind: 'incident', query, handle, ...told, links: links(snapshot, 'incident', handle) }
}

export async function complaintAnswer(
  { times }: ReadContext,
  snapshot: Snapshot,
  query: Frame,
  handle: string,
): Promise<ComplaintAnswer | null> {
  const record = snapshot.object('complaint', handle) as Complaint | null
  if (record === null) return null
  const { kind: about, complaint, instrument, seat, answerBy, answer, since } = record
  const told = { about, complaint, instrument, seat, answerBy, answer, since }
  const sinceAt = await times.at(since)
  return { kind: 'complaint', query, handle, ...told, sinceAt, links: links(snapshot, 'complaint', handle) }
}
