import { blockRange, formatPrefix } from '@cadastre/numbers'
import { parseKey, type RecordKey } from '@cadastre/records'

/** Where the proof document of a record is served. */
export function proofPath(key: RecordKey): string {
  const parsed = parseKey(key)
  if (parsed === null) throw new TypeError(`not a record key: ${key}`)
  if (parsed.kind === 'object') return `/proof/object/${parsed.type}/${parsed.handle}`
  const { block } = parsed
  if (block.space !== 'asn') return `/proof/ip/${formatPrefix(block)}`
  const { first, last } = blockRange(block)
  return first === last ? `/proof/autnum/${first}` : `/proof/autnum/${first}-${last}`
}
