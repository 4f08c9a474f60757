/**
 * The register itself: how it is run, and what is under way in it as a whole. Pauses, witnesses, terms that were
 * announced, hand-over, peers.
 */

import { PROCEDURES, procedureHandle } from '@cadastre/procedures'
import { pauseOf, type RegistryReader, type Snapshot } from '@cadastre/reader'
import type { Peer, ProcedureRecord, Registry, WitnessPolicy } from '@cadastre/records'
import type { Register, RegisterTerms } from './generated/lookup-types.ts'
import { objectIndex } from './object-index.ts'

export async function register(reader: RegistryReader): Promise<Register> {
  const { snapshot, rows } = await objectIndex(reader).listing()
  const { registry } = snapshot
  const { size, at } = snapshot.publication
  return {
    size,
    at,
    name: registry.name,
    origin: registry.origin,
    seat: registry.seat,
    profile: registry.profile,
    state: registry.state,
    paused: pauseOf(snapshot),
    pauses: registry.pauses,
    witnesses: witnessesOf(snapshot),
    terms: termsOf(snapshot, at),
    succession: successionOf(registry),
    peers: [...rows('peer')].flatMap(({ handle }) => {
      const peer = snapshot.object('peer', handle) as Peer | null
      return peer === null ? [] : [{ handle, origin: peer.origin, rdap: peer.rdap, since: peer.since }]
    }),
  }
}

function witnessesOf(snapshot: Snapshot): Register['witnesses'] {
  const record = snapshot.object('witnesses', 'POLICY') as WitnessPolicy | null
  if (record === null) return null
  const { policy, previous, since } = record
  return { policy, previous, since }
}

/** Terms that were adopted, or announced: each version of each procedure after its first. */
function termsOf(snapshot: Snapshot, at: string): readonly RegisterTerms[] {
  const found = Object.keys(PROCEDURES).flatMap((procedure) => {
    const record = snapshot.object('procedure', procedureHandle(procedure)) as ProcedureRecord | null
    return (record?.revisions ?? []).map(
      ({ from, adoption, text, parameters, since }): RegisterTerms => ({
        procedure,
        from,
        inForce: from <= at,
        adoption,
        textHash: text,
        parameters,
        since,
      }),
    )
  })
  return found.sort((one, other) => (one.from < other.from ? 1 : -1))
}

function successionOf({ successor, handOver, predecessor }: Registry): Register['succession'] {
  return {
    successor,
    handOver,
    predecessor:
      predecessor === null
        ? null
        : {
            origin: predecessor.origin,
            size: predecessor.size,
            mandate: predecessor.mandate.kind,
            since: predecessor.since,
          },
  }
}
