/** Digests of what signatures cover. Twenty megabytes are hashed once for each algorithm, however often they are asked for. */

import type { DocumentPort, HashName } from './port.ts'

const known: WeakMap<readonly Uint8Array[], Map<HashName, Uint8Array>> = new WeakMap()

/** The digest of the parts, one after another. The same list of parts must hold the same bytes. */
export function digestOf(port: DocumentPort, hash: HashName, parts: readonly Uint8Array[]): Uint8Array {
  const digests = known.get(parts) ?? new Map<HashName, Uint8Array>()
  known.set(parts, digests)
  const digest = digests.get(hash) ?? port.digest(hash, ...parts)
  digests.set(hash, digest)
  return digest
}
