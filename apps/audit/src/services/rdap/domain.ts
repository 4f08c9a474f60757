/** Reverse zones (RFC 9083 section 5.3; NRO profile: names with a trailing dot). */

import { type Block, blockKey, formatPrefix } from '@cadastre/numbers'
import { innermost, isObject, type Json } from '@cadastre/records'
import { standingOn } from '../concerns.ts'
import { is, list, type Members, nameIn, object, set, type Want } from '../expect.ts'
import type { ServedRecord } from '../record.ts'
import { type DelegatedZone, zoneNameOf } from '../reverse-zones.ts'
import { entitiesWanted } from './entities.ts'
import { type Addresses, linksWanted } from './links.ts'
import { numbersMembers } from './numbers.ts'
import { eventsWanted, noticesWanted } from './parts.ts'
import { subjectOf } from './subject.ts'

export function domainMembers(
  record: ServedRecord,
  addresses: Addresses,
  { zone, cell, rdns, path }: DelegatedZone,
  asked: Block,
): Members {
  const name = zoneNameOf(zone)
  const self = addresses.domain(name)
  const under = innermost(path)
  if (under === null) throw new TypeError('a zone in force has a registration')
  const handle = under.registration.holder
  const holder = handle === null ? null : record.object('holder', handle)
  const representatives = handle === null ? [] : standingOn(record, handle, null).representatives
  return {
    objectClassName: is('domain'),
    handle: is(name),
    ldhName: is(`${name}.`),
    status: list(is('active')),
    links: linksWanted([
      addresses.numbersProof(self, asked),
      addresses.self(self),
      addresses.history(self, blockKey(cell)),
    ]),
    nameservers: set(
      rdns.ns.map((host) => ({
        name: `${host}.`,
        want: object({
          objectClassName: is('nameserver'),
          ldhName: is(`${host}.`),
          links: linksWanted([addresses.nameserver(host)]),
        }),
      })),
      (server) => (isObject(server) ? nameIn(server['ldhName']) : ''),
    ),
    secureDNS: object({ delegationSigned: is(rdns.ds.length > 0), dsData: signersWanted(rdns.ds) }),
    events: eventsWanted(record, [], { since: rdns.since }),
    entities: entitiesWanted(holder, addresses, representatives),
    network: object(numbersMembers(record, addresses, subjectOf(record, under), null)),
    remarks: noticesWanted(
      cell.length === zone.length
        ? []
        : [
            {
              title: 'About this zone',
              text: `One of the zones that ${formatPrefix(cell)} is delegated as.`,
            },
          ],
    ),
  }
}

function signersWanted(ds: DelegatedZone['rdns']['ds']): Want | null {
  return set(
    ds.map(({ keyTag, algorithm, digestType, digest }) => {
      const signer = { keyTag, algorithm, digestType, digest }
      return { name: nameOfSigner(signer), want: is(signer) }
    }),
    nameOfSigner,
  )
}

function nameOfSigner(signer: Json): string {
  return isObject(signer) ? `${nameIn(signer['keyTag'])} ${nameIn(signer['digest'])}` : ''
}
