/** Reverse zones as RDAP domains (RFC 9083 section 5.3, NRO profile: names with a trailing dot). */

import { blockKey, formatPrefix } from '@cadastre/numbers'
import type { JsonObject } from '@cadastre/records'
import { entitiesOf } from './entity.ts'
import type { Facts } from './facts.ts'
import { rdapObject } from './json.ts'
import type { Frame } from './notices.ts'
import { notice } from './notices.ts'
import { event, events, registrationMembers } from './numbers.ts'
import { formatReverseName } from './reverse-name.ts'
import type { ZoneView } from './view.ts'

export function domainMembers(frame: Frame, { zone, under }: ZoneView, facts: Facts): JsonObject {
  const { addresses } = frame
  const name = formatReverseName(zone.block)
  const self = addresses.domain(`${name}.`)
  const { ns, ds, since } = zone.rdns
  return rdapObject({
    objectClassName: 'domain',
    links: [
      addresses.proof(self, zone.block.space),
      addresses.self(self),
      addresses.history(self, blockKey(zone.cell)),
    ],
    handle: name,
    ldhName: `${name}.`,
    status: ['active'],
    nameservers: ns.map((host) => ({
      objectClassName: 'nameserver',
      ldhName: `${host}.`,
      links: [addresses.self(addresses.nameserver(`${host}.`))],
    })),
    secureDNS: rdapObject({
      delegationSigned: ds.length > 0,
      dsData: ds.map(({ keyTag, algorithm, digestType, digest }) => ({
        keyTag,
        algorithm,
        digestType,
        digest,
      })),
    }),
    events: events(frame, [event('last changed', facts.timeOf(since))]),
    entities: entitiesOf(under, facts, addresses),
    network: registrationMembers(frame, under, facts, 'nested'),
    remarks:
      zone.cell.length === zone.block.length
        ? []
        : [notice('About this zone', [`One of the zones that ${formatPrefix(zone.cell)} is delegated as.`])],
  })
}
