import type { JsonObject, Profile } from '@cadastre/records'

/** Pools that fill, so that queues form and numbers come round again. Not all are prefixes. */
export const SMALL_POOLS: { readonly [P in Profile]: readonly JsonObject[] } = {
  community: [
    { handle: 'DOC1', space: 'ip4', range: '203.0.113.0/24', open: true },
    { handle: 'DOC2', space: 'ip4', range: '198.51.100.0 - 198.51.100.191', open: false },
    { handle: 'DOC6', space: 'ip6', range: '2001:db8::/32', open: true },
    { handle: 'NUMBERS', space: 'asn', range: 'AS64496 - AS64502', open: false },
  ],
  national: [
    { handle: 'DOC1', space: 'ip4', range: '203.0.113.0/24', open: false },
    { handle: 'PRIVATE', space: 'ip4', range: '10.0.0.0 - 10.0.6.255', open: false },
    { handle: 'DOC6', space: 'ip6', range: 'fd00::/30', open: false },
    { handle: 'NUMBERS', space: 'asn', range: 'AS64496 - AS64502', open: false },
  ],
}
