/** `declare-service/1`. */

import type { JsonObject } from '@cadastre/records'
import { roleSigned } from './keys.ts'
import { blockAt, keyAt, type Prefixed } from './numbers.ts'
import { isZone, sameWhat, servicesAt, termOver } from './parts.ts'
import {
  type Asked,
  names,
  namesParcel,
  openAndRunning,
  type Rule,
  refuse,
  textOf,
  type Verdict,
} from './verdict.ts'
import type { Parcel, Service, World } from './world.ts'

const MOST = 16

/** What the service itself says, and of which kind it is. */
export function statedService(service: JsonObject): Pick<Service, 'kind' | 'what'> {
  const { kind, ...what } = service
  return { kind: kind as Service['kind'], what }
}

/** The innermost parcel at a prefix, and who may speak for it: under a child without a holder the next one outwards. */
function speakerAt(world: World, at: Prefixed): { readonly parcel: Parcel; readonly holder: string } | null {
  const path = world.over(at)
  const parcel = path.at(-1)
  if (parcel === undefined || path.some((one) => termOver(one, world.at))) return null
  for (const one of path.toReversed()) {
    const { holder, kind } = one.entry
    if (holder !== null) return { parcel, holder }
    if (kind !== 'sub' && kind !== 'lease') return null
  }
  return null
}

export function formFault(at: Prefixed, { kind, what }: Pick<Service, 'kind' | 'what'>): string | null {
  if (at.space === 'asn') return 'not-for-numbers'
  if (kind === 'rdns' && !isZone(at)) return 'not-on-boundary'
  const most = at.space === 'ip4' ? 32 : 128
  const maxLength = Number(what['maxLength'])
  return kind === 'roa' && (maxLength < at.length || maxLength > most) ? 'max-length-invalid' : null
}

export const declareService: Rule = {
  shape: 'holder:handle at:key action service:object',
  request(asked) {
    const { world, body } = asked
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const holder = world.holder(body['holder'])
    if (holder === null) return refuse('holder-unknown')
    const at = blockAt(textOf(body, 'at'))
    if (at === null) return refuse('body-malformed')
    const speaker = speakerAt(world, at)
    if (speaker === null || speaker.holder !== holder.handle) return refuse('not-holder')
    const stated = statedService(body['service'] as JsonObject)
    if (!roleSigned(asked, holder, stated.kind === 'rdns' ? 'technical' : 'routing'))
      return refuse('consent-missing')
    return declared(asked, speaker.parcel, at, stated)
  },
}

function declared(
  asked: Asked,
  parcel: Parcel,
  at: Prefixed,
  stated: Pick<Service, 'kind' | 'what'>,
): Verdict {
  const { world, body } = asked
  const under = parcel.entry.id
  const here = servicesAt(world, at)
  const mine = here.filter((one) => one.under === under && one.kind === stated.kind)
  if (!namesParcel(asked, parcel)) return refuse('member-changed')
  if (stated.kind === 'rdns') {
    const standing = mine[0]
    const record = standing === undefined ? null : { under, since: standing.since, ...standing.what }
    if (!names(asked, `${keyAt(at)}#rdns`, record)) return refuse('member-changed')
  }
  const fault = formFault(at, stated)
  if (fault !== null && (body['action'] === 'set' || fault === 'not-for-numbers')) return refuse(fault)
  const same = mine.find((one) => sameWhat(one, stated))
  if (body['action'] === 'remove' && same === undefined) return refuse('service-unknown')
  if (body['action'] === 'set' && same !== undefined) return refuse('nothing-changed')
  if (body['action'] === 'set' && stated.kind !== 'rdns' && mine.length >= MOST) return refuse('cell-full')
  return {
    accept() {
      for (const one of here.filter((one) => one.under !== under)) world.endService(one)
      if (same !== undefined) world.endService(same)
      if (stated.kind === 'rdns') for (const one of mine.filter((one) => one !== same)) world.endService(one)
      if (body['action'] === 'set') world.addService({ ...at, ...stated, under, since: world.index })
    },
  }
}
