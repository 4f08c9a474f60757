/** Reverse zones: the names of blocks below in-addr.arpa and ip6.arpa (RFC 1035 section 3.5, RFC 3596 section 2.5). */

import { ancestor, type Block, block, formatAddress } from '@cadastre/numbers'

const OCTET = /^(0|[1-9][0-9]{0,2})$/
const NIBBLE = /^[0-9a-f]$/
/**
 * First label of a zone inside the last octet: `128/25` of RFC 2317 section 4, or `128-25` as RDAP must spell it. The
 * RIPE database's `128-255` is read too, where it cannot be a prefix length.
 */
const PART = /^(0|[1-9][0-9]{0,2})([-/])(0|[1-9][0-9]{0,2})$/

/** Bits of the zones that reverse DNS at a block stands for: whole octets or nibbles, but RFC 2317 parts of the last. */
export function zoneLength(of: Block): number {
  if (of.space === 'ip6') return Math.ceil(of.length / 4) * 4
  return of.length > 24 ? of.length : Math.ceil(of.length / 8) * 8
}

/** The name of the zone of a block, without trailing dot. The block is a zone of its own: see {@link zoneLength}. */
export function zoneName(of: Block): string {
  if (of.space === 'ip6') {
    const digits = of.first
      .toString(16)
      .padStart(32, '0')
      .slice(0, of.length / 4)
    return [...digits].reverse().concat('ip6.arpa').join('.')
  }
  const octets = formatAddress(of.space, of.first).split('.')
  if (of.length <= 24 || of.length === 32) {
    return [...octets.slice(0, of.length / 8).reverse(), 'in-addr.arpa'].join('.')
  }
  const part = `${octets[3]}-${of.length}`
  return [part, ...octets.slice(0, 3).reverse(), 'in-addr.arpa'].join('.')
}

/** The block that a reverse name stands for; null where the name is none. Any case, trailing dot optional. */
export function parseZoneName(name: string): Block | null {
  const lower = name.toLowerCase().replace(/\.$/, '')
  if (lower.endsWith('.ip6.arpa')) return parseIp6(lower.slice(0, -'.ip6.arpa'.length).split('.'))
  if (lower.endsWith('.in-addr.arpa')) return parseIp4(lower.slice(0, -'.in-addr.arpa'.length).split('.'))
  return null
}

function parseIp6(labels: readonly string[]): Block | null {
  if (labels.length > 32 || !labels.every((one) => NIBBLE.test(one))) return null
  const digits = labels.toReversed().join('')
  const made = block('ip6', BigInt(`0x${digits.padEnd(32, '0')}`), labels.length * 4)
  return made.ok ? made.value : null
}

function parseIp4(labels: readonly string[]): Block | null {
  const [first = '', ...rest] = labels
  const part = rest.length === 3 ? PART.exec(first) : null
  const octets = (part === null ? labels : [part[1] ?? '', ...rest]).toReversed()
  if (octets.length > 4 || !octets.every((one) => OCTET.test(one) && Number(one) < 256)) return null
  const value = octets.reduce((sum, one) => sum * 256n + BigInt(one), 0n) << BigInt(8 * (4 - octets.length))
  const length = part === null ? 8 * octets.length : partLength(part)
  const made = block('ip4', value, length)
  return made.ok ? made.value : null
}

/** Prefix length of an RFC 2317 label; -1 where it is no aligned part of an octet. */
function partLength([, first, sign, second]: readonly string[]): number {
  const length = Number(second)
  if (length > 24 && length <= 32) return length
  if (sign === '/') return -1
  const size = Number(second) - Number(first) + 1
  const bits = Math.log2(size)
  return Number.isInteger(bits) && bits < 8 ? 32 - bits : -1
}

/**
 * The zone of reverse DNS at `cell` that holds `asked`: a cell between boundaries stands for several zones. The first
 * of them where `asked` is wider.
 */
export function zoneAt(cell: Block, asked: Block): Block {
  const length = zoneLength(cell)
  if (asked.length >= length) return ancestor(asked, length)
  const made = block(cell.space, cell.first, length)
  if (!made.ok) throw new TypeError(`no zone at ${made.error.value}`)
  return made.value
}
