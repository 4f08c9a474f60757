/** Whether an address is one of the public Internet (IANA special-purpose registries, RFC 6890). */

import { BlockList, isIP } from 'node:net'

const SPECIAL: BlockList = new BlockList()
for (const [prefix, length] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  SPECIAL.addSubnet(prefix, length, 'ipv4')

/** Global unicast, RFC 4291 section 2.4; what is carved out of it below. */
const GLOBAL_IP6: BlockList = new BlockList()
GLOBAL_IP6.addSubnet('2000::', 3, 'ipv6')
const SPECIAL_IP6: BlockList = new BlockList()
for (const [prefix, length] of [
  ['2001::', 23], // protocol assignments, Teredo among them
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4 carries any IPv4 address
  ['3fff::', 20],
] as const)
  SPECIAL_IP6.addSubnet(prefix, length, 'ipv6')

export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !SPECIAL.check(address, 'ipv4')
    case 6:
      return GLOBAL_IP6.check(address, 'ipv6') && !SPECIAL_IP6.check(address, 'ipv6')
    default:
      return false
  }
}
