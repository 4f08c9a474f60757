/**
 * Names of reverse zones: in-addr.arpa (RFC 1035 section 3.5) and ip6.arpa (RFC 3596 section 2.5). Zones inside the
 * last octet of IPv4 follow RFC 2317 section 4, spelled with a hyphen, `64-26.2.0.192.in-addr.arpa`, because a slash
 * is not allowed in an `ldhName` (RFC 9083 section 5.3).
 */

import { ancestor, type Block, block, valueBytes } from '@cadastre/numbers'

const IP4_SUFFIX = '.in-addr.arpa'
const IP6_SUFFIX = '.ip6.arpa'
const OCTET = /^(?:0|[1-9][0-9]{0,2})$/
const CLASSLESS = /^(0|[1-9][0-9]{0,2})[-/](2[5-9]|3[01])$/

/**
 * The block of the closest reverse name at or above `name` (lower case, without trailing dot): labels are read from
 * the right for as long as they are numbers. Null where the name is in neither tree, or is a tree itself.
 */
export function parseReverseName(name: string): Block | null {
  if (name.endsWith(IP4_SUFFIX)) return parseIp4(name.slice(0, -IP4_SUFFIX.length).split('.').reverse())
  if (name.endsWith(IP6_SUFFIX)) return parseIp6(name.slice(0, -IP6_SUFFIX.length).split('.').reverse())
  return null
}

function parseIp4(labels: readonly string[]): Block | null {
  let value = 0n
  let octets = 0
  for (const label of labels) {
    const classless = octets === 3 ? CLASSLESS.exec(label) : null
    if (classless !== null) {
      const zone = block('ip4', (value << 8n) | BigInt(classless[1] ?? 0), Number(classless[2]))
      if (zone.ok) return zone.value
    }
    if (octets === 4 || !OCTET.test(label) || Number(label) > 255) break
    value = (value << 8n) | BigInt(label)
    octets++
  }
  return octets === 0 ? null : valid('ip4', value << BigInt(32 - 8 * octets), 8 * octets)
}

function parseIp6(labels: readonly string[]): Block | null {
  let value = 0n
  let nibbles = 0
  for (const label of labels) {
    if (nibbles === 32 || !/^[0-9a-f]$/.test(label)) break
    value = (value << 4n) | BigInt(`0x${label}`)
    nibbles++
  }
  return nibbles === 0 ? null : valid('ip6', value << BigInt(128 - 4 * nibbles), 4 * nibbles)
}

function valid(space: 'ip4' | 'ip6', first: bigint, length: number): Block | null {
  const made = block(space, first, length)
  return made.ok ? made.value : null
}

/**
 * Bits of the zones that reverse DNS at this block stands for: the next octet or nibble boundary; inside the last
 * octet its own length (RFC 2317). A /17 stands for each /24 zone inside it.
 */
export function zoneLength(of: Block): number {
  if (of.space === 'ip6') return Math.ceil(of.length / 4) * 4
  return of.length > 24 ? of.length : Math.ceil(of.length / 8) * 8
}

/** Name of the zone of a block at a zone length, without trailing dot. Throws on a block that is no zone. */
export function formatReverseName(zone: Block): string {
  if (zone.space === 'asn' || zone.length === 0 || zoneLength(zone) !== zone.length)
    throw new RangeError(`no reverse zone: ${zone.space} length ${zone.length}`)
  const bytes = valueBytes(zone.space, zone.first)
  if (zone.space === 'ip6') {
    const nibbles = [...bytes].flatMap((byte) => [byte >> 4, byte & 15]).slice(0, zone.length / 4)
    return `${nibbles
      .reverse()
      .map((nibble) => nibble.toString(16))
      .join('.')}${IP6_SUFFIX}`
  }
  if (zone.length > 24 && zone.length < 32)
    return `${bytes[3]}-${zone.length}.${formatReverseName(ancestor(zone, 24))}`
  return `${[...bytes.slice(0, zone.length / 8)].reverse().join('.')}${IP4_SUFFIX}`
}
