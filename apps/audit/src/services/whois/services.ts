/** Routes (RFC 2622 section 4, RFC 4012 section 3) and reverse zones as RPSL. */

import { ancestor, type Block, formatPrefix } from '@cadastre/numbers'
import {
  type CoveringCell,
  isChild,
  liveServices,
  type ReverseDns,
  type Route,
  registrationsOn,
} from '@cadastre/records'
import { zoneLengthOf, zoneNameOf, zonesOf } from '../reverse-zones.ts'
import { given, line, remark, type WantedObject } from './wanted.ts'

/** Who declares services here: the innermost holder; of a child that has none, the one around it. */
function declarerOf(path: readonly CoveringCell[]): string | null {
  const all = registrationsOn(path).map(({ registration }) => registration)
  return all.findLast(({ holder, kind }) => holder !== null || !isChild(kind))?.holder ?? null
}

const declared = ({ under, since }: Pick<Route, 'under' | 'since'>): string =>
  `declared by the holder of ${under}, since log entry ${since}`

/** Routes in force in the last cell of a path. */
export function routeObjects(path: readonly CoveringCell[], source: string): readonly WantedObject[] {
  const cell = path.at(-1)?.block
  if (cell === undefined) return []
  return liveServices(path).routes.map(
    (route): WantedObject => ({
      attributes: [
        line(cell.space === 'ip6' ? 'route6' : 'route', formatPrefix(cell)),
        line('origin', `AS${route.origin}`),
        ...given('org', declarerOf(path)),
        remark(declared(route)),
        line('source', source),
      ],
    }),
  )
}

/** The zone that holds what was asked for, of the delegation in force in the last cell of a path. */
export function zoneObjects(
  path: readonly CoveringCell[],
  asked: Block,
  source: string,
): readonly WantedObject[] {
  const cell = path.at(-1)?.block
  const { rdns } = liveServices(path)
  if (cell === undefined || rdns === null) return []
  const length = zoneLengthOf(cell)
  const zone = asked.length >= length ? ancestor(asked, length) : zonesOf(cell)[0]
  return zone === undefined ? [] : [zoneObject(zone, rdns, declarerOf(path), source)]
}

function zoneObject(zone: Block, rdns: ReverseDns, holder: string | null, source: string): WantedObject {
  const signers = rdns.ds.map(
    ({ keyTag, algorithm, digestType, digest }) => `${keyTag} ${algorithm} ${digestType} ${digest}`,
  )
  return {
    attributes: [
      line('domain', zoneNameOf(zone)),
      ...given('org', holder),
      ...rdns.ns.map((server) => line('nserver', server)),
      ...signers.map((signer) => line('ds-rdata', signer)),
      remark(declared(rdns)),
      line('source', source),
    ],
  }
}
