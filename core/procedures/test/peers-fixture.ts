/** A registry with one peer, WEST, and what WEST says. */

import { createHash } from 'node:crypto'
import type { PeerStatement } from '@cadastre/evidence'
import { type Json, objectKey, type Transit } from '@cadastre/records'
import { instant, type World } from './world.ts'

export const HERE = 'registry.example'
export const WEST = 'west.example/log'
export const WEST_POLICY = 'log west\nquorum none\n'

export function peerHandleOf(origin: string): string {
  return createHash('sha256').update(origin).digest('hex').slice(0, 40).toUpperCase()
}

/** List WEST, its keys counting from this instant on. */
export function listWest(here: World, from = '2029-01-01T00:00:00Z'): void {
  const handle = peerHandleOf(WEST)
  const policies = [{ policy: WEST_POLICY, from }]
  here.put(objectKey('peer', handle), { v: 1, handle, origin: WEST, rdap: null, policies, since: 3 })
}

/** What a registry says of one of its records of moves. */
export function said(
  record: Partial<Transit> & { readonly handle: string },
  more: Partial<PeerStatement> = {},
): PeerStatement {
  return {
    origin: WEST,
    policy: WEST_POLICY,
    at: instant('2030-01-01T00:00:00Z'),
    key: `obj/transit/${record.handle}`,
    record: { ...TRANSIT, ...record } as Json,
    hash: createHash('sha256').update(JSON.stringify(record)).digest('base64'),
    checkpoint: null,
    ...more,
  }
}

export const TRANSIT: Transit = {
  v: 1,
  handle: 'T-7',
  state: 'sourceInitialized',
  source: { origin: WEST, holder: 'H-90' },
  recipient: { origin: HERE, holder: 'H-1' },
  range: '198.51.100.0 - 198.51.100.255',
  status: 'assigned',
  country: 'BR',
  registered: '2013-05-01',
  registration: { key: 'ip4/198.51.100.0/24', id: 'R-5' },
  returning: false,
  consents: ['H-90'],
  notBefore: null,
  due: instant('2030-01-15T00:00:00Z'),
  opened: instant('2030-01-01T00:00:00Z'),
  pausedSeconds: 0,
  statement: null,
  since: 7,
}

export function transitAt(here: World, handle: string): Transit | null {
  return here.state.get(objectKey('transit', handle)) as Transit | null
}
