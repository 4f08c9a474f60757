/**
 * Names of reverse zones: RFC 1035 section 3.5 for IPv4, RFC 3596 section 2.5 for IPv6; inside the last octet of IPv4
 * RFC 2317, with a hyphen in place of the slash (docs/divergences.md). Without trailing dot.
 */

import { ancestor, type Block, block, formatAddress, type NumberSpace, parseAddress } from '@cadastre/numbers'
import { type CoveringCell, liveServices, type ReverseDns } from '@cadastre/records'
import { pathInForce, type ServedRecord } from './record.ts'

const BITS: { readonly [S in 'ip4' | 'ip6']: number } = { ip4: 8, ip6: 4 }

/** Length of the zones as which reverse DNS at this block is delegated. */
export function zoneLengthOf({ space, length }: Block): number {
  if (space === 'asn') throw new RangeError('AS numbers have no reverse zones')
  if (space === 'ip4' && length > 24) return length
  return Math.ceil(length / BITS[space]) * BITS[space]
}

/** The zones as which reverse DNS in a cell is delegated: 128 at most. */
export function zonesOf(cell: Block): readonly Block[] {
  const length = zoneLengthOf(cell)
  const width = cell.space === 'ip6' ? 128 : 32
  return Array.from({ length: 2 ** (length - cell.length) }, (_, index) => {
    const zone = block(cell.space, cell.first + (BigInt(index) << BigInt(width - length)), length)
    if (!zone.ok) throw new RangeError(zone.error.expected)
    return zone.value
  })
}

/** Name of a zone. */
export function zoneNameOf(zone: Block): string {
  if (zone.space === 'ip6') {
    const nibbles = zone.first
      .toString(16)
      .padStart(32, '0')
      .slice(0, zone.length / 4)
    return `${[...nibbles].reverse().join('.')}.ip6.arpa`
  }
  const octets = formatAddress('ip4', zone.first).split('.')
  const whole = octets
    .slice(0, Math.floor(zone.length / 8))
    .reverse()
    .join('.')
  const inside = zone.length > 24 && zone.length < 32
  return `${inside ? `${octets[3]}-${zone.length}.` : ''}${whole}.in-addr.arpa`
}

/** The block of a name that {@link zoneNameOf} makes; null for any other name. */
export function zoneNamed(name: string): Block | null {
  const text = name.toLowerCase().replace(/\.$/, '')
  const found = text.endsWith('.ip6.arpa') ? ip6Zone(text) : ip4Zone(text)
  return found !== null && zoneNameOf(found) === text ? found : null
}

function ip6Zone(text: string): Block | null {
  const nibbles = text.slice(0, -'.ip6.arpa'.length).split('.')
  if (!nibbles.every((nibble) => /^[0-9a-f]$/.test(nibble)) || nibbles.length > 32) return null
  return made('ip6', BigInt(`0x${nibbles.reverse().join('').padEnd(32, '0')}`), nibbles.length * 4)
}

function ip4Zone(text: string): Block | null {
  const match = /^(?:(\d{1,3})-(\d\d)\.)?((?:\d{1,3}\.){1,4})in-addr\.arpa$/.exec(text)
  if (match === null) return null
  const [, part, length, whole = ''] = match
  const octets = whole.slice(0, -1).split('.').reverse()
  const all = [...octets, ...(part === undefined ? [] : [part]), '0', '0', '0', '0'].slice(0, 4)
  const address = parseAddress(all.join('.'))
  if (!address.ok) return null
  return made('ip4', address.value.value, length === undefined ? octets.length * 8 : Number(length))
}

function made(space: NumberSpace, first: bigint, length: number): Block | null {
  const found = block(space, first, length)
  return found.ok ? found.value : null
}

/** A zone that is delegated, and where. */
export type DelegatedZone = {
  readonly zone: Block
  readonly cell: Block
  readonly rdns: ReverseDns
  /** The path to its cell. */
  readonly path: readonly CoveringCell[]
}

/** The closest delegated zone at or above a name; null where none is. */
export function closestZone(record: ServedRecord, named: Block): DelegatedZone | null {
  const whole = pathInForce(record, named)
  for (let depth = whole.length; depth > 0; depth--) {
    const path = whole.slice(0, depth)
    const cell = path.at(-1)?.block
    const { rdns } = liveServices(path)
    if (cell === undefined || rdns === null || zoneLengthOf(cell) > named.length) continue
    return { zone: ancestor(named, zoneLengthOf(cell)), cell, rdns, path }
  }
  return null
}
