/** Where numbers are asked for that have moved to another registry. */

import { createHash } from 'node:crypto'
import { type Block, formatAddress, formatPrefix } from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import { type Peer, peerHandleOf, type Registration } from '@cadastre/records'

/**
 * The complete address (RFC 7480 section 5.2) of the same query at the registry that answers for these numbers now; null
 * where the list of peers names no RDAP service for it. Made of the block alone: nothing of the query goes along.
 */
export function addressElsewhere(
  snapshot: Snapshot,
  registration: Registration,
  block: Block,
): string | null {
  if (registration.provenance === null) return null
  const digest = createHash('sha256').update(registration.provenance).digest('hex')
  const peer = snapshot.object('peer', peerHandleOf(digest)) as Peer | null
  if (peer === null || peer.rdap === null) return null
  const asked =
    block.space === 'asn' ? `autnum/${formatAddress('asn', block.first)}` : `ip/${formatPrefix(block)}`
  return `${peer.rdap}${asked}`
}
